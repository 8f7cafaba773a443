"""Every test of the interface runs on the memory store and on SQLite."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.desk import Desk, desk_on


@pytest.fixture(params=["memory", "sqlite"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return "memory://" if request.param == "memory" else f"sqlite:///{tmp_path}/desk.db"


@pytest.fixture
def desk(store_url: str) -> Iterator[Desk]:
    """A sandbox on the second of January 2025, nine o'clock."""
    with desk_on(store_url) as found:
        yield found


@pytest.fixture
def office(store_url: str) -> Iterator[Desk]:
    """A production database: real time, no sandbox clock."""
    with desk_on(store_url, sandbox=False) as found:
        yield found
