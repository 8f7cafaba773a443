"""One unit of work of the memory store, call by call as the port describes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct

from cases.crowd_port import Claimed, Key
from cases.ports import Conflict, StoreError
from cases.rows import (
    Batch,
    CaseRow,
    ChangeRow,
    EntryRow,
    IdempotencyRow,
    ListRow,
    SettingRow,
    TokenRow,
    WorkRow,
)
from cases.store.asked import looked_at, must_be_settable
from cases.store.memory_reader import MemoryReader
from cases.store.shelf import Shelf
from machines.frozen import replace

if TYPE_CHECKING:
    from cases.store.shelves import Shelves

Row = TypeVar("Row", bound=Struct)
_BY_AGE = attrgetter("at", "case_id", "seq", "n")


class MemoryUnit(MemoryReader):
    """See `cases.ports.Unit`. A conflict spoils it: it can only be rolled back."""

    def settle(self) -> None:
        """Called before the end. Raises the failure again that somebody swallowed."""
        if self._spoiled is not None:
            raise self._spoiled

    def _may_write(self) -> Shelves:
        if not self._write:
            raise StoreError("this unit of work only reads: open it with write=True")
        return self._may_read()

    def _insert(self, shelf: Shelf[Row], rows: Iterable[Row]) -> None:
        try:
            for row in rows:
                shelf.insert(row)
        except (Conflict, StoreError, ValueError) as error:
            self._spoiled = error
            raise

    def case(self, case_id: str, *, lock: bool = False) -> CaseRow | None:
        """One case."""
        return (self._may_write() if lock else self._may_read()).cases.get(case_id)

    def write(self, batch: Batch) -> None:
        """Everything or a conflict."""
        s = self._may_write()
        try:
            self._write_batch(s, batch)
        except (Conflict, StoreError, ValueError) as error:
            self._spoiled = error
            raise

    def _write_batch(self, s: Shelves, batch: Batch) -> None:
        self._insert(s.idempotency, batch.idempotency)
        self._insert(
            s.definitions, (d for d in batch.definitions if s.definitions.get(d.hash) is None)
        )
        self._write_cases(batch.cases)
        self._insert(s.entries, map(self._of_a_case, batch.entries))
        for row in batch.obligations:
            s.obligations.put(row)
        self._insert(s.fired, batch.fired)
        self._insert(s.credit_facts, batch.credit_facts)
        self._insert(s.outbox, batch.outbox)
        self._insert(s.work, batch.work)
        for tally in batch.tallies:
            known = s.tallies.get(tally.name, tally.zone, tally.workflow, tally.label, tally.shard)
            s.tallies.put(replace(tally, value=tally.value + (known.value if known else 0)))

    def _write_cases(self, cases: Iterable[tuple[CaseRow, int]]) -> None:
        for row, version in cases:
            known = self._s.cases.get(row.id)
            if version == 0:
                self._insert(self._s.cases, [row])
            elif known is None or known.version != version:
                self._spoiled = Conflict(
                    f"case {row.id} is not at version {version}: somebody else wrote first"
                )
                raise self._spoiled
            else:
                self._s.cases.put(row)

    def _of_a_case(self, row: EntryRow) -> EntryRow:
        if self._s.cases.get(row.case_id) is None:
            raise StoreError(f"entry {row.seq} is of case {row.case_id}, which is not kept here")
        return row

    def claim_cases(
        self, until: datetime, limit: int, *, mild_only: bool, now: datetime
    ) -> Sequence[CaseRow]:
        """Cases to enforce, and those set aside whose time has come again."""
        s = self._may_write()
        retried = [
            row
            for row in self.broken_cases()
            if row.retry_at is not None and row.retry_at <= now
            and (at := looked_at(row, mild_only=mild_only)) is not None and at <= until
        ]  # fmt: skip
        sound = s.agenda[mild_only].due(until, limit, s.cases.get)
        both = [*retried, *sound]
        return sorted(both, key=lambda r: (looked_at(r, mild_only=mild_only), r.id))[:limit]

    def set_aside(self, case_id: str, why: str | None, retry_at: datetime | None) -> None:
        """Marks or clears, and counts how often. Raises LookupError for an unknown case."""
        s = self._may_write()
        row = s.cases.get(case_id)
        if row is None:
            raise LookupError(f"there is no case {case_id} to set aside")
        if why is None:
            s.cases.put(replace(row, broken=None, retry_at=None, retries=0))
        else:
            s.cases.put(replace(row, broken=why, retry_at=retry_at, retries=row.retries + 1))

    def claim_work(self, limit: int) -> Sequence[WorkRow]:
        """The first open item of each target."""
        first: dict[str, WorkRow] = {}
        for row in self._open(self._may_write()):
            first.setdefault(row.target, row)
        return list(first.values())[:limit]

    def finish_work(self, row: WorkRow, at: datetime) -> None:
        """Raises Conflict where the item is not open any more."""
        s = self._may_write()
        known = s.work.get(row.case_id, row.seq, row.n)
        if known is None or known.done_at is not None:
            source = f"{row.case_id}/{row.seq}.{row.n}"
            self._spoiled = Conflict(f"there is no open work item {source} to finish")
            raise self._spoiled
        s.work.put(replace(known, done_at=at))

    def add_list(self, row: ListRow) -> None:
        """Enters a list row."""
        self._insert(self._may_write().lists, [row])

    def end_list(self, case_id: str, seq: int, n: int, at: datetime, by: str) -> None:
        """Ends a list row; one that is not there, or has ended before, stays as it is."""
        lists = self._may_write().lists
        row = lists.get(case_id, seq, n)
        if row is not None and row.ended_at is None:
            lists.put(replace(row, ended_at=at, ended_by=by))

    def add_change(self, row: ChangeRow) -> None:
        """Appends to what became of an enterprise."""
        self._insert(self._may_write().changes, [row])

    def idempotent(self, actor: str, key: str) -> IdempotencyRow | None:
        """The answer kept; there is one writer, so there is nothing to lock."""
        return self._may_write().idempotency.get(actor, key)

    def claim_acts(self, keys: Sequence[Key], case_ids: Sequence[str]) -> Claimed:
        """There is nobody else."""
        s = self._may_write()
        cases = {case_id: s.cases.get(case_id) for case_id in case_ids}
        return Claimed(
            {key: s.idempotency.get(*key) for key in keys},
            {case_id: row for case_id, row in cases.items() if row is not None},
        )

    def add_setting(self, row: SettingRow) -> None:
        """Appends to a zone's chain."""
        self._insert(self._may_write().settings, [row])

    def add_token(self, row: TokenRow) -> None:
        """Keeps a token; a hash that is there already is a Conflict."""
        self._insert(self._may_write().tokens, [row])

    def set_meta(self, values: Mapping[str, str | None]) -> None:
        """Raises StoreError for `birth` and `instance`, which never change."""
        must_be_settable(values)
        s = self._may_write()
        for name, value in values.items():
            s.set_meta(name, value)
