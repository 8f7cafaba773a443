"""Whether the words for counting a period agree with each other: an error stops the loading.

Hours end at an instant and days do not; a count of working days never ends on a rest day; what
starts with a service starts at a service. Nothing here moves a date: it refuses what no date could
be counted by, or what says one thing and means another.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from machines.compiler import Side
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
            for text in _contradictions(definition, duty, duty.counting, units, sides):
                line = parsed.line((field, index, "counting"))
                raise DefinitionError(parsed.file, line, f"{duty.id}: {text}")


def _contradictions(
    definition: Definition, duty: Obligation | Timer, counting: Counting, units: Mapping[str, str],
    sides: Mapping[str, Side],
) -> Iterator[str]:  # fmt: skip
    unit = _unit(definition, duty, units)
    due = duty.due
    if due.opens is not None and units.get(due.opens) != unit:
        yield (
            f"the window opens after {units.get(due.opens)} and closes after {unit}: "
            "both days of a window have one unit"
        )
    if due.opens is not None and unit == "hours":
        yield "a window opens and closes with a day: its two numbers cannot be hours"
    if unit == _OFFICE:
        yield (
            "office hours are a service promise and no period of the law: state it under "
            "`targets`, or give the period in hours, which run through nights and holidays"
        )
    elif unit != _NAMED and unit not in _PERIODS:
        yield f"{unit} is no unit of a period; a period is in {', '.join(_PERIODS)}"
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
) -> Iterator[str]:
    if unit == "hours" and counting.ends_at != "instant":
        yield f"hours end at an instant, not at the {counting.ends_at}: write `ends_at: instant`"
    if unit != "hours" and counting.ends_at == "instant":
        yield (
            "`ends_at: instant` belongs to hours; days, months and years end with a day: "
            "`end_of_day` or `close_of_business`"
        )
    if unit in ("working_days", "hours") and counting.roll != "none":
        yield (
            f"`roll: {counting.roll}` means nothing for {unit.replace('_', ' ')}: "
            "their last day is never moved; write `roll: none`"
        )
    if counting.ends_at != "close_of_business":
        return
    if isinstance(duty, Timer):
        yield "nobody acts on the last day of a timer: it ends with the day, `ends_at: end_of_day`"
    elif sides.get(duty.bearer) == "authority":
        yield (
            "the counter closes on those who come to it, not on the office: an authority's own "
            "period ends with the day, `ends_at: end_of_day`"
        )


def _beginning(
    definition: Definition, duty: Obligation | Timer, counting: Counting, sides: Mapping[str, Side]
) -> Iterator[str]:
    services = [ref.serve is not None for ref in duty.starts.refs]
    if counting.starts_at == "service" and not any(services):
        yield "`starts_at: service`, but `starts` names no service: write `{serve: ..., to: ...}`"
    if counting.starts_at != "service" and all(services):
        yield f"`starts_at: {counting.starts_at}`, but it starts with a service: write `service`"
    if counting.starts_at == "decision" and not _decided(definition, duty, sides):
        yield "`starts_at: decision`, but no authority can bring about what it starts with"


def _decided(definition: Definition, duty: Obligation | Timer, sides: Mapping[str, Side]) -> bool:
    """Whether an authority, or the engine for it, can raise an event that starts the period."""
    counted = duty.starts.counted_from
    events = {counted} if counted is not None else {ref.event for ref in duty.starts.refs}
    roles = [r for edge in definition.transitions if edge.event in events
             for r in (edge.role or ("engine",))]  # fmt: skip
    if "open" in events:
        roles.extend(definition.opening.role)
    return any(sides.get(role) == "authority" for role in roles)
