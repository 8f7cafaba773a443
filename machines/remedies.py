"""What the engine events do: each takes a `Remedy` and answers with an occurrence or a refusal."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from machines.acts import Refused
from machines.case import Case, Duty, EffectRecord, Pause, Undo
from machines.compiler import Compiled
from machines.counting import Moment, recount, warnings
from machines.definition import Obligation
from machines.duties import armed, side_of
from machines.facts import check
from machines.occurrence import Occurrence
from machines.rungs import midnight
from rules.periods import shanghai_date
from rules.view import World


@dataclass(frozen=True, slots=True)
class Remedy:
    """An engine event in the making: the case, the occurrence so far, the world and today."""

    compiled: Compiled
    case: Case
    base: Occurrence
    world: World
    today: date

    def fact(self, name: str) -> str:
        """A stated fact as text."""
        return str(self.base.facts[name])

    def marked(self, **marks: Any) -> Occurrence:
        """The occurrence with further marks."""
        return replace(self.base, marks={**self.base.marks, **marks})


def serve(remedy: Remedy) -> Occurrence | Refused:
    """Records the service of a document on a party; it may start that party's clock."""
    document, to = remedy.fact("document"), remedy.fact("to")
    documents = remedy.compiled.definition.documents
    if document not in documents:
        return _unknown("document", document, tuple(documents))
    parties = ("subject", *remedy.compiled.definition.parties)
    if to not in parties:
        return _unknown("party", to, parties)
    spec = documents[document]
    if spec.issued_by and not any(event in remedy.case.happened for event in spec.issued_by):
        return Refused(
            "document_not_issued", f"“{spec.zh}”尚未作出，不能送达。",
            f"{document} has not been issued yet ({', '.join(spec.issued_by)})",
            spec.clauses[0] if spec.clauses else None,
        )  # fmt: skip
    return replace(remedy.base, keys=("serve", f"serve:{document}:{to}"))


def suspend(remedy: Remedy) -> Occurrence | Refused:
    """Stops a period: no written notice, no stop (行政许可法 45)."""
    duty = _running(remedy)
    if isinstance(duty, Refused):
        return duty
    if duty.status == "suspended":
        return Refused("already_suspended", "该期限已中止。", "the period is already suspended")
    pause = Pause(remedy.today, None, remedy.fact("reason"), remedy.fact("notice"))
    paused = replace(duty, status="suspended", pauses=(*duty.pauses, pause))
    return replace(remedy.base, duties=(paused,))


def resume(remedy: Remedy) -> Occurrence | Refused:
    """Lets a suspended period run on; the days after the pause up to today do not count."""
    duty = _running(remedy)
    if isinstance(duty, Refused):
        return duty
    if duty.status != "suspended":
        return Refused("not_suspended", "该期限没有中止。", "the period is not suspended")
    pauses = (*duty.pauses[:-1], replace(duty.pauses[-1], until=remedy.today))
    resumed = replace(duty, pauses=pauses, status="filed" if duty.acted_at else "open")
    spec = remedy.compiled.duties[duty.obligation]
    counted = recount(resumed, spec, _moment(remedy, spec, duty))
    moved = replace(resumed, due=counted.due, warn_on=counted.warn_on, receipt=counted.receipt)
    return replace(remedy.base, duties=(moved,))


def extend(remedy: Remedy) -> Occurrence | Refused:
    """Moves a due date later, before it has passed (行政许可法 42)."""
    duty = _running(remedy)
    if isinstance(duty, Refused):
        return duty
    new = date.fromisoformat(remedy.fact("new_due_on"))
    if duty.due.on is None or duty.due.at is not None:
        return Refused("no_date", "该义务没有可以延长的日期。", "this duty has no date to extend")
    if remedy.today > duty.due.on:
        return Refused("late", "期限已届满，不能再延长。", "the period has ended")
    if new <= duty.due.on:
        return Refused(
            "not_later", f"新的期限须晚于原期限（{duty.due.on}）。",
            f"the new date must be later than {duty.due.on}",
        )  # fmt: skip
    calendar = remedy.world.calendar
    on = calendar.roll(new) if new <= calendar.firm_until else new
    if on > calendar.firm_until:
        return Refused(
            "calendar_unpublished", f"{new} 所在年度的放假安排尚未公布，不能作为确定期限。",
            f"the calendar of {new} is not published yet (firm until {calendar.firm_until})",
        )  # fmt: skip
    due = replace(duty.due, kind="firm", on=on, told_on=on, earliest=None, latest=None,
                  enforceable_from=calendar.add_firm(on, 1))  # fmt: skip
    spec = remedy.compiled.duties[duty.obligation]
    receipt = {
        **duty.receipt,
        "extended": {"from": str(duty.due.on), "to": str(on), "reason": remedy.fact("reason"),
                     "document": remedy.fact("paper"), "by": remedy.base.actor.user},
    }  # fmt: skip
    moved = replace(duty, due=due, warn_on=warnings(spec, due, calendar), receipt=receipt)
    return replace(remedy.base, duties=(moved,))


def withdraw(remedy: Remedy) -> Occurrence | Refused:
    """The applicant takes the application back before it is decided."""
    case, definition = remedy.case, remedy.compiled.definition
    closing, sides = definition.closing, remedy.compiled.sides
    if all(sides.get(role) in ("authority", None) for role in definition.opening.role):
        return Refused(
            "not_an_application", "本案由行政机关依职权发起，不能由当事人撤回。",
            "the authority opened this of its own accord: there is no application to withdraw",
        )  # fmt: skip
    if case.licences or any(event in case.happened for event in closing.decided_by):
        return Refused(
            "already_decided", "事项已作出决定，不能撤回申请。",
            "the matter is decided: the application can no longer be withdrawn",
        )  # fmt: skip
    return remedy.marked(ended="withdrawn")


def cancel_registration(remedy: Remedy) -> Occurrence | Refused:
    """The subject is deregistered (注销): its live licences are cancelled and the case ends."""
    cancelled = tuple(
        replace(licence, status="cancelled", ended_at=remedy.base.at)
        for licence in remedy.case.licences.values()
        if licence.status in ("live", "suspended")
    )
    return replace(remedy.marked(ended="cancelled"), licences=cancelled)


def correct_record(remedy: Remedy) -> Occurrence | Refused:
    """Corrects a fact of the record; no date moves, both values stay in the journal."""
    refused = _second_person(remedy)
    if refused is not None:
        return refused
    name, specs = remedy.fact("fact"), remedy.compiled.definition.facts
    if name not in remedy.case.facts or name not in specs:
        return _unknown("fact", name, tuple(remedy.case.facts))
    value = _typed(specs[name].type, remedy.fact("value"))
    wrong = check({name: value}, (name,), (), specs)
    if wrong is not None:
        return wrong
    return remedy.marked(facts={name: value}, corrected={name: remedy.case.facts[name]})


def _typed(kind: str, value: str) -> Any:
    if kind in ("flag", "confirmation") and value in ("true", "false"):
        return value == "true"
    if kind in ("integer", "number"):
        try:
            return int(value) if kind == "integer" else float(value)
        except ValueError:
            return value
    if kind in ("choices", "list", "party", "parties"):
        try:
            return json.loads(value)  # a correction is stated as text; a list as JSON
        except json.JSONDecodeError:
            return value
    return value


def stay(remedy: Remedy) -> Occurrence | Refused:
    """Stops adverse enforcement of the whole case, during review, litigation or clarification."""
    if remedy.case.stayed is not None:
        return Refused("already_stayed", "已停止执行。", "enforcement is already stayed")
    return remedy.marked(stayed=remedy.fact("reason"))


def lift_stay(remedy: Remedy) -> Occurrence | Refused:
    """Lets enforcement go on."""
    if remedy.case.stayed is None:
        return Refused("not_stayed", "没有停止执行。", "enforcement is not stayed")
    return remedy.marked(stayed=None)


def restore(remedy: Remedy) -> Occurrence | Refused:
    """Undoes the latest adverse act as a legal act: tracks and licences go back, its effects are
    retracted by new effects, its duties are armed anew by the stated policy."""
    refused = _second_person(remedy)
    if refused is not None:
        return refused
    wrong = _restorable(remedy.case, int(remedy.base.facts["entry"]))
    if isinstance(wrong, Refused):
        return wrong
    undone = _with_label(remedy.case, wrong)
    tracks = _returning(remedy.case, undone)
    duties = _rearmed(remedy, undone)
    if isinstance(duties, Refused):
        return duties
    case = remedy.case
    return replace(
        remedy.marked(restored=[one.seq for one in undone], ended=None),
        moves={track: (case.tracks[track], state) for track, state in tracks.items()},
        licences=wrong.licences,
        duties=duties,
        retracts=_retracted(wrong),
    )


def _returning(case: Case, undone: list[Undo]) -> dict[str, str]:
    """Track -> the state to return to. A track that has moved on since then stays where lawful
    acts have brought it."""
    back: dict[str, str] = {}
    left: dict[str, str] = {}
    for one in undone:  # oldest first: its states are the ones to return to
        back = {**one.tracks, **back}
        left = {**left, **one.left}
    return {
        track: state for track, state in back.items()
        if case.tracks[track] == left.get(track, case.tracks[track])
    }  # fmt: skip


def _restorable(case: Case, seq: int) -> Undo | Refused:
    """The adverse act, or the label of a miss, that an entry was; later adverse acts go first."""
    found = next((one for one in case.undo if one.seq == seq), None)
    later = [one.seq for one in case.undo if one.effects and one.seq > seq]
    if found is not None and not later:
        return found
    first = max(later, default=max((one.seq for one in case.undo), default=None))
    if first is None:
        return Refused("nothing_to_restore", "没有可恢复的处理。", "there is nothing to restore")
    return Refused(
        "nothing_to_restore", f"应先恢复第 {first} 条记录所作的处理。",
        f"what can be restored first is entry {first}", context={"entry": first},
    )  # fmt: skip


def _with_label(case: Case, adverse: Undo) -> list[Undo]:
    """The adverse act and the label of the miss that led to it, oldest first."""
    because = adverse.because
    if because is None or because.rung == "missed":
        return [adverse]
    labels = [
        one
        for one in case.undo
        if one.because is not None
        and one.because.rung == "missed"
        and (one.because.obligation, one.because.occurrence)
        == (because.obligation, because.occurrence)
    ]
    return [*labels, adverse]


def _retracted(undo: Undo) -> tuple[EffectRecord, ...]:
    """Each effect of the act, taken back by a new one against the same party."""
    return tuple(
        EffectRecord(
            n=0,
            do="retract",
            what={"entry": undo.seq, "effect": one.n, "do": one.do, **_fact_of(one)},
            against=one.against,
            uscc=one.uscc,
            clauses=one.clauses,
            adverse=False,
        )
        for one in undo.effects
    )


def _fact_of(effect: EffectRecord) -> dict[str, str]:
    return {"fact": str(effect.what["fact"])} if "fact" in effect.what else {}


def _rearmed(remedy: Remedy, undone: list[Undo]) -> tuple[Duty, ...] | Refused:
    """The duties the act had ended, as new occurrences under the stated policy."""
    policy = remedy.fact("policy")
    oldest: Mapping[tuple[str, int], Duty] = {
        duty.key: duty for one in reversed(undone) for duty in one.duties
    }
    born = {key for one in undone for key in one.armed}
    found: list[Duty] = []
    for duty in oldest.values():
        if duty.key in born or duty.status not in ("open", "filed", "suspended", "missed"):
            continue
        last = remedy.case.latest(duty.obligation) or duty
        if last.status == "missed" and "enforced" not in last.fired:
            found.append(replace(last, status="waived"))  # its consequence must not follow
        occurrence = last.occurrence + 1
        again = _again(remedy, duty, policy, occurrence, undone[-1])
        if isinstance(again, Refused):
            return again
        found.append(again)
    return tuple(found)


def _again(remedy: Remedy, duty: Duty, policy: str, occurrence: int, undo: Undo) -> Duty | Refused:
    spec = remedy.compiled.duties[duty.obligation]
    fresh = replace(duty, occurrence=occurrence, status="open", missed_on=None, fired=())
    if policy == "fulfilled":
        return replace(fresh, status="met", acted_at=duty.acted_at or remedy.base.happened_at)
    own = side_of(spec, remedy.compiled.sides) == "authority"
    if policy == "restart" or own:  # the policy is for others: the authority begins anew
        moment = Moment(remedy.case, remedy.world, remedy.base.at, side_of(
            spec, remedy.compiled.sides))  # fmt: skip
        return _still_filed(duty, armed(spec, moment, occurrence))
    if policy == "keep_remaining":
        return _still_filed(duty, _with_remaining(remedy, fresh, undo))
    if duty.due.on is not None and duty.due.on < remedy.today:
        return Refused(
            "date_passed", f"原期限 {duty.due.on} 已过，请选择重新起算、顺延或视为已履行。",
            f"the old date {duty.due.on} has passed: restart, keep_remaining or fulfilled",
        )  # fmt: skip
    status = duty.status if duty.status in ("filed", "suspended") else "open"
    return replace(fresh, status=status)


def _still_filed(before: Duty, again: Duty) -> Duty:
    """What the bearer had filed before the wrongful act stays filed: its clock stands."""
    if before.status != "filed":
        return again
    return replace(again, status="filed", acted_at=before.acted_at)


def _with_remaining(remedy: Remedy, fresh: Duty, undo: Undo) -> Duty:
    """The time between the wrongful act and its undoing does not count."""
    spec = remedy.compiled.duties[fresh.obligation]
    key = f"entry {undo.seq}"
    since = remedy.case.track_last
    acted = max((since[t] for t in undo.tracks if t in since), default=remedy.base.at)
    start = shanghai_date(acted)
    if fresh.due.on is not None and start > fresh.due.on:
        start = fresh.due.on
    pause = Pause(start, remedy.today, remedy.fact("reason"), key)
    paused = replace(fresh, pauses=(*fresh.pauses, pause))
    counted = recount(paused, spec, _moment(remedy, spec, fresh))
    to_come = tuple((days, day) for days, day in counted.warn_on if day > remedy.today)
    return replace(paused, due=counted.due, warn_on=to_come, receipt=counted.receipt)


def _moment(remedy: Remedy, spec: Any, duty: Duty) -> Moment:
    anchor = duty.anchor
    if isinstance(spec, Obligation) and spec.due.given is not None:
        anchor = midnight(date.fromisoformat(str(remedy.case.facts[spec.due.given])))
    return Moment(remedy.case, remedy.world, anchor, side_of(spec, remedy.compiled.sides))


def _running(remedy: Remedy) -> Duty | Refused:
    name = remedy.fact("obligation")
    known = tuple(one.id for one in remedy.compiled.definition.obligations)
    if name not in known:
        return _unknown("obligation", name, known)
    duty = remedy.case.latest(name)
    if duty is None or duty.status not in ("open", "suspended") or duty.period is None:
        return Refused(
            "not_running", "该义务当前没有正在进行的期限。",
            f"{name} has no period running now"
            + (f" (status {duty.status})" if duty is not None else ""),
        )  # fmt: skip
    return duty


def _second_person(remedy: Remedy) -> Refused | None:
    if remedy.fact("confirmed_by") != remedy.base.actor.user:
        return None
    return Refused(
        "second_person_required", "须由另一名工作人员复核。",
        "confirmed_by must be another person than the one who acts",
    )  # fmt: skip


def _unknown(kind: str, name: str, known: tuple[str, ...]) -> Refused:
    names = ", ".join(known) or "none"
    return Refused(f"{kind}_unknown", f"没有名为 {name} 的项目（有：{names}）。",
                   f"there is no {kind} named {name}; known: {names}")  # fmt: skip
