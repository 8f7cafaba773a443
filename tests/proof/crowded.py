"""A database of millions of cases in minutes: copies of one case, made inside the database.

Each copy has a number and a firm of its own and owes its papers, but has no journal: nobody will
look at it before its day. (Those that are swept are copied with theirs, by `benchmarks/field.py`.)
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

import psycopg

from benchmarks.databases import dsn, path_of
from benchmarks.field import TABLES
from benchmarks.script import Rows

_AT_ONCE = 50_000
_NUMBERS = {
    True: "WITH RECURSIVE k(n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM k WHERE n < {last}) "
          "SELECT n AS number FROM k",
    False: "SELECT generate_series({first}, {last}) AS number",
}  # fmt: skip
_DIGITS = {True: "printf('%08d', k.number)", False: "lpad(k.number::text, 8, '0')"}


def crowd(url: str, sample: Rows, total: int, progress: Callable[[int], None]) -> None:
    """Adds so many copies of a case. `sample`: its rows by table."""
    sqlite = url.startswith("sqlite")
    connection: Any = sqlite3.connect(path_of(url)) if sqlite else psycopg.connect(dsn(url))
    if sqlite:
        connection.execute("PRAGMA synchronous=OFF")
    for first in range(0, total, _AT_ONCE):
        last = min(total, first + _AT_ONCE) - 1
        numbers = _NUMBERS[sqlite].format(first=first, last=last)
        for table in TABLES:
            for place, _ in enumerate(sample[table] if table != "entries" else ()):
                connection.execute(_copying(sample, table, place, numbers, sqlite=sqlite))
        connection.commit()
        progress(last + 1)
    connection.close()


def _copying(sample: Rows, table: str, place: int, numbers: str, *, sqlite: bool) -> str:
    """The statement that copies a row of the sample once for each number."""
    (case,) = sample["cases"]
    row, digits = sample[table][place], _DIGITS[sqlite]
    texts = {
        name: f"replace(replace(s.\"{name}\", '{case['id']}', 'crowd-' || {digits}), "
        f"'{case['subject_uscc']}', '91999999CR' || {digits})"
        for name, value in row.items()
        if isinstance(value, str)
    }
    names = ", ".join(f'"{name}"' for name in row)
    values = ", ".join(texts.get(name, f's."{name}"') for name in row)
    key = " AND ".join(f's."{name}" = {_literal(row[name])}' for name in TABLES[table])
    return (f"INSERT INTO {table} ({names}) SELECT {values} FROM {table} AS s, ({numbers}) AS k "
            f"WHERE {key}")  # fmt: skip


def _literal(value: object) -> str:
    assert isinstance(value, int | str), value
    return str(value) if isinstance(value, int) else f"'{value}'"
