"""`chengnuo calendar`: the seven cases of counting-time rules 4.3 by command, and its answers."""

import json
import urllib.request
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from api.service import assemble
from cases.clock import machine_time
from cases.store import open_store
from rules.working_days import Calendar, load_calendar
from tests.cli.running import answer, process, run
from tests.faults.town import open_case
from tests.recount.office import NOTICE_2027, Office, at, before, book, made_up, published

TWO = ("--by", "wang", "--confirmed-by", "li")


class Desk:
    """An office whose calendar is loaded by command; the commands know what it knows."""

    def __init__(self, url: str, calendar: Calendar, n: int) -> None:
        self.url = url
        store = open_store(url, clock=machine_time)
        store.upgrade("sandbox")
        names = ("supply_days", "answer_days", "bank_days", "public_days")
        self.office = Office(store, calendar, dict.fromkeys(names, n))

    def clock(self, on: str) -> None:
        """Moves the sandbox clock of the database, which the commands read."""
        with self.office.store.unit() as unit:
            unit.set_meta({"clock": at(on, 15).isoformat()})

    def load(self, file: Path, *more: str, code: int = 0) -> Any:
        return answer("calendar", "load", str(file), "--db", self.url, *more, code=code)

    def due(self, case_id: str, name: str) -> tuple[str, str, str]:
        due = self.office.duty(case_id, name).due
        return (due.kind, str(due.on), str(due.told_on))


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, known: date, n: int) -> Iterator[Desk]:
    """The commands serve the invented licence, by what had been published before a day."""
    calendar = before(known)
    monkeypatch.setattr("api.service.rulebook", book)
    monkeypatch.setattr("api.service.load_calendar", lambda: calendar)
    found = Desk(f"sqlite:///{tmp_path / 'office.db'}", calendar, n)
    yield found
    found.office.store.close()


def moved(report: Any, case_id: str, name: str) -> tuple[str, str, str, str]:
    (line,) = [
        one for one in report["moved"] if (one["case"], one["obligation"]) == (case_id, name)
    ]
    return line["direction"], line["old"], line["new"], line["effective"]


@pytest.mark.parametrize(
    ("known", "n", "granted", "file", "loaded", "supply", "answer_"),
    [
        (date(2019, 3, 22), 30, "2019-03-19", 2019, "2019-03-22",
         ("earlier", "2019-05-02", "2019-04-30", "2019-05-02"),
         ("earlier", "2019-05-02", "2019-04-30", "2019-04-30")),
        (date(2019, 3, 22), 30, "2019-03-20", 2019, "2019-03-22",
         ("later", "2019-05-03", "2019-05-05", "2019-05-05"),
         ("later", "2019-05-03", "2019-05-05", "2019-05-05")),
        (date(2020, 1, 27), 15, "2020-01-13", 2020, "2020-01-27",
         ("later", "2020-02-06", "2020-02-10", "2020-02-10"),
         ("later", "2020-02-06", "2020-02-10", "2020-02-10")),
        (date(2020, 1, 27), 30, "2020-01-10", 2020, "2020-01-27",
         ("later", "2020-02-26", "2020-02-28", "2020-02-28"),
         ("later", "2020-02-26", "2020-02-28", "2020-02-28")),
        (date(2024, 11, 12), 30, "2024-12-16", 2025, "2024-12-17",
         ("earlier", "2025-02-03", "2025-01-27", "2025-02-03"),
         ("earlier", "2025-02-03", "2025-01-27", "2025-01-27")),
        (date(2026, 12, 1), 30, "2026-12-21", None, "2026-12-22",
         ("confirmed", "2027-02-02", "2027-02-02", "2027-02-02"),
         ("confirmed", "2027-02-02", "2027-02-02", "2027-02-02")),
        (date(2026, 12, 1), 15, "2026-12-10", None, "2026-12-22",
         ("confirmed", "2026-12-31", "2026-12-31", "2026-12-31"),
         ("confirmed", "2026-12-31", "2026-12-31", "2026-12-31")),
    ],
)  # fmt: skip
def test_the_seven_cases(
    desk: Desk, tmp_path: Path, granted: str, file: int | None, loaded: str,
    supply: tuple[str, ...], answer_: tuple[str, ...],
) -> None:  # fmt: skip
    case_id = desk.office.grant(granted)
    desk.clock(loaded)
    year = made_up(tmp_path) if file is None else published(file)
    planned = desk.load(year, "--dry-run")
    assert (planned["dry_run"], planned["live"], planned["operation"]) == (True, False, None)
    assert list(desk.office.entries(case_id))[-1].event == "grant"
    report = desk.load(year, *TWO)
    assert report["moved"] == planned["moved"]
    assert report["live"]
    assert report["cause"]
    assert moved(report, case_id, "supply_papers") == supply
    assert moved(report, case_id, "answer_request") == answer_
    for name, wanted in (("supply_papers", supply), ("answer_request", answer_)):
        told = wanted[3] if wanted[0] == "later" else wanted[1]
        assert desk.due(case_id, name) == ("firm", wanted[3], told)
    again = desk.load(year, *TWO)
    assert again == report


KNOWN = [(date(2026, 12, 1), 30)]


@pytest.mark.parametrize(("known", "n"), KNOWN)
def test_what_a_person_reads(desk: Desk, tmp_path: Path) -> None:
    case_id = desk.office.grant("2026-12-21")
    desk.clock("2026-12-22")
    year = str(made_up(tmp_path))
    said = run("calendar", "load", year, "--db", desk.url, "--dry-run").stdout
    assert f"{case_id}  supply_papers#1  2027-02-02 → 2027-02-02" in said
    assert "未作任何改变 nothing was changed" in said
    assert "第 2 版已生效 in force: recount-2-" in run(
        "calendar", "load", year, "--db", desk.url, *TWO
    ).stdout  # fmt: skip


@pytest.mark.parametrize(("known", "n"), KNOWN)
def test_the_watchdog_goes_by_the_clock_of_the_database(desk: Desk, tmp_path: Path) -> None:
    levels = []
    for day, code in (("2026-10-14", 0), ("2026-10-15", 0), ("2026-12-01", 1), ("2026-12-15", 1)):
        desk.clock(day)
        checked = answer("calendar", "check", "--db", desk.url, code=code)
        levels.append(checked["watchdog"]["level"])
        assert checked["watchdog"]["missing_year"] == 2027
    assert levels == ["quiet", "look", "warn", "page"]
    assert "紧急 URGENT，缺 2027 年" in run("calendar", "check", "--db", desk.url, code=1).stdout
    assert checked["database"]["number"] is None
    desk.load(made_up(tmp_path), *TWO)
    checked = answer("calendar", "check", "--db", desk.url)
    assert checked["watchdog"] == {"level": "quiet", "missing_year": None, "on": "2026-12-15"}
    kept = checked["database"]
    assert (kept["number"], kept["loaded_by"], kept["confirmed_by"]) == (2, "wang", "li")
    assert kept["version"] == checked["version"]
    assert "第 2 版，录入 loaded by wang" in run("calendar", "check", "--db", desk.url).stdout


def test_without_a_database_the_files_are_checked() -> None:
    checked = answer("calendar", "check")
    assert checked["version"] == load_calendar().version
    assert "database" not in checked
    assert checked["watchdog"]["level"] in ("quiet", "look", "warn", "page")


def production(folder: Path) -> str:
    url = f"sqlite:///{folder / 'production.db'}"
    run("db", "upgrade", "--production", "--db", url)
    return url


def test_in_production_a_year_waits_for_its_second_person(tmp_path: Path) -> None:
    url, year = production(tmp_path), str(made_up(tmp_path))
    said = run("calendar", "load", year, "--db", url, "--by", "wang", code=1).stdout
    assert "waits for a second person" in said
    checked = answer("calendar", "check", "--db", url)
    assert checked["database"]["awaits_confirmation"] == "虚构〔2026〕1号"
    assert "虚构〔2026〕1号" in run("calendar", "check", "--db", url).stdout
    refused = run("calendar", "load", year, "--db", url, "--confirmed-by", "wang", code=2)
    assert "second person" in refused.stderr
    assert answer("calendar", "load", year, "--db", url, "--confirmed-by", "li")["live"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "there is no file"),
        (b"year: 2027\n", "2027.yaml:1: missing: notices"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (NOTICE_2027.replace("2027", "2028").encode(), "the file is 2027.yaml"),
    ],
)
def test_a_wrong_file_is_misuse(tmp_path: Path, content: bytes | None, message: str) -> None:
    file = tmp_path / "2027.yaml"
    if content is not None:
        file.write_bytes(content)
    url = production(tmp_path)
    assert message in run("calendar", "load", str(file), "--db", url, code=2).stderr


def test_misuse_is_told_with_what_would_be_right(tmp_path: Path) -> None:
    year, url = str(made_up(tmp_path)), production(tmp_path)
    assert "no database" in run("calendar", "load", year, code=2).stderr
    against = ("--against", str(tmp_path / "no.json"))
    assert "no.json" in run("calendar", "load", year, *against, "--db", url, code=2).stderr
    other = made_up(tmp_path, NOTICE_2027.replace("2027-02-13", "2027-02-11"), "other.yaml")
    said = run("calendar", "load", year, "--against", str(other), *TWO, "--db", url, code=2).stderr
    assert "the two sources disagree about 2027-02-12" in said


def test_a_server_that_runs_already_uses_the_year_another_process_loads(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'served.db'}"
    run("db", "upgrade", "--sandbox", "--db", url)
    service = assemble(url)
    with service.store.unit() as unit:
        unit.set_meta({"clock": at("2026-12-15").isoformat()})
    open_case(service.casework, 1)
    service.close()
    with process("serve", "--sandbox", "--db", url, "--port", "0", until=r"http://") as (_, lines):
        address = next(one for one in lines if "http://" in one).split("Chengnuo")[1].split()[0]

        def ready() -> Any:
            with urllib.request.urlopen(f"{address}/readyz", timeout=20) as said:
                return json.loads(said.read())["calendar"]

        assert ready() == {
            "version": load_calendar().version, "firm_until": "2026-12-24",
            "watchdog": "page", "missing_year": 2027,
        }  # fmt: skip
        report = answer("calendar", "load", str(made_up(tmp_path)), "--db", url, *TWO)
        after = ready()
        assert (after["version"], after["watchdog"]) == (report["version"], "quiet")
