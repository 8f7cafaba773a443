"""The bare limit on PostgreSQL: psycopg, plain loops, the rows of a script. Imports nothing of
ours."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import psycopg

from benchmarks.script import Change, Script, named

DUE = """SELECT id, subject_uscc, state, version FROM cases
    WHERE (CASE WHEN held IS NULL THEN next_enforce_at ELSE next_mild_at END) <= %s
    AND next_enforce_at IS NOT NULL AND broken IS NULL
    ORDER BY (CASE WHEN held IS NULL THEN next_enforce_at ELSE next_mild_at END), id
    LIMIT %s FOR UPDATE SKIP LOCKED"""
READ = "SELECT subject_uscc, state, version FROM cases WHERE id = %s"
OPTIONS = "-c timezone=UTC -c random_page_cost=1.1"
Connection = psycopg.Connection[tuple[Any, ...]]
Cursor = psycopg.Cursor[tuple[Any, ...]]


def connect(address: str) -> Connection:
    """A connection that commits each statement unless told otherwise."""
    return psycopg.connect(address, autocommit=True, prepare_threshold=1, options=OPTIONS)


def in_one(script: Script) -> str:
    """Every row in a single statement, which does nothing unless the case is at its version."""
    parts: list[str] = []
    for number, change in enumerate(script.changes):
        where = " AND ".join(f'"{name}" = %s' for name in change.key)
        if change.table == "cases":
            given = ", ".join(f'"{name}" = %s' for name in change.rest)
            text = f"UPDATE cases SET {given} WHERE {where} AND version = %s RETURNING 1"
        elif change.new:
            marks = ", ".join(["%s"] * len(change.columns))
            text = f"INSERT INTO {change.table} ({named(change.columns)}) VALUES ({marks})"
        else:
            given = ", ".join(f'"{name}" = %s' for name in change.rest)
            text = f"UPDATE {change.table} SET {given} WHERE {where}"
        parts.append(f"w{number} AS ({text})")
    return f"WITH {', '.join(parts)} SELECT count(*) FROM w0"


def values_of(script: Script, case_id: str, code: str, version: int) -> list[Any]:
    found: list[Any] = []
    for change in script.changes:
        values = change.of(case_id, code)
        if not change.new:
            named = dict(zip(change.columns, values, strict=True))
            values = [named[name] for name in (*change.rest, *change.key)]
        found += values
        if change.table == "cases":
            found.append(version)
    return found


def act(address: str, script: Script, cases: Sequence[tuple[str, str]]) -> float:
    """Acts a second: a read, and one statement that writes and commits; two round trips."""
    assert script.changes[0].table == "cases"
    text = in_one(script)
    with connect(address) as connection, connection.cursor() as cursor:
        begun = time.perf_counter()
        for case_id, _ in cases:
            (code, _, version) = cursor.execute(READ, (case_id,)).fetchall()[0]
            values = values_of(script, case_id, code, version)
            assert cursor.execute(text, values).fetchall() == [(1,)]
        taken = time.perf_counter() - begun
    return len(cases) / taken


def _replace(change: Change) -> str:
    """Replaces a row by its key."""
    given = ", ".join(f'"{name}" = %s' for name in change.rest)
    where = " AND ".join(f'"{name}" = %s' for name in change.key)
    only = " AND version = %s" if change.table == "cases" else ""
    return f"UPDATE {change.table} SET {given} WHERE {where}{only}"


def _copy(cursor: Cursor, first: Change, rows: Sequence[Sequence[Any]]) -> None:
    with cursor.copy(f"COPY {first.table} ({named(first.columns)}) FROM STDIN") as out:
        for row in rows:
            out.write_row(row)


def _write(cursor: Cursor, changes: list[Change], due: list[tuple[Any, ...]]) -> None:
    """New rows by COPY; others by executemany, which psycopg sends in one pipeline."""
    first = changes[0]
    if first.new:
        _copy(cursor, first, [one.of(case_id, code) for case_id, code, _, _ in due
                              for one in changes])  # fmt: skip
        return
    rows = []
    for case_id, code, _, version in due:
        for one in changes:
            values = dict(zip(one.columns, one.of(case_id, code), strict=True))
            row = [values[name] for name in (*one.rest, *one.key)]
            rows.append([*row, version] if one.table == "cases" else row)
    cursor.executemany(_replace(first), rows)


def sweep(address: str, script: Script, until: datetime, chunk: int = 1000) -> int:
    """How many cases were due; read and written by chunks, a transaction each."""
    groups = list(script.by_table().values())
    done = 0
    with connect(address) as connection, connection.cursor() as cursor:
        while True:
            with connection.transaction():
                due = cursor.execute(DUE, (until, chunk)).fetchall()
                for changes in groups if due else ():
                    _write(cursor, changes, due)
            done += len(due)
            if not due:
                return done


def idle(address: str, until: datetime, times: int) -> list[float]:
    """Seconds of each look for due cases that finds none."""
    taken = []
    with connect(address) as connection:
        for _ in range(times):
            begun = time.perf_counter()
            assert not connection.execute(DUE, (until, 1)).fetchall()
            taken.append(time.perf_counter() - begun)
    return taken
