"""Periods as the law writes them: a unit, an amount, and the intervals that do not count.

Units (forward unless said): `wd` working days; `cd` natural days, `mo` months, `yr` years, each
`-roll` (a last day that is a rest day moves to the next working day) or `-noroll`; `mo-elapsed`,
`yr-elapsed` the first day on which the whole period is over; `h` hours that run on, `oh` hours
while the office is open; `wd-back`, `cd-back` counted backwards, `cd-back-safe` the last working
day up to `cd-back`. A period with pauses is
written `wd-susp:2025-03-10/2025-03-21:20` (`cd-susp-roll`, `mo-susp-roll`, ...; several pauses with
commas between them). Sources: 民法典 200-204, 行政许可法 45, 82; counting-time rules, section 6.
"""

from __future__ import annotations

import calendar
import difflib
import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
BACKWARD: Final = frozenset({"wd-back", "cd-back", "cd-back-safe"})
FORWARD: Final = (
    "wd", "cd-roll", "cd-noroll", "mo-roll", "mo-noroll", "mo-elapsed",
    "yr-roll", "yr-noroll", "yr-elapsed", "h", "oh",
)  # fmt: skip
UNITS: Final = (*FORWARD, *sorted(BACKWARD))
# `mo-roll` with pauses is written `mo-susp-roll`, as 行政许可法 45 puts the exclusion first.
SUSPENDED: Final = {re.sub(r"^[a-z]+", r"\g<0>-susp", unit): unit for unit in FORWARD}
_PARTS: Final = {unit: (unit.partition("-")[0], unit.partition("-")[2]) for unit in UNITS}
LARGEST_AMOUNT: Final = 100_000
_IN_EVERY_MONTH: Final = 28
_EIGHT_HOURS: Final = timedelta(hours=8)
_LAST_SUMMER_TIME: Final = 1991  # the clocks of Shanghai have stood still since

Pause = tuple[date, date]


class PeriodError(ValueError):
    """A period, start or instant is not written as it must be; the message says what is right."""


@dataclass(frozen=True, slots=True)
class Period:
    """An amount of a unit (see the module). `pauses`: (paused_on, resumed_on), days that do not
    count: after `paused_on` up to and including `resumed_on` (行政许可法 45); oldest first.

    An amount of 0 is the day of the event itself. `family`: `wd`, `cd`, `mo`, `yr`, `h` or `oh`;
    `manner`: `roll`, `noroll`, `elapsed`, `back`, `back-safe`, or nothing for `wd`, `h` and `oh`;
    `timed`: whether it runs from an instant to an instant (`h`, `oh`). Raises PeriodError."""

    unit: str
    amount: int
    pauses: tuple[Pause, ...] = ()
    family: str = field(init=False, repr=False, compare=False)
    manner: str = field(init=False, repr=False, compare=False)
    timed: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.unit not in UNITS:
            raise PeriodError(_unknown_unit(self.unit))
        if isinstance(self.amount, bool) or not isinstance(self.amount, int):
            raise PeriodError(f"the amount must be a whole number, not {self.amount!r}")
        if not 0 <= self.amount <= LARGEST_AMOUNT:
            raise PeriodError(f"the amount must be from 0 to {LARGEST_AMOUNT}, not {self.amount}")
        if self.pauses and self.unit in BACKWARD:
            raise PeriodError(f"{self.unit} is counted backwards and cannot be paused")
        for paused_on, resumed_on in self.pauses:
            if resumed_on < paused_on:
                raise PeriodError(f"the pause from {paused_on} ends before it starts: {resumed_on}")
        family, manner = _PARTS[self.unit]  # read with every date, so kept beside the unit
        known = {"pauses": tuple(sorted(self.pauses)), "family": family, "manner": manner,
                 "timed": family in ("h", "oh")}  # fmt: skip
        for name, value in known.items():
            object.__setattr__(self, name, value)

    def __str__(self) -> str:
        if not self.pauses:
            return f"{self.unit}:{self.amount}"
        pauses = ",".join(f"{paused_on}/{resumed_on}" for paused_on, resumed_on in self.pauses)
        suspended = re.sub(r"^[a-z]+", r"\g<0>-susp", self.unit)
        return f"{suspended}:{pauses}:{self.amount}"

    def merged_pauses(self, start: date) -> list[Pause]:
        """The pauses from the event's day on, overlapping ones as one: no day is excluded twice.

        Of the event's own day only hours can be excluded: for other units it does not count."""
        floor = start - timedelta(days=1) if self.timed else start
        merged: list[Pause] = []
        for paused_on, resumed_on in self.pauses:
            since, until = max(paused_on, floor), resumed_on
            if merged and since <= merged[-1][1]:
                since, until = merged[-1][0], max(merged.pop()[1], until)
            if since < until:
                merged.append((since, until))
        return merged


def parse_period(text: str) -> Period:
    """`wd:30`, `mo-roll:6`, `wd-susp:2025-03-10/2025-03-21:20`... as a Period.

    Raises PeriodError with what would be right."""
    parts = text.strip().split(":")
    if len(parts) == 2 and parts[0] in SUSPENDED:
        raise PeriodError(f"`{text}` names no pause; write {parts[0]}:2025-03-10/2025-03-21:20")
    if len(parts) == 3 and parts[0] in SUSPENDED:
        pauses = tuple(_pause(one) for one in parts[1].split(","))
        return Period(SUSPENDED[parts[0]], _amount(parts[2]), pauses)
    if len(parts) == 3 and parts[0] in UNITS:
        raise PeriodError(f"`{text}`: {parts[0]} takes no pauses; write {parts[0]}:{parts[2]}"
                          + _suspended_hint(parts[0]))  # fmt: skip
    if len(parts) != 2:
        raise PeriodError(f"`{text}` is not a period; write unit:amount, for example wd:30")
    return Period(parts[0], _amount(parts[1]))


def _suspended_hint(unit: str) -> str:
    written = [key for key, value in SUSPENDED.items() if value == unit]
    return f", or {written[0]}:2025-03-10/2025-03-21:20 for a pause" if written else ""


def _unknown_unit(unit: str) -> str:
    near = difflib.get_close_matches(unit, UNITS, 1)
    hint = f"; did you mean `{near[0]}`?" if near else ""
    return f"unknown unit `{unit}`{hint} (known: {', '.join(UNITS)})"


def _amount(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,6}", text):
        raise PeriodError(f"the amount must be a whole number such as 30, not `{text}`")
    return int(text)


def _pause(text: str) -> Pause:
    paused_on, slash, resumed_on = text.partition("/")
    try:
        if not slash:
            raise ValueError
        return date.fromisoformat(paused_on), date.fromisoformat(resumed_on)
    except ValueError:
        raise PeriodError(
            f"`{text}` is not a pause; write the day of the pause and the day of resumption: "
            "2025-03-10/2025-03-21"
        ) from None


def parse_start(text: str) -> date | datetime:
    """`2026-03-31` (a Shanghai date) or `2026-03-31T16:30:00+00:00` (an instant).

    Raises PeriodError for anything else, and for a time of day without a zone."""
    text = text.strip()
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            return date.fromisoformat(text)
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise PeriodError(
            f"`{text}` is neither a date such as 2026-03-31 nor an instant such as "
            f"2026-03-31T16:30:00+08:00 ({error})"
        ) from None
    _refuse_naive(instant)
    return instant


def shanghai_date(instant: datetime | date) -> date:
    """The civil date in Asia/Shanghai of an instant; a plain date already is one.

    Raises PeriodError for an instant without a zone: nobody could say which day it is."""
    if not isinstance(instant, datetime):
        return instant
    offset = instant.utcoffset()
    if offset == _EIGHT_HOURS and instant.year > _LAST_SUMMER_TIME:
        return instant.date()
    _refuse_naive(instant)
    return instant.astimezone(SHANGHAI).date()


def _refuse_naive(instant: datetime) -> None:
    if instant.utcoffset() is None:
        raise PeriodError(
            f"{instant.isoformat()} has no time zone; write {instant.isoformat()}+08:00 if it is "
            "Shanghai time"
        )


def add_months(day: date, months: int) -> date:
    """The same day number so many months on, else the last day of that month (民法典 202).

    Always from the original day: adding twice is not adding the sum."""
    month = day.month - 1 + months
    year = day.year + month // 12
    if not date.min.year <= year <= date.max.year:
        raise PeriodError(f"{day} + {months} months runs past the year {date.max.year}")
    month = month % 12 + 1
    if day.day <= _IN_EVERY_MONTH:
        return date(year, month, day.day)
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def add_days(day: date, days: int) -> date:
    """So many natural days on (or back). Raises PeriodError past the year 9999."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        raise PeriodError(f"{day} {days:+} days leaves the years 1 to 9999") from None
