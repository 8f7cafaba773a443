"""Which days are working days, according to the published notices and to nothing else.

A calendar is immutable and has a version: it knows what was published by a given day, so that any
decision can be repeated on the calendar it was made on. A rest day is a weekend day that is no
make-up working day, or a day off of a notice (counting-time rules, section 4).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path

from rules.day_table import CalendarHorizon, DayTable
from rules.festivals import (
    LAST_YEAR,
    VARIANTS,
    Variant,
    assumed_flags,
    conceivable_flags,
    days_between,
    movable,
)
from rules.holiday_notices import CalendarError, Holiday, HolidayNotice, read_notices

__all__ = [
    "VARIANTS",
    "Calendar",
    "CalendarError",
    "CalendarHorizon",
    "DayTable",
    "Holiday",
    "HolidayNotice",
    "Variant",
    "load_calendar",
]

CALENDARS = Path(__file__).parent / "calendars"
FIRM_UNTIL = (12, 24)  # the next year's notice may still arrange the last days of December
ASSUMED_YEARS = 10  # how far the provisional readings reach past the last published year


@dataclass(frozen=True, slots=True)
class DayReason:
    """Why a day is what it is: the holiday and the notice that arranged it."""

    working: bool
    name: str
    notice: HolidayNotice


@dataclass(frozen=True)
class Calendar:
    """The national calendar as far as `notices` go (in the order of publication within a year).

    Days are Asia/Shanghai dates. Past `last_day` every question raises CalendarHorizon; up to it
    the answer is what is published, but only days up to `firm_until` can no longer change by the
    regular notice of the next year: use `add_firm` where an act against somebody depends on it."""

    notices: tuple[HolidayNotice, ...]

    @cached_property
    def version(self) -> str:
        """64 hex digits (SHA-256) that change when any notice or festival date changes."""
        festivals = {year: [str(day) for day in days] for year, days in movable().items()}
        plain = [[notice.plain() for notice in self.notices], festivals, ASSUMED_YEARS]
        text = json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @cached_property
    def first_day(self) -> date:
        """The first day known: 1 January of the first year, or where its notice reaches back to."""
        first = self.notices[0]
        return min(date(first.year, 1, 1), *(day for day, _, _ in first.days()))

    @cached_property
    def last_day(self) -> date:
        """31 December of the last published year."""
        return date(self.notices[-1].year, 12, 31)

    @cached_property
    def firm_until(self) -> date:
        """24 December of the last published year."""
        return date(self.notices[-1].year, *FIRM_UNTIL)

    @cached_property
    def reasons(self) -> Mapping[date, DayReason]:
        """Every day that a notice arranges; the latest notice wins."""
        return {
            day: DayReason(working, name, notice)
            for notice in sorted(self.notices, key=lambda notice: notice.published_on)
            for day, working, name in notice.days()
        }

    @cached_property
    def of_year(self) -> Mapping[int, tuple[HolidayNotice, ...]]:
        """The notices of each year."""
        years = sorted({notice.year for notice in self.notices})
        return {year: tuple(n for n in self.notices if n.year == year) for year in years}

    @cached_property
    def published(self) -> DayTable:
        """The days from `first_day` to `last_day`."""
        flags = bytes(map(self._flag, days_between(self.first_day, self.last_day)))
        return DayTable(f"the calendar published up to {self.last_day.year}", self.first_day, flags)

    def _flag(self, day: date) -> bool:
        reason = self.reasons.get(day)
        return reason.working if reason is not None else day.weekday() < 5

    def assumed(self, variant: Variant) -> DayTable:
        """The firm days followed by one provisional reading of the ten years after them."""
        return self._assumed[variant]

    @cached_property
    def _assumed(self) -> Mapping[Variant, DayTable]:
        soft, last = self._unknown
        end = self.published.flags[(soft - self.first_day).days :]
        return {
            variant: self._extended(variant, assumed_flags(variant, soft, last, end))
            for variant in VARIANTS
        }

    @cached_property
    def conceivable(self) -> DayTable:
        """The firm days followed by all days on which work is not ruled out by statute."""
        return self._extended("conceivable", conceivable_flags(*self._unknown))

    @property
    def _unknown(self) -> tuple[date, date]:
        last_year = min(self.last_day.year + ASSUMED_YEARS, LAST_YEAR)
        return self.firm_until + timedelta(days=1), date(last_year, 12, 31)

    def _extended(self, name: str, flags: bytes) -> DayTable:
        firm = self.published.flags[: (self.firm_until - self.first_day).days + 1]
        return DayTable(f"the assumed calendar ({name})", self.first_day, firm + flags)

    def is_working(self, day: date) -> bool:
        """Whether the day is a working day. Raises CalendarHorizon outside the table."""
        return self.published.is_working(day)

    def add(self, day: date, n: int) -> date:
        """The n-th working day after `day`; `day` itself is not counted and may be any day."""
        return self.published.add(day, n)

    def add_firm(self, day: date, n: int) -> date | None:
        """As `add`, but None where the answer passes `firm_until`: nobody knows it yet."""
        if day >= self.firm_until:
            return None
        found = self.published.add(day, n)
        return found if found <= self.firm_until else None

    def back(self, day: date, n: int) -> date:
        """The n-th working day before `day`; `day` itself is not counted."""
        return self.published.back(day, n)

    def roll(self, day: date) -> date:
        """The day itself when it is a working day, else the first working day after it."""
        return self.published.roll(day)

    def count(self, after: date, through: date) -> int:
        """Working days later than `after`, up to and including `through`."""
        return self.published.count(after, through)


def load_calendar(folder: Path | None = None, *, as_of: date | None = None) -> Calendar:
    """The calendar of a folder of year files, ours by default.

    `as_of`: only what was published on or before that day, as if later notices did not exist.
    Raises CalendarError when a file is wrong, a year is missing, or nothing was published yet."""
    place = folder or CALENDARS
    files = sorted(place.glob("[0-9][0-9][0-9][0-9].yaml"))
    if not files:
        raise CalendarError(f"no calendar files (2026.yaml, ...) in {place}")
    notices: list[HolidayNotice] = []
    for file in files:
        known = [
            notice for notice in read_notices(file)
            if as_of is None or notice.published_on <= as_of
        ]  # fmt: skip
        if known and notices and known[0].year != notices[-1].year + 1:
            raise CalendarError(
                f"{file.name} follows {notices[-1].year}: the years between them are missing"
            )
        notices += known
    if not notices:
        raise CalendarError(f"no notice in {place.name}/ was published on or before {as_of}")
    return Calendar(tuple(notices))
