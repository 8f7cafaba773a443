"""When two cases are the same for everything that can still happen to them.

Looked at is what some condition, some duty or some line that can still be reached from here looks
at: facts, papers and events of the past that nothing asks for any more are left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable

from machines.case import Case, Duty
from machines.compiler import Compiled
from machines.definition import Obligation, Timer
from machines.duties import RUNNING
from machines.exploration.refs import (
    NOTHING,
    Looks,
    events_of,
    guards_of_duty,
    looks_of,
    moments_of,
)
from machines.exploration.slices import Slice
from machines.exploration.symbolic import PAST
from machines.exploration.told import Told
from machines.exploration.worlds import parents_of
from rules.view import World

Place = tuple[str, str]


class Likeness:
    """The likeness of cases of one workflow, as far as one slice of its tracks goes."""

    def __init__(
        self, compiled: Compiled, slice_: Slice, told: Told, *, apart: bool = False
    ) -> None:
        self.compiled, self.slice, self.told = compiled, slice_, told
        self.apart = apart
        definition = compiled.definition
        onward: dict[Place, set[str]] = defaultdict(set)
        leaving: dict[Place, Looks] = defaultdict(lambda: NOTHING)
        events: dict[Place, set[str]] = defaultdict(set)
        for edge in definition.transitions:
            looks = looks_of((*edge.guards, *(g for effect in edge.effects for g in effect.when)))
            for source in edge.source:
                place = (edge.track, source)
                onward[place].add(source if edge.to == "same" else edge.to)
                leaving[place] |= looks
                events[place].add(edge.event)
        self.parents = parents_of(compiled)
        self._events: dict[Place, frozenset[str]] = {}
        self._looks: dict[Place, Looks] = {}
        for track in slice_.tracks:
            for state in definition.tracks[track].states:
                near = _closure(track, state, onward)
                self._events[track, state] = frozenset().union(*(events[one] for one in near))
                looks = NOTHING
                for one in near:
                    looks |= leaving[one]
                self._looks[track, state] = looks
        self._duty_events = {name: events_of(one) for name, one in compiled.duties.items()}
        self._duty_looks = {
            name: looks_of(guards_of_duty(one)) for name, one in compiled.duties.items()
        }
        self._item_looks = looks_of(
            guard
            for group in definition.materials.groups.values()
            for item in group
            for guard in item.when
        )

    def of(self, case: Case, number: int, world: World) -> Hashable:
        """Equal for two cases that are alike. `number`: which of the worlds they live in."""
        tracks = self.slice.tracks
        reach = frozenset[str]().union(*(self._events[t, case.tracks[t]] for t in tracks))
        looks = NOTHING
        for track in tracks:
            looks |= self._looks[track, case.tracks[track]]
        alive = [
            spec
            for name, spec in self.compiled.duties.items()
            if name in self.slice.duties
            and (self._duty_events[name] & reach or _to_come(case, name) or _by_service(spec))
        ]
        for spec in alive:
            looks |= self._duty_looks[spec.id]
        groups = looks.facts & self.compiled.groups.keys()
        if groups:
            looks |= self._item_looks
        return (
            self._lives_in(number, looks),
            tuple(sorted((t, s) for t, s in case.tracks.items() if t in tracks)),
            tuple(_duties(self.compiled, case, looks.duties, self.slice.duties)),
            tuple(sorted((n, one.status) for n, one in case.licences.items())),
            self.told.of(self.told.view(case, world), {}, looks.facts),
            _papers(self.compiled, case, groups, looks),
            self._past(case, looks, alive),
            tuple(sorted(case.parties)),
            case.ended,
            case.stayed,
        )

    def _lives_in(self, number: int, looks: Looks) -> Hashable:
        """The world, as far as something that can still be asked is about it."""
        if self.apart:
            return number
        view, parent = divmod(number, self.parents)
        return (view if looks.credit else None, parent if looks.parent else None)

    def _past(self, case: Case, looks: Looks, alive: Iterable[Obligation | Timer]) -> Hashable:
        """The events of the past that matter, and whether services are newer than the paper."""
        names = set(looks.events)
        served = []
        for spec in alive:
            names.update(ref.key for ref in moments_of(spec) if ref.serve is not None)
            names.update(ref.key for ref in spec.starts.latest)
            names.update(one for one in (spec.starts.counted_from, spec.due.before) if one)
            for ref in moments_of(spec):
                if ref.serve is not None and ref.key in case.happened:
                    issued = [
                        case.happened[event]
                        for event in self.compiled.definition.documents[ref.serve].issued_by
                        if event in case.happened
                    ]
                    if not issued or case.happened[ref.key] >= max(issued):
                        served.append(ref.key)
        return (tuple(sorted(names & case.happened.keys())), tuple(sorted(set(served))))


def _closure(track: str, state: str, onward: dict[Place, set[str]]) -> set[Place]:
    found, new = {(track, state)}, [state]
    while new:
        for after in onward[track, new.pop()]:
            if (track, after) not in found:
                found.add((track, after))
                new.append(after)
    return found


def _by_service(spec: Obligation | Timer) -> bool:
    return any(ref.serve is not None for ref in moments_of(spec))


def _to_come(case: Case, name: str) -> bool:
    return any(duty.obligation == name and runs(duty) for duty in case.duties)


def _duties(
    compiled: Compiled, case: Case, looked_at: frozenset[str], walked: frozenset[str]
) -> Iterable[Hashable]:
    """The newest occurrence of each duty, and what older ones still have to come. What is over and
    done, however it ended, is left out unless a condition looks at it."""
    newest = {duty.obligation: duty for duty in case.duties if duty.obligation in walked}
    found = {
        (duty.obligation, newest[duty.obligation] == duty, *_of(duty))
        for duty in case.duties
        if duty.obligation in walked
        and (
            runs(duty)
            or (
                newest[duty.obligation] == duty
                and (duty.obligation in looked_at or not _over(compiled, duty))
            )
        )
    }
    return sorted(found, key=str)


def _over(compiled: Compiled, duty: Duty) -> bool:
    """Nothing more can become of it, and nothing is refused because of it."""
    spec = compiled.duties[duty.obligation]
    if duty.status != "missed" or isinstance(spec, Timer):
        return duty.status in ("met", "waived")
    return spec.late == "accepted" and duty.acted_at is not None


def runs(duty: Duty) -> bool:
    """Something is still to come of this occurrence by itself: a date, or a consequence."""
    return duty.status in RUNNING or (duty.status == "missed" and "enforced" not in duty.fired)


def _of(duty: Duty) -> tuple[Hashable, ...]:
    due, rejected = duty.due, duty.receipt.get("rejected", {})
    return (
        duty.status,
        tuple(one for one in duty.fired if one in ("missed", "enforced", "raised")),
        due.kind,
        due.on == PAST,
        due.enforceable_from is None,
        due.event,
        duty.acted_at is None,
        bool(rejected.get("waits_for_service")) and "served_on" not in rejected,
    )


def _papers(compiled: Compiled, case: Case, groups: Iterable[str], looks: Looks) -> Hashable:
    """Which papers are in hand, and which of them are newer than the last act on a duty."""
    wanted = {item for group in groups for demand in compiled.groups[group] for item in demand}
    newer = []
    for group, obligation in looks.anew:
        duty = case.latest(obligation)
        since = None if duty is None else duty.acted_at
        for demand in compiled.groups[group]:
            newer += [
                (item, obligation)
                for item in demand
                if item in case.documents and (since is None or case.documents[item].at > since)
            ]
    return (tuple(sorted(wanted & case.documents.keys())), tuple(sorted(newer)))
