"""What the engine events do: each takes a `Remedy` and answers with an occurrence or a refusal."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from machines.acts import Refused
from machines.case import Case, Duty, EffectRecord, Past, Pause, Undo
from machines.counting import Moment, recount
from machines.definition import Obligation, Timer
from machines.duties import armed, side_of
from machines.facts import check
from machines.frozen import replace
from machines.occurrence import Occurrence
from machines.remedy import Remedy, second_person, unknown, with_move
from rules.periods import shanghai_date


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
    refused = second_person(remedy)
    if refused is not None:
        return refused
    name, specs = remedy.fact("fact"), remedy.compiled.definition.facts
    if name not in remedy.case.facts or name not in specs:
        return unknown("fact", name, tuple(remedy.case.facts))
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
    refused = second_person(remedy)
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
    later = [one.seq for one in case.undo if one.retractable and one.seq > seq]
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
            what={"entry": undo.seq, "effect": one.n, "do": one.do, **_about(one)},
            against=one.against,
            uscc=one.uscc,
            clauses=one.clauses,
            adverse=False,
        )
        for one in _past(undo).effects
    )


def _past(undo: Undo) -> Past:
    assert undo.past is not None, f"entry {undo.seq} is undone from the journal: `remembered` first"
    return undo.past


def _about(effect: EffectRecord) -> dict[str, Any]:
    """What was ordered, so that whoever carried it out can take it back from this alone."""
    fact = {"fact": str(effect.what["fact"])} if "fact" in effect.what else {}
    return {**fact, "of": dict(effect.what)}


def _rearmed(remedy: Remedy, undone: list[Undo]) -> tuple[Duty, ...] | Refused:
    """The duties the act had ended, as new occurrences under the stated policy."""
    policy = remedy.fact("policy")
    oldest: Mapping[tuple[str, int], Duty] = {
        duty.key: duty for one in reversed(undone) for duty in _past(one).duties
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
        spec = remedy.compiled.duties[duty.obligation]
        own = side_of(spec, remedy.compiled.sides) == "authority" and policy != "fulfilled"
        dates = (duty.due.on, again.due.on)
        receipt = with_move(again.receipt, "restore", "restart" if own else policy, dates,
                            remedy.today)  # fmt: skip
        found.append(replace(again, receipt=receipt))
    return tuple(found)


def _again(remedy: Remedy, duty: Duty, policy: str, occurrence: int, undo: Undo) -> Duty | Refused:
    spec = remedy.compiled.duties[duty.obligation]
    late = duty.status == "missed"  # a rejection after the date was the miss that is undone
    receipt = {k: v for k, v in duty.receipt.items() if not (late and k == "rejected")}
    fresh = replace(duty, occurrence=occurrence, status="open", missed_on=None, fired=(),
                    receipt=receipt)  # fmt: skip
    if policy == "fulfilled":
        return replace(fresh, status="met", acted_at=duty.acted_at or remedy.base.happened_at)
    own = side_of(spec, remedy.compiled.sides) == "authority"
    anew = policy == "restart" or own  # the policy is for others: the authority begins anew
    if anew and _day_named(spec, duty):
        return _still_filed(duty, _with_remaining(remedy, fresh, undo))
    if anew:
        moment = Moment(remedy.case, remedy.world, remedy.base.at, side_of(
            spec, remedy.compiled.sides))  # fmt: skip
        return _still_filed(duty, armed(spec, moment, occurrence))
    kept = _with_remaining(remedy, fresh, undo) if policy == "keep_remaining" else fresh
    runs = duty.status not in ("filed", "suspended")
    if runs and kept.due.on is not None and kept.due.on < remedy.today:
        return Refused(
            "date_passed", f"原期限 {duty.due.on} 已过，没有剩余时间；请选择重新起算或视为已履行。",
            f"the old date {duty.due.on} has passed and no time is left: restart or fulfilled",
        )  # fmt: skip
    if policy == "keep_remaining":
        return _still_filed(duty, kept)
    status = duty.status if duty.status in ("filed", "suspended") else "open"
    return replace(fresh, status=status)


def _day_named(spec: Obligation | Timer, duty: Duty) -> bool:
    """Whether an act or another duty names its day: no period of its own can start anew."""
    return spec.due.given is not None or (spec.due.before is not None and duty.due.on is not None)


def _still_filed(before: Duty, again: Duty) -> Duty:
    """What the bearer had filed before the wrongful act stays filed: its clock stands."""
    if before.status != "filed":
        return again
    return replace(again, status="filed", acted_at=before.acted_at)


def _with_remaining(remedy: Remedy, fresh: Duty, undo: Undo) -> Duty:
    """The time between the wrongful act and its undoing does not count. A period that rested
    then rests on: its pause covers that time."""
    if fresh.pauses and fresh.pauses[-1].until is None:
        return replace(fresh, status="suspended")
    spec = remedy.compiled.duties[fresh.obligation]
    key = f"entry {undo.seq}"
    start = shanghai_date(undo.at or remedy.base.at)
    if fresh.due.on is not None and start > fresh.due.on:
        start = fresh.due.on
    by = remedy.base.actor.user
    pause = Pause(start, remedy.today, remedy.fact("reason"), key, by, by)
    paused = replace(fresh, pauses=(*fresh.pauses, pause))
    moment = Moment(remedy.case, remedy.world, fresh.anchor, side_of(
        spec, remedy.compiled.sides))  # fmt: skip
    counted = recount(paused, spec, moment)
    to_come = tuple((days, day) for days, day in counted.warn_on if day > remedy.today)
    return replace(paused, due=counted.due, warn_on=to_come, receipt=counted.receipt)
