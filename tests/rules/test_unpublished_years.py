"""What is assumed of a year without a notice: its festivals, the range and how it held up."""

from datetime import date, timedelta

import holidays
import pytest

from rules.due import compute_due
from rules.festivals import LAST_YEAR, VARIANTS, days_between, movable, statutory_days
from rules.periods import parse_period
from rules.working_days import Calendar, CalendarHorizon, load_calendar

ENGLISH = {
    "Chinese New Year (Spring Festival)": "春节",
    "Tomb-Sweeping Day": "清明节",
    "Dragon Boat Festival": "端午节",
    "Mid-Autumn Festival": "中秋节",
}


@pytest.mark.parametrize("year", range(2019, LAST_YEAR + 1))
def test_the_festivals_of_the_moon_and_sun_are_where_another_source_has_them(year: int) -> None:
    found: dict[str, date] = {}
    for day, names in sorted(holidays.country_holidays("CN", years=year, language="en_US").items()):
        for name in names.split("; "):
            if name in ENGLISH and day.year == year:
                found.setdefault(ENGLISH[name], day)
    assert list(movable()[year]) == [found[name] for name in ENGLISH.values()]


def test_the_statutory_days_of_a_year() -> None:
    """Eleven until 2024, thirteen since; one fewer where two festivals share a day."""
    assert {year: len(statutory_days(year)) for year in range(2019, 2032)} == {
        2019: 11, 2020: 10, 2021: 11, 2022: 11, 2023: 11, 2024: 11, 2025: 13, 2026: 13, 2027: 13,
        2028: 12, 2029: 13, 2030: 13, 2031: 12,
    }  # fmt: skip
    assert statutory_days(2027)[date(2027, 2, 5)] == "春节"
    assert date(2024, 2, 9) not in statutory_days(2024)


def test_the_readings_agree_on_firm_days_and_lie_within_one_another(calendar: Calendar) -> None:
    earliest, estimate, latest = (calendar.assumed(variant) for variant in VARIANTS)
    assert earliest.last_day == estimate.last_day == latest.last_day == date(2036, 12, 31)
    for day in days_between(calendar.first_day, calendar.firm_until):
        assert len({table.is_working(day) for table in (earliest, estimate, latest)}) == 1
    later = list(days_between(calendar.firm_until + timedelta(days=1), latest.last_day))
    for day in later:
        assert latest.is_working(day) <= estimate.is_working(day) <= earliest.is_working(day)
    assert all(estimate.is_working(day) == calendar.is_working(day) for day in later[:7])


def test_compensation_falls_on_the_next_working_days(calendar: Calendar) -> None:
    """Spring Festival 2027 has a Saturday and a Sunday, Labour Day 2027 is a weekend."""
    estimate = calendar.assumed("estimate")
    off = [day for day in days_between(date(2027, 1, 1), date(2027, 5, 31))
           if day.weekday() < 5 and not estimate.is_working(day)]  # fmt: skip
    assert [f"{day:%m-%d}" for day in off] == [
        "01-01", "02-05", "02-08", "02-09", "02-10", "04-05", "05-03", "05-04"]  # fmt: skip


def test_the_earliest_reading_works_on_weekends_before_festivals(calendar: Calendar) -> None:
    """Four days before the National Day of 2035, a Monday; two before the other festivals, and the
    end of December."""
    earliest = calendar.assumed("earliest")
    worked = [day for day in days_between(date(2035, 4, 6), date(2035, 12, 31))
              if day.weekday() >= 5 and earliest.is_working(day)]  # fmt: skip
    assert [f"{day:%m-%d}" for day in worked] == [
        "04-28", "04-29", "06-03", "06-09", "09-09", "09-15",
        "09-22", "09-23", "09-29", "09-30", "12-29", "12-30",
    ]  # fmt: skip


def test_past_the_assumed_years_there_is_no_answer_at_all(calendar: Calendar) -> None:
    with pytest.raises(CalendarHorizon, match="2036-12-31"):
        compute_due(date(2036, 12, 1), parse_period("wd:30"), calendar)


@pytest.mark.parametrize(
    ("start", "amount", "as_of", "earliest", "estimate", "latest"),
    [
        ("2026-12-21", 30, "2026-11-20", "2027-01-29", "2027-02-02", "2027-02-22"),
        ("2026-12-10", 15, "2026-11-20", "2026-12-29", "2026-12-31", "2027-01-08"),
    ],
)
def test_the_range_of_known_examples(
    start: str, amount: int, as_of: str, earliest: str, estimate: str, latest: str
) -> None:
    calendar = load_calendar(as_of=date.fromisoformat(as_of))
    due = compute_due(date.fromisoformat(start), parse_period(f"wd:{amount}"), calendar)
    assert due.is_provisional
    assert (str(due.earliest), str(due.on), str(due.latest)) == (earliest, estimate, latest)
    assert due.enforceable_from is None


BACKTEST = (
    *("wd:1", "wd:5", "wd:15", "wd:20", "wd:30", "wd:60", "wd:120", "wd-back:7"),
    *("cd-roll:15", "cd-roll:60", "mo-roll:1", "mo-roll:6", "yr-roll:1", "cd-back-safe:30"),
)


@pytest.mark.parametrize("year", range(2019, 2026))
def test_what_was_published_always_lay_within_the_range(year: int) -> None:
    """Every start from February to December, as known the day before and the day of the notice.

    No range foresees a notice outside the yearly rhythm, such as the one of 27 January 2020."""
    published_on = load_calendar().of_year[year + 1][0].published_on
    then = load_calendar(as_of=published_on - timedelta(days=1))
    now = load_calendar(as_of=published_on)
    provisional = 0
    for start in days_between(date(year, 2, 1), date(year, 12, 31)):
        for unit in BACKTEST:
            told, true = (compute_due(start, parse_period(unit), each) for each in (then, now))
            if true.is_provisional:
                continue
            if told.is_provisional:
                provisional += 1
                assert told.earliest is not None
                assert told.latest is not None
                assert told.earliest <= told.on <= told.latest
                assert told.earliest <= true.on <= told.latest, (start, unit)
            else:
                assert told.on == true.on, (start, unit)
    assert provisional > 500


def test_a_weekend_that_may_become_a_make_up_day_is_the_earliest_end_of_a_rolled_period() -> None:
    """8 February 2025 was a Saturday; the notice of 12 November 2024 made it a working day."""
    period, start = parse_period("mo-roll:2"), date(2024, 12, 8)
    told = compute_due(start, period, load_calendar(as_of=date(2024, 11, 11)))
    assert (str(told.earliest), str(told.on)) == ("2025-02-08", "2025-02-10")
    assert compute_due(start, period, load_calendar()).on == date(2025, 2, 8)
