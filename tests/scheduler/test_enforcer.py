"""What the enforcer does with a backlog, a broken case, a hold, and work on other aggregates."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from cases.casework import Casework, Doing, Opening
from cases.clock import FixedClock, SandboxClock, machine_time
from cases.enforcement import Ready, Swept, sweep_case
from cases.errors import Misused
from cases.identity import Identity
from cases.ports import Store, Unit
from cases.store import open_store
from machines.book import rulebook
from machines.case import Party
from machines.rungs import SHANGHAI
from rules.working_days import load_calendar
from scheduler.enforcer import Enforcer
from scheduler.holds import current, impose, release
from scheduler.sandbox import advance
from tests.faults.town import (
    ENFORCEABLE_AT,
    LICENSED_AT,
    OFFICER,
    code,
    enforcer,
    judge,
    license_all,
    open_case,
    steps,
    town,
)

MISSED_AT = datetime(2025, 7, 3, 0, 0, 1, tzinfo=SHANGHAI)


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    url = "memory://" if request.param == "memory" else f"sqlite:///{tmp_path / 'town.db'}"
    opened = open_store(url, clock=machine_time)
    opened.upgrade("production")
    yield opened
    opened.close()


def beating(store: Store, at: datetime) -> Enforcer:
    """An enforcer whose last heartbeat was a minute ago: nothing is held."""
    with store.unit() as unit:
        unit.set_meta({"heartbeat": (at - timedelta(minutes=1)).isoformat()})
    return enforcer(store, at)


def test_a_backlog_is_taken_in_due_order_once_and_never_backdated(store: Store) -> None:
    license_all(store, range(1, 11))  # no more than a day may bring
    late = ENFORCEABLE_AT + timedelta(days=20)
    report = beating(store, late).sweep()
    rungs = [(one.rung, one.case_id) for one in report.enforced]
    assert len(rungs) == len(set(rungs)) == 10 * 5
    for one in report.enforced:
        assert one.at == late
    assert judge(store) == {"revoked": 10}
    assert beating(store, late).sweep().enforced == []


def test_after_a_downtime_the_last_reminder_alone_goes_out_and_none_once_the_date_is_over(
    store: Store,
) -> None:
    """Due on 2 July; reminders on 20 May, 18 and 27 June. Every one is on record, once."""
    (case_id,) = license_all(store, range(1, 2))
    beating(store, datetime(2025, 6, 28, tzinfo=SHANGHAI)).sweep()
    late = license_all(store, range(2, 3))[0]
    beating(store, ENFORCEABLE_AT).sweep()
    assert reminders(store, case_id) == {
        "warn:30": "superseded", "warn:10": "superseded",
        "warn:3": "applicant approval supervision",
    }  # fmt: skip
    assert set(reminders(store, late).values()) == {"date_passed"}
    with store.unit(write=False) as unit:
        assert [row.case_id for row in unit.outbox(do="warn")] == [case_id]


def reminders(store: Store, case_id: str) -> dict[str, str]:
    """Each reminder on record: to whom it went, or why to nobody."""
    found = {}
    with store.unit(write=False) as unit:
        for row in unit.entries(case_id):
            body = json.loads(row.body)
            if str(body.get("because", {}).get("rung")).startswith("warn:"):
                marks = body["marks"]
                found[body["because"]["rung"]] = marks.get("unsent") or " ".join(marks["warns"])
    return found


def test_the_day_after_the_date_marks_the_miss_and_harms_nobody(store: Store) -> None:
    license_all(store, range(1, 4))
    report = beating(store, MISSED_AT).sweep()
    assert {one.adverse for one in report.enforced} == {False}
    assert judge(store) == {"breach": 3}


def test_a_heartbeat_gap_holds_what_is_adverse_until_a_person_releases_it(store: Store) -> None:
    license_all(store, range(1, 4))
    with store.unit() as unit:
        unit.set_meta({"heartbeat": (ENFORCEABLE_AT - timedelta(hours=2)).isoformat()})
    worker = enforcer(store, ENFORCEABLE_AT)
    report = worker.sweep()
    assert report.hold is not None
    assert report.hold.reason == "heartbeat_gap"
    assert judge(store) == {"breach": 3}
    plan = worker.plan()
    assert [one.held for one in plan] == [True] * 3
    with store.unit() as unit, pytest.raises(Misused):
        release(unit, ENFORCEABLE_AT, "", "no name")
    with store.unit() as unit:
        release(unit, ENFORCEABLE_AT, "chief", "the gap was a planned outage")
    assert worker.sweep().hold is None
    assert judge(store) == {"revoked": 3}
    with store.unit() as unit:
        (kept,) = unit.releases()
        assert (kept.kind, kept.consequence, kept.released_by) == ("hold", "heartbeat_gap", "chief")
        assert "planned outage" in kept.because


def test_a_clock_that_runs_back_or_jumps_holds_enforcement(store: Store) -> None:
    license_all(store, range(1, 2))
    with store.unit() as unit:
        unit.set_meta({"heartbeat": (ENFORCEABLE_AT + timedelta(minutes=10)).isoformat()})
    back = enforcer(store, ENFORCEABLE_AT).sweep()
    assert back.hold is not None
    assert back.hold.reason == "clock_step"
    with store.unit() as unit:
        release(unit, ENFORCEABLE_AT, "chief", "clock repaired")
    casework, clock = town(store, LICENSED_AT)
    worker = Enforcer(casework)
    clock.at = ENFORCEABLE_AT - timedelta(minutes=20)
    with store.unit() as unit:
        unit.set_meta({"heartbeat": clock.at.isoformat()})
    assert worker.sweep().hold is None
    clock.at = ENFORCEABLE_AT
    jumped = worker.sweep()
    assert jumped.hold is not None
    assert jumped.hold.reason == "clock_step"
    assert judge(store) == {"breach": 1}


def test_a_hold_can_be_imposed_and_there_must_be_one_to_release(store: Store) -> None:
    with store.unit() as unit:
        with pytest.raises(Misused, match="nothing is held"):
            release(unit, LICENSED_AT, "chief", "why")
        impose(unit, LICENSED_AT, "restore", "restored from a backup")
        held = current(unit)
    assert held is not None
    assert held.reason == "restore"


def test_a_dry_run_lists_who_would_be_hit_and_changes_nothing(store: Store) -> None:
    ids = license_all(store, range(1, 4))
    worker = beating(store, LICENSED_AT)
    assert worker.plan() == []
    plan = worker.plan(ENFORCEABLE_AT)
    assert {one.case_id for one in plan} == set(ids)
    assert {one.rung for one in plan} == {"warn:30", "warn:10", "warn:3", "missed", "enforced"}
    assert {one.rung for one in plan if one.adverse} == {"enforced"}
    assert judge(store) == {"licensed_provisional": 3}


def test_a_broken_case_is_set_aside_and_the_rest_go_on(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = license_all(store, range(1, 8))
    real = sweep_case

    def stumbling(
        casework: Casework, unit: Unit, ready: Ready, now: datetime, sweep: str, *, mild_only: bool
    ) -> Swept:
        if ready.row.id == ids[3]:
            raise LookupError("its definition needs a number that nobody knows")
        return real(casework, unit, ready, now, sweep, mild_only=mild_only)

    monkeypatch.setattr("scheduler.enforcer.sweep_case", stumbling)
    report = beating(store, ENFORCEABLE_AT).sweep()
    assert list(report.set_aside) == [ids[3]]
    assert judge_states(store) == {"revoked": 6, "licensed_provisional": 1}
    with store.unit() as unit:
        (broken,) = unit.broken_cases()
        assert broken.id == ids[3]
        assert "nobody knows" in str(broken.broken)
        assert broken.retry_at is not None
        assert broken.retry_at > ENFORCEABLE_AT
    monkeypatch.undo()
    assert beating(store, ENFORCEABLE_AT).sweep().enforced == []
    later = ENFORCEABLE_AT + timedelta(minutes=30)
    assert len(beating(store, later).sweep().enforced) == 5
    assert judge_states(store) == {"revoked": 7}
    with store.unit() as unit:
        assert list(unit.broken_cases()) == []


def judge_states(store: Store) -> dict[str, int]:
    with store.unit(write=False) as unit:
        rows = list(unit.cases(limit=1000))
    states: dict[str, int] = {}
    for row in rows:
        state = "revoked" if '"main":"revoked"' in row.state else "licensed_provisional"
        states[state] = states.get(state, 0) + 1
    return states


def test_the_sandbox_clock_stops_at_every_instant_on_the_way() -> None:
    store = open_store("memory://", clock=machine_time)
    store.upgrade("sandbox")
    clock = SandboxClock()
    casework = Casework(store, rulebook(), load_calendar(), clock)
    case_id = str(open_case(casework, 1).plain["id"])
    for identity, doing in steps(1):
        casework.act(case_id, doing, identity)
    worker = Enforcer(casework)
    done = advance(worker, clock, datetime(2025, 8, 1, tzinfo=SHANGHAI))
    assert [(one.rung, one.at.date().isoformat()) for one in done.enforced] == [
        ("warn:30", "2025-05-20"),
        ("warn:10", "2025-06-18"),
        ("warn:3", "2025-06-27"),
        ("missed", "2025-07-03"),
        ("enforced", "2025-07-04"),
    ]
    assert done.now == datetime(2025, 8, 1, tzinfo=SHANGHAI)
    with pytest.raises(Misused, match="only runs forward"):
        advance(worker, clock, datetime(2025, 7, 1, tzinfo=SHANGHAI))


def test_a_listing_closes_the_route_even_before_it_is_entered(store: Store) -> None:
    """An intake must not slip in between a finding and its entry on the list."""
    casework, clock = town(store, LICENSED_AT)
    firm = Identity("firm-1", frozenset({"applicant"}), enterprise=code(1))
    dispatch = blacklisted(casework, firm)
    assert dispatch == {"main": "revoked", "materials": "owed", "check": "outstanding"}
    case_id = str(open_case(casework, 1).plain["id"])
    casework.act(case_id, Doing("inform"), OFFICER)
    before = casework.look(case_id, OFFICER).plain
    blocked = {one["event"]: one["reason"] for one in before["blocked"]}
    assert blocked["determine_eligible"] == "commitment_route_closed"
    Enforcer(casework).sweep()
    after = casework.look(case_id, OFFICER).plain
    assert after["restrictions"]
    assert {one["event"]: one["reason"] for one in after["blocked"]} == blocked
    with store.unit() as unit:
        (listed,) = [row for row in unit.lists(uscc=code(1)) if row.list == "black"]
        assert "10.34" in listed.clauses
    assert clock.at == LICENSED_AT


def blacklisted(casework: Casework, firm: Identity) -> dict[str, str]:
    """The tracks of a dispatch licence revoked for untrue material: reform 10's blacklist."""
    approver = Identity("a", frozenset({"approval"}))
    inspector = Identity("b", frozenset({"approval"}))
    party = Party("enterprise", "虚构派遣有限公司", firm.enterprise)
    plain = casework.open(Opening("labour_dispatch", party, "yingkou"), firm).plain
    case_id = str(plain["id"])
    for event, identity in (
        ("inform_once", approver), ("commit", firm), ("hand_in_upfront", firm),
        ("decide_and_issue", approver), ("find_ground", inspector), ("revoke", approver),
    ):  # fmt: skip
        casework.act(case_id, doing_of(casework, case_id, event, identity), identity)
    return dict(casework.look(case_id, OFFICER).plain["tracks"])


def doing_of(casework: Casework, case_id: str, event: str, identity: Identity) -> Doing:
    """An act filled from the examples of its own schema."""
    plain = casework.look(case_id, identity).plain
    offer = next(one for one in plain["available"] if one["event"] == event)
    schema = offer["facts_schema"]
    facts = {name: schema["properties"][name]["examples"][0] for name in schema["required"]}
    documents = schema["properties"].get("documents", {}).get("items", {}).get("enum", [])
    return Doing(event, facts, dict.fromkeys(documents))


def test_a_fixed_clock_answers_what_it_was_set_to(store: Store) -> None:
    with store.unit() as unit:
        assert FixedClock(LICENSED_AT).now(unit) == LICENSED_AT


def test_a_batch_is_as_large_as_its_time_allows(store: Store) -> None:
    worker = beating(store, ENFORCEABLE_AT)
    most = worker.batch
    worker._pace(10, 0.5)
    assert worker.at_once == 3, "ten in half a second, three in 0.15"
    worker._pace(2, 10.0)
    assert worker.at_once == 1, "one case is always taken"
    worker._pace(1, 0.0001)
    assert worker.at_once == most
    worker._pace(0, 5.0)
    assert worker.at_once == most, "a look that finds nothing says nothing"
