"""A whole workflow walked and judged: what `chengnuo check` reports."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from machines.book import Workflow
from machines.exploration.moves import Moves
from machines.exploration.partition import Partition
from machines.exploration.properties import PROPERTIES
from machines.exploration.property import Register, Seen
from machines.exploration.search import walk
from machines.exploration.slices import Slice, alike, slices_of, together
from machines.exploration.story import told
from machines.exploration.symbolic import START
from machines.exploration.told import Told
from machines.exploration.worlds import worlds_of
from machines.graph import Finding
from machines.lists import ListFile
from machines.words import Text
from rules.parameters import ParameterBook
from rules.working_days import Calendar

EVERYDAY = 500
"""So many cases a slice the everyday check walks: workflows that are narrow are walked whole."""
TOGETHER = 3000
"""Above so many cases slices of the same tracks are walked one by one."""

Progress = Callable[[str], None]
Found = tuple[Finding, tuple[Text, ...]]


@dataclass(frozen=True, slots=True)
class Explored:
    """What was walked of one workflow: slices, cases that differ, steps between them.

    `bounded`: slices broken off at the limit, of which what needs all of them was not judged;
    `pruned`: cases not wholly gone on from, since three rounds of one duty would have run at once.
    `findings`: each with the property and the story that leads there."""

    workflow: str
    slices: tuple[Slice, ...]
    cases: int
    steps: int
    pruned: int
    bounded: int
    findings: tuple[Found, ...]

    @property
    def whole(self) -> bool:
        """No slice was broken off."""
        return not self.bounded


def register_of(lists: ListFile, workflows: Iterable[Workflow]) -> Register:
    """The lists, and which of these workflows take a party off which of them."""
    off: Mapping[str, frozenset[str]] = {
        one.key: frozenset(
            str(effect.list)
            for edge in one.definition.transitions
            for effect in edge.effects
            if effect.do == "delist"
        )
        for one in workflows
    }
    return Register(lists, off)


def explore(
    workflow: Workflow,
    calendar: Calendar,
    parameters: ParameterBook,
    limit: int | None = None,
    register: Register | None = None,
    *,
    deep: bool = True,
    progress: Progress | None = None,
) -> Explored:
    """Walks every slice of a workflow and holds it to every property. Slices of the same tracks are
    walked together; where that is too wide and the check is `deep`, one by one. `limit`: cases a
    slice; `progress` is told of every slice begun."""
    compiled = workflow.compiled
    worlds = worlds_of(compiled, calendar, parameters)
    partition, known = Partition(compiled, worlds[0], START.date()), Told(compiled)
    waiting = deque(alike(slices_of(compiled)))
    done: list[Slice] = []
    cases = steps = pruned = bounded = 0
    found: dict[tuple[str, str], Found] = {}
    while waiting:
        group = waiting.popleft()
        one = together(group)
        if progress is not None:
            named = ", ".join(sorted(one.duties or one.tracks))
            progress(f"{workflow.key}, {len(waiting)} to come: {named}")
        divides = deep and len(group) > 1
        most = min(limit or TOGETHER, TOGETHER) if divides else limit
        moves = Moves(compiled, one, partition, known)
        walked = walk(compiled, moves, worlds, most)
        if divides and not walked.whole:
            middle = len(group) // 2
            waiting.extendleft((group[middle:], group[:middle]))
            continue
        done.append(one)
        cases, steps = cases + len(walked.cases), steps + len(walked.steps)
        pruned, bounded = pruned + len(walked.pruned), bounded + (not walked.whole)
        for key, finding in _judged(workflow, Seen(walked, worlds, moves, register or Register())):
            found.setdefault(key, finding)
    return Explored(workflow.key, tuple(done), cases, steps, pruned, bounded, tuple(found.values()))


def _judged(workflow: Workflow, seen: Seen) -> Iterable[tuple[tuple[str, str], Found]]:
    """The first place where each property is broken, for each thing it is broken about."""
    for one in PROPERTIES:
        known = set()
        for broken in one.broken(seen):
            if broken.about in known:
                continue
            known.add(broken.about)
            parsed = workflow.parsed
            line = parsed.line(broken.at)
            finding = Finding(one.name, broken.text, broken.clauses, parsed.file, line)
            story = (one.sentence, *told(seen.walked, broken.case, broken.step))
            yield (one.name, broken.about), (finding, story)
