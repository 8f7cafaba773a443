"""When the scheduler must look at a case again: the rungs of its duties, in due order.

A rung is one step of one occurrence: `warn:N` (N working days before), `missed` (the day after
the due date, a label), `enforced` (the first day of a lawful consequence), `raised` (a timer is
over); and `served`, the end of a public notice. Filed, paused and provisional duties have no
adverse rung.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone

from msgspec import Struct

from machines.case import Because, Case, Duty
from machines.compiler import Compiled, Places
from machines.definition import Obligation, Timer
from machines.notices import running_notices

_WITH_RUNGS = frozenset({"open", "missed"})
_NEXT = timedelta(microseconds=1)
SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")


class Rung(Struct, frozen=True, order=True):
    """One thing to do at an instant. Ordered by instant, then by the duty's place in the case."""

    instant: datetime
    place: int
    rung: str
    obligation: str
    occurrence: int
    adverse: bool

    @property
    def because(self) -> Because:
        """What an entry records as its reason."""
        return Because(self.obligation, self.occurrence, self.rung)


def midnight(day: date) -> datetime:
    """00:00 of a Shanghai date."""
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)


def is_adverse(obligation: Obligation | Timer) -> bool:
    """Whether missing it harms a party."""
    if isinstance(obligation, Timer):
        return False
    return obligation.on_miss.harms


def pending(compiled: Compiled, case: Case, of: Because | None = None) -> tuple[Rung, ...]:
    """Every rung still to be taken, in the order in which it falls due. `of`: of the duties only
    the one that this names."""
    over = case.ended is not None or closed(compiled, case)
    found: list[Rung] = []
    if case.ended is None and case.services:
        found.extend(_notices(compiled, case))
    for place, duty in enumerate(case.duties):
        if of is not None and (duty.obligation, duty.occurrence) != (of.obligation, of.occurrence):
            continue
        if duty.status not in _WITH_RUNGS:
            continue
        spec = compiled.duties[duty.obligation]
        if over and not (isinstance(spec, Obligation) and spec.survives_close):
            continue
        found.extend(_of_duty(spec, duty, place, stayed=case.stayed is not None))
    found.sort()
    return tuple(found)


def _notices(compiled: Compiled, case: Case) -> Iterator[Rung]:
    """Service by public notice, complete when the whole of its last day has passed."""
    for one in running_notices(compiled, case):
        assert one.runs_to is not None, "a public notice has a last day"
        over = midnight(one.runs_to + timedelta(days=1))
        yield Rung(over, len(case.duties) + one.n, "served", one.key, one.n, adverse=False)


def _of_duty(spec: Obligation | Timer, duty: Duty, place: int, *, stayed: bool) -> Iterator[Rung]:
    def rung(instant: datetime, name: str, *, adverse: bool = False) -> Rung:
        return Rung(instant, place, name, duty.obligation, duty.occurrence, adverse)

    if isinstance(spec, Timer):
        if duty.status == "open" and duty.due.kind != "provisional":
            yield rung(_over(duty), "raised")
        return
    if duty.status == "open":
        for days, day in duty.warn_on:
            if f"warn:{days}" not in duty.fired:
                yield rung(midnight(day), f"warn:{days}")
        if duty.due.kind in ("firm", "given"):
            yield rung(_over(duty), "missed")
    if duty.status != "missed" or "enforced" in duty.fired or spec.on_miss.nothing:
        return
    if duty.due.enforceable_from is not None and not (stayed and spec.on_miss.harms):
        yield rung(midnight(duty.due.enforceable_from), "enforced", adverse=spec.on_miss.harms)


def _over(duty: Duty) -> datetime:
    """The first instant at which the period is over (half-open: the due day itself is in time).

    A status that must have fully elapsed (满) is reached at the start of its own day."""
    if duty.due.at is not None:
        return duty.due.at + _NEXT  # an act at the very end of the last hour is in time
    if duty.due.on is None:
        raise ValueError(f"{duty.obligation} runs but has no date")
    if duty.period is not None and "elapsed" in duty.period:
        return midnight(duty.due.on)
    return midnight(duty.due.on + timedelta(days=1))


def _holds(case: Case, alternatives: tuple[Places, ...]) -> bool:
    tracks = case.tracks
    for places in alternatives:
        for track, states in places:
            if tracks.get(track) not in states:
                break
        else:
            return True
    return False


def closed(compiled: Compiled, case: Case) -> bool:
    """Nothing can happen any more, but for an engine event."""
    if case.ended is not None:
        return True
    return _holds(case, compiled.closes_when)


def confidential(compiled: Compiled, case: Case) -> bool:
    """The case is not to be shown to those it is about while a track is where it is."""
    tracks = compiled.definition.tracks
    return any(tracks[track].states[state].confidential for track, state in case.tracks.items())


def owes(compiled: Compiled, case: Case, duty: Duty) -> bool:
    """Whether anything is still to come of this occurrence: an act or a consequence. What a
    newer occurrence has taken over is no longer owed for the old one."""
    spec = compiled.duties[duty.obligation]
    if isinstance(spec, Timer) or spec.due.word in ("standing", "none") or spec.recurs:
        return False  # a timer is nobody's duty
    if duty.status in ("open", "filed", "suspended"):
        return True
    if duty.status != "missed":
        return False
    to_come = not spec.on_miss.nothing and "enforced" not in duty.fired
    performable = spec.late == "accepted" and duty.acted_at is None
    return to_come or (performable and case.latest(duty.obligation) == duty)


def settled(compiled: Compiled, case: Case) -> bool:
    """Nothing is owed by anybody (`closing.settles_when`, and no duty left)."""
    if case.ended is not None:
        return True
    if not _holds(case, compiled.settles_when):
        return False
    over = closed(compiled, case)
    return not any(
        owes(compiled, case, duty) for duty in case.duties if not over or _survives(compiled, duty)
    )


def _survives(compiled: Compiled, duty: Duty) -> bool:
    spec = compiled.duties[duty.obligation]
    return isinstance(spec, Obligation) and spec.survives_close
