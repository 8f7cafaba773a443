"""Creates and migrates the schema with Alembic, from the package itself: no file beside it."""

from __future__ import annotations

import threading
import uuid

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from cases.ports import NotMigrated, StoreError
from cases.store.asked import must_be_a_birth, must_match, not_migrated
from cases.store.statements import ALL_META
from cases.store.tables import META

_ALONE = threading.Lock()  # Alembic keeps what it works on in globals
_VERSION = text("SELECT version_num FROM alembic_version")
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(4848202501020900)")


def config() -> Config:
    """Alembic's configuration: where the revisions are."""
    found = Config()
    found.set_main_option("script_location", "cases.store:migrations")
    return found


def upgrade(connection: Connection, birth: str | None, shown: str) -> None:
    """Brings the schema up to date inside the connection's transaction.

    `birth` None lets a database be what it is; one without a birth gets it from the first process
    that serves it. Raises WrongBirth, StoreError."""
    must_be_a_birth(birth)
    if connection.dialect.name == "postgresql":
        connection.execute(_ONE_AT_A_TIME)
    revisions = config()
    _not_newer(connection, revisions, shown)
    revisions.attributes["connection"] = connection
    with _ALONE:
        command.upgrade(revisions, "head")
    meta = read_meta(connection)
    if birth is not None:
        must_match(meta.get("birth"), birth, shown)
    fresh = {"birth": birth, "instance": str(uuid.uuid4())}
    rows = [{"name": k, "value": v} for k, v in fresh.items() if v is not None and k not in meta]
    if rows:
        connection.execute(META.insert(), rows)


def check(connection: Connection, birth: str | None, shown: str) -> None:
    """Raises NotMigrated, WrongBirth or StoreError where the database cannot be worked on."""
    must_be_a_birth(birth)
    revisions = config()
    head = ScriptDirectory.from_config(revisions).get_current_head()
    if _revision(connection) != head:
        _not_newer(connection, revisions, shown)
        raise NotMigrated(not_migrated(shown))
    if birth is not None:
        must_match(read_meta(connection).get("birth"), birth, shown)


def read_meta(connection: Connection) -> dict[str, str]:
    """What the database knows of itself."""
    return {name: value for name, value in connection.execute(ALL_META)}


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(_VERSION).scalar()
    return found


def _not_newer(connection: Connection, revisions: Config, shown: str) -> None:
    """Raises StoreError for a schema that this version of the program does not know."""
    present = _revision(connection)
    known = {each.revision for each in ScriptDirectory.from_config(revisions).walk_revisions()}
    if present is not None and present not in known:
        raise StoreError(
            f"the database {shown} has schema {present}, which this version does not know: "
            "it was written by a newer one; install that"
        )
