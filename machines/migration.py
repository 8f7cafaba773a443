"""What a plan makes of one case: beside `decide`, and folded by the same `evolve`.

    migrated(migration, case, world, at) -> Entry | Unmapped

All or nothing. A case is left as it is where a name has no place in the new text, where a duty
runs whose timer the plan does not mention, and where a party would have less time than it was told
without a clause that says so.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from machines.case import ENGINE, Case, DueDate, Duty, EffectRecord, Entry
from machines.codec import to_plain
from machines.compiler import Compiled
from machines.counting import Moment, count
from machines.definition import Obligation, Timer
from machines.duties import RUNNING, side_of
from machines.engine_facts import FACTS
from machines.facts import check
from machines.frozen import replace
from machines.migration_words import DutyRule, Ground, Plan
from machines.ordering import numbered
from machines.recount_notices import watchers
from machines.rehoming import rehomed, states_of
from rules.periods import shanghai_date
from rules.view import World

EVENT = "migrate"
_SET_BY_AN_ACT = ("extended", "told", "moves", "late_record", "recounted", "before", "rejected")


@dataclass(frozen=True, slots=True)
class Migration:
    """One operation: a plan between two texts, ordered by one person, confirmed by another, on a
    paper. `plan_hash`: sha256 of the plan as written."""

    plan: Plan
    plan_hash: str
    old: Compiled
    new: Compiled
    by: str
    confirmed_by: str
    paper: str


@dataclass(frozen=True, slots=True)
class Unmapped:
    """Why a case stays where it is: one sentence for each thing that has no place."""

    reasons: tuple[Mapping[str, str], ...]


_Place = tuple[
    str, str, Mapping[str, Any], Mapping[str, str], Container[str], Container[str]
]  # fmt: skip


@dataclass
class _Draft:
    """An entry in the making."""

    duties: list[Duty] = field(default_factory=list)
    keys: list[tuple[str, int, str, int]] = field(default_factory=list)
    ended: list[Duty] = field(default_factory=list)
    lines: list[dict[str, Any]] = field(default_factory=list)
    problems: list[dict[str, str]] = field(default_factory=list)

    def wrong(self, zh: str, en: str) -> None:
        """One more thing that has no place."""
        self.problems.append({"zh": zh, "en": en})


def migrated(
    migration: Migration, case: Case, world: World, at: datetime,
    used: frozenset[tuple[str, int]] = frozenset(),
) -> Entry | Unmapped:  # fmt: skip
    """The entry that puts a case under another text. `used`: duties its journal has ever known
    that the case itself does not know any more. Raises ParameterError, CalendarHorizon."""
    plan, new, draft = migration.plan, migration.new, _Draft()
    said: dict[str, Any] = {
        "from": migration.old.hash, "to": new.hash, "plan": migration.plan_hash,
        "by": migration.by, "confirmed_by": migration.confirmed_by, "paper": migration.paper,
        "renamed": _renamed(plan), "dropped": _dropped(plan), "duties": [],
    }  # fmt: skip
    said["tracks"] = _tracks(migration, case, said, draft)
    _names(migration, case, said, draft)
    if draft.problems:
        return Unmapped(tuple(draft.problems))
    blank = Entry("migrated", EVENT, at, at, ENGINE, marks={"keys": [EVENT], "migration": said})
    stated = rehomed(case, blank)
    for duty in case.duties:
        _duty(migration, duty, Moment(stated, world, duty.anchor, "applicant"), at, used, draft)
    if draft.problems:
        return Unmapped(tuple(draft.problems))
    said |= {
        "duties": [list(key) for key in draft.keys],
        "ended": [to_plain(duty) for duty in draft.ended],
        "lines": draft.lines,
    }
    grounds = [rule.against_applicant for rule in plan.duties.values() if rule.against_applicant]
    clauses = (*plan.clauses, *(clause for ground in grounds for clause in ground.clauses))
    return replace(
        blank, duties=tuple(draft.duties), effects=numbered(tuple(_told(migration, case, draft))),
        clauses=tuple(dict.fromkeys(clauses)), inputs=world.versions(),
        explains={"zh": plan.reason.zh, "en": plan.reason.en},
    )  # fmt: skip


def _renamed(plan: Plan) -> dict[str, Any]:
    kinds = ("tracks", "states", "facts", "licences", "materials", "events")
    return {kind: dict(getattr(plan, kind)) for kind in kinds if getattr(plan, kind)}


def _dropped(plan: Plan) -> dict[str, list[str]]:
    kinds = ("tracks", "facts", "materials")
    return {kind: list(getattr(plan.drop, kind)) for kind in kinds if getattr(plan.drop, kind)}


def _tracks(
    migration: Migration, case: Case, said: Mapping[str, Any], draft: _Draft
) -> dict[str, str]:
    """Where each track of the new text is."""
    known = migration.new.definition.tracks
    found = states_of(case.tracks, said)
    undone = (states for one in case.undo for states in (one.tracks, one.left))
    for tracks in (found, *(states_of(states, said) for states in undone)):
        for track, state in tracks.items():
            if track not in known or state not in known[track].states:
                draft.wrong(f"新文本没有状态 {track}:{state}", f"no state {track}:{state}")
    begun = {name: migration.plan.new_tracks.get(name, one.initial) for name, one in known.items()}
    return {**begun, **found}


def _names(migration: Migration, case: Case, said: Mapping[str, Any], draft: _Draft) -> None:
    """Facts, licences, materials, parties and papers, each with a place in the new text."""
    old, new, plan = migration.old.definition, migration.new.definition, migration.plan
    for name, value in case.facts.items():
        target = plan.facts.get(name, name)
        if name in plan.drop.facts or name in FACTS or name not in old.facts:
            continue
        if target not in new.facts:
            draft.wrong(f"新文本没有事项 {target}", f"the new text has no fact {target}")
        elif (refused := check({target: value}, (), (target,), new.facts)) is not None:
            draft.wrong(f"事项 {target}：{refused.zh}", f"fact {target}: {refused.en}")
    materials = {n for group in new.materials.groups.values() for m in group
                 for n in (m.id, *m.accepted)}  # fmt: skip
    places: tuple[_Place, ...] = (
        ("材料", "material", case.documents, plan.materials, materials, plan.drop.materials),
        ("证照", "licence", case.licences, plan.licences, new.licences, ()),
        ("当事人", "party", case.parties, {}, new.parties, ()),
        ("文书", "document", {one.document: one for one in case.services}, {}, new.documents, ()),
    )
    for zh, en, held, names, known, dropped in places:
        for name in held:
            target = names.get(name, name)
            if name not in dropped and target not in known:
                draft.wrong(f"新文本没有{zh} {target}", f"the new text has no {en} {target}")
    if said["from"] != case.definition:
        draft.wrong("案件不在原文本之下", "the case is not governed by the old text")


def _duty(
    migration: Migration, duty: Duty, moment: Moment, at: datetime,
    used: frozenset[tuple[str, int]], draft: _Draft,
) -> None:  # fmt: skip
    """One occurrence: kept, counted anew, ended; what is over only changes its name."""
    old, new = migration.old.duties[duty.obligation], migration.new.duties
    rule = migration.plan.duties.get(duty.obligation)
    target = (rule.to if rule is not None else None) or duty.obligation
    runs = _runs(old, duty)
    if runs and rule is None:
        draft.wrong(f"“{old.zh}”仍在进行，计划未写明其期限如何处理",
                    f"“{old.en}” runs and the plan is silent on its timer")  # fmt: skip
        return
    if runs and rule is not None and rule.timer == "end":
        assert rule.reason is not None, "a plan says why a duty ends"
        draft.ended.append(replace(duty, status="waived"))
        draft.lines.append(_line(duty, "end", None, rule.reason.model_dump()))
        return
    if target not in new:
        draft.ended.append(duty)  # over, and its name gone: the journal keeps it
        return
    occurrence = duty.occurrence
    if target != duty.obligation:
        occurrence = 1 + max((n for name, n in (*used, *_taken(moment.case, draft))
                              if name == target), default=0)  # fmt: skip
    key = (target, occurrence)
    draft.keys.append((*duty.key, *key))
    moved = _under(new[target], duty, key, migration.plan)
    if runs and rule is not None:
        if rule.timer == "count_anew":
            spec = new[target]
            moment = Moment(moment.case, moment.world, duty.anchor,
                            side_of(spec, migration.new.sides))  # fmt: skip
            again = _counted_anew(spec, duty, moment, rule, shanghai_date(at), draft)
            if again is None:
                return
            moved = replace(again, obligation=target, occurrence=occurrence, bearer=moved.bearer)
        draft.lines.append(_line(duty, rule.timer, moved, ground=rule.against_applicant))
    if moved != duty:
        draft.duties.append(moved)


def _taken(case: Case, draft: _Draft) -> Iterator[tuple[str, int]]:
    yield from ((name, n) for _, _, name, n in draft.keys)
    yield from (duty.key for duty in case.duties)


def _runs(spec: Obligation | Timer, duty: Duty) -> bool:
    """Whether an act or a consequence is still to come."""
    if duty.status in RUNNING:
        return True
    if duty.status != "missed" or isinstance(spec, Timer):
        return False
    return not spec.on_miss.nothing and "enforced" not in duty.fired


def _under(spec: Obligation | Timer, duty: Duty, key: tuple[str, int], plan: Plan) -> Duty:
    """The same duty by its new names."""
    due, receipt = duty.due, duty.receipt
    if due.event is not None:
        due = replace(due, event=plan.events.get(due.event, due.event))
    leads = receipt.get("before")
    rule = plan.duties.get(str(leads))
    if rule is not None and rule.to is not None:
        receipt = {**receipt, "before": rule.to}
    bearer = None if isinstance(spec, Timer) else spec.bearer
    return replace(duty, obligation=key[0], occurrence=key[1], bearer=bearer, due=due,
                   receipt=receipt)  # fmt: skip


def _counted_anew(
    spec: Obligation | Timer, duty: Duty, moment: Moment, rule: DutyRule, today: date,
    draft: _Draft,
) -> Duty | None:  # fmt: skip
    """From its original start by the new number; None, with the reason noted, where that is not
    for a plan to say."""
    if duty.status not in ("open", "filed") or duty.pauses or duty.extensions:
        draft.wrong(f"“{spec.zh}”已逾期、中止或延长，不能重新计算",
                    f"“{spec.en}” was missed, paused or extended: keep it, or end it")  # fmt: skip
        return None
    if any(name in duty.receipt for name in _SET_BY_AN_ACT):
        draft.wrong(f"“{spec.zh}”的日期由具体行为确定，不能重新计算",
                    f"the date of “{spec.en}” was set by an act: keep it, or end it")  # fmt: skip
        return None
    counted = count(spec, moment, duty.round)
    old, on = duty.due.on, counted.due.on
    allowed = moment.side == "authority" or rule.against_applicant is not None
    if _earlier(counted.due, duty.due) and not allowed:
        draft.wrong(
            f"“{spec.zh}”的期限将由 {old} 提前到 {on}，而计划未载明依据",
            f"“{spec.en}” would be due on {on}, before {old}, and the plan names no ground",
        )
        return None
    if on is not None and on < today:
        draft.wrong(f"“{spec.zh}”按新数字计算已于 {on} 届满",
                    f"“{spec.en}” would have been over on {on}: keep its date")  # fmt: skip
        return None
    warn_on = tuple((n, day) for n, day in counted.warn_on
                    if day > today or f"warn:{n}" in duty.fired)  # fmt: skip
    return replace(duty, due=counted.due, period=counted.period, receipt=counted.receipt,
                   warn_on=warn_on)  # fmt: skip


def _earlier(new: DueDate, old: DueDate) -> bool:
    """Whether a party would have less time, by the day or by the hour."""
    if new.at is not None and old.at is not None:
        return new.at < old.at
    return new.on is not None and (old.on is None or new.on < old.on)


def _line(
    duty: Duty,
    timer: str,
    moved: Duty | None,
    reason: Mapping[str, str] | None = None,
    ground: Ground | None = None,
) -> dict[str, Any]:
    """What the preview, the journal and the notice say of one duty."""
    line: dict[str, Any] = {"obligation": duty.obligation, "occurrence": duty.occurrence,
                            "timer": timer}  # fmt: skip
    if moved is not None:
        line |= {"to": moved.obligation, "to_occurrence": moved.occurrence}
    days = {"old": duty.due.on, "new": None if moved is None else moved.due.on}
    line |= {name: day.isoformat() for name, day in days.items() if day is not None}
    if ground is not None:
        line["ground"] = to_plain(ground.model_dump())
    return line if reason is None else {**line, "reason": dict(reason)}


def _told(migration: Migration, case: Case, draft: _Draft) -> Iterator[EffectRecord]:
    """Whoever commits, and whoever watches over what runs, hears of the new text and its dates."""
    new, reason = migration.new, migration.plan.reason
    dates = [(new.duties[line["to"]], line) for line in draft.lines
             if line["timer"] == "count_anew" and line.get("old") != line.get("new")]  # fmt: skip
    zh = "；".join(f"“{spec.zh}”的期限由 {line.get('old')} 改为 {line.get('new')}"
                  for spec, line in dates)  # fmt: skip
    en = "; ".join(f"“{spec.en}” is due on {line.get('new')}, no longer on {line.get('old')}"
                   for spec, line in dates)  # fmt: skip
    specs = [new.duties[line["to"]] for line in draft.lines if "to" in line]
    to = dict.fromkeys(("applicant", *(name for spec in specs for name in watchers(new, spec))))
    what = {
        "to": list(to), "migration": migration.plan_hash[:12],
        "zh": f"{reason.zh}{'（' + zh + '）' if zh else ''}",
        "en": f"{reason.en}{' (' + en + ')' if en else ''}",
    }  # fmt: skip
    yield EffectRecord(0, "notify", what, "subject", case.subject.credit_key,
                       migration.plan.clauses, adverse=False)  # fmt: skip
