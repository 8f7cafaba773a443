"""What a process made to be killed does: acts, sweeps, or the command `chengnuo` itself.

Such processes are forked from one that has read the rulebook, so they begin within milliseconds;
each opens its own connections. What is confirmed is said into a pipe at once.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

from cases.casework import Casework, Doing
from cases.clock import SystemClock, machine_time
from cases.errors import ActRefused, Stale
from cases.identity import Identity
from cases.ports import StoreError
from cases.store import open_store
from machines.book import rulebook
from tests.faults.town import LICENSED_AT, SUPPLY, calendar, enforcer, open_case, steps, town

Race = tuple[str, Identity, Doing, str]
_FORKED = get_context("forkserver")
_FORKED.set_forkserver_preload(["tests.faults.warmed"])


def starting_line(runners: int) -> Any:
    """A barrier for so many processes."""
    return _FORKED.Barrier(runners)


class Victim:
    """A running process. `heard`: what it has confirmed so far."""

    def __init__(self, does: Callable[..., None], *words: Any) -> None:
        self._ear, mouth = _FORKED.Pipe(duplex=False)
        self.process = _FORKED.Process(target=_alone, args=(does, mouth, *words))
        self.process.start()
        mouth.close()
        self._heard: list[Any] = []

    def heard(self) -> list[Any]:
        """Everything it has said up to now."""
        with suppress(EOFError, OSError):  # what it was saying when it died was not said
            while self._ear.poll():
                self._heard.append(self._ear.recv())
        return self._heard

    def listen(self, patience_s: float = 60) -> Any:
        """Waits for its next word. Raises TimeoutError, EOFError when it is gone."""
        if not self._ear.poll(patience_s):
            raise TimeoutError(f"process {self.process.pid} says nothing")
        self._heard.append(self._ear.recv())
        return self._heard[-1]

    def kill(self) -> bool:
        """SIGKILL; True if it was still at work."""
        self.process.kill()
        self.process.join(60)
        return self.process.exitcode == -signal.SIGKILL

    def stop(self) -> None:
        """SIGTERM, as a service manager says it."""
        self.process.terminate()

    def ended(self, patience_s: float = 60) -> int | None:
        """Its exit code once it has ended; None while it has not."""
        self.process.join(patience_s)
        return self.process.exitcode


def _alone(does: Callable[..., None], mouth: Connection, *words: Any) -> None:
    """In a session of its own, so that a Ctrl+C meant for the tests is theirs alone."""
    os.setsid()
    does(mouth, *words)


def act(mouth: Connection, url: str, numbers: Sequence[int]) -> None:
    """Opens and licenses firms, each on a day of its own; says each act once it is committed. Sent
    again, an act that was done before is answered as it was then."""
    casework, clock = town(open_store(url, clock=machine_time), LICENSED_AT)
    for number in numbers:
        clock.at = LICENSED_AT + timedelta(days=number % 5)
        case_id = str(open_case(casework, number).plain["id"])
        mouth.send((case_id, "open"))
        for identity, doing in steps(number):
            casework.act(case_id, doing, identity, key=f"{number}-{doing.event}")
            mouth.send((case_id, doing.event))


def supply(mouth: Connection, url: str, cases: Sequence[tuple[int, str]], at: datetime) -> None:
    """Hands in the certificates of each firm (number, case id); says whether it was in time."""
    casework, _ = town(open_store(url, clock=machine_time), at)
    for number, case_id in cases:
        identity, doing = steps(number)[3][0], SUPPLY
        try:
            casework.act(case_id, doing, identity, key=f"{number}-{doing.event}")
            mouth.send((case_id, doing.event))
        except (ActRefused, Stale):
            mouth.send((case_id, "refused"))


def sweep(mouth: Connection, url: str, at: datetime, batch: int = 5) -> None:
    """Sweeps in small batches until nothing is left; says how much it has enforced."""
    worker = enforcer(open_store(url, clock=machine_time), at, batch=batch)
    mouth.send("ready")
    while True:
        with suppress(StoreError):
            report = worker.sweep()
            mouth.send(len(report.enforced))
            return


def race(mouth: Connection, url: str, start: Any, doings: Sequence[Race]) -> None:
    """Acts now, by the store's own clock, on cases that others are writing; says how each went."""
    store = open_store(url, clock=machine_time)
    casework = Casework(store, rulebook(), calendar(), SystemClock())
    mouth.send("ready")
    start.wait(60)
    for case_id, identity, doing, key in doings:
        try:
            casework.act(case_id, doing, identity, key=key)
            mouth.send((case_id, key, "done"))
        except ActRefused as error:
            mouth.send((case_id, key, error.refused.reason))
    store.close()


def chengnuo(mouth: Connection, *words: str) -> None:
    """The command as it is; its log goes into a file named by the first word."""
    log, *rest = words
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(file, 1)
    os.dup2(file, 2)
    from api.cli import app

    app(rest)
