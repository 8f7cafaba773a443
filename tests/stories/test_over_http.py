"""Stories over HTTP against a server in a process of its own: on SQLite every third story of all
reforms (`make proof` tells every one), on PostgreSQL a part of those of the first four reforms (the
engine differs by database, the reforms do not)."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from api.service import assemble
from cases.clock import machine_time
from cases.store import open_store
from tests.stories.telling import Telling, prepare, tellable

PATIENCE_S = 30
STRIDE = 1 if os.environ.get("CHENGNUO_STORIES") == "all" else 3
ON_BOTH = ("network_freight", "labour_dispatch", "eia_commitment", "domicile_commitment")


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.mark.timeout(1800 if STRIDE == 1 else 420)
@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_every_story_ends_over_http_as_the_text_says(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if engine == "postgres":
        url = str(request.getfixturevalue("postgres_url"))
    else:
        url = f"sqlite:///{tmp_path / 'stories.db'}"
    store = open_store(url, clock=machine_time)
    store.upgrade("sandbox")
    store.close()
    service = assemble(url)
    stories = tellable(None if engine == "sqlite" else ON_BOTH, STRIDE)
    prepare(service, stories)
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "api", "serve", "--sandbox", "--port", str(port), "--db", url],
        stdout=subprocess.DEVNULL,
    )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            _wait(client, server)
            Telling(client, service, stories).tell()
    finally:
        server.terminate()
        server.wait(timeout=30)
        service.close()
    wrong = {s.scenario.workflow + ": " + s.scenario.name: s.wrong for s in stories if s.wrong}
    assert wrong == {}
    assert len(stories) * STRIDE > 250


def _wait(client: httpx.Client, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        assert server.poll() is None, "the server ended by itself"
        try:
            if client.get("/readyz").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError("the server never became ready")
