"""The demonstration zone: its sign-ins, its cases, and that no clock harms a real enterprise."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from api.demo import in_memory
from api.sandbox_zone import ACCOUNTS, ZONE, seed
from api.service import Service
from api.stage import AUDITOR
from api.stories import REAL_FREIGHT
from cases.clock import SANDBOX_START, SandboxClock
from cases.errors import Misused
from cases.identity import identify
from machines.book import rulebook
from machines.rungs import SHANGHAI
from rules.credit_code import problem_with
from scheduler.sandbox import advance


@pytest.fixture
def service() -> Iterator[Service]:
    made = in_memory()
    seed(made)
    yield made
    made.close()


def _cases(service: Service) -> list[dict[str, Any]]:
    with service.store.unit(write=False) as unit:
        ids = [row.id for row in unit.cases(limit=100)]
    return [dict(service.casework.look(one, AUDITOR).plain) for one in ids]


def test_there_is_an_account_for_every_role_of_the_reforms() -> None:
    needed = {"auditor", "admin", "supervisor", "enforcement"}
    for workflow in rulebook().workflows.values():
        for edge in workflow.definition.transitions:
            needed.update(role for role in edge.role if role != "engine")
    assert needed <= {role for account in ACCOUNTS for role in account.roles}
    assert sum(account.roles == ("approval",) for account in ACCOUNTS) >= 2


def test_every_token_signs_its_own_user_in(service: Service) -> None:
    assert len({account.token for account in ACCOUNTS}) == len(ACCOUNTS)
    with service.store.unit(write=False) as unit:
        for account in ACCOUNTS:
            assert identify(unit, account.token, SANDBOX_START) == account.identity


def test_every_credit_code_is_well_formed_and_of_a_region_that_does_not_exist() -> None:
    codes = [account.enterprise for account in ACCOUNTS if account.enterprise is not None]
    assert [code for code in codes if problem_with(code) or code[2:8] != "999999"] == []


def test_the_clock_stands_at_the_start_and_the_queue_has_every_kind_of_case(
    service: Service,
) -> None:
    with service.store.unit(write=False) as unit:
        assert service.clock.now(unit) == SANDBOX_START
        due = unit.obligations(zone=ZONE, limit=500)
        assert unit.lists(list_name="abnormal")
        assert unit.lists(list_name="environmental_dishonest")
    soon = [row for row in due if row.due_on and 0 <= (row.due_on - SANDBOX_START.date()).days < 30]
    assert len(soon) >= 4
    states = {tuple(sorted(case["tracks"].items())) for case in _cases(service)}
    tracks = [dict(one) for one in states]
    assert any(one["main"] == "revoked" for one in tracks)
    assert any(one["main"] == "correction_overdue" for one in tracks)
    assert any(one["main"] == "formal_review" for one in tracks)
    assert service.enforcer.plan() == []


def test_every_setting_is_marked_as_assumed(service: Service) -> None:
    with service.store.unit(write=False) as unit:
        rows = unit.settings(ZONE)
    assert rows
    assert all(row.assumed for row in rows)


def test_no_clock_makes_anything_adverse_of_the_real_enterprise(service: Service) -> None:
    clock = service.clock
    assert isinstance(clock, SandboxClock)
    done = advance(service.enforcer, clock, datetime(2026, 12, 1, 9, tzinfo=SHANGHAI))
    assert any(one.adverse for one in done.enforced)
    assert [one for one in done.enforced if one.subject == REAL_FREIGHT.name] == []
    (case,) = [one for one in _cases(service) if one["subject"]["name"] == REAL_FREIGHT.name]
    assert case["tracks"] == {"main": "licensed_provisional"}
    assert [one["status"] for one in case["licences"]] == ["live"]
    with service.store.unit(write=False) as unit:
        assert list(unit.credit_facts(str(REAL_FREIGHT.uscc))) == []


@pytest.mark.parametrize("day", ["2021-01-04", "2024-03-04", "2026-12-24"])
def test_it_may_begin_on_another_day_within_the_calendar(day: str) -> None:
    made = in_memory()
    start = datetime.fromisoformat(f"{day}T09:00").replace(tzinfo=SHANGHAI)
    seed(made, start)
    with made.store.unit(write=False) as unit:
        assert made.clock.now(unit) == start
    made.close()


@pytest.mark.parametrize("year", [2019, 2030])
def test_it_does_not_begin_where_no_calendar_is_published(year: int) -> None:
    made = in_memory()
    with pytest.raises(Misused, match="published calendar"):
        seed(made, datetime(year, 6, 3, 9, tzinfo=SHANGHAI))
    made.close()


def test_it_is_seeded_once(service: Service) -> None:
    with pytest.raises(Misused, match="holds cases already"):
        seed(service)
