"""What a wrongful act ordered beyond its case is taken back by new entries, wherever it went."""

import json
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from cases.casework import Casework, Doing, Opening
from cases.clock import FixedClock, machine_time
from cases.identity import Identity
from cases.ports import Store
from cases.rows import EntryRow, ListRow
from cases.store import open_store
from machines.book import Rulebook, load, workflows_folder
from machines.case import Party
from machines.rungs import SHANGHAI
from rules.working_days import load_calendar
from scheduler.enforcer import Enforcer
from tests.faults.town import beating

GRANTED_AT = datetime(2025, 1, 2, 9, tzinfo=SHANGHAI)
ENFORCED_AT = datetime(2025, 7, 2, 9, tzinfo=SHANGHAI)
RESTORED_AT = datetime(2025, 7, 3, 9, tzinfo=SHANGHAI)
FIRM = Party("enterprise", "虚构甲有限公司", "91999999MA0000001N")
APPLICANT = Identity("zhao", frozenset({"applicant"}), enterprise=FIRM.uscc)
OFFICER = Identity("qian", frozenset({"approval"}))
INSPECTOR = Identity("sun", frozenset({"supervision"}))
CHIEF = Identity("chief", frozenset({"supervision"}))


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Rulebook:
    folder = tmp_path_factory.mktemp("retraction") / "workflows"
    shutil.copytree(Path(__file__).parent / "retraction", folder)
    shutil.copy(workflows_folder() / "roles.yaml", folder / "roles.yaml")
    return load(folder)


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    url = "memory://" if request.param == "memory" else f"sqlite:///{tmp_path / 'town.db'}"
    if request.param == "postgres":
        url = str(request.getfixturevalue("postgres_url"))
    opened = open_store(url, clock=machine_time)
    opened.upgrade("production")
    yield opened
    opened.close()


class Town:
    """A case that the engine revoked, and what the test asks of it."""

    def __init__(self, store: Store, book: Rulebook) -> None:
        self.store, self.book = store, book
        work = self.at(GRANTED_AT)
        self.case_id = str(work.open(Opening("permit", FIRM, "yingkou"), APPLICANT).plain["id"])
        grant = {"topic": "例行", "papers_due": "2025-06-30"}
        work.act(self.case_id, Doing("grant", grant), OFFICER)
        self.sweep(GRANTED_AT)
        (self.routine,) = self.linked()["routine"]

    def at(self, at: datetime) -> Casework:
        return Casework(self.store, self.book, load_calendar(), FixedClock(at))

    def sweep(self, at: datetime) -> None:
        beating(self.store, at)
        assert Enforcer(self.at(at)).sweep().set_aside == {}

    def linked(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = self.shown(self.case_id)["linked"]
        return found

    def shown(self, case_id: str) -> dict[str, Any]:
        return dict(self.at(RESTORED_AT).look(case_id, CHIEF).plain)

    def journal(self, case_id: str) -> list[EntryRow]:
        with self.store.unit(write=False) as unit:
            return list(unit.entries(case_id))

    def restore(self) -> None:
        (wrong,) = (row.seq for row in self.journal(self.case_id) if row.event == "revoke_it")
        facts = {"entry": wrong, "policy": "fulfilled", "reason": "材料早已收到", "paper": "决定-1",
                 "confirmed_by": "deputy"}  # fmt: skip
        self.at(RESTORED_AT).act(self.case_id, Doing("restore", facts), CHIEF)

    def lists(self) -> dict[str | None, list[ListRow]]:
        assert FIRM.uscc is not None
        with self.store.unit(write=False) as unit:
            rows = unit.lists(uscc=FIRM.uscc, live=False)
        return {name: [row for row in rows if row.list == name] for name in ("red", "black", None)}

    def messages(self, do: str) -> list[dict[str, Any]]:
        with self.store.unit(write=False) as unit:
            return [json.loads(row.body) for row in unit.outbox(do=do)]


@pytest.fixture
def town(store: Store, book: Rulebook) -> Town:
    return Town(store, book)


def standing(rows: list[ListRow]) -> list[datetime]:
    return [row.since_at for row in rows if row.ended_at is None]


def test_everything_a_miss_ordered_is_taken_back_and_no_journal_is_touched(town: Town) -> None:
    town.sweep(ENFORCED_AT)
    (inquiry,) = town.linked()["inquiry"]
    assert town.shown(town.routine)["tracks"]["main"] == "tightened"
    lists = town.lists()
    assert [len(standing(lists[name])) for name in ("red", "black", None)] == [0, 1, 1]
    before = {case: town.journal(case) for case in (town.case_id, town.routine, inquiry)}
    town.restore()
    town.sweep(RESTORED_AT)
    town.sweep(RESTORED_AT)  # again changes nothing
    for case, entries in before.items():
        assert town.journal(case)[: len(entries)] == entries
        assert len(town.journal(case)) == len(entries) + 1, case
    lists = town.lists()
    assert [standing(lists[name]) for name in ("red", "black", None)] == [[GRANTED_AT], [], []]
    assert FIRM.uscc is not None
    with town.store.unit(write=False) as unit:
        facts = unit.credit_facts(FIRM.uscc)
    assert {f"{row.seq}.{row.n}" for row in facts if row.retracts is None} == {
        row.retracts for row in facts if row.retracts is not None
    }
    assert len(facts) == 4
    shown = town.shown(town.case_id)
    assert (shown["tracks"]["main"], shown["linked"]["inquiry"]) == ("granted", [])
    assert [licence["status"] for licence in shown["licences"]] == ["live"]


def test_a_case_opened_wrongly_ends_by_an_entry_of_its_own_that_says_why(town: Town) -> None:
    town.sweep(ENFORCED_AT)
    (inquiry,) = town.linked()["inquiry"]
    town.restore()
    town.sweep(RESTORED_AT)
    last = town.journal(inquiry)[-1]
    body = json.loads(last.body)
    (source,) = (row.seq for row in town.journal(town.case_id) if row.event == "restore")
    assert (last.event, body["actor"]["role"]) == ("annul", "engine")
    assert body["facts"]["reference"] == f"{town.case_id}/{source}"
    assert town.case_id in body["facts"]["reason"]
    shown = town.shown(inquiry)
    assert (shown["ended"], shown["closed"], shown["available"]) == ("annulled", True, [])


def test_a_signal_is_answered_by_its_contrary_or_put_before_a_person(town: Town) -> None:
    town.sweep(ENFORCED_AT)
    town.restore()
    town.sweep(RESTORED_AT)
    assert [row.event for row in town.journal(town.routine)][-3:] == [
        "tighten", "take_note", "relax"
    ]  # fmt: skip
    assert town.shown(town.routine)["tracks"]["main"] == "planned"
    (task,) = town.messages("task")
    assert (task["case"], task["what"]["role"]) == (town.routine, "supervision")
    assert "take_note" in task["what"]["en"]


def test_whoever_was_told_is_told_that_it_is_taken_back(town: Town) -> None:
    town.sweep(ENFORCED_AT)
    town.restore()
    town.sweep(RESTORED_AT)
    taken = {body["what"]["do"]: body["what"]["of"] for body in town.messages("retract")}
    assert set(taken) == {"record_credit", "joint_punishment", "push"}
    assert taken["push"] == {"to": "supervision", "zh": "已撤销", "en": "revoked"}


def test_what_has_come_of_a_case_opened_wrongly_is_put_before_a_person(town: Town) -> None:
    town.sweep(ENFORCED_AT)
    (inquiry,) = town.linked()["inquiry"]
    town.at(RESTORED_AT).act(inquiry, Doing("punish", {}), INSPECTOR)
    before = town.journal(inquiry)
    town.restore()
    town.sweep(RESTORED_AT)
    assert town.journal(inquiry) == before
    assert town.shown(inquiry)["closed"] is False
    asked = {task["case"]: task["what"]["en"] for task in town.messages("task")}
    assert "an adverse act" in asked[inquiry]


def test_what_was_restored_before_it_was_done_is_not_done(town: Town) -> None:
    """The act is restored before anybody applied its work: no case is opened, none is told."""
    enforcer = Enforcer(town.at(ENFORCED_AT))
    enforcer.stopping.set()  # after the batch, before the work
    beating(town.store, ENFORCED_AT)
    while town.shown(town.case_id)["tracks"]["main"] == "granted":
        enforcer.sweep()
    before = town.journal(town.routine)
    (inquiry,) = town.linked()["inquiry"]
    town.restore()
    town.sweep(RESTORED_AT)
    assert town.journal(town.routine) == before
    with town.store.unit(write=False) as unit:
        assert unit.case(inquiry) is None
        assert not unit.ahead().waiting
    lists = town.lists()
    assert [standing(lists[name]) for name in ("red", "black", None)] == [[GRANTED_AT], [], []]
    assert town.messages("task") == []
