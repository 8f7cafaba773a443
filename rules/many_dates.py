"""Many due dates at once: what `compute_due` says of each start, for whole arrays of starts.

The same arithmetic on running counts of working days, a look-up for each date instead of an object;
no receipts and no hours. A simulation of a hundred thousand cases and a large file of dates are
counted by the rules that run in production, and a property test holds the two equal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rules.day_table import DayTable
from rules.due import compute_due
from rules.periods import Pause, Period, PeriodError
from rules.working_days import VARIANTS, Calendar

Dates = NDArray[np.datetime64]
Ints = NDArray[np.int64]  # days since 1970-01-01, as datetime64[D] counts them
Bools = NDArray[np.bool_]
_EPOCH: Final = date(1970, 1, 1).toordinal()
_FIRST: Final = date.min.toordinal() - _EPOCH
_LAST: Final = date.max.toordinal() - _EPOCH
_NEVER: Final = np.iinfo(np.int64).min  # what datetime64 reads as "not a time"


@dataclass(frozen=True, slots=True)
class ManyDue:
    """The due dates of an array of starts, in its shape, as datetime64[D].

    `on`: the due day, the estimate where `provisional`; `earliest`, `latest`: its range there, NaT
    where it is firm; `enforceable_from`: the first day of an adverse act, NaT where none can be
    named. Equal, element by element, to the fields of `rules.due.Due`."""

    on: Dates
    provisional: Bools
    earliest: Dates
    latest: Dates
    enforceable_from: Dates

    def at(self, place: Ints) -> ManyDue:
        """The same of the starts at some places."""
        return ManyDue(
            self.on[place], self.provisional[place], self.earliest[place], self.latest[place],
            self.enforceable_from[place],
        )  # fmt: skip


def many_due(starts: Dates, period: Period, calendar: Calendar) -> ManyDue:
    """When a period that starts with the events on `starts` (Shanghai dates) is due.

    `starts`: any shape, datetime64[D]. Raises what `compute_due` raises (PeriodError,
    CalendarHorizon) for the earliest start that cannot be counted, and PeriodError for hours and
    for NaT."""
    if period.timed:
        raise PeriodError(f"{period} runs from an instant: count it with compute_due")
    if starts.dtype != np.dtype("datetime64[D]"):
        raise TypeError(f"starts must be days (datetime64[D]), not {starts.dtype}")
    if np.isnat(starts).any():
        raise PeriodError("one of the starts is no date (NaT)")
    if not starts.size:
        return ManyDue(starts, np.zeros(starts.shape, np.bool_), starts, starts, starts)
    days, place = _distinct(starts.view(np.int64))
    return _counted(days, period, calendar).at(place)


def _distinct(starts: Ints) -> tuple[Ints, Ints]:
    """The days that occur, in order, and the place of each start among them.

    A date depends on its start alone, and many starts fall on few days."""
    first, last = int(starts.min()), int(starts.max())
    if last - first > 4 * starts.size:
        days, place = np.unique(starts, return_inverse=True)
        return days, place.reshape(starts.shape)
    occurs = np.zeros(last - first + 1, np.bool_)
    occurs[starts - first] = True
    return np.flatnonzero(occurs) + first, (np.cumsum(occurs) - 1)[starts - first]


def _counted(days: Ints, period: Period, calendar: Calendar) -> ManyDue:
    count = _Count(period, days, calendar)
    on, rests_on = count.on_table(_table(calendar.assumed("estimate")))
    count.must_be_days(on)
    firm_until = _day(calendar.firm_until)
    provisional = np.zeros(on.shape, np.bool_) if rests_on is None else rests_on > firm_until
    found = (on, *count.ranges(provisional), count.enforceable(on, provisional))
    dates = [each.view("datetime64[D]") for each in found]
    return ManyDue(dates[0], provisional, *dates[1:])


def _day(day: date) -> int:
    return day.toordinal() - _EPOCH


@dataclass(frozen=True, slots=True)
class _Table:
    """A day table as arrays. Answers _NEVER where the table ends."""

    first: int
    flags: NDArray[np.int8]
    counts: Ints
    working: Ints

    def add(self, days: Ints, n: int | Ints) -> Ints:
        """The n-th working day after each day (n >= 1)."""
        at = self._at(days)
        return self._working(self.counts[at] + (n - 1), self._outside(days))

    def back(self, days: Ints, n: int) -> Ints:
        """The n-th working day before each day (n >= 1)."""
        at = self._at(days)
        return self._working(self.counts[at] - self.flags[at] - n, self._outside(days))

    def roll(self, days: Ints) -> Ints:
        """Each day that is a working day, else the first working day after it."""
        at = self._at(days)
        return self._working(self.counts[at] - self.flags[at], self._outside(days))

    def roll_back(self, days: Ints) -> Ints:
        """Each day that is a working day, else the last working day before it."""
        return self._working(self.counts[self._at(days)] - 1, self._outside(days))

    def count(self, after: Ints, through: int) -> Ints:
        """Working days later than each day, up to and including `through`, a day of the table."""
        last: int = self.counts[through - self.first]
        return last - self.counts[self._at(after)]

    def knows(self, day: int) -> bool:
        """Whether the table reaches a day."""
        return 0 <= day - self.first < self.flags.size

    def _at(self, days: Ints) -> Ints:
        return np.clip(days - self.first, 0, self.flags.size - 1)

    def _outside(self, days: Ints) -> Bools:
        return (days < self.first) | (days >= self.first + self.flags.size)

    def _working(self, places: Ints, outside: Bools) -> Ints:
        found = self.working[np.clip(places, 0, self.working.size - 1)]
        lost = outside | (places < 0) | (places >= self.working.size)
        if lost.any():
            found[lost] = _NEVER
        return found


@lru_cache(maxsize=64)
def _table(table: DayTable) -> _Table:
    flags = np.frombuffer(table.flags, np.int8)
    first = _day(table.first_day)
    return _Table(first, flags, np.cumsum(flags, dtype=np.int64), first + np.flatnonzero(flags))


@dataclass(frozen=True, slots=True)
class _Count:
    """One period counted from an array of days."""

    period: Period
    starts: Ints
    calendar: Calendar

    def must_be_days(self, days: Ints) -> None:
        """Raises for the first start whose day lies outside the years 1 to 9999 or the calendar,
        in the words of the count one by one."""
        wrong = (days < _FIRST) | (days > _LAST) | (self.starts < _FIRST) | (self.starts > _LAST)
        if wrong.any():
            start = int(self.starts[wrong.argmax()])
            if not _FIRST <= start <= _LAST:
                raise PeriodError(f"{np.datetime64(start, 'D')} lies outside the years 1 to 9999")
            compute_due(date.fromordinal(start + _EPOCH), self.period, self.calendar)
            raise AssertionError(f"{self.period} from {start}: one by one it can be counted")

    def on_table(self, table: _Table) -> tuple[Ints, Ints | None]:
        """The due days on one table, and the day whose arrangement decides each, if any does."""
        period, starts = self.period, self.starts
        if period.family == "wd":
            return self._working_days(table)
        if period.manner.startswith("back"):
            nominal = starts - period.amount
            if period.manner == "back":
                return nominal, None
            return table.roll_back(nominal), nominal
        nominal = self.nominal(starts)
        if period.manner == "roll":
            on = self._rolled(nominal, table)
            return on, on
        return (nominal + 1 if period.manner == "elapsed" else nominal), None

    def _working_days(self, table: _Table) -> tuple[Ints, Ints]:
        amount, starts = self.period.amount, self.starts
        if self.period.manner == "back":
            on = table.back(starts, amount) if amount else starts.copy()
            return on, starts - 1
        if amount == 0:
            on = table.roll(starts)
            return on, on
        on, counted = table.add(starts, amount), np.full(starts.shape, amount, np.int64)
        for since, until in self._pauses():
            reached = (since < until) & (since < on)
            if table.knows(until):
                counted = np.where(reached, counted + table.count(since, until), counted)
                on = np.where(reached, table.add(starts, counted), on)
            else:
                on[reached] = _NEVER
        return on, on

    def nominal(self, first: Ints) -> Ints:
        """The last days before any rolling, counted from `first`: the day of the event, or under
        the other reading of 民法典 201 and 202 the day after it."""
        period = self.period
        if period.family == "cd":
            nominal = first + period.amount
        else:
            nominal = _add_months(first, period.amount * (12 if period.family == "yr" else 1))
        for since, until in self._pauses():
            reached = (since < until) & (since < nominal)
            nominal = np.where(reached, nominal + (until - since), nominal)
        return nominal

    def _rolled(self, nominal: Ints, table: _Table) -> Ints:
        on = table.roll(nominal)
        for since, until in self._pauses():
            excluded = (since < on) & (on <= until)
            if excluded.any():
                on[excluded] = table.add(np.array([until], np.int64), 1)[0]
        return on

    def _pauses(self) -> list[tuple[Ints, int]]:
        """The pauses as they lie after each start: that of the event itself never counts."""
        merged = _merged(self.period.pauses)
        return [(np.maximum(_day(since), self.starts), _day(until)) for since, until in merged]

    def ranges(self, provisional: Bools) -> tuple[Ints, Ints]:
        """First and last of the days that the provisional readings give, _NEVER where firm."""
        earliest = np.full(self.starts.shape, _NEVER, np.int64)
        latest = earliest.copy()
        if provisional.any():
            some = _Count(self.period, self.starts[provisional], self.calendar)
            tables = [self.calendar.assumed(variant) for variant in VARIANTS]
            if self.period.family != "wd":
                tables.append(self.calendar.conceivable)
            found = [some.on_table(_table(table))[0] for table in tables]
            for days in found:
                some.must_be_days(days)
            earliest[provisional] = np.minimum.reduce(found)
            latest[provisional] = np.maximum.reduce(found)
        return earliest, latest

    def enforceable(self, on: Ints, provisional: Bools) -> Ints:
        """The first days of an adverse act, _NEVER where none can be named (see rules/due.py)."""
        calendar = self.calendar
        table, firm_until = _table(calendar.published), _day(calendar.firm_until)
        first, safe, unknown = _day(calendar.first_day), on, provisional
        if self.period.family in ("mo", "yr"):
            other = self.nominal(self.starts + 1)
            self.must_be_days(np.where(provisional, _FIRST, other))
            within = np.clip(other, first, firm_until)
            rolled = np.where(other < first, other, table.roll(within))
            safe = np.maximum(safe, rolled)
        found = table.add(np.clip(safe, first, firm_until), 1)
        found = np.where(safe < first, _day(calendar.roll(calendar.first_day)), found)
        unknown = unknown | (safe >= firm_until) | (found > firm_until)
        return np.where(unknown, _NEVER, found)


def _merged(pauses: Sequence[Pause]) -> list[Pause]:
    """Pauses that touch or overlap as one, oldest first."""
    merged: list[Pause] = []
    for since, until in pauses:
        if since < until and merged and since <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], until))
        elif since < until:
            merged.append((since, until))
    return merged


def _add_months(days: Ints, months: int) -> Ints:
    """The same day number so many months on, else the last day of that month (民法典 202)."""
    month = days.view("datetime64[D]").astype("datetime64[M]")
    number = days - month.astype("datetime64[D]").view(np.int64)
    target = month.view(np.int64) + months
    bounds = np.stack([target, target + 1]).view("datetime64[M]").astype("datetime64[D]")
    begin, end = bounds.view(np.int64)
    found: Ints = begin + np.minimum(number, end - begin - 1)
    return found
