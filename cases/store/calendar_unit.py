"""The calendar's part of a unit of the SQL store, as `cases.calendar_port` describes it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from cases.calendar_port import Live
from cases.rows import CalendarRow, CaseRow, EntryRow, RecountRow
from cases.store import calendar_statements as s
from cases.store import tables as t
from cases.store.session import Session, plain


class CalendarSession(Session):
    """A session that knows versions of the calendar. What is in force is asked for once a unit."""

    _live: tuple[Live | None] | None = None

    def live_calendar(self) -> Live | None:
        """On PostgreSQL under a lock that whoever appends a version waits for."""
        if self._live is None:
            if self._write and self._known.postgres:
                self._all(s.HOLD_VERSION, {})
            found = self._one(s.LIVE)
            self._live = (None if found is None else live_of(*found),)
        return self._live[0]

    def calendars(self) -> Sequence[CalendarRow]:
        """Every version."""
        return self._rows(CalendarRow, s.ALL_CALENDARS, {})

    def calendar(self, seq: int) -> CalendarRow | None:
        """One version."""
        return self._first(CalendarRow, s.ONE_CALENDAR, seq=seq)

    def add_calendar(self, row: CalendarRow) -> None:
        """SQLite has one writer, so that there is nobody to wait for."""
        self._must_write()
        if self._known.postgres:
            self._all(s.WAIT_FOR_OTHERS, {})
        self._change(s.ADD_CALENDAR, *plain(t.CALENDARS, [row]))
        self._live = None

    def recounts(self) -> Sequence[RecountRow]:
        """Every recount."""
        return self._rows(RecountRow, s.ALL_RECOUNTS, {})

    def lock_recount(self) -> RecountRow | None:
        """The one under way."""
        self._must_write()
        return self._first(RecountRow, s.LOCK_RECOUNT)

    def keep_recount(self, row: RecountRow) -> None:
        """Begins one, or writes its progress."""
        self._change(self._known.keep_recount, *plain(t.RECOUNTS, [row]))
        self._live = None

    def touched_cases(
        self, first: date, after: str, limit: int, *, lock: bool
    ) -> Sequence[CaseRow]:
        """Read by case id, so that a batch begins where the last one ended."""
        given = {"first": first, "after": after, "limit": limit}
        return self._rows(CaseRow, s.LOCK_TOUCHED if lock else s.TOUCHED, given)

    def recount_entries(self, since: datetime) -> Sequence[EntryRow]:
        """What recounts wrote."""
        return self._rows(EntryRow, s.RECOUNT_ENTRIES, {"since": since})


def live_of(seq: int, version: str, through: str | None, finished_at: datetime | None) -> Live:
    """What is in force, as it is read."""
    return Live(seq, version, None if finished_at is not None else through)
