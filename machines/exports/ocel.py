"""Histories of cases as an object-centric event log: OCEL 2.0 in its JSON form.

Objects are cases, enterprises (and whoever else a case is about), licences, obligations and list
entries. They are written as the cases come; events are put aside in the caller's spool meanwhile,
because the objects of one case and its events stand in two lists.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import IO, Any

from machines.exports.history import Happened, History

OBJECT_TYPES: Mapping[str, tuple[str, ...]] = {
    "case": ("workflow", "zone", "definition"),
    "enterprise": ("kind", "name"),
    "licence": ("status",),
    "obligation": ("status", "bearer", "due"),
    "list_entry": ("list",),
}
EVENT_ATTRIBUTES = ("workflow", "kind", "role", "resource", "because")
_PIECE = 1 << 16


def ocel(histories: Iterable[History], spool: IO[str]) -> Iterator[str]:
    """The parts of a log, in order. `spool`: an empty file to put the events aside in."""
    types: dict[str, None] = {}
    yield '{"objectTypes": ' + _text(_types(OBJECT_TYPES)) + ',\n"objects": [\n'
    known: set[str] = set()
    separator = ""
    for history in histories:
        for one in _objects(history, known):
            yield separator + _text(one)
            separator = ",\n"
        for event in history.events:
            before = ",\n" if types else ""
            types[event.event] = None
            spool.write(before + _text(_event(history, event)))
    yield '\n],\n"eventTypes": ' + _text(_types(dict.fromkeys(types, EVENT_ATTRIBUTES)))
    yield ',\n"events": [\n'
    spool.seek(0)
    while piece := spool.read(_PIECE):
        yield piece
    yield "\n]}\n"


def _text(plain: Any) -> str:
    return json.dumps(plain, ensure_ascii=False)


def _types(types: Mapping[str, tuple[str, ...]]) -> list[dict[str, Any]]:
    return [
        {"name": name, "attributes": [{"name": one, "type": "string"} for one in attributes]}
        for name, attributes in types.items()
    ]


def _objects(history: History, known: set[str]) -> Iterator[dict[str, Any]]:
    """The objects of a case; an enterprise only where no earlier case has shown it."""
    opened = history.opened_at.isoformat()
    parties = [
        {"objectId": shown, "qualifier": role} for role, (_, shown) in history.parties.items()
    ]
    if history.parent is not None and history.parent in known:
        parties.append({"objectId": history.parent, "qualifier": "opened by"})
    known.add(history.case)
    values = {"workflow": history.workflow, "zone": history.zone, "definition": history.definition}
    shown_parties = {shown: kind for kind, shown in history.parties.values()}
    for event in history.events:
        for thing in event.things:
            if thing.of is not None:
                shown_parties.setdefault(thing.of, "enterprise")
    for shown, kind in shown_parties.items():
        if shown not in known:
            known.add(shown)
            told = {"kind": kind, **({"name": history.names[shown]} if history.names.get(shown)
                                     else {})}  # fmt: skip
            yield _object(shown, "enterprise", _at(opened, told), [])
    yield _object(history.case, "case", _at(opened, values), parties)
    yield from _lives(history)


def _lives(history: History) -> Iterator[dict[str, Any]]:
    """Obligations, licences and list entries of a case with every value they had, and when."""
    values: dict[str, list[dict[str, str]]] = {}
    kinds: dict[str, str] = {}
    owners: dict[str, list[dict[str, str]]] = {}
    last: dict[tuple[str, str], str] = {}
    for event in history.events:
        for thing in event.things:
            kinds[thing.id] = thing.kind
            changed = {n: v for n, v in thing.values.items() if last.get((thing.id, n)) != v}
            last.update({(thing.id, name): value for name, value in changed.items()})
            values.setdefault(thing.id, []).extend(_at(event.at.isoformat(), changed))
            if thing.of is not None:
                owners[thing.id] = [{"objectId": thing.of, "qualifier": "on the list"}]
    for name, kind in kinds.items():
        related = [{"objectId": history.case, "qualifier": "of"}, *owners.get(name, [])]
        yield _object(name, kind, values[name], related)


def _at(at: str, values: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "time": at, "value": value} for name, value in values.items()]


def _object(
    name: str, kind: str, attributes: list[dict[str, str]], related: list[dict[str, str]]
) -> dict[str, Any]:
    return {"id": name, "type": kind, "attributes": attributes, "relationships": related}


def _event(history: History, one: Happened) -> dict[str, Any]:
    said = {"workflow": history.workflow, "kind": one.kind, "role": one.role,
            "resource": one.resource, "because": one.because}  # fmt: skip
    related = {history.case: "case", history.parties["subject"][1]: "subject"}
    related.update({thing.id: thing.kind for thing in one.things})
    return {
        "id": f"{history.case}#{one.seq}",
        "type": one.event,
        "time": one.at.isoformat(),
        "attributes": [{"name": n, "value": v} for n, v in said.items() if v is not None],
        "relationships": [{"objectId": n, "qualifier": v} for n, v in related.items()],
    }
