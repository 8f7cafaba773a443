"""Use cases are tried on the memory store and on SQLite; the stores agree by their own tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cases.clock import machine_time
from cases.ports import Store
from cases.store import open_store


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store, ready for work."""
    url = "memory://" if request.param == "memory" else f"sqlite:///{tmp_path / 'cases.db'}"
    opened = open_store(url, clock=machine_time)
    opened.upgrade("production")
    yield opened
    opened.close()
