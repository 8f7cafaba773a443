"""The journal of a case as people read it: who, when, from where to where, on what ground."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.console.visit import Visit
from api.console.wording import (
    effect_words,
    event_words,
    fact_label,
    fact_words,
    label,
    role_words,
    rung_words,
    state_words,
    track_words,
)
from machines.compiler import Compiled
from machines.outage_notices import EVENT as OUTAGE


@dataclass(frozen=True, slots=True)
class Happened:
    """One entry in words. `effects`: words and clauses; `automatic`: done by the engine; `why`: the
    sentence that explains it then, its clauses and its rule."""

    plain: Mapping[str, Any]
    words: str
    who: str
    role: str
    automatic: bool
    adverse: bool
    because: str
    moves: tuple[tuple[str, str, str], ...]
    facts: tuple[tuple[str, str], ...]
    documents: tuple[str, ...]
    effects: tuple[tuple[str, tuple[str, ...], str], ...]
    why: Mapping[str, Any] | None


def timeline(
    visit: Visit,
    compiled: Compiled,
    journal: Sequence[Mapping[str, Any]],
    explained: Sequence[Mapping[str, Any]],
) -> list[Happened]:
    """Every entry, the latest first. `explained`: why the automatic ones were written."""
    why = {one["seq"]: one for one in explained}
    return [_happened(visit, compiled, one, why.get(one["seq"])) for one in reversed(journal)]


def taken(journal: Sequence[Mapping[str, Any]]) -> frozenset[tuple[str, str, str]]:
    """Every move a case has made: (track, from, to)."""
    return frozenset(
        (track, ends[0], ends[1])
        for one in journal
        for track, ends in one.get("moves", {}).items()
    )  # fmt: skip


def _happened(
    visit: Visit, compiled: Compiled, one: Mapping[str, Any], why: Mapping[str, Any] | None
) -> Happened:
    actor, event = one["actor"], one["event"]
    automatic = one["kind"] in ("enforced", "automatic", "recounted", "migrated")
    because = one.get("because")
    opened = one["kind"] == "opened"
    effects = one.get("effects", ())
    return Happened(
        plain=one,
        words=visit.say("case.opened") if opened else _event(visit, compiled, one),
        who=visit.say("case.by_engine") if actor["user"] == "engine" else actor["user"],
        role="" if actor["role"] == "engine" else role_words(visit, actor["role"], compiled),
        automatic=automatic,
        adverse=any(effect.get("adverse") for effect in effects),
        because=_because(visit, compiled, because) if because else "",
        moves=tuple(
            (track_words(visit, compiled, track), state_words(visit, compiled, track, ends[0]),
             state_words(visit, compiled, track, ends[1]))
            for track, ends in one.get("moves", {}).items()
            if ends[0] != ends[1]
        ),
        facts=tuple(
            (fact_label(visit, compiled, event, name),
             fact_words(visit, compiled, event, name, value))
            for name, value in one.get("facts", {}).items()
        ),
        documents=tuple(label(visit, compiled, d["material"]) for d in one.get("documents", ())),
        effects=tuple(
            (effect_words(visit, compiled, effect["do"], effect.get("what", {})),
             tuple(effect.get("clauses", ())), visit.text(effect.get("reading")))
            for effect in effects
        ),
        why=why,
    )  # fmt: skip


def _event(visit: Visit, compiled: Compiled, one: Mapping[str, Any]) -> str:
    """The event's own name; a rung without one (a reminder) is named by what it is."""
    because = one.get("because")
    if one["kind"] == "migrated":
        return visit.say("case.migrated")
    if one["kind"] == "recounted":
        return visit.say("case.outage" if one["event"] == OUTAGE else "case.recounted")
    known = event_words(visit, compiled, one["event"])
    return rung_words(visit, because["rung"]) if because and known == one["event"] else known


def _because(visit: Visit, compiled: Compiled, because: Mapping[str, Any]) -> str:
    return visit.say("case.on_duty", what=label(visit, compiled, because["obligation"]))
