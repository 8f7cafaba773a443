"""A wrongful act of the engine is undone as a legal act: by new entries, and on the lists too."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from cases.casework import Doing
from cases.clock import machine_time
from cases.identity import Identity
from cases.ports import Store
from cases.rows import ListRow
from cases.store import open_store
from tests.faults.town import (
    ENFORCEABLE_AT,
    beating,
    code,
    dispatch_all,
    enforcer,
    judge,
    license_all,
    town,
)

DAY = timedelta(days=1)
CHIEF = Identity("chief", frozenset({"supervision"}))


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    url = "memory://" if request.param == "memory" else f"sqlite:///{tmp_path / 'town.db'}"
    if request.param == "postgres":
        url = str(request.getfixturevalue("postgres_url"))
    opened = open_store(url, clock=machine_time)
    opened.upgrade("production")
    yield opened
    opened.close()


def restored(store: Store, case_id: str, rung: str, policy: str) -> None:
    """A person restores what the engine did, on the day after; a second one confirms."""
    with store.unit(write=False) as unit:
        bodies = [(row.seq, json.loads(row.body)) for row in unit.entries(case_id)]
    (wrong,) = [
        seq for seq, body in bodies
        if body.get("because", {}).get("rung") == rung
        and any(effect["do"] in ("revoke", "list") for effect in body["effects"])
    ]  # fmt: skip
    facts = {"entry": wrong, "policy": policy, "reason": "材料早已收到", "paper": "决定-1",
             "confirmed_by": "deputy"}  # fmt: skip
    town(store, ENFORCEABLE_AT + DAY)[0].act(case_id, Doing("restore", facts), CHIEF)


def on_lists(store: Store) -> list[ListRow]:
    with store.unit(write=False) as unit:
        return [row for row in unit.lists(uscc=code(1), live=False) if row.list is not None]


def test_facts_and_lists_go_back_by_new_entries_and_the_old_ones_stay(store: Store) -> None:
    (case_id,) = dispatch_all(store, range(1, 2), 1)
    beating(store, ENFORCEABLE_AT)
    enforcer(store, ENFORCEABLE_AT).sweep()
    assert [(row.list, row.ended_at) for row in on_lists(store)] == [("black", None)]
    with store.unit(write=False) as unit:
        before = list(unit.entries(case_id))
    restored(store, case_id, "enforced", "fulfilled")
    beating(store, ENFORCEABLE_AT + DAY)
    assert enforcer(store, ENFORCEABLE_AT + DAY).sweep().set_aside == {}
    (row,) = on_lists(store)
    assert row.ended_at == ENFORCEABLE_AT + DAY
    assert str(row.ended_by).startswith(case_id)
    with store.unit(write=False) as unit:
        assert list(unit.entries(case_id))[: len(before)] == before
        facts = unit.credit_facts(code(1))
    first = [fact for fact in facts if fact.retracts is None]
    back = {fact.retracts for fact in facts if fact.retracts is not None}
    assert {f"{fact.seq}.{fact.n}" for fact in first} == back
    assert {fact.fact for fact in first} == {"commitment_not_performed", "joint_punishment"}
    judge(store)


def test_a_licence_revoked_wrongly_lives_again_and_is_not_revoked_twice(store: Store) -> None:
    (case_id,) = license_all(store, range(1, 2))
    beating(store, ENFORCEABLE_AT)
    enforcer(store, ENFORCEABLE_AT).sweep()
    assert judge(store) == {"revoked": 1}
    restored(store, case_id, "enforced", "fulfilled")
    states = judge(store)
    assert "revoked" not in states
    later = ENFORCEABLE_AT + 30 * DAY
    beating(store, later)
    assert not any(one.adverse for one in enforcer(store, later).sweep().enforced)
    assert judge(store) == states
