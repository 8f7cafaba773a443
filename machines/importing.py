"""A licence issued before this system kept it: the case that stands where its issue left it.

No act of the past is decided anew and no effect is ordered. The duties that the issue started are
armed from the real day, by the text and the numbers in force on it; what had run out before the
import is not enforced by the engine.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from machines.acts import Evidence, Open, Refused
from machines.admission import opened
from machines.case import Actor, Case, DueDate, Duty, Entry, HandedIn, Licence, Party
from machines.codec import to_plain
from machines.compiler import Compiled
from machines.counting import warnings
from machines.definition import Obligation, Timer, Transition
from machines.duties import side_of
from machines.effects import LicenceEffect
from machines.facts import check
from machines.fold import with_duties
from machines.frozen import replace
from machines.moments import EventRef
from machines.occurrence import carry_out
from machines.rungs import is_adverse, midnight
from rules.credit_code import problem_with
from rules.due import compute_due
from rules.periods import Period, shanghai_date
from rules.view import World

EVENT = "import"
_WITH_CODE = ("enterprise", "agency", "pre_establishment")


@dataclass(frozen=True, slots=True)
class Import:
    """A licence already issued. `licence` and `issued_by` may be left out where there is only one;
    `told`: the last day the paper itself names, by obligation; `done`: events recorded after it;
    `evidence`: the paper relied on, and who confirmed it."""

    case_id: str
    zone: str
    subject: Party
    actor: Actor
    issued_at: datetime
    evidence: Evidence
    licence: str | None = None
    issued_by: str | None = None
    parties: Mapping[str, Party] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    materials: tuple[str, ...] = ()
    told: Mapping[str, date] = field(default_factory=dict)
    done: frozenset[str] = frozenset()


def imported(compiled: Compiled, act: Import, at: datetime, world: World) -> Entry | Refused:
    """The opening entry of an imported case, recorded at `at`; `evolve(None, entry)` is the case.

    Raises ParameterError or CalendarHorizon where no number or day is known for the issue."""
    refused = _wrong(compiled, act, at)
    if refused is not None:
        return refused
    edges = _issuing(compiled, act)
    if isinstance(edges, Refused):
        return edges
    event = edges[0].event
    refused = _uncountable(compiled, act, event, world)
    if refused is not None:
        return refused
    name = next(
        one.licence for edge in edges for one in edge.effects
        if isinstance(one, LicenceEffect) and one.do == "issue"
    )  # fmt: skip
    licence = Licence(name, "live", act.issued_at, _annotation(compiled, edges, name))
    head = opened(compiled, _as_open(act), act.issued_at, world)
    now = replace(
        head,
        event=EVENT,
        keys=(EVENT, event),
        documents=tuple(HandedIn(one, at) for one in act.materials),
        licences=(licence,),
        moves={
            edge.track: (compiled.definition.tracks[edge.track].initial, edge.to) for edge in edges
        },
        marks={**head.marks, "hand": "other"},
        evidence={**to_plain(act.evidence), "licence_issued_at": act.issued_at.isoformat()},
        clauses=tuple(dict.fromkeys(clause for edge in edges for clause in edge.clauses)),
    )
    carried = carry_out(compiled, None, now, world, hot=True)
    assert not isinstance(carried, Refused), "an import raises no event of the definition"
    entry, _ = carried
    duties = _as_told(compiled, act, entry.duties, world)
    if isinstance(duties, Refused):
        return duties
    today = shanghai_date(at)
    duties = tuple(_past(compiled, act, duty, today) for duty in duties)
    return replace(entry, at=at, duties=with_duties(entry.duties, duties))


def overdue(compiled: Compiled, case: Case, today: date) -> tuple[Duty, ...]:
    """Duties whose last day lay before `today` and that would harm somebody: for a person."""
    return tuple(
        duty
        for duty in case.duties
        if is_adverse(compiled.duties[duty.obligation])
        and duty.status in ("open", "missed")
        and "enforced" not in duty.fired
        and duty.due.on is not None
        and duty.due.on < today
    )


def _as_open(act: Import) -> Open:
    return Open(act.case_id, act.zone, act.subject, act.actor, act.parties, act.facts)


def _annotation(compiled: Compiled, edges: tuple[Transition, ...], name: str) -> str | None:
    marked = any(one.do == "annotate" for edge in edges for one in edge.effects)
    return compiled.definition.licences[name].annotation if marked else None


def _wrong(compiled: Compiled, act: Import, at: datetime) -> Refused | None:
    definition = compiled.definition
    if act.issued_at > at:
        return Refused("in_future", "发证日期晚于今天。", "issued_on lies after today")
    if not act.evidence.reference.strip():
        return Refused("evidence_required", "须写明所凭的证照或档案编号。",
                       "name the paper relied on (licence or file number)")  # fmt: skip
    for name in act.materials:
        try:
            definition.material(name)
        except KeyError:
            return _unknown("material", name, _materials(compiled))
    specs = definition.facts
    return _parties(compiled, act) or check(act.facts, (), tuple(specs), specs)


def _parties(compiled: Compiled, act: Import) -> Refused | None:
    definition = compiled.definition
    if not act.subject.name.strip():
        return Refused("name_missing", "缺少主体名称。", "the subject has no name")
    for role in act.parties:
        if role not in definition.parties:
            return _unknown("party", role, definition.parties)
    for role, spec in definition.parties.items():
        if spec.required and not spec.same_as_subject and role not in act.parties:
            return Refused("party_missing", f"缺少当事方：{spec.zh}（{role}）。",
                           f"the party {role} ({spec.en}) is missing")  # fmt: skip
    for role, party in (("subject", act.subject), *act.parties.items()):
        if party.kind not in _WITH_CODE and party.uscc is None:
            continue
        problem = problem_with(party.uscc)
        if problem is not None:
            return Refused("uscc_wrong", f"{role}：{problem.zh}", f"{role}: {problem.en}")
    return None


def _issuing(compiled: Compiled, act: Import) -> tuple[Transition, ...] | Refused:
    """The edges of the issuing event, one a track. An event that leaves the first track where it
    is says too little of where the case stands, and is not offered."""
    first = next(iter(compiled.definition.tracks))
    found: dict[str, set[str]] = {}
    for edge in compiled.definition.transitions:
        for effect in edge.effects:
            if isinstance(effect, LicenceEffect) and effect.do == "issue" and edge.track == first:
                found.setdefault(edge.event, set()).add(effect.licence)
    licences = sorted({name for names in found.values() for name in names})
    if act.licence is not None and act.licence not in licences:
        return _unknown("licence", act.licence, licences)
    if act.licence is None and len(licences) != 1:
        return _unknown("licence", "", licences)
    wanted = act.licence or licences[0]
    events = [event for event, names in found.items() if wanted in names]
    if act.issued_by is not None and act.issued_by not in events:
        return _unknown("issued_by", act.issued_by, events)
    if act.issued_by is None and len(events) != 1:
        return _unknown("issued_by", "", events)
    event = act.issued_by or events[0]
    edges: dict[str, Transition] = {}
    for edge in compiled.definition.transitions:
        if edge.event == event:
            edges.setdefault(edge.track, edge)
    return tuple(edges.values())


def _uncountable(compiled: Compiled, act: Import, event: str, world: World) -> Refused | None:
    """A date cannot be counted without the zone's setting, or the day that the paper states."""
    definition = compiled.definition
    day = shanghai_date(act.issued_at)
    for setting in definition.settings:
        if world.settings.value(definition.key, setting.id, day) is None:
            path = f"{definition.key}.{setting.id}"
            return Refused(
                "setting_missing", f"{day} 尚无片区设定“{setting.zh}”（{path}）。",
                f"the zone has no {path} in force on {day}: set it first, with its legal basis",
            )  # fmt: skip
    for duty in definition.obligations:
        given = duty.due.given
        starts = any(ref.event == event for ref in duty.starts.refs)
        if given is not None and starts and given not in act.facts:
            return Refused(
                "fact_missing", f"须写明“{definition.facts[given].zh}”。",
                f"{duty.id} runs to the day stated in {given}: state it", context={"fact": given},
            )  # fmt: skip
    return None


def _as_told(
    compiled: Compiled, act: Import, duties: tuple[Duty, ...], world: World
) -> tuple[Duty, ...] | Refused:
    """Where the paper names a later day than the text gives, the bearer may rely on it."""
    known = {duty.obligation: duty for duty in duties}
    for name, day in act.told.items():
        if name not in known:
            return _unknown("obligation", name, known)
        duty = known[name]
        if duty.due.on is None or duty.period is None:
            return Refused(
                "no_date", f"“{name}”没有可以写明的日期。", f"{name} has no date to state"
            )
        if day < duty.due.on:
            return Refused(
                "too_early", f"“{name}”的期限按规定为 {duty.due.on}，不得更早。",
                f"{name} is due on {duty.due.on} by the text; the paper may not shorten it",
                context={"obligation": name},
            )  # fmt: skip
        if day > duty.due.on:
            known[name] = _later(compiled, duty, day, world)
    for name, duty in known.items():
        other = known.get(duty.receipt.get("before", ""))
        if other is not None and other.due.on is not None:  # owed by the same day
            receipt = {**duty.receipt, "on": other.due.on.isoformat()}
            known[name] = _due_on(compiled, replace(duty, receipt=receipt), other.due, world)
    return tuple(known.values())


def _due_on(compiled: Compiled, duty: Duty, due: DueDate, world: World) -> Duty:
    """The duty with another date, and the reminders of that date."""
    spec = compiled.duties[duty.obligation]
    return replace(duty, due=due, warn_on=warnings(spec, due, world.calendar))


def _later(compiled: Compiled, duty: Duty, day: date, world: World) -> Duty:
    side = side_of(compiled.duties[duty.obligation], compiled.sides)
    found = compute_due(midnight(day), Period("cd-roll", 0), world.calendar, bearer=side)
    due = DueDate(found.kind, on=found.on, earliest=found.earliest, latest=found.latest,
                  told_on=day, enforceable_from=found.enforceable_from)  # fmt: skip
    stated = {"by_the_text": str(duty.due.on), "on_the_paper": day.isoformat()}
    told = replace(duty, receipt={**duty.receipt, "told": stated})
    return _due_on(compiled, told, due, world)


def _past(compiled: Compiled, act: Import, duty: Duty, today: date) -> Duty:
    """Reminders of the past are dropped. A harmless duty that ran out is recorded as missed and
    raises nothing any more; one that was answered later, or that harms, is left as it is."""
    spec = compiled.duties[duty.obligation]
    duty = replace(duty, warn_on=tuple(one for one in duty.warn_on if one[1] > today))
    ran_out = duty.status == "open" and duty.due.on is not None and duty.due.on < today
    if isinstance(spec, Timer) or not ran_out or _harms_or_moves(spec):
        return duty
    automatic = {edge.event for edge in compiled.automatic}
    if any(ref.event in automatic for ref in spec.met_by):
        return replace(duty, status="met", acted_at=act.issued_at)  # the engine does it itself
    refs: Iterable[EventRef] = (*spec.met_by, *spec.filed_by, *spec.waived_by)
    if any(ref.event in act.done for ref in refs):
        return duty
    missed_on = duty.due.on + timedelta(days=1) if duty.due.on is not None else None
    return replace(duty, status="missed", missed_on=missed_on, fired=("missed", "enforced"))


def _harms_or_moves(spec: Obligation) -> bool:
    return is_adverse(spec) or spec.on_miss.mark is not None


def _materials(compiled: Compiled) -> list[str]:
    return [
        item
        for group in compiled.groups.values()
        for alternatives in group
        for item in alternatives
    ]


def _unknown(kind: str, name: str, known: Iterable[str]) -> Refused:
    """A name that means nothing, or none where one is needed: says what would be right."""
    names = list(known)
    near = difflib.get_close_matches(name, names, 1)
    listed = ", ".join(names) or "none"
    hint = f"did you mean {near[0]}?" if near else f"one of: {listed}"
    if not name:
        return Refused(
            f"{kind}_missing", f"须写明 {kind}（{listed}）。", f"{kind} is needed: {hint}"
        )
    return Refused(f"{kind}_unknown", f"没有名为 {name} 的 {kind}（有：{listed}）。",
                   f"there is no {kind} named {name}; {hint}")  # fmt: skip
