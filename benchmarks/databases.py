"""Where a benchmark works: databases of its own, copied from a template and dropped at the end."""

from __future__ import annotations

import secrets
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import psycopg
from psycopg import sql

from tests.postgres import running_server

# As on a server that is meant: a commit is on disk when it is confirmed.
DURABLE = {
    "listen_addresses": "",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "max_connections": "40",
    "shared_buffers": "256MB",
    "max_wal_size": "4GB",
    "timezone": "UTC",
}
POSTGRES = "postgresql+psycopg://"


class Workshop(Protocol):
    """Databases of one engine (`sqlite` or `postgresql`), by address."""

    engine: str

    def make(self) -> str:
        """An empty database."""

    def copy(self, template: str) -> str:
        """A database with what is in another, which nobody may be connected to."""

    def drop(self, url: str) -> None:
        """Removes a database."""


class SqliteWorkshop:
    """Files in one folder."""

    engine = "sqlite"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def make(self) -> str:
        """The address of a file that does not exist yet."""
        return f"sqlite:///{self._folder / f'bench_{secrets.token_hex(4)}.db'}"

    def copy(self, template: str) -> str:
        """A copy of the file."""
        with sqlite3.connect(path_of(template)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        url = self.make()
        shutil.copyfile(path_of(template), path_of(url))
        return url

    def drop(self, url: str) -> None:
        """Removes the file and what lies beside it."""
        for beside in ("", "-wal", "-shm"):
            Path(f"{path_of(url)}{beside}").unlink(missing_ok=True)


class PostgresWorkshop:
    """Databases of one server."""

    engine = "postgresql"

    def __init__(self, server: str) -> None:
        self._server = server

    def make(self) -> str:
        """A database with a name nobody else has."""
        return self._create(sql.Composed([]))

    def copy(self, template: str) -> str:
        """A copy, file by file."""
        how = sql.SQL("TEMPLATE {} STRATEGY FILE_COPY")
        return self._create(how.format(_database(template)))

    def drop(self, url: str) -> None:
        """Whoever is in it."""
        drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        self._say(drop.format(_database(url)))

    def _create(self, how: sql.Composed) -> str:
        name = f"bench_{secrets.token_hex(4)}"
        self._say(sql.SQL("CREATE DATABASE {} {}").format(sql.Identifier(name), how))
        before, _, options = self._server.partition("?")
        return f"{before.rpartition('/')[0]}/{name}{'?' if options else ''}{options}"

    def _say(self, statement: sql.Composed) -> None:
        with psycopg.connect(dsn(self._server), autocommit=True) as connection:
            connection.execute(statement)


def _database(url: str) -> sql.Identifier:
    return sql.Identifier(str(psycopg.conninfo.conninfo_to_dict(dsn(url))["dbname"]))


@contextmanager
def workshop(db: str | None) -> Iterator[Workshop]:
    """By what the command line says of the database. Raises ValueError for what is no address."""
    asked = db or "sqlite"
    if asked == "sqlite":
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            yield SqliteWorkshop(Path(folder))
    elif asked.startswith("sqlite:///"):
        beside = path_of(asked).parent
        with tempfile.TemporaryDirectory(prefix="bench-", dir=beside) as folder:
            yield SqliteWorkshop(Path(folder))
    elif asked == "postgresql":
        with running_server(DURABLE) as server:
            yield PostgresWorkshop(server.url())
    elif asked.startswith((POSTGRES, "postgresql://")):
        yield PostgresWorkshop(POSTGRES + asked.partition("://")[2])
    else:
        raise ValueError(f"--db is sqlite, postgresql or an address of either, not {asked!r}")


@contextmanager
def copied(place: Workshop, template: str) -> Iterator[str]:
    """A copy for one measurement."""
    url = place.copy(template)
    try:
        yield url
    finally:
        place.drop(url)


def path_of(url: str) -> Path:
    """The file of a SQLite address."""
    return Path(url.removeprefix("sqlite:///"))


def dsn(url: str) -> str:
    """A PostgreSQL address as psycopg reads it."""
    return f"postgresql://{url.partition('://')[2]}"
