"""One case of an invented procedure, lived through at random by the engine's own acts.

Starts lie in 2019 to 2026, on rest days and at year ends too. Each act sees the calendar that was
published by its day, so that provisional dates occur and become firm; in some lives that calendar
was also changed in the middle of a year, by notices that never were.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

from machines.acts import AnyAct, Enforce, Evidence, Moved, Open
from machines.book import Workflow, load_workflow, read_roles, workflows_folder
from machines.case import Actor, Case, Entry, Party
from machines.fold import evolve
from machines.importing import Import, imported
from machines.outage import told
from machines.outage_notices import Outage
from machines.recount import Order, recounted
from machines.rungs import SHANGHAI, closed, pending
from machines.step import decide
from rules.calendar_change import CalendarChange
from rules.holiday_notices import Holiday, HolidayNotice
from rules.office_hours import ZONE_WIDE
from rules.parameters import ParameterBook, Settings, ZoneSetting
from rules.statutes import ENGINE, STATUTORY
from rules.view import World
from rules.working_days import Calendar, load_calendar

FOLDER = Path(__file__).parent / "dated"
CODES = ("91999999MA0000001N", "91999999MA0000002R")
FIRST, LAST = date(2019, 1, 2), date(2026, 11, 1)
AMOUNTS = {"working_days": 45, "natural_days": 90, "months": 14, "years": 2, "hours": 400}
APPLICANT, BANK = Actor("a", "applicant", CODES[0]), Actor("b", "bank", CODES[1])
SUBJECT = Party("enterprise", "虚构企业", CODES[0])
OTHER = Party("enterprise", "虚构银行", CODES[1])
OFFICER, SUPERVISOR = Actor("c", "approval"), Actor("d", "supervision")
Known = tuple[tuple[date, Calendar], ...]


@cache
def procedure() -> Workflow:
    """The invented procedure."""
    return load_workflow(FOLDER, read_roles(workflows_folder()))


@cache
def parameters() -> ParameterBook:
    """Its numbers, beside those of the statutes."""
    return ParameterBook({ENGINE: STATUTORY, "dated": procedure().parameters})


@cache
def calendars() -> Known:
    """Each calendar there has been, from the day of its publication on."""
    return _known(load_calendar().notices)


@cache
def invented_calendars() -> Known:
    """The same with further notices in mid-year: a weekend worked, a weekday off, days off taken
    back, so that dates come out later and earlier."""
    notices = (*load_calendar().notices, *_further_notices())
    return _known(tuple(sorted(notices, key=lambda one: (one.year, one.published_on))))


def _known(notices: tuple[HolidayNotice, ...]) -> Known:
    days = sorted({notice.published_on for notice in notices})
    return tuple(
        (day, Calendar(tuple(one for one in notices if one.published_on <= day))) for day in days
    )


def _further_notices() -> Iterator[HolidayNotice]:
    def notice(published: date, *holidays: Holiday) -> HolidayNotice:
        number = f"虚构发〔{published.year}〕9号"
        return HolidayNotice(
            published.year, number, "虚构补充通知", published, holidays, amends=True
        )

    yield notice(
        date(2020, 8, 3),
        Holiday("虚构活动", date(2020, 8, 20), date(2020, 8, 21), (date(2020, 8, 15),)),
    )
    yield notice(
        date(2022, 9, 9),
        Holiday("国庆节", date(2022, 10, 1), date(2022, 10, 5),
                (date(2022, 10, 6), date(2022, 10, 7))),
    )  # fmt: skip
    yield notice(
        date(2024, 6, 12),
        Holiday("虚构停工", date(2024, 6, 17), date(2024, 6, 28), (date(2024, 7, 6),)),
    )
    yield notice(
        date(2026, 3, 2),
        Holiday("清明节", date(2026, 4, 5), date(2026, 4, 5), (date(2026, 4, 4), date(2026, 4, 6))),
    )


@dataclass
class Life:
    """One case. `known`: the calendars of its time line."""

    chance: random.Random
    known: Known = field(default_factory=calendars)
    now: datetime = datetime(2019, 1, 2, tzinfo=SHANGHAI)
    case: Case | None = None
    entries: list[Entry] = field(default_factory=list)
    settings: Settings = field(default_factory=lambda: Settings("yingkou"))
    versions: int = 0
    outages: int = 0

    def __post_init__(self) -> None:
        self.calendar = self.calendar_on(FIRST)

    def begun(self) -> bool:
        """The opening, or the import of a licence issued long ago; whether it succeeded."""
        self.now = self.begins()
        self.calendar = self.calendar_on(self.now.date())
        self.settings = Settings("yingkou", tuple(self._settings()))
        if self.chance.random() < 0.1:
            self._imported()
        else:
            self.do(Open("case-1", "yingkou", SUBJECT, APPLICANT, {"bank": OTHER}))
            self.now += timedelta(hours=self.chance.choice((0, 0, 1, 30, 100)))
        return self.case is not None

    def _imported(self) -> None:
        """A licence issued some time ago, whose paper may name a later day than the text."""
        issued_at = self.now
        self.now += timedelta(days=self.chance.randint(0, 150))
        self.calendar = self.calendar_on(self.now.date())
        day = issued_at.date()
        told_on = {
            name: day + timedelta(days=self.chance.randint(450, 900))
            for name in ("working_days", "months_rolled", "days")
            if self.chance.random() < 0.3
        }
        named = day + timedelta(days=self.chance.randint(1, 200))
        act = Import("case-1", "yingkou", SUBJECT, OFFICER, issued_at, Evidence("证-1", "e"),
                     issued_by="begin", parties={"bank": OTHER},
                     facts={"named_on": named.isoformat()}, told=told_on)  # fmt: skip
        entry = imported(procedure().compiled, act, self.now, self.world)
        assert isinstance(entry, Entry), f"not imported: {entry}"
        self._fold(entry)

    def begins(self) -> datetime:
        """Any instant of the years; the ends of years, and the weeks before a notice, oftener."""
        day = FIRST + timedelta(days=self.chance.randrange((LAST - FIRST).days))
        likely = self.chance.random()
        if likely < 0.3:
            day = date(min(day.year, 2025), 12, self.chance.randint(15, 31))
        elif likely < 0.6:
            published = [one for one, _ in self.known if one > FIRST]
            before = self.chance.choice(published) - timedelta(days=self.chance.randint(1, 50))
            day = max(before, FIRST)
        seconds = self.chance.choice((0, 86399, self.chance.randrange(86400)))
        return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI) + timedelta(seconds=seconds)

    def _settings(self) -> Iterator[ZoneSetting]:
        """The zone's numbers, changed once in a while; and when its counters close."""
        long_ago = FIRST - timedelta(days=30)
        for one in procedure().definition.settings:
            for since in (long_ago, self.now.date() + timedelta(days=20)):
                value = self.chance.randint(1, AMOUNTS[one.unit])
                yield ZoneSetting("dated", one.id, one.unit, value, since, "proof")
        yield ZoneSetting(ZONE_WIDE, "office_closes", "clock", 1700, long_ago, "proof")

    @property
    def world(self) -> World:
        """The world at this moment."""
        return World(self.calendar, parameters(), self.settings)

    @property
    def over(self) -> bool:
        """Whether nothing can happen any more."""
        return self.case is None or closed(procedure().compiled, self.case)

    def calendar_on(self, day: date) -> Calendar:
        """The calendar as it was known on a day."""
        return [one for since, one in self.known if since <= day][-1]

    def do(self, act: AnyAct) -> bool:
        """An act, if it is possible now."""
        answer = decide(procedure().compiled, self.case, act, self.now, self.world, hot=True)
        if not isinstance(answer, Moved):
            return False
        for entry in answer.entries:
            self._fold(entry)
        return True

    def _fold(self, entry: Entry) -> None:
        self.case = evolve(self.case, entry)
        self.entries.append(entry)

    def pass_time(self) -> None:
        """Some days pass; what is due on the way is done on time, or some days later."""
        late = timedelta(days=self.chance.choice((0, 0, 0, 2)))
        until = self.now + timedelta(days=self.chance.choice((0, 1, 3, 8, 20, 40)),
                                     minutes=self.chance.randrange(1440))  # fmt: skip
        while self.case is not None:
            rungs = pending(procedure().compiled, self.case)
            if not rungs or rungs[0].instant + late > until:
                break
            known = self.calendar
            self.at(max(self.now, rungs[0].instant + late))
            if self.calendar is not known:
                rungs = pending(procedure().compiled, self.case)
            if not rungs or not self.do(Enforce(rungs[0].because, "proof")):
                break
        self.at(until)

    def at(self, now: datetime) -> None:
        """The clock moves; a calendar published meanwhile comes into force, and every date is
        counted anew on it at once."""
        self.now = now
        known = self.calendar_on(now.astimezone(SHANGHAI).date())
        if known is self.calendar or self.case is None:
            return
        self.versions += 1
        order = Order(
            f"recount-{self.versions}", self.versions, CalendarChange(self.calendar, known)
        )
        self.calendar = known
        entry = recounted(procedure().compiled, self.case, order, now)
        if entry is not None:
            self._fold(entry)

    def suffer_outage(self, first: date, last: date) -> bool:
        """An outage of the office, recorded when it is over."""
        assert self.case is not None
        self.outages += 1
        outage = Outage(self.outages, first, last, "机房断电", "c", "e")
        entry = told(procedure().compiled, self.case, outage, self.world, self.now)
        if entry is not None:
            self._fold(entry)
        return entry is not None
