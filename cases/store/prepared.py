"""A statement compiled once for an engine, and run by the driver as it is.

Compiling, and looking up what was compiled, costs several times what a small statement takes to
run; so does asking every value for its type, and giving it a name. Here all is settled beforehand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Date, Dialect, Executable
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from cases.store.asked import in_utc
from cases.store.tables import Instant

Value = Callable[[Any], Any]
Given = Mapping[str, Any]
Bound = Sequence[Any]
_BY_PLACE = {"sqlite": "qmark", "postgresql": "format"}


class Prepared:
    """The text of a statement, what its parameters become, and what comes back."""

    def __init__(self, statement: Executable, dialect: Dialect) -> None:
        assert isinstance(statement, ClauseElement)
        by_place = type(dialect)(paramstyle=_BY_PLACE[dialect.name])  # type: ignore[call-arg]
        compiled = statement.compile(dialect=by_place)
        assert isinstance(compiled, SQLCompiler)
        assert compiled.positiontup is not None
        self._sql = str(compiled)
        self._names = tuple(compiled.positiontup)
        self._constants = {
            name: bind.value for name, bind in compiled.binds.items() if bind.value is not None
        }
        stored = _TO[dialect.name]
        kinds = [type(compiled.binds[name].type) for name in self._names]
        self._given = [(place, stored[kind]) for place, kind in enumerate(kinds) if kind in stored]
        columns: Iterable[ColumnElement[Any]] = getattr(statement, "selected_columns", ())
        self._read = [
            (place, _OF_SQLITE[type(column.type)])
            for place, column in enumerate(columns)
            if dialect.name == "sqlite" and type(column.type) in _OF_SQLITE
        ]
        self._fields = attrgetter(*self._names) if len(self._names) > 1 else None

    def found(self, driver: Any, given: Given) -> list[Sequence[Any]]:
        """What a query finds, in the values that were stored. `driver`: its own connection."""
        return self.taken(self.sent(driver, given))

    def sent(self, driver: Any, given: Given) -> Any:
        """The cursor of a query that was sent; in a pipeline its answer is yet to come."""
        cursor = driver.cursor()
        cursor.execute(self._sql, self._bound(given))
        return cursor

    def taken(self, cursor: Any) -> list[Sequence[Any]]:
        """What it found."""
        found: list[Sequence[Any]] = cursor.fetchall()
        cursor.close()
        return [self._value(each) for each in found] if self._read else found

    def changed(self, driver: Any, given: Sequence[Given]) -> int:
        """Runs it once for each of the parameters; how many rows that changed."""
        return self.counted(self.run(driver, self.of_given(given)))

    def of_given(self, given: Iterable[Given]) -> list[Bound]:
        """Parameters as the driver takes them."""
        return [self._bound(each) for each in given]

    def of_rows(self, rows: Iterable[Any]) -> list[Bound]:
        """The same of rows, whose fields are named like its parameters."""
        return [self._of_row(row) for row in rows]

    def run(self, driver: Any, bound: Sequence[Bound]) -> Any:
        """The cursor of a change that was sent; in a pipeline it is yet to come about."""
        cursor = driver.cursor()
        if len(bound) == 1:
            cursor.execute(self._sql, bound[0])
        else:
            cursor.executemany(self._sql, bound)
        return cursor

    def counted(self, cursor: Any) -> int:
        """How many rows it changed."""
        changed: int = cursor.rowcount
        cursor.close()
        return changed

    def _bound(self, given: Given) -> list[Any]:
        """Parameters in their places, as the driver takes them. Raises KeyError for one that is
        not given."""
        values = {**self._constants, **given} if self._constants else given
        return self._stored([values[name] for name in self._names])

    def _of_row(self, row: Any) -> list[Any]:
        """The fields of a row as parameters."""
        assert self._fields is not None
        return self._stored(list(self._fields(row)))

    def _stored(self, values: list[Any]) -> list[Any]:
        for place, to_stored in self._given:
            if values[place] is not None:
                values[place] = to_stored(values[place])
        return values

    def _value(self, found: Sequence[Any]) -> Sequence[Any]:
        values = list(found)
        for place, value_of in self._read:
            if values[place] is not None:
                values[place] = value_of(values[place])
        return values


def copied(
    driver: Any, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> int:  # fmt: skip
    """Inserts rows into a table of PostgreSQL by COPY, in the values of their fields."""
    names = ", ".join(f'"{name}"' for name in columns)
    with driver.cursor() as cursor:
        with cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as out:
            for row in rows:
                out.write_row(row)
        changed: int = cursor.rowcount
    return changed


@lru_cache(maxsize=4096)  # most rows of a unit say the same moment
def _text_of(at: datetime) -> str:
    return in_utc(at).isoformat(timespec="microseconds")


_TO: dict[str, dict[type[TypeEngine[Any]], Value]] = {
    "sqlite": {Instant: _text_of, Date: date.isoformat},
    "postgresql": {Instant: in_utc},
}
_OF_SQLITE: dict[type[TypeEngine[Any]], Value] = {
    Instant: datetime.fromisoformat,
    Date: date.fromisoformat,
    Boolean: bool,
}
