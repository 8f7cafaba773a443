"""Where cases are kept: memory, SQLite or PostgreSQL behind one port. The only place with SQL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from cases.ports import Store, StoreError
from cases.store.memory import MemoryStore
from cases.store.sql import SqlStore

_KNOWN = "memory://, sqlite:///path/to/file.db or postgresql+psycopg://user@host/database"


def open_store(
    url: str, clock: Callable[[], datetime] | None = None, *, patience_s: float = 20.0
) -> Store:
    """A store by its address: `memory://`, `sqlite:///path` or `postgresql+psycopg://...`.

    `clock`: the machine's, asked where the store has no clock of its own (memory and SQLite); it
    answers with an offset. `patience_s`: how long a unit of work waits for others. Instants are
    read back in UTC. Raises StoreError for an address that is none; a server is not asked for
    before the first unit of work."""
    try:
        address = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise StoreError(f"{url!r} is no address of a database; use {_KNOWN}") from error
    if url == "memory://":
        return MemoryStore(clock, patience_s)
    if address.drivername in ("sqlite", "postgresql", "postgresql+psycopg"):
        return SqlStore(address, clock, patience_s)
    raise StoreError(f"there is no store for {address.drivername}://; use {_KNOWN}")
