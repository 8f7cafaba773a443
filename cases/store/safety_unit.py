"""The safety part of a unit of the SQL store, as `cases.safety_port` describes it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from cases.rows import (
    BrakeRow,
    CaseRow,
    OutageRow,
    OutageRunRow,
    ReleaseRow,
    ReleaseRunRow,
    TallyRow,
)
from cases.safety_port import Consequence, Gauges, Pile
from cases.store import safety_statements as s
from cases.store import tables as t
from cases.store.session import Session, plain


class SafetySession(Session):
    """A session that knows brakes, releases, outages and tallies."""

    def lock_brake(self, of: Consequence) -> BrakeRow | None:
        """One counter, locked."""
        self._must_write()
        return self._first(BrakeRow, s.LOCK_BRAKE, **_of(of))

    def begin_brake(self, row: BrakeRow) -> None:
        """Whoever begins the same one at the same moment waits for this unit."""
        self._change(self._known.begin_brake, *plain(t.BRAKES, [row]))

    def keep_brake(self, row: BrakeRow) -> None:
        """Writes a counter."""
        (given,) = plain(t.BRAKES, [row])
        self._change(s.KEEP_BRAKE, given | _of(Consequence(row.zone, row.workflow,
                                                           row.consequence)))  # fmt: skip

    def brakes(self) -> Sequence[BrakeRow]:
        """Every counter."""
        return self._rows(BrakeRow, s.ALL_BRAKES, {})

    def hold_cases(self, held: Iterable[tuple[str, str]]) -> None:
        """Marks cases, ids ascending."""
        given = [{"of_id": case_id, "consequence": name} for case_id, name in sorted(held)]
        if given:
            self._change(s.HOLD_CASE, *given)

    def let_go(self, of: Consequence, before: int, limit: int) -> int:
        """Some of them, the oldest first."""
        return self._change(
            s.LET_GO[self._known.postgres], _of(of) | {"before": before, "limit": limit}
        )

    def piles(self) -> Sequence[Pile]:
        """The cases held."""
        return [
            Pile(Consequence(zone, workflow, name), after, cases, oldest)
            for zone, workflow, name, after, cases, oldest in self._all(s.PILES, {})
        ]

    def held_cases(self, after: CaseRow | None, limit: int) -> Sequence[CaseRow]:
        """A page of the cases held."""
        given: dict[str, object] = {"limit": limit}
        if after is not None:
            place = (after.zone, after.workflow, after.held, after.next_enforce_at, after.id)
            given.update(zip(s.HELD_PLACE, place, strict=True))
        return self._rows(CaseRow, s.HELD_CASES[after is not None], given)

    def due_cases(self, until: datetime, after: CaseRow | None, limit: int) -> Sequence[CaseRow]:
        """A page of the cases in which something is due."""
        given: dict[str, object] = {"until": until, "limit": limit}
        if after is not None:
            place = (after.next_enforce_at, after.id)
            given.update(zip(s.DUE_PLACE, place, strict=True))
        return self._rows(CaseRow, s.DUE_CASES[after is not None], given)

    def releases(self) -> Sequence[ReleaseRow]:
        """Every release."""
        return self._rows(ReleaseRow, s.ALL_RELEASES, {})

    def add_release(self, row: ReleaseRow) -> None:
        """Appends a release."""
        self._change(s.ADD_RELEASE, *plain(t.RELEASES, [row]))

    def release_runs(self) -> Sequence[ReleaseRunRow]:
        """How far each release has come."""
        return self._rows(ReleaseRunRow, s.ALL_RELEASE_RUNS, {})

    def lock_release_run(self) -> ReleaseRunRow | None:
        """The one under way."""
        self._must_write()
        return self._first(ReleaseRunRow, s.LOCK_RELEASE_RUN)

    def keep_release_run(self, row: ReleaseRunRow) -> None:
        """Begins one, or writes its progress."""
        self._change(self._known.keep_release_run, *plain(t.RELEASE_RUNS, [row]))

    def outages(self) -> Sequence[OutageRow]:
        """Every outage."""
        return self._rows(OutageRow, s.ALL_OUTAGES, {})

    def add_outage(self, row: OutageRow) -> None:
        """Appends an outage."""
        self._change(s.ADD_OUTAGE, *plain(t.OUTAGES, [row]))

    def outage_runs(self) -> Sequence[OutageRunRow]:
        """How far each outage has come."""
        return self._rows(OutageRunRow, s.ALL_OUTAGE_RUNS, {})

    def lock_outage_run(self) -> OutageRunRow | None:
        """The one under way."""
        self._must_write()
        return self._first(OutageRunRow, s.LOCK_OUTAGE_RUN)

    def keep_outage_run(self, row: OutageRunRow) -> None:
        """Begins one, or writes its progress."""
        self._change(self._known.keep_outage_run, *plain(t.OUTAGE_RUNS, [row]))

    def owing_cases(
        self, due_from: date, zone: str | None, after: str, limit: int, *, lock: bool
    ) -> Sequence[CaseRow]:
        """Read by case id, so that a batch begins where the last one ended."""
        given = {"due_from": due_from, "after": after, "limit": limit}
        if zone is not None:
            given["zone"] = zone
        return self._rows(CaseRow, s.OWING_CASES[zone is not None, lock], given)

    def tallies(self) -> Sequence[TallyRow]:
        """Every number."""
        return self._rows(TallyRow, s.ALL_TALLIES, {})

    def tallied(self, name: str, zone: str, workflow: str) -> int:
        """One number."""
        found = self._one(s.TALLIED, name=name, zone=zone, workflow=workflow)
        return 0 if found is None else int(found[0])

    def gauges(self, now: datetime) -> Gauges:
        """What waits, in one statement."""
        (found,) = self._all(s.GAUGES, {"now": now})
        return Gauges(*found)


def _of(of: Consequence) -> dict[str, object]:
    return {"of_zone": of.zone, "of_workflow": of.workflow, "of_consequence": of.name}
