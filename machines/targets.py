"""Results promised ("nine working days overall"): reported of a case, never enforced."""

from __future__ import annotations

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
from rules.parameters import ParameterError
from rules.periods import Period, shanghai_date
from rules.view import View, World
from rules.working_days import CalendarHorizon

Outcome = Literal["not_begun", "running", "reached", "not_reached"]


@dataclass(frozen=True, slots=True)
class Reported:
    """One target of a case: the last moment that reaches it, and how it stands.

    `by_on`: Shanghai date; `by_at`: instant, for hours. `running` may already be past its day:
    `late` says so."""

    id: str
    outcome: Outcome
    by_on: date | None = None
    by_at: datetime | None = None
    late: bool = False


def targets(compiled: Compiled, case: Case, world: World, now: datetime) -> tuple[Reported, ...]:
    """Every target of the workflow, as this case stands."""
    view = view_of(compiled, case, now, world)
    return tuple(_report(one, case, view, now) for one in compiled.definition.targets)


def _report(target: Target, case: Case, view: View, now: datetime) -> Reported:
    world = view.world
    begun, ended = _moment(target.starts, case, view), _moment(target.ends, case, view)
    if begun is None:
        return Reported(target.id, "not_begun")
    try:
        by_on, by_at = _last_moment(target, case, world, begun)
    except (CalendarHorizon, ParameterError):
        return Reported(target.id, "running" if ended is None else "reached")
    until = ended if ended is not None and ended >= begun else now
    late = until > by_at if by_at is not None else shanghai_date(until) > by_on
    if until is not ended:
        return Reported(target.id, "running", by_on, by_at, late)
    return Reported(target.id, "not_reached" if late else "reached", by_on, by_at, late)


def _moment(ref: EventRef, case: Case, view: View) -> datetime | None:
    if first_unmet(view, ref.when) is not None:
        return None
    return case.opened_at if ref.key == "open" else case.happened.get(ref.key)


def _last_moment(
    target: Target, case: Case, world: World, begun: datetime
) -> tuple[date, datetime | None]:
    """A result in days is not rolled (counting-time rules, R25); half a working day is read as the
    whole day, because the text names no office hours."""
    parameter, dated = world.parameters.value(case.workflow, target.within, shanghai_date(begun))
    amount = dated.value
    if not isinstance(amount, int | float):
        raise ParameterError(f"{case.workflow}.{target.within} is no number")
    if parameter.unit == "hours":
        at = begun + timedelta(hours=amount)
        return shanghai_date(at), at
    period = Period(NOT_ROLLED[parameter.unit], int(amount))
    return compute_due(begun, period, world.calendar, bearer="authority").on, None
