"""Which calendar a unit of work counts on: the newest live version of its database.

Versions are read once and kept; a unit asks only which one is the newest. A database that has
never been served has none yet and counts on the shipped files.
"""

from __future__ import annotations

import json

from cases.calendar_port import CalendarShelf, Live
from cases.rows import RecountRow
from machines.case import Case
from machines.recount import Order
from rules.calendar_change import CalendarChange, calendar_of
from rules.working_days import Calendar


class Calendars:
    """The versions that this process knows. `shipped`: that of the files; `latest`: the one last
    found in force, for what shows a date without a unit of work of its own."""

    def __init__(self, shipped: Calendar) -> None:
        self.shipped = self.latest = shipped
        self._known: dict[int, Calendar] = {}
        self._orders: dict[int, Order] = {}

    def of(self, unit: CalendarShelf) -> Calendar:
        """The calendar in force."""
        live = unit.live_calendar()
        self.latest = self.shipped if live is None else self.version(unit, live.seq)
        return self.latest

    def version(self, unit: CalendarShelf, seq: int) -> Calendar:
        """One version; LookupError where it was never kept."""
        found = self._known.get(seq)
        if found is None:
            row = unit.calendar(seq)
            if row is None:
                raise LookupError(f"there is no version {seq} of the calendar")
            found = calendar_of(json.loads(row.body))
            if found.version == self.shipped.version:
                found = self.shipped  # its tables are built already
            self._known[seq] = found
        return found

    def order(self, unit: CalendarShelf, row: RecountRow) -> Order:
        """What a recount asks of every case."""
        found = self._orders.get(row.seq)
        if found is None:
            before = self.version(unit, row.before_seq) if row.before_seq else None
            change = CalendarChange(before, self.version(unit, row.seq))
            found = self._orders[row.seq] = Order(row.operation, row.seq, change)
        return found

    def owed(self, unit: CalendarShelf, case: Case) -> Order | None:
        """The recount that has not come to a case yet, None where there is none."""
        live = unit.live_calendar()
        if live is None or not _behind(live, case):
            return None
        row = next(row for row in unit.recounts() if row.seq == live.seq)
        return self.order(unit, row)


def _behind(live: Live, case: Case) -> bool:
    return live.through is not None and case.id > live.through and case.recounted < live.seq
