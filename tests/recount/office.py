"""An office that grants the invented licence on any day, by what was published until then."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path

from cases.casework import Casework, Doing, Opening
from cases.clock import FixedClock
from cases.identity import Identity
from cases.ports import Store
from cases.rows import OutboxRow
from cases.settings import set_setting
from machines.book import Rulebook, load, workflows_folder
from machines.case import Case, Duty, Entry, Party
from machines.codec import from_plain
from machines.rungs import SHANGHAI
from rules.credit_code import check_character
from rules.working_days import CALENDARS, Calendar, load_calendar
from scheduler.enforcer import Enforcer

FOLDER = Path(__file__).parent / "workflows"
OFFICER = Identity("qian", frozenset({"approval"}))
DAYS = {"supply_days": 30, "answer_days": 30, "bank_days": 30, "public_days": 30,
        "report_months": 2}  # fmt: skip
# An invented arrangement of 2027: New Year's Day joined to its weekend, and a Spring Festival that
# takes two weekends for it.
NOTICE_2027 = """\
year: 2027
notices:
  - number: 虚构〔2026〕1号
    title: 关于2027年部分节假日安排的虚构通知
    published_on: 2026-11-03
    holidays:
      - {name: 元旦, from: 2027-01-01, through: 2027-01-03}
      - {name: 春节, from: 2027-02-05, through: 2027-02-13, make_up_days: [2027-02-14, 2027-02-20]}
      - {name: 清明节, from: 2027-04-03, through: 2027-04-05}
      - {name: 劳动节, from: 2027-05-01, through: 2027-05-05, make_up_days: [2027-05-08]}
      - {name: 端午节, from: 2027-06-09, through: 2027-06-09}
      - {name: 中秋节, from: 2027-09-15, through: 2027-09-15}
      - {name: 国庆节, from: 2027-10-01, through: 2027-10-07, make_up_days: [2027-10-09]}
"""


@cache
def book() -> Rulebook:
    """The rulebook that holds the invented licence alone."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "workflows"
        shutil.copytree(FOLDER, place)
        shutil.copy(workflows_folder() / "roles.yaml", place / "roles.yaml")
        return load(place)


def made_up(folder: Path, text: str = NOTICE_2027, name: str = "2027.yaml") -> Path:
    """A year file that nobody has published."""
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def published(year: int) -> Path:
    """The shipped file of a year, with every notice there ever was for it."""
    return CALENDARS / f"{year}.yaml"


def before(day: date) -> Calendar:
    """What had been published on the day before."""
    return load_calendar(as_of=date.fromordinal(day.toordinal() - 1))


def at(day: date | str, hour: int = 9) -> datetime:
    """A Shanghai instant on a day."""
    on = date.fromisoformat(day) if isinstance(day, str) else day
    return datetime(on.year, on.month, on.day, hour, tzinfo=SHANGHAI)


def code(number: int) -> str:
    """The credit code of the n-th firm; its region does not exist."""
    stem = f"91999999MA{number:07d}"
    return stem + check_character(stem)


class Office:
    """Use cases on a store, on the calendar known at the time; its clock is moved by hand."""

    def __init__(self, store: Store, calendar: Calendar, days: Mapping[str, int] = DAYS) -> None:
        self.store, self.clock = store, FixedClock(at("2019-01-02"))
        self.casework = Casework(store, book(), calendar, self.clock)
        with store.unit() as unit:
            if not unit.settings("yingkou"):
                for name, value in {**DAYS, **days}.items():
                    set_setting(
                        unit, book(), "yingkou", f"promise.{name}", value, since=date(2017, 4, 10),
                        basis="虚构", set_by="a", confirmed_by="b", at=self.clock.at,
                    )  # fmt: skip

    def grant(self, on: date | str, number: int = 1, stated_on: str | None = None) -> str:
        """Opens and grants the n-th firm's case on a day; its number."""
        self.clock.at = at(on)
        firm = Identity(f"firm-{number}", frozenset({"applicant"}), enterprise=code(number))
        party = Party("enterprise", f"虚构{number}号有限公司", code(number))
        plain = self.casework.open(Opening("promise", party, "yingkou"), firm).plain
        case_id = str(plain["id"])
        day = str(self.clock.at.date()) if stated_on is None else stated_on
        self.casework.act(case_id, Doing("grant", {"stated_on": day}), OFFICER)
        return case_id

    def act(self, case_id: str, event: str, on: date | str, number: int = 1, **facts: str) -> None:
        """One act by whoever may do it."""
        self.clock.at = at(on)
        firm = Identity(f"firm-{number}", frozenset({"applicant"}), enterprise=code(number))
        who = {"supply": firm, "report": firm, "honour": firm}.get(event, OFFICER)
        self.casework.act(case_id, Doing(event, facts), who)

    def sweep(self, on: date | str) -> list[str]:
        """What the engine does by the morning of a day, as obligation:rung."""
        self.clock.at = at(on)
        with self.store.unit() as unit:
            unit.set_meta({"heartbeat": self.clock.at.isoformat()})
        report = Enforcer(self.casework).sweep()
        assert report.set_aside == {}
        return [f"{one.obligation}:{one.rung}" for one in report.enforced]

    def case(self, case_id: str) -> Case:
        """A case as it stands."""
        with self.store.unit(write=False) as unit:
            row = unit.case(case_id)
        assert row is not None
        return from_plain(Case, json.loads(row.state))

    def duty(self, case_id: str, name: str) -> Duty:
        """The latest occurrence of a duty."""
        found = self.case(case_id).latest(name)
        assert found is not None
        return found

    def entries(self, case_id: str) -> Iterator[Entry]:
        """The journal of a case."""
        with self.store.unit(write=False) as unit:
            rows = unit.entries(case_id)
        return (from_plain(Entry, json.loads(row.body)) for row in rows)

    def outbox(self, case_id: str, do: str) -> list[OutboxRow]:
        """What people are told of a case."""
        with self.store.unit(write=False) as unit:
            return list(unit.outbox(case_id=case_id, do=do, limit=1000))
