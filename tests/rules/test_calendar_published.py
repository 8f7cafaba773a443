"""The published calendar: every day against two other sources, versions, bounds, arithmetic."""

from datetime import UTC, date, datetime, timedelta

import chinese_calendar
import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.festivals import days_between
from rules.working_days import Calendar, CalendarError, CalendarHorizon, load_calendar
from tests.rules import naive

YEARS = range(2019, 2027)
CALENDAR = load_calendar()
any_day = st.dates(date(2019, 1, 1), date(2026, 9, 30))


@pytest.mark.parametrize("year", YEARS)
def test_every_day_is_what_two_independent_sources_say(calendar: Calendar, year: int) -> None:
    other = holidays.country_holidays("CN", years=year)
    wrong = [
        day
        for day in days_between(date(year, 1, 1), date(year, 12, 31))
        if not calendar.is_working(day)
        == chinese_calendar.is_workday(day)
        == other.is_working_day(day)
    ]
    assert wrong == []


def test_the_first_notice_reaches_back_into_december(calendar: Calendar) -> None:
    assert calendar.first_day == date(2018, 12, 29)
    assert calendar.is_working(date(2018, 12, 29))
    assert not calendar.is_working(date(2018, 12, 31))
    assert [str(day) for day, reason in calendar.reasons.items()
            if reason.notice.year > day.year] == [
        "2018-12-30", "2018-12-31", "2018-12-29", "2022-12-31"]  # fmt: skip


def test_the_bounds(calendar: Calendar) -> None:
    assert calendar.last_day == date(2026, 12, 31)
    assert calendar.firm_until == date(2026, 12, 24)
    assert [notice.year for notice in calendar.notices if notice.amends] == [2019, 2020]
    assert len(calendar.notices) == len(YEARS) + 2


def test_every_notice_names_its_number_and_its_page(calendar: Calendar) -> None:
    for notice in calendar.notices:
        sent = notice.published_on.year
        assert notice.number.startswith(f"国办发明电〔{sent}〕")
        assert notice.number.endswith("号")
        assert notice.url
        assert "www.gov.cn/zhengce/content/" in notice.url
        assert str(notice.year) in notice.title
    assert len({notice.number for notice in calendar.notices}) == len(calendar.notices)


def test_a_version_is_a_hash_of_what_is_known(calendar: Calendar) -> None:
    assert len(calendar.version) == 64
    assert load_calendar().version == calendar.version
    assert load_calendar() == calendar
    assert load_calendar(as_of=date(2026, 11, 20)).version == calendar.version
    assert load_calendar(as_of=date(2025, 11, 3)).version != calendar.version


def test_as_of_the_day_of_publication_the_notice_is_known() -> None:
    assert load_calendar(as_of=date(2025, 11, 3)).firm_until == date(2025, 12, 24)
    assert load_calendar(as_of=date(2025, 11, 4)).firm_until == date(2026, 12, 24)


def test_a_later_notice_wins_day_by_day() -> None:
    before, after = (load_calendar(as_of=date(2019, 3, day)) for day in (21, 22))
    changed = [day for day in days_between(date(2019, 4, 1), date(2019, 5, 31))
               if before.is_working(day) != after.is_working(day)]  # fmt: skip
    assert [str(day) for day in changed] == [
        "2019-04-28", "2019-05-02", "2019-05-03", "2019-05-05"]  # fmt: skip
    before, after = (load_calendar(as_of=date(2020, 1, day)) for day in (26, 27))
    changed = [day for day in days_between(date(2020, 1, 1), date(2020, 12, 31))
               if before.is_working(day) != after.is_working(day)]  # fmt: skip
    assert [str(day) for day in changed] == ["2020-01-31", "2020-02-01"]


def test_before_the_first_notice_there_is_no_calendar() -> None:
    with pytest.raises(CalendarError, match="published on or before 2018-12-05"):
        load_calendar(as_of=date(2018, 12, 5))


@pytest.mark.parametrize("day", [date(2018, 12, 28), date(2027, 1, 1)])
def test_outside_the_table_there_is_no_answer(calendar: Calendar, day: date) -> None:
    for ask in (calendar.is_working, calendar.roll):
        with pytest.raises(CalendarHorizon, match="2018-12-29 to 2026-12-31"):
            ask(day)
    with pytest.raises(CalendarHorizon):
        calendar.add(day, 1)
    with pytest.raises(CalendarHorizon):
        calendar.back(day, 1)


def test_an_answer_that_would_fall_outside_is_refused_too(calendar: Calendar) -> None:
    assert calendar.add(date(2026, 12, 30), 1) == date(2026, 12, 31)
    with pytest.raises(CalendarHorizon, match=r"2026-12-30 \+ 2 working days"):
        calendar.add(date(2026, 12, 30), 2)
    with pytest.raises(CalendarHorizon, match="2018-12-29 - 1 working days"):
        calendar.back(date(2018, 12, 29), 1)


def test_only_a_firm_answer_comes_from_add_firm(calendar: Calendar) -> None:
    assert calendar.add_firm(date(2026, 12, 23), 1) == date(2026, 12, 24)
    assert calendar.add_firm(date(2026, 12, 23), 2) is None
    assert calendar.add_firm(date(2026, 12, 24), 1) is None
    assert calendar.add_firm(date(2044, 5, 1), 1) is None


@pytest.mark.parametrize("n", [0, -1])
def test_counting_no_day_at_all_is_a_mistake(calendar: Calendar, n: int) -> None:
    with pytest.raises(ValueError, match="at least one"):
        calendar.add(date(2026, 1, 5), n)
    with pytest.raises(ValueError, match="at least one"):
        calendar.back(date(2026, 1, 5), n)


def test_an_instant_is_not_a_day(calendar: Calendar) -> None:
    with pytest.raises(TypeError, match="shanghai_date"):
        calendar.is_working(datetime(2026, 1, 5, 20, tzinfo=UTC))


def test_an_interval_must_run_forward(calendar: Calendar) -> None:
    with pytest.raises(ValueError, match="backwards"):
        calendar.count(date(2026, 1, 6), date(2026, 1, 5))


@given(any_day, st.integers(1, 30), st.integers(1, 30))
def test_adding_twice_is_adding_the_sum(day: date, a: int, b: int) -> None:
    assert CALENDAR.add(CALENDAR.add(day, a), b) == CALENDAR.add(day, a + b)


@given(any_day, st.integers(1, 60))
def test_add_agrees_with_walking(day: date, n: int) -> None:
    found = CALENDAR.add(day, n)
    assert CALENDAR.is_working(found)
    assert found == naive.due("wd", n, day)
    assert CALENDAR.count(day, found) == n
    assert CALENDAR.back(found + timedelta(days=1), n) == CALENDAR.add(day, 1)


@given(any_day.filter(lambda day: not CALENDAR.is_working(day)), st.integers(1, 40))
def test_a_rest_day_counts_from_the_last_working_day_before_it(day: date, n: int) -> None:
    assert CALENDAR.add(day, n) == CALENDAR.add(CALENDAR.published.roll_back(day), n)


@given(any_day)
def test_rolling_goes_to_the_first_working_day(day: date) -> None:
    found = CALENDAR.roll(day)
    assert found >= day
    assert CALENDAR.is_working(found)
    assert not any(CALENDAR.is_working(one) for one in days_between(day, found) if one < found)
    assert CALENDAR.roll(found) == found
