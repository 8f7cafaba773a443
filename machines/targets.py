"""Results promised ("nine working days overall"): reported of a case, never enforced."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from machines.case import Case
from machines.compiler import Compiled
from machines.counting import NOT_ROLLED
from machines.definition import Target
from machines.moments import EventRef
from machines.views import view_of
from rules.due import compute_due
from rules.guards import first_unmet
from rules.office_hours import ASSUMED, OfficeHours, after_office_time, office_hours_of
from rules.parameters import ParameterError
from rules.periods import Period, shanghai_date
from rules.view import View, World
from rules.working_days import CalendarHorizon

_WHOLE_DAY = {
    "zh": "片区未设定办公时间，不足一日的按整日计算",
    "en": "the zone has set no office hours: a part of a day is read as the whole day",
}
Outcome = Literal["not_begun", "running", "reached", "not_reached"]


@dataclass(frozen=True, slots=True)
class Reported:
    """One target of a case: the last moment that reaches it, and how it stands.

    `by_on`: Shanghai date; `by_at`: instant, for hours. `running` may already be past its day:
    `late` says so. `reading`: how words that leave it open were counted, in zh and en."""

    id: str
    outcome: Outcome
    by_on: date | None = None
    by_at: datetime | None = None
    late: bool = False
    reading: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class _By:
    """The last moment that reaches a target, and how it was read."""

    on: date
    at: datetime | None = None
    reading: Mapping[str, str] | None = None


def targets(compiled: Compiled, case: Case, world: World, now: datetime) -> tuple[Reported, ...]:
    """Every target of the workflow, as this case stands."""
    view = view_of(compiled, case, now, world)
    return tuple(_report(one, case, view, now) for one in compiled.definition.targets)


def _report(target: Target, case: Case, view: View, now: datetime) -> Reported:
    world = view.world
    try:
        begun, ended = _moment(target.starts, case, view), _moment(target.ends, case, view)
    except (CalendarHorizon, ParameterError):  # nothing says whether it has begun
        begun = ended = None
    if begun is None:
        return Reported(target.id, "not_begun")
    try:
        by = _last_moment(target, case, world, begun)
    except (CalendarHorizon, ParameterError):
        return Reported(target.id, "running" if ended is None else "reached")
    until = ended if ended is not None and ended >= begun else now
    late = until > by.at if by.at is not None else shanghai_date(until) > by.on
    outcome: Outcome = "not_reached" if late else "reached"
    return Reported(
        target.id, outcome if until is ended else "running", by.on, by.at, late, by.reading
    )


def _moment(ref: EventRef, case: Case, view: View) -> datetime | None:
    if first_unmet(view, ref.when) is not None:
        return None
    return case.opened_at if ref.key == "open" else case.happened.get(ref.key)


def _last_moment(target: Target, case: Case, world: World, begun: datetime) -> _By:
    """A result in days is not rolled (counting-time rules, R25). Half a working day is half of the
    office hours the zone has set; where it has set none, the whole day."""
    day = shanghai_date(begun)
    parameter, dated = world.parameters.value(case.workflow, target.within, day)
    amount = dated.value
    if not isinstance(amount, int | float):
        raise ParameterError(f"{case.workflow}.{target.within} is no number")
    if parameter.unit == "hours":
        at = begun + timedelta(hours=amount)
        return _By(shanghai_date(at), at)
    hours = office_hours_of(world.settings, day)
    if parameter.unit == "office_hours":
        return _in_office(begun, timedelta(hours=amount), hours or ASSUMED, world)
    parts = parameter.unit == "working_days" and amount != int(amount)
    if parts and hours is not None:
        return _in_office(begun, amount * hours.of_a_day, hours, world)
    period = Period(NOT_ROLLED[parameter.unit], int(amount))
    on = compute_due(begun, period, world.calendar, bearer="authority").on
    return _By(on, reading=_WHOLE_DAY if parts else None)


def _in_office(begun: datetime, time: timedelta, hours: OfficeHours, world: World) -> _By:
    """So much office time after an event, and the hours by which it was counted."""
    at = after_office_time(begun, time, hours, world.calendar.assumed("estimate"))
    mark = ("（假定）", " (assumed)") if hours.assumed else ("", "")
    reading = {
        "zh": f"按办公时间{hours}计算{mark[0]}",
        "en": f"counted in office hours {hours}{mark[1]}",
    }
    return _By(shanghai_date(at), at, reading)
