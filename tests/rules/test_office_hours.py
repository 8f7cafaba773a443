"""Promises in office hours: the worked examples, the edges of a day, and a walk by half hours."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.due import compute_due
from rules.office_hours import (
    ASSUMED,
    CLOCK_SETTINGS,
    OfficeHours,
    after_office_time,
    office_hours_of,
    parse_office_hours,
)
from rules.parameters import ParameterError, Settings, ZoneSetting
from rules.periods import SHANGHAI, Period, PeriodError, parse_period, parse_start
from rules.working_days import Calendar, load_calendar
from tests.rules import naive

CALENDAR = load_calendar()
HALF_HOUR = timedelta(minutes=30)
instants = st.datetimes(datetime(2019, 6, 1), datetime(2026, 10, 1)).map(  # noqa: DTZ001
    lambda at: at.replace(minute=at.minute // 30 * 30, second=0, microsecond=0, tzinfo=SHANGHAI)
)


def _due(start: str, period: str, hours: str = "") -> str:
    counted = parse_office_hours(hours) if hours else ASSUMED
    due = compute_due(parse_start(start), parse_period(period), CALENDAR, office_hours=counted)
    assert due.at is not None
    assert due.on == due.at.date() == due.missed_on
    return f"{due.at:%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("start", "ends"),
    [
        ("2026-02-13T16:30:00+08:00", "2026-02-14 10:00"),  # a make-up Saturday
        ("2026-09-30T16:00:00+08:00", "2026-10-08 09:30"),  # over the National Day
        ("2025-05-03T10:00:00+08:00", "2025-05-06 10:30"),  # asked for on a holiday
    ],
)
def test_two_office_hours(start: str, ends: str) -> None:
    assert _due(start, "oh:2") == ends


@pytest.mark.parametrize(
    ("start", "period", "ends"),
    [
        ("2025-03-03T08:30:00+08:00", "oh:7", "2025-03-03 17:00"),  # a whole day, to the minute
        ("2025-03-03T08:29:59+08:00", "oh:7", "2025-03-03 17:00"),
        ("2025-03-03T08:30:00+08:00", "oh:14", "2025-03-04 17:00"),
        ("2025-03-03T09:00:00+08:00", "oh:3", "2025-03-03 12:00"),  # ends with the morning
        ("2025-03-03T09:00:00+08:00", "oh:4", "2025-03-03 14:30"),
        ("2025-03-03T12:45:00+08:00", "oh:1", "2025-03-03 14:30"),  # during the noon break
        ("2025-03-03T17:00:00+08:00", "oh:1", "2025-03-04 09:30"),
        ("2025-03-03T23:59:59+08:00", "oh:1", "2025-03-04 09:30"),
        ("2025-03-03T06:00:00+08:00", "oh:1", "2025-03-03 09:30"),
        ("2025-03-02T16:00:00+00:00", "oh:1", "2025-03-03 09:30"),  # 3 March in Shanghai
        ("2025-03-03T12:45:00+08:00", "oh:0", "2025-03-03 12:45"),
    ],
)
def test_the_edges_of_a_day(start: str, period: str, ends: str) -> None:
    assert _due(start, period) == ends


def test_other_hours_than_the_assumed_ones() -> None:
    assert _due("2025-03-03T16:30:00+08:00", "oh:2", "09:00-17:30") == "2025-03-04 10:00"
    assert _due("2025-03-03T16:30:00+08:00", "oh:2", "09:00-11:00, 14:00-16:00") == (
        "2025-03-04 11:00"
    )


def test_office_hours_are_not_elapsed_hours(calendar: Calendar) -> None:
    start = parse_start("2026-09-30T16:00:00+08:00")
    assert str(compute_due(start, parse_period("h:2"), calendar).at)[:16] == "2026-09-30 18:00"


def test_the_receipt_names_the_hours_and_says_that_they_are_assumed(calendar: Calendar) -> None:
    start, period = parse_start("2026-09-30T16:00:00+08:00"), parse_period("oh:2")
    receipt = compute_due(start, period, calendar).receipt
    assert receipt["office_hours"] == {"sessions": "08:30-12:00,13:30-17:00", "assumed": True}
    assert receipt["rest_days"] == [["2026-10-01", "2026-10-07", "国庆节", "国办发明电〔2025〕7号"]]
    assert "nominal" not in receipt
    said = compute_due(start, period, calendar, office_hours=parse_office_hours("08:30-17:00"))
    assert said.receipt["office_hours"] == {"sessions": "08:30-17:00", "assumed": False}
    assert "office_hours" not in compute_due(start, parse_period("h:2"), calendar).receipt


def test_past_the_published_calendar_they_are_provisional(calendar: Calendar) -> None:
    start = parse_start("2026-12-31T16:30:00+08:00")
    due = compute_due(start, parse_period("oh:2"), calendar)
    assert (due.kind, due.enforceable_from) == ("provisional", None)
    assert due.earliest is not None
    assert due.latest is not None
    assert due.earliest <= due.on <= due.latest
    assert due.earliest == date(2027, 1, 2), "a Saturday might become a make-up day"
    firm = compute_due(parse_start("2026-12-24T14:00:00+08:00"), parse_period("oh:2"), calendar)
    assert (firm.kind, firm.at) == ("firm", datetime(2026, 12, 24, 16, tzinfo=SHANGHAI))


def test_the_days_of_a_pause_are_left_out_whole() -> None:
    assert _due("2025-03-03T16:30:00+08:00", "oh-susp:2025-03-03/2025-03-05:2") == (
        "2025-03-06 10:00"
    )
    assert _due("2025-03-03T10:00:00+08:00", "oh-susp:2025-03-02/2025-03-03:2") == (
        "2025-03-04 10:30"
    )
    assert _due("2025-03-03T10:00:00+08:00", "oh-susp:2025-03-10/2025-03-12:2") == (
        "2025-03-03 12:00"
    )


def test_a_date_has_no_hour(calendar: Calendar) -> None:
    with pytest.raises(PeriodError, match="run from an instant"):
        compute_due(date(2025, 3, 3), parse_period("oh:2"), calendar)


@pytest.mark.parametrize(
    "text", ["", "8:30-12:00", "12:00-08:30", "08:30-12:00,11:00-17:00", "08:30-24:30",
             "08:30-12:00,12:00-17:00", "08:30"]
)  # fmt: skip
def test_hours_that_cannot_be(text: str) -> None:
    with pytest.raises(PeriodError, match="office hours"):
        parse_office_hours(text)


# A second opinion, by half hours over another library's calendar


def _walked(start: datetime, halves: int) -> datetime:
    at = start
    while halves:
        clock = at.time()
        open_now = time(8, 30) <= clock < time(12) or time(13, 30) <= clock < time(17)
        at += HALF_HOUR
        if open_now and naive.is_working((at - HALF_HOUR).date()):
            halves -= 1
    return at


@given(instants, st.integers(1, 60))
def test_walking_by_half_hours_gives_the_same(start: datetime, halves: int) -> None:
    table = CALENDAR.assumed("estimate")
    assert after_office_time(start, halves * HALF_HOUR, ASSUMED, table) == _walked(start, halves)


@given(instants, st.integers(1, 60), st.integers(1, 60))
def test_one_stretch_after_the_other_is_both_together(start: datetime, a: int, b: int) -> None:
    table = CALENDAR.assumed("estimate")
    first = after_office_time(start, a * HALF_HOUR, ASSUMED, table)
    both = after_office_time(start, (a + b) * HALF_HOUR, ASSUMED, table)
    assert after_office_time(first, b * HALF_HOUR, ASSUMED, table) == both


@given(instants, st.integers(1, 40))
def test_a_receipt_can_always_be_written(start: datetime, amount: int) -> None:
    due = compute_due(start, Period("oh", amount), CALENDAR)
    assert due.receipt["result"]["on"] == due.on.isoformat()


# What a zone has set


def _set(*clocks: int | None, assumed: bool = False) -> Settings:
    entries = [
        ZoneSetting("zone", name, "clock", clock, date(2020, 1, 1), "办法", assumed)
        for name, clock in zip(CLOCK_SETTINGS, clocks, strict=True)
        if clock is not None
    ]
    return Settings("yingkou", tuple(entries))


def test_the_four_times_a_zone_has_set() -> None:
    day = date(2025, 3, 3)
    assert office_hours_of(_set(900, 1130, 1400, 1730), day) == parse_office_hours(
        "09:00-11:30,14:00-17:30"
    )
    assert office_hours_of(_set(830, 1200, 1330, 1700, assumed=True), day) == ASSUMED
    assert office_hours_of(_set(830, 1200, None, 1700), day) is None
    assert office_hours_of(_set(830, 1200, 1330, 1700), date(2019, 12, 31)) is None


def test_times_that_do_not_follow_one_another_are_an_error_and_no_guess() -> None:
    for clocks in ((830, 1200, 1100, 1700), (830, 1261, 1330, 1700), (830, 1200, 1330, 2400)):
        with pytest.raises(ParameterError, match="office hours"):
            office_hours_of(_set(*clocks), date(2025, 3, 3))


def test_half_a_day_is_half_of_the_office_time() -> None:
    assert ASSUMED.of_a_day / 2 == timedelta(hours=3, minutes=30)
    assert OfficeHours(((time(9), time(17)),)).of_a_day == timedelta(hours=8)
