"""A case as its page shows it: duties, acts, materials, in the words of its definition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from api.console.changes import changes
from api.console.fields import Field, fields_of
from api.console.receipts import receipt_rows
from api.console.time_left import Left, time_left
from api.console.visit import Visit
from api.console.wording import effect_words, event_words, label, role_words, state_words
from api.console.worklist import roles_of
from machines import engine_events
from machines.compiler import Compiled
from machines.definition import Obligation, Transition
from machines.effects import ADVERSE
from machines.words import Grounded

STATUS_TONES = {"open": "open", "filed": "open", "met": "ok", "missed": "bad", "waived": "off",
                "suspended": "warn"}  # fmt: skip
LICENCE_TONES = {"live": "ok", "suspended": "warn"}
Plain = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Consequence:
    """One effect of a miss, in words, with what it rests on."""

    words: str
    clauses: tuple[str, ...]
    reading: str


@dataclass(frozen=True, slots=True)
class DutyView:
    """One occurrence of a duty or period. `changes`: what moved its date, or stops it."""

    plain: Plain
    tone: str
    left: Left
    due: str
    changes: tuple[str, ...]
    bearer: str
    consequences: tuple[Consequence, ...]
    inferred: bool
    reading: str
    clauses: tuple[str, ...]
    miss_clauses: tuple[str, ...]
    receipt: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ActView:
    """One act the person may do now: its form, and what it leads to."""

    event: str
    words: str
    role: str
    clauses: tuple[str, ...]
    fields: Sequence[Field]
    leads_to: tuple[str, ...]
    effects: tuple[str, ...]
    danger: bool
    notes: tuple[str, ...]


def duties(visit: Visit, compiled: Compiled, plain: Sequence[Plain]) -> list[DutyView]:
    """Duties, what is still owed first, by date."""
    views = [_duty(visit, compiled, one) for one in plain]
    waiting = {"open": 0, "missed": 0, "filed": 1, "suspended": 1}
    return sorted(
        views, key=lambda v: (waiting.get(v.plain["status"], 2), v.plain["due"].get("on", "9999"))
    )


def _duty(visit: Visit, compiled: Compiled, plain: Plain) -> DutyView:
    spec = compiled.duties[plain["id"]]
    due = plain["due"]
    on = date.fromisoformat(due["on"]) if "on" in due else None
    at = datetime.fromisoformat(due["at"]) if "at" in due else None
    running = plain["status"] in ("open", "missed")
    left = time_left(visit, on, at, missed=plain["status"] == "missed")
    if plain.get("held"):
        left = Left(visit.say("held.calendar"), left.beside, "undated")
    miss = spec.on_miss if isinstance(spec, Obligation) else None
    return DutyView(
        plain=plain,
        tone=STATUS_TONES[plain["status"]],
        left=left if running else Left("", left.beside, "undated"),
        due=_due_words(visit, compiled, due),
        changes=changes(visit, plain),
        bearer=role_words(visit, plain["bearer"], compiled) if plain["bearer"] else "",
        consequences=consequences(visit, compiled, spec),
        inferred=miss is not None and miss.inferred,
        reading=_reading(visit, miss) if miss is not None else _reading(visit, spec),
        clauses=tuple(spec.clauses),
        miss_clauses=tuple(miss.clauses) if miss is not None else (),
        receipt=receipt_rows(visit, compiled, plain.get("receipt") or {}),
    )


def _reading(visit: Visit, line: Grounded) -> str:
    return visit.text(line.reading)


def _due_words(visit: Visit, compiled: Compiled, due: Plain) -> str:
    """The date and its kind, or the word that stands in its place."""
    kind = due["kind"]
    if kind in ("standing", "none"):
        return visit.say(f"due.{kind}")
    if kind == "event":
        return visit.say("due.event", what=label(visit, compiled, str(due.get("event", ""))))
    if "at" in due:
        return f"{datetime.fromisoformat(due['at']).astimezone(visit.now.tzinfo):%Y-%m-%d %H:%M}"
    words = str(due.get("on", ""))
    if kind == "provisional":
        span = visit.say("left.range", a=due.get("earliest", "?"), b=due.get("latest", "?"))
        words = f"{words} ({visit.say('due.provisional')}: {span})"
    if "opens_on" in due:
        words = f"{words} · {visit.say('left.opens', on=due['opens_on'])}"
    return words


def consequences(visit: Visit, compiled: Compiled, spec: Any) -> tuple[Consequence, ...]:
    """What follows from a miss; empty for a period that is nobody's duty."""
    if not isinstance(spec, Obligation):
        return ()
    if spec.on_miss.nothing:
        return (Consequence(visit.say("effect.nothing"), (), ""),)
    return tuple(
        Consequence(
            effect_words(visit, compiled, one.do, one.model_dump()),
            tuple(one.clauses), visit.text(one.reading),
        )
        for one in spec.on_miss.effects
    )  # fmt: skip


def acts(
    visit: Visit, compiled: Compiled, plain: Plain, kept: Mapping[str, Any]
) -> tuple[list[ActView], list[ActView]]:
    """What the person may do now: acts of the procedure, and the general ones. `kept`: the form
    values of a refused act, by its event."""
    views = [
        _act(visit, compiled, plain, one, kept.get(one["event"], {}))
        for one in plain["available"]
    ]  # fmt: skip
    own = [one for one in views if one.event not in engine_events.EVENTS]
    return own, [one for one in views if one.event in engine_events.EVENTS]


def _act(
    visit: Visit, compiled: Compiled, plain: Plain, offer: Plain, kept: Mapping[str, Any]
) -> ActView:
    event, tracks = offer["event"], plain["tracks"]
    edges = [
        edge
        for track in compiled.tracks_of.get(event, ())
        for edge in compiled.table.get((track, tracks[track], event), ())
    ]
    effects = [effect for edge in edges for effect in edge.effects]
    words = (effect_words(visit, compiled, one.do, one.model_dump()) for one in effects)
    return ActView(
        event=event,
        words=event_words(visit, compiled, event),
        role=role_words(visit, offer["role"], compiled),
        clauses=tuple(offer["clauses"]),
        fields=fields_of(visit, compiled, event, offer["facts_schema"], kept),
        leads_to=tuple(dict.fromkeys(_leads_to(visit, compiled, tracks, edges))),
        effects=tuple(dict.fromkeys(words)),
        danger=any(one.do in ADVERSE for one in effects),
        notes=tuple(dict.fromkeys(_notes(visit, edges))),
    )


def _leads_to(
    visit: Visit, compiled: Compiled, tracks: Mapping[str, str], edges: Sequence[Transition]
) -> list[str]:
    return [
        state_words(visit, compiled, edge.track, edge.to)
        for edge in edges
        if edge.to not in ("same", tracks[edge.track])
    ]


def _notes(visit: Visit, edges: Sequence[Transition]) -> list[str]:
    notes = [visit.say("inferred")] if any(edge.inferred for edge in edges) else []
    return notes + [
        visit.say("reading") + visit.text(edge.reading)
        for edge in edges
        if edge.reading is not None
    ]


def waiting(visit: Visit, compiled: Compiled, plain: Plain) -> list[tuple[str, str]]:
    """What the case waits for, and from whom."""
    found = []
    for event in compiled.possible(plain["tracks"]):
        roles = roles_of(compiled, plain["tracks"], event)
        if roles:
            words = " / ".join(role_words(visit, role, compiled) for role in roles)
            found.append((event_words(visit, compiled, event), words))
    return found
