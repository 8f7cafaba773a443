"""Laws that hold for every date, found or broken by Hypothesis, with a naive second opinion."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.due import compute_due
from rules.periods import BACKWARD, FORWARD, SHANGHAI, UNITS, Period, add_months
from rules.working_days import load_calendar
from tests.rules import naive

CALENDAR = load_calendar()
DAY = timedelta(days=1)
TIMED = ("h", "oh")
DATED_UNITS = [unit for unit in UNITS if unit not in TIMED]
AMOUNTS = {"wd": 60, "cd": 120, "mo": 8, "yr": 1, "h": 500, "oh": 100}
starts = st.dates(date(2019, 6, 1), date(2025, 12, 1))


@st.composite
def periods(draw: st.DrawFn, units: list[str]) -> Period:
    unit = draw(st.sampled_from(units))
    amount = draw(st.integers(1, AMOUNTS[unit.partition("-")[0]]))
    return Period(unit, amount)


@st.composite
def pauses(draw: st.DrawFn, start: date) -> tuple[tuple[date, date], ...]:
    """Up to three pauses that do not touch, some of them before the start or after the end."""
    found, day = [], start + timedelta(days=draw(st.integers(-20, 40)))
    for _ in range(draw(st.integers(1, 3))):
        until = day + timedelta(days=draw(st.integers(0, 30)))
        found.append((day, until))
        day = until + timedelta(days=draw(st.integers(1, 30)))
    return tuple(found)


@given(starts, periods(DATED_UNITS))
def test_walking_day_by_day_gives_the_same(start: date, period: Period) -> None:
    expected = naive.due(period.unit, period.amount, start)
    if expected <= CALENDAR.firm_until:
        assert compute_due(start, period, CALENDAR).on == expected


@given(st.data(), starts, periods([unit for unit in FORWARD if unit not in TIMED]))
def test_walking_around_pauses_gives_the_same(
    data: st.DataObject, start: date, period: Period
) -> None:
    paused = Period(period.unit, period.amount, data.draw(pauses(start)))
    due = compute_due(start, paused, CALENDAR)
    if due.on <= CALENDAR.firm_until:
        assert due.on == naive.due(paused.unit, paused.amount, start, paused.pauses)
        assert due.on >= compute_due(start, period, CALENDAR).on


@given(starts, periods(["wd", "cd-roll", "mo-roll", "yr-roll", "wd-back", "cd-back-safe"]))
def test_a_date_to_act_by_is_a_working_day(start: date, period: Period) -> None:
    assert CALENDAR.assumed("estimate").is_working(compute_due(start, period, CALENDAR).on)


@given(starts, periods(list(UNITS)), st.integers(0, 86_399))
def test_nothing_adverse_on_or_before_the_due_day(start: date, period: Period, second: int) -> None:
    instant = datetime.combine(start, time(), SHANGHAI) + timedelta(seconds=second)
    due = compute_due(instant, period, CALENDAR)
    if due.enforceable_from is not None:
        assert due.enforceable_from > due.on
        assert due.enforceable_from >= due.missed_on
        assert CALENDAR.is_working(due.enforceable_from)
    if due.is_provisional:
        assert due.enforceable_from is None


@given(starts, periods(["mo-roll", "mo-noroll", "yr-roll", "yr-noroll"]))
def test_nothing_adverse_before_the_other_reading_of_a_month_has_passed(
    start: date, period: Period
) -> None:
    due = compute_due(start, period, CALENDAR)
    months = period.amount * (12 if period.family == "yr" else 1)
    other = naive.same_day_number(start + DAY, months)
    if due.enforceable_from is not None:
        assert due.enforceable_from > CALENDAR.roll(other)


@given(starts, periods(DATED_UNITS), st.integers(0, 86_399))
def test_the_time_of_day_and_the_zone_never_matter(
    start: date, period: Period, second: int
) -> None:
    instant = datetime.combine(start, time(), SHANGHAI) + timedelta(seconds=second)
    abroad = instant.astimezone(UTC)
    assert compute_due(instant, period, CALENDAR) == compute_due(start, period, CALENDAR)
    assert compute_due(abroad, period, CALENDAR) == compute_due(start, period, CALENDAR)


@given(starts, periods(["wd", "cd-roll", "mo-roll"]))
def test_a_later_event_is_never_due_earlier(start: date, period: Period) -> None:
    first, second = (compute_due(day, period, CALENDAR) for day in (start, start + DAY))
    assert first.on <= second.on


def test_months_are_never_chained() -> None:
    """31 January: one month and one month is 28 March; two months are 31 March."""
    day = date(2025, 1, 31)
    assert add_months(add_months(day, 1), 1) == date(2025, 3, 28)
    assert add_months(day, 2) == date(2025, 3, 31)


@given(st.dates(date(1950, 1, 1), date(2100, 1, 1)), st.integers(0, 600))
def test_months_keep_the_day_number_or_end_the_month(day: date, months: int) -> None:
    found = add_months(day, months)
    assert (found.year - day.year) * 12 + found.month - day.month == months
    assert found.day == day.day or (found.day < day.day and (found + DAY).day == 1)
    assert found == naive.same_day_number(day, months)


@given(starts, st.integers(0, 86_399), st.integers(0, 1000))
def test_hours_are_elapsed_time(day: date, second: int, hours: int) -> None:
    start = datetime.combine(day, time(), UTC) + timedelta(seconds=second)
    due = compute_due(start, Period("h", hours), CALENDAR)
    assert due.at is not None
    assert due.at - start == timedelta(hours=hours)
    assert due.at.utcoffset() == timedelta(hours=8)
    assert due.on == due.at.date()


def test_hours_stand_still_while_paused() -> None:
    start = datetime(2026, 4, 3, 20, tzinfo=SHANGHAI)
    paused = Period("h", 12, ((date(2026, 4, 3), date(2026, 4, 6)),))
    due = compute_due(start, paused, CALENDAR)
    assert due.at == datetime(2026, 4, 7, 8, tzinfo=SHANGHAI)
    started_within = Period("h", 12, ((date(2026, 4, 1), date(2026, 4, 3)),))
    assert compute_due(start, started_within, CALENDAR).at == datetime(
        2026, 4, 4, 12, tzinfo=SHANGHAI
    )
    too_late = Period("h", 2, ((date(2026, 4, 3), date(2026, 4, 6)),))
    assert compute_due(start, too_late, CALENDAR).at == datetime(2026, 4, 3, 22, tzinfo=SHANGHAI)
    just_over = Period("h", 4, ((date(2026, 4, 3), date(2026, 4, 6)),))
    assert compute_due(start, just_over, CALENDAR).at == datetime(2026, 4, 4, tzinfo=SHANGHAI)


@pytest.mark.parametrize("unit", sorted(BACKWARD))
def test_a_period_counted_backwards_is_never_moved_later(unit: str) -> None:
    start = date(2025, 10, 9)
    assert compute_due(start, Period(unit, 1), CALENDAR).on < start
