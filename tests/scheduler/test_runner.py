"""The alarm clock: it sweeps at once, rings when something falls due, asks little, and stops
cleanly."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import psycopg
import pytest

from cases.casework import Casework, Doing
from cases.clock import SystemClock, machine_time
from cases.identity import Identity
from cases.ports import Store, StoreError, Unit
from cases.store import open_store
from cases.store.prepared import Prepared
from machines.book import rulebook
from scheduler.enforcer import Enforcer
from scheduler.runner import Runner
from tests.faults import tables
from tests.faults.town import ENFORCEABLE_AT, calendar, license_all

MIDNIGHT = ENFORCEABLE_AT.replace(second=0)
PLATFORM = Identity("platform", frozenset({"information_supervision"}))
FIRMS = range(1, 9)  # no more than a day may bring


class Shifted:
    """The machine's clock, moved so that it now shows an instant of the story."""

    def __init__(self, start: datetime) -> None:
        self.start(start)

    def start(self, at: datetime) -> None:
        """Shows an instant, and runs on from there."""
        self.shift = at - machine_time()

    def __call__(self) -> datetime:
        return machine_time() + self.shift


class Town:
    """A town on SQLite whose clock can be set; it beats, so that nothing is held."""

    def __init__(self, folder: Path) -> None:
        self.url = f"sqlite:///{folder / 'town.db'}"
        self.clock = Shifted(ENFORCEABLE_AT)
        self.store = open_store(self.url, clock=self.clock)
        self.store.upgrade("production")
        self.ids = license_all(self.store, FIRMS)

    def enforcer(self, at: datetime, batch: int = 200) -> Enforcer:
        """An enforcer whose clock begins to run at an instant."""
        return beginning(self.store, self.clock, at, batch)

    def fired(self, rung: str) -> list[datetime]:
        """When a rung was taken."""
        rows = tables.read(self.url)["fired"]
        return [tables.instant(row["at"]) for row in rows if row["rung"] == rung]


def beginning(store: Store, clock: Shifted, at: datetime, batch: int = 200) -> Enforcer:
    clock.start(at)
    with store.unit() as unit:
        unit.set_meta({"heartbeat": clock().isoformat()})
    return Enforcer(Casework(store, rulebook(), calendar(), SystemClock()), batch=batch)


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    opened = Town(tmp_path)
    yield opened
    opened.store.close()


@contextmanager
def running(enforcer: Enforcer, *, beat_seconds: float) -> Iterator[None]:
    """A runner at work."""
    runner = Runner(enforcer, beat_seconds=beat_seconds)
    runner.start()
    try:
        yield
    finally:
        runner.stop()


@pytest.fixture
def served(postgres_url: str) -> Iterator[Store]:
    """A store on PostgreSQL."""
    store = open_store(postgres_url)
    store.upgrade("production")
    yield store
    store.close()


def until(what: Callable[[], bool], patience_s: float = 20) -> None:
    """Waits for something. Raises AssertionError when it does not come."""
    end = time.monotonic() + patience_s
    while not what():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)


def test_enforcement_begins_within_a_second_of_its_instant_though_no_beat_is_near(
    town: Town,
) -> None:
    """The next beat is an hour away: only the alarm can have rung."""
    enforcer = town.enforcer(MIDNIGHT - timedelta(seconds=2))
    with running(enforcer, beat_seconds=3600):
        until(lambda: len(town.fired("enforced")) == len(FIRMS))
    assert max(town.fired("missed")) < MIDNIGHT
    for at in town.fired("enforced"):
        assert timedelta(0) <= at - MIDNIGHT < timedelta(seconds=1)


def test_by_the_servers_own_clock_too(postgres_url: str, served: Store) -> None:
    """The case was due long ago; its row says: in two seconds."""
    license_all(served, range(1, 2))
    with psycopg.connect(postgres_url.replace("+psycopg", "")) as server:
        (at,) = server.execute(
            "UPDATE cases SET next_enforce_at = clock_timestamp() + interval '2 s' "
            "RETURNING next_enforce_at"
        ).fetchone() or (None,)
    enforcer = Enforcer(Casework(served, rulebook(), calendar(), SystemClock()))
    with running(enforcer, beat_seconds=3600):
        until(lambda: len(tables.read(postgres_url)["fired"]) == 5)
    for row in tables.read(postgres_url)["fired"]:
        assert timedelta(0) <= row["at"] - at < timedelta(seconds=1)


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every statement that a store runs from now on."""
    heard: list[str] = []
    for name in ("found", "changed"):
        real = getattr(Prepared, name)

        def told(self: Prepared, driver: object, given: object, real: object = real) -> object:
            heard.append(self._sql)
            return real(self, driver, given)  # type: ignore[operator]

        monkeypatch.setattr(Prepared, name, told)
    return heard


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_beat_without_work_is_one_look(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest, statements: list[str]
) -> None:
    url = f"sqlite:///{tmp_path / 'town.db'}"
    if kind == "postgres":
        url = str(request.getfixturevalue("postgres_url"))
    store = open_store(url, clock=machine_time)
    store.upgrade("production")
    runner = Runner(Enforcer(Casework(store, rulebook(), calendar(), SystemClock())))
    runner.beat()  # the first heartbeat
    for _ in range(3):
        statements.clear()
        runner.beat()
        assert len(statements) == 1, statements
        assert statements[0].startswith("SELECT")
    with store.unit() as unit:
        unit.set_meta({"heartbeat": (machine_time() - timedelta(seconds=61)).isoformat()})
    runner.beat()
    with store.unit(write=False) as unit:
        beaten = datetime.fromisoformat(unit.meta()["heartbeat"])
    assert machine_time() - beaten < timedelta(seconds=30)
    store.close()


def test_many_calls_are_one_look_and_none_is_forgotten(town: Town, statements: list[str]) -> None:
    runner = Runner(town.enforcer(MIDNIGHT - timedelta(days=30)), beat_seconds=3600)
    runner.start()
    until(lambda: len(statements) > 0)
    time.sleep(0.5)
    statements.clear()
    for _ in range(100):
        runner.wake()
    until(lambda: len(statements) > 0)
    time.sleep(0.5)
    assert len(statements) == 1, "one look for all of them"
    runner.wake()
    until(lambda: len(statements) == 2)
    runner.stop()


def test_a_case_that_somebody_is_writing_is_asked_for_with_patience_and_then_enforced(
    postgres_url: str, served: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    (case_id,) = license_all(served, range(1, 2))
    enforcer = Enforcer(Casework(served, rulebook(), calendar(), SystemClock()))
    sweeps: list[float] = []
    real = enforcer.sweep

    def noted(batches: int) -> object:
        sweeps.append(time.monotonic())
        return real(batches)

    monkeypatch.setattr(enforcer, "sweep", noted)
    with running(enforcer, beat_seconds=0.05):
        with served.unit() as unit:
            unit.case(case_id, lock=True)
            time.sleep(3)
            tried = len(sweeps)
        until(lambda: len(tables.read(postgres_url)["fired"]) == 5)
    assert tried <= 4, "it asked without pause"


def test_a_database_that_fails_is_asked_again_at_growing_intervals(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    enforcer = town.enforcer(ENFORCEABLE_AT)
    asked: list[float] = []

    def unreachable() -> timedelta:
        asked.append(time.monotonic())
        raise StoreError("the database server cannot be reached")

    with monkeypatch.context() as patch:
        patch.setattr(enforcer, "wait", unreachable)
        with running(enforcer, beat_seconds=0.05):
            until(lambda: len(asked) == 3)
            patch.undo()
            until(lambda: len(town.fired("enforced")) == len(FIRMS))
    _, second = (after - before for before, after in pairwise(asked[:3]))
    assert second >= 1.9  # the first two may be a beat and the sweep at the start


def test_a_bug_in_one_sweep_does_not_end_all_that_follow(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    enforcer = town.enforcer(ENFORCEABLE_AT)
    real = enforcer.sweep
    failed: list[bool] = []

    def once(batches: int) -> object:
        if not failed:
            failed.append(True)
            raise RuntimeError("a bug")
        return real(batches)

    monkeypatch.setattr(enforcer, "sweep", once)
    with running(enforcer, beat_seconds=0.05):
        until(lambda: len(town.fired("enforced")) == len(FIRMS))
    assert failed


def test_stopping_in_the_middle_of_a_backlog_finishes_the_batch_and_loses_nothing(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    enforcer = town.enforcer(ENFORCEABLE_AT, batch=1)
    runner = Runner(enforcer)
    real, batches = enforcer._batch, []

    def third_is_the_last(report: object) -> bool:
        batches.append(report)
        if len(batches) == 3:
            enforcer.stopping.set()
        return real(report)  # type: ignore[arg-type]

    monkeypatch.setattr(enforcer, "_batch", third_is_the_last)
    runner.start()
    until(lambda: len(batches) == 3)
    begun = time.monotonic()
    runner.stop()
    assert time.monotonic() - begun < 3
    assert len(batches) == 3
    assert len(town.fired("enforced")) == 3
    assert tables.faults(tables.read(town.url), town.clock()) == []
    town.enforcer(ENFORCEABLE_AT).sweep()
    assert len(town.fired("enforced")) == len(FIRMS)


def test_stopping_waits_for_the_sweep_and_starts_no_other(town: Town) -> None:
    casework = town.enforcer(ENFORCEABLE_AT).casework
    for _ in range(20):
        runner = Runner(Enforcer(casework), beat_seconds=0.01)
        runner.start()
        runner.wake()
        runner.stop()
        done = len(tables.read(town.url)["fired"])
        runner.wake()
        runner.beat()
        assert len(tables.read(town.url)["fired"]) == done
    assert tables.faults(tables.read(town.url), town.clock()) == []


def test_what_somebody_wrote_before_the_claim_is_not_overtaken_in_the_journal(
    postgres_url: str, served: Store
) -> None:
    """A person acts between the reading of the clock and the claim: the sweep comes after."""
    (case_id,) = license_all(served, range(1, 2))
    other = open_store(postgres_url)
    desk = Casework(other, rulebook(), calendar(), SystemClock())

    class Interrupted(SystemClock):
        def now(self, unit: Unit) -> datetime:
            at = super().now(unit)
            if not acted:
                acted.append(desk.act(case_id, Doing("confirm_push"), PLATFORM))
            return at

    acted: list[object] = []
    Enforcer(Casework(served, rulebook(), calendar(), Interrupted())).sweep()
    other.close()
    found = tables.read(postgres_url)
    assert "confirm_push" in [row["event"] for row in found["entries"]]
    assert len(found["fired"]) == 2  # the act took the miss, the sweep the consequence
    assert tables.faults(found, machine_time()) == []
