"""Millions of open cases, multiplied inside the database from the row of one: no row crosses."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from benchmarks.databases import dsn, path_of
from benchmarks.script import Row, Rows, named

_AT_ONCE = 100_000
_MANY = 500_000
_INDEXES = {
    True: "SELECT name, sql FROM sqlite_master "
          "WHERE type = 'index' AND tbl_name = 'cases' AND sql IS NOT NULL",
    False: "SELECT indexname, indexdef FROM pg_indexes "
           "WHERE tablename = 'cases' AND indexname NOT LIKE 'pk_%'",
}  # fmt: skip
_SPREAD_DAYS = 180
# The number n of a case as its id: scattered, as ids of real cases are, and never twice.
_ID = {
    True: "printf('20250102-%08x', (n * 2654435761) & 4294967295)",
    False: "'20250102-' || lpad(to_hex((n * 2654435761) & 4294967295), 8, '0')",
}
_CODE = {True: "printf('91999999MA%08d', n)", False: "'91999999MA' || lpad(n::text, 8, '0')"}
_LATER = {
    True: "strftime('%Y-%m-%dT%H:%M:%S.000000+00:00', {mark}, '+' || (n % {days}) || ' days')",
    False: "{mark}::timestamptz + (n % {days}) * interval '1 day'",
}
_NUMBERS = {
    True: "WITH RECURSIVE k(n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM k WHERE n < {last})",
    False: "WITH k(n) AS (SELECT generate_series({first}::bigint, {last}::bigint))",
}


def multiplied(
    url: str, sample: Rows, here: int, total: int, progress: Callable[[int], None]
) -> None:
    """Grows from so many cases to so many: the row of a case with a number, a firm and a date of
    its own, all of them in time to come. Where many come, the indexes are made anew afterwards:
    scattered keys would have each of them written many times over."""
    sqlite = url.startswith("sqlite")
    (case,) = sample["cases"]
    text, given = _statement(case, sqlite)
    with _filling(url) as connection, _indexed_later(connection, total - here > _MANY, sqlite):
        for first in range(here, total, _AT_ONCE):
            last = min(first + _AT_ONCE, total)
            numbers = _NUMBERS[sqlite].format(first=first + 10_000_000, last=last + 9_999_999)
            connection.execute(f"{numbers} {text}" if sqlite else text.replace("/*k*/", numbers),
                               given)  # fmt: skip
            connection.commit()
            progress(last)
    connection.close()


@contextmanager
def _indexed_later(connection: Any, asked: bool, sqlite: bool) -> Iterator[None]:
    """Without the indexes of the table meanwhile, but for its key and for those that copies of
    what is there do not come into."""
    known = connection.execute(_INDEXES[sqlite]).fetchall() if asked else []
    found = [(name, made) for name, made in known if _reached(connection, made)]
    for name, _ in found:
        connection.execute(f"DROP INDEX {name}")
    connection.commit()
    yield
    for _, made in found:
        connection.execute(made)
        connection.commit()


def _reached(connection: Any, made: str) -> bool:
    """Whether a row of the table stands in an index, by the condition of the index."""
    _, _, condition = made.partition(" WHERE ")
    query = f"SELECT EXISTS (SELECT 1 FROM cases WHERE {condition or 'true'})"
    return bool(connection.execute(query).fetchone()[0])


def _statement(case: Row, sqlite: bool) -> tuple[str, list[Any]]:
    """The insertion, and its values; a column that changes is made in the database."""
    mark = "?" if sqlite else "%s"
    changes = {"id": _ID[sqlite], "subject_uscc": _CODE[sqlite]}
    parts: list[str] = []
    given: list[Any] = []
    for name, value in case.items():
        if name in changes:
            parts.append(changes[name].replace("%", "%" if sqlite else "%%"))
        elif name in ("next_enforce_at", "next_mild_at"):
            assert value is not None
            given.append(value)
            later = _LATER[sqlite].replace("{mark}", mark).replace("{days}", str(_SPREAD_DAYS))
            parts.append(later if sqlite else later.replace("n %", "n %%"))
        elif name == "state":
            parts.append(
                f"replace(replace({mark}, {mark}, {_ID[sqlite]}), {mark}, {_CODE[sqlite]})"
            )
            given += [value, case["id"], case["subject_uscc"]]
        else:
            parts.append(mark)
            given.append(value)
    columns = f"INSERT INTO cases ({named(case)})"
    chosen = f"SELECT {', '.join(parts)} FROM k"
    return (f"{columns} {chosen}" if sqlite else f"{columns} /*k*/ {chosen}"), given


def _filling(url: str) -> Any:
    """A connection in a hurry: what is lost if the machine stops now is made again."""
    if not url.startswith("sqlite"):
        options = "-c timezone=UTC -c synchronous_commit=off -c maintenance_work_mem=512MB"
        return psycopg.connect(dsn(url), options=options)
    connection = sqlite3.connect(path_of(url))
    for pragma in ("synchronous=OFF", "cache_size=-1000000", "temp_store=MEMORY"):
        connection.execute(f"PRAGMA {pragma}")
    return connection
