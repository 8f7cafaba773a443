"""On what an adverse act rests: a clause, a ground for taking a licence, and the service of the
paper that the party had to answer."""

from __future__ import annotations

from collections.abc import Iterator

from machines.case import Case, Duty, Entry
from machines.compiler import Compiled
from machines.definition import Obligation, Transition
from machines.exploration.lateness import by_hand
from machines.exploration.property import Broken, Seen, after, dates_passed, effects_of
from machines.exploration.search import Step

_TAKES = frozenset({"revoke", "withdraw_licence"})


def grounded(seen: Seen) -> Iterator[Broken]:
    """Every adverse effect has a clause; a licence is taken on a miss, on a condition, or from a
    state to which something that was found has led; the consequence of a miss is not taken by hand
    before the miss."""
    issued = _states_of_issue(seen)
    for step in seen.walked.steps:
        for effect in effects_of(step, adverse=True):
            if not effect.clauses:
                at = ("transitions", _edges(seen.compiled, step)[0][0])
                yield Broken(effect.do, f"{effect.do} without a clause", at, step.target, step)
        for entry in step.entries:
            for index, edge in _groundless(seen.compiled, entry, issued):
                text = f"{entry.event} takes a licence just issued, and nothing was found"
                yield Broken(entry.event, text, ("transitions", index), step.target, step,
                             edge.clauses)  # fmt: skip
    yield from by_hand(seen, ("open",), "before its date has passed")


def _states_of_issue(seen: Seen) -> frozenset[tuple[str, str]]:
    """Where the tracks that issue a licence stand when it has just been issued."""
    found = set()
    for step in seen.walked.steps:
        issuing = {entry.event for entry in step.entries
                   if any(effect.do == "issue" for effect in entry.effects)}  # fmt: skip
        if issuing:
            tracks = {t for event in issuing for t in seen.compiled.tracks_of.get(event, ())}
            found |= {(t, s) for t, s in after(step).tracks.items() if t in tracks}
    return frozenset(found)


def _groundless(
    compiled: Compiled, entry: Entry, issued: frozenset[tuple[str, str]]
) -> Iterator[tuple[int, Transition]]:
    """The edges by which an entry takes a licence without any ground."""
    if entry.because is not None or not any(one.do in _TAKES for one in entry.effects):
        return
    for index, edge in _taken(compiled, entry):
        source = entry.moves[edge.track][0]
        takes = any(effect.do in _TAKES for effect in edge.effects)
        if takes and not edge.guards and (edge.track, source) in issued:
            yield index, edge


def _taken(compiled: Compiled, entry: Entry) -> Iterator[tuple[int, Transition]]:
    """The edges an entry may have moved along."""
    for index, edge in enumerate(compiled.definition.transitions):
        if edge.event == entry.event and edge.track in entry.moves:
            source, target = entry.moves[edge.track]
            if source in edge.source and target in (edge.to, source):
                yield index, edge


def _edges(compiled: Compiled, step: Step) -> list[tuple[int, Transition]]:
    found = [one for entry in step.entries for one in _taken(compiled, entry)]
    return found or [(0, compiled.definition.transitions[0])]


def notice_served(seen: Seen) -> Iterator[Broken]:
    """Who is harmed by a miss has been served the paper that began the duty, where one was issued,
    and the rejection of what was filed, where that is a paper."""
    for step, duty, spec, place in dates_passed(seen):
        harmed = any(effects_of(step, adverse=True))
        if not harmed or step.before is None:
            continue
        for paper in _unserved(seen.compiled, step.before, spec, duty):
            text = f"{spec.id} is enforced and {paper} has not been served"
            yield Broken(f"{spec.id} {paper}", text, ("obligations", place), step.target, step,
                         spec.clauses)  # fmt: skip


def _unserved(compiled: Compiled, case: Case, spec: Obligation, duty: Duty) -> Iterator[str]:
    documents = compiled.definition.documents
    rejected = "rejected" in duty.receipt
    events = {ref.event for ref in spec.starts.refs}
    if rejected:
        events |= {ref.event for ref in spec.reopened_by}
    named = {ref.serve for ref in spec.starts.refs if ref.serve is not None}
    named |= {name for name, one in documents.items() if events.intersection(one.issued_by)}
    for name in sorted(named):
        issued = [case.happened[e] for e in documents[name].issued_by if e in case.happened]
        served = [at for key, at in case.happened.items() if key.startswith(f"serve:{name}:")]
        if not served or (issued and max(served) < max(issued)):
            yield name
