"""`chengnuo enforce` and `chengnuo outage`: plans, tomorrow, brakes and outages by command."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from cases.casework import Casework
from cases.clock import SandboxClock, machine_time
from cases.ports import Store
from cases.store import open_store
from machines.book import rulebook
from machines.rungs import SHANGHAI
from rules.working_days import load_calendar
from scheduler.brake import LIMITS
from scheduler.enforcer import Enforcer
from scheduler.holds import impose
from scheduler.sandbox import advance
from tests.cli.running import answer, run, sandbox
from tests.faults.town import open_case, steps

BRAKE = "yingkou/network_freight/revoke_for_breach"
THIRD = datetime(2025, 7, 3, 9, tzinfo=SHANGHAI)
FIRMS = LIMITS.at_least + 2


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve licences whose promise was missed yesterday; tomorrow they can be revoked."""
    folder = tmp_path_factory.mktemp("town")
    store = _store(sandbox(folder))
    clock = SandboxClock()
    casework = Casework(store, rulebook(), load_calendar(), clock)
    for number in range(1, FIRMS + 1):
        case_id = str(open_case(casework, number).plain["id"])
        for identity, doing in steps(number):
            casework.act(case_id, doing, identity)
    advance(Enforcer(casework), clock, THIRD)
    store.close()
    return folder / "sandbox.db"


@pytest.fixture
def url(prepared: Path, tmp_path: Path) -> str:
    """A copy of that database for one test."""
    copy = tmp_path / "sandbox.db"
    copy.write_bytes(prepared.read_bytes())
    return f"sqlite:///{copy}"


def _store(url: str) -> Store:
    return open_store(url, clock=machine_time)


def moved(url: str, by: timedelta) -> None:
    """The sandbox clock moves without a sweep."""
    store = _store(url)
    with store.unit() as unit:
        clock = SandboxClock()
        clock.set(unit, clock.now(unit) + by)
    store.close()


def test_tomorrow_says_who_and_what_and_how_many_a_brake_would_hold(url: str) -> None:
    planned = answer("enforce", "--tomorrow", "--db", url)["planned"]
    assert len(planned) == FIRMS
    assert {one["act"] for one in planned} == {"revoke_for_breach"}
    assert sum(one["held"] for one in planned) == 2
    said = run("enforce", "--tomorrow", "--db", url).stdout
    assert said.count("不利 ADVERSE") == FIRMS
    assert "nothing was changed" in said


def test_a_plan_is_kept_looked_at_and_carried_out_once(url: str, tmp_path: Path) -> None:
    file = str(tmp_path / "plan.json")
    moved(url, timedelta(days=1))
    planned = answer("enforce", "--dry-run", "--out", file, "--db", url)
    kept = json.loads(Path(file).read_text(encoding="utf-8"))
    assert (kept["format"], kept["hash"]) == ("chengnuo-plan/1", planned["hash"])
    assert len(kept["lines"]) == FIRMS
    done = answer("enforce", "--plan", file, "--db", url, code=1)["lines"]
    assert [one["outcome"] for one in done].count("executed") == LIMITS.at_least
    assert {one["reason"] for one in done if one["outcome"] == "refused"} == {"brake"}
    again = run("enforce", "--plan", file, "--db", url, code=1).stdout
    assert again.count("此前已执行") == LIMITS.at_least
    assert "refused 2" in again
    answer("enforce", "--release", "--brake", BRAKE, "--by", "chief", "--reason", "核对完毕",
           "--db", url)  # fmt: skip
    assert "refused 0" in run("enforce", "--plan", file, "--db", url).stdout
    assert answer("enforce", "--db", url)["enforced"] == []


def test_a_plan_that_is_none_is_misuse(url: str, tmp_path: Path) -> None:
    assert "make one with" in run("enforce", "--plan", "gone.json", "--db", url, code=2).stderr
    file = tmp_path / "plan.json"
    file.write_bytes(b"\xff\x00")
    assert "cannot be read" in run("enforce", "--plan", str(file), "--db", url, code=2).stderr
    nowhere = str(tmp_path / "no" / "plan.json")
    wrong = run("enforce", "--dry-run", "--out", nowhere, "--db", url, code=2).stderr
    assert "cannot be kept" in wrong


def test_a_sweep_that_a_brake_stops_says_so_and_is_a_finding(url: str) -> None:
    moved(url, timedelta(days=1))
    swept = answer("enforce", "--db", url, code=1)
    assert len(swept["held"]) == 2
    (brake,) = swept["brakes"]
    assert (brake["name"], brake["cases"], brake["taken"]) == (BRAKE, 2, LIMITS.at_least)
    assert BRAKE in run("enforce", "--db", url).stdout
    nobody = run("enforce", "--release", "--brake", BRAKE, "--by", "chief", "--db", url, code=2)
    assert "--reason TEXT" in nobody.stderr
    other = run("enforce", "--release", "--brake", "x/y/z", "--by", "a", "--reason", "b",
                "--db", url, code=2)  # fmt: skip
    assert f"standing: {BRAKE}" in other.stderr
    released = answer("enforce", "--release", "--brake", BRAKE, "--by", "chief", "--reason", "核对",
                      "--db", url)["released"]  # fmt: skip
    assert (released["brake"], released["cases"]) == (BRAKE, 2)
    assert len(answer("enforce", "--db", url)["enforced"]) == 2


def test_options_that_do_not_go_together_are_misuse() -> None:
    for words in (("--dry-run", "--tomorrow"), ("--plan", "p", "--dry-run")):
        assert "exclude" in run("enforce", *words, code=2).stderr
    for words in (("--brake", "a/b/c"), ("--out", "p.json")):
        assert "belong" in run("enforce", *words, code=2).stderr


def test_an_outage_extends_dates_and_is_listed(url: str) -> None:
    assert "none on record" in run("outage", "list", "--db", url).stdout
    words = ("outage", "record", "--from", "2025-06-30", "--to", "2025-07-02", "--reason", "停电",
             "--by", "chief", "--confirmed-by", "deputy", "--db", url)  # fmt: skip
    recorded = answer(*words)["outage"]
    assert (recorded["first_day"], recorded["last_day"]) == ("2025-06-30", "2025-07-02")
    assert (recorded["number"], recorded["cases"], recorded["aside"]) == (1, FIRMS, 0)
    assert recorded["finished_at"] is not None
    assert answer(*words)["outage"] == recorded
    assert answer("enforce", "--tomorrow", "--db", url)["planned"] == []
    said = run("outage", "list", "--db", url).stdout
    assert "chief/deputy" in said
    assert f"{FIRMS} 件" in said
    (listed,) = answer("outage", "list", "--db", url)["outages"]
    assert listed == recorded


def test_an_outage_names_its_time_and_a_second_person(url: str) -> None:
    words = ["outage", "record", "--from", "2025-06-30", "--to", "2025-07-02", "--reason", "停电",
             "--by", "chief", "--confirmed-by", "chief", "--db", url]  # fmt: skip
    assert "second person" in run(*words, code=2).stderr
    for wrong in ("yesterday", "2025-06-30T10:00"):
        words[3] = wrong
        assert "an instant (2025-03-10T17:00+08:00)" in run(*words, code=2).stderr


def test_a_sweep_while_everything_adverse_is_held_is_a_finding(url: str) -> None:
    store = open_store(url, clock=machine_time)
    with store.unit() as unit:
        impose(unit, machine_time(), "restore", "restored from a backup")
    store.close()
    assert "adverse enforcement is held: restore" in run("enforce", "--db", url, code=1).output
