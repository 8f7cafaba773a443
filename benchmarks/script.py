"""What one piece of work writes, as plain values: the score that a bare run plays after us.

Imports nothing of ours, like everything that plays it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Row = Mapping[str, Any]
Rows = Mapping[str, Sequence[Row]]
Keys = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Change:
    """One row, new or replaced. `values` by `columns`; `of_case`, `of_code`: the places that name
    the case and its enterprise."""

    table: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    values: tuple[Any, ...]
    new: bool
    of_case: tuple[int, ...]
    of_code: tuple[int, ...]

    def of(self, case_id: str, code: str) -> list[Any]:
        """The same row for another case: its texts keep their length."""
        values = list(self.values)
        for place in self.of_case:
            values[place] = case_id
        for place in self.of_code:
            values[place] = code
        return values

    @property
    def rest(self) -> tuple[str, ...]:
        """The columns that are no key."""
        return tuple(name for name in self.columns if name not in self.key)


@dataclass(frozen=True, slots=True)
class Script:
    """The rows of one act or one enforcement, in the order of their tables. `version`: the one of
    the case before it."""

    changes: tuple[Change, ...]
    version: int

    def by_table(self) -> dict[str, list[Change]]:
        """The changes of each table, new rows apart from replaced ones."""
        found: dict[str, list[Change]] = {}
        for change in self.changes:
            found.setdefault(f"{change.table} {'new' if change.new else 'old'}", []).append(change)
        return found

    def rows(self) -> dict[str, int]:
        """How many rows of each table."""
        return {name: len(changes) for name, changes in self.by_table().items()}

    def size(self) -> int:
        """Bytes of text in them."""
        return sum(
            len(value.encode()) for one in self.changes for value in one.values
            if isinstance(value, str)
        )  # fmt: skip


def named(columns: Iterable[str]) -> str:
    """Columns as SQL lists them; some have names that are words of SQL."""
    return ", ".join(f'"{name}"' for name in columns)


def difference(keys: Keys, before: Rows, after: Rows, case_id: str, code: str) -> Script:
    """The rows of a case that are new or have changed. `keys`: the key of each table, in the
    order in which tables are written."""
    changes: list[Change] = []
    for table, key in keys.items():
        old = {_key(row, key): row for row in before.get(table, ())}
        for row in after.get(table, ()):
            known = old.get(_key(row, key))
            if known != row:
                changes.append(_change(table, key, row, known is None, case_id, code))
    version = before["cases"][0]["version"]
    return Script(tuple(changes), version)


def added(script: Script, table: str, key: Sequence[str], row: Row, case_id: str) -> Script:
    """The same with one more new row."""
    more = _change(table, key, row, True, case_id, "")
    return Script((*script.changes, more), script.version)


def _key(row: Row, key: Iterable[str]) -> tuple[Any, ...]:
    return tuple(row[name] for name in key)


def _change(table: str, key: Sequence[str], row: Row, new: bool, case_id: str, code: str) -> Change:
    values = tuple(row.values())
    return Change(
        table, tuple(row), tuple(key), values, new,
        tuple(place for place, value in enumerate(values) if value == case_id),
        tuple(place for place, value in enumerate(values) if value == code),
    )  # fmt: skip
