"""Linked cases: opened once, by the case they belong to; told and telling; never breaking it."""

import json
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from cases.casework import Casework, Doing, Opening
from cases.clock import FixedClock, machine_time
from cases.errors import ActRefused
from cases.identity import Identity
from cases.ports import Store
from cases.store import open_store
from machines.book import load, workflows_folder
from machines.case import Party
from machines.reader import DefinitionError
from machines.rungs import SHANGHAI
from rules.working_days import load_calendar
from scheduler.enforcer import Enforcer

FOLDER = Path(__file__).parent / "linked"
NOW = datetime(2025, 1, 2, 9, tzinfo=SHANGHAI)
FIRM = Party("enterprise", "虚构甲有限公司", "91999999MA0000001N")
UNITS = [
    {"name": "虚构乙有限公司", "uscc": "91999999MA0000002R"},
    {"name": "虚构丙有限公司", "uscc": "91999999MA0000003W"},
]
APPLICANT = Identity("zhao", frozenset({"applicant"}), enterprise=FIRM.uscc)
OFFICER = Identity("qian", frozenset({"approval"}))
INSPECTOR = Identity("sun", frozenset({"supervision"}))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(FOLDER, tmp_path / "workflows")
    shutil.copy(workflows_folder() / "roles.yaml", tmp_path / "workflows" / "roles.yaml")
    return tmp_path / "workflows"


@pytest.fixture(params=["memory", "sqlite"])
def town(request: pytest.FixtureRequest, tmp_path: Path, folder: Path) -> Iterator[Casework]:
    url = "memory://" if request.param == "memory" else f"sqlite:///{tmp_path / 'town.db'}"
    store = open_store(url, clock=machine_time)
    store.upgrade("production")
    yield Casework(store, load(folder), load_calendar(), FixedClock(NOW))
    store.close()


def granted(town: Casework) -> str:
    case_id = str(town.open(Opening("issue", FIRM, "yingkou"), APPLICANT).plain["id"])
    town.act(case_id, Doing("grant", {"topic": "例行", "units": UNITS}), OFFICER)
    Enforcer(town).sweep()
    return case_id


def linked(town: Casework, case_id: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = town.look(case_id, OFFICER).plain["linked"]
    return found


def tasks(store: Store) -> list[str]:
    with store.unit(write=False) as unit:
        return [json.loads(row.body)["what"]["en"] for row in unit.outbox(do="task")]


def test_issuing_opens_one_case_for_the_firm_and_one_for_each_unit(town: Casework) -> None:
    case_id = granted(town)
    own, units = linked(town, case_id)["own"], linked(town, case_id)["units"]
    assert (len(own), len(units)) == (1, 2)
    child = town.look(own[0], INSPECTOR).plain
    assert (child["parent"], child["subject"]["uscc"]) == (case_id, FIRM.uscc)
    assert child["facts"] == {"subject_matter": "例行"}
    others = [town.look(one, INSPECTOR).plain["subject"] for one in units]
    assert [(one["name"], one["uscc"]) for one in others] == [
        (one["name"], one["uscc"]) for one in UNITS
    ]


def test_a_second_sweep_opens_nothing_twice(town: Casework) -> None:
    case_id = granted(town)
    Enforcer(town).sweep()
    with town.store.unit(write=False) as unit:
        assert unit.counts()["cases"] == 4
    assert len(linked(town, case_id)["units"]) == 2


def test_a_finding_comes_back_and_reaches_the_credit_file(town: Casework) -> None:
    case_id = granted(town)
    (child,) = linked(town, case_id)["own"]
    found = {"found": "未按承诺", "found_on": "2025-01-01"}
    town.act(child, Doing("report", found), INSPECTOR)
    Enforcer(town).sweep()
    parent = town.look(case_id, OFFICER).plain
    assert parent["tracks"]["main"] == "flagged"
    assert FIRM.uscc is not None
    with town.store.unit(write=False) as unit:
        (fact,) = unit.credit_facts(FIRM.uscc)
    assert (fact.fact, str(fact.on_date), fact.value) == ("finding", "2025-01-01", "未按承诺")


def test_a_signal_that_comes_too_late_breaks_nothing_and_is_told_to_a_person(
    town: Casework,
) -> None:
    case_id = granted(town)
    (child,) = linked(town, case_id)["own"]
    town.act(child, Doing("report", {"found": "无", "found_on": "2025-01-01"}), INSPECTOR)
    town.act(case_id, Doing("recall", {}), OFFICER)  # before anybody swept the report
    report = Enforcer(town).sweep()
    assert report.set_aside == {}
    assert town.look(case_id, OFFICER).plain["tracks"]["main"] == "ended"
    assert town.look(child, INSPECTOR).plain["tracks"]["main"] == "reported"
    said = tasks(town.store)
    assert any(f"linked case {case_id} could not take flag" in one for one in said), said
    assert any(f"linked case {child} could not take call_off" in one for one in said), said


def test_a_revoked_parent_calls_its_own_case_off_and_bars_the_others(town: Casework) -> None:
    case_id = granted(town)
    own, units = linked(town, case_id)["own"], linked(town, case_id)["units"]
    town.act(case_id, Doing("recall", {}), OFFICER)
    Enforcer(town).sweep()
    assert town.look(own[0], INSPECTOR).plain["tracks"]["main"] == "off"
    report = Doing("report", {"found": "无", "found_on": "2025-01-01"})
    with pytest.raises(ActRefused) as caught:
        town.act(units[0], report, INSPECTOR)
    assert caught.value.refused.reason == "parent_licence_not_live"


def test_nobody_but_the_engine_raises_what_a_linked_case_says(town: Casework) -> None:
    case_id = granted(town)
    with pytest.raises(ActRefused) as caught:
        town.act(case_id, Doing("flag", {"finding": "x", "on": "2025-01-01"}), OFFICER)
    assert caught.value.refused.reason == "role_not_allowed"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("signalled_by: [watch]", "signalled_by: [wacht]", "unknown workflow `wacht`"),
        ("workflow: watch, link: own", "workflow: wach, link: own", "unknown workflow `wach`"),
        ("event: call_off, facts", "event: call_of, facts", "unknown event of watch `call_of`"),
        ("facts: {why: topic}", "facts: {whim: topic}", "unknown fact of call_off `whim`"),
        ("to: own, event", "to: owned, event", "unknown link `owned`"),
        (
            "event: call_off, facts",
            "event: call_off, contrary: on, facts",
            "unknown event of watch `on`",
        ),
        (
            "event: call_off, facts",
            "event: call_off, contrary: report, facts",
            "`report` needs the fact `found`",
        ),
    ],
)
def test_a_link_that_leads_nowhere_does_not_load(
    folder: Path, old: str, new: str, words: str
) -> None:
    file = folder / "issue" / "machine.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DefinitionError, match=r"issue/machine\.yaml:\d+: ") as caught:
        load(folder)
    assert words in str(caught.value)
