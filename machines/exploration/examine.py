"""A whole workflow walked and judged: what `chengnuo check --deep` reports."""

from __future__ import annotations

from dataclasses import dataclass

from machines.book import Workflow
from machines.exploration.moves import Moves
from machines.exploration.partition import Partition
from machines.exploration.properties import PROPERTIES
from machines.exploration.search import Walked, walk
from machines.exploration.slices import slices_of
from machines.exploration.story import told
from machines.exploration.symbolic import START
from machines.exploration.told import Told
from machines.exploration.worlds import worlds_of
from machines.graph import Finding
from machines.words import Text
from rules.parameters import ParameterBook
from rules.view import World
from rules.working_days import Calendar


@dataclass(frozen=True, slots=True)
class Explored:
    """What was walked of one workflow: tracks in slices, cases that differ, steps between them.

    `whole` False: the walk was broken off at its limit, and what needs all of it was not judged;
    `pruned`: cases not wholly gone on from, since three rounds of one duty would have run at once.
    `findings`: each with the property and the story that leads there."""

    workflow: str
    tracks: tuple[tuple[str, ...], ...]
    cases: int
    steps: int
    pruned: int
    whole: bool
    findings: tuple[tuple[Finding, tuple[Text, ...]], ...]


def explore(
    workflow: Workflow, calendar: Calendar, parameters: ParameterBook, limit: int | None = None
) -> Explored:
    """Walks every slice of a workflow and holds it to every property. `limit`: cases a slice."""
    compiled = workflow.compiled
    worlds = worlds_of(compiled, calendar, parameters)
    partition = Partition(compiled, worlds[0], START.date())
    walks = [
        walk(compiled, Moves(compiled, tracks, partition, Told(compiled)), worlds, limit)
        for tracks in slices_of(compiled)
    ]
    return Explored(
        workflow=workflow.key,
        tracks=tuple(tuple(sorted(one.tracks)) for one in walks),
        cases=sum(len(one.cases) for one in walks),
        steps=sum(len(one.steps) for one in walks),
        pruned=sum(len(one.pruned) for one in walks),
        whole=all(one.whole for one in walks),
        findings=tuple(found for one in walks for found in _judged(workflow, one, worlds)),
    )


def _judged(
    workflow: Workflow, walked: Walked, worlds: tuple[World, ...]
) -> list[tuple[Finding, tuple[Text, ...]]]:
    """The first place where each property is broken, for each thing it is broken about."""
    found = []
    for one in PROPERTIES:
        seen = set()
        for broken in one.broken(walked, worlds):
            if broken.about in seen:
                continue
            seen.add(broken.about)
            parsed = workflow.parsed
            line = parsed.line(broken.at)
            finding = Finding(one.name, broken.text, broken.clauses, parsed.file, line)
            found.append((finding, (one.sentence, *told(walked, broken.case, broken.step))))
    return found
