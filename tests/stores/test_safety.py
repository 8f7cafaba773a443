"""Brakes and the cases they hold, releases, outages, tallies: alike on every store."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import create_engine, text

from cases.ports import Conflict, Store, StoreError, Unit
from cases.rows import Batch, CaseRow
from cases.safety_port import Consequence, Gauges, Pile
from cases.store import open_store
from cases.store.migrate import config
from machines.frozen import replace
from tests.stores import samples as s

REVOKE = Consequence("yingkou", "freight", "revoke")


def _due(case_id: str, days: float, mild: float | None = None, **fields) -> CaseRow:
    return s.case(
        case_id,
        next_enforce_at=s.later(days=days),
        next_mild_at=None if mild is None else s.later(days=mild),
        **fields,
    )


def _open(store: Store, *cases: CaseRow) -> None:
    with store.unit() as unit:
        unit.write(s.opened(*cases))


def _hold(store: Store, *ids: str, of: str = "revoke") -> None:
    with store.unit() as unit:
        unit.hold_cases([(case_id, of) for case_id in ids])


def _claimed(store: Store, *, days: float = 10, mild_only: bool = False) -> list[str]:
    with store.unit() as unit:
        rows = unit.claim_cases(s.later(days=days), 10, mild_only=mild_only, now=s.AT)
        return [row.id for row in rows]


def test_a_counter_is_begun_once_and_kept(store: Store) -> None:
    with store.unit() as unit:
        assert unit.lock_brake(REVOKE) is None
        unit.begin_brake(s.brake())
        unit.begin_brake(s.brake(taken=0))
        assert unit.lock_brake(REVOKE) == s.brake()
        stopped = s.brake(taken=10, stopped_at=s.AT, day=s.DAY + timedelta(days=1))
        unit.keep_brake(stopped)
        unit.begin_brake(s.brake(zone="another"))
    with store.unit(write=False) as unit:
        assert list(unit.brakes()) == [s.brake(zone="another"), stopped]


def test_workers_that_count_at_once_count_every_act(store: Store) -> None:
    """Eight of them begin and raise the same counter; nobody's count is lost."""

    def count() -> None:
        with store.unit() as unit:
            row = unit.lock_brake(REVOKE)
            if row is None:
                unit.begin_brake(s.brake(taken=0))
                row = unit.lock_brake(REVOKE)
            assert row is not None
            unit.keep_brake(replace(row, taken=row.taken + 1))

    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(count) for _ in range(40)]:
            done.result(timeout=60)
    with store.unit(write=False) as unit:
        (row,) = unit.brakes()
        assert row.taken == 40


def test_a_case_that_is_held_is_claimed_for_what_harms_nobody(store: Store) -> None:
    _open(store, _due("c1", 1, mild=4), _due("c2", 2), _due("c3", 3))
    _hold(store, "c1", "c2")
    assert _claimed(store, days=3) == ["c3"]
    assert _claimed(store, days=4) == ["c3", "c1"]
    assert _claimed(store, days=4, mild_only=True) == ["c1"]
    with store.unit(write=False) as unit:
        assert unit.next_instant(mild_only=False) == s.later(days=3)
        assert unit.next_instant(mild_only=True) == s.later(days=4)
        held = unit.case("c1")
        assert held is not None
        assert (held.held, held.released, held.version) == ("revoke", None, 1)


def test_what_is_let_go_is_claimed_again(store: Store) -> None:
    _open(store, _due("c1", 1), _due("c2", 2), _due("c3", 3), _due("c4", 4, zone="another"))
    _hold(store, "c1", "c2", "c4")
    _hold(store, "c3", of="freeze")
    assert _claimed(store) == []
    with store.unit() as unit:
        assert unit.let_go(REVOKE, 1, 10) == 2
        assert unit.let_go(REVOKE, 1, 10) == 0
    assert _claimed(store) == ["c1", "c2"]
    with store.unit() as unit:
        released = unit.case("c1")
        assert released is not None
        assert (released.held, released.released) == (None, "revoke")
        unit.write(Batch(cases=((_due("c1", 5, version=2), 1),)))
    with store.unit(write=False) as unit:
        assert unit.case("c1") == _due("c1", 5, version=2)  # writing it clears the mark


def test_some_are_let_go_at_a_time_and_none_that_were_held_after_the_release(store: Store) -> None:
    _open(store, *(_due(f"c{n}", n) for n in range(1, 6)))
    with store.unit() as unit:
        unit.begin_brake(s.brake())
    _hold(store, "c2", "c3", "c4")
    with store.unit() as unit:
        unit.keep_brake(s.brake(last_release=7))
        assert unit.let_go(REVOKE, 7, 2) == 2
    _hold(store, "c1", "c5")  # before the last batch, and the first of them due before them all
    with store.unit() as unit:
        assert [(pile.after, pile.cases) for pile in unit.piles()] == [(0, 1), (7, 2)]
        assert unit.let_go(REVOKE, 7, 2) == 1
        assert unit.let_go(REVOKE, 7, 2) == 0
        found = {row.id: (row.held, row.held_after, row.released) for row in unit.cases()}
    free, kept = (None, None, "revoke"), ("revoke", 7, None)
    assert found == {"c1": kept, "c2": free, "c3": free, "c4": free, "c5": kept}


def test_a_release_is_gone_on_with_where_it_was_left(store: Store) -> None:
    with store.unit() as unit:
        assert unit.lock_release_run() is None
        unit.keep_release_run(s.release_run(4))
        unit.keep_release_run(s.release_run(3))
    with store.unit() as unit:
        assert unit.ahead().waiting
        assert unit.lock_release_run() == s.release_run(3)
        unit.keep_release_run(s.release_run(3, cases=7, finished_at=s.AT))
        assert unit.lock_release_run() == s.release_run(4)
        assert [row.cases for row in unit.release_runs()] == [7, 0]
        unit.keep_release_run(s.release_run(4, finished_at=s.AT))
        assert not unit.ahead().waiting


def test_the_cases_held_are_counted_and_listed(store: Store) -> None:
    _open(store, *(_due(f"c{n}", 10 - n) for n in range(5)), _due("d1", 1, zone="another"))
    _hold(store, "c0", "c1", "c2", "d1")
    _hold(store, "c3", of="freeze")
    freeze = REVOKE._replace(name="freeze")
    with store.unit(write=False) as unit:
        assert list(unit.piles()) == [
            Pile(REVOKE._replace(zone="another"), 0, 1, s.later(days=1)),
            Pile(freeze, 0, 1, s.later(days=7)),
            Pile(REVOKE, 0, 3, s.later(days=8)),
        ]
        assert _pages(lambda after: unit.held_cases(after, 2)) == ["d1", "c3", "c2", "c1", "c0"]
        at = s.later(days=30)
        assert _pages(lambda after: unit.due_cases(at, after, 2)) == ["c4"]


def _pages(page: Callable) -> list[str]:
    found: list[CaseRow] = []
    while rows := page(found[-1] if found else None):
        found.extend(rows)
    return [row.id for row in found]


def test_what_is_due_is_listed_in_pages_without_claiming_it(store: Store) -> None:
    ids = ["c5", "c3", "c4", "c1", "c2"]
    _open(store, *(_due(case_id, n // 2) for n, case_id in enumerate(ids)), _due("c9", 9))
    with store.unit(write=False) as unit:
        at = s.later(days=5)
        found = _pages(lambda after: unit.due_cases(at, after, 2))
        assert found == ["c3", "c5", "c1", "c4", "c2"]


def test_releases_and_outages_are_appended(store: Store) -> None:
    hold = s.release(2, kind="hold", zone=None, workflow=None, consequence="heartbeat_gap")
    with store.unit() as unit:
        unit.add_release(s.release())
        unit.add_release(hold)
        unit.add_outage(s.outage())
        unit.add_outage(s.outage(2, zone="yingkou"))
    with store.unit(write=False) as unit:
        assert list(unit.releases()) == [s.release(), hold]
        assert list(unit.outages()) == [s.outage(), s.outage(2, zone="yingkou")]
    again: tuple[Callable[[Unit], None], ...] = (
        lambda unit: unit.add_release(s.release()),
        lambda unit: unit.add_outage(s.outage(2)),
    )
    for add in again:
        with pytest.raises(Conflict), store.unit() as unit:
            add(unit)


def test_an_outage_is_told_from_where_it_was_left(store: Store) -> None:
    with store.unit() as unit:
        assert unit.lock_outage_run() is None
        unit.keep_outage_run(s.outage_run(2))
        unit.keep_outage_run(s.outage_run(1))
    with store.unit() as unit:
        assert unit.lock_outage_run() == s.outage_run(1)
        unit.keep_outage_run(s.outage_run(1, through="c7", cases=3, finished_at=s.AT))
        assert unit.lock_outage_run() == s.outage_run(2)
        assert [row.through for row in unit.outage_runs()] == ["c7", ""]


def test_who_owes_something_since_a_day_is_found_by_id(store: Store) -> None:
    day = s.DAY
    duties = {
        "c1": s.obligation("c1", due_on=day),
        "c2": s.obligation("c2", due_on=day - timedelta(days=1)),
        "c3": s.obligation("c3", side="authority"),
        "c4": s.obligation("c4", status="missed", side="third_party"),
        "c5": s.obligation("c5", status="met"),
        "c6": s.obligation("c6", due_on=None, kind="event"),
        "c7": s.obligation("c7", due_on=day - timedelta(days=9), latest=day),
    }
    rows = [s.case(case_id, zone="west" if case_id == "c4" else "yingkou") for case_id in duties]
    with store.unit() as unit:
        unit.write(s.opened(*rows, obligations=tuple(duties.values())))
    with store.unit() as unit:

        def found(zone: str | None, after: str = "", limit: int = 9) -> list[str]:
            rows = unit.owing_cases(day, zone, after, limit, lock=True)
            assert rows == unit.owing_cases(day, zone, after, limit, lock=False)
            return [row.id for row in rows]

        assert found(None) == ["c1", "c4", "c6", "c7"]
        assert found("yingkou", limit=2) == ["c1", "c6"]
        assert found("yingkou", "c6") == ["c7"]


def test_a_number_is_the_sum_of_what_was_added(store: Store) -> None:
    for value in (2, -1):
        with store.unit() as unit:
            unit.write(Batch(tallies=(s.tally(value=value), s.tally(shard=3, value=value))))
    other = s.tally(name="late", label="60", value=5)
    with store.unit() as unit:
        unit.write(Batch(tallies=(other, s.tally(workflow="dispatch"))))
        assert unit.tallied("open", "yingkou", "freight") == 2
        assert unit.tallied("open", "yingkou", "nothing") == 0
        dispatch = s.tally(workflow="dispatch")
        assert list(unit.tallies()) == [other, dispatch, s.tally(value=2)]


def test_what_waits_is_counted(store: Store) -> None:
    with store.unit(write=False) as unit:
        assert unit.gauges(s.AT) == Gauges(0, None, 0, None, 0, 0)
    _open(store, _due("c1", 1), _due("c2", 2), _due("c3", 3, mild=2), _due("c4", 4), _due("c5", 5))
    _hold(store, "c2", "c3")
    with store.unit() as unit:
        unit.set_aside("c5", "why", s.later(days=9))
        unit.write(Batch(work=(s.work(), s.work(seq=2, done_at=s.AT))))
    with store.unit(write=False) as unit:
        day = s.later
        assert unit.gauges(day(days=0.5)) == Gauges(0, None, 2, day(days=2), 1, 1, s.AT)
        assert unit.gauges(day(days=2)) == Gauges(2, day(days=1), 2, day(days=2), 1, 1, s.AT)
        counts = [unit.gauges(day(days=n)).due for n in range(6)]
        assert counts == [0, 1, 2, 2, 3, 3]
        assert all(before <= after for before, after in pairwise(counts))


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_an_older_database_counts_its_cases_once(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'old.db'}"
    if kind == "postgresql":
        url = str(request.getfixturevalue("postgres_url"))
    live = '{"tracks":{},"licences":{"a":{"status":"live"},"b":{"status":"revoked"}}}'
    suspended = '{"licences":{"a":{"status":"suspended"}}}'
    engine = create_engine(url)
    with engine.begin() as connection:
        revisions = config()
        revisions.attributes["connection"] = connection
        command.upgrade(revisions, "0003")
        for number, (state, closed) in enumerate([(live, False), (suspended, True), ("{}", False)]):
            connection.execute(
                text(
                    "INSERT INTO cases VALUES (:id, 'yingkou', 'freight', 'd1', 'enterprise', 'x',"
                    " NULL, :state, 1, 'h', false, :closed, :at, :at, NULL, NULL, NULL, NULL, 0)"
                ),
                {"id": f"c{number}", "state": state, "closed": closed,
                 "at": "2025-01-02T01:00:00.000000+00:00"},
            )  # fmt: skip
    engine.dispose()
    store = open_store(url)
    store.upgrade()
    with store.unit(write=False) as unit:
        assert unit.tallied("open", "yingkou", "freight") == 2
        assert unit.tallied("live", "yingkou", "freight") == 2
        assert [row.held for row in unit.cases()] == [None] * 3
    store.close()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_what_an_older_database_holds_is_let_go_by_any_release(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'old.db'}"
    if kind == "postgresql":
        url = str(request.getfixturevalue("postgres_url"))
    engine = create_engine(url)
    with engine.begin() as connection:
        revisions = config()
        revisions.attributes["connection"] = connection
        command.upgrade(revisions, "0006")
        connection.execute(
            text(
                "INSERT INTO cases VALUES ('c1', 'yingkou', 'freight', 'd1', 'enterprise', 'x',"
                " NULL, '{}', 1, 'h', false, false, :at, :at, :at, NULL, NULL, NULL, 0, 'revoke',"
                " NULL, NULL)"
            ),
            {"at": "2025-01-02T01:00:00.000000+00:00"},
        )
        brake = (
            "INSERT INTO brakes VALUES ('yingkou', 'freight', 'revoke', '2025-01-02', 0, 0, :at)"
        )
        connection.execute(text(brake), {"at": "2025-01-02T01:00:00.000000+00:00"})
    engine.dispose()
    store = open_store(url)
    store.upgrade()
    with store.unit() as unit:
        row = unit.lock_brake(REVOKE)
        assert row is not None
        assert row.last_release is None
        assert [(pile.after, pile.cases) for pile in unit.piles()] == [(0, 1)]
        assert unit.let_go(REVOKE, 1, 10) == 1
    store.close()


@pytest.mark.parametrize(
    "change",
    [
        lambda unit: unit.lock_brake(REVOKE),
        lambda unit: unit.begin_brake(s.brake()),
        lambda unit: unit.keep_brake(s.brake()),
        lambda unit: unit.hold_cases([("c1", "revoke")]),
        lambda unit: unit.let_go(REVOKE, 1, 10),
        lambda unit: unit.lock_release_run(),
        lambda unit: unit.keep_release_run(s.release_run()),
        lambda unit: unit.add_release(s.release()),
        lambda unit: unit.add_outage(s.outage()),
        lambda unit: unit.lock_outage_run(),
        lambda unit: unit.keep_outage_run(s.outage_run()),
    ],
)
def test_a_unit_that_only_reads_changes_nothing(kept: Store, change) -> None:
    with pytest.raises(StoreError, match="only reads"), kept.unit(write=False) as unit:
        change(unit)
