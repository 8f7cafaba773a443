"""A second opinion: due dates by walking one day at a time over another library's calendar.

Slow, short and sharing no line with the rules it checks. Knows 2019 to 2026.
"""

from collections.abc import Callable
from datetime import date, timedelta

import chinese_calendar

DAY = timedelta(days=1)


def is_working(day: date) -> bool:
    """Whether chinesecalendar holds the day for a working day."""
    return bool(chinese_calendar.is_workday(day))


def due(unit: str, amount: int, day: date, pauses: tuple[tuple[date, date], ...] = ()) -> date:
    """The due day of a unit that is not hours, counted from `day`."""

    def counts(one: date) -> bool:
        return not any(since < one <= until for since, until in pauses)

    if unit == "wd":
        return _walk(day, amount, DAY, lambda one: is_working(one) and counts(one))
    if unit == "wd-back":
        return _walk(day, amount, -DAY, is_working)
    if unit.startswith("cd-back"):
        last = _walk(day, amount, -DAY, lambda _: True)
        return _first(last, -DAY, is_working) if unit == "cd-back-safe" else last
    if unit.startswith("cd"):
        last = _walk(day, amount, DAY, counts)
    else:
        last = same_day_number(day, amount * (12 if unit.startswith("yr") else 1))
        for since, until in pauses:
            if max(since, day) < last and until > day:
                last = _walk(last, (until - max(since, day)).days, DAY, lambda _: True)
    if unit.endswith("-roll"):
        return _first(last, DAY, lambda one: is_working(one) and counts(one))
    return last + DAY if unit.endswith("-elapsed") else last


def same_day_number(day: date, months: int) -> date:
    """So many months on, one calendar month at a time, with the day number kept where it exists."""
    year, month = day.year, day.month
    for _ in range(months):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    for number in range(day.day, 0, -1):
        try:
            return date(year, month, number)
        except ValueError:
            continue
    raise AssertionError("every month has a first day")


def _walk(day: date, amount: int, step: timedelta, counts: Callable[[date], bool]) -> date:
    while amount:
        day += step
        amount -= counts(day)
    return day


def _first(day: date, step: timedelta, wanted: Callable[[date], bool]) -> date:
    while not wanted(day):
        day += step
    return day
