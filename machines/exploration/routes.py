"""Which acts of a definition are a commitment, and which licences are issued on one.

An act is a commitment by what it must state (a confirmation that is called a promise, 承诺) or by
what it is asked (whether the commitment route is open): either is enough, so that a definition that
forgets to ask is seen to forget it. A licence is issued on a commitment where its act cannot be
come to without one.
"""

from __future__ import annotations

from collections import defaultdict

from machines.compiler import Compiled
from machines.definition import Transition

_OPEN = "commitment_route_open"
_PROMISE = "承诺"


def promising(compiled: Compiled) -> frozenset[str]:
    """The events that must state a promise."""
    facts = compiled.definition.facts
    return frozenset(
        name
        for name, event in compiled.definition.events.items()
        if any(facts[n].type == "confirmation" and _PROMISE in facts[n].zh for n in event.needs)
    )


def committing(compiled: Compiled) -> frozenset[str]:
    """The events of the commitment route: they state a promise, or ask whether it is open."""
    asked = {edge.event for edge in compiled.definition.transitions
             if any(one.name == _OPEN for one in edge.guards)}  # fmt: skip
    return promising(compiled) | asked


def issued_on_commitment(compiled: Compiled) -> tuple[Transition, ...]:
    """The edges that issue a licence and that only a commitment leads to."""
    definition, acts = compiled.definition, committing(compiled)
    opened = any(one.name == _OPEN for one in definition.opening.guards)
    without = {track: _reached(compiled, track, acts) for track in definition.tracks}
    return tuple(
        edge
        for edge in definition.transitions
        if any(effect.do == "issue" for effect in edge.effects)
        and (
            opened
            or edge.event in acts
            or not without[edge.track].intersection(edge.source)
            or any(one.name == "happened" and one.args["event"] in acts for one in edge.guards)
        )
    )


def _reached(compiled: Compiled, track: str, left_out: frozenset[str]) -> set[str]:
    """The states of a track that can be reached without some events."""
    onward: dict[str, set[str]] = defaultdict(set)
    for edge in compiled.definition.transitions:
        if edge.track == track and edge.event not in left_out and edge.to != "same":
            for source in edge.source:
                onward[source].add(edge.to)
    initial = compiled.definition.tracks[track].initial
    found, new = {initial}, [initial]
    while new:
        for state in onward[new.pop()] - found:
            found.add(state)
            new.append(state)
    return found
