"""A database full of cases: one is brought about by the use cases, the others are copies of its
rows under numbers, codes and names of their own, with their journals chained anew.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import psycopg

from benchmarks import bare_postgres, bare_sqlite
from benchmarks.databases import dsn, path_of
from benchmarks.script import Keys, Row, Rows, named
from cases.records import GENESIS, chain_hash
from cases.store.tables import METADATA
from rules.credit_code import check_character

TABLES: Keys = {
    table.name: tuple(column.name for column in table.primary_key)
    for table in METADATA.sorted_tables
    if table.name == "cases" or "case_id" in table.c
}
_AT_ONCE = 2000


def code(number: int) -> str:
    """The credit code of the n-th firm; its region does not exist."""
    stem = f"91999999MA{number:07d}"
    return stem + check_character(stem)


def case_id(number: int) -> str:
    """The number of the n-th case, of the length that real ones have."""
    return f"20250102-{(number * 2654435761) % 2**32:08x}"


def rows_of(url: str, of: str) -> Rows:
    """Every row of a case, in the values of the driver."""
    sqlite = url.startswith("sqlite")
    with _connected(url) as connection:
        found: dict[str, list[Row]] = {}
        for table, key in TABLES.items():
            name = "id" if table == "cases" else "case_id"
            order = named(key)
            mark = "?" if sqlite else "%s"
            query = f"SELECT * FROM {table} WHERE {name} = {mark} ORDER BY {order}"
            cursor = connection.execute(query, (of,))
            columns = [each[0] for each in cursor.description]
            found[table] = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    connection.close()
    return found


def row_of(url: str, table: str, name: str, value: str) -> Row:
    """The row with a value in a column."""
    mark = "?" if url.startswith("sqlite") else "%s"
    with _connected(url) as connection:
        query = f"SELECT * FROM {table} WHERE {named([name])} = {mark}"
        cursor = connection.execute(query, (value,))
        columns = [each[0] for each in cursor.description]
        found = dict(zip(columns, cursor.fetchall()[0], strict=True))
    connection.close()
    return found


def count(url: str, table: str, where: str = "true") -> int:
    """How many rows of a table are so."""
    with _connected(url) as connection:
        query = f"SELECT count(*) FROM {table} WHERE {where}"
        (found,) = connection.execute(query).fetchall()[0]
    connection.close()
    return int(found)


def grow(
    url: str, sample: Rows, numbers: Iterable[int], progress: Callable[[int], None],
    *, journal: bool = True,
) -> None:  # fmt: skip
    """Adds copies of a case. `journal` False leaves their entries out: a case that nobody will
    look at is found by its row and its diary alone."""
    done, waiting = 0, iter(numbers)
    tables = [table for table in TABLES if journal or table != "entries"]
    with _connected(url) as connection:
        while some := list(islice(waiting, _AT_ONCE)):
            copies = [copy_of(sample, number) for number in some]
            for table in tables:
                rows = [row for each in copies for row in each[table]]
                if rows:
                    _insert(connection, table, rows)
            connection.commit()
            done += len(some)
            progress(done)
    connection.close()


def copy_of(sample: Rows, number: int) -> dict[str, list[dict[str, Any]]]:
    """The rows of the n-th case."""
    (case,) = sample["cases"]
    names = {
        str(case["id"]): case_id(number),
        str(case["subject_uscc"]): code(number),
        str(case["subject_name"]): f"虚构货运{number}号有限公司",
    }
    rows = {table: [_renamed(row, names) for row in sample[table]] for table in sample}
    head = GENESIS
    for entry in rows["entries"]:
        entry["prev_hash"] = head
        head = entry["hash"] = chain_hash(head, entry["case_id"], entry["seq"], entry["body"])
    rows["cases"][0]["head_hash"] = head
    return rows


def settle(url: str) -> None:
    """Leaves the database as one that has been running: statistics known, nothing to tidy up."""
    if url.startswith("sqlite"):
        with _connected(url) as connection:
            connection.execute("ANALYZE")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        return
    with bare_postgres.connect(dsn(url)) as server:
        server.execute("VACUUM (ANALYZE)")
        server.execute("CHECKPOINT")


def weighed(url: str) -> dict[str, tuple[int, int]]:
    """Rows, and characters in them, of each table: two runs that did the same weigh the same."""
    found = {}
    with _connected(url) as connection:
        for table in TABLES:
            texts = [column.name for column in METADATA.tables[table].c
                     if str(column.type).startswith("TEXT")]  # fmt: skip
            size = " + ".join(f"length(coalesce({named([name])}, ''))" for name in texts)
            query = f"SELECT count(*), coalesce(sum({size}), 0) FROM {table}"
            rows, characters = connection.execute(query).fetchall()[0]
            found[table] = (int(rows), int(characters))
    connection.close()
    return found


def _renamed(row: Row, names: dict[str, str]) -> dict[str, Any]:
    renamed = dict(row)
    for name, value in row.items():
        if isinstance(value, str):
            for old, new in names.items():
                value = value.replace(old, new)
            renamed[name] = value
    return renamed


def _insert(connection: Any, table: str, rows: Sequence[Row]) -> None:
    columns = named(rows[0])
    values: Iterator[tuple[Any, ...]] = (tuple(row.values()) for row in rows)
    if isinstance(connection, sqlite3.Connection):
        marks = ", ".join("?" * len(rows[0]))
        connection.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", values)
        return
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as out:
        for row in values:
            out.write_row(row)


def _connected(url: str) -> Any:
    if url.startswith("sqlite"):
        connection = bare_sqlite.connect(path_of(url))
        connection.isolation_level = "DEFERRED"
        return connection
    return psycopg.connect(dsn(url), options="-c timezone=UTC")
