"""The walk: from every opening, by every move, to every case that is not like one seen before."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator
from dataclasses import dataclass, field

from machines.acts import Act, Enforce, Moved, Open, Refused
from machines.case import Case, Entry
from machines.compiler import Compiled
from machines.exploration.likeness import Likeness, runs
from machines.exploration.moves import Move, Moves
from machines.exploration.refs import quiet_duties
from machines.exploration.slices import Slice
from machines.exploration.symbolic import START, TICK, Passing, Turn, at_rest, passed, passings
from machines.rungs import closed
from machines.step import DefinitionLoop, decide
from rules.view import World


@dataclass(frozen=True, slots=True)
class Step:
    """One move that was made: from which case (by number, None for an opening) to which, what was
    written, and the case as it was just before (None for an opening)."""

    source: int | None
    move: Move | Open
    target: int
    entries: tuple[Entry, ...]
    world: int = 0
    before: Case | None = None

    @property
    def adverse(self) -> bool:
        """Whether it harms anybody."""
        return any(effect.adverse for entry in self.entries for effect in entry.effects)


@dataclass
class Walked:
    """What a walk has found: one case of each kind, the steps between them, what went wrong.

    `gone_on_from`: the moves of so many cases, the first, have been tried;
    `came`: the step by which a case was first reached; `whole` False: the walk was broken off at
    its limit; `pruned`: the cases in which a third round of one duty would have begun to run beside
    two others, which is not walked. Times in a case are not times: see `symbolic`."""

    compiled: Compiled
    slice: Slice
    cases: list[Case] = field(default_factory=list)
    came: list[Step] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    loops: list[tuple[int | None, Move | Open, str]] = field(default_factory=list)
    refused: int = 0
    pruned: set[int | None] = field(default_factory=set)
    whole: bool = True
    gone_on_from: int = 0

    def closed(self, number: int) -> bool:
        """Nothing can happen in it any more."""
        return closed(self.compiled, self.cases[number])

    def path(self, number: int) -> tuple[Step, ...]:
        """The steps from the opening to a case, a shortest one."""
        found: list[Step] = []
        at: int | None = number
        while at is not None:
            step = self.came[at]
            found.append(step)
            at = step.source
        return tuple(reversed(found))


def crowded(case: Case, duties: Collection[str]) -> bool:
    """More than two occurrences of one of these duties are unfinished."""
    running = [d.obligation for d in case.duties if runs(d) and d.obligation in duties]
    return any(running.count(name) > 2 for name in running)


@dataclass(frozen=True, slots=True)
class Turning:
    """How the worlds of a walk follow each other, where another case brings them about: those in
    which it may begin, and into which others a case may come from where it is."""

    starts: frozenset[int]
    onward: Callable[[Case, int], Iterable[tuple[Turn, int]]]


def walk(
    compiled: Compiled, moves: Moves, worlds: tuple[World, ...], limit: int | None = None,
    turning: Turning | None = None,
) -> Walked:  # fmt: skip
    """Walks one slice, breadth first, so that what is found is found by a shortest way. `limit`:
    after so many cases the walk is broken off, and says so."""
    return _Walk(Walked(compiled, moves.slice), moves, worlds, turning).on(limit)


@dataclass
class _Walk:
    """A walk under way: the likenesses seen, and the cases (number, depth, world) to go on from."""

    found: Walked
    moves: Moves
    worlds: tuple[World, ...]
    turning: Turning | None = None
    known: dict[Hashable, int] = field(default_factory=dict)
    waiting: deque[tuple[int, int, int]] = field(default_factory=deque)

    def __post_init__(self) -> None:
        found, apart = self.found, self.turning is not None
        self.likeness = Likeness(found.compiled, found.slice, self.moves.told, apart=apart)
        self.quiet = quiet_duties(self.found.compiled.definition)

    def on(self, limit: int | None) -> Walked:
        found = self.found
        for index, world in enumerate(self.worlds):
            if self.turning is not None and index not in self.turning.starts:
                continue
            for opening in self.moves.openings():
                for before, move, moved in _tried(found, None, None, iter([opening]), 0, world):
                    self._arrive(None, move, moved, before, 1, index)
        while self.waiting:
            if limit is not None and len(found.cases) > limit:
                found.whole = False
                break
            number, depth, index = self.waiting.popleft()
            found.gone_on_from = number + 1
            case, world = found.cases[number], self.worlds[index]
            moves = self.moves.of(case, world)
            for before, move, moved in _tried(found, number, case, moves, depth, world):
                self._arrive(number, move, moved, before, depth + 1, index)
            for turn, other in () if self.turning is None else self.turning.onward(case, index):
                self._arrive(number, turn, Moved((), (), ()), case, depth, other)
        return found

    def _arrive(
        self, source: int | None, move: Move | Open, moved: Moved, before: Case | None,
        depth: int, world: int,
    ) -> None:  # fmt: skip
        found, case = self.found, moved.after[-1] if moved.after else before
        assert case is not None
        case = at_rest(case)
        if crowded(case, found.slice.duties):
            found.pruned.add(source)
        elif source is not None and isinstance(move, Passing) and move.duty[0] in self.quiet:
            self._look_at(source, move, moved, before, case, depth, world)
        else:
            like = self.likeness.of(case, world, self.worlds[world])
            number = self.known.setdefault(like, len(found.cases))
            step = Step(source, move, number, moved.entries, world, before)
            if number == len(found.cases):
                found.cases.append(case)
                found.came.append(step)
                self.waiting.append((number, depth, world))
            found.steps.append(step)

    def _look_at(
        self, source: int, move: Passing, moved: Moved, before: Case | None, case: Case,
        depth: int, world: int,
    ) -> None:  # fmt: skip
        """A miss that commutes with everything is looked at with its consequence wherever it may
        happen, and not gone on from."""
        found = self.found
        found.steps.append(Step(source, move, source, moved.entries, world, before))
        then = (one for one in passings(found.compiled, case, found.slice.duties)
                if one.duty == move.duty and one.what == "enforced")  # fmt: skip
        for at, second, answer in _tried(found, source, case, then, depth, self.worlds[world]):
            found.steps.append(Step(source, second, source, answer.entries, world, at))


def _tried(
    found: Walked, number: int | None, case: Case | None, moves: Iterable[Move | Open],
    depth: int, world: World,
) -> Iterator[tuple[Case | None, Move | Open, Moved]]:  # fmt: skip
    """The moves that are lawful, each with the case it was made on and what it writes."""
    at = START + TICK * depth
    for move in moves:
        before = case
        act: Act | Open | Enforce
        assert not isinstance(move, Turn), "the world turns between moves"
        if isinstance(move, Passing):
            assert case is not None
            before = passed(case, move)
            if move.what == "over":
                yield before, move, Moved((), (), ())
                continue
            act = Enforce(move.because, "explored")
        else:
            act = move
        try:
            answer = decide(found.compiled, before, act, at, world, hot=True)
        except DefinitionLoop as loop:
            found.loops.append((number, move, str(loop)))
            continue
        if isinstance(answer, Refused):
            found.refused += 1
        else:
            yield before, move, answer
