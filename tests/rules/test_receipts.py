"""A receipt is enough to do the computation again by hand, and nothing more."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.due import compute_due
from rules.periods import parse_period, parse_start
from rules.receipt import rule_in_words
from rules.working_days import Calendar, load_calendar
from tests.rules.test_deadlines import ROWS

CALENDAR = load_calendar()
NOTICE_2026 = "国办发明电〔2025〕7号"


def _receipt(start: str, period: str, calendar: Calendar = CALENDAR) -> dict[str, Any]:
    due = compute_due(parse_start(start), parse_period(period), calendar)
    stored: dict[str, Any] = json.loads(json.dumps(due.receipt, ensure_ascii=False))
    assert stored == due.receipt  # nothing that JSON would change
    return stored


def test_a_working_day_period_lists_what_it_skipped_and_what_it_counted() -> None:
    receipt = _receipt("2026-01-20", "wd:30")
    assert receipt["day_zero"] == "2026-01-20"
    assert receipt["rest_days"] == [
        ["2026-01-24", "2026-01-25", "周末"],
        ["2026-01-31", "2026-02-01", "周末"],
        ["2026-02-07", "2026-02-08", "周末"],
        ["2026-02-15", "2026-02-23", "春节", NOTICE_2026],
        ["2026-03-01", "2026-03-01", "周末"],
        ["2026-03-07", "2026-03-08", "周末"],
    ]
    assert receipt["make_up_days"] == [
        ["2026-02-14", "2026-02-14", "春节", NOTICE_2026],
        ["2026-02-28", "2026-02-28", "春节", NOTICE_2026],
    ]
    assert receipt["calendar"] == {
        "version": CALENDAR.version,
        "firm_until": "2026-12-24",
        "notices": [[NOTICE_2026, "2025-11-04"]],
    }
    assert receipt["result"] == {
        "kind": "firm",
        "on": "2026-03-09",
        "missed_on": "2026-03-10",
        "enforceable_from": "2026-03-10",
    }


def test_a_rolled_period_lists_only_the_days_it_was_rolled_over() -> None:
    receipt = _receipt("2025-08-20", "mo-roll:6")
    assert receipt["nominal"] == "2026-02-20"
    assert receipt["rolled"] == {"from": "2026-02-20", "to": "2026-02-24"}
    assert receipt["rest_days"] == [["2026-02-20", "2026-02-23", "春节", NOTICE_2026]]
    assert receipt["counted_from_next_day"] == "2026-02-21"
    assert "rolled" not in _receipt("2025-09-10", "mo-roll:6")


def test_a_make_up_day_on_which_a_period_ends_is_named() -> None:
    receipt = _receipt("2026-01-14", "mo-roll:1")
    assert receipt["make_up_days"] == [["2026-02-14", "2026-02-14", "春节", NOTICE_2026]]
    assert receipt["rest_days"] == []


def test_an_amended_holiday_names_the_notice_that_amended_it() -> None:
    receipt = _receipt("2019-03-20", "wd:30")
    assert ["2019-05-01", "2019-05-04", "劳动节", "国办发明电〔2019〕3号"] in receipt["rest_days"]
    assert len(receipt["calendar"]["notices"]) == 2


def test_a_december_names_the_notice_of_the_year_after_it() -> None:
    receipt = _receipt("2022-12-28", "wd:3")
    assert ["2022-12-31", "2023-01-02", "元旦", "国办发明电〔2022〕16号"] in receipt["rest_days"]
    assert [number for number, _ in _receipt("2022-12-20", "wd:5")["calendar"]["notices"]] == [
        "国办发明电〔2021〕11号", "国办发明电〔2022〕16号"]  # fmt: skip


def test_a_long_period_sums_up_its_weekends() -> None:
    receipt = _receipt("2025-01-02", "wd:200")
    assert receipt["weekend_days"] > 50
    assert {row[2] for row in receipt["rest_days"]} == {
        "春节", "清明节", "劳动节", "端午节", "国庆节、中秋节"}  # fmt: skip
    assert len(json.dumps(receipt)) < 3000


def test_pauses_say_how_many_days_they_took() -> None:
    receipt = _receipt("2025-09-12", "wd-susp:2025-09-25/2025-10-13:20")
    assert receipt["pauses"] == [["2025-09-25", "2025-10-13", 8]]
    assert receipt["result"]["on"] == "2025-10-28"
    natural = _receipt("2025-09-12", "cd-susp-roll:2025-09-25/2025-10-13:20")
    assert natural["pauses"] == [["2025-09-25", "2025-10-13", 18]]
    assert natural["nominal"] == "2025-10-20"
    assert _receipt("2025-09-12", "wd-susp:2025-11-03/2025-11-14:20")["pauses"] == []


def test_a_provisional_date_says_what_is_assumed() -> None:
    receipt = _receipt("2026-12-21", "wd:30")
    assert ["2027-01-01", "2027-01-01", "元旦（推算）"] in receipt["rest_days"]
    assert receipt["result"]["kind"] == "provisional"
    assert set(receipt["range"]) == {"zh", "en"}
    assert (receipt["result"]["earliest"], receipt["result"]["latest"]) == (
        "2027-01-29", "2027-02-22")  # fmt: skip
    assert "enforceable_from" not in receipt["result"]
    assert "range" not in _receipt("2026-01-20", "wd:30")


def test_hours_and_the_bearer_are_told() -> None:
    start = parse_start("2026-04-03T20:00:00+08:00")
    due = compute_due(start, parse_period("h:12"), CALENDAR, bearer="authority")
    receipt = due.receipt
    assert receipt["start"] == "2026-04-03T20:00:00+08:00"
    assert receipt["result"]["at"] == "2026-04-04T08:00:00+08:00"
    assert receipt["bearer"] == "authority"
    assert "nominal" not in receipt


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["rule_id"])
def test_every_example_can_be_recomputed_from_its_receipt_alone(row: dict[str, str]) -> None:
    receipt = _receipt(row["start_iso"], f"{row['unit']}:{row['amount']}")
    if receipt["unit"] == "wd":
        assert _recount(receipt) == receipt["result"]["on"]
    elif "rolled" in receipt and receipt["unit"].endswith("-roll"):
        last_rest = date.fromisoformat(receipt["rest_days"][-1][1])
        assert receipt["rest_days"][0][0] == receipt["nominal"]
        assert str(last_rest + timedelta(days=1)) == receipt["rolled"]["to"]
    assert receipt["rule"]["zh"]
    assert receipt["rule"]["en"]


@given(st.dates(date(2019, 1, 1), date(2026, 6, 1)), st.integers(1, 70))
def test_a_working_day_receipt_adds_up(start: date, n: int) -> None:
    receipt = _receipt(start.isoformat(), f"wd:{n}")
    assert _recount(receipt) == receipt["result"]["on"]


def _recount(receipt: dict[str, Any]) -> str:
    """The due day found with a finger on the receipt, for periods that list their weekends."""
    assert "weekend_days" not in receipt
    off = {day for row in receipt["rest_days"] for day in _run(row)}
    off |= {
        day
        for paused_on, resumed_on, _ in receipt.get("pauses", ())
        for day in _run([paused_on, resumed_on])[1:]
    }
    day, left = date.fromisoformat(receipt["day_zero"]), receipt["amount"]
    while left:
        day += timedelta(days=1)
        left -= day not in off
    return day.isoformat()


def _run(row: list[str]) -> list[date]:
    first, last = date.fromisoformat(row[0]), date.fromisoformat(row[1])
    return [first + timedelta(days=i) for i in range((last - first).days + 1)]


def test_rules_read_as_sentences() -> None:
    chinese, english = rule_in_words("mo-roll", 6)
    assert chinese == (
        "开始的当日不计入；6个月后的对应日，没有对应日的为月末日；"
        "最后一日是休息日的，顺延至其后第一个工作日"
    )
    assert english.startswith("the day of the event is not counted; the same day number 6 months")
    assert rule_in_words("h", 12)[1] == "12 hours from that instant, through nights and holidays"
    assert "中止" in rule_in_words("wd", 20, paused=True)[0]
    assert rule_in_words("cd-back-safe", 30)[1].endswith("the last working day up to that day")
