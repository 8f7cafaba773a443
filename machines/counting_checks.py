"""Whether the words for counting a period agree with each other: an error stops the loading.

Hours end at an instant and days do not; a count of working days never ends on a rest day; what
starts with a service starts at a service. Nothing here moves a date: it refuses what no date could
be counted by, or what says one thing and means another.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from machines.compiler import Side
from machines.defects import Defect, defect
from machines.definition import Definition, Obligation, Timer
from machines.moments import Counting
from machines.reader import DefinitionError, Parsed

_PERIODS = ("working_days", "natural_days", "months", "years", "hours")
_NAMED = "date"  # the unit of a date that an act states
_OFFICE = "office_hours"


def check_counting(
    definition: Definition, parsed: Parsed, units: Mapping[str, str], sides: Mapping[str, Side]
) -> None:
    """Raises DefinitionError for the first contradiction, at its line. `units`: of the
    parameters; `sides`: role -> whose side it is on."""
    fields: Mapping[str, tuple[Obligation | Timer, ...]] = {
        "obligations": definition.obligations, "timers": definition.timers,
    }  # fmt: skip
    for field, duties in fields.items():
        for index, duty in enumerate(duties):
            if duty.counting is None:
                continue
            for wrong in _contradictions(definition, duty, duty.counting, units, sides):
                line = parsed.line((field, index, "counting"))
                raise DefinitionError(parsed.file, line, wrong)


def _contradictions(
    definition: Definition, duty: Obligation | Timer, counting: Counting, units: Mapping[str, str],
    sides: Mapping[str, Side],
) -> Iterator[Defect]:  # fmt: skip
    unit = _unit(definition, duty, units)
    due = duty.due
    if due.opens is not None and units.get(due.opens) != unit:
        opens = units.get(due.opens, "")
        yield defect("window_two_units", duty=duty.id, opens=opens, closes=unit)
    if due.opens is not None and unit == "hours":
        yield defect("window_in_hours", duty=duty.id)
    if unit == _OFFICE:
        yield defect("office_hours", duty=duty.id)
    elif unit != _NAMED and unit not in _PERIODS:
        yield defect("no_period_unit", duty=duty.id, unit=unit, units=", ".join(_PERIODS))
    yield from _ending(duty, counting, unit, sides)
    yield from _beginning(definition, duty, counting, sides)


def _unit(definition: Definition, duty: Obligation | Timer, units: Mapping[str, str]) -> str:
    due = duty.due
    if due.given is not None:
        return _NAMED
    if due.unset is not None:
        return next(one.unit for one in definition.settings if one.id == due.unset)
    return units[str(due.parameter or due.closes)]


def _ending(
    duty: Obligation | Timer, counting: Counting, unit: str, sides: Mapping[str, Side]
) -> Iterator[Defect]:
    if unit == "hours" and counting.ends_at != "instant":
        yield defect("hours_to_a_day", duty=duty.id, ends_at=counting.ends_at)
    if unit != "hours" and counting.ends_at == "instant":
        yield defect("days_to_an_instant", duty=duty.id)
    if unit in ("working_days", "hours") and counting.roll != "none":
        words = unit.replace("_", " ")
        yield defect("roll_means_nothing", duty=duty.id, roll=counting.roll, unit=words)
    if counting.ends_at != "close_of_business":
        return
    if isinstance(duty, Timer):
        yield defect("timer_at_the_counter", duty=duty.id)
    elif sides.get(duty.bearer) == "authority":
        yield defect("office_at_the_counter", duty=duty.id)


def _beginning(
    definition: Definition, duty: Obligation | Timer, counting: Counting, sides: Mapping[str, Side]
) -> Iterator[Defect]:
    services = [ref.serve is not None for ref in duty.starts.refs]
    if counting.starts_at == "service" and not any(services):
        yield defect("service_of_nothing", duty=duty.id)
    if counting.starts_at != "service" and all(services):
        yield defect("service_not_said", duty=duty.id, starts_at=counting.starts_at)
    if counting.starts_at == "decision" and not _decided(definition, duty, sides):
        yield defect("decision_of_nobody", duty=duty.id)


def _decided(definition: Definition, duty: Obligation | Timer, sides: Mapping[str, Side]) -> bool:
    """Whether an authority, or the engine for it, can raise an event that starts the period."""
    counted = duty.starts.counted_from
    events = {counted} if counted is not None else {ref.event for ref in duty.starts.refs}
    roles = [r for edge in definition.transitions if edge.event in events
             for r in (edge.role or ("engine",))]  # fmt: skip
    if "open" in events:
        roles.extend(definition.opening.role)
    return any(sides.get(role) == "authority" for role in roles)
