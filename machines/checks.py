"""Whether every name in a definition means something: the errors that stop it from loading.

What may be wrong with its shape (dead ends, promises without consequence) is in `machines/graph`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from machines.defects import defect, kind_words
from machines.definition import Definition, Event, Obligation, Timer, Transition
from machines.engine_events import FACTS
from machines.line_checks import ENGINE_EVENTS, At, Problem
from machines.line_checks import Names as _Names
from machines.line_checks import all_known as _all
from machines.line_checks import check_effects as _effects
from machines.line_checks import check_guards as _guards
from machines.line_checks import one_known as _one
from machines.moments import EventRef
from machines.reader import DefinitionError, Parsed


def check_names(
    key: str,
    definition: Definition,
    parsed: Parsed,
    clauses: frozenset[str],
    parameters: frozenset[str],
    roles: frozenset[str],
) -> None:
    """Raises DefinitionError for the first name that means nothing, or the folder's own."""
    if definition.key != key:
        raise DefinitionError(
            parsed.file, parsed.line(("key",)),
            defect("wrong_folder", key=definition.key, folder=key),
        )  # fmt: skip
    names = _Names(definition, clauses, parameters, roles)
    for at, wrong in _problems(names, parsed):
        raise DefinitionError(parsed.file, parsed.line(at), wrong)


def _problems(names: _Names, parsed: Parsed) -> Iterator[Problem]:
    definition = names.definition
    yield from _clauses(names, parsed.value, ())
    yield from _twice(definition)
    for index, edge in enumerate(definition.transitions):
        yield from _transition(names, edge, ("transitions", index))
    for name, event in definition.events.items():
        at: At = ("events", name)
        yield from _all(at, "fact", (*event.needs, *event.may), definition.facts)
        yield from _all(at, "material group", event.hands_in, definition.materials.groups)
        yield from _names_parties(definition, event, at)
        if not any(edge.event == name for edge in definition.transitions):
            yield at, defect("event_without_transition", event=name)
    for index, duty in enumerate(definition.obligations):
        yield from _obligation(names, duty, ("obligations", index))
    for index, timer in enumerate(definition.timers):
        yield from _timer(names, timer, ("timers", index))
    yield from _all(("opening",), "role", definition.opening.role, names.roles)
    opening = definition.opening
    yield from _all(("opening",), "fact", (*opening.needs, *opening.may), definition.facts)
    yield from _guards(names, opening.guards, ("opening",))
    yield from _closing(definition)
    yield from _facts(definition)
    for name, document in definition.documents.items():
        yield from _all(("documents", name), "event", document.issued_by, definition.events)
    for index, target in enumerate(definition.targets):
        at = ("targets", index)
        yield from _refs(names, (target.starts, target.ends), at)
        yield from _one(at, "parameter", target.within, names.parameters)
    for track, spec in definition.tracks.items():
        yield from _one(("tracks", track), "state", spec.initial, spec.states)


def _names_parties(definition: Definition, event: Event, at: At) -> Iterator[Problem]:
    stated = [*event.needs, *event.may]
    for role, fact in event.names.items():
        yield from _one(at, "party", role, definition.parties)
        yield from _one(at, "fact of the event", fact, stated)
        if fact in definition.facts and definition.facts[fact].type != "party":
            yield at, defect("not_a_party_fact", fact=fact)


def _facts(definition: Definition) -> Iterator[Problem]:
    """A fact may share a name with one of the engine's own events only if it is of its kind."""
    for name, spec in definition.facts.items():
        if name in FACTS and FACTS[name].type != spec.type:
            yield ("facts", name), defect("engine_fact", fact=name)


def _twice(definition: Definition) -> Iterator[Problem]:
    """What is found by its id has it alone; obligations and timers share theirs."""
    clocks = Counter(one.id for one in definition.duties)
    listed: list[tuple[str, At, tuple[Any, ...]]] = [
        ("obligation", ("obligations",), definition.obligations),
        ("timer", ("timers",), definition.timers),
        ("setting", ("settings",), definition.settings),
        ("target", ("targets",), definition.targets),
    ]
    for name, group in definition.materials.groups.items():
        own = ("named", name) if name in definition.materials.named else (name,)
        listed.append(("material", ("materials", *own), group))
    for kind, at, ones in listed:
        times = clocks if kind in ("obligation", "timer") else Counter(one.id for one in ones)
        for index, one in enumerate(ones):
            if times[one.id] > 1:
                wrong = defect("stands_twice", kind=kind_words(kind), name=one.id)
                yield (*at, index), wrong


def _clauses(names: _Names, value: Any, at: At) -> Iterator[Problem]:
    """Every clause id that is cited anywhere must be in clauses.yaml."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in ("clauses", "clause"):
                cited = [inner] if isinstance(inner, str) else inner
                yield from _all((*at, key), "clause", cited, names.clauses)
            else:
                yield from _clauses(names, inner, (*at, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _clauses(names, inner, (*at, index))


def _transition(names: _Names, edge: Transition, at: At) -> Iterator[Problem]:
    definition = names.definition
    if edge.track not in definition.tracks:
        yield from _one((*at, "track"), "track", edge.track, definition.tracks)
        return
    states = definition.tracks[edge.track].states
    yield from _one((*at, "event"), "event", edge.event, definition.events)
    yield from _all((*at, "from"), "state", edge.source, states)
    if edge.to != "same":
        yield from _one((*at, "to"), "state", edge.to, states)
    for state in edge.source:
        if state in states and states[state].final:
            yield (*at, "from"), defect("leaves_final", state=state)
    yield from _all((*at, "role"), "role", edge.role, names.roles)
    yield from _guards(names, edge.guards, (*at, "guards"))
    yield from _effects(names, edge.effects, (*at, "effects"))


def _refs(names: _Names, refs: Iterable[EventRef], at: At) -> Iterator[Problem]:
    definition = names.definition
    for ref in refs:
        if ref.event is not None:
            yield from _one(at, "event", ref.event, (*definition.events, *ENGINE_EVENTS))
        else:
            yield from _one(at, "document", str(ref.serve), definition.documents)
            yield from _one(at, "party", str(ref.to), names.parties)
        yield from _guards(names, ref.when, at)


def _obligation(names: _Names, duty: Obligation, at: At) -> Iterator[Problem]:
    definition = names.definition
    yield from _one((*at, "bearer"), "role", duty.bearer, names.roles)
    if duty.sanctioned is not None:
        yield from _one((*at, "sanctioned"), "party", duty.sanctioned, names.parties)
    yield from _guards(names, duty.applies_if, (*at, "applies_if"))
    for field in ("filed_by", "met_by", "reopened_by", "rejection_served", "waived_by"):
        yield from _refs(names, getattr(duty, field), (*at, field))
    yield from _when(names, duty, at)
    for event in (duty.on_miss.mark, duty.on_miss.event):
        if event is not None:
            yield from _one((*at, "on_miss"), "event", event, definition.events)
    yield from _effects(names, duty.on_miss.effects, (*at, "on_miss", "effects"))
    for warning in duty.warnings:
        addressees = (*names.roles, *names.parties)
        yield from _all((*at, "warnings"), "addressee", warning.to, addressees)


def _timer(names: _Names, timer: Timer, at: At) -> Iterator[Problem]:
    yield from _when(names, timer, at)
    yield from _refs(names, timer.stopped_by, (*at, "stopped_by"))
    yield from _one((*at, "raises"), "event", timer.raises, names.definition.events)


def _when(names: _Names, one: Obligation | Timer, at: At) -> Iterator[Problem]:
    definition, due = names.definition, one.due
    events = (*definition.events, *ENGINE_EVENTS)
    yield from _refs(names, one.starts.refs, (*at, "starts"))
    if one.starts.counted_from is not None:
        yield from _one((*at, "starts"), "event", one.starts.counted_from, events)
    for name in (due.parameter, due.opens, due.closes):
        if name is not None:
            yield from _one((*at, "due"), "parameter", name, names.parameters)
    if due.unset is not None:
        yield from _one((*at, "due"), "setting", due.unset, [s.id for s in definition.settings])
    if due.given is not None:
        yield from _one((*at, "due"), "fact", due.given, definition.facts)
    if due.before is not None:
        known = (*events, *(other.id for other in definition.obligations))
        yield from _one((*at, "due"), "event or obligation", due.before, known)
    if due.until is not None:
        yield from _one((*at, "due"), "event", due.until, events)
    if one.counting is not None:
        known = ("start", *events)
        yield from _one((*at, "counting"), "event", one.counting.in_force_on, known)


def _closing(definition: Definition) -> Iterator[Problem]:
    closing = definition.closing
    yield from _all(("closing",), "event", closing.decided_by, definition.events)
    if closing.standing is not None:
        duties = [one.id for one in definition.obligations]
        yield from _all(("closing", "standing"), "obligation", closing.standing.obligations, duties)
    for field in ("settles_when", "closes_when"):
        for alternative in getattr(closing, field):
            for track, states in alternative.items():
                at: At = ("closing", field)
                yield from _one(at, "track", track, definition.tracks)
                if track in definition.tracks:
                    yield from _all(at, "state", states, definition.tracks[track].states)
