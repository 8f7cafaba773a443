"""What the memory store keeps rows on: tables with groups, and a calendar of cases, all of which
can be put back as they were."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar, get_args

from msgspec import Struct
from msgspec.structs import fields, replace

from cases import rows
from cases.ports import Conflict
from cases.rows import CaseRow
from cases.store.asked import in_utc, looked_at

Row = TypeVar("Row", bound=Struct)
Key = tuple[Any, ...]
Undo = list[Callable[[], None]]


_INSTANTS: dict[type, tuple[str, ...]] = {
    row: tuple(f.name for f in fields(row) if datetime in (f.type, *get_args(f.type)))
    for row in vars(rows).values()
    if isinstance(row, type) and issubclass(row, Struct) and row is not Struct
}


def stored(row: Row) -> Row:
    """A row as a database would give it back: its instants in UTC."""
    changed: dict[str, Any] = {}
    for name in _INSTANTS[type(row)]:
        at: datetime | None = getattr(row, name)
        if at is not None and at.tzinfo is not UTC:
            changed[name] = in_utc(at)
    return replace(row, **changed) if changed else row


class Shelf(Generic[Row]):
    """A table: rows by key, and the keys of each group. Changes are noted in `undo`."""

    def __init__(
        self,
        name: str,
        key: Iterable[str],
        undo: Undo,
        *,
        groups: Mapping[str, Callable[[Row], Hashable]] | None = None,
        changed: Callable[[Row], None] | None = None,
    ) -> None:
        self.name, self._key, self._undo, self._changed = name, tuple(key), undo, changed
        self.rows: dict[Key, Row] = {}
        self._grouping = dict(groups or {})
        self._groups: dict[str, dict[Hashable, dict[Key, None]]] = {n: {} for n in self._grouping}

    def get(self, *key: Hashable) -> Row | None:
        """The row of a key."""
        return self.rows.get(key)

    def group(self, name: str, value: Hashable) -> Iterator[Row]:
        """The rows for which the grouping gives this value."""
        return (self.rows[key] for key in self._groups[name].get(value, ()))

    def insert(self, row: Row) -> None:
        """Adds a row. Raises Conflict for a key that is taken."""
        key = self._key_of(row)
        if key in self.rows:
            raise Conflict(f"somebody else wrote it first: {self.name} {key}")
        self.put(row)

    def put(self, row: Row) -> None:
        """Adds or replaces a row."""
        row = stored(row)
        key = self._key_of(row)
        old = self.rows.get(key)
        self._undo.append(lambda: self._set(key, old))
        self._set(key, row)

    def _key_of(self, row: Row) -> Key:
        return tuple(getattr(row, name) for name in self._key)

    def _set(self, key: Key, row: Row | None) -> None:
        old = self.rows.pop(key, None) if row is None else self.rows.get(key)
        for name, of in self._grouping.items():
            group = self._groups[name]
            before = None if old is None else of(old)
            after = None if row is None else of(row)
            if old is not None and (row is None or before != after):
                del group[before][key]
                if not group[before]:
                    del group[before]
            if row is not None and (old is None or before != after):
                group.setdefault(after, {})[key] = None
        if row is not None:
            self.rows[key] = row
            if self._changed is not None:
                self._changed(row)


class Agenda:
    """Cases by the instant at which they must be looked at. An entry that its case no longer
    bears out is dropped when it comes to the top."""

    def __init__(self, *, mild: bool) -> None:
        self._mild = mild
        self._heap: list[tuple[datetime, str]] = []

    def note(self, row: CaseRow) -> None:
        """A case was written."""
        at = self._due(row)
        if at is not None:
            heapq.heappush(self._heap, (at, row.id))

    def first(self, case_of: Callable[[str], CaseRow | None]) -> datetime | None:
        """The earliest instant that still stands."""
        while self._heap:
            at, case_id = self._heap[0]
            if self._stands(at, case_of(case_id)):
                return at
            heapq.heappop(self._heap)
        return None

    def due(
        self, until: datetime, limit: int, case_of: Callable[[str], CaseRow | None]
    ) -> list[CaseRow]:
        """The first cases that are due, by instant and id."""
        found: dict[str, CaseRow] = {}
        while len(found) < limit and self._heap and self._heap[0][0] <= until:
            at, case_id = heapq.heappop(self._heap)
            row = case_of(case_id)
            if row is not None and self._stands(at, row):
                found[case_id] = row
        for row in found.values():
            self.note(row)
        return list(found.values())

    def _due(self, row: CaseRow) -> datetime | None:
        return None if row.broken is not None else looked_at(row, mild_only=self._mild)

    def _stands(self, at: datetime, row: CaseRow | None) -> bool:
        return row is not None and self._due(row) == at
