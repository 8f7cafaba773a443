"""Whether a case can come to rest, and whether it can do so without harm to anybody."""

from __future__ import annotations

from collections.abc import Iterator

from machines.case import Duty
from machines.compiler import Compiled
from machines.definition import Obligation
from machines.duties import RUNNING
from machines.exploration.property import Broken, Seen, after, effects_of
from machines.exploration.search import Step, Walked
from machines.rungs import closed, owes


def settles_here(walked: Walked, number: int) -> bool:
    """Nothing is owed, as far as the tracks and duties walked go. A duty of a standing file, which
    the act that keeps it starts anew, is not counted: see `standing_said`."""
    case, compiled = walked.cases[number], walked.compiled
    if case.ended is not None:
        return True
    tracks = walked.slice.tracks
    closing = compiled.definition.closing
    at_rest = any(
        all(case.tracks[track] in states for track, states in one.items() if track in tracks)
        for one in closing.settles_when
        if tracks & one.keys()
    )
    over = walked.closed(number)
    standing = () if closing.standing is None else closing.standing.obligations
    counted = walked.slice.duties.difference(standing)
    return (at_rest or not _named(walked)) and not any(
        owes(compiled, case, duty)
        for duty in case.duties
        if duty.obligation in counted and (not over or survives(compiled, duty))
    )


def _named(walked: Walked) -> bool:
    """Whether the closing of the workflow speaks of the tracks walked at all."""
    closing = walked.compiled.definition.closing
    sets = (*closing.settles_when, *closing.closes_when)
    return any(walked.slice.tracks & one.keys() for one in sets)


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


def settles_unharmed(seen: Seen) -> Iterator[Broken]:
    """Asked of every opening and of every case in which a licence has just been issued."""
    walked = seen.walked
    if not walked.whole:
        return
    able = can_settle(walked, harmless=True)
    for step in walked.steps:
        licences = [one.what["licence"] for one in effects_of(step) if one.do == "issue"]
        if step.target in able or not (licences or step.source is None):
            continue
        about = f"a case with {licences[0]} just issued" if licences else "a case just opened"
        text = f"{about} can only settle by harming somebody"
        yield Broken(about, text, ("closing",), step.target, step)


def no_dead_case(seen: Seen) -> Iterator[Broken]:
    """Nowhere is there a case that nothing can settle."""
    walked = seen.walked
    if not walked.whole:
        return
    able = can_settle(walked, harmless=False)
    for number, case in enumerate(walked.cases):
        if number not in able:
            tracks = [track for track in case.tracks if track in walked.slice.tracks]
            where = ", ".join(f"{track}.{case.tracks[track]}" for track in tracks)
            at = ("tracks", tracks[0], "states", case.tracks[tracks[0]]) if tracks else ("closing",)
            yield Broken(where, f"nothing can settle a case in {where}", at, number)


def standing_said(seen: Seen) -> Iterator[Broken]:
    """What is called standing is started anew by the act that keeps it, and nobody's but the
    authority's: an explanation that no longer explains anything is a finding itself."""
    standing, walked = seen.compiled.definition.closing.standing, seen.walked
    if standing is None or not walked.whole:
        return
    for name in walked.slice.duties.intersection(standing.obligations):
        spec = seen.compiled.duties[name]
        at = ("closing", "standing")
        if not isinstance(spec, Obligation) or seen.compiled.sides.get(spec.bearer) != "authority":
            text = f"{name} is called standing and is not the authority's"
            yield Broken(name, text, at, 0, None, spec.clauses)
            continue
        kept = [step for step in walked.steps if _keeps(step, name)]
        renewed = any(
            latest is not None and latest.status in RUNNING
            for latest in (after(step).latest(name) for step in kept)
        )
        if not renewed:
            text = f"{name} is called standing and the act that keeps it does not start it anew"
            yield Broken(name, text, at, 0, None, spec.clauses)


def _keeps(step: Step, name: str) -> bool:
    duties = (duty for entry in step.entries for duty in entry.duties)
    return any(duty.obligation == name and duty.status == "met" for duty in duties)


def outlives_said(seen: Seen) -> Iterator[Broken]:
    """Closing a case ends what still runs in it. Where that would spare somebody the consequence of
    a miss, the duty says that it outlives the closing, or which act waives it; a closing that takes
    a licence or restricts has taken its consequence already."""
    places = {one.id: n for n, one in enumerate(seen.compiled.definition.obligations)}
    for step in seen.walked.steps:
        if step.before is None or step.adverse:
            continue
        case = after(step)
        if case.ended is not None or not closed(seen.compiled, case):
            continue
        events = {key for entry in step.entries for key in entry.marks.get("keys", (entry.event,))}
        for name in _ended(step) & seen.walked.slice.duties:
            spec = seen.compiled.duties[name]
            if not isinstance(spec, Obligation) or not (spec.on_miss.harms or spec.on_miss.event):
                continue  # a reminder or a task ends with the case
            waived = events.intersection(ref.key for ref in spec.waived_by)
            if not waived and seen.compiled.sides.get(spec.bearer) != "authority":
                text = f"closing the case ends {name}, which does not say whether it outlives it"
                yield Broken(name, text, ("obligations", places[name]), step.target, step,
                             spec.clauses)  # fmt: skip


def _ended(step: Step) -> set[str]:
    """The duties that ran before a step and are waived by it."""
    assert step.before is not None
    ran = {duty.key for duty in step.before.duties if duty.status in RUNNING}
    return {d.obligation for entry in step.entries for d in entry.duties
            if d.status == "waived" and d.key in ran}  # fmt: skip


def automatic_ends(seen: Seen) -> Iterator[Broken]:
    """Automatic transitions come to rest, whatever has happened."""
    for number, move, text in seen.walked.loops:
        first = next((n for n, edge in enumerate(seen.compiled.definition.transitions)
                      if edge.automatic), 0)  # fmt: skip
        tried = Step(number, move, 0, ())
        yield Broken(str(getattr(move, "event", move)), text, ("transitions", first), number, tried)
