"""The events every workflow has: service, pauses, extensions, withdrawal, correction, stay,
restoration, deregistration; and the checks every act passes before its guards.

Their facts are fixed here, their law in `law`: a pause needs a written notice, an extension comes
before expiry and only moves a date later, a correction and a restoration need a second person.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from machines import (
    acknowledgement,
    annulment,
    engine_facts,
    extension,
    remedies,
    service,
    succession,
    suspension,
)
from machines.acts import Act, Refused
from machines.case import ENGINE, Actor, Case
from machines.codec import to_plain
from machines.compiler import Compiled
from machines.definition import FactSpec
from machines.facts import check, event_schema
from machines.occurrence import Occurrence
from machines.remedy import Remedy
from machines.rungs import closed
from machines.words import Text
from rules.periods import shanghai_date
from rules.view import World

_ANY_AUTHORITY = "authority"
BEARER = "bearer"
_OWN_FLOOR = ("serve", "record_failed_service")  # never before the issue of their document


FACTS = engine_facts.FACTS


@dataclass(frozen=True, slots=True)
class EngineEvent:
    """One event of the engine: its labels, facts, who may raise it and what it does.

    `side`: authority, applicant, engine; or bearer, who owes the duty in question."""

    label: Text
    needs: tuple[str, ...]
    may: tuple[str, ...]
    side: str
    does: Callable[[Remedy], Occurrence | Refused]
    when_closed: bool = False


EVENTS: dict[str, EngineEvent] = {
    "serve": EngineEvent(
        Text(zh="送达", en="Serve a document"),
        ("document", "to", "channel"),
        ("reference", "served_on", "signed_by", "refused_to_sign", "witness", "system",
         "published_on", "reason"),
        _ANY_AUTHORITY, service.serve, when_closed=True,
    ),
    "record_failed_service": EngineEvent(
        Text(zh="记录未能送达", en="Record a failed delivery"),
        ("document", "to", "channel", "reason"), ("attempted", "reference"), _ANY_AUTHORITY,
        service.record_failed_service, when_closed=True,
    ),
    "suspend": EngineEvent(
        Text(zh="中止计时", en="Suspend a period"),
        ("obligation", "reason", "notice"), (), _ANY_AUTHORITY, suspension.suspend,
    ),
    "resume": EngineEvent(
        Text(zh="恢复计时", en="Resume a period"),
        ("obligation", "reason"), ("policy",), _ANY_AUTHORITY, suspension.resume,
    ),
    "extend": EngineEvent(
        Text(zh="延长期限", en="Extend a period"),
        ("obligation", "new_due_on", "ground", "reason", "paper"), ("requested_by",),
        _ANY_AUTHORITY, extension.extend,
    ),
    "request_extension": EngineEvent(
        Text(zh="申请延长期限", en="Ask for an extension"),
        ("obligation", "reason"), ("new_due_on",), BEARER, extension.request_extension,
    ),
    "refuse_extension": EngineEvent(
        Text(zh="不予延长期限", en="Refuse an extension"),
        ("obligation", "reason"), (), _ANY_AUTHORITY, extension.refuse_extension,
    ),
    "withdraw": EngineEvent(
        Text(zh="撤回申请", en="Withdraw the application"),
        ("reason",), (), "applicant", remedies.withdraw,
    ),
    "correct_record": EngineEvent(
        Text(zh="更正记录", en="Correct the record"),
        ("fact", "value", "reason", "confirmed_by"), (), _ANY_AUTHORITY, remedies.correct_record,
    ),
    "stay": EngineEvent(
        Text(zh="停止执行", en="Stay enforcement"),
        ("reason", "paper"), (), _ANY_AUTHORITY, remedies.stay,
    ),
    "lift_stay": EngineEvent(
        Text(zh="解除停止执行", en="Lift the stay"),
        ("reason",), (), _ANY_AUTHORITY, remedies.lift_stay,
    ),
    "restore": EngineEvent(
        Text(zh="恢复（纠正不当处理）", en="Restore after a wrongful act"),
        ("entry", "policy", "reason", "paper", "confirmed_by"), (), _ANY_AUTHORITY,
        remedies.restore, when_closed=True,
    ),
    "cancel_registration": EngineEvent(
        Text(zh="注销登记", en="Cancel the registration"),
        ("reason", "paper"), (), _ANY_AUTHORITY, remedies.cancel_registration,
    ),
    "acknowledge_recount": EngineEvent(
        Text(zh="知悉期限提前", en="Take note of an earlier date"),
        (), ("obligation",), _ANY_AUTHORITY, acknowledgement.acknowledge_recount, when_closed=True,
    ),
    "succeed": EngineEvent(
        Text(zh="名称变更或主体承继", en="Another name, or a successor"),
        succession.NEEDS, (), "engine", succession.succeed, when_closed=True,
    ),
    "annul": EngineEvent(
        Text(zh="撤销立案", en="Annul the opening"),
        ("reason", "reference"), (), "engine", annulment.annul,
    ),
}  # fmt: skip


def entitled(compiled: Compiled, case: Case, act: Act, at: datetime) -> Refused | None:
    """What every act must pass first: a known event, no time to come, the right person."""
    refused = _known(compiled, act.event)
    if refused is not None:
        return refused
    if act.happened_at is not None and act.happened_at > at:
        when = act.happened_at.isoformat()
        return Refused(
            "in_future", f"发生时间 {when} 晚于当前时间。",
            f"happened_at {when} lies after now ({at.isoformat()})",
        )  # fmt: skip
    return stranger(compiled, case, act.actor)


def open_to(compiled: Compiled, case: Case, act: Act) -> Refused | None:
    """Then: an open case, and no time before the last act of the same track."""
    engine = EVENTS.get(act.event)
    if closed(compiled, case) and not (engine is not None and engine.when_closed):
        return case_closed()
    return _in_order(compiled, case, act)


def case_closed() -> Refused:
    """Why nothing can be done in a closed case."""
    return Refused(
        "case_closed", "案件已办结，不能再办理；如需纠正，请使用“恢复”。",
        "the case is closed; only a restoration can change it",
    )  # fmt: skip


def _known(compiled: Compiled, event: str) -> Refused | None:
    if event in compiled.definition.events or event in EVENTS:
        return None
    names = [*compiled.definition.events, *EVENTS]
    near = difflib.get_close_matches(event, names, 1)
    hint = f"；是否应为 {near[0]}" if near else ""
    hint_en = f"; did you mean {near[0]}?" if near else ""
    key = compiled.definition.key
    return Refused(
        "unknown_event", f"{key} 没有名为 {event} 的操作{hint}。",
        f"{key} has no event named {event}{hint_en}", context={"known": names},
    )  # fmt: skip


def _in_order(compiled: Compiled, case: Case, act: Act) -> Refused | None:
    when = act.happened_at
    if when is None or act.event in _OWN_FLOOR:
        return None
    tracks = compiled.tracks_of.get(act.event, tuple(case.tracks))
    last = max(
        (case.track_last.get(track, case.opened_at) for track in tracks), default=case.opened_at
    )
    if when >= last:
        return None
    return Refused(
        "before_last_act", f"发生时间早于该流程上一操作的时间（{last.isoformat()}）。",
        f"happened_at lies before the last act of the same track ({last.isoformat()})",
    )  # fmt: skip


def stranger(compiled: Compiled, case: Case, actor: Actor) -> Refused | None:
    """An applicant acts in its own case only; a party of the case for itself only."""
    if compiled.sides.get(actor.role) == "authority" or actor.role == "engine":
        return None
    if actor.role in compiled.definition.parties and actor.role not in case.parties:
        return Refused(
            "party_not_named", "本案尚未确定该当事方，不能由其办理。",
            f"this case has not named its {actor.role} yet",
        )  # fmt: skip
    party = case.subject if actor.role == "applicant" else case.party(actor.role)
    users = case.hands.get("apply", ())
    another = (
        actor.enterprise != party.uscc
        if actor.enterprise is not None and party.uscc is not None
        else actor.role == "applicant" and bool(users) and actor.user not in users
    )
    if not another:
        return None
    return Refused(
        "not_your_case", "只能办理本企业的案件。", "this case belongs to another party",
    )  # fmt: skip


def allowed(compiled: Compiled, case: Case, act: Act) -> Refused | None:
    """State, role, separation of duties, facts and documents of an act of the definition."""
    definition = compiled.definition
    edges = [
        edge
        for track in compiled.tracks_of.get(act.event, ())
        for edge in compiled.table.get((track, case.tracks[track], act.event), ())
    ]
    roles = {role for edge in edges for role in edge.role}
    if edges and act.actor.role not in roles:
        chinese, names = compiled.names(sorted(roles) or ["engine"])
        label = compiled.labels[act.event]
        clause = edges[0].clauses[0] if edges[0].clauses else None
        return Refused(
            "role_not_allowed", f"“{label[0]}”须由以下角色办理：{chinese}。",
            f"{act.event} is done by {names}, not by {act.actor.role}", clause,
        )  # fmt: skip
    event = definition.events[act.event]
    if not edges:
        return None  # carry_out explains which state forbids it
    return (
        separated(case, act.actor, event.duty)
        or check(act.facts, event.needs, event.may, definition.facts)
        or _materials(compiled, act)
    )


def separated(case: Case, actor: Actor, duty: str) -> Refused | None:
    """No person both approves and inspects a case, or decides their own application."""
    user = actor.user
    if actor == ENGINE:
        return None  # a signal of a linked case is no person's act
    conflicts = {"approve": ("inspect", "apply"), "inspect": ("approve", "apply")}
    for other in conflicts.get(duty, ()):
        if user in case.hands.get(other, ()):
            return Refused(
                "separation_of_duties",
                "审批、检查与申请须由不同的人承担；您已在本案中承担其他职责。",
                f"{user} has already acted in this case ({other}); "
                "the person who approves does not inspect, and nobody decides their own case",
            )
    return None


def _materials(compiled: Compiled, act: Act) -> Refused | None:
    acceptable = materials_of(compiled, act.event)
    strange = [name for name in act.documents if name not in acceptable]
    if not strange:
        return None
    return _unacceptable(act.event, strange[0], acceptable)


def _unacceptable(event: str, name: str, acceptable: tuple[str, ...]) -> Refused:
    near = difflib.get_close_matches(name, acceptable, 1)
    hint = f"; did you mean {near[0]}?" if near else ""
    return Refused(
        "material_unknown", f"此操作不接收材料 {name}。",
        f"{event} takes no material named {name}{hint}",
        context={"acceptable": list(acceptable)},
    )  # fmt: skip


def materials_of(compiled: Compiled, event: str) -> tuple[str, ...]:
    """The ids of the materials an event can hand in."""
    return tuple(
        item
        for group in compiled.definition.events[event].hands_in
        for alternatives in compiled.groups[group]
        for item in alternatives
    )


def occurrence(
    compiled: Compiled, case: Case, act: Act, at: datetime, world: World
) -> Occurrence | Refused:
    """An engine event as an occurrence, or why it is not possible."""
    engine = EVENTS[act.event]
    side = "engine" if act.actor == ENGINE else compiled.sides.get(act.actor.role)
    if side != engine.side and not (engine.side == BEARER and side != "engine"):
        label = engine.label
        return Refused(
            "role_not_allowed", f"“{label.zh}”不能由该角色办理。",
            f"{act.event} is done by the {engine.side}, not by {act.actor.role}",
        )  # fmt: skip
    refused = check(act.facts, engine.needs, engine.may, FACTS)
    if refused is not None:
        return refused
    if act.documents:
        return _unacceptable(act.event, next(iter(act.documents)), ())
    base = Occurrence(
        kind="act",
        event=act.event,
        at=at,
        happened_at=act.happened_at or at,
        actor=act.actor,
        facts=act.facts,
        marks={"facts": {}},
        evidence=None if act.evidence is None else to_plain(act.evidence),
        inputs=world.versions(),
    )
    return engine.does(Remedy(compiled, case, base, world, shanghai_date(at)))


def roles_of(compiled: Compiled, case: Case, event: str) -> tuple[str, ...]:
    """The roles that may raise an engine event in a case."""
    side = EVENTS[event].side
    if side != BEARER:
        return tuple(role for role, on in compiled.sides.items() if on == side)
    owing = [duty for duty in case.duties if duty.status in ("open", "suspended")]
    return tuple(
        role
        for role in compiled.sides
        if any(extension.owes_it(case, duty, role) for duty in owing)
    )


@lru_cache(maxsize=2048)  # the same for every case of a text, and asked for with each answer
def schema_of(compiled: Compiled, event: str) -> Mapping[str, object]:
    """The facts of any event, engine's or definition's, as JSON Schema."""
    definition = compiled.definition
    if event not in EVENTS:
        spec = definition.events[event]
        return event_schema(spec.needs, spec.may, definition.facts, materials_of(compiled, event))
    engine = EVENTS[event]
    return event_schema(engine.needs, engine.may, _named(compiled), ())


def _named(compiled: Compiled) -> dict[str, FactSpec]:
    """The engine's facts with this workflow's own names as choices."""
    definition = compiled.definition
    parties = {"subject": Text(zh="申请人", en="the applicant"), **definition.parties}
    named: dict[str, Mapping[str, Text]] = {
        "document": definition.documents,
        "to": parties,
        "obligation": {one.id: one for one in definition.obligations},
        "fact": definition.facts,
    }
    specs = dict(FACTS)
    for name, choices in named.items():
        texts = {key: Text(zh=one.zh, en=one.en) for key, one in choices.items()}
        if texts:
            specs[name] = FACTS[name].model_copy(update={"type": "choice", "choices": texts})
    return specs
