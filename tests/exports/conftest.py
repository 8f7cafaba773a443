"""A database with cases of many reforms."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest

from api.sandbox_zone import seed
from api.service import Service, assemble
from cases.clock import SandboxClock
from machines.rungs import SHANGHAI
from scheduler.enforcer import Enforcer
from scheduler.sandbox import advance
from tests.cli.running import run

UNTIL = datetime(2025, 9, 1, 9, tzinfo=SHANGHAI)


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a sandbox with its demonstration cases, half a year on."""
    url = f"sqlite:///{tmp_path_factory.mktemp('logs')}/sandbox.db"
    run("db", "upgrade", "--sandbox", "--db", url)
    service = assemble(url, sandbox=True)
    try:
        seed(service)
        assert isinstance(service.clock, SandboxClock)
        advance(Enforcer(service.casework), service.clock, UNTIL)
    finally:
        service.close()
    return url


@pytest.fixture
def service(database: str) -> Iterator[Service]:
    """A service on that database."""
    made = assemble(database, sandbox=True)
    yield made
    made.close()
