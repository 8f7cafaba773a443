"""A pooler between us and PostgreSQL that lends a connection for one transaction (pgbouncer in
transaction mode): said in the address, `postgresql://.../db?pooler=transaction`.

Nothing may be kept between transactions then: no prepared statement, and no setting that the
connection brings along. The settings stand with the role or the database instead, and are asked
for, so that nobody goes without them unawares (docs/SCALE.md).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import URL

from cases.ports import StoreError

WORD = "pooler"
CONNECT = {"prepare_threshold": None}
_ASKED = """
SELECT current_setting('TimeZone'), current_setting('lock_timeout'),
       current_setting('idle_in_transaction_session_timeout')"""


def of(url: URL) -> bool:
    """Whether the address names a pooler. Raises StoreError for one of another mode."""
    said = url.query.get(WORD)
    if said not in (None, "transaction"):
        raise StoreError(
            f"{WORD}={said}: write {WORD}=transaction; in session mode a pooler need not be named"
        )
    return said is not None


def must_be_set_up(connection: Any, record: object) -> None:
    """Raises StoreError where what our own connections bring along is not set on the server."""
    del record
    zone, lock, idle = connection.execute(_ASKED).fetchone()
    connection.rollback()
    lacking = [
        setting
        for setting, lacks in (
            ("timezone = 'UTC'", zone != "UTC"),
            ("lock_timeout = '5s'", lock == "0"),
            ("idle_in_transaction_session_timeout = '60s'", idle == "0"),
        )
        if lacks
    ]
    if lacking:
        raise StoreError(
            "behind a pooler these settings must stand with the role or the database: "
            + "; ".join(f"ALTER DATABASE ... SET {setting}" for setting in lacking)
        )
