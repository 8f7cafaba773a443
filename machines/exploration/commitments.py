"""What follows a licence issued on a commitment: the duties that start with it, and what was
promised."""

from __future__ import annotations

from collections.abc import Iterator

from machines.case import Case
from machines.compiler import Compiled
from machines.duties import RUNNING
from machines.exploration.property import At, Broken, Seen, after
from machines.exploration.routes import issued_on_commitment
from machines.exploration.search import Step
from machines.exploration.symbolic import START
from machines.views import view_of
from rules.guards import first_unmet
from rules.view import View


def licence_armed(seen: Seen) -> Iterator[Broken]:
    """What starts with a licence runs; one issued on a commitment has a duty after it; and what
    was promised and is not in hand is owed for as long as the licence lives."""
    compiled = seen.compiled
    edges = issued_on_commitment(compiled)
    on_commitment = {edge.event for edge in edges}
    for step in seen.walked.steps:
        issuing = {entry.event: [e.what["licence"] for e in entry.effects if e.do == "issue"]
                   for entry in step.entries
                   if any(effect.do == "issue" for effect in entry.effects)}  # fmt: skip
        if not issuing:
            continue
        case = after(step)
        view = view_of(compiled, case, step.entries[-1].at, seen.worlds[step.world])
        yield from _started(seen, step, case, view, set(issuing))
        for event in issuing.keys() & on_commitment:
            at = ("transitions", next(n for n, one in enumerate(compiled.definition.transitions)
                                      if one in edges and one.event == event))  # fmt: skip
            if not any(duty.status in RUNNING and duty.bearer for duty in case.duties):
                text = f"{issuing[event][0]} is issued on a commitment and nothing is owed after it"
                yield Broken(f"{event} nothing", text, at, step.target, step)
            elif _promised(view) and not _owed(compiled, case):
                text = f"{issuing[event][0]} is issued and what was promised for it is not owed"
                yield Broken(f"{event} promised", text, at, step.target, step)
    yield from _live(seen, on_commitment)


def _started(seen: Seen, step: Step, case: Case, view: View, issuing: set[str]) -> Iterator[Broken]:
    for index, spec in enumerate(seen.compiled.definition.obligations):
        refs = [ref for ref in spec.starts.earliest if ref.event in issuing]
        due = any(first_unmet(view, ref.when) is None for ref in refs)
        owed = due and first_unmet(view, spec.applies_if) is None and spec.due.given is None
        if owed and case.latest(spec.id) is None:
            at: At = ("obligations", index)
            yield Broken(spec.id, f"a licence is issued and {spec.id} does not run", at,
                         step.target, step, spec.clauses)  # fmt: skip


def _live(seen: Seen, on_commitment: set[str]) -> Iterator[Broken]:
    """In every case in which such a licence lives and something promised is not in hand."""
    compiled = seen.compiled
    supplying = _supplying(compiled)
    if not supplying or not supplying <= seen.walked.slice.duties:
        return
    for number, case in enumerate(seen.walked.cases):
        live = any(one.status == "live" for one in case.licences.values())
        if not live or case.ended is not None or not on_commitment & case.happened.keys():
            continue
        view = view_of(compiled, case, START, seen.worlds[seen.walked.came[number].world])
        latest = [case.latest(name) for name in supplying]
        if _promised(view) and all(d is None or d.status == "waived" for d in latest):
            where = ", ".join(f"{t}.{s}" for t, s in case.tracks.items())
            text = f"a licence lives in {where} and what was promised for it is no longer owed"
            index = next(n for n, one in enumerate(compiled.definition.obligations)
                         if one.id in supplying)  # fmt: skip
            yield Broken(f"live {sorted(supplying)[0]}", text, ("obligations", index), number)


def _promised(view: View) -> bool:
    """Whether something that was promised is not in hand."""
    return any(not view.in_hand.intersection(demand) for demand in view.groups["committed"])


def _supplying(compiled: Compiled) -> set[str]:
    """The duties kept by handing in what was promised."""
    events = compiled.definition.events
    return {
        spec.id
        for spec in compiled.definition.obligations
        if compiled.sides.get(spec.bearer) != "authority"
        and any("committed" in events[ref.event].hands_in
                for ref in (*spec.met_by, *spec.filed_by) if ref.event in events)
    }  # fmt: skip


def _owed(compiled: Compiled, case: Case) -> bool:
    latest = (case.latest(name) for name in _supplying(compiled))
    return any(duty is not None and duty.status in RUNNING for duty in latest)
