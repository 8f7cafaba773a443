"""The brake: a day brings so much of one consequence, then a second person is asked."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from cases.casework import Casework, Doing
from cases.clock import SandboxClock, machine_time
from cases.errors import Misused
from cases.ports import Store
from cases.safety_port import Consequence
from cases.store import open_store
from machines.book import rulebook
from machines.frozen import replace
from machines.rungs import SHANGHAI
from rules.working_days import load_calendar
from scheduler.brake import LIMITS, Limits, named, standing
from scheduler.enforcer import Enforcer
from scheduler.holds import impose
from scheduler.releases import go_on, let_go
from scheduler.sandbox import advance
from tests.faults.town import (
    ENFORCEABLE_AT,
    LICENSED_AT,
    OFFICER,
    beating,
    judge,
    license_all,
    open_case,
    steps,
    town,
)

REVOKE = Consequence("yingkou", "network_freight", "revoke_for_breach")
FEW = Limits(most=3, percent=0, at_least=3)


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    urls = {"memory": "memory://", "sqlite": f"sqlite:///{tmp_path / 'town.db'}"}
    url = urls.get(request.param) or str(request.getfixturevalue("postgres_url"))
    opened = open_store(url, clock=machine_time)
    opened.upgrade("production")
    yield opened
    opened.close()


def worker(store: Store, at: datetime, limits: Limits = FEW, batch: int = 2) -> Enforcer:
    """An enforcer whose last heartbeat was a minute ago: nothing is held by a gap."""
    beating(store, at)
    return Enforcer(town(store, at)[0], batch=batch, limits=limits)


def release(store: Store, at: datetime, by: str = "chief") -> int:
    """Recorded; whoever sweeps next brings it to the cases."""
    with store.unit() as unit:
        return let_go(unit, REVOKE, at, by, "each of them was looked at").cases


@pytest.mark.parametrize(
    ("live", "limit"),
    [(0, 10), (499, 10), (500, 10), (549, 10), (550, 11), (2499, 49), (2500, 50), (500_000, 50)],
)
def test_the_limit_is_fifty_or_two_percent_but_never_less_than_ten(live: int, limit: int) -> None:
    assert LIMITS.of(live) == limit


def test_what_is_over_the_limit_is_held_and_everything_mild_goes_on(store: Store) -> None:
    ids = license_all(store, range(1, 9))
    report = worker(store, ENFORCEABLE_AT).sweep()
    assert judge(store) == {"revoked": 3, "breach": 5}
    revoked = [one.case_id for one in report.enforced if one.adverse]
    assert {one.case_id for one in report.held} == set(ids) - set(revoked)
    assert {(one.consequence, one.obligation, one.due) for one in report.held} == {
        ("revoke_for_breach", "supply_promised_materials", ENFORCEABLE_AT.replace(second=0))
    }
    assert len([one for one in report.enforced if one.rung == "missed"]) == 8
    with store.unit(write=False) as unit:
        (stands,) = standing(unit)
        assert (stands.name, stands.cases) == (str(REVOKE), 5)
        assert (stands.taken, stands.allowed, stands.day) == (3, 3, "2025-07-04")
        assert unit.next_instant(mild_only=False) is None
    again = worker(store, ENFORCEABLE_AT).sweep()
    assert (again.enforced, again.held) == ([], [])


def test_a_second_person_lets_go_these_cases_and_no_later_ones(store: Store) -> None:
    license_all(store, range(1, 9))
    worker(store, ENFORCEABLE_AT).sweep()
    later = ENFORCEABLE_AT + timedelta(hours=3)
    assert release(store, later) == 5
    report = worker(store, later).sweep()
    assert len([one for one in report.enforced if one.adverse]) == 5
    assert report.held == []
    assert judge(store) == {"revoked": 8}
    assert worker(store, later).sweep().enforced == []
    with store.unit(write=False) as unit:
        (kept,) = unit.releases()
        assert (kept.kind, kept.cases, kept.released_by) == ("brake", 5, "chief")
        assert (kept.zone, kept.workflow, kept.consequence) == REVOKE
        assert standing(unit) == []
    license_all(store, range(9, 10))  # a late import of the same day: the count is not given back
    report = worker(store, later).sweep()
    assert [one.consequence for one in report.held] == ["revoke_for_breach"]


def test_a_release_goes_on_where_it_was_cut_off_and_is_recorded_once(store: Store) -> None:
    """Of five cases two have been let go when the process dies; what is held meanwhile stays so."""
    license_all(store, range(1, 9))
    worker(store, ENFORCEABLE_AT).sweep()
    assert release(store, ENFORCEABLE_AT) == 5
    with store.unit() as unit:
        run = unit.lock_release_run()
        assert run is not None
        unit.keep_release_run(replace(run, cases=unit.let_go(REVOKE, run.seq, 2)))
        assert standing(unit) == []  # nobody is asked about the other three again
    (late,) = license_all(store, range(9, 10))
    with store.unit() as unit:
        unit.hold_cases([(late, REVOKE.name)])  # by a sweep that is a step behind the release
    go_on(town(store, ENFORCEABLE_AT)[0])
    with store.unit(write=False) as unit:
        (kept,), (done,) = unit.releases(), unit.release_runs()
        assert (kept.cases, done.cases, done.finished_at) == (5, 5, ENFORCEABLE_AT)
        assert [row.id for row in unit.held_cases(None, 10)] == [late]
        assert [one.cases for one in standing(unit)] == [1]
        assert not unit.ahead().waiting
    go_on(town(store, ENFORCEABLE_AT)[0])  # again changes nothing
    report = worker(store, ENFORCEABLE_AT).sweep()
    assert len([one for one in report.enforced if one.adverse]) == 5
    assert judge(store) == {"revoked": 8, "breach": 1}


def test_a_case_that_somebody_is_writing_is_let_go_later(postgres_url: str) -> None:
    store = open_store(postgres_url)
    store.upgrade("production")
    license_all(store, range(1, 7))
    worker(store, ENFORCEABLE_AT).sweep()
    assert release(store, ENFORCEABLE_AT) == 3
    casework = town(store, ENFORCEABLE_AT)[0]
    with store.unit() as other:
        (first, *_) = other.held_cases(None, 1)
        other.case(first.id, lock=True)
        go_on(casework)
        with store.unit(write=False) as unit:
            assert [row.id for row in unit.held_cases(None, 10)] == [first.id]
            assert unit.release_runs()[0].finished_at is None
    assert len(worker(store, ENFORCEABLE_AT).sweep().enforced) == 3
    assert judge(store) == {"revoked": 6}
    store.close()


def test_a_brake_goes_on_standing_on_the_next_day(store: Store) -> None:
    license_all(store, range(1, 6))
    worker(store, ENFORCEABLE_AT).sweep()
    license_all(store, range(6, 7))
    morrow = ENFORCEABLE_AT + timedelta(days=1)
    report = worker(store, morrow).sweep()
    assert [one.case_id for one in report.enforced if one.adverse] == []
    assert len(report.held) == 1
    with store.unit(write=False) as unit:
        (stands,) = standing(unit)
        assert (stands.cases, stands.taken, stands.day) == (3, 0, "2025-07-05")
        assert stands.since == ENFORCEABLE_AT
    assert release(store, morrow) == 3
    worker(store, morrow).sweep()
    assert judge(store) == {"revoked": 6}


def test_a_new_day_begins_to_count_at_nothing(store: Store) -> None:
    license_all(store, range(1, 4))
    worker(store, ENFORCEABLE_AT).sweep()
    license_all(store, range(4, 7))
    report = worker(store, ENFORCEABLE_AT + timedelta(days=1)).sweep()
    assert report.held == []
    assert judge(store) == {"revoked": 6}


def test_zones_are_counted_apart(store: Store) -> None:
    license_all(store, range(1, 7), to_a_zone=3)
    report = worker(store, ENFORCEABLE_AT).sweep()
    assert report.held == []
    assert judge(store) == {"revoked": 6}


def test_two_percent_of_the_licences_live_that_morning(store: Store) -> None:
    """With 100 percent of at least 2: three of four licences may go, whatever is left by then."""
    license_all(store, range(1, 5))
    report = worker(store, ENFORCEABLE_AT, Limits(most=50, percent=75, at_least=2), 1).sweep()
    assert len(report.held) == 1
    assert judge(store) == {"revoked": 3, "breach": 1}
    with store.unit(write=False) as unit:
        assert unit.tallied("live", "yingkou", "network_freight") == 1


def test_workers_on_one_database_share_the_count(store: Store) -> None:
    license_all(store, range(1, 13))
    workers = [worker(store, ENFORCEABLE_AT, batch=1) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        reports = [done.result(timeout=120) for done in [pool.submit(w.sweep) for w in workers]]
    adverse = [one.case_id for report in reports for one in report.enforced if one.adverse]
    assert len(adverse) == len(set(adverse)) == 3
    assert judge(store) == {"revoked": 3, "breach": 9}
    assert release(store, ENFORCEABLE_AT) == 9
    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(w.sweep) for w in workers]:
            assert done.result(timeout=120).set_aside == {}
    assert judge(store) == {"revoked": 12}


def test_who_keeps_the_promise_while_held_is_not_harmed(store: Store) -> None:
    """A stay lifted later, an act, a restoration: whatever is written into a case asks anew."""
    license_all(store, range(1, 5))
    worker(store, ENFORCEABLE_AT).sweep()
    casework, _ = town(store, ENFORCEABLE_AT)
    with store.unit(write=False) as unit:
        (held,) = unit.held_cases(None, 10)
    casework.act(held.id, Doing("stay", {"reason": "复议", "paper": "复议-1"}), OFFICER)
    with store.unit(write=False) as unit:
        assert list(unit.held_cases(None, 10)) == []
    assert worker(store, ENFORCEABLE_AT).sweep().enforced == []
    casework.act(held.id, Doing("lift_stay", {"reason": "维持"}), OFFICER)
    assert len(worker(store, ENFORCEABLE_AT).sweep().held) == 1
    assert judge(store) == {"revoked": 3, "breach": 1}


def test_a_hold_comes_before_the_brake(store: Store) -> None:
    license_all(store, range(1, 6))
    with store.unit() as unit:
        impose(unit, LICENSED_AT, "restore", "restored from a backup")
    report = worker(store, ENFORCEABLE_AT).sweep()
    assert (report.held, judge(store)) == ([], {"breach": 5})
    with store.unit(write=False) as unit:
        assert list(unit.brakes()) == []


def test_a_release_says_who_and_why_and_names_a_brake_that_stands(store: Store) -> None:
    license_all(store, range(1, 5))
    worker(store, ENFORCEABLE_AT).sweep()
    for by, why in (("", "x"), ("chief", " ")):
        with store.unit() as unit, pytest.raises(Misused, match="who releases"):
            let_go(unit, REVOKE, ENFORCEABLE_AT, by, why)
    with store.unit() as unit, pytest.raises(Misused, match=f"standing: {REVOKE}"):
        let_go(unit, REVOKE._replace(name="freeze"), ENFORCEABLE_AT, "chief", "why")
    assert named(str(REVOKE)) == REVOKE
    for wrong in ("yingkou", "a/b", "a//c", "a/b/c/d"):
        with pytest.raises(Misused, match="zone/workflow/consequence"):
            named(wrong)


def test_a_dry_run_says_what_the_brake_would_hold(store: Store) -> None:
    license_all(store, range(1, 6))
    enforcer = worker(store, ENFORCEABLE_AT)
    before = [one for one in enforcer.plan() if one.adverse]
    assert [one.held_by for one in before] == ["", "", "", "brake", "brake"]
    enforcer.sweep()
    after = enforcer.plan()
    assert [(one.rung, one.held_by) for one in after] == [("enforced", "brake")] * 2


def test_the_sandbox_clock_stops_where_a_brake_holds_something_and_goes_on_from_there() -> None:
    store = open_store("memory://", clock=machine_time)
    store.upgrade("sandbox")
    clock = SandboxClock()
    casework = Casework(store, rulebook(), load_calendar(), clock)
    for number in range(1, 6):
        case_id = str(open_case(casework, number).plain["id"])
        for identity, doing in steps(number):
            casework.act(case_id, doing, identity)
    enforcer = Enforcer(casework, limits=FEW)
    august = datetime(2025, 8, 1, tzinfo=SHANGHAI)
    stopped = advance(enforcer, clock, august)
    assert stopped.now.date() == date(2025, 7, 4)
    assert len(stopped.held) == 2
    assert len([one for one in stopped.enforced if one.adverse]) == 3
    with store.unit() as unit:
        assert clock.now(unit) == stopped.now
        assert let_go(unit, REVOKE, stopped.now, "chief", "looked at").cases == 2
    done = advance(enforcer, clock, august)
    assert (done.now, done.held) == (august, ())
    assert [one.adverse for one in done.enforced] == [True, True]
