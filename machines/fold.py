"""How a journal becomes a case: `evolve` one entry, `replay` them all. Nothing is recomputed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from machines.case import Case, Duty, Entry, Party, Past, Service, Undo
from machines.codec import from_plain
from machines.frozen import replace
from machines.rehoming import rehomed


class ReplayError(ValueError):
    """A journal does not begin with its opening, or an entry does not fit the case before it."""


def replay(entries: Iterable[Entry]) -> Case:
    """The case a journal describes. Raises ReplayError for an empty or headless journal."""
    case: Case | None = None
    for entry in entries:
        case = evolve(case, entry)
    if case is None:
        raise ReplayError("the journal is empty")
    return case


def evolve(case: Case | None, entry: Entry) -> Case:
    """The case after one entry. Raises ReplayError where a move starts where the case is not."""
    before = begun(case, entry)
    if entry.kind == "migrated":
        return rehomed(before, entry)
    return with_duties_of(entry, before, advanced(before, entry))


def begun(case: Case | None, entry: Entry) -> Case:
    """The case before an entry: an empty one before the entry that opens it."""
    if case is None:
        return _opened(entry)
    if entry.kind == "opened":
        raise ReplayError(f"case {case.id} is opened twice")
    return case


def with_duties_of(entry: Entry, before: Case, after: Case) -> Case:
    """The case after an entry with its duties, and with what can be undone of it."""
    duties = with_duties(before.duties, entry.duties)
    return replace(after, duties=duties, undo=_undo(before, entry))


def advanced(before: Case, entry: Entry) -> Case:
    """The case after an entry, but for its duties and for what can be undone of it."""
    for track, (source, _) in entry.moves.items():
        if before.tracks.get(track) != source:
            raise ReplayError(
                f"entry {before.version + 1} of case {before.id} moves {track} from {source}, "
                f"but it is in {before.tracks.get(track)}"
            )
    marks = entry.marks
    keys = marks.get("keys", (entry.event,))
    return replace(
        before,
        version=before.version + 1,
        tracks=_with(before.tracks, {track: to for track, (_, to) in entry.moves.items()}),
        facts=_with(before.facts, marks.get("facts", entry.facts)),
        documents=_with(before.documents, {one.material: one for one in entry.documents}),
        licences=_with(before.licences, {one.licence: one for one in entry.licences}),
        happened=_with(before.happened, dict.fromkeys(keys, entry.happened_at)),
        recorded=_recorded(before, keys, entry),
        services=_services(before.services, marks.get("service")),
        track_last=_with(before.track_last, {track: entry.happened_at for track in entry.moves}),
        hands=_hands(_first(before, marks), marks.get("hand"), entry.actor.user),
        subject=from_plain(Party, marks["subject"]) if "subject" in marks else before.subject,
        stayed=marks.get("stayed", before.stayed),
        ended=marks.get("ended", before.ended),
        parties=_with(before.parties, _parties(marks.get("parties", {}))),
        linked=_linked(before, entry),
        recounted=marks["recount"]["number"] if "recount" in marks else before.recounted,
    )


def _opened(entry: Entry) -> Case:
    head = entry.marks.get("opens")
    if entry.kind != "opened" or head is None:
        raise ReplayError("the journal does not begin with its opening")
    return Case(
        id=head["id"],
        workflow=head["workflow"],
        definition=head["definition"],
        zone=head["zone"],
        subject=from_plain(Party, head["subject"]),
        parties=_parties(head["parties"]),
        opened_at=entry.at,
        version=0,
        tracks=dict(head["tracks"]),
        parent=head.get("parent"),
    )


def _parties(plain: Mapping[str, Any]) -> dict[str, Party]:
    return {role: from_plain(Party, one) for role, one in plain.items()}


def _linked(before: Case, entry: Entry) -> Mapping[str, tuple[str, ...]]:
    """The cases an entry opens; their numbers follow from the entry's own. An opening that is
    taken back links no more."""
    linked = before.linked
    for effect in entry.effects:
        if effect.do == "retract" and effect.what["do"] == "open_case":
            gone = child_id(before.id, effect.what["entry"], effect.what["effect"])
            linked = {link: tuple(one for one in known if one != gone)
                      for link, known in linked.items()}  # fmt: skip
        elif effect.do == "open_case":
            link, number = (
                str(effect.what["link"]),
                child_id(before.id, before.version + 1, effect.n),
            )
            linked = {**linked, link: (*linked.get(link, ()), number)}
    return linked


def _recorded(before: Case, keys: Iterable[str], entry: Entry) -> Mapping[str, datetime]:
    """When that which is said to have happened earlier was put on record."""
    if entry.happened_at < entry.at:
        return {**before.recorded, **dict.fromkeys(keys, entry.at)}
    if not any(key in before.recorded for key in keys):
        return before.recorded
    return {key: at for key, at in before.recorded.items() if key not in keys}


def _services(known: tuple[Service, ...], plain: Any) -> tuple[Service, ...]:
    """The deliveries, with the one that an entry records or completes."""
    if plain is None:
        return known
    service = from_plain(Service, plain)
    return (*(one for one in known if one.n != service.n), service)


def child_id(case_id: str, seq: int, n: int) -> str:
    """The number of a case that an effect opens: it can be opened only once."""
    return f"{case_id}.{seq}.{n}"


def _with(old: Mapping[str, Any], new: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**old, **new} if new else old


def with_duties(old: tuple[Duty, ...], new: tuple[Duty, ...]) -> tuple[Duty, ...]:
    """Duties with some of them replaced by newer values, and new occurrences at the end."""
    if not new:
        return old
    newer = {(duty.obligation, duty.occurrence): duty for duty in new}
    kept = [newer.pop((duty.obligation, duty.occurrence), duty) for duty in old]
    return (*kept, *newer.values())


def _first(before: Case, marks: Mapping[str, Any]) -> Mapping[str, tuple[str, ...]]:
    """Who was asked first stays answerable (a service rule a workflow may switch on)."""
    asked = marks.get("first_asked")
    return before.hands if asked is None else {**before.hands, "first_asked": (asked,)}


def _hands(
    hands: Mapping[str, tuple[str, ...]], duty: str | None, user: str
) -> Mapping[str, tuple[str, ...]]:
    if duty is None or user in hands.get(duty, ()):
        return hands
    return {**hands, duty: (*hands.get(duty, ()), user)}


def _undo(before: Case, entry: Entry) -> tuple[Undo, ...]:
    """Remembers what an adverse entry, or the label of a miss, changed; forgets what a
    restoration has put back."""
    undo = before.undo
    restored = entry.marks.get("restored", ())
    if restored:
        undo = tuple(one for one in undo if one.seq not in restored)
    label = entry.because is not None and entry.because.rung == "missed"
    if not label and not any(effect.adverse for effect in entry.effects):
        return undo
    changed = {one.licence for one in entry.licences}
    touched = {duty.key for duty in entry.duties}
    old = tuple(duty for duty in before.duties if duty.key in touched)
    return (
        *undo,
        Undo(
            seq=before.version + 1,
            because=entry.because,
            armed=tuple(sorted(touched - {duty.key for duty in before.duties})),
            tracks={track: source for track, (source, _) in entry.moves.items()},
            licences=tuple(one for one in before.licences.values() if one.licence in changed),
            touched=tuple(duty.key for duty in old),
            retractable=bool(entry.effects),
            left={track: to for track, (_, to) in entry.moves.items()},
            at=entry.happened_at,
        ).with_past(Past(old, entry.effects)),
    )


def remembered(case: Case, journal: Iterable[Entry]) -> Case:
    """A case as it was read from its record, with all that a restoration has to put back."""
    return replace(case, undo=replay(journal).undo)
