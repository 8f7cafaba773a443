"""What is wrong with the shape of a definition: findings of `chengnuo check`, each with its line.

Looks at each track as a graph and at the obligations as promises. It takes every guard as possible
and tracks one by one, so it can miss a dead end that only guards bring about; it never invents one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from machines.book import Workflow
from machines.definition import Definition, Transition
from machines.effects import ADVERSE


@dataclass(frozen=True, slots=True)
class Finding:
    """One defect: a stable name, what it means, the clauses it touches, file and line."""

    check: str
    text: str
    clauses: tuple[str, ...]
    file: str
    line: int


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
        yield from _dead_ends(workflow, track)
    yield from _cannot_settle(workflow)
    yield from _promises(workflow)
    yield from _never_raised(workflow)
    yield from _never_handed_in(workflow)


def _finding(
    workflow: Workflow, check: str, at: tuple[str | int, ...], text: str,
    clauses: tuple[str, ...] = (),
) -> Finding:  # fmt: skip
    parsed = workflow.parsed
    return Finding(check, text, clauses, parsed.file, parsed.line(at))


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
    onward: dict[str, set[str]] = defaultdict(set)
    for edge in _edges(definition, track):
        if harmless and _adverse(definition, edge):
            continue
        for source in edge.source:
            onward[source].add(source if edge.to == "same" else edge.to)
    found, new = {definition.tracks[track].initial}, [definition.tracks[track].initial]
    while new:
        for state in onward[new.pop()] - found:
            found.add(state)
            new.append(state)
    return found


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
            yield _finding(workflow, "unreachable", at, f"{track}.{state} can never be reached")


def _dead_ends(workflow: Workflow, track: str) -> Iterator[Finding]:
    definition = workflow.definition
    spec = definition.tracks[track]
    leaving = {
        source for edge in _edges(definition, track) if edge.to != "same" for source in edge.source
    }
    resting = {
        state
        for alternatives in (definition.closing.settles_when, definition.closing.closes_when)
        for alternative in alternatives
        for state in alternative.get(track, ())
    }
    for state, text in spec.states.items():
        if state not in leaving and not text.final and state not in resting and track == "main":
            at = ("tracks", track, "states", state)
            yield _finding(
                workflow, "dead_end", at,
                f"{track}.{state} has no way out, is not final and settles nothing",
            )  # fmt: skip


def _cannot_settle(workflow: Workflow) -> Iterator[Finding]:
    """Every case must be able to settle without an adverse act."""
    definition = workflow.definition
    reach = {track: _reach(definition, track, harmless=True) for track in definition.tracks}
    for alternative in definition.closing.settles_when:
        if all(reach[track] & set(states) for track, states in alternative.items()):
            return
    yield _finding(
        workflow, "cannot_settle", ("closing",),
        "no settling state can be reached without an adverse act",
    )  # fmt: skip


def _promises(workflow: Workflow) -> Iterator[Finding]:
    definition = workflow.definition
    for index, duty in enumerate(definition.obligations):
        at = ("obligations", index, "on_miss")
        if duty.on_miss.nothing and duty.on_miss.reading is None:
            yield _finding(
                workflow, "no_consequence", at,
                f"{duty.id} has no consequence and no reading that says why", duty.clauses,
            )  # fmt: skip
        side = workflow.compiled.sides.get(duty.bearer)
        harms = [effect for effect in duty.on_miss.effects if effect.do in ADVERSE]
        if side == "authority" and harms:
            yield _finding(
                workflow, "authority_harms", at,
                f"{duty.id} is the authority's: its lateness may harm nobody", duty.clauses,
            )  # fmt: skip
        if harms and not any(effect.clauses or duty.on_miss.clauses for effect in harms):
            yield _finding(
                workflow, "no_ground", at, f"{duty.id}: an adverse effect without its clause",
                duty.clauses,
            )  # fmt: skip


def _never_raised(workflow: Workflow) -> Iterator[Finding]:
    definition = workflow.definition
    raised = _engine_raised(definition)
    for index, edge in enumerate(definition.transitions):
        if edge.role == ("engine",) and not edge.automatic and edge.event not in raised:
            yield _finding(
                workflow, "never_raised", ("transitions", index, "event"),
                f"nothing raises {edge.event}", edge.clauses,
            )  # fmt: skip


def _never_handed_in(workflow: Workflow) -> Iterator[Finding]:
    definition = workflow.definition
    taken = {group for event in definition.events.values() for group in event.hands_in}
    owed = ("upfront", "committed", *definition.materials.named)
    for group in owed:
        if definition.materials.groups[group] and group not in taken:
            yield _finding(
                workflow, "never_handed_in", ("materials", group),
                f"no event takes the {group} materials",
            )  # fmt: skip
