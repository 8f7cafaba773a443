"""The store on SQLite and PostgreSQL: engines, transactions, and who writes when."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from selectors import EVENT_READ, DefaultSelector
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DisconnectionError

from cases.ports import NotMigrated, StoreError, Unit
from cases.store import migrate, pooler
from cases.store.asked import not_migrated
from cases.store.dialect import Statements
from cases.store.failures import FAILURES, busy, translated
from cases.store.lending import LendsPostgres, LendsSqlite
from cases.store.turns import Turns
from cases.store.unit import SqlUnit

_SQLITE = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=NORMAL",
    "PRAGMA foreign_keys=ON",
)
# Times in UTC whatever the server thinks; nobody waits for a lock for ever. Who was cut off in the
# middle of a transaction, or hangs there, keeps its rows from the others no longer than this.
_POSTGRES = (
    "-c timezone=UTC -c random_page_cost=1.1 -c lock_timeout={ms}ms "
    "-c idle_in_transaction_session_timeout=60s -c tcp_user_timeout=20s "
    "-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"
)
_SILENCE = {
    "tcp_user_timeout": 20_000,  # milliseconds
    "keepalives_idle": 5,
    "keepalives_interval": 5,
    "keepalives_count": 3,
}


class SqlStore:
    """See `cases.ports.Store`. `url` is shown without its password."""

    def __init__(self, url: URL, clock: Callable[[], datetime] | None, patience_s: float) -> None:
        self.url = url.render_as_string(hide_password=True)
        self._clock = clock
        self._postgres = url.get_backend_name() == "postgresql"
        self._file = None if self._postgres else Path(url.database or "")
        engine = (_postgres_engine if self._postgres else _sqlite_engine)(url, patience_s)
        self._engine = engine
        self._known = Statements(engine.dialect)
        self._lender = (LendsPostgres if self._postgres else LendsSqlite)(engine)
        self._turns = Turns(patience_s, busy(self.url))

    def unit(self, *, write: bool = True) -> AbstractContextManager[Unit]:
        """A transaction of its own connection. On SQLite a writing one waits for its turn."""
        return self._unit(write)

    @contextmanager
    def _unit(self, write: bool) -> Iterator[SqlUnit]:
        with self._alone(write), self._lender.begun(write=write) as driver:
            unit = SqlUnit(driver, self._known, self.url, self._clock, write=write)
            yield unit
            unit.settle()

    @contextmanager
    def _connected(self, write: bool) -> Iterator[Connection]:
        """A connection in a transaction, for the schema's own affairs."""
        with self._alone(write), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def _alone(self, write: bool) -> Iterator[None]:
        """Waits for its turn where there is one writer. Raises StoreError for whatever the
        database says meanwhile."""
        with self._turns.taken() if write and not self._postgres else nullcontext():
            try:
                yield
            except FAILURES as error:
                raise translated(error, self.url) from error

    def upgrade(self, birth: str | None = None) -> None:
        """Creates or migrates the schema; `birth` None leaves it to the first that serves it."""
        with self._connected(write=True) as connection:
            migrate.upgrade(connection, birth, self.url)

    def check(self, birth: str | None = None) -> None:
        """Makes no file where there is none."""
        if self._file is not None and not self._file.exists():
            raise NotMigrated(not_migrated(self.url))
        with self._connected(write=False) as connection:
            migrate.check(connection, birth, self.url)

    def close(self) -> None:
        """Gives back every connection."""
        self._engine.dispose()


def _sqlite_engine(url: URL, patience_s: float) -> Engine:
    if not url.database or url.database == ":memory:" or url.query:
        raise StoreError(
            f"a SQLite database is a file: sqlite:///path/to/file.db, not {url}; "
            "for one that is gone afterwards use memory://"
        )
    path = Path(url.database)
    if not path.absolute().parent.is_dir():
        raise StoreError(f"there is no folder {path.absolute().parent} to keep {path.name} in")
    if path.is_dir():
        raise StoreError(f"{path} is a folder, not a database file")
    engine = create_engine(
        url, paramstyle="named", pool_timeout=patience_s, connect_args={"timeout": patience_s}
    )

    @event.listens_for(engine, "connect")
    def prepared(connection: Any, record: object) -> None:
        del record
        connection.isolation_level = None  # transactions are begun below, by name
        for pragma in _SQLITE:
            connection.execute(pragma)

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.execute("BEGIN IMMEDIATE")

    return engine


def _postgres_engine(url: URL, patience_s: float) -> Engine:
    shared = pooler.of(url)
    options = f"{_POSTGRES.format(ms=round(patience_s * 1000))} {url.query.get('options', '')}"
    engine = create_engine(
        url.set(drivername="postgresql+psycopg").difference_update_query([pooler.WORD]),
        isolation_level="READ COMMITTED",
        pool_timeout=patience_s,
        connect_args={
            "connect_timeout": int(str(url.query.get("connect_timeout", "10"))),
            **_SILENCE,
            **(pooler.CONNECT if shared else {"options": options.strip()}),
        },
    )
    if shared:
        event.listen(engine, "connect", pooler.must_be_set_up)

    @event.listens_for(engine, "checkout")
    def alive(connection: Any, record: object, proxy: object) -> None:
        """An idle server says nothing; what can be read is its farewell. Costs no round trip."""
        del record, proxy
        with DefaultSelector() as selector:
            selector.register(connection.fileno(), EVENT_READ)
            if selector.select(timeout=0):
                raise DisconnectionError("the server closed an idle connection")

    return engine
