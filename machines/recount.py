"""What another calendar does to a case: beside `decide`, and folded by the same `evolve`.

    recounted(definition, case, order, at) -> Entry | None

A running date is confirmed, moved later, or comes out earlier, which nobody is told silently. What
is over is not rewritten: where its outcome would be another one, a person is asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from machines.case import ENGINE, Case, DueKind, Duty, Entry
from machines.codec import to_plain
from machines.compiler import Compiled
from machines.counting import warnings
from machines.definition import Obligation, Timer
from machines.duties import RUNNING, side_of
from machines.frozen import replace
from machines.held import awaits_day
from machines.ordering import numbered
from machines.recount_notices import REVIEWER, Line, effects_of, explained, stayed, told
from machines.redated import (
    Again,
    Asked,
    again,
    basis_of,
    binding,
    dated,
    direction_of,
    lawful_from,
    redated,
)
from machines.remedy import with_move
from machines.rungs import is_adverse
from rules.calendar_change import CalendarChange
from rules.periods import shanghai_date

EVENT = "recount"
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Order:
    """One operation: count the dates of every case anew. `number`: of the calendar version."""

    operation: str
    number: int
    change: CalendarChange


@dataclass(frozen=True, slots=True)
class _Found:
    """What the recount does to one duty. `duty`: its new value, None where it stays; `stays`: the
    consequence must wait until a person has looked."""

    spec: Obligation | Timer
    line: Line
    duty: Duty | None = None
    stays: bool = False


def recounted(compiled: Compiled, case: Case, order: Order, at: datetime) -> Entry | None:
    """The entry of a case whose dates another calendar touches, None where it touches none or the
    case has been counted on it before. Raises CalendarHorizon."""
    if case.recounted >= order.number:
        return None
    found = tuple(_duties(compiled, case, order, shanghai_date(at)))
    if not found:
        return None
    cause, lines = order.change.cause, tuple(one.line for one in found)
    recount = {
        "number": order.number,
        "operation": order.operation,
        "cause": list(cause),
        "lines": [to_plain(line) for line in lines],
    }
    marks: dict[str, Any] = {"keys": [], "recount": recount}
    if case.stayed is None and any(one.stays for one in found):
        marks["stayed"] = stayed(cause)
    effects = (e for one in found for e in effects_of(compiled, case, one.spec, one.line, cause))
    before = order.change.before
    return Entry(
        kind="recounted", event=EVENT, at=at, happened_at=at, actor=ENGINE,
        duties=tuple(one.duty for one in found if one.duty is not None),
        effects=numbered(tuple(effects)),
        marks=marks,
        clauses=tuple(dict.fromkeys(c for one in found for c in one.spec.clauses)),
        inputs={
            "calendar": order.change.after.version,
            "calendar_before": "" if before is None else before.version,
        },
        explains=explained(lines, cause),
    )  # fmt: skip


def _duties(compiled: Compiled, case: Case, order: Order, today: date) -> Iterator[_Found]:
    for duty in case.duties:
        spec = compiled.duties[duty.obligation]
        if not _touched(case, duty, spec, order.change):
            continue
        side = side_of(spec, compiled.sides)
        asked = Asked(case, duty, spec, side, order.change.after, today)
        counted = again(asked)
        if counted is None:
            one = _released(asked)
        elif duty.status in RUNNING:
            one = _moved(compiled, asked, counted, order)
        elif duty.status == "met":
            one = _settled(asked, counted)
        else:
            one = _missed(compiled, asked, counted, order)
        if one is not None:
            yield one


def _touched(case: Case, duty: Duty, spec: Obligation | Timer, change: CalendarChange) -> bool:
    """Whether a day that is decided anew lies between the start and the last day that matters."""
    if duty.status == "waived":
        return False
    basis = basis_of(case, duty)
    if basis.get("calendar", {}).get("version") == change.after.version:
        return False
    waits = awaits_day(spec, case, duty)
    if "day_zero" not in basis:
        return waits
    due = duty.due
    known = [day for day in (due.on, due.latest, due.enforceable_from) if day is not None]
    waits = waits or (duty.status in RUNNING and due.enforceable_from is None)
    last = date.max if waits else max(known, default=date.min)
    return change.meets(date.fromisoformat(basis["day_zero"]), last)


def _moved(compiled: Compiled, asked: Asked, counted: Again, order: Order) -> _Found | None:
    """A running duty: a new date with its receipt, reminders of the past left out."""
    duty, spec = asked.duty, asked.spec
    due = redated(asked, counted)
    if due == duty.due and (due.kind == "provisional" or not counted.asks_calendar):
        return None
    line = _line(compiled, asked, counted, due.kind)
    warn_on = tuple(
        (days, day) for days, day in warnings(spec, due, asked.calendar)
        if day >= asked.today or f"warn:{days}" in duty.fired
    )  # fmt: skip
    receipt = {**counted.receipt, "recounted": _record(asked, line, order)}
    if "before" in receipt:
        receipt["on"] = str(due.on)  # the other duty's day, from which pauses move on
    policy = "earlier_of_both" if asked.side == "authority" else "later_of_both"
    receipt = with_move(receipt, EVENT, policy, (dated(duty), due.on), asked.today)
    return _Found(spec, line, replace(duty, due=due, warn_on=warn_on, receipt=receipt))


def _missed(compiled: Compiled, asked: Asked, counted: Again, order: Order) -> _Found | None:
    """A miss stays a miss (decision record 0013). Its consequence, while still to come, waits for
    the first day that is lawful on the new calendar too."""
    duty, spec = asked.duty, asked.spec
    assert isinstance(spec, Obligation), "only an obligation is missed"
    to_come = not spec.on_miss.nothing and "enforced" not in duty.fired
    line = replace(_line(compiled, asked, counted, duty.due.kind), effective=duty.due.on)
    if _in_time(duty, counted.due.on, asked.today):
        line = replace(line, review="in_time", told=(REVIEWER,))
        return _Found(spec, line, stays=to_come and is_adverse(spec))
    if not to_come or counted.due.is_provisional:
        return None
    due = duty.due if duty.due.kind != "provisional" else redated(asked, counted)
    due = replace(due, enforceable_from=_consequence_from(asked, counted))
    if due == duty.due:
        return None
    line = replace(line, kind=due.kind, effective=due.on)
    receipt = {**counted.receipt, "recounted": _record(asked, line, order)}
    return _Found(spec, line, replace(duty, due=due, receipt=receipt))


def _consequence_from(asked: Asked, counted: Again) -> date | None:
    """The first day of a consequence still to come."""
    last = binding(asked.duty, counted.due.on, asked.side)
    first = [lawful_from(asked, last, counted.due)]
    if not _by_lapse(asked.duty) and asked.duty.missed_on is not None:
        first.append(asked.calendar.add_firm(asked.duty.missed_on, 1))
    days = [day for day in first if day is not None]
    return max(days) if len(days) == len(first) else None


def _released(asked: Asked) -> _Found | None:
    """A miss that an event brought about, whose first lawful day was not known yet."""
    duty = asked.duty
    if duty.missed_on is None or not awaits_day(asked.spec, asked.case, duty):
        return None
    first = lawful_from(asked, duty.missed_on, None)
    if first is None:
        return None
    line = Line(duty.obligation, duty.occurrence, duty.due.kind, duty.due.kind, "confirmed")
    due = replace(duty.due, enforceable_from=first)
    return _Found(asked.spec, line, replace(duty, due=due))


def _settled(asked: Asked, counted: Again) -> _Found | None:
    """What was done in time stays done, for everybody who may rely on the day told. An authority
    that acted after the day the law gives, or a period that was ended too soon, is for review."""
    duty, new = asked.duty, counted.due.on
    if isinstance(asked.spec, Timer):
        flips = "raised" in duty.fired and new > dated(duty)
    else:
        acted = shanghai_date(duty.acted_at) if duty.acted_at is not None else date.min
        flips = acted > binding(duty, new, asked.side)
    if counted.due.is_provisional or not flips:
        return None
    kind, old = duty.due.kind, dated(duty)
    line = Line(
        duty.obligation, duty.occurrence, kind, kind, direction_of(duty, new), old, new, old,
        (REVIEWER,), review="too_soon" if isinstance(asked.spec, Timer) else "late",
    )  # fmt: skip
    return _Found(asked.spec, line)


def _by_lapse(duty: Duty) -> bool:
    """Whether the day simply passed (a rejection or another event may bring a miss about too)."""
    return duty.due.on is not None and duty.missed_on == duty.due.on + _ONE_DAY


def _in_time(duty: Duty, new: date, today: date) -> bool:
    """Whether what stands as late would be in time: by the day it was done, by today if it never
    was, by the day of the rejection that made it late."""
    if new <= dated(duty):
        return False
    if not _by_lapse(duty):
        return duty.missed_on is not None and duty.missed_on <= new
    return (shanghai_date(duty.acted_at) if duty.acted_at is not None else today) <= new


def _line(compiled: Compiled, asked: Asked, counted: Again, kind: DueKind) -> Line:
    duty, new, was = asked.duty, counted.due.on, asked.duty.due.kind
    direction = direction_of(duty, new)
    firmer = was == "provisional" and kind != "provisional"
    return Line(
        obligation=duty.obligation, occurrence=duty.occurrence, was=was, kind=kind,
        direction=direction, old=dated(duty), new=new,
        effective=binding(duty, new, asked.side),
        told=told(compiled, asked.spec, asked.side, direction, firmer=firmer),
    )  # fmt: skip


def _record(asked: Asked, line: Line, order: Order) -> dict[str, Any]:
    """What the receipt keeps beside the count itself: both dates, and why."""
    before = order.change.before
    return {
        "on": asked.today.isoformat(),
        "pauses": sum(pause.until is not None for pause in asked.duty.pauses),
        "operation": order.operation,
        "cause": list(order.change.cause),
        "calendar_before": "" if before is None else before.version,
        "until_now": str(line.old),
        "told_on": str(asked.duty.due.told_on or line.old),
        "recomputed": str(line.new),
        "effective": str(line.effective),
        "direction": line.direction,
    }
