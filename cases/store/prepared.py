"""A statement compiled once for an engine, and run by the driver as it is.

Compiling, and looking up what was compiled, costs several times what a small statement takes to
run; so does asking every value for its type. Here both are settled beforehand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Date, Dialect, Executable
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from cases.store.asked import in_utc
from cases.store.tables import Instant

Value = Callable[[Any], Any]
Given = Mapping[str, Any]


class Prepared:
    """The text of a statement, what its parameters become, and what comes back."""

    def __init__(self, statement: Executable, dialect: Dialect) -> None:
        assert isinstance(statement, ClauseElement)
        compiled = statement.compile(dialect=dialect)
        assert isinstance(compiled, SQLCompiler)
        self._sql = str(compiled)
        self._constants = {
            name: bind.value for name, bind in compiled.binds.items() if bind.value is not None
        }
        types = {name: bind.type for name, bind in compiled.binds.items()}
        self._given = _by_name(types, _TO[dialect.name])
        columns: Iterable[ColumnElement[Any]] = getattr(statement, "selected_columns", ())
        self._read = [
            (place, _OF_SQLITE[type(column.type)])
            for place, column in enumerate(columns)
            if dialect.name == "sqlite" and type(column.type) in _OF_SQLITE
        ]

    def found(self, driver: Any, given: Given) -> list[Sequence[Any]]:
        """What a query finds, in the values that were stored. `driver`: its own connection."""
        cursor = driver.cursor()
        cursor.execute(self._sql, self._bound(given))
        found: list[Sequence[Any]] = cursor.fetchall()
        cursor.close()
        return [self._value(each) for each in found] if self._read else found

    def changed(self, driver: Any, given: Sequence[Given]) -> int:
        """Runs it once for each of the parameters; how many rows that changed."""
        cursor = driver.cursor()
        bound = [self._bound(each) for each in given]
        if len(bound) == 1:
            cursor.execute(self._sql, bound[0])
        else:
            cursor.executemany(self._sql, bound)
        changed: int = cursor.rowcount
        cursor.close()
        return changed

    def _value(self, found: Sequence[Any]) -> Sequence[Any]:
        values = list(found)
        for place, value_of in self._read:
            if values[place] is not None:
                values[place] = value_of(values[place])
        return values

    def _bound(self, given: Given) -> dict[str, Any]:
        values = {**self._constants, **given}
        for name, to_stored in self._given:
            if values[name] is not None:
                values[name] = to_stored(values[name])
        return values


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


def _by_name(
    types: Mapping[str, TypeEngine[Any]], values: Mapping[type[TypeEngine[Any]], Value]
) -> list[tuple[str, Value]]:
    return [(name, values[type(each)]) for name, each in types.items() if type(each) in values]
