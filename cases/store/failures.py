"""What a database says when something is wrong, in the words of the ports."""

from __future__ import annotations

import sqlite3

import psycopg
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from cases.ports import Busy, Conflict, NotMigrated, StoreError, Unwritable
from cases.store.asked import not_migrated

_TAKEN = (sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_UNIQUE)
_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_RETRY = (
    psycopg.errors.DeadlockDetected,
    psycopg.errors.SerializationFailure,
    psycopg.errors.LockNotAvailable,
)
_OF_THE_GIVEN = (  # a value, a constraint, a trigger; not the server, the disk or the schema
    sqlite3.IntegrityError,
    sqlite3.DataError,
    sqlite3.ProgrammingError,
    psycopg.IntegrityError,
    psycopg.DataError,
    psycopg.errors.RaiseException,
)

FAILURES = (SQLAlchemyError, sqlite3.Error, psycopg.Error)


def translated(error: Exception, shown: str) -> Exception:
    """The port's exception for an error of the database; `shown` is its address."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    first = str(cause).strip().partition("\n")[0] or type(cause).__name__
    if isinstance(cause, PoolExhausted):
        return StoreError(f"every connection to {shown} is in use; close units of work sooner")
    if _is_taken(cause):
        return Conflict(f"somebody else wrote it first: {first}")
    if isinstance(cause, _RETRY):
        return Busy(f"somebody else holds what this unit of work needs; try again: {first}")
    if isinstance(cause, sqlite3.OperationalError):
        return _of_sqlite(cause, first, shown)
    if isinstance(cause, psycopg.errors.UndefinedTable | psycopg.errors.UndefinedColumn):
        return NotMigrated(not_migrated(shown))
    if isinstance(cause, psycopg.OperationalError):
        return StoreError(f"the database server of {shown} cannot be reached: {first}")
    refused = Unwritable if isinstance(cause, _OF_THE_GIVEN) else StoreError
    return refused(f"the database {shown} refused: {first}")


def _is_taken(cause: object) -> bool:
    if isinstance(cause, sqlite3.IntegrityError):
        return cause.sqlite_errorcode in _TAKEN
    return isinstance(cause, psycopg.errors.UniqueViolation)


def _of_sqlite(cause: sqlite3.OperationalError, first: str, shown: str) -> Exception:
    code = getattr(cause, "sqlite_errorcode", 0)
    if code & 0xFF in _BUSY:
        return busy(shown)
    if first.startswith(("no such table", "no such column")):
        return NotMigrated(not_migrated(shown))
    if code & 0xFF == sqlite3.SQLITE_CANTOPEN:
        return StoreError(f"the file of {shown} cannot be opened: {first}")
    return StoreError(f"the database {shown} refused: {first}")


def busy(shown: str) -> StoreError:
    """Another writer has held the database longer than anybody waits."""
    return StoreError(
        f"the database {shown} has been busy with other writers for too long; "
        "nothing was written: try again"
    )
