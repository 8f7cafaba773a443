"""The alarm clock: it sweeps at once, rings when something falls due, and stops cleanly."""

import time
from datetime import datetime, timedelta
from pathlib import Path

from cases.casework import Casework
from cases.clock import SystemClock, machine_time
from cases.ports import Store
from cases.store import open_store
from machines.book import rulebook
from rules.working_days import load_calendar
from scheduler.enforcer import Enforcer
from scheduler.runner import Runner
from tests.faults.town import ENFORCEABLE_AT, judge, license_all


class Shifted:
    """The machine's clock, moved so that it now shows an instant of the story."""

    def __init__(self, start: datetime) -> None:
        self.shift = start - machine_time()

    def __call__(self) -> datetime:
        return machine_time() + self.shift


def opened(path: Path, start: datetime) -> tuple[Store, Enforcer]:
    clock = Shifted(start)
    store = open_store(f"sqlite:///{path / 'town.db'}", clock=clock)
    store.upgrade("production")
    license_all(store, range(1, 4))
    with store.unit() as unit:
        unit.set_meta({"heartbeat": clock().isoformat()})
    return store, Enforcer(Casework(store, rulebook(), load_calendar(), SystemClock()))


def wait_for(store: Store, state: str) -> float:
    begun = time.monotonic()
    while time.monotonic() - begun < 20:
        if judge(store) == {state: 3}:
            return time.monotonic() - begun
        time.sleep(0.05)
    raise AssertionError(f"never {state}: {judge(store)}")


def test_enforcement_begins_at_its_instant_though_no_beat_is_near(tmp_path: Path) -> None:
    """The next beat is an hour away: only the alarm can have rung."""
    midnight = ENFORCEABLE_AT.replace(second=0)
    store, enforcer = opened(tmp_path, midnight - timedelta(seconds=3))
    runner = Runner(enforcer, beat_seconds=3600)
    runner.start()
    try:
        wait_for(store, "breach")
        wait_for(store, "revoked")
        with store.unit() as unit:
            for row in unit.cases():
                (last,) = [e for e in unit.entries(row.id) if e.event == "revoke_for_breach"]
                assert timedelta(0) <= last.at - midnight < timedelta(seconds=5)
    finally:
        runner.stop()
        store.close()


def test_stopping_waits_for_the_sweep_and_starts_no_other(tmp_path: Path) -> None:
    store, enforcer = opened(tmp_path, ENFORCEABLE_AT)
    for _ in range(20):
        runner = Runner(enforcer, beat_seconds=0.01)
        runner.start()
        runner.wake()
        runner.stop()
        runner.wake()
    assert set(judge(store)) <= {"licensed_provisional", "breach", "revoked"}
    store.close()
