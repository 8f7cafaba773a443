"""How pressing a date is as an office reads it: overdue, due today, this week; in working days.

A week ends before work begins again: on Sunday, or when the rest that follows is over, so that what
falls due in a long holiday is seen before it. A make-up Saturday or Sunday is a day of work like
any other. Reads the estimate past what is published: it orders a desk and decides nothing.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final, Literal

from rules.day_table import CalendarHorizon
from rules.last_day import ONE_DAY
from rules.periods import shanghai_date
from rules.working_days import Calendar

Urgency = Literal["overdue", "today", "week", "later"]
URGENCIES: Final[tuple[Urgency, ...]] = ("overdue", "today", "week", "later")
_SUNDAY: Final = 6


def week_ends_on(today: date, calendar: Calendar) -> date:
    """The last day of this week: the day before the first working day after Sunday, or after the
    days worked in a row from today on."""
    table = calendar.assumed("estimate")
    sunday = today + timedelta(days=_SUNDAY - today.weekday())
    try:
        last = today
        while table.is_working(last) and table.is_working(last + ONE_DAY):
            last += ONE_DAY
        return table.add(max(last, sunday), 1) - ONE_DAY
    except CalendarHorizon:  # nobody knows those days; a plain week is all there is
        return sunday


def urgency(due: date | datetime, now: datetime, calendar: Calendar) -> Urgency:
    """How pressing a last day, or an instant for hours, is at an instant."""
    today = shanghai_date(now)
    on = shanghai_date(due)
    if on < today or (isinstance(due, datetime) and due < now):
        return "overdue"
    if on == today:
        return "today"
    return "week" if on <= week_ends_on(today, calendar) else "later"


def working_days_left(today: date, on: date, calendar: Calendar) -> int | None:
    """Working days from tomorrow to a day; below nothing, those that have passed since it, today
    counted. None where no calendar reaches."""
    table = calendar.assumed("estimate")
    try:
        return table.count(today, on) if on >= today else -table.count(on, today)
    except CalendarHorizon:
        return None
