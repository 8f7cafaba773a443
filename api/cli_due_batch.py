"""`chengnuo due --batch`: a file of dates, computed all or none."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

from rules.due import Bearer, Due, compute_due
from rules.office_hours import OfficeHours
from rules.periods import Period, PeriodError, parse_period, parse_start, shanghai_date
from rules.working_days import Calendar, CalendarHorizon

COLUMNS = ("rule_id", "unit", "amount", "start_iso")
ADDED = ("due_iso", "kind")
LARGE = 50  # rows of one period: from here on counting them as an array is faster


@dataclass(frozen=True, slots=True)
class _Asked:
    """One row that can be read: its line, its fields, and what they ask for."""

    line: int
    row: dict[str, str]
    start: date | datetime
    period: Period


class BatchError(ValueError):
    """Rows of a batch that cannot be computed, one line of text for each."""


def due_iso(result: Due) -> str:
    """The instant of a period in hours, else the day."""
    return result.at.isoformat() if result.at is not None else result.on.isoformat()


def batch_text(file: Path, calendar: Calendar, bearer: Bearer, hours: OfficeHours) -> str:
    """The file as CSV with two columns added, all rows or none. BatchError names the bad ones."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BatchError(f"{file} cannot be read as UTF-8 text: {error}") from None
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    header = list(reader.fieldnames or ())
    _check_header(file, header)
    asked: list[_Asked] = []
    problems: dict[int, str] = {}
    for line, row in _rows(file, reader):
        try:
            period = _period(f"{row['unit'].strip()}:{row['amount'].strip()}")
            asked.append(_Asked(line, row, parse_start(row["start_iso"]), period))
        except PeriodError as error:
            problems[line] = str(error)
    found = _many(asked, calendar)
    for one in asked:
        if one.line not in found:
            try:
                due = compute_due(one.start, one.period, calendar, bearer=bearer,
                                  office_hours=hours)  # fmt: skip
                found[one.line] = due_iso(due), due.kind
            except (PeriodError, CalendarHorizon) as error:
                problems[one.line] = str(error)
    if problems:
        lines = [f"{file.name}:{line}: {problems[line]}" for line in sorted(problems)]
        raise BatchError("\n".join(["nothing was computed; correct these rows:", *lines]))
    return _written(header, asked, found)


def _written(header: list[str], asked: list[_Asked], found: dict[int, tuple[str, str]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*header, *ADDED])
    writer.writerows([*one.row.values(), *found[one.line]] for one in asked)
    return out.getvalue()


@lru_cache(maxsize=1024)
def _period(text: str) -> Period:
    return parse_period(text)


def _many(asked: Sequence[_Asked], calendar: Calendar) -> dict[int, tuple[str, str]]:
    """Date and kind by line, for the periods that many rows ask for. What cannot be counted
    together is left to be counted one by one, which says what is wrong with which row."""
    by_period: defaultdict[Period, list[_Asked]] = defaultdict(list)
    for one in asked:
        by_period[one.period].append(one)
    large = {period: group for period, group in by_period.items()
             if len(group) >= LARGE and not period.timed}  # fmt: skip
    found: dict[int, tuple[str, str]] = {}
    if not large:
        return found
    import numpy as np  # slow to import, and a single date needs none of it

    from rules.many_dates import many_due

    for period, group in large.items():
        days = np.array([shanghai_date(one.start) for one in group], "datetime64[D]")
        try:
            due = many_due(days, period, calendar)
        except (PeriodError, CalendarHorizon):
            continue
        written = np.datetime_as_string(due.on).tolist()
        for one, on, provisional in zip(group, written, due.provisional.tolist(), strict=True):
            found[one.line] = on, "provisional" if provisional else "firm"
    return found


def _check_header(file: Path, header: list[str]) -> None:
    if missing := [name for name in COLUMNS if name not in header]:
        raise BatchError(
            f"{file.name}:1: the column {', '.join(missing)} is missing; "
            f"the first line must name {','.join(COLUMNS)}"
        )
    if taken := [name for name in ADDED if name in header]:
        raise BatchError(
            f"{file.name}:1: the column {', '.join(taken)} is there already; remove it"
        )
    if repeated := sorted({name for name in header if header.count(name) > 1}):
        raise BatchError(f"{file.name}:1: the column {', '.join(repeated)} stands there twice")


def _rows(file: Path, reader: csv.DictReader[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Each row with its line in the file."""
    try:
        for row in reader:
            if None in row or None in row.values():
                raise BatchError(
                    f"{file.name}:{reader.line_num}: the row has not as many fields as the header"
                )
            yield reader.line_num, row
    except csv.Error as error:
        raise BatchError(f"{file.name}:{reader.line_num}: not CSV: {error}") from None
