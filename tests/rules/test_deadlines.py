"""Worked examples of every rule: each must come out exactly, alone and in a batch.

Facts of deadlines.csv: rule, unit, amount, start, due date; starts and dates of 2019-2026.
"""

import csv
from datetime import date
from pathlib import Path

import pytest

from rules.due import compute_due
from rules.periods import UNITS, parse_period, parse_start
from rules.working_days import Calendar

FACTS = (Path(__file__).parent / "deadlines.csv").read_text(encoding="utf-8")
ROWS = list(csv.DictReader(FACTS.splitlines()))


@pytest.mark.parametrize(
    "row", ROWS, ids=lambda row: f"{row['rule_id']} {row['start_iso']} {row['unit']}"
)
def test_the_example_comes_out(calendar: Calendar, row: dict[str, str]) -> None:
    period = parse_period(f"{row['unit']}:{row['amount']}")
    due = compute_due(parse_start(row["start_iso"]), period, calendar)
    assert (due.at or due.on).isoformat() == row["expected_due_iso"]
    assert due.kind == "firm"
    assert due.earliest is None
    assert due.latest is None
    assert due.enforceable_from is not None
    assert due.enforceable_from > due.on
    assert due.receipt["result"]["on"] == due.on.isoformat()


def test_the_examples_cover_every_rule_and_nearly_every_unit() -> None:
    assert len({row["rule_id"] for row in ROWS}) == 34
    used = {parse_period(f"{row['unit']}:{row['amount']}").unit for row in ROWS}
    # No rule of ours rolls years (the laws below do); office hours are promises, with tests apart.
    assert set(UNITS) - used == {"yr-roll", "oh"}


@pytest.mark.parametrize(
    ("start", "unit", "due"),
    [
        # Eve and day of each boundary of the Spring Festival of 2026.
        ("2026-02-12", "wd:1", "2026-02-13"),
        ("2026-02-13", "wd:1", "2026-02-14"),
        ("2026-02-14", "wd:1", "2026-02-24"),
        ("2026-02-13", "wd:2", "2026-02-24"),
        ("2026-02-27", "wd:1", "2026-02-28"),
        # Swapped weekdays roll, make-up weekend days do not.
        ("2025-12-02", "mo-roll:1", "2026-01-04"),
        ("2025-12-04", "mo-roll:1", "2026-01-04"),
        ("2025-09-08", "mo-roll:1", "2025-10-09"),
        ("2024-01-18", "mo-roll:1", "2024-02-18"),
        # New Year's Eve 2024 was only encouraged leave; 8 March and 4 May are working days.
        ("2024-01-09", "mo-roll:1", "2024-02-09"),
        ("2024-02-08", "mo-roll:1", "2024-03-08"),
        # The same day number, else the month's end; never sticky, never chained.
        ("2025-01-31", "mo-noroll:1", "2025-02-28"),
        ("2025-01-31", "mo-noroll:2", "2025-03-31"),
        ("2023-02-28", "yr-roll:1", "2024-02-28"),
        ("2020-02-29", "yr-roll:5", "2025-02-28"),
        ("2020-10-01", "yr-roll:5", "2025-10-09"),
        # Nothing at all: the day of the event, rolled where the unit rolls.
        ("2026-02-16", "cd-roll:0", "2026-02-24"),
        ("2026-02-16", "wd:0", "2026-02-24"),
        ("2026-02-16", "cd-noroll:0", "2026-02-16"),
        ("2026-02-16", "wd-back:0", "2026-02-16"),
    ],
)
def test_the_edges(calendar: Calendar, start: str, unit: str, due: str) -> None:
    assert str(compute_due(parse_start(start), parse_period(unit), calendar).on) == due


@pytest.mark.parametrize(
    ("start", "unit", "due", "enforceable"),
    [
        ("2026-01-20", "wd:30", "2026-03-09", "2026-03-10"),
        ("2025-01-31", "mo-roll:1", "2025-02-28", "2025-03-04"),
        ("2025-02-28", "mo-roll:1", "2025-03-28", "2025-04-02"),
        ("2025-08-20", "mo-roll:6", "2026-02-24", "2026-02-25"),
        ("2026-02-12", "wd:1", "2026-02-13", "2026-02-14"),
        ("2025-10-31", "cd-back:30", "2025-10-01", "2025-10-09"),
        ("2025-10-31", "cd-back-safe:30", "2025-09-30", "2025-10-09"),
        ("2021-03-10", "yr-elapsed:3", "2024-03-11", "2024-03-12"),
        ("2026-04-30T20:00:00+08:00", "h:12", "2026-05-01", "2026-05-06"),
    ],
)
def test_the_first_day_of_an_adverse_act(
    calendar: Calendar, start: str, unit: str, due: str, enforceable: str
) -> None:
    """The first working day after the due day, under both readings of 民法典 202 for months."""
    result = compute_due(parse_start(start), parse_period(unit), calendar)
    assert (str(result.on), str(result.enforceable_from)) == (due, enforceable)
    hours = result.at is not None  # which have passed right after their instant, on the same day
    assert (result.missed_on - result.on).days == (0 if hours else 1)


def test_a_firm_date_may_have_no_firm_first_day_of_enforcement(calendar: Calendar) -> None:
    """Due on the last firm day: the working day after it is not published for certain."""
    due = compute_due(date(2026, 12, 17), parse_period("wd:5"), calendar)
    assert (due.kind, str(due.on), due.enforceable_from) == ("firm", "2026-12-24", None)
    assert due.missed_on == date(2026, 12, 25)
    before = compute_due(date(2026, 12, 16), parse_period("wd:5"), calendar)
    assert str(before.enforceable_from) == "2026-12-24"
    month = compute_due(date(2026, 11, 24), parse_period("mo-roll:1"), calendar)
    assert (month.kind, month.enforceable_from) == ("firm", None)


@pytest.mark.parametrize(
    ("start", "unit", "kind"),
    [
        ("2026-12-16", "wd:6", "firm"),
        ("2026-12-17", "wd:6", "provisional"),
        ("2026-11-24", "mo-roll:1", "firm"),
        ("2026-11-25", "mo-roll:1", "provisional"),
        ("2026-11-25", "mo-noroll:1", "firm"),
        ("2026-06-30", "yr-noroll:20", "firm"),
        ("2026-12-24", "mo-elapsed:3", "firm"),
        ("2026-12-31T22:00:00+08:00", "h:12", "firm"),
        ("2026-12-25", "wd-back:3", "firm"),
        ("2026-12-26", "wd-back:3", "provisional"),
        ("2027-03-01", "cd-back:30", "firm"),
        ("2027-03-01", "cd-back-safe:30", "provisional"),
        ("2027-01-20", "cd-back-safe:30", "firm"),
    ],
)
def test_when_a_date_is_provisional(calendar: Calendar, start: str, unit: str, kind: str) -> None:
    due = compute_due(parse_start(start), parse_period(unit), calendar)
    assert due.kind == kind
    assert due.is_provisional == (kind == "provisional") == (due.earliest is not None)


def test_a_status_older_than_the_calendar_still_has_its_date(calendar: Calendar) -> None:
    """It asks no calendar; enforceable from the calendar's first working day, never earlier."""
    due = compute_due(date(2012, 2, 29), parse_period("yr-noroll:5"), calendar)
    assert (str(due.on), due.kind) == ("2017-02-28", "firm")
    assert str(due.enforceable_from) == "2018-12-29"
