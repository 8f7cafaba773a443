"""What a new holiday arrangement does to a date that was told (counting-time rules, section 4.2).

A later day is set and told. An earlier one leaves everybody the day told, on which they may rely
(行政许可法 8), but holds the authority. Against a party nothing follows before the day it was told
for it, nor on the very day on which the date became firm.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from simulation.auditor.counting import (
    Result,
    Term,
    count,
    first_lawful_day,
    lasting_until,
    midnight,
)
from simulation.auditor.days import Almanac
from simulation.auditor.derivation import AUTHORITY, Derived, reminders


def recounted(duty: Derived, basis: Derived, plain: Any, today: date, almanac: Almanac) -> Derived:
    """The duty on a new calendar. `basis`: the duty itself, or the one whose date it took over;
    `plain`: the record, for whether it had been missed, and which reminders had gone out."""
    missed = plain["status"] == "missed"
    if basis.counted is None or duty.on is None:
        return _released(duty, today, almanac) if missed else duty
    result = count(basis.counted, almanac)
    best = _later_of(result, basis.granted, almanac)
    line = f"{today} 按新的放假安排重新计算 counted again on another calendar: {best.ends.on}"
    found = replace(duty, almanac=almanac, story=duty.says(line), fresh=basis is duty,
                    result=result if basis is duty else duty.result)  # fmt: skip
    if missed and duty.dates["kind"] != "provisional":
        return _consequence(found, best, today, almanac)
    found = _redated(found, basis.counted, best, today, almanac)
    if missed:
        return _consequence(found, best, today, almanac)
    gone = {int(rung[5:]) for rung in plain.get("fired", ()) if rung.startswith("warn:")}
    first = found.day("earliest") or found.on
    assert first is not None
    rows = reminders(duty.warns, first, almanac, date.min)
    return replace(found, warn_on=tuple(one for one in rows if one[1] >= today or one[0] in gone))


def _later_of(result: Result, granted: date | None, almanac: Almanac) -> Result:
    """The day counted, or the day an act had granted, moved on where it is a day off now."""
    if granted is None:
        return result
    stated = count(Term(midnight(granted), "cd-roll", 0), almanac)
    return stated if stated.ends.on >= result.ends.on else result


def _redated(duty: Derived, counted: Term, best: Result, today: date, almanac: Almanac) -> Derived:
    """The date that binds from now on; later pauses move on from it."""
    old, new = duty.on, best.ends.on
    assert old is not None
    on = new if new > old or duty.side == AUTHORITY else old
    dates = {
        **duty.dates, "on": on, "told_on": on if on > old else duty.day("told_on") or old,
        "opens_on": _opening(duty, almanac), "earliest": best.earliest,
        "latest": None if best.latest is None else max(on, best.latest),
        "kind": "provisional" if not best.firm else "given" if duty.named else "firm",
        "enforceable_from": None,
    }  # fmt: skip
    if best.firm:
        dates["enforceable_from"] = _lawful(duty, on, best, today, almanac)
    lasts = _lasts(duty, counted, best, on, almanac)
    term = counted if lasts is None else lasting_until(*lasts, almanac)
    return replace(duty, dates=dates, term=term, lasts=lasts)


def _lasts(
    duty: Derived, counted: Term, best: Result, on: date, almanac: Almanac
) -> tuple[Term, date] | None:
    """The day up to which the period lasts now, where that is not the day it was counted to: one
    told and relied on, one taken over from another duty, one that an act has named."""
    if duty.copied_from and duty.anchor is not None:
        return Term(duty.anchor, counted.unit, 0), on
    if on != best.ends.on:
        return counted, on
    if duty.granted is None or on == count(counted, almanac).ends.on:
        return None
    return counted, on if counted.family == "wd" else duty.granted


def _opening(duty: Derived, almanac: Almanac) -> date | None:
    """The first day of a window never moves later for whoever was told it."""
    old = duty.day("opens_on")
    if old is None or duty.opens is None or duty.counted is None:
        return old
    new = count(Term(duty.counted.start, *duty.opens), almanac).ends.on
    return new if duty.side == AUTHORITY else min(old, new)


def _lawful(
    duty: Derived, on: date, best: Result | None, today: date, almanac: Almanac
) -> date | None:
    """The first lawful day, the latest of all that stand against an earlier one."""
    rejection = duty.rejection
    if rejection is not None and rejection.waits and rejection.served_on is None:
        return None
    days = [] if best is None else [best.enforceable_from]
    if best is None or best.ends.on != on:
        days.append(_after(on, almanac))
    if duty.side != AUTHORITY:
        days.append(duty.day("enforceable_from") or first_lawful_day(today, None, almanac))
    if rejection is not None and rejection.waits and rejection.served_on is not None:
        days.append(first_lawful_day(rejection.served_on, None, almanac))
    known = [day for day in days if day is not None]
    return max(known) if len(known) == len(days) else None


def _after(day: date, almanac: Almanac) -> date | None:
    """The working day after a day that, were it off, would be moved on."""
    return first_lawful_day(day, day, almanac)


def _consequence(duty: Derived, best: Result, today: date, almanac: Almanac) -> Derived:
    """A miss stays a miss; what is to follow waits for a day that is lawful now too."""
    assert duty.on is not None
    on = duty.on if best.ends.on <= duty.on and duty.side != AUTHORITY else best.ends.on
    lawful = _lawful(duty, on, best, today, almanac)
    lapsed = duty.missed_on is not None and (duty.missed_on - duty.on).days == 1
    if not lapsed and duty.missed_on is not None and lawful is not None:
        after = first_lawful_day(duty.missed_on, None, almanac)
        lawful = None if after is None else max(lawful, after)
    return replace(duty, dates={**duty.dates, "enforceable_from": lawful})


def _released(duty: Derived, today: date, almanac: Almanac) -> Derived:
    """A miss that an event brought about, whose first lawful day was not known yet."""
    if duty.missed_on is None or duty.day("enforceable_from") is not None:
        return duty
    lawful = _lawful(duty, duty.missed_on, None, today, almanac)
    return replace(duty, dates={**duty.dates, "enforceable_from": lawful})
