"""What a property is, and what it looks at: one walk, the worlds it was made in, and the lists.

A property names each place where it is broken: a case or a step, for the story that leads there,
and the line of the definition that is to blame.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from machines.case import Case, Duty, EffectRecord
from machines.compiler import Compiled
from machines.definition import Obligation
from machines.exploration.moves import Moves
from machines.exploration.search import Step, Walked
from machines.exploration.symbolic import Passing
from machines.fold import evolve
from machines.lists import NO_LISTS, ListFile
from machines.words import Text
from rules.view import World

At = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Register:
    """The lists there are, and which workflows can take a party off which of them."""

    lists: ListFile = NO_LISTS
    takes_off: Mapping[str, frozenset[str]] | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """One walk, and what is needed to judge it."""

    walked: Walked
    worlds: tuple[World, ...]
    moves: Moves
    register: Register = Register()

    @property
    def compiled(self) -> Compiled:
        """The definition walked."""
        return self.walked.compiled


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
    broken: Callable[[Seen], Iterator[Broken]]


def effects_of(step: Step, *, adverse: bool = False) -> Iterator[EffectRecord]:
    """What a step orders; on request only what harms a party."""
    for entry in step.entries:
        yield from (one for one in entry.effects if one.adverse or not adverse)


def dates_passed(seen: Seen) -> Iterator[tuple[Step, Duty, Obligation, int]]:
    """The steps in which a date of somebody's duty passes, with the duty before and its place."""
    places = {one.id: n for n, one in enumerate(seen.compiled.definition.obligations)}
    for step in seen.walked.steps:
        move = step.move
        if not isinstance(move, Passing) or step.before is None:
            continue
        spec = seen.compiled.duties[move.duty[0]]
        if isinstance(spec, Obligation):
            duty = next(d for d in step.before.duties if d.key == move.duty)
            yield step, duty, spec, places[spec.id]


def after(step: Step) -> Case:
    """The case a step led to, itself, and not one like it."""
    case = step.before
    for entry in step.entries:
        case = evolve(case, entry)
    assert case is not None
    return case


def place_of(compiled: Compiled, event: str, track: str | None = None) -> At:
    """Where the first edge of an event stands."""
    for index, edge in enumerate(compiled.definition.transitions):
        if edge.event == event and track in (None, edge.track):
            return ("transitions", index)
    return ("events", event)
