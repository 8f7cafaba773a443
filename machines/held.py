"""What stands still because nobody knows the date yet: the holiday arrangement is not published.

A period may have run out, or a miss may have no first lawful day, before the notice is there. Then
the case holds until a calendar is loaded; nothing adverse happens meanwhile (counting-time rules,
section 4.2).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Final

from machines.case import Case, Duty
from machines.compiler import Compiled
from machines.definition import Obligation, Timer
from machines.moments import EventRef
from machines.rungs import closed

AWAITING_CALENDAR: Final = "AWAITING_CALENDAR"


def held(compiled: Compiled, case: Case, duty: Duty, today: date) -> str | None:
    """AWAITING_CALENDAR where a duty can only go on once more of the calendar is published."""
    spec = compiled.duties[duty.obligation]
    authority = compiled.sides.get(duty.bearer or "") == "authority"
    if not (_may_be_over(duty, today, authority=authority) or awaits_day(spec, case, duty)):
        return None
    survives = isinstance(spec, Obligation) and spec.survives_close
    return AWAITING_CALENDAR if survives or not closed(compiled, case) else None


def _may_be_over(duty: Duty, today: date, *, authority: bool) -> bool:
    """A provisional period has run out as far as anybody can tell: for an authority on the earliest
    day it may turn out to be; for others on the day they were told and may rely on."""
    due = duty.due
    last = due.earliest if authority else due.on
    return duty.status == "open" and due.kind == "provisional" and last is not None and today > last


def awaits_day(spec: Obligation | Timer, case: Case, duty: Duty) -> bool:
    """A miss whose consequence has no first lawful day yet, for want of a calendar."""
    return (
        isinstance(spec, Obligation)
        and duty.status == "missed"
        and not spec.on_miss.nothing
        and "enforced" not in duty.fired
        and duty.due.enforceable_from is None
        and not awaits_service(spec, case, duty)
    )


def awaits_service(spec: Obligation | Timer, case: Case, duty: Duty) -> bool:
    """A rejection has to be served before anything can follow from it."""
    rejected = rejected_at(spec, case, duty)
    if rejected is None:
        return False
    served = served_at(spec, case)
    return served is None or served < rejected


def rejected_at(spec: Obligation | Timer, case: Case, duty: Duty) -> datetime | None:
    """When what was filed was last rejected, where the bearer has to be told of it."""
    if not isinstance(spec, Obligation) or not spec.rejection_served:
        return None
    at = _latest(case, spec.reopened_by)
    return at if at is not None and at >= duty.anchor else None


def served_at(spec: Obligation | Timer, case: Case) -> datetime | None:
    """When a rejection was last served."""
    return _latest(case, spec.rejection_served) if isinstance(spec, Obligation) else None


def _latest(case: Case, refs: Iterable[EventRef]) -> datetime | None:
    times = [case.happened[ref.key] for ref in refs if ref.key in case.happened]
    return max(times, default=None)
