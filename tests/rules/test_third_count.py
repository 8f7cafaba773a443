"""Thousands more cases of the same rules, where dates are hard: at the turn of every year, around
every Spring Festival, on leap days, at the ends of months, beyond what is published. The file is
counted by the command, and again with a finger (`fingers`)."""

import csv
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from api.cli_due import register
from rules.due import compute_due
from rules.periods import SHANGHAI, parse_period, parse_start
from rules.working_days import Calendar
from tests.rules import fingers
from tests.rules.test_deadlines import ROWS

FIRST, LAST, FIRM_UNTIL = date(2018, 12, 29), date(2027, 10, 31), date(2026, 12, 24)
SPRING = [date(2019, 2, 4), date(2020, 1, 24), date(2021, 2, 11), date(2022, 1, 31),
          date(2023, 1, 21), date(2024, 2, 10), date(2025, 1, 28), date(2026, 2, 15)]  # fmt: skip
# Days from the first day off; a rolling count of them passes over every kind of neighbour.
AROUND = (-24, -16, -9, -3, -1, 0, 3, 8, 14)
EXTRA = [("yr-roll", 1), ("mo-susp-roll:2025-01-20/2025-02-10", 1),
         ("cd-susp-roll:2026-02-10/2026-02-24", 20), ("wd-back", 3),
         ("cd-back-safe", 15)]  # fmt: skip


def starts() -> list[date]:
    """The days on which dates go wrong."""
    found = {day + timedelta(days=n) for day in SPRING for n in AROUND}
    for year in range(2019, 2027):
        found |= {date(year, 12, day) for day in (1, 17, 24, 25, 29, 31)}
        found |= {date(year, month, 1) - fingers.DAY for month in range(2, 13)}
        found |= {date(year, 9, 28), date(year, 10, 3), date(year, 4, 30), date(year, 3, 1)}
    found |= {date(2020, 2, 29), date(2024, 2, 29), date(2026, 12, 23)}
    return sorted(found)


def cases() -> Iterator[tuple[str, str, int, str]]:
    """Rule, unit, amount, start: as in the file of examples."""
    rules = {(row["rule_id"], row["unit"], int(row["amount"])) for row in ROWS}
    rules |= {(f"X-{unit}", unit, amount) for unit, amount in EXTRA}
    for rule, unit, amount in sorted(rules):
        for place, day in enumerate(starts()):
            instant = datetime(day.year, day.month, day.day, 23, 30, tzinfo=SHANGHAI).isoformat()
            start = instant if unit == "h" or place % 5 == 0 else day.isoformat()
            if FIRST <= date.fromisoformat(fingers.due(unit, amount, start)[:10]) <= LAST:
                yield rule, unit, amount, start


def kind(unit: str, start: str, due: str) -> str:
    """Whether the last working day that decides is arranged for certain."""
    if "noroll" in unit or "elapsed" in unit or unit in ("h", "cd-back"):
        return "firm"
    if unit == "wd-back":
        return (
            "firm" if date.fromisoformat(start[:10]) - fingers.DAY <= FIRM_UNTIL else "provisional"
        )
    return "firm" if date.fromisoformat(due) <= FIRM_UNTIL else "provisional"


def test_the_command_and_the_finger_agree(tmp_path: Path) -> None:
    asked = list(cases())
    file = tmp_path / "cases.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["rule_id", "unit", "amount", "start_iso"])
        writer.writerows(asked)
    command = typer.Typer()
    register(command)
    command.command("other")(lambda: None)  # a second command, so that `due` keeps its name
    done = CliRunner().invoke(command, ["due", "--batch", str(file)])
    assert done.exit_code == 0, done.stderr
    found = list(csv.DictReader(done.stdout.splitlines()))
    wrong = []
    for (rule, unit, amount, start), row in zip(asked, found, strict=True):
        due = fingers.due(unit, amount, start)
        if unit == "cd-back-safe" and date.fromisoformat(start[:10]) > FIRM_UNTIL:
            continue  # which day it rests on is the day before rolling, told apart elsewhere
        if (row["due_iso"], row["kind"]) != (due, kind(unit, start, due)):
            wrong.append((rule, unit, amount, start, due, row["due_iso"], row["kind"]))
    assert wrong == []
    assert len(asked) > 5000
    assert {row["kind"] for row in found} == {"firm", "provisional"}


@pytest.mark.parametrize("row", ROWS[::7], ids=lambda row: row["rule_id"])
def test_the_finger_agrees_with_the_examples(row: dict[str, str]) -> None:
    assert fingers.due(row["unit"], int(row["amount"]), row["start_iso"]) == row["expected_due_iso"]


def test_nothing_adverse_by_the_finger(calendar: Calendar) -> None:
    """The first day of an adverse act is a working day after the due day, counted by finger."""
    for _, unit, amount, start in list(cases())[::11]:
        due = compute_due(parse_start(start), parse_period(f"{unit}:{amount}"), calendar)
        if due.enforceable_from is not None and due.on >= FIRST:
            assert due.enforceable_from > due.on
            assert fingers.is_working(due.enforceable_from)
            assert due.enforceable_from <= FIRM_UNTIL
