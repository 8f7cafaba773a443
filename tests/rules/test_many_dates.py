"""Dates counted by arrays are the dates counted one by one, everywhere in the calendar."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.due import compute_due
from rules.many_dates import ManyDue, many_due
from rules.periods import BACKWARD, FORWARD, Period, PeriodError, parse_period
from rules.working_days import CalendarHorizon, load_calendar
from tests.rules.test_deadlines import ROWS

CALENDAR = load_calendar()
EARLIER = load_calendar(as_of=date(2021, 6, 1))
DAY = timedelta(days=1)
FORWARD_DATED = [unit for unit in FORWARD if unit not in ("h", "oh")]
LARGEST = {"wd": 400, "cd": 700, "mo": 30, "yr": 4}
# From before the calendar begins to where the last assumed reading ends, and far outside.
starts = st.one_of(
    st.dates(date(2018, 12, 20), date(2027, 12, 31)),
    st.dates(date(2026, 9, 1), date(2027, 3, 1)),
    st.dates(date(2018, 6, 1), date(2037, 12, 31)),
    st.dates(date(2023, 11, 1), date(2024, 3, 10)),
)
intervals = st.tuples(starts, st.integers(0, 60)).map(lambda one: (one[0], one[0] + one[1] * DAY))


@st.composite
def periods(draw: st.DrawFn) -> Period:
    paused = draw(st.booleans())
    unit = draw(st.sampled_from(FORWARD_DATED if paused else FORWARD_DATED + sorted(BACKWARD)))
    amount = draw(st.integers(0, LARGEST[unit.partition("-")[0]]))
    return Period(unit, amount, tuple(draw(st.lists(intervals, max_size=3))) if paused else ())


def _days(dates: list[date]) -> np.ndarray[Any, np.dtype[np.datetime64]]:
    return np.array(dates, "datetime64[D]")


def _rows(found: ManyDue) -> list[tuple[Any, ...]]:
    """The arrays as tuples of dates, None for NaT."""
    fields = (found.on, found.provisional, found.earliest, found.latest, found.enforceable_from)
    return list(zip(*(field.tolist() for field in fields), strict=True))


def _one_by_one(dates: list[date], period: Period, calendar: Any = CALENDAR) -> Any:
    """What `compute_due` says of each, or the error of the earliest it cannot count."""
    found: list[tuple[Any, ...] | None] = []
    for day in sorted(set(dates)):
        try:
            due = compute_due(day, period, calendar)
        except (PeriodError, CalendarHorizon) as error:
            return error
        found.append((due.on, due.is_provisional, due.earliest, due.latest, due.enforceable_from))
    by_day = dict(zip(sorted(set(dates)), found, strict=True))
    return [by_day[day] for day in dates]


def _must_agree(dates: list[date], period: Period, calendar: Any = CALENDAR) -> None:
    expected = _one_by_one(dates, period, calendar)
    if isinstance(expected, Exception):
        with pytest.raises(type(expected)) as raised:
            many_due(_days(dates), period, calendar)
        assert str(raised.value) == str(expected)
    else:
        assert _rows(many_due(_days(dates), period, calendar)) == expected


@settings(max_examples=400, deadline=None)
@given(st.lists(starts, min_size=1, max_size=12), periods())
def test_many_dates_are_the_dates_one_by_one(dates: list[date], period: Period) -> None:
    _must_agree(dates, period)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.dates(date(2019, 1, 1), date(2022, 6, 1)), min_size=1, max_size=8), periods())
def test_and_on_a_calendar_that_ends_earlier(dates: list[date], period: Period) -> None:
    _must_agree(dates, period, EARLIER)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.one_of(st.dates(), st.just(date.max), st.just(date.min + DAY)), min_size=1,
             max_size=4),
    periods().filter(lambda period: not period.pauses),
)  # fmt: skip
def test_and_at_the_ends_of_all_years(dates: list[date], period: Period) -> None:
    _must_agree(dates, period)


@pytest.mark.parametrize(
    "text",
    ["wd:1", "wd:30", "wd-back:7", "cd-roll:15", "cd-back:30", "cd-back-safe:30", "mo-roll:1",
     "mo-noroll:6", "mo-elapsed:3", "yr-roll:1", "yr-elapsed:1",
     "wd-susp:2026-02-10/2026-02-28:20", "cd-susp-roll:2026-12-20/2027-01-10:20",
     "cd-susp-roll:2025-03-08/2025-03-10:5",  # rolled onto the day of resumption
     "mo-susp-roll:2024-01-31/2024-02-20,2024-02-25/2024-03-01:1"],
)  # fmt: skip
def test_every_day_of_the_calendar_into_the_unpublished_years(text: str) -> None:
    dates = [date(2019, 3, 1) + n * DAY for n in range((date(2027, 7, 1) - date(2019, 3, 1)).days)]
    _must_agree(dates, parse_period(text))


def test_the_worked_examples_come_out() -> None:
    dated = [row for row in ROWS if row["unit"] != "h" and "T" not in row["start_iso"]]
    for row in dated:
        period = parse_period(f"{row['unit']}:{row['amount']}")
        found = many_due(_days([date.fromisoformat(row["start_iso"])]), period, CALENDAR)
        assert found.on.tolist() == [date.fromisoformat(row["expected_due_iso"])]
    assert len(dated) > 100


def test_the_shape_is_kept_and_many_starts_may_fall_on_one_day() -> None:
    days = _days([date(2026, 1, 20), date(2026, 12, 21), date(2026, 1, 20), date(2025, 5, 3)])
    found = many_due(days.reshape(2, 2), parse_period("wd:30"), CALENDAR)
    assert found.on.tolist() == [[date(2026, 3, 9), date(2027, 2, 2)],
                                 [date(2026, 3, 9), date(2025, 6, 17)]]  # fmt: skip
    assert found.provisional.tolist() == [[False, True], [False, False]]
    assert found.enforceable_from.dtype == np.dtype("datetime64[D]")
    every_second = many_due(days[::2], parse_period("wd:30"), CALENDAR)
    assert every_second.on.tolist() == [date(2026, 3, 9)] * 2


def test_the_error_names_a_start_that_was_asked_for_and_no_day_between() -> None:
    dates = [date(2036, 11, 1) + n * DAY for n in range(30)] + [date(2036, 12, 31)]
    _must_agree(dates, parse_period("wd:5"))
    _must_agree([date(2040, 1, 1), *dates, date(2018, 6, 1)], parse_period("cd-roll:5"))


def test_no_starts_have_no_dates() -> None:
    found = many_due(_days([]), parse_period("wd:30"), CALENDAR)
    assert (found.on.size, found.provisional.size) == (0, 0)


def test_what_cannot_be_counted_by_arrays_is_said() -> None:
    with pytest.raises(PeriodError, match="runs from an instant"):
        many_due(_days([date(2026, 1, 20)]), parse_period("h:12"), CALENDAR)
    with pytest.raises(PeriodError, match="NaT"):
        many_due(np.array(["2026-01-20", "NaT"], "datetime64[D]"), parse_period("wd:1"), CALENDAR)
    with pytest.raises(TypeError, match="datetime64"):
        many_due(np.array(["2026-01-20T10"], "datetime64[s]"), parse_period("wd:1"), CALENDAR)
    with pytest.raises(PeriodError, match="1 to 9999"):
        many_due(np.array(["12026-01-20"], "datetime64[D]"), parse_period("mo-noroll:1"), CALENDAR)
    with pytest.raises(CalendarHorizon, match="2018-06-01"):
        many_due(_days([date(2025, 1, 2), date(2018, 6, 1)]), parse_period("wd:1"), CALENDAR)
