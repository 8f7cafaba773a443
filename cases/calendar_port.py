"""What the use cases need of a store for its calendar: versions, and the recount on a new one.

Part of `cases.ports.Unit`. Versions are appended, never changed; a recount is one row whose
progress is written with the cases it has come to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from cases.rows import CalendarRow, CaseRow, EntryRow, RecountRow


@dataclass(frozen=True, slots=True)
class Live:
    """The calendar in force. `through`: up to which case id the recount on it has come, None when
    it is finished."""

    seq: int
    version: str
    through: str | None


class CalendarShelf(Protocol):
    """The calendar's part of a unit of work."""

    def live_calendar(self) -> Live | None:
        """The newest confirmed version, None where none was ever kept. In a writing unit it stays
        the newest until the unit ends: whoever appends one waits."""

    def calendars(self) -> Sequence[CalendarRow]:
        """Every version by number, those not confirmed too."""

    def calendar(self, seq: int) -> CalendarRow | None:
        """One version."""

    def add_calendar(self, row: CalendarRow) -> None:
        """Appends a version, after waiting for the writing units that have asked for the one in
        force; a taken `seq` is a Conflict."""

    def recounts(self) -> Sequence[RecountRow]:
        """Every recount, by the number of its version."""

    def lock_recount(self) -> RecountRow | None:
        """The oldest recount that is not finished, locked; None where there is none."""

    def keep_recount(self, row: RecountRow) -> None:
        """Begins a recount, or writes how far it has come."""

    def touched_cases(
        self, first: date, after: str, limit: int, *, lock: bool
    ) -> Sequence[CaseRow]:
        """Cases by id behind `after` in which some date, or the first day of a consequence, lies
        on `first` or later or is not known yet; `lock` keeps other writers out."""

    def recount_entries(self, since: datetime) -> Sequence[EntryRow]:
        """The journal entries of recounts from an instant on, by case and number."""
