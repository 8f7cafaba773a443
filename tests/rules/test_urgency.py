"""Overdue, today, this week: on plain days, before make-up days and before long holidays."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.periods import SHANGHAI
from rules.urgency import URGENCIES, urgency, week_ends_on, working_days_left
from rules.working_days import Calendar, load_calendar
from tests.rules import fingers

KNOWN = load_calendar()


@pytest.mark.parametrize(
    ("today", "ends"),
    [
        ("2026-03-04", "2026-03-08"),  # a plain Wednesday: Sunday
        ("2026-03-06", "2026-03-08"),  # a plain Friday
        ("2026-03-08", "2026-03-08"),  # a plain Sunday
        ("2026-10-09", "2026-10-11"),  # Friday before the make-up Saturday 10 October
        ("2026-10-10", "2026-10-11"),  # that Saturday
        ("2026-09-30", "2026-10-07"),  # Wednesday before National Day, work again on the 8th
        ("2026-10-03", "2026-10-07"),  # in the middle of it
        ("2026-02-13", "2026-02-23"),  # Friday before Saturday 14 February, then nine days off
        ("2026-09-18", "2026-09-20"),  # Friday before the make-up Sunday 20 September
        ("2026-09-20", "2026-09-27"),  # that Sunday begins a week that ends in Mid-Autumn
        ("2025-01-26", "2025-02-04"),  # Sunday 26 and Monday 27 January, then the festival
        ("2025-04-27", "2025-05-05"),  # Sunday 27 April, three days more, then Labour Day
        ("2026-12-31", "2027-01-03"),  # beyond what is published: by the estimate
    ],
)
def test_a_week_ends_before_work_begins_again(calendar: Calendar, today: str, ends: str) -> None:
    assert str(week_ends_on(date.fromisoformat(today), calendar)) == ends


@pytest.mark.parametrize(
    ("today", "due", "how", "left"),
    [
        ("2026-10-09", "2026-10-08", "overdue", -1),
        ("2026-10-09", "2026-10-09", "today", 0),
        ("2026-10-09", "2026-10-10", "week", 1),
        ("2026-10-09", "2026-10-12", "later", 2),
        ("2026-09-30", "2026-10-01", "week", 0),
        ("2026-09-30", "2026-10-07", "week", 0),
        ("2026-09-30", "2026-10-08", "later", 1),
        ("2026-10-08", "2026-09-30", "overdue", -1),
        ("2026-10-05", "2026-09-30", "overdue", 0),  # no working day has passed since
        ("2026-02-13", "2026-02-14", "week", 1),
        ("2026-02-13", "2026-02-24", "later", 2),
    ],
)
def test_how_pressing_a_day_is(
    calendar: Calendar, today: str, due: str, how: str, left: int
) -> None:
    now = datetime.combine(date.fromisoformat(today), time(9), SHANGHAI)
    on = date.fromisoformat(due)
    assert urgency(on, now, calendar) == how
    assert working_days_left(now.date(), on, calendar) == left


def test_hours_are_overdue_right_after_their_instant(calendar: Calendar) -> None:
    at = datetime(2026, 10, 9, 20, tzinfo=SHANGHAI)
    assert urgency(at, at, calendar) == "today"
    assert urgency(at, at + timedelta(microseconds=1), calendar) == "overdue"
    assert urgency(at, at - timedelta(days=1), calendar) == "week"


def test_before_every_calendar_a_week_is_a_plain_one(calendar: Calendar) -> None:
    assert week_ends_on(date(2010, 6, 2), calendar) == date(2010, 6, 6)
    assert working_days_left(date(2010, 6, 2), date(2010, 6, 4), calendar) is None


@given(st.dates(date(2019, 3, 1), date(2026, 12, 20)), st.integers(-40, 40))
def test_the_finger_counts_the_same(today: date, away: int) -> None:
    """And a week holds today, ends on or after Sunday, and is followed by a day of work."""
    on, step = today + timedelta(days=away), fingers.DAY
    left = working_days_left(today, on, KNOWN)
    passed = [min(today, on) + n * step for n in range(1, abs(away) + 1)]
    assert left == (1 if away > 0 else -1) * sum(map(fingers.is_working, passed))
    ends = week_ends_on(today, KNOWN)
    assert ends >= today
    assert ends >= today + timedelta(days=6 - today.weekday())
    assert fingers.is_working(ends + step)
    now = datetime.combine(today, time(9), SHANGHAI)
    later = URGENCIES.index(urgency(on + step, now, KNOWN))
    assert URGENCIES.index(urgency(on, now, KNOWN)) <= later
