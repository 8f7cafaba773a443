"""Service promises counted in office hours: "the licence in two hours" as the counter means it.

Only the time during which the office is open counts, on working days alone: two hours from four in
the afternoon end the next working morning. Not a period of the law, and not the same as elapsed
hours, which run on through nights and holidays (counting-time rules, section 5, trap 10).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Final

from rules.day_table import DayTable
from rules.parameters import ParameterError, Settings
from rules.periods import SHANGHAI, Pause, Period, PeriodError

ZONE_WIDE: Final = "zone"  # settings of the zone itself stand under this name
CLOCK_SETTINGS: Final = ("office_opens", "office_pauses", "office_resumes", "office_closes")
_SESSION = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)")
_CLOSED = timedelta(0)


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """When the office is open on a working day, in Shanghai clock time: sessions in order, the
    ends included. `assumed`: no rule of the zone says so. Raises PeriodError."""

    sessions: tuple[tuple[time, time], ...]
    assumed: bool = False

    def __post_init__(self) -> None:
        clock = [at for session in self.sessions for at in session]
        if not clock or any(later <= earlier for earlier, later in pairwise(clock)):
            raise PeriodError(f"office hours must be sessions one after the other, not `{self}`")

    def __str__(self) -> str:
        return ",".join(f"{begin:%H:%M}-{end:%H:%M}" for begin, end in self.sessions)

    @property
    def of_a_day(self) -> timedelta:
        """Office time of one working day."""
        return sum((_at(end) - _at(begin) for begin, end in self.sessions), _CLOSED)

    def passed(self, clock: time) -> timedelta:
        """Office time of a working day that is over at a clock time."""
        spans = ((_at(begin), min(_at(end), _at(clock))) for begin, end in self.sessions)
        return sum((max(until - since, _CLOSED) for since, until in spans), _CLOSED)

    def reached(self, day: date, passed: timedelta) -> datetime:
        """The instant of a working day at which so much of its office time is over."""
        for begin, end in self.sessions:
            length = _at(end) - _at(begin)
            if passed <= length:
                return datetime.combine(day, begin, SHANGHAI) + passed
            passed -= length
        raise ValueError(f"{day} has only {self.of_a_day} of office time")


def _at(clock: time) -> timedelta:
    return timedelta(hours=clock.hour, minutes=clock.minute, seconds=clock.second,
                     microseconds=clock.microsecond)  # fmt: skip


ASSUMED: Final = OfficeHours(
    ((time(8, 30), time(12)), (time(13, 30), time(17))), assumed=True
)  # nobody has published those of the area
"""The hours assumed where nothing is set."""


def parse_office_hours(text: str) -> OfficeHours:
    """`08:30-12:00,13:30-17:00` as office hours. Raises PeriodError."""
    found = [_SESSION.fullmatch(part.strip()) for part in text.split(",")]
    try:
        clocks = [[int(number) for number in one.groups()] for one in found if one is not None]
        sessions = tuple((time(a, b), time(c, d)) for a, b, c, d in clocks)
    except ValueError:
        sessions = ()
    if len(sessions) != len(found):
        raise PeriodError(f"`{text}` are no office hours; write 08:30-12:00,13:30-17:00")
    return OfficeHours(sessions)


def office_hours_of(settings: Settings, on: date) -> OfficeHours | None:
    """The office hours the zone has set for a day, None where it has not set all four times.

    The settings are clock times written as whole numbers: 830, 1200, 1330, 1700. Raises
    ParameterError where they do not follow one another."""
    known = [settings.value(ZONE_WIDE, name, on) for name in CLOCK_SETTINGS]
    entries = [entry for entry in known if entry is not None]
    if len(entries) < len(known):
        return None
    opens, pauses, resumes, closes = (entry.value for entry in entries)
    try:
        sessions = ((_clock(opens), _clock(pauses)), (_clock(resumes), _clock(closes)))
        return OfficeHours(sessions, assumed=any(entry.assumed for entry in entries))
    except ValueError as error:
        raise ParameterError(f"the office hours set for {on} cannot be: {error}") from None


def _clock(number: int) -> time:
    return time(number // 100, number % 100)


def after_office_time(
    start: datetime, amount: timedelta, hours: OfficeHours, table: DayTable
) -> datetime:
    """The instant at which so much office time has passed since `start` (a zoned instant).

    What ends with a session ends when the office closes, not when it opens again. An amount of
    nothing ends at once. Raises CalendarHorizon outside the table."""
    local = start.astimezone(SHANGHAI)
    if amount <= _CLOSED:
        return local
    day, whole = local.date(), hours.of_a_day
    total = amount + (hours.passed(local.time()) if table.is_working(day) else whole)
    if total <= whole:
        return hours.reached(day, total)
    days = -(-(total - whole) // whole)  # working days after this one, the last perhaps in part
    return hours.reached(table.add(day, days), total - days * whole)


def last_office_instant(
    period: Period, start: datetime, hours: OfficeHours, table: DayTable
) -> datetime:
    """When a period in office hours ends; the days of a pause are left out whole."""
    pauses = period.merged_pauses(start.astimezone(SHANGHAI).date())
    return after_office_time(start, timedelta(hours=period.amount), hours, _without(table, pauses))


def _without(table: DayTable, pauses: list[Pause]) -> DayTable:
    """The table with the days after each pause, up to and including resumption, as rest days."""
    flags = bytearray(table.flags)
    for paused_on, resumed_on in pauses:
        first = max((paused_on - table.first_day).days + 1, 0)
        last = min((resumed_on - table.first_day).days + 1, len(flags))
        flags[first:last] = bytes(max(last - first, 0))
    return DayTable(table.name, table.first_day, bytes(flags)) if pauses else table
