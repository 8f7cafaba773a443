"""What may happen to a case next: acts of people, of linked cases, and dates that pass.

Tried are the definition's own events by everyone who may raise them, the delivery of papers that
something waits for, and the withdrawal of the application. Left out are the engine's remedies
(pauses, extensions, stays, corrections, restorations), which are the same in every workflow.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from machines.acts import Act, Open
from machines.case import ENGINE, Actor, Case, Party
from machines.compiler import Compiled, open_to
from machines.definition import Transition
from machines.exploration.partition import Partition
from machines.exploration.refs import moments_of
from machines.exploration.slices import Slice
from machines.exploration.symbolic import Passing, Turn, passings
from machines.exploration.told import Told
from rules.view import View, World

CODES = ("91999999MA0000001N", "91999999MA0000002R", "91999999MA0000003W", "91999999MA00000040")
Move = Act | Passing | Turn


@dataclass(frozen=True)
class Moves:
    """The moves of one slice of a workflow."""

    compiled: Compiled
    slice: Slice
    partition: Partition
    told: Told

    @cached_property
    def _awaited(self) -> dict[str, tuple[str, ...]]:
        """Document -> the parties on whose service a duty of the slice waits."""
        found: dict[str, dict[str, None]] = defaultdict(dict)
        for duty in self.compiled.definition.duties:
            for ref in moments_of(duty) if duty.id in self.slice.duties else ():
                if ref.serve is not None and ref.to is not None:
                    found[ref.serve][ref.to] = None
        return {document: tuple(parties) for document, parties in found.items()}

    def openings(self) -> Iterator[Open]:
        """Every way a case may be opened."""
        definition = self.compiled.definition
        kind, opening = definition.subject, definition.opening
        code = CODES[0] if kind in ("enterprise", "agency") else None
        parties = {
            role: Party(spec.kind, f"虚构{spec.zh}", CODES[1 + index % 3], f"虚构{index}号")
            for index, (role, spec) in enumerate(definition.parties.items())
            if not spec.same_as_subject
        }
        nameless = code is not None or kind == "pre_establishment"  # not there yet: no number
        ref = None if nameless else "虚构0号"
        subject = Party(kind, "虚构企业", code, ref)
        actor = Actor(f"{opening.role[0]}-apply", opening.role[0], code)
        for facts in self.partition.variants(opening.needs, opening.may, {}):
            yield Open("explored", "yingkou", subject, actor, parties, facts)

    def of(self, case: Case, world: World) -> Iterator[Move]:
        """Everything that may be tried on a case."""
        view = self.told.view(case, world)
        for event in self.compiled.possible(case.tracks):
            if self.slice.tracks.issuperset(self.compiled.tracks_of[event]):
                yield from self._acts(case, event, view)
        yield from self._services(case)
        if "applicant" in self.compiled.sides and not case.licences:
            yield Act("withdraw", self._person(case, "applicant", "apply"), {"reason": "撤回"})
        yield from passings(self.compiled, case, self.slice.duties)

    def _acts(self, case: Case, event: str, view: View) -> Iterator[Act]:
        spec = self.compiled.definition.events[event]
        edges = [
            edge
            for track in self.compiled.tracks_of[event]
            for edge in self.compiled.table[track, case.tracks[track], event]
        ]
        papers = self._papers(event)
        for facts in self._distinct(
            self.partition.variants(spec.needs, spec.may, case.facts), view
        ):
            for actor in self._actors(case, event, edges):
                for documents in papers:
                    yield Act(event, actor, facts, documents)

    def _distinct(self, variants: Iterable[dict[str, Any]], view: View) -> Iterator[dict[str, Any]]:
        """One of those between which no condition can tell."""
        seen = set()
        for facts in variants:
            mark = self.told.of(view, facts, None)
            if mark not in seen:
                seen.add(mark)
                yield facts

    def _actors(self, case: Case, event: str, edges: list[Transition]) -> Iterator[Actor]:
        """One person of each role that may take other edges than those before; a linked case."""
        spec = self.compiled.definition.events[event]
        if spec.signalled_by:
            yield ENGINE
        known: set[tuple[bool, ...]] = set()
        for role in dict.fromkeys(role for edge in edges for role in edge.role):
            may = tuple(open_to(edge, role) for edge in edges)
            if role != "engine" and may not in known:
                known.add(may)
                yield self._person(case, role, spec.duty)

    def _person(self, case: Case, role: str, duty: str) -> Actor:
        party = case.subject if role == "applicant" else case.parties.get(role)
        user = f"{role}-{'apply' if role == 'applicant' else duty}"
        return Actor(user, role, None if party is None else party.uscc)

    def _papers(self, event: str) -> tuple[dict[str, str | None], ...]:
        """Nothing handed in, or one of each paper asked for."""
        groups = self.compiled.definition.events[event].hands_in
        whole = [demand[0] for group in groups for demand in self.compiled.groups[group]]
        return (dict.fromkeys(whole), {}) if whole else ({},)

    def _services(self, case: Case) -> Iterator[Act]:
        officer = next(r for r, side in self.compiled.sides.items() if side == "authority")
        for document, parties in self._awaited.items():
            issued = self.compiled.definition.documents[document].issued_by
            if not any(event in case.happened for event in issued):
                continue
            for party in parties:
                facts = {"document": document, "to": party, "channel": "in_person"}
                yield Act("serve", Actor(f"{officer}-other", officer), facts)
