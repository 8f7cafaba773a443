"""Whether every name in a definition means something: the errors that stop it from loading.

What may be wrong with its shape (dead ends, promises without consequence) is in `machines/graph`.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from machines.definition import Definition, Event, Obligation, Timer, Transition
from machines.engine_events import FACTS
from machines.moments import EventRef
from machines.reader import DefinitionError, Parsed
from machines.words import GuardRef
from rules.guards import GUARDS

ENGINE_EVENTS = (
    "open", "serve", "record_failed_service", "suspend", "resume", "extend", "request_extension",
    "refuse_extension", "withdraw", "correct_record", "stay", "lift_stay", "restore",
    "cancel_registration",
)  # fmt: skip
At = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class _Names:
    """What a definition may refer to."""

    definition: Definition
    clauses: frozenset[str]
    parameters: frozenset[str]
    roles: frozenset[str]

    @property
    def parties(self) -> tuple[str, ...]:
        return ("subject", *self.definition.parties)


Problem = tuple[At, str]


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
            f"the key is `{definition.key}`, the folder `{key}`: they must be equal",
        )  # fmt: skip
    names = _Names(definition, clauses, parameters, roles)
    for at, text in _problems(names, parsed):
        raise DefinitionError(parsed.file, parsed.line(at), text)


def _problems(names: _Names, parsed: Parsed) -> Iterator[Problem]:
    definition = names.definition
    yield from _clauses(names, parsed.value, ())
    for index, edge in enumerate(definition.transitions):
        yield from _transition(names, edge, ("transitions", index))
    for name, event in definition.events.items():
        at: At = ("events", name)
        yield from _all(at, "fact", (*event.needs, *event.may), definition.facts)
        yield from _all(at, "material group", event.hands_in, definition.materials.groups)
        yield from _names_parties(definition, event, at)
        if not any(edge.event == name for edge in definition.transitions):
            yield at, f"event `{name}` stands in no transition"
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
            yield at, f"fact `{fact}` names a party: its type must be `party`"


def _facts(definition: Definition) -> Iterator[Problem]:
    """A fact may share a name with one of the engine's own events only if it is of its kind."""
    for name, spec in definition.facts.items():
        if name in FACTS and FACTS[name].type != spec.type:
            yield ("facts", name), f"`{name}` is a fact of the engine's own; take another name"


def _one(at: At, kind: str, name: str, known: Iterable[str]) -> Iterator[Problem]:
    names = list(known)
    if name not in names:
        near = difflib.get_close_matches(name, names, 1)
        hint = f"; did you mean `{near[0]}`?" if near else f"; known: {', '.join(names) or 'none'}"
        yield at, f"unknown {kind} `{name}`{hint}"


def _all(at: At, kind: str, wanted: Iterable[str], known: Iterable[str]) -> Iterator[Problem]:
    names = list(known)
    for name in wanted:
        yield from _one(at, kind, name, names)


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
            yield (*at, "from"), f"state `{state}` is final: nothing may leave it"
    yield from _all((*at, "role"), "role", edge.role, names.roles)
    yield from _guards(names, edge.guards, (*at, "guards"))
    yield from _effects(names, edge.effects, (*at, "effects"))


def _guards(names: _Names, guards: Iterable[GuardRef], at: At) -> Iterator[Problem]:
    definition = names.definition
    known: dict[str, Iterable[str]] = {
        "fact": definition.facts,
        "facts": definition.facts,
        "materials": definition.materials.groups,
        "other": definition.facts,
        "since": definition.facts,
        "drawn": definition.facts,
        "pool": definition.facts,
        "seed": definition.facts,
        "take": definition.facts,
        "whole": definition.facts,
        "without": definition.facts,
        "party": names.parties,
        "setting": [one.id for one in definition.settings],
        "parameter": names.parameters,
        "period": names.parameters,
        "window": names.parameters,
        "within": names.parameters,
        "count": names.parameters,
        "years": names.parameters,
        "up_to": names.parameters,
        "above": names.parameters,
        "licence": definition.licences,
        "track": definition.tracks,
        "obligation": [one.id for one in definition.duties],
        "event": (*definition.events, *ENGINE_EVENTS),
    }
    for ref in guards:
        if ref.name not in GUARDS:
            yield from _one(at, "guard", ref.name, GUARDS)
            continue
        guard = GUARDS[ref.name]
        yield from _all(at, f"argument of `{ref.name}`", ref.args, guard.allowed)
        missing = guard.required - set(ref.args)
        if missing:
            yield at, f"guard `{ref.name}` needs the argument `{sorted(missing)[0]}`"
        for argument, value in ref.args.items():
            if argument in known and not ref.name.startswith("parent_"):
                wanted = [value] if isinstance(value, str) else value
                yield from _all(at, argument, wanted, known[argument])
        if ref.name == "in_state" and ref.args.get("track") in definition.tracks:
            states = definition.tracks[ref.args["track"]].states
            yield from _all(at, "state", ref.args.get("states", ()), states)


def _effects(names: _Names, effects: Iterable[Any], at: At) -> Iterator[Problem]:
    definition = names.definition
    addressees = (*names.roles, *names.parties)
    for index, effect in enumerate(effects):
        where: At = (*at, index)
        yield from _guards(names, effect.when, where)
        yield from _all(where, "party", effect.against, names.parties)
        if effect.for_each is not None:
            listed = [name for name, one in definition.facts.items() if one.type == "parties"]
            yield from _one(where, "fact of type parties", effect.for_each, listed)
        for field, known in (
            ("licence", definition.licences),
            ("document", definition.documents),
            ("role", names.roles),
        ):
            value = getattr(effect, field, None)
            if value is not None:
                yield from _one(where, field, value, known)
        if effect.do == "bind_subject":
            yield from _one(where, "fact", effect.uscc, definition.facts)
        if effect.do == "record_credit":
            stated = [one for one in (effect.on, effect.value) if one is not None]
            yield from _all(where, "fact", stated, definition.facts)
        if effect.do in ("open_case", "signal"):
            yield from _all(where, "fact", effect.facts.values(), definition.facts)
        to = None if effect.do == "signal" else getattr(effect, "to", None)
        if to is not None:
            yield from _all(where, "addressee", (to,) if isinstance(to, str) else to, addressees)


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
