"""Tracks that never look at each other are walked one slice at a time.

Two tracks belong together when an event moves both, when a condition on one looks at the state,
the events, the facts, the papers, the licences or the duties of the other, or when one duty
moves by events of both. What this hides: nothing that a condition can see, since there is none
that looks across; only the sum of what is owed on several slices at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from machines.compiler import Compiled
from machines.exploration.refs import Looks, events_of, guards_of_duty, looks_of, written_by

Slice = frozenset[str]


def slices_of(compiled: Compiled) -> tuple[Slice, ...]:
    """The groups of tracks, in the file's order. Together they are all tracks."""
    sets = _Sets(compiled)
    definition = compiled.definition
    for tracks in compiled.tracks_of.values():
        sets.join(tracks)
    for edge in definition.transitions:
        guards = (*edge.guards, *(one for effect in edge.effects for one in effect.when))
        sets.join((edge.track, *sets.seen(looks_of(guards))))
    for duty in definition.duties:
        moved = [track for event in events_of(duty) for track in compiled.tracks_of.get(event, ())]
        sets.join((*moved, *sets.seen(looks_of(guards_of_duty(duty)))))
    return sets.groups()


class _Sets:
    """Tracks, joined more and more."""

    def __init__(self, compiled: Compiled) -> None:
        self.compiled = compiled
        self.of = {track: {track} for track in compiled.definition.tracks}
        self.writers: dict[str, set[str]] = defaultdict(set)
        self.licences: dict[str, set[str]] = defaultdict(set)
        for edge in compiled.definition.transitions:
            for name in written_by(compiled, edge.event):
                self.writers[name].add(edge.track)
            for effect in edge.effects:
                self.licences[getattr(effect, "licence", "")].add(edge.track)

    def seen(self, looks: Looks) -> set[str]:
        """The tracks on which what is looked at comes about."""
        duties = [self.compiled.duties[name] for name in looks.duties]
        events = looks.events.union(*(events_of(duty) for duty in duties))
        found = set(looks.tracks)
        for event in events:
            found.update(self.compiled.tracks_of.get(event, ()))
        for name in looks.facts:
            found |= self.writers[name]
        for name in looks.licences:
            found |= self.licences[name]
        return found

    def join(self, tracks: Iterable[str]) -> None:
        known = [track for track in tracks if track in self.of]
        whole = set().union(*(self.of[track] for track in known)) if known else set()
        for track in whole:
            self.of[track] = whole

    def groups(self) -> tuple[Slice, ...]:
        found: dict[Slice, None] = {}
        for track in self.compiled.definition.tracks:
            found[frozenset(self.of[track])] = None
        return tuple(found)
