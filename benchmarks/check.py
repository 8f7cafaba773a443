"""The check of every workflow's definition, as `chengnuo check` makes it once they are read.

Bare is a plain loop over the same transitions: which states of each track can be reached. It is a
part of the question, and the least that any check of a graph has to look up.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

from benchmarks.measure import Asked, Outcome, repeated
from machines.book import rulebook
from machines.definition import Transition
from machines.graph import examine

TIMES = 20
Graph = tuple[str, Mapping[str, Sequence[str]]]


def run(asked: Asked) -> Outcome:
    """Transitions a second, so many times over all workflows (`--due`)."""
    times = asked.due or TIMES
    workflows = list(rulebook().workflows.values())
    reports = [examine(one) for one in workflows]
    transitions = sum(one.transitions for one in reports)
    graphs = [
        (track.initial, _edges(one.definition.transitions, name))
        for one in workflows for name, track in one.definition.tracks.items()
    ]  # fmt: skip
    looked_up = sum(len(to) for _, graph in graphs for to in graph.values())

    def ours() -> float:
        return transitions / _timed(lambda: [examine(one) for one in workflows], times)

    def bare() -> float:
        return transitions / _timed(lambda: [reached(*one) for one in graphs], times)

    rates = repeated(asked.repeat, ours, bare)
    rows = {
        "workflows": len(workflows), "states": sum(one.states for one in reports),
        "transitions": transitions, "sources": looked_up, "times": times,
        "findings": sum(len(one.findings) for one in reports),
    }  # fmt: skip
    notes = ("bare: reachable states alone; ours: dead ends, ways to settle, promises, names too",)
    return Outcome("transitions", *rates, rows, notes)


def reached(initial: str, graph: Mapping[str, Sequence[str]]) -> set[str]:
    """Every state that can be reached."""
    found, waiting = {initial}, [initial]
    while waiting:
        for to in graph.get(waiting.pop(), ()):
            if to not in found:
                found.add(to)
                waiting.append(to)
    return found


def _edges(transitions: Sequence[Transition], track: str) -> dict[str, list[str]]:
    graph: dict[str, list[str]] = {}
    for edge in transitions:
        if edge.track == track:
            for source in edge.source:
                to = source if edge.to == "same" else edge.to
                graph.setdefault(source, []).append(to)
    return graph


def _timed(work: Callable[[], object], times: int) -> float:
    """Seconds of one time."""
    begun = time.perf_counter()
    for _ in range(times):
        work()
    return (time.perf_counter() - begun) / times
