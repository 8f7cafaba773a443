"""Turns a definition into machines that `transitions` executes, one flat machine a track.

The only place that knows `transitions`. Nothing is attached to a case: a throw-away token carries
the state in and the chosen edge out, guards run as conditions, effects are not executed. The same
machine is read once into a table for the hot paths; a test holds the two equal.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from transitions import EventData, Machine, MachineError

from machines.definition import Definition, Obligation, Timer, Transition
from machines.labels import labels_of, words_of
from machines.lists import NO_LISTS, ListFile
from machines.service_rules import laid_over
from machines.texts import Role
from rules.guards import first_unmet
from rules.view import Unmet, View

Edges = tuple[Transition, ...]
Places = tuple[tuple[str, frozenset[str]], ...]
"""Tracks, each with the states it may be in."""
Side = Literal["applicant", "authority", "third_party"]


@dataclass(slots=True)
class _Token:
    """What a track's machine moves: the state, and what the conditions found on the way."""

    state: str
    role: str
    edge: Transition | None = None
    unmet: list[tuple[Transition, Unmet]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Choice:
    """What one track answers to an event: the edge taken, or why none was.

    `edge` None and `unmet` empty: the event is not possible in this state."""

    edge: Transition | None
    unmet: tuple[tuple[Transition, Unmet], ...] = ()


class _Condition:
    """The guards of one edge as one `transitions` condition."""

    def __init__(self, edge: Transition) -> None:
        self.edge = edge

    def __call__(self, event: EventData) -> bool:
        token = event.model
        assert isinstance(token, _Token)
        if not open_to(self.edge, token.role):
            return False
        unmet = first_unmet(event.kwargs["view"], self.edge.guards)
        if unmet is not None:
            token.unmet.append((self.edge, unmet))
            return False
        token.edge = self.edge
        return True


def side_of_role(role: Role) -> Side:
    """Whose side a role is on; the engine acts for the authority."""
    return "authority" if role.side == "engine" else role.side


def open_to(edge: Transition, role: str) -> bool:
    """Whether a role may take an edge; automatic edges are the engine's."""
    return role in (edge.role or ("engine",))


def _machine(definition: Definition, track: str) -> Machine:
    machine = Machine(
        model=None,
        states=list(definition.tracks[track].states),
        initial=definition.tracks[track].initial,
        auto_transitions=False,
        ignore_invalid_triggers=False,
        send_event=True,
    )
    for edge in definition.transitions:
        if edge.track == track:
            machine.add_transition(
                trigger=edge.event,
                source=list(edge.source),
                dest="=" if edge.to == "same" else edge.to,
                conditions=[_Condition(edge)],
            )
    return machine


def _table(track: str, machine: Machine) -> dict[tuple[str, str, str], Edges]:
    table: dict[tuple[str, str, str], Edges] = {}
    for event in machine.events.values():
        for source, transitions in event.transitions.items():
            conditions = [one.conditions[0].func for one in transitions]
            edges = tuple(one.edge for one in conditions if isinstance(one, _Condition))
            table[(track, str(source), event.name)] = edges
    return table


class Compiled:
    """A definition ready to run. `hash` names its exact text; `sides` says of each role whose
    side it is on; `labels` and `words` what everything is called, in Chinese and English, as a
    `View` looks it up; `lists` say what lists and recorded facts are called."""

    def names(self, ids: Iterable[str]) -> tuple[str, str]:
        """Several names as one phrase in each language; English keeps the ids for programs."""
        known = list(ids)
        chinese = "、".join(self.labels.get(name, (name, name))[0] for name in known)
        return chinese, ", ".join(known)

    def __init__(
        self, definition: Definition, text_hash: str, roles: Mapping[str, Role],
        lists: ListFile = NO_LISTS,
    ) -> None:  # fmt: skip
        self.sides: dict[str, Side] = {name: side_of_role(role) for name, role in roles.items()}
        definition = laid_over(definition, self.sides)
        self.definition = definition
        self.hash = text_hash
        self.first_asked = any(one.rule == "first_asked" for one in definition.service_rules)
        self._machines = {track: _machine(definition, track) for track in definition.tracks}
        self.table: dict[tuple[str, str, str], Edges] = {}
        for track, machine in self._machines.items():
            self.table.update(_table(track, machine))
        tracks: dict[str, list[str]] = defaultdict(list)
        for edge in definition.transitions:
            if edge.track not in tracks[edge.event]:
                tracks[edge.event].append(edge.track)
        self.tracks_of: dict[str, tuple[str, ...]] = {k: tuple(v) for k, v in tracks.items()}
        self.automatic: Edges = tuple(e for e in definition.transitions if e.automatic)
        self.closes_when = _alternatives(definition.closing.closes_when)
        self.settles_when = _alternatives(definition.closing.settles_when)
        self.recurring = tuple(one for one in definition.obligations if one.recurs)
        self.duties: dict[str, Obligation | Timer] = {one.id: one for one in definition.duties}
        self.concerned = _concerned(definition)
        self.addressees = _addressees(definition)
        self.groups = _groups(definition)
        self.conditional = any(
            item.when for group in definition.materials.groups.values() for item in group
        )
        self.labels = labels_of(definition, roles)
        self.words = words_of(definition, lists)

    def choose(self, at: tuple[str, str, str], role: str, view: View, *, hot: bool) -> Choice:
        """Which edge a role's event takes; `at`: track, its state, event. `hot` reads the table,
        else `transitions` runs."""
        return (self._by_table if hot else self._by_machine)(at, role, view)

    def _by_machine(self, at: tuple[str, str, str], role: str, view: View) -> Choice:
        track, state, event = at
        token = _Token(state, role)
        try:
            self._machines[track].events[event].trigger(token, view=view)
        except (MachineError, KeyError):
            return Choice(None)
        return Choice(token.edge, tuple(token.unmet))

    def _by_table(self, at: tuple[str, str, str], role: str, view: View) -> Choice:
        unmet: list[tuple[Transition, Unmet]] = []
        for edge in self.table.get(at, ()):
            if not open_to(edge, role):
                continue
            found = first_unmet(view, edge.guards)
            if found is None:
                return Choice(edge, tuple(unmet))
            unmet.append((edge, found))
        return Choice(None, tuple(unmet))

    def possible(self, tracks: Mapping[str, str]) -> tuple[str, ...]:
        """Events that every track concerned knows in its present state, in the file's order."""
        return tuple(
            event
            for event, concerned in self.tracks_of.items()
            if all((track, tracks[track], event) in self.table for track in concerned)
        )


def _concerned(definition: Definition) -> dict[str, frozenset[str]]:
    """Event or service -> the duties and timers that it can start, change or end."""
    found: dict[str, set[str]] = defaultdict(set)
    for duty in definition.duties:
        refs = list(duty.starts.refs)
        if isinstance(duty, Obligation):
            refs += [*duty.filed_by, *duty.met_by, *duty.reopened_by]
            refs += [*duty.rejection_served, *duty.waived_by]
        else:
            refs += duty.stopped_by
        served = [definition.documents[ref.serve] for ref in refs if ref.serve is not None]
        issuing = [event for document in served for event in document.issued_by]
        for key in (*(ref.key for ref in refs), *issuing, duty.due.before, duty.due.until):
            if key is not None:
                found[key].add(duty.id)
    return {key: frozenset(duties) for key, duties in found.items()}


def _addressees(definition: Definition) -> dict[str, tuple[str, ...]]:
    """Document -> the parties on whom some rule waits for its service."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for duty in definition.duties:
        refs = list(duty.starts.refs)
        if isinstance(duty, Obligation):
            refs += [*duty.met_by, *duty.rejection_served, *duty.waived_by]
        for ref in refs:
            if ref.serve is not None and ref.to is not None:
                found[ref.serve][ref.to] = None
    return {document: tuple(parties) for document, parties in found.items()}


def _alternatives(
    alternatives: Iterable[Mapping[str, Iterable[str]]],
) -> tuple[Places, ...]:
    return tuple(
        tuple((track, frozenset(states)) for track, states in one.items()) for one in alternatives
    )


def _groups(definition: Definition) -> dict[str, tuple[tuple[str, ...], ...]]:
    return {
        name: tuple(item.accepted for item in group)
        for name, group in definition.materials.groups.items()
    }
