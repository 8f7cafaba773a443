"""SIGKILL in the middle of acts and sweeps: afterwards nothing is lost, doubled or half-written."""

import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cases.clock import machine_time
from cases.ports import Store
from cases.store import open_store
from tests.faults.town import ENFORCEABLE_AT, enforcer, judge, license_all

KILLS = 6


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{tmp_path / 'town.db'}"


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    opened = open_store(url, clock=machine_time)
    opened.upgrade("production")
    yield opened
    opened.close()


def kill_while(url: str, arguments: list[str], said: Callable[[str], bool], chance: float) -> str:
    """Starts a victim, waits until it has said something, and kills it a moment later."""
    victim = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.victim", url, *arguments],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert victim.stdout is not None
    heard: list[str] = []
    for line in victim.stdout:
        heard.append(line)
        if said(line):
            time.sleep(chance)
            break
    victim.send_signal(signal.SIGKILL)
    rest, _ = victim.communicate(timeout=30)
    return "".join(heard) + rest


def test_a_process_killed_in_the_middle_of_acts_loses_nothing_it_confirmed(
    url: str, store: Store
) -> None:
    luck = random.Random(7)
    confirmed: set[tuple[str, str]] = set()
    for turn in range(KILLS):
        after = luck.randint(1, 12)
        lines = iter(range(1, 1000))
        heard = kill_while(
            url, ["act", str(1 + turn * 10), "10"],
            lambda _, lines=lines, after=after: next(lines) >= after,  # type: ignore[misc]
            luck.uniform(0, 0.02),
        )  # fmt: skip
        for line in heard.splitlines():
            word, case_id, event = line.split()
            assert word == "done"
            confirmed.add((case_id, event))
        judge(store)
    with store.unit(write=False) as unit:
        for case_id, event in confirmed:
            assert event in [row.event for row in unit.entries(case_id)]
    assert len(confirmed) >= KILLS


def test_a_process_killed_in_the_middle_of_a_sweep_enforces_nothing_twice(
    url: str, store: Store
) -> None:
    total = 40
    license_all(store, range(1, total + 1))
    luck = random.Random(11)
    for _ in range(KILLS):
        kill_while(url, ["sweep"], lambda line: line.startswith("ready"), luck.uniform(0, 0.3))
        states = judge(store)
        assert states["revoked"] + states["licensed_provisional"] + states["breach"] == total
    report = enforcer(store, ENFORCEABLE_AT).sweep()
    assert report.set_aside == {}
    assert judge(store) == {"revoked": total}
    assert enforcer(store, ENFORCEABLE_AT).sweep().enforced == []
