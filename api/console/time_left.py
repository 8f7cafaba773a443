"""How much time is left, in words: days, working days, hours when it is close, or how late."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from api.console.visit import Visit
from rules.urgency import Urgency, urgency, working_days_left

Severity = Literal["overdue", "due_today", "rest_of_week", "later", "undated"]
SEVERITIES: tuple[Severity, ...] = ("overdue", "due_today", "rest_of_week", "later", "undated")
TONES: Mapping[str, str] = {
    "overdue": "bad", "due_today": "warn", "rest_of_week": "open", "later": "off", "undated": "off",
}  # fmt: skip
_SEVERITY: Mapping[Urgency, Severity] = {
    "overdue": "overdue", "today": "due_today", "week": "rest_of_week", "later": "later",
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
    days, working = (on - visit.today).days, _working(visit, on)
    beside = f"{on} · {working}" if days != 0 and working else on.isoformat()
    if days < 0 or missed:
        return Left(visit.say("left.over", n=max(-days, 0)), beside, "overdue")
    if days == 0:
        return Left(visit.say("left.today"), beside, "due_today")
    return Left(visit.say("left.days", n=days), beside, _severity(visit, on))


def _severity(visit: Visit, due: date | datetime) -> Severity:
    return _SEVERITY[urgency(due, visit.now, visit.service.casework.calendar)]


def _working(visit: Visit, on: date) -> str:
    """Working days until a day, or since then; nothing where no calendar reaches."""
    left = working_days_left(visit.today, on, visit.service.casework.calendar)
    if left is None:
        return ""
    return visit.say("left.working" if on > visit.today else "left.over_working", n=abs(left))


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
    return Left(words, beside, _severity(visit, at))
