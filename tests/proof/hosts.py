"""`python -m tests.proof.hosts [--cases N]`: PostgreSQL, API and enforcers on hosts of their own.

Five hosts: the database, the service, two enforcers (the clock of one is wrong by sixty days, its
zone another), and an office that acts over HTTP all the while. One enforcer is cut off in the
middle of a sweep; then the database crashes in the middle of one; then the enforcer that was cut
off has to do the rest alone. Judged from the tables: nothing lost, doubled, early or out of order.

Needs root and `ip`; says so plainly where it has not got them. Ends with 1 for a finding.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import psycopg

from api.cli_database import prepare
from cases.clock import machine_time
from cases.store import open_store
from tests.faults import tables
from tests.faults.crowd import Sample, copies, sample_of
from tests.faults.siege import OWED
from tests.faults.town import due_on, license_all, open_case, steps, town
from tests.proof.network import Host, hosts, impossible

NAMES = ("database", "service", "first", "second", "office")
WRONG_DAYS, NEARLY_SIX_MONTHS = 60, 175
LATER = range(9_000_001, 9_000_009)
PATIENCE_S, VISITS = 300, 50
_STOPPED = """SELECT count(DISTINCT client_addr) FROM pg_stat_activity
    WHERE host(client_addr) = ANY(%s) AND backend_xid IS NOT NULL AND wait_event_type = 'Lock'"""


@dataclass
class Scene:
    """The hosts, and what runs on them."""

    hosts: dict[str, Host]
    folder: Path
    database: subprocess.Popen[bytes]
    socket: str
    running: dict[str, subprocess.Popen[bytes]]

    @property
    def url(self) -> str:
        """The database as the judge reaches it: without the network."""
        return f"postgresql+psycopg://postgres@/town?host={self.socket}"

    def order(self, word: str) -> None:
        """Has the database crash, or start."""
        assert self.database.stdin is not None
        assert self.database.stdout is not None
        self.database.stdin.write(f"{word}\n".encode())
        self.database.stdin.flush()
        assert self.database.stdout.readline() == b"done\n"

    def start(self, name: str, host: str, *words: str, env: dict[str, str] | None = None) -> None:
        """Starts something; what it says goes into a file."""
        with (self.folder / f"{name}.log").open("wb") as log:
            self.running[name] = self.hosts[host].start(*words, log=log, env=env)

    def stop(self, name: str) -> int:
        """SIGTERM; the exit code, or -9 for one that did not end within ten seconds."""
        process = self.running.pop(name)
        process.terminate()
        try:
            return process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()

    def said(self, name: str) -> str:
        """The log of something; nothing of what was never started."""
        file = self.folder / f"{name}.log"
        return file.read_text(errors="replace") if file.exists() else ""


@contextmanager
def scene(network: list[Host]) -> Iterator[Scene]:
    """A database on its host, empty but for its schema; everything ended afterwards."""
    by_name = dict(zip(NAMES, network, strict=True))
    host = by_name["database"]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hosts-")))
        database = host.start("tests.proof.database", host.address, log=subprocess.PIPE)
        stack.callback(_end, database)
        assert database.stdout is not None
        socket = database.stdout.readline().decode().strip()
        found = Scene(by_name, folder, database, socket, {})
        stack.callback(_end_all, found.running)
        with psycopg.connect(host=socket, user="postgres", autocommit=True) as server:
            server.execute("CREATE DATABASE town")
        prepare(found.url, sandbox=False)
        yield found


def _end_all(running: dict[str, subprocess.Popen[bytes]]) -> None:
    for each in running.values():
        each.terminate()
        _end(each)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        process.stdin.close()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def begin(at: Scene) -> str:
    """The service and both enforcers, up and waiting; the token of the office."""
    there = f"postgresql+psycopg://postgres@{at.hosts['database'].address}/town"
    token = subprocess.run(
        [sys.executable, "-m", "api", "token", "--user", "office", "--db", at.url,
         "--role", "information_supervision"],
        capture_output=True, text=True, check=True,
    ).stdout.split()[0]  # fmt: skip
    service = at.hosts["service"].address
    at.start("service", "service", "api", "serve", "--host", service, "--db", there)
    at.start("first", "first", "api", "worker", "--db", there)
    wrong = {"TZ": "America/Los_Angeles"}
    skew = ("tests.proof.skewed", str(WRONG_DAYS))
    at.start("second", "second", *skew, "worker", "--db", there, env=wrong)
    for name, word in (("service", "Chengnuo"), ("first", "started"), ("second", "started")):
        _until(f"{name} is up", lambda name=name, word=word: word in at.said(name))  # type: ignore[misc]
    return token


def fill(at: Scene) -> Sample:
    """One licence that is long overdue, to be copied before anybody sweeps it, and some whose dates
    are to come: with the wrong clock they would be over."""
    store = open_store(at.url)
    casework, _ = town(store, machine_time() - timedelta(days=NEARLY_SIX_MONTHS))
    for number in LATER:
        case_id = str(open_case(casework, number, "area-later").plain["id"])
        for identity, doing in steps(number):
            casework.act(case_id, doing, identity)
        day = due_on(store, case_id)
        assert day is not None
        assert day > machine_time().date()
    (overdue,) = license_all(store, range(1, 2))
    store.close()
    return sample_of(at.url, overdue)


def story(at: Scene, cases: int) -> list[str]:
    """Everything that happens; what is wrong at the end."""
    sample = fill(at)
    token = begin(at)
    first, second = at.hosts["first"], at.hosts["second"]
    visit(at, token, "office", copies(at.url, sample, range(8, 8 + cases), 8))
    with in_mid_sweep(at, first):
        first.cut_off()
        _say(f"  the first enforcer is cut off, with {left(at)} of {cases} cases left")
    _until("the others do all the rest", lambda: not left(at))
    first.join()
    visit(at, token, "again", copies(at.url, sample, range(8 + cases, 8 + 2 * cases), 8))
    with in_mid_sweep(at, first, second):
        at.order("crash")
    time.sleep(3)
    at.order("start")
    _until("after the crash all the rest is done", lambda: not left(at))
    for name in ("office", "again"):
        _until(f"{name} is done", lambda name=name: at.running[name].poll() is not None)  # type: ignore[misc]
    codes = {name: at.stop(name) for name in ("second", "service")}
    copies(at.url, sample, range(8 + 2 * cases, 8 + 3 * cases), 8)
    _until("the first enforcer does a third backlog alone", lambda: not left(at))
    codes["first"] = at.stop("first")
    return [*verdict(at), *(f"{name} ended with {code}" for name, code in codes.items() if code)]


def visit(at: Scene, token: str, name: str, cases: list[str]) -> None:
    """The office begins to act on some of the cases, the last to be swept first."""
    file = at.folder / f"{name}.cases"
    file.write_text("\n".join(cases[:: -max(1, len(cases) // VISITS)]))
    service = f"http://{at.hosts['service'].address}:8000"
    at.start(name, "office", "tests.proof.visitor", service, token, str(file))


def verdict(at: Scene) -> list[str]:
    """What the tables say, and what the office was told."""
    found = tables.read(at.url)
    wrong = tables.faults(found, machine_time())
    wrong += tables.unfinished(found, machine_time(), OWED, late_acts=True)
    answers = [line.split() for name in ("office", "again") for line in at.said(name).splitlines()]
    pushed = [row["case_id"] for row in found["entries"] if row["event"] == "confirm_push"]
    confirmed = [case_id for case_id, status, _ in answers if status == "200"]
    if sorted(pushed) != sorted(confirmed):
        wrong.append(f"{len(pushed)} acts are on record, {len(confirmed)} were confirmed")
    strange = {status for _, status, _ in answers} - {"200", "409"}
    again = sum(int(tries) > 1 for _, _, tries in answers)
    if strange or not again:
        wrong.append(f"the office was answered {strange or 'always: it never felt the crash'}")
    wrong += [
        f"{name}: a traceback" for name in ("first", "second") if "Traceback" in at.said(name)
    ]
    _say(f"{len(found['cases'])} cases, {len(found['fired'])} rungs, {len(answers)} acts over HTTP "
         f"({len(confirmed)} confirmed, {again} sent again)")  # fmt: skip
    return wrong


@contextmanager
def in_mid_sweep(at: Scene, *enforcers: Host) -> Iterator[None]:
    """A moment in which each of them has written part of a batch, and cannot go on."""
    addresses = [host.address for host in enforcers]
    with psycopg.connect(at.url.replace("+psycopg", "")) as server:
        server.execute("LOCK TABLE fired IN SHARE MODE")
        names = " and ".join(host.name for host in enforcers)
        stopped = lambda: _one(at, _STOPPED, addresses) == len(addresses)  # noqa: E731
        _until(f"in mid-sweep: {names}", stopped)
        yield
        with suppress(psycopg.OperationalError):  # it may have crashed meanwhile
            server.rollback()


def left(at: Scene) -> int:
    """How many cases are due still, by their rows alone."""
    return _one(at, "SELECT count(*) FROM cases WHERE next_enforce_at <= now()")


def _one(at: Scene, query: str, *given: object) -> int:
    with psycopg.connect(at.url.replace("+psycopg", "")) as server:
        (found,) = server.execute(query, given).fetchone() or (0,)
    return int(found)


def _until(what: str, so: Callable[[], object]) -> None:
    begun = time.monotonic()
    while not so():
        if time.monotonic() - begun > PATIENCE_S:
            raise TimeoutError(f"it never came: {what}")
        time.sleep(0.02)
    _say(f"  {what} ({time.monotonic() - begun:.1f} s)")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main(cases: int) -> int:
    """0 where it went well, or cannot be done here; 1 for a finding."""
    why = impossible()
    if why is not None:
        _say(f"not possible here: {why}")
        return 0
    with hosts(NAMES) as network, scene(network) as at:
        try:
            wrong = story(at, cases)
        except (AssertionError, TimeoutError) as error:
            wrong = [f"{type(error).__name__}: {error}"]
        for line in wrong:
            _say(f"FOUND {line}")
        if wrong:
            for name in ("service", "first", "second"):
                _say(f"--- {name}\n{at.said(name)[-2000:]}")
    _say("hosts: nothing lost, doubled, early or out of order" if not wrong else "hosts: findings")
    return 1 if wrong else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=2000, metavar="N")
    sys.exit(main(parser.parse_args().cases))
