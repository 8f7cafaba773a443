"""Many cases in little time: one is brought about by the use cases, the others are its copies.

Each copy has a number, a firm and a zone of its own, and its journal is chained anew; so a backlog
of thousands takes seconds, and is as sound as the case it was copied from.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import psycopg

from tests.faults import tables
from tests.faults.town import code

COPIED = ("cases", "entries", "obligations", "fired", "outbox")


@dataclass(frozen=True)
class Sample:
    """A case as it stands at a moment: its own row, and its rows in the other tables."""

    case: tables.Row
    rows: Mapping[str, list[tables.Row]]


def sample_of(url: str, case_id: str) -> Sample:
    """A case to be copied. Take it before anybody sweeps: what is done is copied as done."""
    found = tables.read(url)
    (case,) = [row for row in found["cases"] if row["id"] == case_id]
    rows = {table: found.by_case(table).get(case_id, []) for table in COPIED[1:]}
    rows["entries"].sort(key=lambda row: int(row["seq"]))
    return Sample(case, rows)


def copies(url: str, sample: Sample, numbers: Iterable[int], to_a_zone: int) -> list[str]:
    """Adds the copies with these numbers, so many to a zone; their case ids."""
    case_id = str(sample.case["id"])
    made: dict[str, list[dict[str, Any]]] = {table: [] for table in COPIED}
    for number in numbers:
        names = {
            case_id: f"{case_id[:9]}{number:08x}",
            str(sample.case["subject_uscc"]): code(number),
            str(sample.case["zone"]): f"area-{number // to_a_zone}",
        }
        for table, rows in sample.rows.items():
            made[table].extend(_renamed(row, names) for row in rows)
        made["cases"].append(_renamed(sample.case, names))
        entries = made["entries"][-len(sample.rows["entries"]) :]
        made["cases"][-1]["head_hash"] = _chained(entries)
    _insert(url, made)
    return [str(row["id"]) for row in made["cases"]]


def _renamed(row: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    renamed = dict(row)
    for column, value in row.items():
        if isinstance(value, str):
            for old, new in names.items():
                value = value.replace(old, new)
            renamed[column] = value
    return renamed


def _chained(entries: list[dict[str, Any]]) -> str:
    """Chains the journal of a copy; its last hash."""
    head = "0" * 64
    for entry in entries:
        entry["prev_hash"] = head
        text = f"{head}\n{entry['case_id']}\n{entry['seq']}\n{entry['body']}"
        head = entry["hash"] = sha256(text.encode()).hexdigest()
    return head


def _insert(url: str, made: Mapping[str, list[dict[str, Any]]]) -> None:
    sqlite = url.startswith("sqlite:///")
    connection: Any = (
        sqlite3.connect(url.removeprefix("sqlite:///"))
        if sqlite
        else psycopg.connect(url.replace("+psycopg", ""))
    )
    with connection:
        cursor = connection.cursor()
        for table, rows in made.items():
            if rows:
                columns = ", ".join(f'"{name}"' for name in rows[0])
                marks = ", ".join(["?" if sqlite else "%s"] * len(rows[0]))
                values = [tuple(row.values()) for row in rows]
                insert = f"INSERT INTO {table} ({columns}) VALUES ({marks})"
                cursor.executemany(insert, values)
    connection.close()
