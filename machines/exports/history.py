"""What a log of cases says of them: the form that XES and OCEL are written from.

Taken from journals alone. Facts, names and papers are left out: a log shows what happened, in
which order and to what, and needs no more than that of anybody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from machines.case import Case, Entry

Alias = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Thing:
    """Something an event was about. `kind`: obligation, licence or list_entry; `values`: what
    the event left it with; `of`: the enterprise a list entry is on."""

    kind: str
    id: str
    values: Mapping[str, str]
    of: str | None = None


@dataclass(frozen=True, slots=True)
class Happened:
    """One journal entry. `because`: the period and rung that an act of the engine answers;
    `moves`: track -> the state it went to; `happened_at` None where it is the same."""

    seq: int
    event: str
    kind: str
    at: datetime
    happened_at: datetime | None
    resource: str
    role: str
    because: str | None
    moves: Mapping[str, str]
    clauses: tuple[str, ...]
    things: tuple[Thing, ...]


@dataclass(frozen=True, slots=True)
class History:
    """A case and what happened to it. `parties`: role (or `subject`) -> kind and alias; `names`:
    alias -> name, empty unless names were asked for."""

    case: str
    workflow: str
    zone: str
    definition: str
    parent: str | None
    opened_at: datetime
    parties: Mapping[str, tuple[str, str]]
    names: Mapping[str, str]
    events: tuple[Happened, ...]


def history_of(
    case: Case, entries: Iterable[Entry], alias: Alias, *, with_names: bool = False
) -> History:
    """The history of a case. `alias` turns a user or a code into what the log shows of it."""
    parties, names = {}, {}
    for role, party in {"subject": case.subject, **case.parties}.items():
        shown = alias(party.credit_key or f"{case.id}:{role}:{party.name}")
        parties[role] = (party.kind, shown)
        if with_names:
            names[shown] = party.name
    events = tuple(_happened(case, seq, entry, alias) for seq, entry in enumerate(entries, 1))
    return History(
        case.id, case.workflow, case.zone, case.definition, case.parent, case.opened_at, parties,
        names, events,
    )  # fmt: skip


def _happened(case: Case, seq: int, entry: Entry, alias: Alias) -> Happened:
    because = entry.because
    user = entry.actor.user
    return Happened(
        seq, entry.event, entry.kind, entry.at,
        entry.happened_at if entry.happened_at != entry.at else None,
        user if entry.actor.role == "engine" else alias(user),
        entry.actor.role,
        None if because is None else f"{because.obligation}#{because.occurrence}:{because.rung}",
        {track: ends[1] for track, ends in entry.moves.items()},
        entry.clauses,
        tuple(_things(case.id, seq, entry, alias)),
    )  # fmt: skip


def _things(case: str, seq: int, entry: Entry, alias: Alias) -> Iterable[Thing]:
    for duty in entry.duties:
        values = {"status": duty.status, "bearer": duty.bearer or "", "due": _day(duty.due.on)}
        yield Thing("obligation", f"{case}/{duty.obligation}#{duty.occurrence}", values)
    for licence in entry.licences:
        yield Thing("licence", f"{case}/{licence.licence}", {"status": licence.status})
    for effect in entry.effects:
        if effect.do == "list":
            values = {"list": str(effect.what.get("list", ""))}
            on = None if effect.uscc is None else alias(effect.uscc)
            yield Thing("list_entry", f"{case}/{seq}.{effect.n}", values, on)


def _day(day: date | None) -> str:
    return "" if day is None else day.isoformat()
