"""What is walked together: a duty, or a track, with everything it looks at, and nothing besides.

A track looks at another when an event moves both, when one of its conditions is about the state,
the events, the facts, the papers or the licences of the other; at a duty when a condition asks for
it, when its miss or its end raises an event of the track, or when an act on it is refused once it
is late. A duty looks at the tracks whose events move it, and at what its conditions are about. What
nobody looks at is walked with what it looks at, one at a time: it moves nothing. What this hides is
the sum of what is owed on several slices at once, and a closing by tracks of another slice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from machines.compiler import Compiled
from machines.definition import Obligation, Timer
from machines.exploration.refs import (
    Looks,
    events_of,
    guards_of_duty,
    issuing,
    looks_of,
    moments_of,
    written_by,
)

Node = tuple[str, str]
"""("track", its name) or ("duty", its id)."""


@dataclass(frozen=True, slots=True)
class Slice:
    """Tracks and duties walked together. Other duties start and are not looked at any more."""

    tracks: frozenset[str]
    duties: frozenset[str]

    def covers(self, other: Slice) -> bool:
        """Whether a walk of this one sees whatever a walk of the other would see."""
        return self.tracks >= other.tracks and self.duties >= other.duties


def slices_of(compiled: Compiled) -> tuple[Slice, ...]:
    """What to walk, in the file's order: every track and every duty stands in one at least."""
    looks = _Looking(compiled)
    names = [("duty", one) for one in compiled.duties]
    names += [("track", one) for one in compiled.definition.tracks]
    found = list(dict.fromkeys(looks.together(node) for node in names))
    return tuple(
        one for one in found if not any(other.covers(one) for other in found if other != one)
    )


def slice_of(compiled: Compiled, tracks: Iterable[str]) -> Slice:
    """Some tracks with everything they look at."""
    looks = _Looking(compiled)
    return together(tuple(looks.together(("track", one)) for one in tracks))


def alike(slices: tuple[Slice, ...]) -> list[tuple[Slice, ...]]:
    """Slices of the same tracks, side by side: they differ in duties that nobody looks at."""
    found: dict[frozenset[str], list[Slice]] = defaultdict(list)
    for one in slices:
        found[one.tracks].append(one)
    return [tuple(some) for some in found.values()]


def together(slices: tuple[Slice, ...]) -> Slice:
    """Slices walked as one."""
    tracks = frozenset[str]().union(*(one.tracks for one in slices))
    return Slice(tracks, frozenset[str]().union(*(one.duties for one in slices)))


class _Looking:
    """What every track and every duty looks at."""

    def __init__(self, compiled: Compiled) -> None:
        self.compiled = compiled
        self.at: dict[Node, set[Node]] = defaultdict(set)
        self.writers: dict[str, set[Node]] = defaultdict(set)
        self.licences: dict[str, set[Node]] = defaultdict(set)
        definition = compiled.definition
        for edge in definition.transitions:
            for name in written_by(compiled, edge.event):
                self.writers[name].add(("track", edge.track))
            for effect in edge.effects:
                self.licences[getattr(effect, "licence", "")].add(("track", edge.track))
        for owed in definition.obligations:
            for effect in owed.on_miss.effects:
                self.licences[getattr(effect, "licence", "")].add(("duty", owed.id))
        for edge in definition.transitions:
            guards = (*edge.guards, *(one for effect in edge.effects for one in effect.when))
            track = ("track", edge.track)
            self.at[track] |= self._moved(edge.event) | self._seen(looks_of(guards))
        for duty in definition.duties:
            self._duty(duty)

    def together(self, node: Node) -> Slice:
        """A track or a duty with all it looks at, and all that that looks at."""
        found, new = {node}, [node]
        while new:
            for one in self.at[new.pop()] - found:
                found.add(one)
                new.append(one)
        return Slice(
            frozenset(name for kind, name in found if kind == "track"),
            frozenset(name for kind, name in found if kind == "duty"),
        )

    def _duty(self, duty: Obligation | Timer) -> None:
        node = ("duty", duty.id)
        events = {*events_of(duty), *issuing(self.compiled, duty)}
        self.at[node] |= self._seen(looks_of(guards_of_duty(duty)))
        for event in events:
            self.at[node] |= self._moved(event)
        if duty.due.before in self.compiled.duties:
            self.at[node].add(("duty", duty.due.before))
        if isinstance(duty, Timer):
            raised = {duty.raises}
        else:
            raised = {one for one in (duty.on_miss.mark, duty.on_miss.event) if one}
            if duty.late == "refused":
                raised |= {ref.event for ref in moments_of(duty) if ref.event is not None
                           and ref in (*duty.met_by, *duty.filed_by)}  # fmt: skip
        for event in raised:
            for track in self._moved(event):
                self.at[track].add(node)

    def _moved(self, event: str) -> set[Node]:
        return {("track", track) for track in self.compiled.tracks_of.get(event, ())}

    def _seen(self, looks: Looks) -> set[Node]:
        """The tracks and duties by which what is looked at comes about."""
        found = {("track", one) for one in looks.tracks}
        found |= {("duty", one) for one in (*looks.duties, *(duty for _, duty in looks.anew))}
        for event in looks.events:
            found |= self._moved(event)
        for name in looks.facts | self._owed(looks):
            found |= self.writers[name]
        for name in looks.licences:
            found |= self.licences[name]
        return found

    def _owed(self, looks: Looks) -> frozenset[str]:
        """The facts that decide which papers of the groups looked at are owed."""
        groups = self.compiled.definition.materials.groups
        named = (groups[name] for name in looks.facts & groups.keys())
        return looks_of(ref for group in named for item in group for ref in item.when).facts
