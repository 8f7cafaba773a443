"""The calendar's part of the memory store, as `cases.calendar_port` describes it."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from datetime import date, datetime
from operator import attrgetter

from cases.calendar_port import Live
from cases.rows import CalendarRow, CaseRow, EntryRow, ObligationRow, RecountRow
from cases.store.memory_safety import MemorySafetyUnit
from machines.duties import RUNNING


class MemoryCalendarUnit(MemorySafetyUnit):
    """The whole unit. There is one at a time, so that nobody has to wait for anybody."""

    def live_calendar(self) -> Live | None:
        """The newest confirmed version."""
        s = self._may_read()
        live = [row for row in s.calendars.rows.values() if row.confirmed_by is not None]
        if not live:
            return None
        row = max(live, key=attrgetter("seq"))
        recount = s.recounts.get(row.seq)
        under_way = recount is not None and recount.finished_at is None
        return Live(row.seq, row.version, recount.through if recount and under_way else None)

    def calendars(self) -> Sequence[CalendarRow]:
        """Every version."""
        return sorted(self._may_read().calendars.rows.values(), key=attrgetter("seq"))

    def calendar(self, seq: int) -> CalendarRow | None:
        """One version."""
        return self._may_read().calendars.get(seq)

    def add_calendar(self, row: CalendarRow) -> None:
        """Appends a version."""
        self._insert(self._may_write().calendars, [row])

    def recounts(self) -> Sequence[RecountRow]:
        """Every recount."""
        return sorted(self._may_read().recounts.rows.values(), key=attrgetter("seq"))

    def lock_recount(self) -> RecountRow | None:
        """The one under way."""
        self._may_write()
        return next((row for row in self.recounts() if row.finished_at is None), None)

    def keep_recount(self, row: RecountRow) -> None:
        """Begins one, or writes its progress."""
        self._may_write().recounts.put(row)

    def touched_cases(
        self, first: date, after: str, limit: int, *, lock: bool
    ) -> Sequence[CaseRow]:
        """Reads them all."""
        s = self._may_write() if lock else self._may_read()
        found = (
            row
            for row in s.cases.rows.values()
            if row.id > after
            and any(_touched(one, first) for one in s.obligations.group("case", row.id))
        )
        return heapq.nsmallest(limit, found, key=attrgetter("id"))

    def recount_entries(self, since: datetime) -> Sequence[EntryRow]:
        """What recounts wrote."""
        found = (
            row
            for row in self._may_read().entries.rows.values()
            if row.kind == "recounted" and row.at >= since
        )
        return sorted(found, key=attrgetter("case_id", "seq"))


def _touched(row: ObligationRow, first: date) -> bool:
    days = (row.due_on, row.latest, row.enforceable_from)
    if any(day is not None and day >= first for day in days):
        return True
    running = row.status in RUNNING and row.due_on is not None
    return row.enforceable_from is None and (running or row.status == "missed")
