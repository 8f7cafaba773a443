"""The worked examples once more, from outside: a case opened, licensed, paused and resumed over
HTTP at the instants of each row; the date that the service answers."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from api.service import Service
from cases.casework import Casework
from cases.clock import FixedClock
from machines.frozen import replace
from rules.periods import SHANGHAI, parse_start
from scheduler.enforcer import Enforcer
from tests.api.desk import OTHER_CODE, Desk, desk_on, published
from tests.machines.invented import book

CSV = Path(__file__).parents[1] / "rules" / "deadlines.csv"
PARTIES = {"preparer": {"kind": "agency", "uscc": OTHER_CODE, "name": "虚构勘察有限公司"}}
# Unit of the examples -> the obligation of the invented procedure counted so, and its number.
COUNTED = {
    "wd": ("decide", "decide_days"),
    "cd-roll": ("pay_the_fee", "pay_days"),
    "mo-roll": ("supply_papers", "supply_months"),
    "h": ("interim_permit", "permit_hours"),
}
WITH_PAUSE = re.compile(r"([a-z]+)-susp(-roll)?:(.+)/(.+)")


@dataclass
class Counter:
    """A service of the invented procedure whose clock and numbers a test sets."""

    desk: Desk
    clock: FixedClock

    def number(self, name: str, amount: int) -> None:
        """From now on cases are decided by this number."""
        old = self.desk.service
        changed = book().parameters.override({f"periods.{name}": amount})
        casework = Casework(old.store, replace(book(), parameters=changed), published(), self.clock)
        now = Service(old.store, casework, Enforcer(casework), self.clock, True)
        self.desk.client.app.state.service = now  # type: ignore[attr-defined]

    def at(self, start: datetime | date) -> None:
        """The clock of the service; a bare day is nine in the morning."""
        instant = isinstance(start, datetime)
        self.clock.at = start if instant else datetime.combine(start, time(9), SHANGHAI)  # type: ignore[assignment]


@pytest.fixture(scope="module")
def counter() -> Iterator[Counter]:
    with desk_on("memory://") as desk:
        yield Counter(desk, FixedClock(datetime(2019, 1, 2, 9, tzinfo=SHANGHAI)))


def rows() -> list[dict[str, str]]:
    with CSV.open(encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if _unit(row["unit"])[0] in COUNTED]


def _unit(text: str) -> tuple[str, date | None, date | None]:
    pause = WITH_PAUSE.fullmatch(text)
    if pause is None:
        return text, None, None
    days = date.fromisoformat(pause[3]), date.fromisoformat(pause[4])
    return pause[1] + (pause[2] or ""), *days


def test_the_rows_are_most_of_the_file() -> None:
    assert len(rows()) > 75
    assert {_unit(row["unit"])[0] for row in rows()} == set(COUNTED)


@pytest.mark.parametrize(
    "row", rows(), ids=lambda row: f"{row['rule_id']} {row['start_iso']} {row['unit']}"
)
def test_the_service_answers_the_date_of_the_example(counter: Counter, row: dict[str, str]) -> None:
    unit, paused_on, resumed_on = _unit(row["unit"])
    obligation, number = COUNTED[unit]
    counter.number(number, int(row["amount"]))
    counter.at(parse_start(row["start_iso"]))
    desk = counter.desk
    opened = desk.post("/v1/cases", {
        "workflow": "periods", "facts": {}, "parties": PARTIES,
        "subject": {"kind": "enterprise", "uscc": "91999999MA0000001N", "name": "虚构摊位"},
    }, "applicant")  # fmt: skip
    assert opened.status_code == 201, opened.text
    case: dict[str, Any] = opened.json()
    if unit in ("cd-roll", "mo-roll"):
        desk.done(case, "license", "approval")
    if paused_on is not None and resumed_on is not None:
        counter.at(paused_on)
        desk.done(case, "suspend", "approval", obligation=obligation, reason="鉴定", notice="告-1")
        counter.at(resumed_on)
        desk.done(case, "resume", "approval", obligation=obligation, reason="已办毕")
    shown = desk.get(f"/v1/cases/{case['id']}", "approval").json()["obligations"]
    due = next(one["due"] for one in shown if one["id"] == obligation)
    assert (due.get("at") or due["on"]) == row["expected_due_iso"]
    assert due["kind"] == "firm"
    assert due["enforceable_from"] > due["on"]
