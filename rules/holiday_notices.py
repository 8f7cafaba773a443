"""The yearly holiday arrangements as data: what the notices say, read strictly.

One file a year, `2026.yaml`: the annual notice first, then every notice that changed it. A later
notice wins day by day. An unknown key, a bad date or a day named twice is an error with its line.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from rules.festivals import days_between

LONGEST_HOLIDAY_DAYS = 16
REACH_BACK_FROM = (12, 25)  # a notice may arrange the last week of the December before its year


class CalendarError(ValueError):
    """A calendar file cannot be used. The message names file and line and what would be right."""


@dataclass(frozen=True, slots=True)
class Holiday:
    """One paragraph of a notice: rest days from `first` through `last`, and the days worked
    instead, in order."""

    name: str
    first: date
    last: date
    make_up_days: tuple[date, ...] = ()

    def days(self) -> Iterator[tuple[date, bool]]:
        """Every day it arranges, and whether it is a working day."""
        yield from ((day, False) for day in days_between(self.first, self.last))
        yield from ((day, True) for day in self.make_up_days)


@dataclass(frozen=True, slots=True)
class HolidayNotice:
    """A notice of the General Office of the State Council on the holidays of `year`.

    `amends`: it changes an arrangement that was already published."""

    year: int
    number: str
    title: str
    published_on: date
    holidays: tuple[Holiday, ...]
    url: str | None = None
    amends: bool = False

    def days(self) -> Iterator[tuple[date, bool, str]]:
        """Every day it arranges: the day, whether it is a working day, the holiday's name."""
        for holiday in self.holidays:
            yield from ((day, working, holiday.name) for day, working in holiday.days())

    def plain(self) -> list[Any]:
        """The content as JSON values, for the calendar's version."""
        return [
            self.year, self.number, self.title, self.published_on.isoformat(), self.url,
            [[h.name, h.first.isoformat(), h.last.isoformat(),
              [day.isoformat() for day in h.make_up_days]] for h in self.holidays],
        ]  # fmt: skip

    @classmethod
    def from_plain(cls, plain: Sequence[Any], *, amends: bool = False) -> HolidayNotice:
        """The notice that `plain` was taken of; `amends` follows from its place in its year."""
        year, number, title, published_on, url, holidays = plain
        return cls(
            year, number, title, date.fromisoformat(published_on),
            tuple(
                Holiday(name, date.fromisoformat(first), date.fromisoformat(last),
                        tuple(map(date.fromisoformat, make_up_days)))
                for name, first, last, make_up_days in holidays
            ),
            url, amends,
        )  # fmt: skip


def read_notices(file: Path) -> tuple[HolidayNotice, ...]:
    """The notices of one year's file, the annual one first. Raises CalendarError, OSError.

    A file that is named by a year must be of that year."""
    node = _Node.of(file)
    top = node.mapping({"year", "notices"})
    year = top["year"].integer()
    if file.stem.isdecimal() and file.stem != str(year):
        raise top["year"].error(f"the file is {file.name}, so the year must be {file.stem}")
    notices = tuple(
        _notice(item, year, amends=index > 0)
        for index, item in enumerate(top["notices"].sequence())
    )
    if not notices:
        raise top["notices"].error("a year needs at least its annual notice")
    _check_order(notices, top["notices"])
    _check_make_up_days(notices, top["notices"])
    return notices


def _notice(node: _Node, year: int, *, amends: bool) -> HolidayNotice:
    keys = node.mapping({"number", "title", "published_on", "holidays"}, optional={"url"})
    holidays = tuple(_holiday(item, year) for item in keys["holidays"].sequence())
    if not holidays:
        raise keys["holidays"].error("a notice arranges at least one holiday")
    notice = HolidayNotice(
        year=year,
        number=keys["number"].text(),
        title=keys["title"].text(),
        published_on=keys["published_on"].date(),
        holidays=holidays,
        url=keys["url"].text() if "url" in keys else None,
        amends=amends,
    )
    seen: set[date] = set()
    for day, _, name in notice.days():
        if day in seen:
            raise node.error(f"{day} ({name}) is arranged twice in the same notice")
        seen.add(day)
    return notice


def _holiday(node: _Node, year: int) -> Holiday:
    keys = node.mapping({"name", "from", "through"}, optional={"make_up_days"})
    first, last = keys["from"].date(), keys["through"].date()
    if last < first:
        raise keys["through"].error(f"the holiday ends before it starts ({first})")
    if (last - first).days >= LONGEST_HOLIDAY_DAYS:
        raise keys["through"].error(
            f"{first} to {last} is {(last - first).days + 1} days; "
            f"no holiday was ever longer than {LONGEST_HOLIDAY_DAYS}, so check the month"
        )
    items = keys["make_up_days"].sequence() if "make_up_days" in keys else []
    holiday = Holiday(keys["name"].text(), first, last, tuple(sorted(i.date() for i in items)))
    earliest, latest = date(year - 1, *REACH_BACK_FROM), date(year, 12, 31)
    for day, _ in holiday.days():
        if not earliest <= day <= latest:
            raise node.error(f"{day} is not a day of {year} (from {earliest} to {latest})")
    return holiday


def _check_order(notices: tuple[HolidayNotice, ...], node: _Node) -> None:
    for earlier, later in pairwise(notices):
        if later.published_on < earlier.published_on:
            raise node.error(
                f"{later.number} ({later.published_on}) stands after {earlier.number} "
                f"({earlier.published_on}); put the notices in the order of publication"
            )


def _check_make_up_days(notices: tuple[HolidayNotice, ...], node: _Node) -> None:
    """A weekday is a working day anyway, unless an earlier notice had given it away."""
    off: set[date] = set()
    for notice in notices:
        for day, working, name in notice.days():
            if working and day.weekday() < 5 and day not in off:
                raise node.error(
                    f"the make-up day {day} ({name}) is a {day:%A}; it must be a Saturday or Sunday"
                )
        off.update(day for day, working, _ in notice.days() if not working)


@dataclass(frozen=True, slots=True)
class _Node:
    """One YAML node with its file: every question it cannot answer is an error with a line."""

    file: Path
    node: yaml.Node

    @classmethod
    def of(cls, file: Path) -> _Node:
        """The root of a file."""
        try:
            node = yaml.compose(file.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
        except UnicodeDecodeError as error:
            raise CalendarError(f"{file.name}:1: the file is not UTF-8 text: {error}") from error
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise CalendarError(f"{file.name}:{line}: not YAML: {error.problem}") from error
        if node is None:
            raise CalendarError(f"{file.name}:1: the file is empty; it needs `year` and `notices`")
        return cls(file, node)

    def error(self, text: str) -> CalendarError:
        """The text with the folder, file and line of this node."""
        where = "/".join(self.file.parts[-2:])
        return CalendarError(f"{where}:{self.node.start_mark.line + 1}: {text}")

    def mapping(self, required: Set[str], optional: Set[str] = frozenset()) -> Mapping[str, _Node]:
        """The keys and their nodes; all of `required`, none but these and `optional`."""
        if not isinstance(self.node, yaml.MappingNode):
            raise self.error(f"expected the keys {', '.join(sorted(required))}")
        found: dict[str, _Node] = {}
        for key_node, value in self.node.value:
            key = str(key_node.value)
            here = _Node(self.file, key_node)
            if key not in required | optional:
                near = difflib.get_close_matches(key, sorted(required | optional), 1)
                hint = f"; did you mean `{near[0]}`?" if near else ""
                raise here.error(f"unknown key `{key}`{hint}")
            if key in found:
                raise here.error(f"the key `{key}` stands here twice")
            found[key] = _Node(self.file, value)
        if missing := sorted(required - found.keys()):
            raise self.error(f"missing: {', '.join(missing)}")
        return found

    def sequence(self) -> list[_Node]:
        """The items of a list."""
        if not isinstance(self.node, yaml.SequenceNode):
            raise self.error("expected a list")
        return [_Node(self.file, item) for item in self.node.value]

    def text(self) -> str:
        """A word or sentence that is not empty."""
        if not isinstance(self.node, yaml.ScalarNode) or not str(self.node.value).strip():
            raise self.error("expected a text")
        return str(self.node.value).strip()

    def integer(self) -> int:
        """A whole number."""
        text = self.text()
        if not text.isdecimal():
            raise self.error(f"expected a year such as 2026, not `{text}`")
        return int(text)

    def date(self) -> date:
        """A day written 2026-02-14."""
        text = self.text()
        try:
            day = date.fromisoformat(text)
        except ValueError:
            raise self.error(f"`{text}` is not a day; write it as 2026-02-14") from None
        if day.isoformat() != text:
            raise self.error(f"`{text}` is not written as a day; write {day.isoformat()}")
        return day
