"""The versions' part of the memory store, as `cases.versions_port` describes it."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from operator import attrgetter

from cases.rows import CaseRow, ConformanceRow, DefinitionRow, OutboxRow
from cases.store.memory_calendar import MemoryCalendarUnit
from cases.versions_port import Kept
from machines.frozen import replace


class MemoryVersionsUnit(MemoryCalendarUnit):
    """The whole unit."""

    def versions(self, workflow: str) -> Sequence[Kept]:
        """Without the texts themselves."""
        kept = [
            Kept(row.hash, row.in_force_from, row.first_used_at)
            for row in self._may_read().definitions.rows.values()
            if row.workflow == workflow
        ]
        return sorted(kept, key=lambda one: (one.in_force_from or date.min, *one[2:], one.hash))

    def adopt(self, rows: Iterable[DefinitionRow]) -> None:
        """A text itself never changes under its hash."""
        texts = self._may_write().definitions
        for row in rows:
            old = texts.get(row.hash) or row
            texts.put(replace(old, in_force_from=row.in_force_from, parameters=row.parameters))

    def pinned_cases(
        self, text_hash: str, after: str, limit: int, *, lock: bool
    ) -> Sequence[CaseRow]:
        """Reads them all."""
        s = self._may_write() if lock else self._may_read()
        found = (
            row
            for row in s.cases.rows.values()
            if row.id > after and row.definition == text_hash and not (row.closed and row.settled)
        )
        return heapq.nsmallest(limit, found, key=attrgetter("id"))

    def deviations(self, case_ids: Iterable[str] | None = None) -> Sequence[OutboxRow]:
        """What was found."""
        rows = (row for row in self._may_read().outbox.rows.values() if row.n < 0)
        if case_ids is None:
            found = [row for row in rows if row.done_at is None]
        else:
            asked = set(case_ids)
            found = [row for row in rows if row.case_id in asked]
        return sorted(found, key=attrgetter("at", "case_id", "seq", "n"))

    def add_deviation(self, row: OutboxRow) -> None:
        """Appends to the outbox."""
        self._insert(self._may_write().outbox, [row])

    def mend(self, row: OutboxRow, at: datetime | None) -> None:
        """Closes or opens it."""
        box = self._may_write().outbox
        kept = box.get(row.case_id, row.seq, row.n)
        if kept is not None:
            box.put(replace(kept, done_at=at))

    def conformance_runs(self) -> Sequence[ConformanceRow]:
        """Every run."""
        return sorted(self._may_read().conformance_runs.rows.values(), key=attrgetter("seq"))

    def lock_conformance_run(self) -> ConformanceRow | None:
        """The one under way."""
        self._may_write()
        return next((row for row in self.conformance_runs() if row.finished_at is None), None)

    def keep_conformance_run(self, row: ConformanceRow) -> None:
        """Begins one, or writes its progress."""
        self._may_write().conformance_runs.put(row)
