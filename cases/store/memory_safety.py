"""The safety part of the memory store, as `cases.safety_port` describes it."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from operator import attrgetter

from cases.rows import (
    BrakeRow,
    CaseRow,
    ObligationRow,
    OutageRow,
    OutageRunRow,
    ReleaseRow,
    ReleaseRunRow,
    TallyRow,
)
from cases.safety_port import Consequence, Gauges, Pile
from cases.store.memory_unit import MemoryUnit
from machines.duties import RUNNING
from machines.frozen import replace

_PLACE = attrgetter("zone", "workflow", "held", "next_enforce_at", "id")
_DUE = attrgetter("next_enforce_at", "id")


class MemorySafetyUnit(MemoryUnit):
    """There is one unit at a time, so that nothing need be locked."""

    def lock_brake(self, of: Consequence) -> BrakeRow | None:
        """One counter."""
        return self._may_write().brakes.get(*of)

    def begin_brake(self, row: BrakeRow) -> None:
        """Begins a counter that is not there."""
        brakes = self._may_write().brakes
        if brakes.get(row.zone, row.workflow, row.consequence) is None:
            brakes.put(row)

    def keep_brake(self, row: BrakeRow) -> None:
        """Writes a counter."""
        self._may_write().brakes.put(row)

    def brakes(self) -> Sequence[BrakeRow]:
        """Every counter."""
        rows = self._may_read().brakes.rows.values()
        return sorted(rows, key=attrgetter("zone", "workflow", "consequence"))

    def hold_cases(self, held: Iterable[tuple[str, str]]) -> None:
        """Marks cases."""
        s = self._may_write()
        for case_id, name in held:
            row = s.cases.get(case_id)
            if row is not None:
                brake = s.brakes.get(row.zone, row.workflow, name)
                after = (brake.last_release if brake else None) or 0
                s.cases.put(replace(row, held=name, held_after=after, released=None))

    def let_go(self, of: Consequence, before: int, limit: int) -> int:
        """Marks some of the cases held as released."""
        cases = self._may_write().cases
        held = [
            row
            for row in self._held()
            if (row.zone, row.workflow, row.held) == of
            and row.held_after is not None and row.held_after < before
        ][:limit]  # fmt: skip
        for row in held:
            cases.put(replace(row, held=None, held_after=None, released=row.held))
        return len(held)

    def _held(self) -> list[CaseRow]:
        return sorted(self._may_read().cases.group("held", True), key=_PLACE)

    def piles(self) -> Sequence[Pile]:
        """The cases held."""
        found: dict[tuple[Consequence, int], list[CaseRow]] = defaultdict(list)
        for row in self._held():
            of = Consequence(row.zone, row.workflow, str(row.held))
            found[of, row.held_after or 0].append(row)
        piles = []
        for (of, after), rows in sorted(found.items()):
            oldest = rows[0].next_enforce_at
            assert oldest is not None, "a case that is held has something due"
            piles.append(Pile(of, after, len(rows), oldest))
        return piles

    def held_cases(self, after: CaseRow | None, limit: int) -> Sequence[CaseRow]:
        """A page of the cases held."""
        rows = self._held()
        return [row for row in rows if after is None or _PLACE(row) > _PLACE(after)][:limit]

    def due_cases(self, until: datetime, after: CaseRow | None, limit: int) -> Sequence[CaseRow]:
        """Reads them all."""
        found = (
            row
            for row in self._may_read().cases.rows.values()
            if row.held is None and row.broken is None
            and row.next_enforce_at is not None and row.next_enforce_at <= until
            and (after is None or _DUE(row) > _DUE(after))
        )  # fmt: skip
        return heapq.nsmallest(limit, found, key=_DUE)

    def releases(self) -> Sequence[ReleaseRow]:
        """Every release."""
        return sorted(self._may_read().releases.rows.values(), key=attrgetter("seq"))

    def add_release(self, row: ReleaseRow) -> None:
        """Appends a release."""
        self._insert(self._may_write().releases, [row])

    def release_runs(self) -> Sequence[ReleaseRunRow]:
        """How far each release has come."""
        return sorted(self._may_read().release_runs.rows.values(), key=attrgetter("seq"))

    def lock_release_run(self) -> ReleaseRunRow | None:
        """The one under way."""
        self._may_write()
        return next((row for row in self.release_runs() if row.finished_at is None), None)

    def keep_release_run(self, row: ReleaseRunRow) -> None:
        """Begins one, or writes its progress."""
        self._may_write().release_runs.put(row)

    def outages(self) -> Sequence[OutageRow]:
        """Every outage."""
        return sorted(self._may_read().outages.rows.values(), key=attrgetter("seq"))

    def add_outage(self, row: OutageRow) -> None:
        """Appends an outage."""
        self._insert(self._may_write().outages, [row])

    def outage_runs(self) -> Sequence[OutageRunRow]:
        """How far each outage has come."""
        return sorted(self._may_read().outage_runs.rows.values(), key=attrgetter("seq"))

    def lock_outage_run(self) -> OutageRunRow | None:
        """The one under way."""
        self._may_write()
        return next((row for row in self.outage_runs() if row.finished_at is None), None)

    def keep_outage_run(self, row: OutageRunRow) -> None:
        """Begins one, or writes its progress."""
        self._may_write().outage_runs.put(row)

    def owing_cases(
        self, due_from: date, zone: str | None, after: str, limit: int, *, lock: bool
    ) -> Sequence[CaseRow]:
        """Reads them all."""
        s = self._may_write() if lock else self._may_read()
        found = (
            row
            for row in s.cases.rows.values()
            if row.id > after and zone in (None, row.zone)
            and any(_owes(one, due_from) for one in s.obligations.group("case", row.id))
        )  # fmt: skip
        return heapq.nsmallest(limit, found, key=attrgetter("id"))

    def tallies(self) -> Sequence[TallyRow]:
        """Every number."""
        sums: dict[tuple[str, str, str, str], int] = defaultdict(int)
        for row in self._may_read().tallies.rows.values():
            sums[row.name, row.zone, row.workflow, row.label] += row.value
        return [TallyRow(*key, 0, value) for key, value in sorted(sums.items())]

    def tallied(self, name: str, zone: str, workflow: str) -> int:
        """One number."""
        wanted = (name, zone, workflow)
        return sum(
            row.value for row in self.tallies() if (row.name, row.zone, row.workflow) == wanted
        )

    def gauges(self, now: datetime) -> Gauges:
        """Reads them all."""
        s, held = self._may_read(), self._held()
        nexts = (
            row.next_mild_at if row.held is not None else row.next_enforce_at
            for row in s.cases.rows.values()
            if row.broken is None
        )
        due = sorted(at for at in nexts if at is not None and at <= now)
        first = (row.next_enforce_at for row in held if row.next_enforce_at is not None)
        return Gauges(
            len(due), due[0] if due else None, len(held), min(first, default=None),
            len(self.broken_cases()), len(self._open(s)),
            min((row.at for row in self._open(s)), default=None),
        )  # fmt: skip


def _owes(row: ObligationRow, due_from: date) -> bool:
    days = [day for day in (row.due_on, row.latest) if day is not None]
    return (
        row.side in ("applicant", "third_party")
        and row.status in (*RUNNING, "missed")
        and (row.due_on is None or max(days) >= due_from)
    )
