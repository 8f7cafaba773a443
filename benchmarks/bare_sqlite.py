"""The bare limit on SQLite: `sqlite3`, plain loops, the rows of a script. Imports nothing of
ours."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.script import Change, Script, named

DUE = """SELECT id, subject_uscc, state, version FROM cases
    WHERE (CASE WHEN held IS NULL THEN next_enforce_at ELSE next_mild_at END) <= ?
    AND next_enforce_at IS NOT NULL AND broken IS NULL
    ORDER BY (CASE WHEN held IS NULL THEN next_enforce_at ELSE next_mild_at END), id LIMIT ?"""

_READ = "SELECT subject_uscc, state, version FROM cases WHERE id = ?"
Statements = Sequence[tuple[str, Change]]


def connect(path: Path) -> sqlite3.Connection:
    """A connection set up like any good application's, transactions begun by hand."""
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def statement(change: Change) -> str:
    """The insertion, or the replacement by key, of a row."""
    if change.new:
        marks = ", ".join("?" * len(change.columns))
        return f"INSERT INTO {change.table} ({named(change.columns)}) VALUES ({marks})"
    given = ", ".join(f'"{name}" = ?' for name in change.rest)
    where = " AND ".join(f'"{name}" = ?' for name in change.key)
    only = " AND version = ?" if change.table == "cases" else ""
    return f"UPDATE {change.table} SET {given} WHERE {where}{only}"


def _values(change: Change, case_id: str, code: str, version: int) -> Sequence[object]:
    values = change.of(case_id, code)
    if change.new:
        return values
    named = dict(zip(change.columns, values, strict=True))
    given = [named[name] for name in (*change.rest, *change.key)]
    return [*given, version] if change.table == "cases" else given


def once(connection: sqlite3.Connection, script: Statements, case_id: str) -> None:
    """One act: the case read and every row written, in a transaction."""
    connection.execute("BEGIN IMMEDIATE")
    code, _, version = connection.execute(_READ, (case_id,)).fetchone()
    for text, change in script:
        connection.execute(text, _values(change, case_id, code, version))
    connection.execute("COMMIT")


def statements(script: Script) -> Statements:
    """Each change with its statement."""
    return [(statement(change), change) for change in script.changes]


def act(path: Path, script: Script, cases: Sequence[tuple[str, str]]) -> float:
    """Acts a second: one case read and written in a transaction each."""
    connection = connect(path)
    texts = statements(script)
    begun = time.perf_counter()
    for case_id, _ in cases:
        once(connection, texts, case_id)
    taken = time.perf_counter() - begun
    connection.close()
    return len(cases) / taken


def sweep(path: Path, script: Script, until: str, chunk: int = 1000) -> int:
    """How many cases were due; read by chunks, written by executemany, a transaction each."""
    connection = connect(path)
    groups = [(statement(some[0]), some) for some in script.by_table().values()]
    done = 0
    while True:
        connection.execute("BEGIN IMMEDIATE")
        due = connection.execute(DUE, (until, chunk)).fetchall()
        for text, changes in groups:
            rows = [
                _values(change, case_id, code, version)
                for case_id, code, _, version in due for change in changes
            ]  # fmt: skip
            connection.executemany(text, rows)
        connection.execute("COMMIT")
        done += len(due)
        if not due:
            connection.close()
            return done


def idle(path: Path, until: str, times: int) -> list[float]:
    """Seconds of each look for due cases that finds none."""
    connection = connect(path)
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        assert not connection.execute(DUE, (until, 1)).fetchall()
        connection.execute("COMMIT")
        taken.append(time.perf_counter() - begun)
    connection.close()
    return taken
