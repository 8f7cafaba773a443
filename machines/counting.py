"""By when: turns an obligation's words into a date with its receipt.

Chooses the number (a dated parameter, a zone setting, a date stated in the act), the governing
date and the kind of day; the arithmetic itself is `rules/due.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from machines.case import Case, DueDate, Duty, Pause
from machines.codec import to_plain
from machines.compiler import Side
from machines.definition import Obligation, Timer
from machines.frozen import replace
from machines.moments import Counting, Due
from machines.rungs import midnight
from rules.due import compute_due, lasting_until
from rules.periods import Period, parse_period, shanghai_date
from rules.view import World
from rules.working_days import Calendar

_UNITS = {
    ("working_days", "none"): "wd",
    ("natural_days", "next_working_day"): "cd-roll",
    ("natural_days", "none"): "cd-noroll",
    ("months", "next_working_day"): "mo-roll",
    ("months", "none"): "mo-noroll",
    ("years", "next_working_day"): "yr-roll",
    ("years", "none"): "yr-noroll",
    ("hours", "none"): "h",
}

NOT_ROLLED = {unit: code for (unit, roll), code in _UNITS.items() if roll == "none"}
"""Unit -> how it is written as a period that is not rolled."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A date, the period it was counted by, its warnings and the receipt."""

    due: DueDate
    period: str | None
    warn_on: tuple[tuple[int, date], ...]
    receipt: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Moment:
    """What a count starts from: the case with the act in it, the world, and the anchor."""

    case: Case
    world: World
    anchor: datetime
    side: Side


def count(spec: Obligation | Timer, moment: Moment, round_: int = 1) -> Counted:
    """The due date of one occurrence that starts at the anchor. Raises ParameterError."""
    counted = _counted(spec, moment, round_)
    return replace(counted, receipt={**counted.receipt, **_evidence(spec, moment)})


def _evidence(spec: Obligation | Timer, moment: Moment) -> dict[str, Any]:
    """What the receipt keeps besides the count, so that the record alone says it: whose duty it
    is, which events start it, how many working days before its date reminders are due."""
    starts = spec.starts
    rule = "latest" if starts.counted_from or starts.latest else "earliest"
    events = [starts.counted_from] if starts.counted_from else [ref.key for ref in starts.refs]
    told: dict[str, Any] = {"bearer": moment.side, "starts": {"rule": rule, "events": events}}
    warns = [] if isinstance(spec, Timer) else [one.before_working_days for one in spec.warnings]
    if spec.counting is not None:
        told["ends_at"] = spec.counting.ends_at
    return {**told, "warns": warns} if warns else told


def _counted(spec: Obligation | Timer, moment: Moment, round_: int) -> Counted:
    due = spec.due
    if due.word in ("standing", "none"):
        kind: Literal["standing", "none"] = "standing" if due.word == "standing" else "none"
        return Counted(DueDate(kind), None, (), {"word": due.word})
    if due.before is not None:
        other = moment.case.latest(due.before)
        if other is not None and other.due.on is not None:  # another obligation's date
            return Counted(other.due, other.period, warnings(spec, other.due,
                           moment.world.calendar),
                           {"before": due.before, "on": other.due.on.isoformat()})  # fmt: skip
        return Counted(DueDate("event", event=due.before), None, (), {"before": due.before})
    if due.word == "immediate":
        return _dated(spec, moment, Period("cd-roll", 0), {"word": "immediate"})
    assert spec.counting is not None  # the definition model requires it
    if due.given is not None:
        return _given(spec, due.given, moment)
    if due.closes is not None and due.opens is not None:
        return _window(spec, due.opens, due.closes, spec.counting, moment)
    period, source = _period(due, spec.counting, moment, round_)
    if period is None:
        return Counted(DueDate("none"), None, (), source)
    return _dated(spec, moment, period, source)


def _period(
    due: Due, counting: Counting, moment: Moment, round_: int
) -> tuple[Period | None, dict[str, Any]]:
    case, world = moment.case, moment.world
    governing = _governing(counting.in_force_on, moment)
    if due.parameter is not None:
        return _from_parameter(due.parameter, counting, moment, governing, round_)
    assert due.unset is not None
    setting = world.settings.value(case.workflow, due.unset, governing)
    if setting is None:
        raise LookupError(f"{case.workflow} needs the zone setting {due.unset} on {governing}")
    source = {
        "setting": due.unset, "value": setting.value, "unit": setting.unit,
        "looked_up_on": governing.isoformat(), "governed_by": counting.in_force_on,
        "basis": setting.basis, "assumed": setting.assumed,
    }  # fmt: skip
    return Period(_UNITS[(setting.unit, counting.roll)], setting.value * round_), source


def _from_parameter(
    name: str, counting: Counting, moment: Moment, governing: date, round_: int
) -> tuple[Period | None, dict[str, Any]]:
    parameter, dated = moment.world.parameters.value(moment.case.workflow, name, governing)
    source = {"parameter": name, "value": dated.value, "unit": parameter.unit,
              "looked_up_on": governing.isoformat(), "governed_by": counting.in_force_on,
              "since": dated.since.isoformat(), "clause": dated.clause}  # fmt: skip
    if dated.value is None:
        return None, source
    if not isinstance(dated.value, int):
        raise TypeError(f"{moment.case.workflow}.{name} is not a whole number of {parameter.unit}")
    return Period(_UNITS[(parameter.unit, counting.roll)], dated.value * round_), source


def _governing(in_force_on: str, moment: Moment) -> date:
    """The date on which the value is looked up: the case's opening, an event, or the start."""
    if in_force_on == "open":
        return shanghai_date(moment.case.opened_at)
    if in_force_on == "start":
        return shanghai_date(moment.anchor)
    return shanghai_date(moment.case.happened.get(in_force_on, moment.anchor))


def _dated(
    spec: Obligation | Timer, moment: Moment, period: Period, source: Mapping[str, Any]
) -> Counted:
    calendar = moment.world.calendar
    result = compute_due(moment.anchor, period, calendar, bearer=moment.side)
    kind: Literal["firm", "provisional"] = result.kind
    due = DueDate(kind, on=result.on, at=result.at, earliest=result.earliest,
                  latest=result.latest, told_on=result.on,
                  enforceable_from=result.enforceable_from)  # fmt: skip
    receipt = to_plain({**result.receipt, "source": source, "clauses": spec.clauses})
    return Counted(due, str(period), warnings(spec, due, calendar), receipt)


def _given(spec: Obligation | Timer, fact: str, moment: Moment) -> Counted:
    """A date named in the act, rolled as its counting says; the receipt starts from that date."""
    stated = date.fromisoformat(str(moment.case.facts[fact]))
    counting = spec.counting
    assert counting is not None
    unit = "cd-roll" if counting.roll == "next_working_day" else "cd-noroll"
    named = Moment(moment.case, moment.world, midnight(stated), moment.side)
    counted = _dated(spec, named, Period(unit, 0), {"given": fact, "stated": stated.isoformat()})
    if counted.due.kind != "firm":
        return counted
    due = counted.due
    given = DueDate("given", on=due.on, told_on=due.on, enforceable_from=due.enforceable_from)
    return Counted(given, counted.period, counted.warn_on, counted.receipt)


def _window(
    spec: Obligation | Timer, opens: str, closes: str, counting: Counting, moment: Moment
) -> Counted:
    """First and last day of a window; only the last day is rolled."""
    governing = _governing(counting.in_force_on, moment)
    first, number = _from_parameter(opens, counting, moment, governing, 1)
    last, source = _from_parameter(closes, counting, moment, governing, 1)
    if first is None or last is None:
        raise LookupError(f"the window of {spec.id} needs both its days")
    unrolled = Period(first.unit.replace("-roll", "-noroll"), first.amount)
    opening = compute_due(moment.anchor, unrolled, moment.world.calendar, bearer=moment.side)
    counted = _dated(spec, moment, last, source)
    due = counted.due
    window = DueDate(
        due.kind, on=due.on, at=due.at, opens_on=opening.on, earliest=due.earliest,
        latest=due.latest, told_on=due.told_on, enforceable_from=due.enforceable_from,
    )  # fmt: skip
    receipt = {**counted.receipt, "opens": str(unrolled), "opens_source": number}
    return Counted(window, counted.period, counted.warn_on, receipt)


def warnings(
    spec: Obligation | Timer, due: DueDate, calendar: Calendar
) -> tuple[tuple[int, date], ...]:
    """The date of each warning: so many working days before the (earliest) due date; 0: on it."""
    day = due.earliest or due.on
    if isinstance(spec, Timer) or day is None or day > calendar.firm_until:
        return ()
    days = (warning.before_working_days for warning in spec.warnings)
    return tuple((n, calendar.back(day, n) if n else day) for n in days)


_KEPT = ("extended", "told", "moves", "late_record", "recounted", "before", "starts", "warns",
         "ends_at", "opens", "opens_source", "rejected")  # fmt: skip


def recount(duty: Duty, spec: Obligation | Timer, moment: Moment) -> Counted:
    """The same period once more, with the pauses recorded since: what suspension moves.

    Counts from the duty's own anchor. A date that was set by an act (named in an order, granted,
    told) is one that a period of that length would have had."""
    if duty.period is None:
        return Counted(duty.due, None, duty.warn_on, duty.receipt)
    base, pauses = parse_period(duty.period), _excluded(duty.pauses)
    calendar = moment.world.calendar
    period, named = Period(base.unit, base.amount, pauses), _named(duty, base, calendar)
    if named is not None:
        period = _lasting(duty, period, named, calendar)
    own = Moment(moment.case, moment.world, duty.anchor, moment.side)
    counted = _dated(spec, own, period, duty.receipt.get("source", {}))
    opens_on = duty.due.opens_on
    if opens_on is None and "opens" in duty.receipt:
        window = parse_period(duty.receipt["opens"])
        opens_on = compute_due(duty.anchor, window, calendar, bearer=moment.side).on
    due = replace(counted.due, opens_on=opens_on, enforceable_from=_when_told(
        duty, counted.due.enforceable_from, calendar))  # fmt: skip
    if duty.due.kind == "given" and due.kind == "firm":
        due = replace(due, kind="given")
    kept = {name: duty.receipt[name] for name in _KEPT if name in duty.receipt}
    return Counted(due, duty.period, counted.warn_on, {**counted.receipt, **kept})


def _when_told(duty: Duty, lawful: date | None, calendar: Calendar) -> date | None:
    """The first lawful day where a rejection of what was filed has to be served before it."""
    rejected = duty.receipt.get("rejected", {})
    if lawful is None or not rejected.get("waits_for_service"):
        return lawful
    served = rejected.get("served_on")
    first = None if served is None else calendar.add_firm(date.fromisoformat(served), 1)
    return None if first is None else max(lawful, first)


Named = tuple[date, tuple[tuple[date, date], ...]]  # a day, and the pauses over when it was set


def _lasting(duty: Duty, period: Period, named: Named, calendar: Calendar) -> Period:
    """The period up to the day that was set, lengthened by the pauses that came after."""
    known = Period(period.unit, period.amount, named[1])
    lasting = lasting_until(known, shanghai_date(duty.anchor), named[0], calendar)
    return Period(lasting.unit, lasting.amount, period.pauses)


def _named(duty: Duty, base: Period, calendar: Calendar) -> Named | None:
    """The day an act set in place of the one counted; the day that binds since another calendar
    came, unless the period alone leads to it."""
    named = _set_by_an_act(duty, base, calendar)
    recounted = duty.receipt.get("recounted")
    last = duty.extensions[-1] if duty.extensions else None
    if recounted is None or (last is not None and recounted["on"] <= str(last.granted_on)):
        return named
    binds, over = (
        date.fromisoformat(recounted["effective"]),
        duty.pauses[: recounted.get("pauses", 0)],
    )
    period = Period(base.unit, base.amount, _excluded(over))
    if named is not None:
        period = _lasting(duty, period, named, calendar)
    stands = compute_due(duty.anchor, period, calendar).on
    rolled = calendar.assumed("estimate").roll(stands)  # what an officer grants is a working day
    return named if binds in (stands, rolled) else (binds, period.pauses)


def _set_by_an_act(duty: Duty, base: Period, calendar: Calendar) -> Named | None:
    """An extension, the paper of an imported licence, the date of an order or of another duty."""
    receipt = duty.receipt
    named = (
        receipt.get("told", {}).get("on_the_paper")
        or receipt.get("source", {}).get("stated")
        or (receipt.get("on") if "before" in receipt else None)
    )
    day, since = named and date.fromisoformat(str(named)), shanghai_date(duty.anchor)
    runs_on = base.family == "wd"  # working days, from the day that binds
    if duty.extensions:
        last = duty.extensions[-1]
        day, since = last.to_on if runs_on else last.named_on, last.granted_on
    if day is None:
        return None
    known = tuple(pause for pause in _excluded(duty.pauses) if pause[1] <= since)
    return calendar.assumed("estimate").roll(day) if runs_on else day, known


def _excluded(pauses: tuple[Pause, ...]) -> tuple[tuple[date, date], ...]:
    """The pauses that are over and whose days do not count."""
    return tuple((one.since, one.until) for one in pauses
                 if one.until is not None and one.policy == "keep_remaining")  # fmt: skip
