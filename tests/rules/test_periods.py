"""How periods, starts and Shanghai dates are written, and what is refused."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.due import compute_due
from rules.periods import (
    FORWARD,
    UNITS,
    Period,
    PeriodError,
    add_days,
    add_months,
    parse_period,
    parse_start,
    shanghai_date,
)
from rules.working_days import Calendar, CalendarHorizon

PAUSE = (date(2025, 3, 10), date(2025, 3, 21))
days = st.dates(date(2019, 1, 1), date(2026, 12, 31))


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("wd:30", Period("wd", 30)),
        ("cd-back-safe:30", Period("cd-back-safe", 30)),
        ("yr-elapsed:3", Period("yr-elapsed", 3)),
        (" h:12 ", Period("h", 12)),
        ("wd-susp:2025-03-10/2025-03-21:20", Period("wd", 20, (PAUSE,))),
        ("cd-susp-roll:2025-03-10/2025-03-21:20", Period("cd-roll", 20, (PAUSE,))),
        ("mo-susp-roll:2025-03-10/2025-03-21:2", Period("mo-roll", 2, (PAUSE,))),
        (
            "wd-susp:2025-04-01/2025-04-02,2025-03-10/2025-03-21:20",
            Period("wd", 20, (PAUSE, (date(2025, 4, 1), date(2025, 4, 2)))),
        ),
    ],
)
def test_a_period_is_read(text: str, period: Period) -> None:
    assert parse_period(text) == period
    assert parse_period(str(period)) == period


@given(st.sampled_from(UNITS), st.integers(0, 100_000), st.lists(st.tuples(days, days), max_size=3))
def test_a_period_is_written_as_it_is_read(
    unit: str, amount: int, drawn: list[tuple[date, date]]
) -> None:
    pauses = tuple((min(pair), max(pair)) for pair in drawn) if unit in FORWARD else ()
    period = Period(unit, amount, pauses)
    assert parse_period(str(period)) == period
    assert list(period.pauses) == sorted(pauses)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("wdd:3", "unknown unit `wdd`; did you mean `wd`"),
        ("mo-rol:3", "did you mean `mo-roll`"),
        ("working days:3", "known: wd, cd-roll"),
        ("wd", "write unit:amount"),
        ("", "write unit:amount"),
        ("wd:", "whole number such as 30, not ``"),
        ("wd:-3", "not `-3`"),
        ("wd:3.5", "not `3.5`"),
        ("wd:٣", "whole number"),
        ("wd:100001", "from 0 to 100000"),
        ("wd-susp:20", "names no pause; write wd-susp:"),
        ("wd-susp:2025-03-10:20", "is not a pause"),
        ("wd-susp:2025-03-10/2025-02-30:20", "is not a pause"),
        ("wd-susp:2025-03-21/2025-03-10:20", "ends before it starts"),
        ("wd:2025-03-10/2025-03-21:20", "write wd:20, or wd-susp:"),
        ("wd-back:2025-03-10/2025-03-21:20", "wd-back takes no pauses"),
        ("wd-susp:2025-03-10/2025-03-21:20:1", "is not a period"),
    ],
)
def test_a_wrong_period_is_refused(text: str, message: str) -> None:
    with pytest.raises(PeriodError, match=message):
        parse_period(text)


def test_a_wrong_period_is_refused_however_it_is_made() -> None:
    with pytest.raises(PeriodError, match="cannot be paused"):
        Period("wd-back", 3, (PAUSE,))
    with pytest.raises(PeriodError, match="whole number, not True"):
        Period("wd", True)
    with pytest.raises(PeriodError, match="from 0"):
        Period("wd", -1)


def test_pauses_that_overlap_exclude_no_day_twice(calendar: Calendar) -> None:
    once = parse_period("wd-susp:2025-03-10/2025-03-21:20")
    twice = parse_period("wd-susp:2025-03-10/2025-03-14,2025-03-12/2025-03-21:20")
    start = date(2025, 3, 3)
    assert compute_due(start, once, calendar).on == compute_due(start, twice, calendar).on
    assert str(compute_due(start, twice, calendar).on) == "2025-04-14"


@pytest.mark.parametrize(
    ("pause", "due"),
    [
        ("2025-03-03/2025-03-04", "2025-03-11"),  # paused on the day of the event
        ("2025-02-24/2025-03-04", "2025-03-11"),  # paused before it: only the days after it count
        ("2025-03-07/2025-03-10", "2025-03-11"),
        ("2025-03-10/2025-03-21", "2025-03-10"),  # paused on the last day: the period has ended
        ("2025-03-05/2025-03-05", "2025-03-10"),  # resumed on the same day
    ],
)
def test_where_a_pause_begins_and_ends(calendar: Calendar, pause: str, due: str) -> None:
    """Five working days from Monday 3 March 2025 are due on Monday 10 March."""
    period = parse_period(f"wd-susp:{pause}:5")
    assert str(compute_due(date(2025, 3, 3), period, calendar).on) == due


@pytest.mark.parametrize(
    ("pause", "due"),
    [
        ("2025-03-15/2025-03-19", "2025-03-20"),
        ("2025-03-15/2025-03-17", "2025-03-18"),
        ("2025-03-15/2025-03-16", "2025-03-17"),
        ("2025-03-15/2025-03-17,2025-03-17/2025-03-21", "2025-03-24"),
    ],
)
def test_a_period_that_would_be_rolled_into_a_pause_ends_after_it(
    calendar: Calendar, pause: str, due: str
) -> None:
    """Ten natural days from 5 March 2025 end on Saturday 15 March, the day of the pause."""
    result = compute_due(date(2025, 3, 5), parse_period(f"cd-susp-roll:{pause}:10"), calendar)
    assert (result.receipt["nominal"], str(result.on)) == ("2025-03-15", due)


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        ("2026-03-31T15:59:59+00:00", "2026-03-31"),
        ("2026-03-31T16:00:00+00:00", "2026-04-01"),
        ("2026-03-31T16:30:00Z", "2026-04-01"),
        ("2026-03-31T23:59:59.999999+08:00", "2026-03-31"),
        ("2026-03-31T12:00:00-10:00", "2026-04-01"),
        ("2026-03-31", "2026-03-31"),
        ("1988-07-01T15:30:00+00:00", "1988-07-02"),  # summer time, +09:00
    ],
)
def test_the_shanghai_date_of_an_instant(instant: str, day: str) -> None:
    assert str(shanghai_date(parse_start(instant))) == day


def test_an_instant_without_a_zone_is_refused(calendar: Calendar) -> None:
    naive = datetime(2026, 1, 20, 10, 0, tzinfo=UTC).replace(tzinfo=None)
    with pytest.raises(PeriodError, match=r"no time zone; write 2026-01-20T10:00:00\+08:00"):
        shanghai_date(naive)
    with pytest.raises(PeriodError, match="no time zone"):
        parse_start("2026-01-20T10:00:00")
    for unit in ("wd", "h"):
        with pytest.raises(PeriodError, match="no time zone"):
            compute_due(naive, Period(unit, 3), calendar)


@pytest.mark.parametrize("text", ["20 Jan 2026", "2026-02-30", "2026-1-5", "", "tomorrow"])
def test_a_start_that_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(PeriodError, match="neither a date such as 2026-03-31 nor an instant"):
        parse_start(text)


def test_hours_need_an_instant(calendar: Calendar) -> None:
    with pytest.raises(PeriodError, match="hours run from an instant, not from the date"):
        compute_due(date(2026, 1, 20), Period("h", 2), calendar)


def test_a_period_outside_every_table_is_refused(calendar: Calendar) -> None:
    with pytest.raises(CalendarHorizon, match="2018-12-29"):
        compute_due(date(2018, 12, 1), Period("wd", 5), calendar)
    with pytest.raises(CalendarHorizon, match="2018-12-29"):
        compute_due(date(2018, 5, 1), Period("mo-roll", 1), calendar)
    with pytest.raises(CalendarHorizon, match="2036-12-31"):
        compute_due(date(2026, 5, 1), Period("yr-roll", 20), calendar)


def test_a_date_no_calendar_can_write_is_refused(calendar: Calendar) -> None:
    with pytest.raises(PeriodError, match="past the year 9999"):
        add_months(date(9999, 12, 1), 1)
    with pytest.raises(PeriodError, match="leaves the years"):
        add_days(date(9999, 12, 31), 1)
    with pytest.raises(PeriodError, match="past the year 9999"):
        compute_due(date(2026, 1, 1), Period("yr-noroll", 9000), calendar)
    late = datetime(9999, 12, 31, 12, tzinfo=timezone(timedelta(hours=8)))
    with pytest.raises(PeriodError, match="leaves the years"):
        compute_due(late, Period("h", 100), calendar)


def test_eight_hours_ahead_is_shanghai_time_but_for_the_summers_until_1991() -> None:
    """In the summers of 1986 to 1991 the clocks of Shanghai were nine hours ahead."""
    ahead = timezone(timedelta(hours=8))
    assert shanghai_date(datetime(1990, 7, 1, 23, 30, tzinfo=ahead)) == date(1990, 7, 2)
    assert shanghai_date(datetime(1991, 9, 14, 23, 30, tzinfo=ahead)) == date(1991, 9, 15)
    for year in (1990, 1992, 2026):
        winter = datetime(year, 1, 1, 23, 59, 59, tzinfo=ahead)
        assert shanghai_date(winter) == date(year, 1, 1)
        assert shanghai_date(winter.astimezone(UTC)) == date(year, 1, 1)
    assert shanghai_date(datetime(2026, 7, 1, 23, 30, tzinfo=ahead)) == date(2026, 7, 1)
