"""One case or work item that cannot be done never stops the rest, whatever it is that fails."""

import sqlite3
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest

from cases.casework import Casework
from cases.clock import SystemClock, machine_time
from cases.enforcement import Ready, Swept, sweep_case
from cases.ports import Store, StoreError, Unit
from cases.rows import Batch, CaseRow, WorkRow
from cases.store import open_store
from machines.book import rulebook
from scheduler.enforcer import Enforcer, Report
from scheduler.runner import Runner
from tests.faults import tables
from tests.faults.town import (
    ENFORCEABLE_AT,
    beating,
    calendar,
    dispatch_all,
    enforcer,
    license_all,
)
from tests.scheduler.test_runner import until


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


def refusing(url: str, case_id: str, *, refuses: bool) -> None:
    """Makes the database refuse, or take again, whatever is entered for a case."""
    if url.startswith("sqlite"):
        connection = sqlite3.connect(url.removeprefix("sqlite:///"))
        connection.execute(
            f"CREATE TRIGGER refusing BEFORE INSERT ON entries WHEN NEW.case_id = '{case_id}' "
            "BEGIN SELECT RAISE(ABORT, 'not this one'); END" if refuses else "DROP TRIGGER refusing"
        )  # fmt: skip
        connection.commit()
        connection.close()
        return
    with psycopg.connect(url.replace("+psycopg", "")) as server:
        if not refuses:
            server.execute("DROP TRIGGER refusing ON entries")
            return
        server.execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
            "$$BEGIN RAISE EXCEPTION 'not this one'; END$$"
        )
        server.execute(
            "CREATE TRIGGER refusing BEFORE INSERT ON entries FOR EACH ROW "
            f"WHEN (NEW.case_id = '{case_id}') EXECUTE FUNCTION refuse()"
        )


def swept(store: Store, at: datetime) -> Report:
    beating(store, at)
    return enforcer(store, at).sweep()


def aside(store: Store) -> list[CaseRow]:
    with store.unit(write=False) as unit:
        return list(unit.broken_cases())


def test_a_case_that_the_database_refuses_is_set_aside_and_the_rest_of_its_batch_goes_on(
    url: str, store: Store
) -> None:
    ids = license_all(store, range(1, 8))
    refusing(url, ids[3], refuses=True)
    report = swept(store, ENFORCEABLE_AT)
    assert list(report.set_aside) == [ids[3]]
    assert "not this one" in report.set_aside[ids[3]]
    assert {one.case_id for one in report.enforced} == {*ids} - {ids[3]}
    assert [row.id for row in aside(store)] == [ids[3]]
    refusing(url, ids[3], refuses=False)
    later = ENFORCEABLE_AT + timedelta(minutes=2)
    assert {one.case_id for one in swept(store, later).enforced} == {ids[3]}
    assert tables.faults(tables.read(url), later) == []


def test_patience_with_a_broken_case_doubles_with_every_attempt(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even a bug in the code of one case: no exception of a kind that anybody foresaw."""
    ids = license_all(store, range(1, 4))
    real = sweep_case

    def stumbling(
        casework: Casework, unit: Unit, ready: Ready, now: datetime, sweep: str, *, mild_only: bool
    ) -> Swept:
        if ready.row.id == ids[0]:
            raise TypeError("'NoneType' object is not subscriptable")
        return real(casework, unit, ready, now, sweep, mild_only=mild_only)

    monkeypatch.setattr("scheduler.enforcer.sweep_case", stumbling)
    at, waits = ENFORCEABLE_AT, []
    assert {one.case_id for one in swept(store, at).enforced} == {*ids[1:]}
    for _ in range(4):
        (row,) = aside(store)
        assert row.retry_at is not None
        waits.append(round((row.retry_at - at) / timedelta(minutes=1)))
        before = swept(store, row.retry_at - timedelta(seconds=1))
        assert (before.enforced, before.set_aside) == ([], {})
        at = row.retry_at
        assert list(swept(store, at).set_aside) == [ids[0]]
    assert waits == [1, 2, 4, 8]


def test_a_database_that_is_away_is_no_fault_of_a_case(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    license_all(store, range(1, 3))
    worker = enforcer(store, ENFORCEABLE_AT)
    beating(store, ENFORCEABLE_AT)

    def gone(unit: Unit, batch: Batch) -> None:
        raise StoreError("the database server cannot be reached")

    with store.unit() as unit:
        kind = type(unit)
    with monkeypatch.context() as patch:
        patch.setattr(kind, "write", gone)
        with pytest.raises(StoreError, match="reached"):
            worker.sweep()
    assert aside(store) == []
    assert len(worker.sweep().enforced) == 2 * 5


def work_that_nobody_can_do(store: Store, n: int, at: datetime) -> None:
    """Signals to linked cases, from no case at all."""
    rows = [WorkRow(f"nobody-{k}", 1, 0, "signal", f"target-{k}", "{}", at) for k in range(n)]
    with store.unit() as unit:
        unit.write(Batch(work=tuple(rows)))


def test_any_number_of_work_items_that_cannot_be_done_lets_the_others_pass(store: Store) -> None:
    work_that_nobody_can_do(store, 103, ENFORCEABLE_AT - timedelta(days=1))
    dispatch_all(store, range(1, 2), 1)
    report = swept(store, ENFORCEABLE_AT)
    assert len([key for key in report.set_aside if key.startswith("work nobody")]) == 103
    with store.unit(write=False) as unit:
        assert unit.gauges(ENFORCEABLE_AT).work == 103
        assert [row.list for row in unit.lists(list_name="black")] == ["black"]


def test_work_that_cannot_be_done_does_not_make_late_what_falls_due_later(
    postgres_url: str,
) -> None:
    """The beat has lost patience, and comes in ten seconds: the alarm rings all the same."""
    store = open_store(postgres_url)
    store.upgrade("production")
    license_all(store, range(1, 2))
    work_that_nobody_can_do(store, 1, machine_time())
    with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as server:
        later = "UPDATE cases SET next_enforce_at = clock_timestamp() + interval '{} s'"
        server.execute(later.format(60))
        worker = Enforcer(Casework(store, rulebook(), calendar(), SystemClock()))
        runner = Runner(worker, beat_seconds=0.1)
        runner._in_vain = 9  # the next attempt in vain is followed by the longest patience
        runner.start()
        try:
            until(lambda: runner._in_vain == 10)
            due = server.execute(later.format(2) + " RETURNING next_enforce_at").fetchone()
            assert due is not None
            runner.wake()  # as whoever wrote the case would
            until(lambda: len(tables.read(postgres_url)["fired"]) == 5)
        finally:
            runner.stop()
    for row in tables.read(postgres_url)["fired"]:
        assert timedelta(0) <= row["at"] - due[0] < timedelta(seconds=1)
    store.close()


class Slow(Enforcer):
    """An enforcer that stops in the middle of its first batch until it is told to go on."""

    at_work, go_on = threading.Event(), threading.Event()

    def _fold(self, *given: object) -> object:  # type: ignore[override]
        self.at_work.set()
        assert self.go_on.wait(60)
        return super()._fold(*given)  # type: ignore[arg-type]


def test_a_later_case_of_an_enterprise_does_not_overtake_an_earlier_one(
    postgres_url: str,
) -> None:
    """Labour dispatch falls due on 30 June, freight on 2 July. One worker is at the first case of
    firm 1; another leaves its second alone, and goes on with that of firm 2."""
    store, other = open_store(postgres_url), open_store(postgres_url)
    store.upgrade("production")
    (first,) = dispatch_all(store, range(1, 2), 1)
    second, elsewhere = license_all(store, range(1, 3))
    slow = Slow(Casework(store, rulebook(), calendar(), SystemClock()), batch=1)
    worker = Enforcer(Casework(other, rulebook(), calendar(), SystemClock()))
    thread = threading.Thread(target=slow.sweep)
    thread.start()
    try:
        assert slow.at_work.wait(60)
        assert {one.case_id for one in worker.sweep().enforced} == {elsewhere}
    finally:
        slow.go_on.set()
        thread.join(60)
    worker.sweep()
    at = {row["case_id"]: row["at"] for row in tables.read(postgres_url)["fired"]}
    assert at.keys() == {first, second, elsewhere}
    assert at[first] < at[second]
    store.close()
    other.close()


def test_a_batch_that_takes_long_ends_early_and_the_rest_follows(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tenth of a second a look: two cases, and the locks are let go."""
    ids = license_all(store, range(1, 9))
    worker, sizes = enforcer(store, ENFORCEABLE_AT), []
    real, ticks = worker._fold, count()

    def noted(*given: Any) -> Any:
        sizes.append((folded := real(*given)).cases)
        return folded

    monkeypatch.setattr("scheduler.enforcer.monotonic_seconds", lambda: next(ticks) / 10)
    monkeypatch.setattr(worker, "_fold", noted)
    beating(store, ENFORCEABLE_AT)
    assert {one.case_id for one in worker.sweep().enforced} == {*ids}
    assert sizes[0] == 2
    assert max(sizes) == 2
    assert sum(sizes) == len(ids)


def test_a_sweep_may_end_after_so_many_batches(store: Store) -> None:
    """So that the report of a large backlog, which holds every step, does not outgrow memory."""
    license_all(store, range(1, 5))
    beating(store, ENFORCEABLE_AT)
    worker = enforcer(store, ENFORCEABLE_AT, batch=1)
    done = [len({one.case_id for one in worker.sweep(batches).enforced}) for batches in (1, 2, 5)]
    assert done == [1, 2, 1]


def test_a_case_that_never_rests_is_set_aside_as_it_was(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    (case_id,) = license_all(store, range(1, 2))
    with store.unit(write=False) as unit:
        before = unit.case(case_id)
    monkeypatch.setattr("cases.enforcement._NEVER_RESTS", 2)  # reminders, the miss, the consequence
    worker = enforcer(store, ENFORCEABLE_AT)
    assert "never rests" in worker.sweep().set_aside[case_id]
    with store.unit(write=False) as unit:
        after = unit.case(case_id)
    assert before is not None
    assert after is not None
    assert (after.state, after.version) == (before.state, before.version)
    monkeypatch.undo()
    later = enforcer(store, ENFORCEABLE_AT + timedelta(minutes=2))
    assert not later.sweep().set_aside
