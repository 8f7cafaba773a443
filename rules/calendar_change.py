"""One calendar after another: what a further notice adds, and which days it decides anew.

A calendar is never altered; a year file makes the next one. Knows nothing of cases: what another
calendar does to a date that somebody was told is in `machines/recount.py`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from rules.festivals import days_between, statutory_days
from rules.holiday_notices import CalendarError, HolidayNotice
from rules.working_days import Calendar


def plain_of(calendar: Calendar) -> list[Any]:
    """Its notices as JSON values, from which `calendar_of` makes it again."""
    return [notice.plain() for notice in calendar.notices]


def calendar_of(plain: Iterable[Sequence[Any]]) -> Calendar:
    """The calendar whose notices were kept."""
    notices: list[HolidayNotice] = []
    for one in plain:
        amends = bool(notices) and notices[-1].year == one[0]
        notices.append(HolidayNotice.from_plain(one, amends=amends))
    return Calendar(tuple(notices))


def with_year(calendar: Calendar, notices: tuple[HolidayNotice, ...]) -> Calendar:
    """The calendar with one year's notices in place of what it had for that year, or behind its
    last one. Raises CalendarError where a year between is missing or a known notice left out."""
    year = notices[0].year
    years = calendar.of_year
    if year not in years and year != calendar.last_day.year + 1:
        raise CalendarError(
            f"{year} does not follow {calendar.last_day.year}, the last year published here "
            f"(from {calendar.notices[0].year} on): load the years in order"
        )
    known, stated = years.get(year, ()), {notice.number for notice in notices}
    left_out = [notice.number for notice in known if notice.number not in stated]
    if left_out:
        raise CalendarError(
            f"the file of {year} leaves out {', '.join(left_out)}, which is in force here: "
            "add the further notice behind it, and leave it as it is"
        )
    return _of_years({**years, year: notices})


def united(kept: Calendar, shipped: Calendar) -> Calendar:
    """The kept calendar with those notices of the shipped one that it does not know; where both
    know a notice, the kept one stands. Raises CalendarError where years would be missing."""
    years: dict[int, tuple[HolidayNotice, ...]] = dict(kept.of_year)
    for year, notices in shipped.of_year.items():
        own = {notice.number: notice for notice in years.get(year, ())}
        shipped_numbers = {notice.number for notice in notices}
        more = [notice for number, notice in own.items() if number not in shipped_numbers]
        both = [own.get(notice.number, notice) for notice in notices] + more
        years[year] = tuple(sorted(both, key=lambda notice: notice.published_on))
    return _of_years(years)


def _of_years(years: Mapping[int, tuple[HolidayNotice, ...]]) -> Calendar:
    present = sorted(years)
    missing = sorted(set(range(present[0], present[-1] + 1)) - set(present))
    if missing:
        raise CalendarError(f"the years {', '.join(map(str, missing))} are missing")
    return Calendar(tuple(notice for year in present for notice in years[year]))


@dataclass(frozen=True)
class CalendarChange:
    """From one calendar to the next. `before` None: nobody knows what was counted on until now,
    so that every date is to be looked at."""

    before: Calendar | None
    after: Calendar

    @cached_property
    def days(self) -> tuple[date, ...]:
        """The days newly published, now firm (the end of a December) or arranged anew."""
        old, new = self.before, self.after
        every = days_between(new.first_day, new.last_day)
        if old is None:
            return tuple(every)
        return tuple(
            day
            for day in every
            if not old.first_day <= day <= old.last_day
            or old.firm_until < day <= new.firm_until
            or old.is_working(day) != new.is_working(day)
        )

    @property
    def first(self) -> date | None:
        """The first of them, None where there are none."""
        return self.days[0] if self.days else None

    def meets(self, first: date, last: date) -> bool:
        """Whether one of the days lies from `first` to `last`, both included."""
        if self.before is None:
            return True
        at = bisect_left(self.days, first)
        return at < len(self.days) and self.days[at] <= last

    @cached_property
    def cause(self) -> tuple[str, ...]:
        """The numbers of the notices that are new or read differently, in order; none where nobody
        knows what was there before."""
        if self.before is None:
            return ()
        known = plain_of(self.before)
        return tuple(one.number for one in self.after.notices if one.plain() not in known)


def doubts(calendar: Calendar, year: int) -> tuple[str, ...]:
    """What is odd about a year: statutory holidays (全国年节及纪念日放假办法 2) that it works
    through. A person decides whether the file or the notice is so."""
    try:
        statutory = statutory_days(year)
    except KeyError:
        return ()
    return tuple(
        f"{day} ({name}) is a statutory holiday and stands as a working day"
        for day, name in sorted(statutory.items())
        if calendar.is_working(day)
    )


def differ(one: Calendar, other: Calendar) -> tuple[date, ...]:
    """The days on which two calendars do not agree, or that only one of them knows."""
    days = {*CalendarChange(one, other).days, *CalendarChange(other, one).days}
    return tuple(sorted(days))


def differing_days(one: Calendar, other: Mapping[date, bool], year: int) -> tuple[date, ...]:
    """The days of a year on which a second source disagrees. `other`: the days it arranges, and
    whether they are worked; every other day is a plain weekday or weekend day."""
    return tuple(
        day
        for day in days_between(date(year, 1, 1), date(year, 12, 31))
        if one.is_working(day) != other.get(day, day.weekday() < 5)
    )
