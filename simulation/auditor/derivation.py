"""What may happen to a date, each a step of law: counted, paused, lengthened, rejected, undone.

A `Derived` is all that the auditor has worked out of one duty: from what it was counted, and the
dates that must stand in the record.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from simulation.auditor.counting import (
    Result,
    Term,
    count,
    day_of,
    first_lawful_day,
    lasting_until,
    midnight,
    working_day_before,
)
from simulation.auditor.days import DAY, Almanac, NotDerivable

AUTHORITY = "authority"


@dataclass(frozen=True)
class Rejection:
    """A filing was rejected on a day; `late`: after its date. `waits`: no consequence before the
    rejection is served."""

    on: date
    late: bool
    waits: bool
    served_on: date | None = None


@dataclass(frozen=True)
class Derived:
    """The dates of a duty, None where there is none.

    `counted`, `result`: the period as last counted and what came out; `term`: the period from which
    later pauses move on; `lasts`: the period and the day up to which an act has lengthened it
    (`granted`: the day an act named), for on another calendar that is another number of days;
    `anchor`: from
    when it runs; `number`: its unit and amount; `opens`: those after which a window opens; `named`:
    an act names the day; `copied_from`: the duty it must precede; `warns`: reminders, in working
    days before; `halts`: its pauses, one that still runs without an end; `story`: what moved the
    date; `fresh`: counted by this very entry."""

    dates: Mapping[str, object]
    warn_on: tuple[tuple[int, date], ...] = ()
    counted: Term | None = None
    result: Result | None = None
    term: Term | None = None
    lasts: tuple[Term, date] | None = None
    granted: date | None = None
    almanac: Almanac | None = None
    anchor: datetime | None = None
    side: str = ""
    number: tuple[str, int] | None = None
    opens: tuple[str, int] | None = None
    named: bool = False
    copied_from: str = ""
    warns: tuple[int, ...] = ()
    halts: tuple[tuple[date, date | None], ...] = ()
    rejection: Rejection | None = None
    missed_on: date | None = None
    story: tuple[str, ...] = ()
    fresh: bool = field(default=False, compare=False)

    @property
    def on(self) -> date | None:
        """The due day."""
        return self.day("on")

    def day(self, name: str) -> date | None:
        """One of the dates."""
        found = self.dates.get(name)
        return found if isinstance(found, date) else None

    def running(self, almanac: Almanac) -> Term:
        """The period that later pauses lengthen. Raises NotDerivable where there is none."""
        if self.term is None:
            raise NotDerivable("the period that was paused or lengthened")
        if self.lasts is None:
            return self.term
        return replace(lasting_until(*self.lasts, almanac), pauses=self.term.pauses)

    @property
    def paused_on(self) -> date | None:
        """Since when it rests, None where it runs."""
        return self.halts[-1][0] if self.halts and self.halts[-1][1] is None else None

    def says(self, line: str) -> tuple[str, ...]:
        """The story with one line more."""
        return (*self.story, line)


def counted(duty: Derived, term: Term, almanac: Almanac, warned_after: date) -> Derived:
    """The dates of a duty by a count; reminders up to `warned_after` are not given any more."""
    result = count(term, almanac)
    kind = "provisional" if not result.firm else "given" if duty.named else "firm"
    dates: dict[str, object] = {
        "kind": kind, "on": result.ends.on, "at": result.ends.at, "told_on": result.ends.on,
        "earliest": result.earliest, "latest": result.latest,
        "enforceable_from": result.enforceable_from, "opens_on": duty.day("opens_on"),
    }  # fmt: skip
    if duty.opens is not None and dates["opens_on"] is None:
        dates["opens_on"] = count(Term(term.start, *duty.opens), almanac).ends.on
    warn_on = reminders(duty.warns, result.earliest or result.ends.on, almanac, warned_after)
    found = replace(duty, dates=dates, warn_on=warn_on, counted=term, term=term, almanac=almanac,
                    result=result, fresh=True)  # fmt: skip
    return as_lawful(found, almanac)


def reminders(
    warns: tuple[int, ...], due_on: date, almanac: Almanac, after: date
) -> tuple[tuple[int, date], ...]:
    """So many working days before the (earliest) due day; none where that is not firm."""
    if due_on > almanac.firm_until:
        return ()
    rows = ((n, working_day_before(due_on, n, almanac)) for n in warns)
    return tuple((n, day) for n, day in rows if day > after)


def resumed(duty: Derived, policy: str, at: datetime, almanac: Almanac) -> Derived:
    """The end of a pause. Its days do not count (行政许可法 45), unless the act keeps the old date
    or lets the period start anew."""
    since, today = duty.paused_on, day_of(at)
    if since is None:
        raise NotDerivable("the entry that paused this period")
    duty = replace(duty, halts=(*duty.halts[:-1], (since, today)))
    if policy == "keep_date":
        return duty
    if policy != "restart":
        return _without(duty, since, today, almanac)
    if duty.number is None:
        raise NotDerivable("the number of the period that starts anew")
    anew = replace(
        duty, anchor=at, granted=None, lasts=None, dates={**duty.dates, "opens_on": None}
    )
    return counted(anew, Term(at, *duty.number), almanac, today)


def stood_still(duty: Derived, first: date, last: date, today: date, almanac: Almanac) -> Derived:
    """The days of an outage of the office do not count, by the arithmetic of a pause."""
    out = (first - DAY, last)
    rests = duty.paused_on is not None
    halts = (*duty.halts[:-1], out, duty.halts[-1]) if rests else (*duty.halts, out)
    term = duty.running(almanac)
    pauses = tuple(sorted((*term.pauses, out)))
    found = replace(duty, halts=halts, story=duty.says(f"{first} – {last} 中断 outage"))
    return counted(found, replace(term, pauses=pauses), almanac, today)


def put_off(duty: Derived, first: date, last: date, today: date, almanac: Almanac) -> Derived:
    """A date that is missed without the days of an outage, too: what follows waits for the later
    of the two first lawful days."""
    days = [one.day("enforceable_from") for one in
            (duty, stood_still(duty, first, last, today, almanac))]  # fmt: skip
    known = [day for day in days if day is not None]
    lawful = max(known) if len(known) == len(days) else None
    return replace(duty, dates={**duty.dates, "enforceable_from": lawful})


def undone(duty: Derived, acted_on: date, today: date, almanac: Almanac) -> Derived:
    """`keep_remaining`: the days between a wrongful act and its undoing do not count."""
    if duty.paused_on is not None:
        return duty  # the pause covers those days, too
    since = acted_on if duty.on is None else min(acted_on, duty.on)
    halted = replace(duty, halts=(*duty.halts, (since, today)))
    return halted if duty.term is None else _without(halted, since, today, almanac)


def _without(duty: Derived, since: date, until: date, almanac: Almanac) -> Derived:
    """The same period, but for the days after `since` up to `until`."""
    term = duty.running(almanac)
    pauses = tuple(sorted((*term.pauses, (since, until))))
    return counted(duty, replace(term, pauses=pauses), almanac, until)


def extended(duty: Derived, new_due_on: date, today: date, almanac: Almanac) -> Derived:
    """A later day is granted (行政许可法 42); on a day off, the next working day."""
    on = _next_working(new_due_on, almanac)
    line = f"{today} 延长至 {on}（行政许可法42） extended to {on}"
    return _granted(duty, on, new_due_on, almanac, today, line)


def on_the_paper(duty: Derived, day: date, today: date, almanac: Almanac) -> Derived:
    """The paper of an imported licence names a later day: its holder may rely on it."""
    result = count(Term(midnight(day), "cd-roll", 0), almanac)
    line = f"证照载明 {day}（行政许可法8） the paper names {day}"
    found = _granted(duty, result.ends.on, day, almanac, today, line)
    dates = {**found.dates, "told_on": day}
    if not result.firm:
        dates |= {"kind": "provisional", "earliest": result.earliest, "latest": result.latest,
                  "enforceable_from": None}  # fmt: skip
    return replace(found, dates=dates)


def _granted(
    duty: Derived, on: date, named: date, almanac: Almanac, today: date, line: str
) -> Derived:
    """The same period up to another last day, from which later pauses move on."""
    term = duty.running(almanac)
    dates = {
        **duty.dates, "kind": "given" if duty.named else "firm", "on": on, "told_on": on,
        "earliest": None, "latest": None,
        "enforceable_from": first_lawful_day(on, None, almanac),
    }  # fmt: skip
    until = on if term.family == "wd" else named
    found = replace(
        duty, dates=dates, almanac=almanac, granted=named, story=duty.says(line),
        term=lasting_until(term, until, almanac), lasts=(term, until),
        warn_on=reminders(duty.warns, on, almanac, today),
    )  # fmt: skip
    return as_lawful(found, almanac)


def _next_working(day: date, almanac: Almanac) -> date:
    while not almanac.works(day):
        day += DAY
    return day


def rejected(duty: Derived, rejection: Rejection, almanac: Almanac) -> Derived:
    """A filing is rejected: in time, the old date stands; late, that is the miss."""
    line = f"{rejection.on} 驳回 rejected" + "，即为逾期 which is the miss" * rejection.late
    missed_on = rejection.on if rejection.late else duty.missed_on
    found = replace(duty, rejection=rejection, missed_on=missed_on, story=duty.says(line))
    return as_lawful(found, almanac)


def served(duty: Derived, rejection: Rejection, today: date, almanac: Almanac) -> Derived:
    """The rejection is served: only then may a consequence follow, on the next working day."""
    line = f"{today} 送达驳回决定 the rejection is served"
    known = replace(rejection, served_on=today)
    return as_lawful(replace(duty, rejection=known, story=duty.says(line)), almanac)


def preceded(duty: Derived, day: date, today: date, almanac: Almanac) -> Derived:
    """The event came before what was owed first: that is the miss; what follows, follows after the
    day on which it was recorded."""
    lawful = first_lawful_day(max(day, today), None, almanac)
    return replace(duty, missed_on=day, dates={**duty.dates, "enforceable_from": lawful})


def first_day_after(duty: Derived) -> date | None:
    """The day on which a date has passed: the next one; for hours the same; a status that must have
    fully elapsed is reached at the start of its own day."""
    at = duty.dates.get("at")
    if isinstance(at, datetime):
        return day_of(at + timedelta(microseconds=1))
    if duty.on is None or (duty.term is not None and duty.term.ending == "elapsed"):
        return duty.on
    return duty.on + DAY


def as_lawful(duty: Derived, almanac: Almanac) -> Derived:
    """`enforceable_from`, where a filing was rejected: the working day after a late rejection; or,
    if it must be served first, after the service, but not before the day of the count."""
    rejection = duty.rejection
    if rejection is None:
        return duty
    lawful = _statutory(duty, almanac)
    if rejection.waits:
        told_on = rejection.served_on
        first = None if told_on is None else first_lawful_day(told_on, None, almanac)
        if rejection.late and duty.dates["kind"] == "provisional":
            lawful = first  # rejected after the latest day it could have been
        lawful = None if first is None or lawful is None else max(first, lawful)
    elif rejection.late:
        lawful = first_lawful_day(rejection.on, None, almanac)
    return replace(duty, dates={**duty.dates, "enforceable_from": lawful})


def _statutory(duty: Derived, almanac: Almanac) -> date | None:
    """The first lawful day by the count alone, as far as it is known now."""
    if duty.on is None or duty.dates["kind"] == "provisional":
        return None
    counts = duty.result is not None and duty.result.ends.on == duty.on
    other = duty.result.other_reading if duty.result is not None and counts else None
    return first_lawful_day(duty.on, other, almanac)
