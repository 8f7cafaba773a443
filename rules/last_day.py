"""The last day of a period on one table of days: pure arithmetic, no question of what is firm.

Pauses exclude the days after `paused_on` up to and including `resumed_on`, so they push the last
day of natural days, months and years by that many days, and of working days by as many working
days (行政许可法 45). A pause that begins on or after the last day changes nothing.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from rules.day_table import DayTable
from rules.periods import SHANGHAI, Period, PeriodError, add_days, add_months

ONE_DAY = timedelta(days=1)


class LastDay(NamedTuple):
    """`nominal`: the last day as counted; `on`: the due day, after rolling."""

    nominal: date
    on: date


def last_day(period: Period, day_zero: date, table: DayTable) -> LastDay:
    """The last day of any period but one in hours. Raises CalendarHorizon and PeriodError."""
    manner = period.manner
    if period.family == "wd":
        return _working_days(period, day_zero, table)
    if manner in ("back", "back-safe"):
        nominal = add_days(day_zero, -period.amount)
        on = table.roll_back(nominal) if manner == "back-safe" else nominal
        return LastDay(nominal, on)
    nominal = nominal_day(period, day_zero)
    if manner == "roll":
        return LastDay(nominal, _rolled(nominal, period, day_zero, table))
    return LastDay(nominal, add_days(nominal, 1) if manner == "elapsed" else nominal)


def nominal_day(period: Period, day_zero: date, *, next_day: bool = False) -> date:
    """The last day of natural days, months or years before any rolling.

    `next_day`: the other reading of 民法典 201-202, which lets months and years correspond to the
    day after the event; used only to be safe under both (counting-time rules, section 1.3)."""
    first = add_days(day_zero, 1) if next_day else day_zero
    if period.family == "cd":
        nominal = add_days(first, period.amount)
    else:
        nominal = add_months(first, period.amount * (12 if period.family == "yr" else 1))
    for paused_on, resumed_on in period.merged_pauses(day_zero) if period.pauses else ():
        if paused_on < nominal:
            nominal = add_days(nominal, (resumed_on - paused_on).days)
    return nominal


def _working_days(period: Period, day_zero: date, table: DayTable) -> LastDay:
    if period.amount == 0:
        return LastDay(day_zero, day_zero if period.manner else table.roll(day_zero))
    if period.manner == "back":
        on = table.back(day_zero, period.amount)
        return LastDay(on, on)
    on, counted = table.add(day_zero, period.amount), period.amount
    for paused_on, resumed_on in period.merged_pauses(day_zero) if period.pauses else ():
        if paused_on < on:
            counted += table.count(paused_on, resumed_on)
            on = table.add(day_zero, counted)
    return LastDay(on, on)


def _rolled(nominal: date, period: Period, day_zero: date, table: DayTable) -> date:
    """The first working day from `nominal` on that no pause excludes."""
    on = table.roll(nominal)
    for paused_on, resumed_on in period.merged_pauses(day_zero) if period.pauses else ():
        if paused_on < on <= resumed_on:
            on = table.add(resumed_on, 1)
    return on


def last_instant(period: Period, start: datetime) -> datetime:
    """The instant at which so many hours have passed, in Shanghai time.

    Hours are elapsed time through nights and holidays; the days of a pause are left out whole."""
    try:
        at = start.astimezone(UTC) + timedelta(hours=period.amount)
        for paused_on, resumed_on in period.merged_pauses(start.astimezone(SHANGHAI).date()):
            begin = max(start, _midnight_after(paused_on))
            if begin < at:
                at += _midnight_after(resumed_on) - begin
        return at.astimezone(SHANGHAI)
    except OverflowError:
        raise PeriodError(f"{start} + {period.amount} hours leaves the years 1 to 9999") from None


def _midnight_after(day: date) -> datetime:
    return datetime.combine(day + ONE_DAY, time(), SHANGHAI).astimezone(UTC)
