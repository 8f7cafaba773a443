"""Running prebuilt statements on one connection, with the failures in the words of the ports."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import starmap
from operator import attrgetter
from typing import Any, TypeVar

from sqlalchemy import Executable, Table

from cases.ports import StoreError
from cases.store.dialect import Statements
from cases.store.failures import FAILURES, translated
from cases.store.prepared import Bound, Given, Prepared, copied
from cases.store.statements import INSERT
from cases.store.tables import METADATA

Row = TypeVar("Row")


def _reading(table: Table) -> tuple[tuple[str, ...], attrgetter[Any]]:
    names = tuple(column.name for column in table.c)
    return names, attrgetter(*names)


_MANY = 20  # rows from which COPY is worth its round trips
_READING = {table: _reading(table) for table in METADATA.sorted_tables}


def plain(table: Table, rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Rows as parameters by the names of their fields, which are the columns'."""
    names, values = _READING[table]
    return [dict(zip(names, values(row), strict=True)) for row in rows]


@dataclass(frozen=True, slots=True)
class Rows:
    """A statement for rows, whose fields are named like its parameters."""

    statement: Executable
    given: Sequence[Any]

    def bound(self, known: Statements) -> tuple[Prepared, list[Bound]]:
        """As the driver takes it."""
        query = known[self.statement]
        return query, query.of_rows(self.given)


@dataclass(frozen=True, slots=True)
class Givens:
    """A statement for parameters by name."""

    statement: Executable
    given: Sequence[Given]

    def bound(self, known: Statements) -> tuple[Prepared, list[Bound]]:
        """As the driver takes it."""
        query = known[self.statement]
        return query, query.of_given(self.given)


class Session:
    """One connection in a transaction. A failed change spoils it: it can only be rolled back."""

    def __init__(self, driver: Any, known: Statements, shown: str, *, write: bool) -> None:
        self._driver = driver
        self._known, self._shown, self._write = known, shown, write
        self._spoiled: Exception | None = None

    def settle(self) -> None:
        """Called before the commit. Raises the failure again that somebody swallowed."""
        if self._spoiled is not None:
            raise self._spoiled

    def _spoil(self, why: Exception) -> Exception:
        """Nothing of this unit will be kept."""
        self._spoiled = why
        return why

    def _must_write(self) -> None:
        if not self._write:
            raise StoreError("this unit of work only reads: open it with write=True")

    def _must_be_sound(self) -> None:
        if self._spoiled is not None:
            raise StoreError(f"this unit of work has failed already: {self._spoiled}")

    def _all(self, statement: Executable, given: Given) -> Sequence[Sequence[Any]]:
        """What a query finds, in the order of its columns."""
        self._must_be_sound()
        try:
            return self._known[statement].found(self._driver, given)
        except FAILURES as error:
            raise self._spoil(translated(error, self._shown)) from error

    def _together(self, asked: Sequence[tuple[Executable, Given]]) -> list[Sequence[Sequence[Any]]]:
        """What several queries find, one after the other; on PostgreSQL in one round trip."""
        self._must_be_sound()
        queries = [(self._known[statement], given) for statement, given in asked]
        try:
            if not self._known.postgres:
                return [query.found(self._driver, given) for query, given in queries]
            with self._driver.pipeline():
                sent = [query.sent(self._driver, given) for query, given in queries]
            return [query.taken(one) for (query, _), one in zip(queries, sent, strict=True)]
        except FAILURES as error:
            raise self._spoil(translated(error, self._shown)) from error

    def _one(self, statement: Executable, **given: Any) -> Sequence[Any] | None:
        """The first of it."""
        found = self._all(statement, given)
        return found[0] if found else None

    def _rows(self, row: Callable[..., Row], statement: Executable, given: Given) -> list[Row]:
        return list(starmap(row, self._all(statement, given)))

    def _first(self, row: Callable[..., Row], statement: Executable, **given: Any) -> Row | None:
        found = self._one(statement, **given)
        return None if found is None else row(*found)

    def _listing(
        self,
        row: Callable[..., Row],
        what: str,
        filters: Mapping[str, Any],
        limit: int,
        place: Mapping[str, Any] | None = None,
    ) -> list[Row]:
        """Rows under those filters that were given a value, and behind a place."""
        given = {k: v for k, v in {**filters, **(place or {})}.items() if v is not None}
        statement = self._known.listing(what, frozenset(given))
        return self._rows(row, statement, {**given, "limit": limit})

    def _change(self, statement: Executable, *given: Given) -> int:
        """How many rows were changed."""
        return self._carry_out(lambda: self._known[statement].changed(self._driver, given))

    def _write_rows(self, statement: Executable, rows: Sequence[Any]) -> None:
        """Runs a statement for rows, whose fields are named like its parameters."""
        if rows:
            self._write_together([Rows(statement, rows)])

    def _write_together(self, asked: Sequence[Rows | Givens]) -> list[int]:
        """How many rows each of several statements changed, one after the other; on PostgreSQL in
        one round trip."""
        counts: list[int] = []

        def change() -> int:
            ready = [one.bound(self._known) for one in asked]
            with self._driver.pipeline() if self._known.postgres else nullcontext():
                sent = [query.run(self._driver, bound) for query, bound in ready]
            counts.extend(query.counted(one) for (query, _), one in zip(ready, sent, strict=True))
            return sum(counts)

        self._carry_out(change)
        return counts

    def _carry_out(self, change: Callable[[], int]) -> int:
        self._must_write()
        self._must_be_sound()
        try:
            return change()
        except FAILURES as error:
            raise self._spoil(translated(error, self._shown)) from error
        except ValueError as error:  # a value that cannot be stored, perhaps in mid-batch
            raise self._spoil(error) from None

    def _insert(self, table: Table, rows: Sequence[Any]) -> None:
        if self._known.postgres and len(rows) >= _MANY:
            names, values = _READING[table]
            self._carry_out(lambda: copied(self._driver, table.name, names, map(values, rows)))
        else:
            self._write_rows(INSERT[table], rows)
