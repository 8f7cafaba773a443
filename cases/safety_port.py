"""What the use cases need of a store to enforce safely: brakes, releases, outages, tallies.

Part of `cases.ports.Unit`. Releases and outages are appended, never changed; a brake is a counter
that is locked from its reservation until the unit ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple, Protocol

from cases.rows import (
    BrakeRow,
    CaseRow,
    OutageRow,
    OutageRunRow,
    ReleaseRow,
    ReleaseRunRow,
    TallyRow,
)


class Consequence(NamedTuple):
    """What a brake counts: one consequence of a workflow in a zone."""

    zone: str
    workflow: str
    name: str

    def __str__(self) -> str:
        return "/".join(self)


@dataclass(frozen=True, slots=True)
class Pile:
    """The cases a brake holds since its release of number `after`. `oldest`: when the first of
    them should have been enforced."""

    consequence: Consequence
    after: int
    cases: int
    oldest: datetime


@dataclass(frozen=True, slots=True)
class Gauges:
    """What waits at an instant, by the indexes alone. `due`, `held`, `aside`: cases in which
    something is due, that a brake holds, that were set aside; `oldest_due`, `oldest_held`: the
    instants of the first; `work`: work items not done, `oldest_work`: of when the first is."""

    due: int
    oldest_due: datetime | None
    held: int
    oldest_held: datetime | None
    aside: int
    work: int
    oldest_work: datetime | None = None


class SafetyShelf(Protocol):
    """The safety part of a unit of work."""

    def lock_brake(self, of: Consequence) -> BrakeRow | None:
        """The counter of a consequence, kept from others until the unit ends; None where it was
        never counted. Take several in ascending order, after the cases."""

    def begin_brake(self, row: BrakeRow) -> None:
        """Begins a counter, unless somebody has begun it at the same moment: then it waits."""

    def keep_brake(self, row: BrakeRow) -> None:
        """Writes a locked counter."""

    def brakes(self) -> Sequence[BrakeRow]:
        """Every counter, by zone, workflow and consequence."""

    def hold_cases(self, held: Iterable[tuple[str, str]]) -> None:
        """Marks cases (id, consequence): until released they are claimed for what harms nobody
        only. Writing the case clears the mark. The counter must be locked."""

    def let_go(self, of: Consequence, before: int, limit: int) -> int:
        """Marks some of the cases that a brake held before its release of that number as released;
        how many. A case that somebody else is writing is left out."""

    def piles(self) -> Sequence[Pile]:
        """The cases held, by consequence and by the release before."""

    def releases(self) -> Sequence[ReleaseRow]:
        """Every release, by number."""

    def add_release(self, row: ReleaseRow) -> None:
        """Appends a release; a taken `seq` is a Conflict."""

    def release_runs(self) -> Sequence[ReleaseRunRow]:
        """How far the release of each brake has come, by number."""

    def lock_release_run(self) -> ReleaseRunRow | None:
        """The oldest that is not finished, locked; None where there is none."""

    def keep_release_run(self, row: ReleaseRunRow) -> None:
        """Begins one, or writes how far it has come."""

    def outages(self) -> Sequence[OutageRow]:
        """Every outage, by number."""

    def add_outage(self, row: OutageRow) -> None:
        """Appends an outage; a taken `seq` is a Conflict."""

    def outage_runs(self) -> Sequence[OutageRunRow]:
        """How far each outage has come, by number."""

    def lock_outage_run(self) -> OutageRunRow | None:
        """The oldest that is not finished, locked; None where there is none."""

    def keep_outage_run(self, row: OutageRunRow) -> None:
        """Begins one, or writes how far it has come."""

    def owing_cases(
        self, due_from: date, zone: str | None, after: str, limit: int, *, lock: bool
    ) -> Sequence[CaseRow]:
        """Cases by id behind `after` in which somebody who is not the authority owes, or has
        missed, something that was due on that day or later, or whose date no day is known of."""

    def due_cases(self, until: datetime, after: CaseRow | None, limit: int) -> Sequence[CaseRow]:
        """Cases with a rung due at or before `until`, by its instant and id, behind `after`;
        nothing is locked. Cases held or set aside are left out."""

    def held_cases(self, after: CaseRow | None, limit: int) -> Sequence[CaseRow]:
        """Cases that a brake holds, by consequence, instant and id, behind one of them."""

    def tallies(self) -> Sequence[TallyRow]:
        """Every number: the sum of its shards, as shard 0."""

    def tallied(self, name: str, zone: str, workflow: str) -> int:
        """The sum of one, whatever its label."""

    def gauges(self, now: datetime) -> Gauges:
        """What waits."""
