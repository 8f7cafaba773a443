"""Our server as `chengnuo serve` runs it, at a fixed instant: API, console and sweeper."""

from __future__ import annotations

import pickle
import socket
import sys
from pathlib import Path

import uvicorn

from api.app import create_app
from api.service import Service
from benchmarks import samples


def main() -> None:
    """`python -m benchmarks.http_server FILE`: what it needs lies pickled in a file."""
    fd, database, at = pickle.loads(Path(sys.argv[1]).read_bytes())
    with samples.opened(database) as store:
        enforcer = samples.enforcer(store, at)
        casework = enforcer.casework
        service = Service(store, casework, enforcer, casework.clock, sandbox=False)
        app = create_app(service, with_runner=True)
        config = uvicorn.Config(app, log_level="warning", access_log=False)
        uvicorn.Server(config).run(sockets=[socket.socket(fileno=fd)])


if __name__ == "__main__":
    main()
