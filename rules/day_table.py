"""A table of days, each a working day or not, and the arithmetic on it.

A running count of working days answers every question with one or two look-ups, so that a period
of thirty working days costs no more than one of three. Refuses to answer outside the table.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import accumulate


class CalendarHorizon(LookupError):
    """A day lies outside the table: its arrangement is not published, or never was recorded."""


@dataclass(frozen=True)
class DayTable:
    """Consecutive days from `first_day` on; `flags` holds 1 for a working day and 0 for a rest day.

    `name` is what an error calls the table."""

    name: str
    first_day: date
    flags: bytes

    @cached_property
    def last_day(self) -> date:
        """The last day the table knows."""
        return self.first_day + timedelta(days=len(self.flags) - 1)

    @cached_property
    def _first(self) -> int:
        return self.first_day.toordinal()

    @cached_property
    def _counts(self) -> tuple[int, ...]:
        """Working days from the first day up to and including each day."""
        return tuple(accumulate(self.flags))

    @cached_property
    def _working(self) -> tuple[date, ...]:
        """The working days in order."""
        return tuple(
            date.fromordinal(self._first + at) for at, flag in enumerate(self.flags) if flag
        )

    def is_working(self, day: date) -> bool:
        """Whether the day is a working day. Raises CalendarHorizon."""
        return self.flags[self._index(day)] == 1

    def add(self, day: date, n: int) -> date:
        """The n-th working day after `day`, which is not counted and may be a rest day (n >= 1)."""
        if n < 1:
            raise ValueError(f"count at least one working day forward, not {n}")
        position = self._counts[self._index(day)] + n - 1
        if position >= len(self._working):
            raise self._outside(f"{day} + {n} working days")
        return self._working[position]

    def back(self, day: date, n: int) -> date:
        """The n-th working day before `day`, which is not counted and may be a rest day."""
        if n < 1:
            raise ValueError(f"count at least one working day back, not {n}")
        index = self._index(day)
        position = self._counts[index] - self.flags[index] - n
        if position < 0:
            raise self._outside(f"{day} - {n} working days")
        return self._working[position]

    def roll(self, day: date) -> date:
        """The day itself when it is a working day, else the first working day after it."""
        index = self._index(day)
        return day if self.flags[index] else self.add(day, 1)

    def roll_back(self, day: date) -> date:
        """The day itself when it is a working day, else the last working day before it."""
        index = self._index(day)
        return day if self.flags[index] else self.back(day, 1)

    def count(self, after: date, through: date) -> int:
        """Working days later than `after`, up to and including `through`."""
        if through < after:
            raise ValueError(f"the interval after {after} through {through} runs backwards")
        return self._counts[self._index(through)] - self._counts[self._index(after)]

    def _index(self, day: date) -> int:
        if isinstance(day, datetime):
            raise TypeError(f"{day} is an instant: convert it with shanghai_date first")
        index = day.toordinal() - self._first
        if 0 <= index < len(self.flags):
            return index
        raise self._outside(str(day))

    def _outside(self, what: str) -> CalendarHorizon:
        return CalendarHorizon(
            f"{what} lies outside {self.name}, which knows {self.first_day} to {self.last_day}"
        )
