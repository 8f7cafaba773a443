"""When somebody must look for the next year's arrangement, because dates depend on it.

The notices came out between 25 October and 8 December (counting-time rules, sections 3 and 4.2):
look daily from 15 October, warn on 1 December, page on 15 December.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from rules.working_days import Calendar

Level = Literal["quiet", "look", "warn", "page"]
_LEVELS: tuple[tuple[tuple[int, int], Level], ...] = (
    ((12, 15), "page"),
    ((12, 1), "warn"),
    ((10, 15), "look"),
)


@dataclass(frozen=True, slots=True)
class Watch:
    """How urgent it is. `year`: the year still missing, None when the next one is there."""

    level: Level
    year: int | None


def watch(calendar: Calendar, today: date) -> Watch:
    """The state of the watchdog on a Shanghai date. A missing present year pages at any time."""
    last = calendar.last_day.year
    if last > today.year:
        return Watch("quiet", None)
    if last < today.year:
        return Watch("page", last + 1)
    reached = (level for since, level in _LEVELS if (today.month, today.day) >= since)
    return Watch(next(reached, "quiet"), today.year + 1)
