"""Bands of a number: what one state offers below, between and above its thresholds.

The edges that leave a state for the same people, under the same other conditions, and each for
another band of the same number, form a ladder. On every threshold and beside it exactly one rung
has to hold: two that hold are decided by the order of lines, and a number between the rungs on
which none holds is one nobody has thought of. Below the lowest and above the highest rung nothing
need hold: that is what the number is asked for. Conditions on the number of past records are no
bands of a fact and are not looked at.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from machines.codec import canonical
from machines.definition import Transition
from machines.exploration.property import Broken, Seen
from machines.exploration.symbolic import START
from machines.facts import check
from machines.frozen import replace
from machines.views import view_of
from machines.words import GuardRef
from rules.guards import first_unmet
from rules.view import View

_BANDS = frozenset({"at_most", "at_least", "above", "below", "within_band", "at_most_setting",
                    "at_least_setting"})  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Rung:
    """One edge of a ladder, and its conditions on the number."""

    index: int
    edge: Transition
    band: tuple[GuardRef, ...]


def bands_fit(seen: Seen) -> Iterator[Broken]:
    """Whether the bands of every number overlap or leave a hole."""
    if not seen.walked.cases:
        return
    for (track, state, fact, _), rungs in _ladders(seen).items():
        if len({canonical(_plain(one.band)) for one in rungs}) < 2:
            continue
        view = view_of(seen.compiled, seen.walked.cases[0], START, seen.worlds[0])
        held = {value: [one for one in rungs if _holds(view, one, fact, value)]
                for value in _values(seen, fact)}  # fmt: skip
        covered = [value for value, some in held.items() if some]
        for value, some in held.items():
            where = f"{track}.{state}"
            number = _case_in(seen, track, state)
            if not some and covered and min(covered) < value < max(covered):
                text = f"{fact} = {_said(value)} in {where} lies in no band"
                yield Broken(f"{where} {fact} hole", text, ("transitions", rungs[0].index), number,
                             None, rungs[0].edge.clauses)  # fmt: skip
            elif len(some) > 1 and _differ(some):
                names = " and ".join(dict.fromkeys(one.edge.event for one in some))
                text = f"{fact} = {_said(value)} in {where} lies in two bands ({names})"
                yield Broken(f"{where} {fact} twice", text, ("transitions", some[1].index), number,
                             None, some[1].edge.clauses)  # fmt: skip


def _ladders(seen: Seen) -> dict[tuple[str, str, str, str], list[_Rung]]:
    """The edges of each state that ask the same number and the same other things."""
    found: dict[tuple[str, str, str, str], list[_Rung]] = defaultdict(list)
    for index, edge in enumerate(seen.compiled.definition.transitions):
        if edge.track not in seen.walked.slice.tracks:
            continue
        asked = {str(one.args["fact"]) for one in edge.guards if one.name in _BANDS}
        for fact in asked:
            band = tuple(one for one in edge.guards
                         if one.name in _BANDS and one.args["fact"] == fact)  # fmt: skip
            rest = _plain(one for one in edge.guards if one not in band)
            key = canonical({"rest": rest, "role": sorted(edge.role)})
            for state in edge.source:
                found[edge.track, state, fact, key].append(_Rung(index, edge, band))
    return found


def _plain(guards: Any) -> list[Any]:
    return sorted(([one.name, dict(one.args)] for one in guards), key=str)


def _holds(view: View, rung: _Rung, fact: str, value: float) -> bool:
    return first_unmet(replace(view, facts={**view.facts, fact: value}), rung.band) is None


def _values(seen: Seen, fact: str) -> list[float]:
    """Every threshold of a number, both sides of it, and far below and above them all."""
    spec = seen.compiled.definition.facts[fact]
    near = [one for one in seen.moves.partition.values.get(fact, ()) if _number(one)]
    tried: list[float] = [*near, *([] if spec.type == "integer" else [one + 0.5 for one in near])]
    if near:
        tried += [min(near) - 1000, max(near) * 10 + 1000]
    return sorted({one for one in tried if check({fact: one}, (), (fact,), {fact: spec}) is None})


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _differ(rungs: list[_Rung]) -> bool:
    """Whether the bands are different ones, and none lies within another of another event."""
    if len({canonical(_plain(one.band)) for one in rungs}) < 2:
        return False
    return len({(one.edge.event, one.edge.to) for one in rungs}) > 1


def _case_in(seen: Seen, track: str, state: str) -> int | None:
    cases = seen.walked.cases
    return next((n for n, case in enumerate(cases) if case.tracks[track] == state), None)


def _said(value: float) -> str:
    return f"{value:g}"
