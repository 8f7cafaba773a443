"""A date counted once more on another calendar, and the date that then binds.

Counts from the receipt alone: the start, the period and the pauses that were written down, not the
numbers of today. Whoever was told a day may rely on it (行政许可法 8); an authority is held to the
day the law gives (counting-time rules, section 4.2; decision record 0022).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from machines.case import Case, DueDate, DueKind, Duty
from machines.codec import to_plain
from machines.compiler import Side
from machines.definition import Obligation, Timer
from machines.frozen import replace
from machines.held import awaits_service, rejected_at, served_at
from machines.rungs import midnight
from rules.due import Due, compute_due, effective_on
from rules.periods import Period, parse_period, parse_start, shanghai_date
from rules.working_days import Calendar

Direction = Literal["confirmed", "later", "earlier"]
_KEPT = ("source", "clauses", "extended", "told", "moves", "late_record", "opens", "opens_source",
         "starts", "warns", "ends_at", "rejected")  # fmt: skip
_ROLLED = Period("cd-roll", 0)  # a named day, moved on where it is a rest day


@dataclass(frozen=True, slots=True)
class Asked:
    """A duty to be counted once more. `today`: the Shanghai date of the recount."""

    case: Case
    duty: Duty
    spec: Obligation | Timer
    side: Side
    calendar: Calendar
    today: date


@dataclass(frozen=True, slots=True)
class Again:
    """What came out. `opens_on`: the first day of a window; `asks_calendar`: whether its days are
    counted or rolled at all."""

    due: Due
    receipt: Mapping[str, Any]
    opens_on: date | None
    asks_calendar: bool


def basis_of(case: Case, duty: Duty) -> Mapping[str, Any]:
    """The receipt that says how a duty's date was counted: its own, or that of the duty whose date
    it took over."""
    name = duty.receipt.get("before")
    if name is None:
        return duty.receipt
    same = [d for d in case.duties if d.obligation == name and d.due.on == duty.due.on]
    return same[-1].receipt if same else {}


def again(asked: Asked) -> Again | None:
    """The date on the calendar; None where no period was counted. Raises CalendarHorizon."""
    duty, calendar, side = asked.duty, asked.calendar, asked.side
    basis = basis_of(asked.case, duty)
    if duty.period is None or "start" not in basis or "period" not in basis:
        return None
    start, period = parse_start(basis["start"]), parse_period(basis["period"])
    due = compute_due(start, period, calendar, bearer=side)
    asks = period.family == "wd" or period.manner in ("roll", "back-safe")
    receipt = dict(duty.receipt)
    if basis is duty.receipt:
        kept = {name: duty.receipt[name] for name in _KEPT if name in duty.receipt}
        receipt = {**to_plain(due.receipt), **kept}
    named = _named(duty, basis)
    if named is not None:
        at = midnight(named)
        stated = compute_due(at, _ROLLED, calendar, bearer=side)
        due, asks = (stated if stated.on >= due.on else due), True
    opens_on = duty.due.opens_on
    if opens_on is not None and "opens" in duty.receipt:
        opening = compute_due(start, parse_period(duty.receipt["opens"]), calendar, bearer=side)
        opens_on = opening.on if side == "authority" else min(opens_on, opening.on)
    return Again(due, receipt, opens_on, asks)


def _named(duty: Duty, basis: Mapping[str, Any]) -> date | None:
    """The day that an extension, or the paper of an imported licence, set in place of the period;
    it stays that day, moved on where it is a rest day."""
    if duty.extensions:
        return duty.extensions[-1].named_on
    paper = basis.get("told", {}).get("on_the_paper")
    return None if paper is None else date.fromisoformat(str(paper))


def direction_of(duty: Duty, new: date) -> Direction:
    """Where a date went. One that was kept because it had been told moves only past that day, and
    is earlier again only where it falls before every day known so far."""
    old = dated(duty)
    known = duty.receipt.get("recounted", {}).get("recomputed")
    lowest = old if known is None else min(old, date.fromisoformat(known))
    if new > old:
        return "later"
    return "earlier" if new < lowest else "confirmed"


def binding(duty: Duty, new: date, side: Side) -> date:
    """The date that binds: a later one is set and told; an earlier one holds the authority, and
    leaves everybody else the day that was told."""
    old = dated(duty)
    return new if new > old else effective_on(old, new, side)


def dated(duty: Duty) -> date:
    """The day until now, the estimate while provisional."""
    assert duty.due.on is not None, f"{duty.obligation} was counted and has no date"
    return duty.due.on


def redated(asked: Asked, counted: Again) -> DueDate:
    """The date of a running duty, or of a miss that waited for the calendar, as it is from now."""
    old, due = asked.duty.due, counted.due
    on = binding(asked.duty, due.on, asked.side)
    told_on = on if on > dated(asked.duty) else old.told_on or old.on
    changed = replace(old, on=on, at=due.at or old.at, opens_on=counted.opens_on, told_on=told_on)
    if due.is_provisional:
        latest = max(on, due.latest or on)
        return replace(changed, kind="provisional", earliest=due.earliest, latest=latest,
                       enforceable_from=None)  # fmt: skip
    given = isinstance(asked.spec, Obligation) and asked.spec.due.given is not None
    kind: DueKind = "given" if given else "firm"
    first = lawful_from(asked, on, due)
    return replace(changed, kind=kind, earliest=None, latest=None, enforceable_from=first)


def lawful_from(asked: Asked, on: date, counted: Due | None) -> date | None:
    """The first day of an adverse act after a firm last day; None while none can be named.

    Against a party never before the day it was told, nor on the day on which the date became firm;
    and never before a rejection has been served."""
    calendar, duty, spec = asked.calendar, asked.duty, asked.spec
    if awaits_service(spec, asked.case, duty):
        return None
    first: list[date | None] = []
    if counted is not None:
        first.append(counted.enforceable_from)
    if counted is None or counted.on != on:
        first.append(_after(calendar, on))
    if asked.side != "authority":
        first.append(duty.due.enforceable_from or calendar.add_firm(asked.today, 1))
    if rejected_at(spec, asked.case, duty) is not None:
        served = served_at(spec, asked.case)
        first.append(calendar.add_firm(shanghai_date(served), 1) if served is not None else None)
    days = [day for day in first if day is not None]
    return max(days) if len(days) == len(first) else None


def _after(calendar: Calendar, day: date) -> date | None:
    """The first firm working day after a day that, were it a rest day, would be moved on."""
    if day > calendar.firm_until:
        return None
    return calendar.add_firm(calendar.roll(max(day, calendar.first_day)), 1)
