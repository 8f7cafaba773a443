"""Whether the workflows fit together: cases that open and signal each other.

Each workflow is checked by itself first (`machines/checks.py`); here only what crosses a border.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from machines.defects import Defect, defect, unknown
from machines.definition import Definition, Event
from machines.effects import Effect, OpenCase, Signal
from machines.reader import DefinitionError, Parsed

At = tuple[str | int, ...]
Problem = tuple[At, Defect]
Known = Mapping[str, tuple[Definition, Parsed]]


def check_links(known: Known) -> None:
    """Raises DefinitionError for the first link that leads nowhere, or cannot be carried out."""
    for _, error in link_errors(known):
        raise error


def link_errors(known: Known) -> Iterator[tuple[str, DefinitionError]]:
    """Every link that leads nowhere: the workflow it stands in, and what is wrong."""
    for key, (definition, parsed) in known.items():
        for at, wrong in _problems(definition, known):
            yield key, DefinitionError(parsed.file, parsed.line(at), wrong)


def _problems(definition: Definition, known: Known) -> Iterator[Problem]:
    links: dict[str, str] = {}
    ordered = list(effects_of(definition))
    for at, effect in ordered:
        if isinstance(effect, OpenCase):
            links[effect.link] = effect.workflow
            yield from _opening(effect, at, known)
    for at, effect in ordered:
        if isinstance(effect, Signal) and effect.to != "parent":
            yield from _signal(effect, at, links, known)
    for name, event in definition.events.items():
        yield from _signalled(definition, name, event, known)


def effects_of(definition: Definition) -> Iterator[tuple[At, Effect]]:
    """Every effect of a definition with its place in the file."""
    for index, edge in enumerate(definition.transitions):
        for number, effect in enumerate(edge.effects):
            yield ("transitions", index, "effects", number), effect
    for index, duty in enumerate(definition.obligations):
        for number, effect in enumerate(duty.on_miss.effects):
            yield ("obligations", index, "on_miss", "effects", number), effect


def _one(at: At, kind: str, name: str, known: Iterable[str]) -> Iterator[Problem]:
    wrong = unknown(kind, name, known)
    if wrong is not None:
        yield at, wrong


def _opening(effect: OpenCase, at: At, known: Known) -> Iterator[Problem]:
    yield from _one(at, "workflow", effect.workflow, known)
    if effect.workflow not in known:
        return
    opening = known[effect.workflow][0].opening
    if "engine" not in opening.role:
        yield at, defect("not_opened_by_engine", workflow=effect.workflow)
    for fact in effect.facts:
        yield from _one(at, f"fact of {effect.workflow}", fact, (*opening.needs, *opening.may))
    for fact in opening.needs:
        if fact not in effect.facts:
            yield at, defect("opening_needs_fact", workflow=effect.workflow, fact=fact)


def _signal(effect: Signal, at: At, links: Mapping[str, str], known: Known) -> Iterator[Problem]:
    yield from _one(at, "link", effect.to, links)
    target = links.get(effect.to)
    if target is None or target not in known:
        return
    there = known[target][0]
    yield from _one(at, f"event of {target}", effect.event, there.events)
    if effect.event in there.events:
        event = there.events[effect.event]
        for fact in effect.facts:
            yield from _one(at, f"fact of {effect.event}", fact, (*event.needs, *event.may))
    if effect.contrary is not None:
        yield from _one(at, f"event of {target}", effect.contrary, there.events)
        unsaid = there.events.get(effect.contrary)
        for fact in () if unsaid is None else (n for n in unsaid.needs if n not in effect.facts):
            yield at, defect("contrary_needs_fact", event=effect.contrary, fact=fact)


def _signalled(definition: Definition, name: str, event: Event, known: Known) -> Iterator[Problem]:
    """An event that linked cases raise names workflows that do, and the engine may take it."""
    at: At = ("events", name)
    for workflow in event.signalled_by:
        yield from _one(at, "workflow", workflow, known)
        if workflow in known:
            raised = {
                event
                for _, effect in effects_of(known[workflow][0])
                if isinstance(effect, Signal)
                for event in (effect.event, effect.contrary)
                if event is not None
            }
            yield from _one(at, f"signal of {workflow}", name, raised)
    edges = [edge for edge in definition.transitions if edge.event == name]
    if event.signalled_by and not any("engine" in edge.role for edge in edges):
        yield at, defect("signal_without_engine", event=name)
