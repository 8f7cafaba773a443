"""What the use cases need of a store: one unit of work at a time, and nothing of SQL.

The memory store and the SQL store pass the same test-suite. Lock order inside a unit: idempotency
key, case ids ascending, then insert-only rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import Protocol

from cases.calendar_port import CalendarShelf
from cases.crowd_port import CrowdShelf
from cases.rows import (
    Batch,
    CaseRow,
    ChangeRow,
    CreditFactRow,
    DefinitionRow,
    EntryRow,
    IdempotencyRow,
    ListRow,
    ObligationRow,
    OutboxRow,
    SettingRow,
    TokenRow,
    WorkRow,
)
from cases.safety_port import SafetyShelf
from cases.versions_port import VersionsShelf
from cases.wake_port import WakeShelf


class StoreError(Exception):
    """Something is wrong with the store itself; the message says what would be right."""


class Unwritable(StoreError):
    """The database is there and refused what it was given: it would refuse it again."""


class NotMigrated(StoreError):
    """The database is empty or of an older schema: run `chengnuo db upgrade`."""


class WrongBirth(StoreError):
    """A sandbox database was asked for production, or the other way round."""


class Conflict(Exception):
    """Somebody else wrote first: a case version, a rung, an idempotency key. Retry or refuse."""


class Busy(Conflict):
    """Somebody else holds what this unit of work needs, and has held it for too long. Retry."""


class Unit(CalendarShelf, CrowdShelf, SafetyShelf, VersionsShelf, WakeShelf, Protocol):
    """One transaction. Leaving the block commits; an exception rolls everything back."""

    def case(self, case_id: str, *, lock: bool = False) -> CaseRow | None:
        """One case; `lock` keeps other writers out until the unit ends."""

    def entries(self, case_id: str) -> Sequence[EntryRow]:
        """The journal of a case, in order."""

    def write(self, batch: Batch) -> None:
        """Writes everything or raises Conflict. Cases are compared by version; entries, rungs,
        facts and work items are insert-only; obligations replace the row of their key."""

    def claim_cases(
        self, until: datetime, limit: int, *, mild_only: bool, now: datetime
    ) -> Sequence[CaseRow]:
        """Cases with a rung due at or before `until`, oldest first, locked so that no other
        worker claims them; not those set aside (`broken`) whose `retry_at` is after `now`. Of a
        case held by a brake only the rungs that harm nobody count. None of a subject of which
        somebody else is at an earlier one: it would overtake that."""

    def next_instant(self, *, mild_only: bool) -> datetime | None:
        """The earliest instant at which any case must be looked at (cases set aside left out; of
        those held by a brake what harms nobody)."""

    def set_aside(self, case_id: str, why: str | None, retry_at: datetime | None) -> None:
        """Marks a case that enforcement cannot process, or clears the mark (`why` None)."""

    def broken_cases(self) -> Sequence[CaseRow]:
        """The cases set aside."""

    def claim_work(self, limit: int) -> Sequence[WorkRow]:
        """Open work items, oldest first, locked; at most one per target."""

    def finish_work(self, row: WorkRow, at: datetime) -> None:
        """Marks a work item done."""

    def open_work(self, target: str) -> Sequence[WorkRow]:
        """Work items of one target not yet done: what an intake must reckon with."""

    def add_list(self, row: ListRow) -> None:
        """Enters a list row; entering the same source twice is a Conflict."""

    def end_list(self, case_id: str, seq: int, n: int, at: datetime, by: str) -> None:
        """Ends the list row of a source."""

    def lists(
        self, *, uscc: str | None = None, list_name: str | None = None, live: bool = True
    ) -> Sequence[ListRow]:
        """List rows and restrictions, by enterprise or by list."""

    def is_blank(self, uscc: str) -> bool:
        """Whether this unit knows already that nothing stands in an enterprise's file: no fact, no
        entry on a list, no work to come, no change."""

    def credit_facts(self, uscc: str) -> Sequence[CreditFactRow]:
        """The credit file of an enterprise, oldest first."""

    def changes(self, uscc: str | None = None) -> Sequence[ChangeRow]:
        """Changes of an enterprise, and those by which others merged into it; without a code all
        there are; by number."""

    def add_change(self, row: ChangeRow) -> None:
        """Appends a change; a taken `seq` is a Conflict: one is recorded at a time."""

    def cases(
        self,
        *,
        zone: str | None = None,
        workflow: str | None = None,
        uscc: str | None = None,
        involves: str | None = None,
        text: str | None = None,
        track_state: str | None = None,
        due_before: date | None = None,
        settled: bool | None = None,
        desk: str | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> Sequence[CaseRow]:
        """Cases by filter, by id ascending from `after` on. `uscc`: of the subject; `involves`:
        a code that stands in a case not yet closed and settled, in whatever part (reads them
        all); `text`: part of name, code or id; `track_state`: `track:state` or a bare state;
        `due_before`: has a running obligation due (its earliest) before that day; `desk`: a word
        of what waits for an officer in it."""

    def obligations(
        self,
        *,
        case_ids: Iterable[str] | None = None,
        zone: str | None = None,
        due_from: date | None = None,
        due_before: date | None = None,
        side: str | None = None,
        running: bool = True,
        uscc: str | None = None,
        after: tuple[str, str, int] | None = None,
        limit: int = 200,
    ) -> Sequence[ObligationRow]:
        """The diary: by earliest due date, then case id, obligation, occurrence. `due_from`,
        `due_before`: due (at the earliest) on or after one day, and before another."""

    def outbox(
        self, *, case_id: str | None = None, do: str | None = None, limit: int = 200
    ) -> Sequence[OutboxRow]:
        """Effects towards people and systems, oldest first."""

    def idempotent(self, actor: str, key: str) -> IdempotencyRow | None:
        """The answer stored under an actor's key; takes the lock on the key."""

    def settings(self, zone: str) -> Sequence[SettingRow]:
        """The settings of a zone in the order of recording."""

    def add_setting(self, row: SettingRow) -> None:
        """Appends to the zone's chain; a taken `seq` is a Conflict."""

    def definition(self, text_hash: str) -> DefinitionRow | None:
        """The text kept under a hash."""

    def definitions(self) -> Sequence[DefinitionRow]:
        """Every text ever used."""

    def token(self, sha256: str) -> TokenRow | None:
        """A token by the hash of its secret."""

    def add_token(self, row: TokenRow) -> None:
        """Keeps a token."""

    def tokens(self) -> Sequence[TokenRow]:
        """All tokens."""

    def meta(self) -> Mapping[str, str]:
        """What the database knows of itself: birth, clock, heartbeat, hold, ..."""

    def set_meta(self, values: Mapping[str, str | None]) -> None:
        """Writes or removes (None) such values."""

    def counts(self) -> Mapping[str, int]:
        """Rows by table: cases, entries, obligations, fired, credit_facts, list_rows."""

    def now(self) -> datetime:
        """The database server's clock (the machine's, for SQLite and memory)."""


class Store(Protocol):
    """A place for cases."""

    url: str

    def unit(self, *, write: bool = True) -> AbstractContextManager[Unit]:
        """A unit of work. A writing unit on SQLite takes the write lock at once."""

    def upgrade(self, birth: str | None = None) -> None:
        """Creates or migrates the schema. A database is born `sandbox` or `production` once: here,
        or (`birth` None) by the first process that serves it."""

    def check(self, birth: str | None = None) -> None:
        """Raises NotMigrated or WrongBirth where this process must not work on it."""

    def close(self) -> None:
        """Gives back every connection."""
