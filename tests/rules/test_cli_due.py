"""`chengnuo due`: one date, a receipt to read, a file of dates, and what misuse is told."""

import csv
import json
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from api.cli_due import register
from rules.due import compute_due
from rules.periods import SHANGHAI, parse_period, parse_start
from rules.working_days import load_calendar
from tests.rules.test_deadlines import FACTS, ROWS


def _due(*arguments: str) -> Result:
    app = typer.Typer()
    register(app)
    app.command("other")(lambda: None)  # a second command, so that `due` keeps its name
    return CliRunner().invoke(app, ["due", *arguments])


def test_one_date() -> None:
    done = _due("2026-01-20", "wd:30")
    assert done.exit_code == 0
    assert done.stdout == "2026-03-09  确定 firm  可执行日 enforceable from 2026-03-10\n"


def test_a_provisional_date_comes_with_its_range() -> None:
    done = _due("2026-12-21", "wd:30")
    assert done.stdout.startswith("2027-02-02  暂定 provisional  不早于 2027-01-29，不晚于 2027-02")


def test_hours_are_an_instant() -> None:
    assert _due("2026-04-03T20:00:00+08:00", "h:12").stdout.startswith("2026-04-04T08:00:00+08:00")


def test_office_hours_are_their_own_unit_and_may_be_named() -> None:
    assert _due("2026-02-13T16:30:00+08:00", "oh:2").stdout.startswith("2026-02-14T10:00:00+08:00")
    other = _due("2026-02-13T16:30:00+08:00", "oh:2", "--office-hours", "09:00-18:00")
    assert other.stdout.startswith("2026-02-14T09:30:00+08:00")
    shown = _due("2026-02-13T16:30:00+08:00", "oh:2", "--explain").stdout
    assert "08:30-12:00,13:30-17:00（假定 assumed）" in shown
    assert "不计入 not counted" not in shown
    assert "assumed" not in _due("2026-02-13T16:30:00+08:00", "oh:2", "--explain",
                                 "--office-hours", "09:00-18:00").stdout  # fmt: skip


def test_json_carries_the_receipt() -> None:
    done = json.loads(_due("2025-08-20", "mo-roll:6", "--bearer", "authority", "--json").stdout)
    assert (done["due_iso"], done["kind"]) == ("2026-02-24", "firm")
    assert done["receipt"]["bearer"] == "authority"
    assert done["receipt"]["nominal"] == "2026-02-20"


def test_an_explanation_reads_in_both_languages() -> None:
    shown = _due("2026-01-20", "wd:30", "--explain").stdout
    for words in ("不计入 not counted", "2026-02-15 … 2026-02-23", "Spring Festival", "春节",
                  "weekend", "国办发明电〔2025〕7号", "第30个工作日", "到期 due"):  # fmt: skip
        assert words in shown
    rolled = _due("2025-08-20", "mo-roll:6", "--explain").stdout
    assert "2026-02-20 → 2026-02-24" in rolled
    assert "(assumed)" in _due("2026-12-21", "wd:30", "--explain").stdout
    paused = _due("2025-09-12", "wd-susp:2025-09-25/2025-10-13:20", "--explain").stdout
    assert "8 日不计入" in paused


def test_the_calendar_of_an_earlier_day() -> None:
    assert _due("2019-03-19", "wd:30", "--as-of", "2019-03-21").stdout.startswith("2019-05-02")
    assert _due("2019-03-19", "wd:30").stdout.startswith("2019-04-30")


def test_a_batch_comes_back_with_two_columns_more(tmp_path: Path) -> None:
    file = tmp_path / "deadlines.csv"
    file.write_text(FACTS, encoding="utf-8")
    done = _due("--batch", str(file))
    assert done.exit_code == 0
    back = list(csv.DictReader(done.stdout.splitlines()))
    assert [{k: v for k, v in row.items() if k not in ("due_iso", "kind")} for row in back] == ROWS
    assert [row["due_iso"] for row in back] == [row["expected_due_iso"] for row in ROWS]
    assert {row["kind"] for row in back} == {"firm"}


def test_a_batch_keeps_what_it_does_not_know(tmp_path: Path) -> None:
    file = tmp_path / "in.csv"
    file.write_text(
        'note,start_iso,amount,unit,rule_id\r\n"a, ""b""",2026-12-21,30,wd,X\r\n',
        encoding="utf-8-sig",
    )
    assert _due("--batch", str(file)).stdout == (
        "note,start_iso,amount,unit,rule_id,due_iso,kind\n"
        '"a, ""b""",2026-12-21,30,wd,X,2027-02-02,provisional\n'
    )


def test_a_large_batch_is_the_dates_one_by_one(tmp_path: Path) -> None:
    days = [date(2019, 3, 1) + timedelta(days=3 * n) for n in range(1000)]
    units = ["wd,30", "cd-roll,15", "mo-roll,6", "h,12", "yr-elapsed,3", "oh,2", "wd,30"]
    rows = []
    for n, day in enumerate(days):
        instant = datetime.combine(day, time(n % 24), SHANGHAI).isoformat()
        rows += [f'"{unit}, {n}",{unit},{instant if n % 3 or "h," in unit else day}'
                 for unit in units]  # fmt: skip
    file = tmp_path / "many.csv"
    file.write_text("rule_id,unit,amount,start_iso\n" + "\n".join(rows) + "\n", encoding="utf-8")
    done = _due("--batch", str(file))
    assert done.exit_code == 0
    calendar = load_calendar()
    expected = ["rule_id,unit,amount,start_iso,due_iso,kind"]
    for row in rows:
        unit, amount, start = row.rpartition('",')[2].split(",")
        due = compute_due(parse_start(start), parse_period(f"{unit}:{amount}"), calendar)
        expected.append(f"{row},{(due.at or due.on).isoformat()},{due.kind}")
    assert done.stdout.splitlines() == expected
    assert {line.rpartition(",")[2] for line in expected[1:]} == {"firm", "provisional"}


def test_one_bad_row_of_a_large_batch_is_named_alone(tmp_path: Path) -> None:
    file = tmp_path / "many.csv"
    rows = ["A,wd,30,2026-01-20"] * 100
    rows[41], rows[70] = "B,wd,30,2017-01-20", "C,wd,30,soon"
    file.write_text(HEADER + "\n".join(rows) + "\n", encoding="utf-8")
    told = _due("--batch", str(file)).stderr.splitlines()
    assert [line.partition(": ")[0] for line in told[1:]] == ["many.csv:43", "many.csv:72"]


HEADER = "rule_id,unit,amount,start_iso\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (HEADER + "A,wd,30,2026-01-20\nB,wd,x,2026-01-20\n", "in.csv:3: the amount must be"),
        (HEADER + "A,wdd,3,2026-01-20\n", "in.csv:2: unknown unit `wdd`; did you mean `wd`?"),
        (HEADER + "A,wd,3,20.1.2026\n", "in.csv:2: `20.1.2026` is neither a date"),
        (HEADER + "A,wd,3,2026-01-20T10:00:00\n", "in.csv:2: 2026-01-20T10:00:00 has no time zone"),
        (HEADER + "A,wd,3,2017-01-20\n", "in.csv:2: 2017-01-20 lies outside"),
        (HEADER + "A,h,3,2026-01-20\n", "in.csv:2: hours run from an instant"),
        (HEADER + "A,wd,3\n", "in.csv:2: the row has not as many fields"),
        (HEADER + "A,wd,3,2026-01-20,more\n", "in.csv:2: the row has not as many fields"),
        ("rule_id,unit,amount\n", "in.csv:1: the column start_iso is missing"),
        ("", "in.csv:1: the column rule_id, unit, amount, start_iso is missing"),
        (HEADER.strip() + ",kind\n", "in.csv:1: the column kind is there already"),
        (HEADER.strip() + ",x,x\n", "in.csv:1: the column x stands there twice"),
    ],
)
def test_a_wrong_batch_is_misuse_and_computes_nothing(
    tmp_path: Path, text: str, message: str
) -> None:
    file = tmp_path / "in.csv"
    file.write_text(text, encoding="utf-8")
    done = _due("--batch", str(file))
    assert done.exit_code == 2
    assert message in done.stderr
    assert done.stdout == ""


def test_every_bad_row_is_named(tmp_path: Path) -> None:
    file = tmp_path / "in.csv"
    file.write_text(HEADER + "A,x,1,2026-01-20\nB,wd,1,2026-01-20\nC,wd,1,soon\n", encoding="utf-8")
    told = _due("--batch", str(file)).stderr
    assert "in.csv:2:" in told
    assert "in.csv:3:" not in told
    assert "in.csv:4:" in told


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "give START and PERIOD"),
        (("2026-01-20",), "give START and PERIOD"),
        (("2026-01-20", "wdd:3"), "unknown unit `wdd`"),
        (("2026-01-20T10:00", "wd:3"), "has no time zone"),
        (("2036-12-20", "wd:30"), "lies outside the assumed calendar"),
        (("2026-01-20", "wd:3", "--bearer", "mayor"), "unknown bearer `mayor`"),
        (("2026-01-20", "wd:3", "--as-of", "2001-01-01"), "no notice"),
        (("2026-01-20", "wd:3", "--as-of", "soon"), "`soon` is neither a date"),
        (("--batch", "missing.csv"), "missing.csv cannot be read"),
        (("2026-01-20", "--batch", "missing.csv"), "--batch takes neither"),
    ],
)
def test_misuse_says_what_would_be_right(arguments: tuple[str, ...], message: str) -> None:
    done = _due(*arguments)
    assert done.exit_code == 2
    assert message in done.stderr
    assert done.stdout == ""
