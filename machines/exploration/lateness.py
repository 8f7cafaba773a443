"""What becomes of a date that passes: an effect where the applicant is late, harm to nobody where
the authority is, and only to the party that owed it."""

from __future__ import annotations

from collections.abc import Iterator

from machines.acts import Enforce, Refused
from machines.case import Case, Duty
from machines.definition import Obligation
from machines.exploration.property import At, Broken, Seen, dates_passed, effects_of
from machines.exploration.search import Step
from machines.exploration.settling import can_settle
from machines.exploration.symbolic import PAST, START, Passing
from machines.frozen import replace
from machines.step import decide


def miss_has_effect(seen: Seen) -> Iterator[Broken]:
    """Broken where the consequence never changes anything, or is never lawful: it may well come too
    late in a case in which somebody has acted on the miss before."""
    idle: dict[str, Broken] = {}
    telling: set[str] = set()
    for step, _duty, spec, place in dates_passed(seen):
        assert isinstance(step.move, Passing)
        if seen.compiled.sides.get(spec.bearer) != "applicant" or spec.on_miss.nothing:
            continue
        if step.move.what == "enforced":
            if any(entry.effects or entry.moves for entry in step.entries):
                telling.add(spec.id)
        elif step.move.what == "over" or step.target >= seen.walked.gone_on_from:
            continue
        at: At = ("obligations", place, "on_miss")
        text = f"missing {spec.id} changes nothing"
        idle.setdefault(spec.id, Broken(spec.id, text, at, step.target, step, spec.clauses))
    yield from (broken for name, broken in idle.items() if name not in telling)


def authority_harmless(seen: Seen) -> Iterator[Broken]:
    """The authority's lateness neither harms anybody nor leaves only harm to come."""
    walked = seen.walked
    able = can_settle(walked, harmless=True) if walked.whole else None
    for step, _duty, spec, place in dates_passed(seen):
        if seen.compiled.sides.get(spec.bearer) != "authority":
            continue
        at: At = ("obligations", place, "on_miss")
        if any(effects_of(step, adverse=True)):
            yield Broken(spec.id, f"the authority's lateness with {spec.id} harms somebody", at,
                         step.target, step, spec.clauses)  # fmt: skip
        elif able is not None and step.source in able and step.target not in able:
            text = f"after the lateness with {spec.id} the case can only settle by harming somebody"
            yield Broken(spec.id, text, at, step.target, step, spec.clauses)


def right_party(seen: Seen) -> Iterator[Broken]:
    """A consequence hits the bearer, or the party that the duty says is sanctioned; another only
    where the effect names it with a clause of its own."""
    for step, _duty, spec, place in dates_passed(seen):
        assert step.before is not None
        case = step.before
        allowed = {case.party(spec.sanctioned or spec.bearer)}
        grounded = {name for one in spec.on_miss.effects if one.clauses for name in one.against}
        for effect in effects_of(step, adverse=True):
            hit = case.party(effect.against)
            if hit not in allowed and effect.against not in grounded:
                yield Broken(spec.id, f"missing {spec.id} hits {effect.against}",
                             ("obligations", place, "on_miss"), step.target, step, spec.clauses,
                             )  # fmt: skip


def lawful_day(seen: Seen) -> Iterator[Broken]:
    """No adverse act on the day after a date, which is only a label; none while an answer is
    awaited; and none on a date that is only estimated: the engine must refuse it."""
    asked: set[str] = set()
    for step, duty, spec, place in dates_passed(seen):
        assert isinstance(step.move, Passing)
        at: At = ("obligations", place)
        what = step.move.what
        if what != "enforced" and any(effects_of(step, adverse=True)):
            text = f"{spec.id} harms somebody before the first lawful day"
            yield Broken(spec.id, text, at, step.target, step, spec.clauses)
        if what == "missed" and spec.on_miss.harms and spec.id not in asked:
            asked.add(spec.id)
            assert step.before is not None
            if _takes_estimate(seen, step, step.before, duty):
                text = f"{spec.id} is enforced on a provisional date"
                yield Broken(f"{spec.id} provisional", text, at, step.target, step, spec.clauses)


def _takes_estimate(seen: Seen, step: Step, case: Case, duty: Duty) -> bool:
    """Whether the label or the consequence is taken where the date is only an estimate."""
    estimate = replace(duty.due, kind="provisional", earliest=PAST, latest=PAST, on=PAST)
    assert isinstance(step.move, Passing)
    missed = replace(estimate, enforceable_from=None)
    for what, status, due in (("missed", "open", estimate), ("enforced", "missed", missed)):
        one = replace(duty, status=status, due=due)
        before = replace(case, duties=tuple(one if d.key == duty.key else d for d in case.duties))
        act = Enforce(replace(step.move.because, rung=what), "explored")
        answer = decide(seen.compiled, before, act, START, seen.worlds[step.world], hot=True)
        if not isinstance(answer, Refused):
            return True
    return False


def answer_awaited(seen: Seen) -> Iterator[Broken]:
    """The consequence of a miss is taken neither by the clock nor by hand while what was filed
    awaits its answer, or while its rejection has not been served."""
    for step, duty, spec, place in dates_passed(seen):
        assert isinstance(step.move, Passing)
        if step.move.what == "enforced" and (duty.status == "filed" or _unserved(duty)):
            how = "its answer is awaited" if duty.status == "filed" else "its rejection is unserved"
            yield Broken(spec.id, f"{spec.id} is enforced while {how}", ("obligations", place),
                         step.target, step, spec.clauses)  # fmt: skip
    yield from by_hand(seen, ("filed",), "while its answer is awaited")


def by_hand(seen: Seen, statuses: tuple[str, ...], when: str) -> Iterator[Broken]:
    """Steps in which the consequence of a miss, its own event, is brought about by somebody or
    something else than the clock while the duty stands as said, to somebody's harm."""
    consequence: dict[str, list[tuple[int, Obligation]]] = {}
    for place, spec in enumerate(seen.compiled.definition.obligations):
        if spec.on_miss.event is not None and spec.id in seen.walked.slice.duties:
            consequence.setdefault(spec.on_miss.event, []).append((place, spec))
    for step in seen.walked.steps:
        if step.before is None:
            continue
        for entry in step.entries:
            if entry.because is not None and entry.because.rung == "enforced":
                continue
            for _, spec in consequence.get(entry.event, ()):
                duty = step.before.latest(spec.id)
                if (
                    duty is not None
                    and duty.status in statuses
                    and (spec.on_miss.harms or any(effects_of(step, adverse=True)))
                ):
                    about = f"{spec.id} {entry.event}"
                    index = next(n for n, edge in enumerate(seen.compiled.definition.transitions)
                                 if edge.event == entry.event)  # fmt: skip
                    yield Broken(about, f"{entry.event} takes the consequence of {spec.id} {when}",
                                 ("transitions", index), step.target, step, spec.clauses,
                                 )  # fmt: skip


def _unserved(duty: Duty) -> bool:
    rejected = duty.receipt.get("rejected", {})
    return bool(rejected.get("waits_for_service")) and "served_on" not in rejected
