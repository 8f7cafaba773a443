"""A dry run as a plan: kept, looked at, and then carried out as it stands, or not at all."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from cases.casework import Doing
from cases.clock import machine_time
from cases.errors import Misused
from cases.ports import Store
from cases.store import open_store
from machines.frozen import replace
from machines.rungs import SHANGHAI
from scheduler.brake import LIMITS, Limits
from scheduler.enforcer import Enforcer
from scheduler.holds import impose, release
from scheduler.plan_file import Plan, read, written
from scheduler.plan_run import execute, made
from tests.faults.town import (
    ENFORCEABLE_AT,
    LICENSED_AT,
    OFFICER,
    beating,
    judge,
    license_all,
    town,
)

MISSED_AT = datetime(2025, 7, 3, 0, 0, 1, tzinfo=SHANGHAI)
FIVE = ["warn:30", "warn:10", "warn:3", "missed", "enforced"]


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    url = "memory://" if request.param == "memory" else f"sqlite:///{tmp_path / 'town.db'}"
    opened = open_store(url, clock=machine_time)
    opened.upgrade("production")
    yield opened
    opened.close()


def at(store: Store, instant: datetime, limits: Limits = LIMITS) -> Enforcer:
    beating(store, instant)
    return Enforcer(town(store, instant)[0], limits=limits)


def kept(plan: Plan) -> Plan:
    """The plan as its file gives it back."""
    again = read(written(plan))
    assert again == plan
    return again


def outcomes(enforcer: Enforcer, plan: Plan) -> list[tuple[str, str, str]]:
    return [(one.line.rung, one.outcome, one.reason) for one in execute(enforcer, plan)]


def test_a_plan_says_everything_a_person_needs_to_judge_it(store: Store) -> None:
    (case_id,) = license_all(store, range(1, 2))
    plan = made(at(store, ENFORCEABLE_AT + timedelta(days=2)))
    assert [line.rung for line in plan.lines] == FIVE
    last = plan.lines[-1]
    assert (last.case_id, last.obligation, last.occurrence) == (
        case_id, "supply_promised_materials", 1
    )  # fmt: skip
    assert last.due == ENFORCEABLE_AT.replace(second=0)
    assert last.late_seconds == 2 * 24 * 3600 + 1
    assert (last.act, last.adverse, last.held) == ("revoke_for_breach", True, False)
    assert last.effects[0] == "revoke"
    assert "9.24" in last.clauses
    with store.unit(write=False) as unit:
        row = unit.case(case_id)
        assert row is not None
        assert {line.version for line in plan.lines} == {row.version}
        assert unit.meta()["instance"] == plan.database


def test_a_plan_is_carried_out_as_it_stands_and_nothing_else(store: Store) -> None:
    license_all(store, range(1, 4))
    plan = kept(made(at(store, ENFORCEABLE_AT)))
    license_all(store, range(4, 6))  # due as well, and not in the plan
    worker = at(store, ENFORCEABLE_AT + timedelta(hours=1))
    assert outcomes(worker, plan) == [(rung, "executed", "") for _ in range(3) for rung in FIVE]
    assert judge(store) == {"revoked": 3, "licensed_provisional": 2}
    with store.unit(write=False) as unit:
        for row in unit.cases():
            for entry in unit.entries(row.id):
                if entry.kind == "enforced":
                    marks = json.loads(entry.body)["marks"]
                    assert marks["sweep"] == f"plan-{plan.hash[:12]}"


def test_a_plan_that_is_repeated_finds_everything_done(store: Store) -> None:
    license_all(store, range(1, 3))
    plan = made(at(store, ENFORCEABLE_AT))
    worker = at(store, ENFORCEABLE_AT)
    execute(worker, plan)
    assert {one[1:] for one in outcomes(worker, plan)} == {("already", "")}
    assert worker.sweep().enforced == []
    assert judge(store) == {"revoked": 2}


def test_what_a_sweep_has_done_meanwhile_is_done(store: Store) -> None:
    license_all(store, range(1, 3))
    plan = made(at(store, ENFORCEABLE_AT))
    at(store, ENFORCEABLE_AT).sweep()
    assert {one[1:] for one in outcomes(at(store, ENFORCEABLE_AT), plan)} == {("already", "")}
    assert judge(store) == {"revoked": 2}


def test_a_case_that_has_changed_since_is_refused_and_the_rest_go_on(store: Store) -> None:
    ids = license_all(store, range(1, 4))
    plan = made(at(store, ENFORCEABLE_AT))
    casework, _ = town(store, ENFORCEABLE_AT)
    casework.act(ids[1], Doing("stay", {"reason": "复议", "paper": "复议-1"}), OFFICER)
    found = execute(at(store, ENFORCEABLE_AT), plan)
    refused = [one for one in found if one.outcome == "refused"]
    assert {one.line.case_id for one in refused} == {ids[1]}
    assert {one.reason for one in refused} == {"case_changed"}
    assert "planned at version 6, now at" in refused[0].detail
    states = judge(store)
    assert states["revoked"] == 2


def test_what_would_come_out_otherwise_is_refused(store: Store) -> None:
    """A plan made by another text of the program: other effects than the rule now orders."""
    license_all(store, range(1, 2))
    plan = made(at(store, ENFORCEABLE_AT))
    milder = replace(plan.lines[-1], effects=("notify",))
    plan = replace(plan, lines=(*plan.lines[:-1], milder))
    found = outcomes(at(store, ENFORCEABLE_AT), plan)
    assert {one[1:] for one in found} == {("refused", "world_changed")}
    assert judge(store) == {"licensed_provisional": 1}


def test_nothing_is_carried_out_before_its_day(store: Store) -> None:
    """Made a minute after midnight by a clock that ran fast, carried out before midnight."""
    license_all(store, range(1, 2))
    at(store, MISSED_AT).sweep()
    enforcer = at(store, ENFORCEABLE_AT)
    plan = made(enforcer)
    early = Plan(plan.database, MISSED_AT, plan.lines)
    found = outcomes(at(store, MISSED_AT), early)
    assert found == [("enforced", "refused", "not_due")]
    assert judge(store) == {"breach": 1}


def test_a_hold_and_a_brake_stand_above_a_plan(store: Store) -> None:
    license_all(store, range(1, 4))
    at(store, MISSED_AT).sweep()
    few = Limits(most=1, percent=0, at_least=1)
    plan = made(at(store, ENFORCEABLE_AT, limits=few))
    assert [line.held_by for line in plan.lines] == ["", "brake", "brake"]
    with store.unit() as unit:
        impose(unit, ENFORCEABLE_AT, "restore", "restored from a backup")
    worker = at(store, ENFORCEABLE_AT, limits=few)
    assert outcomes(worker, plan) == [("enforced", "refused", "hold")] * 3
    with store.unit() as unit:
        release(unit, ENFORCEABLE_AT, "chief", "checked")
    brake = ("enforced", "refused", "brake")
    assert outcomes(worker, plan) == [("enforced", "executed", ""), brake, brake]
    assert outcomes(worker, plan) == [("enforced", "already", ""), brake, brake]
    with store.unit(write=False) as unit:
        assert len(unit.held_cases(None, 10)) == 2
    assert judge(store) == {"revoked": 1, "breach": 2}


def test_a_case_that_is_not_there_is_refused(store: Store) -> None:
    license_all(store, range(1, 2))
    plan = made(at(store, ENFORCEABLE_AT))
    plan = replace(plan, lines=tuple(replace(line, case_id="gone") for line in plan.lines))
    found = outcomes(at(store, ENFORCEABLE_AT), plan)
    assert {one[1:] for one in found} == {("refused", "unknown_case")}


def test_a_plan_for_another_database_or_of_a_time_to_come_is_refused_whole(store: Store) -> None:
    license_all(store, range(1, 2))
    worker = at(store, ENFORCEABLE_AT)
    plan = made(worker)
    with pytest.raises(Misused, match="another database"):
        execute(worker, Plan("elsewhere", plan.made_at, plan.lines))
    with pytest.raises(Misused, match="after now"):
        execute(at(store, LICENSED_AT), plan)
    assert judge(store) == {"licensed_provisional": 1}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda text: text.replace('"adverse": true', '"adverse": false'), "has been changed"),
        (lambda text: text.replace("chengnuo-plan/1", "chengnuo-plan/9"), "is no plan"),
        (lambda text: text[: len(text) // 2], "cannot be read"),
        (lambda text: text.replace('"act"', '"deed"'), "cannot be read"),
        (lambda text: text.replace('"act"', '"spared": true, "act"'), "cannot be read"),
        (lambda text: text.replace('"database"', '"base"'), "cannot be read"),
        (lambda text: "[]", "is no plan"),
    ],
)
def test_a_file_that_is_not_as_it_was_written_is_no_plan(change, words: str) -> None:
    store = open_store("memory://", clock=machine_time)
    store.upgrade("production")
    license_all(store, range(1, 2))
    text = written(made(at(store, ENFORCEABLE_AT)))
    with pytest.raises(Misused, match=words):
        read(change(text))


def test_tomorrow_lists_the_next_day_and_what_is_held_until_then(store: Store) -> None:
    license_all(store, range(1, 4))
    evening = MISSED_AT - timedelta(hours=6)  # 2 July: the date itself
    with store.unit() as unit:
        unit.set_meta({"heartbeat": evening.isoformat()})
    found = at(store, evening).tomorrow()
    assert {line.rung for line in found} == {"missed"}  # today's reminders are today's
    assert len(found) == 3
    at(store, MISSED_AT).sweep()
    few = Limits(most=1, percent=0, at_least=1)
    found = at(store, MISSED_AT, limits=few).tomorrow()
    assert [(line.rung, line.held_by) for line in found] == [
        ("enforced", ""), ("enforced", "brake"), ("enforced", "brake")
    ]  # fmt: skip
    at(store, ENFORCEABLE_AT, limits=few).sweep()
    found = at(store, ENFORCEABLE_AT, limits=few).tomorrow()
    assert [(line.rung, line.held_by) for line in found] == [("enforced", "brake")] * 2
    assert judge(store) == {"revoked": 1, "breach": 2}
