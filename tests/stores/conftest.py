"""The stores under test: each empty, migrated, with a clock that the test can see through."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from cases.ports import Store
from cases.store import open_store
from tests.postgres import PostgresServer

MACHINE_TIME = datetime(2025, 1, 2, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def emptied_url(postgres_server: PostgresServer) -> Iterator[str]:
    """One PostgreSQL database for the tests of a module: emptying it is quicker than a new one."""
    with postgres_server.database() as url:
        yield url


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty store of each kind."""
    if request.param == "memory":
        return "memory://"
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'cases.db'}"
    url = str(request.getfixturevalue("emptied_url"))
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    return url


@pytest.fixture(scope="module", params=["memory", "sqlite", "postgresql"])
def kept(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Store]:
    """One store of each kind, ready for work, for all the tests of a module."""
    with ExitStack() as stack:
        if request.param == "postgresql":
            server = request.getfixturevalue("postgres_server")
            url = stack.enter_context(server.database())
        elif request.param == "sqlite":
            url = f"sqlite:///{tmp_path_factory.mktemp('stores') / 'cases.db'}"
        else:
            url = "memory://"
        store = open_store(url, clock=lambda: MACHINE_TIME)
        stack.callback(store.close)
        store.upgrade("sandbox")
        yield store


@pytest.fixture
def empty(url: str) -> Iterator[Store]:
    """A store without a schema."""
    store = open_store(url, clock=lambda: MACHINE_TIME)
    yield store
    store.close()


@pytest.fixture
def store(empty: Store) -> Store:
    """A store ready for work."""
    empty.upgrade("sandbox")
    return empty
