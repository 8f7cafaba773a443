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
from machines.moments import Counting, Due
from machines.rungs import midnight
from rules.due import compute_due
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
    due = spec.due
    if due.word in ("standing", "none"):
        kind: Literal["standing", "none"] = "standing" if due.word == "standing" else "none"
        return Counted(DueDate(kind), None, (), {"word": due.word})
    if due.before is not None:
        other = moment.case.latest(due.before)
        if other is not None and other.due.on is not None:  # another obligation's date
            return Counted(other.due, other.period, warnings(spec, other.due,
                           moment.world.calendar), {"before": due.before})  # fmt: skip
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
        "looked_up_on": governing.isoformat(), "basis": setting.basis, "assumed": setting.assumed,
    }  # fmt: skip
    return Period(_UNITS[(setting.unit, counting.roll)], setting.value * round_), source


def _from_parameter(
    name: str, counting: Counting, moment: Moment, governing: date, round_: int
) -> tuple[Period | None, dict[str, Any]]:
    parameter, dated = moment.world.parameters.value(moment.case.workflow, name, governing)
    source = {
        "parameter": name, "value": dated.value, "unit": parameter.unit,
        "looked_up_on": governing.isoformat(), "since": dated.since.isoformat(),
        "clause": dated.clause,
    }  # fmt: skip
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
    due = DueDate(
        kind,
        on=result.on,
        at=result.at,
        earliest=result.earliest,
        latest=result.latest,
        told_on=result.on,
        enforceable_from=result.enforceable_from,
    )
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
    first, _ = _from_parameter(opens, counting, moment, governing, 1)
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
    return Counted(window, counted.period, counted.warn_on, counted.receipt)


def warnings(
    spec: Obligation | Timer, due: DueDate, calendar: Calendar
) -> tuple[tuple[int, date], ...]:
    """The date of each warning: so many working days before the (earliest) due date."""
    day = due.earliest or due.on
    if isinstance(spec, Timer) or day is None or day > calendar.firm_until:
        return ()
    return tuple(
        (warning.before_working_days, calendar.back(day, warning.before_working_days))
        for warning in spec.warnings
        if warning.before_working_days > 0
    )


def recount(duty: Duty, spec: Obligation | Timer, moment: Moment) -> Counted:
    """The same period once more, with the pauses recorded since: what suspension moves."""
    if duty.period is None:
        return Counted(duty.due, None, duty.warn_on, duty.receipt)
    base = parse_period(duty.period)
    period = Period(base.unit, base.amount, _closed_pauses(duty.pauses))
    source = duty.receipt.get("source", {})
    counted = _dated(spec, moment, period, source)
    return Counted(counted.due, duty.period, counted.warn_on, counted.receipt)


def _closed_pauses(pauses: tuple[Pause, ...]) -> tuple[tuple[date, date], ...]:
    return tuple((pause.since, pause.until) for pause in pauses if pause.until is not None)
