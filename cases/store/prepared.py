"""A statement compiled once for an engine, and run by the driver as it is.

Compiling, and looking up what was compiled, costs several times what a small statement takes to
run; so does asking every value for its type. Here both are settled beforehand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Connection, CursorResult, Date, Dialect, Executable
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

    def run(self, connection: Connection, *given: Given) -> CursorResult[Any]:
        """Runs it, once for each of the parameters."""
        bound = [self._bound(each) for each in given]
        return connection.exec_driver_sql(self._sql, bound if len(bound) > 1 else bound[0])

    def values(self, found: Iterable[Sequence[Any]]) -> Iterable[Sequence[Any]]:
        """What the driver gave, as the values that were stored."""
        return map(self._value, found) if self._read else found

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
