"""Where the running system keeps its cases: each kind of store, emptied in a moment."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
from psycopg import sql

from cases.clock import machine_time
from cases.ports import Store
from cases.store import open_store
from machines.book import rulebook
from tests.postgres import PostgresServer
from tests.properties.walker import START
from tests.running.system import furnish

Emptied = Callable[[], Callable[[], Store]]
"""Empties the place, and says how a process opens it."""
KINDS = ("memory", "sqlite", "postgresql")
_KEPT = ("alembic_version", "meta", "settings")


def memory() -> Callable[[], Store]:
    """A store of this process; another process of the test finds the same one."""
    store = open_store("memory://", clock=machine_time)
    return lambda: store


@contextmanager
def sqlite(folder: Path) -> Iterator[Emptied]:
    """Copies of one furnished file."""
    furnished, numbers = folder / "furnished.db", count(1)
    opened: list[Store] = []
    first = open_store(f"sqlite:///{furnished}", clock=machine_time)
    furnish(first, rulebook(), START)
    first.close()

    def emptied() -> Callable[[], Store]:
        file = folder / f"town-{next(numbers)}.db"
        for one in opened:
            one.close()
        opened.clear()
        shutil.copy(furnished, file)

        def opens() -> Store:
            opened.append(open_store(f"sqlite:///{file}", clock=machine_time))
            return opened[-1]

        return opens

    yield emptied
    for one in opened:
        one.close()


@contextmanager
def postgresql(server: PostgresServer) -> Iterator[Emptied]:
    """One database, furnished once and emptied again."""
    opened: list[Store] = []
    with server.database() as url:
        first = open_store(url, clock=machine_time)
        furnish(first, rulebook(), START)
        first.close()

        def emptied() -> Callable[[], Store]:
            for one in opened:
                one.close()
            opened.clear()
            _empty(url.replace("+psycopg", ""))

            def opens() -> Store:
                opened.append(open_store(url, clock=machine_time))
                return opened[-1]

            return opens

        yield emptied
        for one in opened:
            one.close()


def _empty(url: str) -> None:
    """Takes every row out but the furniture, as no user of the product can."""
    with psycopg.connect(url) as connection:
        connection.execute("SET session_replication_role = replica")
        found = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in found.fetchall():
            if table not in _KEPT:
                connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
        connection.execute("DELETE FROM meta WHERE name NOT IN ('birth', 'instance')")
