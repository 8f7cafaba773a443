"""Time without dates: which of the periods that run is over next, in every order.

No day passes while a case is walked. A date that runs lies far ahead; that it has passed is a move
of its own, and so is the first lawful day of a consequence. Every order of dates is walked, also
one that the numbers rule out (so a finding may need a look at them); what depends on how many days
lie between two events is not seen, nor are reminders, pauses, extensions and provisional dates:
the laws of `tests/properties` are about those.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from machines.case import Because, Case, Duty
from machines.compiler import Compiled
from machines.definition import Obligation, Timer
from machines.duties import RUNNING
from machines.frozen import replace
from machines.rungs import SHANGHAI, closed
from machines.words import Text

START = datetime(2026, 5, 6, 9, tzinfo=SHANGHAI)
FAR = date(2026, 11, 2)
PAST = date(2026, 4, 30)
TICK = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Passing:
    """A date that passes: `missed` (the day after it), `enforced` (the first lawful day of the
    consequence), `raised` (a timer); or `over`, while what was filed awaits its answer."""

    duty: tuple[str, int]
    what: Literal["missed", "enforced", "raised", "over"]

    @property
    def because(self) -> Because:
        """The rung the scheduler takes."""
        return Because(*self.duty, self.what)


@dataclass(frozen=True, slots=True)
class Turn:
    """The world turns: what another case has brought about is known from now on, or is over."""

    words: Text


def at_rest(case: Case) -> Case:
    """The same case with every date that still runs far ahead, and nothing to be reminded of."""
    return replace(case, duties=tuple(_far(duty) for duty in case.duties))


def _far(duty: Duty) -> Duty:
    due = duty.due
    runs = duty.status in RUNNING
    if duty.status == "filed" and due.on == PAST:
        return duty  # the date has passed while the answer is awaited
    if runs and due.kind in ("firm", "given", "provisional"):
        lawful = None if due.enforceable_from is None else FAR
        due = replace(due, kind="given" if due.kind == "given" else "firm", on=FAR, at=None,
                      opens_on=None, enforceable_from=lawful)  # fmt: skip
    elif duty.status == "missed" and due.enforceable_from is not None:
        due = replace(due, enforceable_from=FAR)
    return replace(duty, due=due, warn_on=())


def passings(compiled: Compiled, case: Case, duties: Collection[str]) -> Iterator[Passing]:
    """Every date of these duties that may pass next."""
    over = case.ended is not None or closed(compiled, case)
    for duty in case.duties:
        if duty.obligation not in duties:
            continue
        spec = compiled.duties[duty.obligation]
        if over and not (isinstance(spec, Obligation) and spec.survives_close):
            continue
        dated = duty.due.kind in ("firm", "given")
        if isinstance(spec, Timer):
            if duty.status == "open" and dated:
                yield Passing(duty.key, "raised")
        elif duty.status == "open" and dated:
            yield Passing(duty.key, "missed")
        elif duty.status == "filed" and dated and duty.due.on != PAST and spec.reopened_by:
            yield Passing(duty.key, "over")
        elif (
            duty.status == "missed"
            and not spec.on_miss.nothing
            and "enforced" not in duty.fired
            and duty.due.enforceable_from is not None
        ):
            yield Passing(duty.key, "enforced")


def passed(case: Case, passing: Passing) -> Case:
    """The case once that date has passed and before anybody has noticed."""
    return replace(
        case,
        duties=tuple(_passed(duty) if duty.key == passing.duty else duty for duty in case.duties),
    )


def _passed(duty: Duty) -> Duty:
    if duty.status == "missed":
        return replace(duty, due=replace(duty.due, enforceable_from=PAST))
    return replace(duty, due=replace(duty.due, on=PAST))
