"""The stores under test: each empty, migrated, with a clock that the test can see through."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cases.ports import Store
from cases.store import open_store

MACHINE_TIME = datetime(2025, 1, 2, 9, 0, tzinfo=UTC)


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty store of each kind."""
    if request.param == "memory":
        return "memory://"
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'cases.db'}"
    return str(request.getfixturevalue("postgres_url"))


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
