"""Every kind of store: what a recount does is the same on each."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cases.clock import machine_time
from cases.ports import Store
from cases.store import open_store


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store of each kind."""
    url = {"memory": "memory://", "sqlite": f"sqlite:///{tmp_path / 'cases.db'}"}.get(request.param)
    opened = open_store(url or str(request.getfixturevalue("postgres_url")), clock=machine_time)
    opened.upgrade("production")
    yield opened
    opened.close()


@pytest.fixture
def quick() -> Iterator[Store]:
    """A store in memory, where the kind does not matter."""
    opened = open_store("memory://", clock=machine_time)
    opened.upgrade("production")
    yield opened
    opened.close()
