"""The edits of obligations, timers, targets: who owes, from when, by when, what a miss does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tests.proof.mutation.edge_edits import Known, effect_edits, guard_edits
from tests.proof.mutation.edits import OUT, At, Edit, each_out, flipped, following, listed

_COUNTING = {
    "starts_at": ["decision", "event", "service", "receipt"],
    "ends_at": ["end_of_day", "close_of_business", "instant"],
    "roll": ["next_working_day", "none"],
}
_REFS = ("filed_by", "met_by", "reopened_by", "rejection_served", "waived_by", "stopped_by")
_NOTHING = {"nothing": True, "inferred": True}
Units = Mapping[str, str]


def duty_edits(plain: Mapping[str, Any], lists: list[str], units: Units) -> Iterator[Edit]:
    """Everything that can be changed in what runs on a clock. `units`: of the parameters."""
    names = Known(plain, lists)
    for index, duty in enumerate(plain.get("obligations", ())):
        at: At = ("obligations", index)
        yield Edit("drop a duty", at, OUT)
        yield from _bearers(plain, duty, at)
        yield from guard_edits(duty.get("applies_if"), (*at, "applies_if"), names)
        yield from _clock(duty, at, units)
        yield from flipped("swap whether late is accepted", (*at, "late"), duty["late"],
                           ["refused", "accepted"])  # fmt: skip
        yield from _warnings(duty, at, names)
        yield from _on_miss(duty["on_miss"], (*at, "on_miss"), names)
        for flag in ("recurs", "survives_close"):
            yield Edit(f"turn whether a duty {flag}", (*at, flag), not duty.get(flag, False))
    for index, timer in enumerate(plain.get("timers", ())):
        yield Edit("drop a timer", ("timers", index), OUT)
        yield from _clock(timer, ("timers", index), units)
    for index, target in enumerate(plain.get("targets", ())):
        yield Edit("drop a target", ("targets", index), OUT)
        yield from _parameter(target["within"], ("targets", index, "within"), units)


def _bearers(plain: Mapping[str, Any], duty: Mapping[str, Any], at: At) -> Iterator[Edit]:
    bearers = list(dict.fromkeys(one["bearer"] for one in plain["obligations"]))
    bearers += [one for one in ("applicant", "approval", "supervision") if one not in bearers]
    other = following(bearers, duty["bearer"])
    if other is not None:
        yield Edit("swap the bearer", (*at, "bearer"), other)
    if "sanctioned" in duty:
        yield Edit("drop who is sanctioned", (*at, "sanctioned"), OUT)
    party = following(["subject", *plain.get("parties", {})], duty.get("sanctioned", "subject"))
    if party is not None:
        yield Edit("swap who is sanctioned", (*at, "sanctioned"), party)


def _clock(duty: Mapping[str, Any], at: At, units: Units) -> Iterator[Edit]:
    for key, words in _COUNTING.items():
        value = duty.get("counting", {}).get(key)
        for other in words:
            if value is not None and other != value:
                yield Edit("change how it is counted", (*at, "counting", key), other)
    due = duty["due"]
    if isinstance(due, dict):
        for key in ("parameter", "opens", "closes"):
            if key in due:
                yield from _parameter(due[key], (*at, "due", key), units)
        if "until" in due:
            yield Edit("drop until when it stands", (*at, "due", "until"), OUT)
    for key in _REFS:
        value = duty.get(key)
        if value is not None:
            yield Edit(f"drop {key}", (*at, key), OUT)
            yield from each_out(f"drop one of {key}", (*at, key), value, 1)
            yield from _whens(value, (*at, key))
    yield from _starts(duty["starts"], (*at, "starts"))


def _parameter(name: str, at: At, units: Units) -> Iterator[Edit]:
    """Another number of the same unit."""
    alike = [one for one, unit in units.items() if unit == units.get(name)]
    if name in units and (other := following(alike, name)):
        yield Edit("swap a parameter", at, other)


def _starts(starts: Any, at: At) -> Iterator[Edit]:
    if not isinstance(starts, dict):
        return
    for key, other in (("earliest", "latest"), ("latest", "earliest")):
        if len(listed(starts.get(key))) > 1:
            rest = {k: v for k, v in starts.items() if k != key}
            yield Edit("swap earliest and latest", at, {**rest, other: starts[key]})
            yield from each_out("drop one of several starts", (*at, key), starts[key], 1)
            yield from _whens(starts[key], (*at, key))
    if "counted_from" in starts:
        yield Edit("drop what it is counted from", (*at, "counted_from"), OUT)
    if "when" in starts:
        yield from each_out("drop a guard", (*at, "when"), starts["when"])


def _whens(refs: Any, at: At) -> Iterator[Edit]:
    """The conditions of moments."""
    for index, ref in enumerate(refs if isinstance(refs, list) else ()):
        if isinstance(ref, dict):
            yield from each_out("drop a guard", (*at, index, "when"), ref.get("when"))


def _warnings(duty: Mapping[str, Any], at: At, names: Known) -> Iterator[Edit]:
    for index, one in enumerate(duty.get("warnings", ())):
        here = (*at, "warnings", index)
        days = one["before_working_days"]
        yield Edit("drop a reminder", here, OUT)
        yield Edit("remind a day earlier", (*here, "before_working_days"), days + 1)
        if days > 0:
            yield Edit("remind a day later", (*here, "before_working_days"), days - 1)
        yield from each_out("drop one of those reminded", (*here, "to"), one["to"], 1)


def _on_miss(miss: Mapping[str, Any], at: At, names: Known) -> Iterator[Edit]:
    if miss.get("nothing"):
        return
    yield Edit("drop a clause's consequence", at, _NOTHING)
    if "mark" in miss:
        yield Edit("drop the label of a miss", (*at, "mark"), OUT)
    if "event" in miss and miss.get("effects"):
        yield Edit("drop the event of a miss", (*at, "event"), OUT)
    yield from effect_edits(miss.get("effects"), (*at, "effects"), names)
