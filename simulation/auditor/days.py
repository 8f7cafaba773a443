"""Which days were working days, read from the notices of the State Council by its own code.

A record names its calendar by a hash of the notices known at the time. Here the notices are read
from the year files, put together as they were published, and the one with that hash is taken.
Past the last published year there is no answer, only four readings of what it may become:

    estimate     statutory days and their compensation (Measures on Holidays, article 6), no swaps
    earliest     weekends before festivals are worked, only statutory days are off
    latest       the days around festivals and the end of December are off too
    conceivable  every day is worked that is not statutory (for a last day that is only rolled)
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Literal

import yaml

from simulation.auditor.sky import festivals

Reading = Literal["estimate", "earliest", "latest", "conceivable"]
DAY = timedelta(days=1)
FESTIVAL_YEARS = range(2019, 2051)  # the years that the hash of a calendar covers
ASSUMED_YEARS = 10
NEXT_YEARS_AFTER = FIRM_UNTIL = (
    12,
    24,
)  # a notice has reached back to 29 December of the year before, never further
SATURDAY = 5


class NotDerivable(Exception):
    """The record and the year files do not suffice; the message names what is missing."""


@dataclass(frozen=True)
class Notice:
    """One notice on the holidays of a year: its days off and the weekends worked for them."""

    year: int
    number: str
    title: str
    published_on: date
    url: str | None
    holidays: tuple[tuple[str, date, date, tuple[date, ...]], ...]

    def days(self) -> Iterator[tuple[date, bool, str]]:
        """Each day arranged: the day, whether it is worked, the holiday."""
        for name, first, last, worked in self.holidays:
            day = first
            while day <= last:
                yield day, False, name
                day += DAY
            yield from ((day, True, name) for day in worked)


class Almanac:
    """The days as far as some notices go."""

    def __init__(self, notices: tuple[Notice, ...]) -> None:
        self.notices = notices
        self.arranged: dict[date, tuple[bool, str, str]] = {}
        for notice in sorted(notices, key=lambda one: one.published_on):  # the later one wins
            for day, worked, name in notice.days():
                self.arranged[day] = (worked, name, notice.number)
        self.first_day = min(date(notices[0].year, 1, 1), *(d for d, _, _ in notices[0].days()))
        self.firm_until = date(notices[-1].year, *FIRM_UNTIL)
        self._known: dict[tuple[Reading, date], bool] = {}

    @cached_property
    def version(self) -> str:
        """The hash a record names: of the notices, the festivals and the years assumed."""
        told = [
            [one.year, one.number, one.title, str(one.published_on), one.url,
             [[name, str(first), str(last), [str(day) for day in worked]]
              for name, first, last, worked in one.holidays]]
            for one in self.notices
        ]  # fmt: skip
        sky = {year: [str(day) for day in festivals(year)] for year in FESTIVAL_YEARS}
        text = json.dumps([told, sky, ASSUMED_YEARS], sort_keys=True, ensure_ascii=False,
                          separators=(",", ":"))  # fmt: skip
        return hashlib.sha256(text.encode()).hexdigest()

    def works(self, day: date, reading: Reading = "estimate") -> bool:
        """Whether a day is a working day, in one reading where nothing is published.

        Raises NotDerivable for a day before the first notice."""
        key = (reading, day)
        if key not in self._known:
            self._known[key] = self._works(day, reading)
        return self._known[key]

    def _works(self, day: date, reading: Reading) -> bool:
        if day < self.first_day:
            raise NotDerivable(f"the arrangement of {day.year} is not among the year files")
        if day <= self.firm_until:
            return self._published(day)
        if day in statutory(day.year):
            return False
        match reading:
            case "conceivable":
                return True
            case "earliest":
                return day.weekday() < SATURDAY or _may_be_worked(day)
            case "latest" if _may_be_off(day):
                return False
        if day.year == self.firm_until.year:
            return self._published(day)  # the last week of December, as arranged so far
        return day.weekday() < SATURDAY and day not in _compensation(day.year)

    def _published(self, day: date) -> bool:
        """What a notice says of the day; if none does, a weekday is worked."""
        found = self.arranged.get(day)
        return found[0] if found is not None else day.weekday() < SATURDAY

    def ruling(self, first: date, last: date) -> list[Notice]:
        """The notices of the years touched; the next year's, too, may arrange the end of one."""
        until = last.year + ((last.month, last.day) > NEXT_YEARS_AFTER)
        return [one for one in self.notices if first.year <= one.year <= until]

    def reason(self, day: date) -> str:
        """Why a day is off, or a weekend worked: the holiday and its notice."""
        if day in self.arranged:
            return " ".join(self.arranged[day][1:])
        if day.weekday() >= SATURDAY:
            return "周末"
        return statutory(day.year).get(day, "补假") + "（推算）"


class Almanacs:
    """Every calendar that the year files of a folder can have been, by its hash; and those a
    database has kept (`kept`: of each, its notices as JSON rows)."""

    def __init__(self, folder: Path, kept: Iterable[Sequence[Sequence[Any]]] = ()) -> None:
        files = sorted(folder.glob("[0-9][0-9][0-9][0-9].yaml"))
        notices = [notice for file in files for notice in _read(file)]
        if not notices:
            raise NotDerivable(f"{folder.name} holds no year files (2025.yaml, ...)")
        published = sorted({one.published_on for one in notices})
        known = [tuple(one for one in notices if one.published_on <= day) for day in published]
        known += [tuple(_kept(row) for row in rows) for rows in kept]
        self.all = [Almanac(one) for one in known]

    def of(self, version: str) -> Almanac:
        """The calendar of a hash. Raises NotDerivable where no year file gives it."""
        for one in reversed(self.all):
            if one.version == version:
                return one
        raise NotDerivable(f"the year files of calendar version {version[:12]}")


def _read(file: Path) -> Iterator[Notice]:
    """The notices of one file, the annual one first. Raises NotDerivable for another shape."""
    try:
        plain: Any = yaml.safe_load(file.read_text(encoding="utf-8"))
        for one in plain["notices"]:
            yield Notice(
                int(plain["year"]), str(one["number"]), str(one["title"]), one["published_on"],
                one.get("url"),
                tuple((str(h["name"]), h["from"], h["through"],
                       tuple(sorted(h.get("make_up_days", ())))) for h in one["holidays"]),
            )  # fmt: skip
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError) as error:
        raise NotDerivable(f"{file.name} is no year file: {error}") from error


def _kept(row: Sequence[Any]) -> Notice:
    """A notice from its row: year, number, title, publication, address, holidays."""
    day = date.fromisoformat
    year, number, title, published_on, url, holidays = row
    return Notice(year, number, title, day(published_on), url, tuple(
        (name, day(first), day(last), tuple(map(day, worked)))
        for name, first, last, worked in holidays
    ))  # fmt: skip


@cache
def statutory(year: int) -> dict[date, str]:
    """The statutory days (Measures on Holidays, article 2; two more since the 2024 amendment)."""
    spring, qingming, dragon, autumn = festivals(year)
    more = year >= 2025
    days = {date(year, 1, 1): "元旦", qingming: "清明节", date(year, 5, 1): "劳动节"}
    for offset in (-1, 0, 1, 2) if more else (0, 1, 2):
        days[spring + offset * DAY] = "春节"
    if more:
        days[date(year, 5, 2)] = "劳动节"
    days.update({date(year, 10, day): "国庆节" for day in (1, 2, 3)})
    return {**days, dragon: "端午节", autumn: "中秋节"}


@cache
def _compensation(year: int) -> frozenset[date]:
    """Article 6: a statutory day on a weekend is made good on the next weekday that is not off."""
    owed, found, day = 0, set(), date(year, 1, 1)
    while day.year == year:
        if day in statutory(year):
            owed += day.weekday() >= SATURDAY
        elif owed and day.weekday() < SATURDAY:
            found.add(day)
            owed -= 1
        day += DAY
    return frozenset(found)


@cache
def _blocks(year: int) -> tuple[tuple[date, date], ...]:
    """Statutory days in a row, by their first and last, of a year and the January after it."""
    days = {**statutory(year), **statutory(year + 1)}
    first = sorted(day for day in days if day - DAY not in days)
    last = sorted(day for day in days if day + DAY not in days)
    return tuple(zip(first, last, strict=True))


def _long(first: date, last: date) -> bool:
    return (last - first).days >= 2


@cache
def _may_be_worked(day: date) -> bool:
    """A weekend that a notice may swap: the last days of December, and of the ten days before a
    festival the last four weekend days (two where the festival is shorter than three days)."""
    if (day.month, day.day) >= (12, 25):
        return True
    for first, last in _blocks(day.year):
        if first - 10 * DAY <= day < first:
            later = [day + n * DAY for n in range(1, (first - day).days)]
            weekends = sum(one.weekday() >= SATURDAY for one in later)
            if weekends < (4 if _long(first, last) else 2):
                return True
    return False


@cache
def _may_be_off(day: date) -> bool:
    """Days from 29 December on, and around a festival: from two days before it to four after its
    end; of three days and more, to eight after its start and seven after its end."""
    if (day.month, day.day) >= (12, 29):
        return True
    for first, last in _blocks(day.year):
        until = max(first + 8 * DAY, last + 7 * DAY) if _long(first, last) else last + 4 * DAY
        if first - 2 * DAY <= day <= until:
            return True
    return False
