"""Whether a case may open, and as what it begins."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from machines.acts import Act, Open, Refused
from machines.case import ENGINE, Case, Party
from machines.codec import to_plain
from machines.compiler import Compiled
from machines.facts import check
from machines.fold import evolve
from machines.occurrence import Occurrence, plain_entry
from machines.views import view_of
from rules.credit_code import problem_with
from rules.guards import first_unmet
from rules.periods import shanghai_date
from rules.view import World

_WITH_CODE = ("enterprise", "agency")


def admit(compiled: Compiled, act: Open, at: datetime, world: World) -> Refused | None:
    """Why a case may not open, or None."""
    definition = compiled.definition
    opening = definition.opening
    clause = opening.clauses[0] if opening.clauses else None
    if act.actor.role not in opening.role:
        chinese, names = compiled.names(opening.role)
        return Refused(
            "role_not_allowed", f"该角色不能发起此事项（可发起：{chinese}）。",
            f"role {act.actor.role} may not open this; allowed: {names}", clause,
        )  # fmt: skip
    begins = definition.version.in_force_from
    if begins is not None and shanghai_date(at) < begins:
        return Refused(
            "not_in_force", f"本办法自 {begins} 起施行，此前不能受理。",
            f"this procedure is in force from {begins} on", clause,
        )  # fmt: skip
    refused = _parties(compiled, act) or check(
        act.facts, opening.needs, opening.may, definition.facts
    )
    if refused is not None:
        return refused
    for setting in definition.settings:
        if world.settings.value(definition.key, setting.id, shanghai_date(at)) is None:
            return Refused(
                "setting_missing",
                f"片区尚未设定“{setting.zh}”，不能受理；请先设定（须注明法律依据）。",
                f"the zone has not set {definition.key}.{setting.id} ({setting.en}); "
                "a case may open once it is set, with its legal basis",
                setting.clauses[0] if setting.clauses else None,
                {"setting": f"{definition.key}.{setting.id}", "unit": setting.unit},
            )
    case = evolve(None, plain_entry(opened(compiled, act, at, world)))
    view = view_of(compiled, case, at, world)
    for ref in opening.guards:
        unmet = first_unmet(view, (ref,))
        if unmet is not None:
            return Refused(unmet.reason, unmet.zh, unmet.en, unmet.clause or clause)
    return None


def _parties(compiled: Compiled, act: Open) -> Refused | None:
    definition = compiled.definition
    if act.subject.kind != definition.subject:
        return Refused(
            "wrong_subject",
            f"本事项的申请主体须为 {definition.subject}，而不是 {act.subject.kind}。",
            f"the subject of {definition.key} is a {definition.subject}, not a {act.subject.kind}",
        )
    if not act.subject.name.strip():
        return Refused("name_missing", "缺少申请主体名称。", "the subject has no name")
    unknown = [role for role in act.parties if role not in definition.parties]
    if unknown:
        known = ", ".join(definition.parties) or "none"
        return Refused(
            "party_unknown", f"本事项没有名为 {unknown[0]} 的当事方（有：{known}）。",
            f"{definition.key} has no party {unknown[0]}; its parties: {known}",
        )  # fmt: skip
    for role, spec in definition.parties.items():
        if spec.required and role not in act.parties and not spec.same_as_subject:
            return Refused(
                "party_missing", f"缺少当事方：{spec.zh}（{role}）。",
                f"the party {role} ({spec.en}) is missing",
            )  # fmt: skip
    everyone: list[tuple[str, Party]] = [("subject", act.subject), *act.parties.items()]
    for role, party in everyone:
        refused = party_refused(compiled, role, party)
        if refused is not None:
            return refused
    return None


def party_refused(compiled: Compiled, role: str, party: Party) -> Refused | None:
    """A credit code where the kind of party has one, and none where it cannot have one yet."""
    label = compiled.labels.get(role, (role, role))[0]
    if party.kind == "pre_establishment" and party.uscc is not None:
        return Refused(
            "uscc_too_early", "设立登记前尚无统一社会信用代码，登记时方予赋码。",
            "an enterprise being established has no credit code yet; registration assigns it",
        )  # fmt: skip
    if party.kind in _WITH_CODE and party.uscc is None:
        return Refused(
            "uscc_missing", f"缺少统一社会信用代码（{label}：{party.name}）。",
            f"the credit code of {role} ({party.name}) is missing",
        )  # fmt: skip
    problem = problem_with(party.uscc) if party.uscc is not None else None
    if problem is None:
        return None
    return Refused("uscc_wrong", f"{label}：{problem.zh}", f"{role}: {problem.en}")


def named_parties(
    compiled: Compiled, names: Mapping[str, str], act: Act
) -> dict[str, Party] | Refused:
    """The parties an act names (role -> fact), or why one of them cannot be named."""
    found: dict[str, Party] = {}
    for role, fact in names.items():
        stated = act.facts.get(fact)
        if stated is None:
            continue
        party = Party(compiled.definition.parties[role].kind, **stated)
        refused = party_refused(compiled, role, party) or _unknown_person(role, party)
        if refused is not None:
            return refused
        found[role] = party
    return found


def _unknown_person(role: str, party: Party) -> Refused | None:
    """A person is known to the credit file by a number; without one nothing could be recorded."""
    if party.kind != "person" or party.credit_key is not None:
        return None
    return Refused(
        "ref_missing", f"缺少证件或执业编号（{party.name}）。",
        f"the number of {role} ({party.name}) is missing: state `ref`",
    )  # fmt: skip


def first_asked(compiled: Compiled, case: Case | None, act: Act | Open) -> dict[str, str]:
    """The mark of the first officer who acts, where the workflow has that service rule."""
    asked = case is not None and "first_asked" in case.hands
    officer = compiled.sides.get(act.actor.role) == "authority" and act.actor != ENGINE
    return {"first_asked": act.actor.user} if compiled.first_asked and officer and not asked else {}


def opened(compiled: Compiled, act: Open, at: datetime, world: World) -> Occurrence:
    """The opening as an occurrence: the head of the journal."""
    definition = compiled.definition
    parties = dict(act.parties)
    for role, spec in definition.parties.items():
        if spec.same_as_subject:
            parties.setdefault(role, act.subject)
    head: Mapping[str, Any] = {
        "id": act.case_id,
        "workflow": definition.key,
        "definition": compiled.hash,
        "zone": act.zone,
        "subject": to_plain(act.subject),
        "parties": to_plain(parties),
        "tracks": {name: track.initial for name, track in definition.tracks.items()},
    }
    if act.parent is not None:
        head = {**head, "parent": act.parent}
    if act.governed is not None:
        head = {**head, "governed": dict(act.governed)}
    return Occurrence(
        kind="opened",
        event="open",
        at=at,
        happened_at=at,
        actor=act.actor,
        facts=act.facts,
        marks={
            "opens": head,
            "hand": "apply" if act.actor.role == "applicant" else "other",
            **first_asked(compiled, None, act),
        },
        inputs=world.versions(),
        clauses=definition.opening.clauses,
    )
