"""A pooler in transaction mode: few connections to the server, lent for one transaction each."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from cases.clock import machine_time
from cases.ports import StoreError
from cases.store import open_store
from tests.faults.town import ENFORCEABLE_AT, beating, enforcer, judge, license_all
from tests.postgres import PATIENCE_S, USER, PostgresServer

# Where there is no pgbouncer there is nothing to parametrize with, and pytest says so.
POOLERS = [found for found in [shutil.which("pgbouncer")] if found]
CONNECTIONS = 3
CONFIG = """
[databases]
* = host={server} user={user}
[pgbouncer]
listen_addr =
listen_port = 6432
unix_socket_dir = {folder}
auth_type = any
pool_mode = transaction
default_pool_size = {connections}
logfile = {folder}/log
{more}
"""


@contextmanager
def pooler(program: str, server: PostgresServer) -> Iterator[Path]:
    """A pooler before a server; the folder of its socket."""
    folder = Path(tempfile.mkdtemp(prefix="pgb-"))
    root = os.geteuid() == 0
    told = CONFIG.format(server=server.folder, user=USER, folder=folder, connections=CONNECTIONS,
                         more="user = nobody" if root else "")  # fmt: skip
    (folder / "ini").write_text(told)
    if root:
        shutil.chown(folder, pwd.getpwnam("nobody").pw_uid)
    process = subprocess.Popen([program, "-q", str(folder / "ini")], stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + PATIENCE_S
        while not (folder / ".s.PGSQL.6432").exists() and time.monotonic() < until:
            assert process.poll() is None, (folder / "log").read_text()
            time.sleep(0.02)
        yield folder
    finally:
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGKILL)
        process.wait(PATIENCE_S)
        shutil.rmtree(folder, ignore_errors=True)


def behind(url: str, folder: Path, word: str = "?pooler=transaction") -> str:
    """The address of a database by the pooler's socket."""
    name = make_url(url).database
    return f"postgresql+psycopg://{USER}@/{name}{word}&host={folder}&port=6432"


def alter(url: str, *settings: str) -> None:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        for setting in settings:
            connection.execute(f"ALTER DATABASE {make_url(url).database} SET {setting}")


SETTINGS = (
    "timezone = 'UTC'", "lock_timeout = '5s'", "idle_in_transaction_session_timeout = '60s'"
)  # fmt: skip


@pytest.mark.parametrize("program", POOLERS)
def test_acts_and_sweeps_of_many_share_a_few_connections(
    program: str, postgres_server: PostgresServer, postgres_url: str
) -> None:
    alter(postgres_url, *SETTINGS)
    with pooler(program, postgres_server) as folder:
        store = open_store(behind(postgres_url, folder), clock=machine_time)
        store.upgrade("production")
        license_all(store, range(1, 4))  # each statement often enough to be prepared elsewhere
        others = [open_store(behind(postgres_url, folder), clock=machine_time) for _ in range(4)]
        with ThreadPoolExecutor(8) as pool:
            tasks = [pool.submit(license_all, one, range(10 * n, 10 * n + 4))
                     for n, one in enumerate(others, 1)]  # fmt: skip
            for task in tasks:
                task.result(timeout=120)
        beating(store, ENFORCEABLE_AT)
        with ThreadPoolExecutor(4) as pool:
            sweeps = [pool.submit(enforcer(one, ENFORCEABLE_AT, 3).sweep) for one in others]
            reports = [task.result(timeout=120) for task in sweeps]
        assert all(report.set_aside == {} for report in reports)
        done = sorted(one.case_id for report in reports for one in report.enforced if one.adverse)
        assert len(done) == len(set(done)) == 10  # the brake counts across all of them
        assert judge(store) == {"revoked": 10, "breach": 9}
        with psycopg.connect(postgres_url.replace("+psycopg", "")) as connection:
            count = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            assert connection.execute(count).fetchall()[0][0] <= CONNECTIONS + 1
        for one in (store, *others):
            one.close()


@pytest.mark.parametrize("program", POOLERS)
def test_what_a_connection_would_bring_along_must_stand_with_the_database(
    program: str, postgres_server: PostgresServer, postgres_url: str
) -> None:
    alter(postgres_url, SETTINGS[0])
    with pooler(program, postgres_server) as folder:
        store = open_store(behind(postgres_url, folder), clock=machine_time)
        with pytest.raises(StoreError, match=r"SET lock_timeout = '5s'; .* SET idle_in"):
            store.upgrade("production")
        store.close()


def test_a_pooler_of_another_mode_is_not_named(postgres_url: str) -> None:
    with pytest.raises(StoreError, match="in session mode"):
        open_store(behind(postgres_url, Path("anywhere"), "?pooler=session"), clock=machine_time)
