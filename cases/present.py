"""A case as its caller may see it: plain JSON by the contract of the HTTP interface."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from cases.identity import OVERSEERS, Identity, known_roles
from machines import engine_events
from machines.book import Rulebook
from machines.case import Case, Duty, Pause, Service
from machines.codec import Written, to_plain
from machines.compiler import Compiled
from machines.definition import Obligation
from machines.held import AWAITING_CALENDAR, held
from machines.offers import Blocked, offers
from machines.rungs import closed, settled
from machines.targets import targets
from rules.periods import shanghai_date
from rules.view import World


def present(
    compiled: Compiled, case: Case, identity: Identity, book: Rulebook, world: World,
    now: datetime,
) -> dict[str, Any]:  # fmt: skip
    """The whole case, with what this identity may do now and why not the rest. Values of the case
    stand in it as they are: `canonical` writes them."""
    roles = set(identity.roles)
    if roles & OVERSEERS:
        roles |= set(known_roles(compiled.definition))
    actor = identity.actor(())
    able, barred = offers(compiled, case, actor, roles, now, world)
    today = shanghai_date(now)
    waits = {duty.key: held(compiled, case, duty, today) for duty in case.duties}
    duties = [
        {**_obligation(compiled, duty, book), **_held(waits[duty.key])} for duty in case.duties
    ]
    return {
        "id": case.id,
        "version": case.version,
        "workflow": case.workflow,
        "definition": case.definition,
        "zone": case.zone,
        "subject": case.subject,
        "parties": case.parties,
        "facts": case.facts,
        "tracks": dict(case.tracks),
        "labels": _labels(compiled, case),
        "settled": settled(compiled, case),
        "closed": closed(compiled, case),
        "ended": case.ended,
        "stayed": case.stayed,
        "first_asked": next(iter(case.hands.get("first_asked", ())), None),
        "opened_at": case.opened_at.isoformat(),
        "licences": [
            {**to_plain(one), **_text(compiled, one.licence)} for one in case.licences.values()
        ],
        "held": AWAITING_CALENDAR if any(waits.values()) else None,
        "obligations": [one for one in duties if one["bearer"] is not None],
        "timers": [one for one in duties if one["bearer"] is None],
        "documents": [
            {**to_plain(one), **_text(compiled, one.material)} for one in case.documents.values()
        ],
        "materials": _materials(compiled, case),
        "services": [service(compiled, one) for one in case.services],
        "targets": _targets(compiled, case, world, now),
        **_across_cases(compiled, case, world),
        "available": [_available(compiled, one.event, one.role, one.clauses) for one in able],
        "blocked": [_blocked(compiled, one.event, one.role, _why(one)) for one in barred],
    }


def _held(why: str | None) -> dict[str, str]:
    return {} if why is None else {"held": why}


def _across_cases(compiled: Compiled, case: Case, world: World) -> dict[str, Any]:
    """What the credit file closes and grants to the subject, and the cases linked to this one."""
    credit = world.credit_of(case.subject.credit_key)
    return {
        "restrictions": [to_plain(one) for one in credit.restrictions],
        "privileges": [
            {**to_plain(one), **_words(compiled, "privilege", one.kind)}
            for one in credit.privileges
        ],
        "parent": case.parent,
        "linked": {link: list(cases) for link, cases in case.linked.items()},
    }


def _targets(compiled: Compiled, case: Case, world: World, now: datetime) -> list[dict[str, Any]]:
    """The results promised, as this case stands."""
    texts = {one.id: one for one in compiled.definition.targets}
    return [
        {**to_plain(one), "zh": texts[one.id].zh, "en": texts[one.id].en}
        for one in targets(compiled, case, world, now)
    ]


def _labels(compiled: Compiled, case: Case) -> dict[str, Mapping[str, str]]:
    tracks = compiled.definition.tracks
    return {
        track: {"zh": tracks[track].states[state].zh, "en": tracks[track].states[state].en}
        for track, state in case.tracks.items()
    }


def _text(compiled: Compiled, name: str) -> dict[str, str]:
    zh, en = compiled.labels.get(name, (name, name))
    return {"zh": zh, "en": en}


def _words(compiled: Compiled, kind: str, name: str) -> dict[str, str]:
    zh, en = compiled.words.get((kind, name), (name, name))
    return {"zh": zh, "en": en}


def obligation(compiled: Compiled, duty: Duty, book: Rulebook) -> dict[str, Any]:
    """One occurrence of an obligation or timer, by the contract, with its consequence in words."""
    plain: dict[str, Any] = to_plain(_obligation(compiled, duty, book))
    return plain


def _obligation(compiled: Compiled, duty: Duty, book: Rulebook) -> dict[str, Any]:
    due = {key: value for key, value in to_plain(duty.due).items() if value is not None}
    return {
        "id": duty.obligation,
        "occurrence": duty.occurrence,
        "bearer": duty.bearer,
        "side": compiled.sides.get(duty.bearer) if duty.bearer is not None else None,
        "due": due,
        "status": duty.status,
        "missed_on": duty.missed_on.isoformat() if duty.missed_on else None,
        "acted_at": duty.acted_at.isoformat() if duty.acted_at else None,
        "receipt": duty.receipt,
        "pauses": [_pause(one) for one in duty.pauses],
        "extensions": duty.extensions,
        "request": duty.request,
        **_terms(compiled, duty.obligation),
        **_bearer(book, duty),
    }


def _bearer(book: Rulebook, duty: Duty) -> dict[str, Any]:
    """Who owes it, in words; a timer is nobody's."""
    if duty.bearer is None:
        return {}
    role = book.roles.get(duty.bearer)
    return {"bearer_label": None if role is None else {"zh": role.zh, "en": role.en}}


@lru_cache(maxsize=4096)  # the same for every case of a text
def _terms(compiled: Compiled, name: str) -> Mapping[str, Any]:
    """What the text says of an obligation or timer."""
    spec = compiled.duties[name]
    terms: dict[str, Any] = {"zh": spec.zh, "en": spec.en, "clauses": list(spec.clauses)}
    if isinstance(spec, Obligation):
        terms["on_miss"] = {
            "event": spec.on_miss.event,
            "effects": [effect.do for effect in spec.on_miss.effects],
            "clauses": list(spec.on_miss.clauses),
            "reading": to_plain_text(spec.on_miss.reading or spec.reading),
            "inferred": spec.on_miss.inferred,
        }
    return terms


def _pause(one: Pause) -> dict[str, Any]:
    """A pause; once it is over, with the policy by which the period ran on."""
    said: dict[str, Any] = to_plain(one)
    return said if one.until is None else {**said, "policy": one.policy}


def service(compiled: Compiled, one: Service) -> dict[str, Any]:
    """One delivery with its proof: what, to whom, how, when, by whom, on which reference."""
    channel = engine_events.FACTS["channel"].choices[one.channel]
    return {
        "n": one.n,
        "document": one.document,
        **_text(compiled, one.document),
        "to": one.to,
        "to_label": _text(compiled, one.to),
        "channel": one.channel,
        "channel_label": {"zh": channel.zh, "en": channel.en},
        "status": one.status,
        "on": one.on.isoformat(),
        "served_on": shanghai_date(one.served_at).isoformat() if one.served_at else None,
        "runs_to": one.runs_to.isoformat() if one.runs_to else None,
        "recorded_at": one.recorded_at.isoformat(),
        "by": one.by,
        "proof": to_plain(one.proof),
        "receipt": to_plain(one.receipt),
    }


def to_plain_text(text: Any) -> dict[str, str] | None:
    """A text in two languages as JSON, or None."""
    return None if text is None else {"zh": text.zh, "en": text.en}


def _materials(compiled: Compiled, case: Case) -> dict[str, list[dict[str, Any]]]:
    return {
        group: [
            {**text, "in_hand": not accepted.isdisjoint(case.documents)} for accepted, text in items
        ]
        for group, items in _material_texts(compiled).items()
    }


@lru_cache(maxsize=256)
def _material_texts(
    compiled: Compiled,
) -> Mapping[str, list[tuple[frozenset[str], Mapping[str, Any]]]]:
    """What the text says of each material, with the ids under which it may be handed in."""
    return {
        group: [
            (
                frozenset(item.accepted),
                {
                    "id": item.id,
                    "zh": item.zh,
                    "en": item.en,
                    "clauses": list(item.clauses),
                    "one_of": [{"id": one.id, "zh": one.zh, "en": one.en} for one in item.one_of],
                },
            )
            for item in items
        ]
        for group, items in compiled.definition.materials.groups.items()
    }


@lru_cache(maxsize=4096)  # the same for every case of a text, and written once
def _available(compiled: Compiled, event: str, role: str, clauses: tuple[str, ...]) -> Written:
    return Written(
        {
            "event": event,
            "role": role,
            "facts_schema": engine_events.schema_of(compiled, event),
            "clauses": list(clauses),
            **_event_text(compiled, event),
        }
    )


def _event_text(compiled: Compiled, event: str) -> dict[str, str]:
    if event in engine_events.EVENTS:
        label = engine_events.EVENTS[event].label
        return {"zh": label.zh, "en": label.en}
    return _text(compiled, event)


@lru_cache(maxsize=4096)  # most reasons name nothing of the case
def _blocked(compiled: Compiled, event: str, role: str, why: Why) -> Written:
    reason, clause, rule, zh, en = why
    return Written(
        {
            "event": event,
            "role": role,
            "reason": reason,
            "clause": clause,
            "rule": None if rule is None else {"zh": rule[0], "en": rule[1]},
            "detail": {"zh": zh, "en": en},
            **_event_text(compiled, event),
        }
    )


Why = tuple[str, str | None, tuple[str, str] | None, str, str]


def _why(one: Blocked) -> Why:
    why = one.why
    return why.reason, why.clause, why.rule, why.zh, why.en
