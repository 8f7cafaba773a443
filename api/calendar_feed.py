"""The diary as a calendar (RFC 5545): one entry for each duty on its day, for ordinary programs.

Everything in it comes from the record, so the same record gives the same bytes: the identifier
from case, obligation, occurrence and zone; the revision and its instants from the journal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Literal
from urllib.parse import quote

from icalendar import Alarm, Calendar, Event, Timezone, vDuration

from api.feed_words import description, summary
from cases.duty_history import Course
from machines.case import Case, DueDate, Duty
from machines.compiler import Compiled, Side
from rules.due import effective_on
from rules.periods import SHANGHAI

MEDIA_TYPE = "text/calendar; charset=utf-8"
NAME = "承诺期限 Chengnuo"
REMINDED_AT = time(9)  # a reminder rings in the morning; the engine's own goes out at midnight
_ONE_DAY = timedelta(days=1)
_EVERY = timedelta(hours=1)
_CUT = (
    "仅列最先到期的事项，其余未列入；可加 bearer=applicant、bearer=authority "
    "或 due_before=日期 分别订阅。 "
    "Only what is due first is listed and the rest left out: subscribe by bearer=applicant, "
    "bearer=authority or due_before=DATE."
)
_ZONE_FROM = date(2000, 1, 1)
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")  # no text of a calendar may hold these
Status = Literal["CONFIRMED", "TENTATIVE", "CANCELLED"]


@dataclass(frozen=True, slots=True)
class FeedLine:
    """One duty of the feed. `bearer`: who owes it, in Chinese and English."""

    compiled: Compiled
    case: Case
    duty: Duty
    course: Course
    bearer: tuple[str, str]

    @property
    def side(self) -> Side:
        """Whose duty it is."""
        return self.compiled.sides.get(str(self.duty.bearer), "third_party")

    @property
    def due(self) -> DueDate | None:
        """Its date, or the last it had; None for a duty that never had one."""
        return self.duty.due if self.duty.due.on is not None else self.course.due

    @property
    def status(self) -> Status:
        """CANCELLED where the date does not hold, TENTATIVE while it is provisional."""
        if self.course.off:
            return "CANCELLED"
        return "TENTATIVE" if self.duty.due.kind == "provisional" else "CONFIRMED"

    @property
    def uid(self) -> str:
        """The same for one occurrence for ever."""
        duty = self.duty
        return f"{self.case.id}.{duty.obligation}.{duty.occurrence}@{self.case.zone}.chengnuo"


def shown_on(due: DueDate, side: Side) -> date | None:
    """The day a calendar shows: for an authority the earliest it can be, for everybody else the
    date they were told (行政许可法 8; counting-time rules, section 4.2)."""
    if due.on is None or side == "authority":
        return due.earliest or due.on
    return effective_on(due.told_on or due.on, due.on, side)


def calendar_text(lines: Iterable[FeedLine], *, address: str, cut: bool) -> bytes:
    """The calendar. `address`: where this service answers, without a slash at its end; `cut`:
    there is more in the diary than the feed holds."""
    calendar = Calendar()
    calendar.add("prodid", "-//Chengnuo//Diary 1//ZH")
    calendar.add("version", "2.0")
    calendar.calendar_name = NAME
    calendar.add("x-wr-timezone", str(SHANGHAI))
    # RFC 7986 wants the kind of the value said; the second name is the one Outlook reads.
    calendar.add("refresh-interval", _EVERY, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(_EVERY))
    if cut:
        calendar.description = _CUT
    calendar.add_component(_timezone())  # a calendar without any part would be malformed
    for line in lines:
        due = line.due
        day = shown_on(due, line.side) if due is not None else None
        if due is not None and day is not None:
            calendar.add_component(_event(line, due, day, address))
    return bytes(calendar.to_ical())


@cache
def _timezone() -> Timezone:
    return Timezone.from_tzid(str(SHANGHAI), first_date=_ZONE_FROM)


def _event(line: FeedLine, due: DueDate, day: date, address: str) -> Event:
    event = Event()
    changed_at = line.course.changed_at.astimezone(UTC)
    event.add("uid", line.uid)
    event.add("dtstamp", changed_at)
    event.add("last-modified", changed_at)
    event.add("created", line.course.begun_at.astimezone(UTC))
    event.add("sequence", line.course.moves)
    if due.at is not None:
        event.add("dtstart", due.at.astimezone(SHANGHAI))
    else:
        event.add("dtstart", day)
        event.add("dtend", day + _ONE_DAY)
    event.add("status", line.status)
    event.add("transp", "TRANSPARENT")  # a date by which something is owed fills nobody's day
    event.add("summary", _clean(summary(line.compiled, line.case, line.duty, off=line.course.off)))
    event.add("description", _clean(description(line.compiled, line.case, line.duty, due,
                                                line.bearer, off=line.course.off)))  # fmt: skip
    event.add("categories", [_clean(line.compiled.definition.title.zh)])
    event.add("url", f"{address}/cases/{quote(line.case.id)}")
    if line.duty.status == "open" and not line.course.off:
        for days, warned_on in line.duty.warn_on:
            event.add_component(_alarm(line, days, warned_on))
    return event


def _alarm(line: FeedLine, days: int, warned_on: date) -> Alarm:
    alarm = Alarm()
    spec = line.compiled.duties[line.duty.obligation]
    alarm.add("action", "DISPLAY")
    rings_at = datetime.combine(warned_on, REMINDED_AT, SHANGHAI).astimezone(UTC)
    alarm.add("trigger", rings_at, parameters={"VALUE": "DATE-TIME"})
    alarm.add("description", _clean(f"{spec.zh}：到期前 {days} 个工作日 / {spec.en}: "
                                    f"{days} working days before it is due"))  # fmt: skip
    return alarm


def _clean(text: str) -> str:
    return _CONTROL.sub(" ", text)
