"""Lends the connections of a pool for a transaction each, begun and ended by the driver itself.

What SQLAlchemy puts around a transaction costs as much as a small one takes; its pool is what is
wanted of it here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from typing import Any

import psycopg
from psycopg import IsolationLevel
from sqlalchemy import Engine, PoolProxiedConnection

from cases.store.failures import FAILURES


class LendsSqlite:
    """Connections of `sqlite3`, which begins nothing by itself."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @contextmanager
    def begun(self, *, write: bool) -> Iterator[Any]:
        """A writer takes the lock at once; a reader sees one moment, whatever is committed."""
        lent = self._engine.raw_connection()
        driver: Any = lent.driver_connection
        try:
            driver.execute("BEGIN IMMEDIATE" if write else "BEGIN")
            yield driver
            driver.execute("COMMIT")
        except BaseException:
            _undo(lent)
            raise
        finally:
            lent.close()


class LendsPostgres:
    """Connections of psycopg, which says BEGIN with the first statement: no round trip of its
    own."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @contextmanager
    def begun(self, *, write: bool) -> Iterator[Any]:
        """A writer sees what others commit; a reader sees one moment."""
        lent = self._engine.raw_connection()
        driver: Any = lent.driver_connection
        try:
            with nullcontext() if write else _one_moment(driver):
                yield driver
                driver.commit()
        except BaseException:
            _undo(lent)
            raise
        finally:
            lent.close()


@contextmanager
def _one_moment(driver: psycopg.Connection[Any]) -> Iterator[None]:
    """How the next transaction begins; nothing is sent, and the next but one begins as ever."""
    usual = driver.isolation_level
    driver.isolation_level = IsolationLevel.REPEATABLE_READ
    driver.read_only = True
    try:
        yield
    finally:
        if not driver.closed:
            driver.rollback()
            driver.isolation_level = usual
            driver.read_only = None


def _undo(lent: PoolProxiedConnection) -> None:
    """Takes everything back. A connection on which even that fails is not lent again."""
    try:
        lent.rollback()
    except FAILURES:
        with suppress(*FAILURES):
            lent.invalidate()
