"""Each kind of period as a reform has it, whatever day it starts on: the examples of the law, and
the same count with a finger for every other day."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from machines.book import rulebook
from machines.counting import Counted, Moment, count
from machines.frozen import replace
from machines.rungs import SHANGHAI
from rules.working_days import load_calendar
from tests.machines.invented import Story
from tests.properties.walker import assumed_world
from tests.rules import fingers

BOOK, CALENDAR = rulebook(), load_calendar()
CASE = Story.begun("2025-01-02").case
DAYS = st.dates(date(2019, 1, 2), date(2026, 6, 30))


def counted(key: str, duty: str, start: datetime) -> Counted:
    """The date of a duty or timer of a reform that starts at an instant."""
    spec = BOOK.workflows[key].compiled.duties[duty]
    case = replace(CASE, workflow=key, opened_at=start, happened={})
    world = assumed_world(BOOK, CALENDAR, key)
    return count(spec, Moment(case, world, start, "applicant"))


def at(day: str | date, clock: time = time(9)) -> datetime:
    """An instant of a day in Shanghai."""
    on = date.fromisoformat(day) if isinstance(day, str) else day
    return datetime.combine(on, clock, SHANGHAI)


@pytest.mark.parametrize(
    ("released", "opens", "closes"),
    [("2025-08-20", "2025-09-20", "2025-10-09"), ("2024-01-15", "2024-02-15", "2024-02-29"),
     ("2026-01-02", "2026-02-02", "2026-02-24")],
)  # fmt: skip
def test_the_tax_window_opens_on_day_31_and_closes_on_day_45(
    released: str, opens: str, closes: str
) -> None:
    """Rule R24: the first day is the day itself, the last is rolled."""
    due = counted("ecommerce_tax_window", "pay_in_tax_window", at(released)).due
    assert (str(due.opens_on), str(due.on)) == (opens, closes)


@given(DAYS)
def test_whenever_released_the_window_is_day_31_to_45(day: date) -> None:
    due = counted("ecommerce_tax_window", "pay_in_tax_window", at(day)).due
    assert due.opens_on == day + timedelta(days=31)
    assert str(due.on) == fingers.due("cd-roll", 45, str(day))


@pytest.mark.parametrize(
    ("issued", "until"),
    [("2020-02-29", "2025-02-28"), ("2021-10-01", "2026-10-01"), ("2019-01-31", "2024-01-31")],
)
def test_a_permit_is_valid_for_five_years_and_no_holiday_prolongs_it(
    issued: str, until: str
) -> None:
    """Rule R14."""
    due = counted("drainage_permit", "validity", at(issued)).due
    assert (str(due.on), due.kind) == (until, "firm")


@given(DAYS)
def test_validity_is_never_rolled_and_never_provisional(day: date) -> None:
    due = counted("drainage_permit", "validity", at(day)).due
    assert (str(due.on), due.kind) == (fingers.due("yr-noroll", 5, str(day)), "firm")


@pytest.mark.parametrize(
    ("asked", "by"),
    [("2026-04-03T20:00:00+08:00", "2026-04-04T08:00:00+08:00"),
     ("2025-12-31T18:30:00+08:00", "2026-01-01T06:30:00+08:00"),
     ("2024-02-28T14:00:00+08:00", "2024-02-29T02:00:00+08:00")],
)  # fmt: skip
def test_twelve_hours_run_through_nights_and_holidays(asked: str, by: str) -> None:
    """Rule R21."""
    due = counted("border_permits", "issue_temporary", datetime.fromisoformat(asked)).due
    assert due.at is not None
    assert due.at.isoformat() == by


@given(DAYS, st.times())
def test_whenever_asked_twelve_hours_are_twelve_hours(day: date, clock: time) -> None:
    start = at(day, clock)
    due = counted("border_permits", "issue_temporary", start).due
    assert due.at == start + timedelta(hours=12)
    assert due.kind == "firm"
