"""`chengnuo migrate`, from the plan's file to the cases: looks first, then moves."""

from pathlib import Path
from typing import Any

import pytest

from cases.clock import machine_time
from cases.store import open_store
from machines.book import workflows_folder
from tests.cli.running import answer, run, sandbox
from tests.faults.town import license_all
from tests.versions.editions import FROM_JULY

PLAN = """
reason: {zh: 新办法施行, en: the new measures are in force}
clauses: ["9.24"]
duties:
  %s: {timer: keep}
"""


@pytest.fixture
def town(tmp_path: Path) -> tuple[str, list[str]]:
    """A sandbox with two licensed cases of a reform that ships."""
    url = sandbox(tmp_path)
    store = open_store(url, clock=machine_time)
    ids = list(license_all(store, range(1, 3)))
    store.close()
    return url, ids


def _later(tmp_path: Path) -> Path:
    """The same reform in a later text, in a folder of its own."""
    folder = tmp_path / "network_freight"
    folder.mkdir()
    for file in (workflows_folder() / "network_freight").iterdir():
        text = file.read_text(encoding="utf-8")
        if file.name == "machine.yaml":
            assert FROM_JULY[0] in text
            text = text.replace(*FROM_JULY)
        (folder / file.name).write_text(text, encoding="utf-8")
    return folder


def test_cases_move_once_a_plan_says_what_becomes_of_every_timer(
    town: tuple[str, list[str]], tmp_path: Path
) -> None:
    url, ids = town
    to = ("--from", "network_freight", "--to", str(_later(tmp_path)), "--db", url)
    file = tmp_path / "plan.yaml"
    file.write_text(PLAN % "nothing", encoding="utf-8")
    assert "nothing" in run("migrate", *to, "--plan", str(file), code=2).stderr
    running = _running(url, ids[0])
    assert len(running) > 1
    looked = _looked(file, running[0], to, code=1)["cases"]
    assert sorted(one["case_id"] for one in looked) == sorted(ids)
    assert all("silent on its timer" in one["reasons"][0]["en"] for one in looked)
    _looked(file, ": {timer: keep}\n  ".join(running), to, code=0)
    people = ("--by", "wang", "--confirmed-by", "li", "--paper", "营综〔2025〕7号")
    run("migrate", *to, "--plan", str(file), "--execute", code=2)  # nobody confirms
    moved = answer("migrate", *to, "--plan", str(file), "--execute", *people)
    assert moved["executed"]
    assert all(one["maps"] for one in moved["cases"])
    for case_id in ids:
        run("audit", "recompute", case_id, "--db", url)
    assert answer("migrate", *to, "--plan", str(file))["cases"] == []
    rows = answer("workflows", "versions", "network_freight", "--db", url)["versions"]
    assert {row["in_force_from"]: row["open_cases"] for row in rows} == {
        None: 0, "2025-07-01": 2,
    }  # fmt: skip


def _looked(file: Path, duties: str, to: tuple[str, ...], code: int) -> Any:
    file.write_text(PLAN % duties, encoding="utf-8")
    return answer("migrate", *to, "--plan", str(file), code=code)


def _running(url: str, case_id: str) -> list[str]:
    store = open_store(url, clock=machine_time)
    with store.unit(write=False) as unit:
        names = {row.obligation for row in unit.obligations(case_ids=[case_id])}
    store.close()
    return sorted(names)
