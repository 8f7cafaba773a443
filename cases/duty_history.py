"""What became of a duty's date so far, read off the journal: how often it moved, and when.

A calendar program wants a number that rises with every move. It is counted here from the record,
so that it is the same for everybody who asks, after a restart and on another machine.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cases.rows import EntryRow
from machines.case import DueDate
from machines.codec import from_plain
from machines.frozen import replace

_OFF = frozenset({"suspended", "waived"})  # a case that closes waives what it still owed
_SEEN = ("kind", "on", "at", "opens_on", "earliest", "latest", "told_on")
Key = tuple[str, int]
Plain = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Course:
    """One occurrence of a duty. `moves`: how often its date, its kind (provisional, firm) or
    whether it holds has changed; `begun_at`, `changed_at`: instants of the record, the latter of
    any change; `due`: the last date it had, None before the first; `off`: that date does not hold
    (the period is paused, the duty is waived, the date was taken away)."""

    moves: int
    begun_at: datetime
    changed_at: datetime
    due: DueDate | None
    off: bool


def courses(journal: Iterable[EntryRow]) -> dict[Key, Course]:
    """Every occurrence a journal knows, timers included. The journal is whole and in order."""
    duties: dict[Key, Plain] = {}
    found: dict[Key, Course] = {}
    for row in journal:
        for plain in json.loads(row.body).get("duties", ()):
            key = (plain["obligation"], plain["occurrence"])
            found[key] = _after(found.get(key), duties.get(key), plain, row.at)
            duties[key] = plain
    return found


def _after(course: Course | None, before: Plain | None, now: Plain, at: datetime) -> Course:
    """The course after an entry that touches the duty."""
    dated = "on" in now["due"]
    off = now["status"] in _OFF or not dated
    if course is None or before is None:
        return Course(0, at, at, from_plain(DueDate, now["due"]) if dated else None, off)
    if off == course.off and _seen(before) == _seen(now):
        return course if before == now else replace(course, changed_at=at)
    due = from_plain(DueDate, now["due"]) if dated else course.due
    return Course(course.moves + 1, course.begun_at, at, due, off)


def _seen(plain: Plain) -> tuple[Any, ...]:
    return tuple(plain["due"].get(name) for name in _SEEN)
