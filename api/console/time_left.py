"""How much time is left, in words: days, working days, hours when it is close, or how late."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from api.console.visit import Visit
from rules.day_table import CalendarHorizon

Severity = Literal["overdue", "due_today", "rest_of_week", "later", "undated"]
SEVERITIES: tuple[Severity, ...] = ("overdue", "due_today", "rest_of_week", "later", "undated")
TONES: Mapping[str, str] = {
    "overdue": "bad", "due_today": "warn", "rest_of_week": "open", "later": "off", "undated": "off",
}  # fmt: skip
_CLOSE = timedelta(hours=48)


@dataclass(frozen=True, slots=True)
class Left:
    """Time left until a date. `words`: the short form; `beside`: the date and the working days."""

    words: str
    beside: str
    severity: Severity

    @property
    def tone(self) -> str:
        """The colour it is shown in."""
        return TONES[self.severity]


def time_left(visit: Visit, on: date | None, at: datetime | None, *, missed: bool) -> Left:
    """Time left until a day (its end) or an instant."""
    if at is not None:
        return _until_instant(visit, at)
    if on is None:
        return Left(visit.say("due.none"), "", "undated")
    days = (on - visit.today).days
    working = working_days(visit, visit.today, on)
    beside = on.isoformat()
    if days > 0 and working is not None:
        beside = f"{beside} · {visit.say('left.working', n=working)}"
    if days < 0 or missed:
        return Left(visit.say("left.over", n=max(-days, 0)), beside, "overdue")
    if days == 0:
        return Left(visit.say("left.today"), beside, "due_today")
    return Left(visit.say("left.days", n=days), beside, _severity(visit.today, on))


def _severity(today: date, on: date) -> Severity:
    """Weeks end on Sunday."""
    sunday = today + timedelta(days=6 - today.weekday())
    return "rest_of_week" if on <= sunday else "later"


def _until_instant(visit: Visit, at: datetime) -> Left:
    left = at - visit.now
    over = left < timedelta(0)
    minutes = int(abs(left).total_seconds() // 60)
    beside = f"{at.astimezone(visit.now.tzinfo):%Y-%m-%d %H:%M}"
    if abs(left) > _CLOSE:
        words = visit.say("left.over" if over else "left.days", n=minutes // (24 * 60))
    else:
        key = "left.over_hours" if over else "left.hours"
        words = visit.say(key, h=minutes // 60, m=minutes % 60)
    day = at.astimezone(visit.now.tzinfo).date()
    if over:
        return Left(words, beside, "overdue")
    today = day == visit.today
    return Left(words, beside, "due_today" if today else _severity(visit.today, day))


def working_days(visit: Visit, after: date, through: date) -> int | None:
    """Working days from tomorrow to a date; None where the calendar does not reach."""
    if through < after:
        return None
    try:
        return visit.service.casework.calendar.count(after, through)
    except CalendarHorizon:
        return None
