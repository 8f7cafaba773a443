"""What is wrong with the shape of a definition: findings of `chengnuo check`, each with its line.

Looks at each track as a graph. It takes every guard as possible and tracks one by one, so it can
miss a dead end that only guards bring about; it never invents one. The promises are looked at in
`machines/promises.py`, the names in `machines/unused.py`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from machines.book import Workflow
from machines.definition import Definition, Transition
from machines.effects import ADVERSE
from machines.findings import At, Finding, found
from machines.promises import promises
from machines.unused import names

__all__ = ["Finding", "Report", "examine"]


@dataclass(frozen=True, slots=True)
class Report:
    """What was looked at and what was found."""

    workflow: str
    states: int
    transitions: int
    obligations: int
    findings: tuple[Finding, ...]


def examine(workflow: Workflow) -> Report:
    """Every finding on one workflow."""
    definition = workflow.definition
    return Report(
        workflow=workflow.key,
        states=sum(len(track.states) for track in definition.tracks.values()),
        transitions=len(definition.transitions),
        obligations=len(definition.obligations) + len(definition.timers),
        findings=tuple(_findings(workflow)),
    )


def _findings(workflow: Workflow) -> Iterator[Finding]:
    definition = workflow.definition
    for track in definition.tracks:
        yield from _unreachable(workflow, track)
        yield from _traps(workflow, track)
        yield from _automatic_loops(workflow, track)
    yield from _shadowed(workflow)
    yield from _cannot_settle(workflow)
    yield from _engine_cannot(workflow)
    yield from _never_raised(workflow)
    yield from _cannot_be_kept(workflow)
    yield from promises(workflow)
    yield from names(workflow)


def _engine_raised(definition: Definition) -> set[str]:
    """Events that a timer, a miss or a linked case raises."""
    raised = {timer.raises for timer in definition.timers}
    raised.update(name for name, event in definition.events.items() if event.signalled_by)
    for duty in definition.obligations:
        raised.update(event for event in (duty.on_miss.mark, duty.on_miss.event) if event)
    return raised


def _edges(definition: Definition, track: str) -> list[Transition]:
    """Edges somebody or something can take."""
    raised = _engine_raised(definition)
    return [
        edge
        for edge in definition.transitions
        if edge.track == track
        and (edge.automatic or edge.role != ("engine",) or edge.event in raised)
    ]


def _reach(definition: Definition, track: str, *, harmless: bool = False) -> set[str]:
    """States of a track that can be reached, optionally without an adverse effect."""
    edges = [
        edge for edge in _edges(definition, track)
        if not (harmless and _adverse(definition, edge))
    ]  # fmt: skip
    return _onward(edges, {definition.tracks[track].initial})


def _onward(edges: Iterable[Transition], begin: set[str]) -> set[str]:
    """Every state that some edges lead to from some states, those included."""
    onward: dict[str, set[str]] = defaultdict(set)
    for edge in edges:
        for source in edge.source:
            onward[source].add(source if edge.to == "same" else edge.to)
    reached, new = set(begin), list(begin)
    while new:
        for state in onward[new.pop()] - reached:
            reached.add(state)
            new.append(state)
    return reached


def _adverse(definition: Definition, edge: Transition) -> bool:
    ordered = list(edge.effects)
    for duty in definition.obligations:
        if edge.event == duty.on_miss.event:
            ordered.extend(duty.on_miss.effects)
    return any(effect.do in ADVERSE for effect in ordered)


def _unreachable(workflow: Workflow, track: str) -> Iterator[Finding]:
    reached = _reach(workflow.definition, track)
    for state in workflow.definition.tracks[track].states:
        if state not in reached:
            at = ("tracks", track, "states", state)
            yield found(workflow.parsed, "unreachable", at, track=track, state=state)


def _traps(workflow: Workflow, track: str) -> Iterator[Finding]:
    """States of a track, other than final ones, from which none can be reached that lets the case
    settle or close. A track of which an end says nothing is no trap."""
    definition = workflow.definition
    closing = definition.closing
    ends = (*closing.settles_when, *closing.closes_when)
    if not all(track in end for end in ends):
        return
    states, edges = definition.tracks[track].states, _edges(definition, track)
    good = {state for end in ends for state in end[track]}
    good |= {state for state, text in states.items() if text.final}
    for state in sorted(_reach(definition, track), key=list(states).index):
        if not _onward(edges, {state}) & good:
            at = ("tracks", track, "states", state)
            yield found(workflow.parsed, "trap", at, track=track, state=state)


def _automatic_loops(workflow: Workflow, track: str) -> Iterator[Finding]:
    """Automatic edges without a condition that come back to where they began."""
    free = [
        (index, edge) for index, edge in enumerate(workflow.definition.transitions)
        if edge.automatic and not edge.guards and edge.track == track
    ]  # fmt: skip
    edges = [edge for _, edge in free]
    for index, edge in free:
        back = any(
            source in _onward(edges, {source if edge.to == "same" else edge.to})
            for source in edge.source
        )
        if back:
            yield found(workflow.parsed, "automatic_loop", ("transitions", index), edge.clauses,
                        event=edge.event)  # fmt: skip


def _shadowed(workflow: Workflow) -> Iterator[Finding]:
    """An edge behind one without conditions that takes the same event from the same state."""
    first: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for index, edge in enumerate(workflow.definition.transitions):
        roles = set(edge.role or ("engine",))
        keys = [(edge.track, source, edge.event) for source in edge.source]
        behind = [key for key in keys if roles <= first[key]]
        if len(behind) == len(keys):
            yield found(workflow.parsed, "shadowed", ("transitions", index), edge.clauses,
                        event=edge.event, state=behind[0][1])  # fmt: skip
        for key in keys if not edge.guards else ():
            first[key] |= roles


def _cannot_settle(workflow: Workflow) -> Iterator[Finding]:
    """Every case must be able to settle without an adverse act."""
    definition = workflow.definition
    reach = {track: _reach(definition, track, harmless=True) for track in definition.tracks}
    for alternative in definition.closing.settles_when:
        if all(reach[track] & set(states) for track, states in alternative.items()):
            return
    yield found(workflow.parsed, "cannot_settle", ("closing",))


def _engine_cannot(workflow: Workflow) -> Iterator[Finding]:
    """What a miss or a timer raises must be open to the engine."""
    definition = workflow.definition
    open_to_it = {
        edge.event for edge in definition.transitions if edge.automatic or "engine" in edge.role
    }
    raised: list[tuple[At, str, str | None]] = [
        (("timers", index, "raises"), one.id, one.raises)
        for index, one in enumerate(definition.timers)
    ]
    for index, duty in enumerate(definition.obligations):
        at: At = ("obligations", index, "on_miss")
        raised += [((*at, "mark"), duty.id, duty.on_miss.mark)]
        raised += [((*at, "event"), duty.id, duty.on_miss.event)]
    for at, source, event in raised:
        if event is not None and event not in open_to_it:
            yield found(workflow.parsed, "engine_cannot", at, source=source, event=event)


def _never_raised(workflow: Workflow) -> Iterator[Finding]:
    definition = workflow.definition
    raised = _engine_raised(definition)
    for index, edge in enumerate(definition.transitions):
        if edge.role == ("engine",) and not edge.automatic and edge.event not in raised:
            yield found(
                workflow.parsed, "never_raised", ("transitions", index, "event"), edge.clauses,
                event=edge.event,
            )  # fmt: skip


def _cannot_be_kept(workflow: Workflow) -> Iterator[Finding]:
    """A duty none of whose acts is possible once it has started. A service always is, and so is
    an act on a track that the start leaves where it is."""
    definition = workflow.definition
    for index, duty in enumerate(definition.obligations):
        starts = {ref.event for ref in duty.starts.refs}
        keeping = {ref.event for ref in duty.met_by}
        if not keeping or None in keeping | starts or not keeping <= set(definition.events):
            continue
        if not any(_after(definition, starts, track, keeping) for track in definition.tracks):
            yield found(workflow.parsed, "cannot_be_kept", ("obligations", index, "met_by"),
                        duty.clauses, duty=duty.id)  # fmt: skip


def _after(
    definition: Definition, starts: set[str | None], track: str, keeping: set[str | None]
) -> bool:
    """Whether one of some events is possible on a track from where some others leave it."""
    edges = _edges(definition, track)
    begun = {
        source if edge.to == "same" else edge.to
        for edge in edges if edge.event in starts for source in edge.source
    }  # fmt: skip
    reached = _onward(edges, begun or {definition.tracks[track].initial})
    return any(edge.event in keeping and reached & set(edge.source) for edge in edges)
