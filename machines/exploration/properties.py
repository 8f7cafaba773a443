"""What must hold of every case that can come about: each with a name and a sentence.

A property looks at a whole walk and names each place where it is broken: a case or a step, for the
story that leads there, and the line of the definition that is to blame.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from machines.case import Duty, EffectRecord
from machines.compiler import Compiled
from machines.definition import Obligation
from machines.duties import RUNNING
from machines.exploration.search import Step, Walked
from machines.exploration.symbolic import Passing
from machines.rungs import owes
from machines.views import view_of
from machines.words import Text
from rules.guards import first_unmet
from rules.view import World

At = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Broken:
    """One place where a property does not hold. `case`: the number of the case it is seen in;
    `step`: the step that breaks it, where one does; `at`: the line of the definition."""

    about: str
    text: str
    at: At
    case: int | None
    step: Step | None = None
    clauses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Property:
    """Something that must hold of every case of every workflow."""

    name: str
    sentence: Text
    broken: Callable[[Walked, tuple[World, ...]], Iterator[Broken]]


def settles_here(walked: Walked, number: int) -> bool:
    """Nothing is owed, as far as the tracks walked go."""
    case, compiled = walked.cases[number], walked.compiled
    if case.ended is not None:
        return True
    closing = compiled.definition.closing
    at_rest = any(
        all(case.tracks[track] in states for track, states in one.items() if track in walked.tracks)
        for one in closing.settles_when
        if walked.tracks & one.keys()
    )
    over = walked.closed(number)
    return (at_rest or not _named(walked)) and not any(
        owes(compiled, case, duty) for duty in case.duties if not over or survives(compiled, duty)
    )


def _named(walked: Walked) -> bool:
    """Whether the closing of the workflow speaks of the tracks walked at all."""
    closing = walked.compiled.definition.closing
    return any(walked.tracks & one.keys() for one in (*closing.settles_when, *closing.closes_when))


def survives(compiled: Compiled, duty: Duty) -> bool:
    """Whether a duty outlives the closing of its case, as its definition says."""
    spec = compiled.duties[duty.obligation]
    return isinstance(spec, Obligation) and spec.survives_close


def can_settle(walked: Walked, *, harmless: bool) -> set[int]:
    """The cases from which a settled one can be reached, on request without harm to anybody. A
    case that was not wholly gone on from is given the benefit of the doubt."""
    back: dict[int, set[int]] = {}
    for step in walked.steps:
        if step.source is not None and not (harmless and step.adverse):
            back.setdefault(step.target, set()).add(step.source)
    found = {n for n in range(len(walked.cases)) if n in walked.pruned or settles_here(walked, n)}
    new = list(found)
    while new:
        for source in back.get(new.pop(), ()):
            if source not in found:
                found.add(source)
                new.append(source)
    return found


def _settles(walked: Walked, _: tuple[World, ...]) -> Iterator[Broken]:
    """Asked of every opening and of every case in which a licence has just been issued."""
    if not walked.whole:
        return
    able = can_settle(walked, harmless=True)
    for step in walked.steps:
        licences = [one.what["licence"] for one in _effects(step) if one.do == "issue"]
        if step.target in able or not (licences or step.source is None):
            continue
        about = f"a case with {licences[0]} just issued" if licences else "a case just opened"
        text = f"{about} can only settle by harming somebody"
        yield Broken(about, text, ("closing",), step.target, step)


def _no_dead_case(walked: Walked, _: tuple[World, ...]) -> Iterator[Broken]:
    if not walked.whole:
        return
    able = can_settle(walked, harmless=False)
    for number, case in enumerate(walked.cases):
        if number not in able:
            where = ", ".join(f"{t}.{s}" for t, s in case.tracks.items() if t in walked.tracks)
            track = next(iter(sorted(walked.tracks)))
            yield Broken(where, f"nothing can settle a case in {where}",
                         ("tracks", track, "states", case.tracks[track]), number)  # fmt: skip


def _loops(walked: Walked, _: tuple[World, ...]) -> Iterator[Broken]:
    for number, move, text in walked.loops:
        yield Broken(str(getattr(move, "event", move)), text, ("transitions",), number)


def _armed(walked: Walked, worlds: tuple[World, ...]) -> Iterator[Broken]:
    compiled = walked.compiled
    for step in walked.steps:
        issuing = {entry.event for entry in step.entries
                   if any(effect.do == "issue" for effect in entry.effects)}  # fmt: skip
        if not issuing:
            continue
        case = walked.cases[step.target]
        view = view_of(compiled, case, step.entries[-1].at, worlds[step.world])
        for index, spec in enumerate(compiled.definition.obligations):
            refs = [ref for ref in spec.starts.earliest if ref.event in issuing]
            due = any(first_unmet(view, ref.when) is None for ref in refs)
            owed = due and first_unmet(view, spec.applies_if) is None and spec.due.given is None
            if owed and case.latest(spec.id) is None:
                yield Broken(spec.id, f"a licence is issued and {spec.id} does not run",
                             ("obligations", index), step.target, step, spec.clauses)  # fmt: skip


def _of_duty(walked: Walked) -> Iterator[tuple[Step, Duty, Obligation, int]]:
    """The steps in which a date of somebody's duty passes, with the duty before."""
    places = {one.id: n for n, one in enumerate(walked.compiled.definition.obligations)}
    for step in walked.steps:
        move = step.move
        if not isinstance(move, Passing) or step.source is None:
            continue
        spec = walked.compiled.duties[move.duty[0]]
        if isinstance(spec, Obligation):
            assert step.before is not None
            duty = next(d for d in step.before.duties if d.key == move.duty)
            yield step, duty, spec, places[spec.id]


def _effects(step: Step, *, adverse: bool = False) -> Iterator[EffectRecord]:
    for entry in step.entries:
        yield from (one for one in entry.effects if one.adverse or not adverse)


def _grounded(walked: Walked, _: tuple[World, ...]) -> Iterator[Broken]:
    for step in walked.steps:
        for effect in _effects(step, adverse=True):
            if not effect.clauses:
                yield Broken(effect.do, f"{effect.do} without a clause", ("transitions",),
                             step.target, step)  # fmt: skip
    for step, duty, spec, place in _of_duty(walked):
        rejected = duty.receipt.get("rejected", {})
        waits = bool(rejected.get("waits_for_service")) and "served_on" not in rejected
        early = duty.status != "missed" or waits
        if isinstance(step.move, Passing) and step.move.what == "enforced" and early:
            yield Broken(spec.id, f"{spec.id} is enforced while it is {duty.status}"
                         f"{', its rejection not served' if waits else ''}",
                         ("obligations", place), step.target, step, spec.clauses)  # fmt: skip


def _has_effect(walked: Walked, _: tuple[World, ...]) -> Iterator[Broken]:
    """Broken where the consequence never changes anything: it may well come too late in a case in
    which somebody has acted on the miss before."""
    idle: dict[str, Broken] = {}
    telling: set[str] = set()
    for step, _duty, spec, place in _of_duty(walked):
        assert isinstance(step.move, Passing)
        owing = walked.compiled.sides.get(spec.bearer) == "applicant"
        if step.move.what != "enforced" or not owing:
            continue
        if any(entry.effects or entry.moves for entry in step.entries):
            telling.add(spec.id)
        at: At = ("obligations", place, "on_miss")
        text = f"missing {spec.id} changes nothing"
        idle.setdefault(spec.id, Broken(spec.id, text, at, step.target, step, spec.clauses))
    yield from (broken for name, broken in idle.items() if name not in telling)


def _harmless(walked: Walked, _: tuple[World, ...]) -> Iterator[Broken]:
    able = can_settle(walked, harmless=True) if walked.whole else None
    for step, _duty, spec, place in _of_duty(walked):
        if walked.compiled.sides.get(spec.bearer) != "authority":
            continue
        at: At = ("obligations", place, "on_miss")
        if any(_effects(step, adverse=True)):
            yield Broken(spec.id, f"the authority's lateness with {spec.id} harms somebody", at,
                         step.target, step, spec.clauses)  # fmt: skip
        elif able is not None and step.source in able and step.target not in able:
            text = f"after the lateness with {spec.id} the case can only settle by harming somebody"
            yield Broken(spec.id, text, at, step.target, step, spec.clauses)


def _right_party(walked: Walked, _: tuple[World, ...]) -> Iterator[Broken]:
    for step, _duty, spec, place in _of_duty(walked):
        assert step.before is not None
        case = step.before
        named = {name for one in spec.on_miss.effects for name in one.against}
        allowed = {case.party(one) for one in (*named, spec.sanctioned or "subject")}
        side = walked.compiled.sides.get(spec.bearer)
        if side == "third_party" and spec.sanctioned is None:
            allowed |= {case.party(spec.bearer)}
        for effect in _effects(step, adverse=True):
            if case.party(effect.against) not in allowed:
                yield Broken(spec.id, f"missing {spec.id} hits {effect.against}",
                             ("obligations", place), step.target, step, spec.clauses)  # fmt: skip


def _outlives(walked: Walked, _: tuple[World, ...]) -> Iterator[Broken]:
    for number, case in enumerate(walked.cases):
        if case.ended is not None or not walked.closed(number):
            continue
        for duty in case.duties:
            if duty.status in RUNNING and not survives(walked.compiled, duty):
                spec = walked.compiled.duties[duty.obligation]
                yield Broken(duty.obligation, f"{duty.obligation} runs on in a closed case",
                             ("closing",), number, None, spec.clauses)  # fmt: skip


def _property(
    name: str, zh: str, en: str, broken: Callable[[Walked, tuple[World, ...]], Iterator[Broken]]
) -> Property:
    return Property(name, Text(zh=zh, en=en), broken)


PROPERTIES: tuple[Property, ...] = (
    _property(
        "settles_unharmed", "每件申请都能在无人受不利处理的情况下了结",
        "every case can settle without an adverse act", _settles,
    ),
    _property(
        "no_dead_case", "没有走不下去又了结不了的案件",
        "no case can come to a point from which nothing settles it", _no_dead_case,
    ),
    _property("automatic_ends", "自动流转必有终点", "automatic transitions come to rest", _loops),
    _property(
        "licence_armed", "凡发证，证后义务即起算",
        "an issued licence has the obligations that start with it", _armed,
    ),
    _property(
        "grounded", "不利处理必有依据，且不在提交未获答复、退回未送达时作出",
        "no adverse act without its ground, or while a filing awaits its answer", _grounded,
    ),
    _property(
        "miss_has_effect", "申请人逾期必有后果",
        "an applicant's missed duty has an effect", _has_effect,
    ),
    _property(
        "authority_harmless", "机关逾期不损害他人",
        "the authority's missed duty never harms anybody else", _harmless,
    ),
    _property(
        "right_party", "后果只及于条款所指的当事方",
        "a consequence hits only the party its clause names", _right_party,
    ),
    _property(
        "outlives_said", "结案后仍存续的义务须写明",
        "what outlives the closing of a case says so", _outlives,
    ),
)  # fmt: skip
