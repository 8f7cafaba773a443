"""How `evolve` folds a migration: a case under another text, by the names the entry itself states.

Nothing is looked up in either text: the journal alone says what became of every name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from machines.case import Because, Case, Duty, Entry, Past, Undo
from machines.frozen import replace

Keys = Mapping[tuple[str, int], tuple[str, int]]


def rehomed(before: Case, entry: Entry) -> Case:
    """The case after a `migrated` entry."""
    said = entry.marks["migration"]
    named, dropped = said.get("renamed", {}), said.get("dropped", {})
    keys = {(a, b): (c, d) for a, b, c, d in said["duties"]}
    duties = [_called(duty, keys) for duty in before.duties if duty.key in keys]
    newer = {duty.key: duty for duty in entry.duties}
    facts = _renamed(before.facts, named.get("facts", {}), dropped.get("facts", ()))
    documents = _renamed(before.documents, named.get("materials", {}),
                         dropped.get("materials", ()))  # fmt: skip
    licences = _renamed(before.licences, named.get("licences", {}))
    events = named.get("events", {})
    return replace(
        before,
        definition=said["to"],
        version=before.version + 1,
        tracks=dict(said["tracks"]),
        facts=facts,
        documents={name: replace(one, material=name) for name, one in documents.items()},
        licences={name: replace(one, licence=name) for name, one in licences.items()},
        happened={**_renamed(before.happened, events), entry.event: entry.happened_at},
        recorded=_renamed(before.recorded, events),
        track_last=_renamed(before.track_last, named.get("tracks", {}), dropped.get("tracks", ())),
        duties=tuple(newer.get(duty.key, duty) for duty in duties),
        undo=tuple(_undo(one, said, keys) for one in before.undo),
    )


def _called(duty: Duty, keys: Keys) -> Duty:
    name, occurrence = keys[duty.key]
    return replace(duty, obligation=name, occurrence=occurrence)


def _renamed(
    old: Mapping[str, Any], names: Mapping[str, str], dropped: Iterable[str] = ()
) -> dict[str, Any]:
    gone = set(dropped)
    return {names.get(name, name): value for name, value in old.items() if name not in gone}


def _undo(undo: Undo, said: Mapping[str, Any], keys: Keys) -> Undo:
    """What can be taken back goes by the new names, too; of a duty that has left, nothing."""
    named = said.get("renamed", {})
    because, past = undo.because, undo.past
    if because is not None:
        key = keys.get((because.obligation, because.occurrence))
        because = because if key is None else Because(*key, because.rung)
    if past is not None:
        past = Past(tuple(_called(d, keys) for d in past.duties if d.key in keys), past.effects)
    licences = named.get("licences", {})
    again = replace(
        undo,
        because=because,
        armed=tuple(keys[key] for key in undo.armed if key in keys),
        touched=tuple(keys[key] for key in undo.touched if key in keys),
        tracks=states_of(undo.tracks, said),
        left=states_of(undo.left, said),
        licences=tuple(
            replace(one, licence=licences.get(one.licence, one.licence)) for one in undo.licences
        ),
    )
    return again if past is None else again.with_past(past)


def states_of(tracks: Mapping[str, str], said: Mapping[str, Any]) -> dict[str, str]:
    """Tracks and their states by the new names."""
    named, gone = said.get("renamed", {}), said.get("dropped", {}).get("tracks", ())
    states = named.get("states", {})
    return {
        named.get("tracks", {}).get(track, track): states.get(track, {}).get(state, state)
        for track, state in tracks.items()
        if track not in gone
    }
