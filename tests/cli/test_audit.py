"""`chengnuo audit recompute` and `audit receipt`, on a case that two calendars have dated."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from cases.calendar_loading import Loading, load
from cases.clock import machine_time
from cases.identity import Identity
from cases.store import open_store
from rules.holiday_notices import read_notices
from rules.working_days import load_calendar
from tests.cli.running import answer, run
from tests.recount.office import Office, at, book, made_up


@dataclass(frozen=True)
class Audited:
    """A case in a database file: provisional, dated by a calendar loaded later, paused."""

    file: Path
    case: str

    @property
    def url(self) -> str:
        return f"sqlite:///{self.file}"

    def change(self, *statements: tuple[str, tuple[object, ...]]) -> None:
        """What the product cannot do: the database refuses it while its guards stand."""
        with closing(sqlite3.connect(self.file)) as database, database:
            for (name,) in database.execute(
                "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'entries'"
            ).fetchall():
                database.execute(f'DROP TRIGGER "{name}"')
            for text, values in statements:
                database.execute(text, values)

    def entries(self) -> list[tuple[int, str]]:
        with closing(sqlite3.connect(self.file)) as database:
            return database.execute(
                "SELECT seq, body FROM entries WHERE case_id = ? ORDER BY seq", (self.case,)
            ).fetchall()


@pytest.fixture
def audited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Audited:
    calendar = load_calendar(as_of=date(2026, 12, 1))
    monkeypatch.setattr("api.service.rulebook", book)
    monkeypatch.setattr("api.service.load_calendar", lambda: calendar)
    file = tmp_path / "office.db"
    store = open_store(f"sqlite:///{file}", clock=machine_time)
    store.upgrade("sandbox")
    office = Office(store, calendar)
    case_id = office.grant("2026-12-21")
    office.clock.at = at("2026-12-22")
    load(office.casework, Loading(read_notices(made_up(tmp_path)), "wang", "li"), sandbox=False)
    office.act(case_id, "suspend", "2027-01-05", obligation="supply_papers", reason="检测",
               notice="告知-1")  # fmt: skip
    office.act(case_id, "resume", "2027-01-08", obligation="supply_papers", reason="检测完成")
    store.close()
    return Audited(file, case_id)


def test_every_date_is_worked_out_again_and_told_in_two_languages(audited: Audited) -> None:
    told = run("audit", "recompute", audited.case, "--db", audited.url).stdout
    for words in ("全部一致 everything agrees", "当日 day zero", "2026-12-21（不计入 not counted",
                  "暂定 provisional", "2027-01-29 … 2027-02-22", "休息日 day off", "元旦",
                  "中止 pause", "2027-01-05 之次日至 to 2027-01-08"):  # fmt: skip
        assert words in told
    plain = answer("audit", "recompute", audited.case, "--db", audited.url)
    assert (plain["case"], plain["sound"], plain["findings"]) == (audited.case, True, [])
    versions = {json.loads(body)["inputs"]["calendar"] for _, body in audited.entries()}
    assert len(versions) == 2, "dated by two calendars, each kept"


def test_a_date_changed_in_the_journal_is_named_even_where_the_chain_was_made_good(
    audited: Audited,
) -> None:
    seq, body = next(row for row in audited.entries() if '"resume"' in row[1])
    due = next(d["due"]["on"] for d in json.loads(body)["duties"])
    later = body.replace(due, "2027-03-01")
    update = "UPDATE entries SET body = ? WHERE case_id = ? AND seq = ?"
    audited.change((update, (later, audited.case, seq)))
    error = run("audit", "recompute", audited.case, "--db", audited.url, code=1).stderr
    assert f"#{seq} journal hash" in error
    head = "0" * 64
    for number, text in audited.entries():
        whole = f"{head}\n{audited.case}\n{number}\n{text}".encode()
        before, head = head, hashlib.sha256(whole).hexdigest()
        audited.change(("UPDATE entries SET prev_hash = ?, hash = ? WHERE case_id = ? AND seq = ?",
                        (before, head, audited.case, number)))  # fmt: skip
    error = run("audit", "recompute", audited.case, "--db", audited.url, code=1).stderr
    assert "journal hash" not in error
    assert (
        f"#{seq} supply_papers#1 due.on：记录 recorded 2027-03-01；推算 derived {due}  "
        "不一致 DIFFER" in error
    )
    plain = answer("audit", "recompute", audited.case, "--db", audited.url, code=1)
    assert {"due.on", "receipt.result.on"} <= {one["name"] for one in plain["findings"]}


def test_a_date_changed_where_people_see_it_is_named(audited: Audited) -> None:
    audited.change((
        "UPDATE obligations SET due_on = '2027-03-01' WHERE case_id = ? AND obligation = ?",
        (audited.case, "supply_papers"),
    ))  # fmt: skip
    error = run("audit", "recompute", audited.case, "--db", audited.url, code=1).stderr
    assert "supply_papers#1 diary.on：记录 recorded 2027-03-01" in error
    assert len(error.splitlines()) == 1


def test_an_exported_journal_is_audited_without_a_database(
    audited: Audited, tmp_path: Path
) -> None:
    store = open_store(audited.url, clock=machine_time)
    office = Office(store, load_calendar(as_of=date(2026, 12, 1)))
    journal = office.casework.journal(audited.case, Identity("a", frozenset({"auditor"})))
    store.close()
    file = tmp_path / "journal.json"
    file.write_text(json.dumps(list(journal)), encoding="utf-8")
    error = run("audit", "recompute", "--file", str(file), code=1).stderr
    assert "not derivable, missing: the year files of calendar version" in error
    years = tmp_path / "years"
    years.mkdir()
    for year in Path(load_calendar.__code__.co_filename).parent.glob("calendars/*.yaml"):
        (years / year.name).write_bytes(year.read_bytes())
    made_up(years)
    run("audit", "recompute", "--file", str(file), "--calendars", str(years))


def test_the_receipt_of_one_obligation(audited: Audited) -> None:
    told = run("audit", "receipt", audited.case, "supply_papers", "--db", audited.url).stdout
    for words in ("supply_papers#1", "起算 start", "中止 pause", "检测", "告知-1",
                  "现行期限 stands at", "依据 notice", "日历 calendar"):  # fmt: skip
        assert words in told
    plain = answer("audit", "receipt", audited.case, "supply_papers#1", "--db", audited.url)
    assert plain["receipt"]["result"]["on"] == plain["due"]["on"]
    wrong = run("audit", "receipt", audited.case, "nothing", "--db", audited.url, code=2).stderr
    assert "it has: " in wrong
