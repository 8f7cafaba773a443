"""The same year told by somebody else: what a second source says of each day.

Either another year file of ours, typed by another person, or the JSON that public collections of
the notices use: `{"days": [{"date": "2026-02-14", "isOffDay": false}, ...]}`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from rules.holiday_notices import CalendarError, read_notices


@dataclass(frozen=True, slots=True)
class SecondSource:
    """The days it arranges and whether they are worked, and the sha256 of its file."""

    days: Mapping[date, bool]
    sha256: str


def read_second_source(file: Path) -> SecondSource:
    """Raises CalendarError for a file that is neither kind, OSError."""
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    if file.suffix.lower() == ".json":
        return SecondSource(_of_json(file), digest)
    notices = sorted(read_notices(file), key=lambda notice: notice.published_on)
    days = {day: working for notice in notices for day, working, _ in notice.days()}
    return SecondSource(days, digest)


def _of_json(file: Path) -> dict[date, bool]:
    try:
        listed: Any = json.loads(file.read_text(encoding="utf-8"))["days"]
        return {date.fromisoformat(one["date"]): not bool(one["isOffDay"]) for one in listed}
    except (ValueError, KeyError, TypeError) as error:
        what = f"{type(error).__name__}: {error}"
        raise CalendarError(
            f"{file.name}: expected `days`, each with `date` and `isOffDay` ({what})"
        ) from error
