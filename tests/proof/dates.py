"""`python -m tests.proof.dates [N]`: N obligations of every kind, lived through at random by the
engine's own acts, and every date of them worked out again by the auditor from the journals alone.

Starts lie in 2019 to 2026, on rest days and at year ends too; each act sees the calendar that was
published by its day, so that provisional dates occur and become firm. Prints how many obligations
and values agreed, and each that did not; exits 1 then.
"""

from __future__ import annotations

import json
import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from time import perf_counter
from typing import Any

from cases.records import GENESIS, chain_hash
from machines.acts import Act, AnyAct, Enforce, Evidence, Moved, Open
from machines.book import Workflow, load_workflow, read_roles, rulebook, workflows_folder
from machines.case import Actor, Case, Entry, Party
from machines.codec import canonical, to_plain
from machines.fold import evolve
from machines.importing import Import, imported
from machines.recount import Order, recounted
from machines.rungs import SHANGHAI, closed, pending
from machines.step import decide
from rules.calendar_change import CalendarChange
from rules.parameters import ParameterBook, Settings, ZoneSetting
from rules.view import World
from rules.working_days import CALENDARS, Calendar, load_calendar
from simulation.auditor import Almanacs, Audit, audit

FOLDER = Path(__file__).parent / "dated"
CODES = ("91999999MA0000001N", "91999999MA0000002R")
FIRST, LAST = date(2019, 1, 2), date(2026, 11, 1)
AMOUNTS = {"working_days": 45, "natural_days": 90, "months": 14, "years": 2, "hours": 400}
APPLICANT, BANK = Actor("a", "applicant", CODES[0]), Actor("b", "bank", CODES[1])
SUBJECT = Party("enterprise", "虚构企业", CODES[0])
OTHER = Party("enterprise", "虚构银行", CODES[1])
OFFICER, SUPERVISOR = Actor("c", "approval"), Actor("d", "supervision")
LONGEST_ACTS = 16


@cache
def procedure() -> Workflow:
    """The invented procedure."""
    return load_workflow(FOLDER, read_roles(workflows_folder()))


@cache
def parameters() -> ParameterBook:
    """Its numbers, beside those of the reforms."""
    return ParameterBook({**rulebook().parameters.tables, "dated": procedure().parameters})


@cache
def calendars() -> tuple[tuple[date, Calendar], ...]:
    """Each calendar there has been, from the day of its publication on."""
    days = sorted({notice.published_on for notice in load_calendar().notices})
    return tuple((day, load_calendar(as_of=day)) for day in days)


def calendar_on(day: date) -> Calendar:
    """The calendar as it was known on a day."""
    return [known for since, known in calendars() if since <= day][-1]


@dataclass
class Life:
    """One case, lived through at random."""

    chance: random.Random
    now: datetime = datetime(2019, 1, 2, tzinfo=SHANGHAI)
    case: Case | None = None
    entries: list[Entry] = field(default_factory=list)
    settings: Settings = field(default_factory=lambda: Settings("yingkou"))
    calendar: Calendar = field(default_factory=lambda: calendar_on(FIRST))
    versions: int = 0

    def live(self) -> None:
        """From the opening through some acts; the scheduler works in between."""
        self.now = self._begins()
        self.calendar = calendar_on(self.now.date())
        self.settings = Settings("yingkou", tuple(self._settings()))
        if self.chance.random() < 0.1:
            self.imported()
        else:
            self.do(Open("case-1", "yingkou", SUBJECT, APPLICANT, {"bank": OTHER}))
            self.now += timedelta(hours=self.chance.choice((0, 0, 1, 30, 100)))
            self.begin()
        for _ in range(self.chance.randint(2, LONGEST_ACTS)):
            self.pass_time()
            if self.case is None or closed(procedure().compiled, self.case):
                return
            self.something()

    def imported(self) -> None:
        """A licence issued some time ago, whose paper may name a later day than the text."""
        issued_at = self.now
        self.now += timedelta(days=self.chance.randint(0, 150))
        self.calendar = calendar_on(self.now.date())
        day = issued_at.date()
        told = {
            name: day + timedelta(days=self.chance.randint(450, 900))
            for name in ("working_days", "months_rolled", "days")
            if self.chance.random() < 0.3
        }
        named = day + timedelta(days=self.chance.randint(1, 200))
        act = Import("case-1", "yingkou", SUBJECT, OFFICER, issued_at, Evidence("证-1", "e"),
                     issued_by="begin", parties={"bank": OTHER},
                     facts={"named_on": named.isoformat()}, told=told)  # fmt: skip
        entry = imported(procedure().compiled, act, self.now, self.world)
        assert isinstance(entry, Entry), f"not imported: {entry}"
        self.case = evolve(None, entry)
        self.entries.append(entry)

    def _begins(self) -> datetime:
        """Any instant of the years, the ends of years and rest days oftener than others."""
        day = FIRST + timedelta(days=self.chance.randrange((LAST - FIRST).days))
        if self.chance.random() < 0.3:
            day = date(min(day.year, 2025), 12, self.chance.randint(15, 31))
        seconds = self.chance.choice((0, 86399, self.chance.randrange(86400)))
        return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI) + timedelta(seconds=seconds)

    def _settings(self) -> Iterator[ZoneSetting]:
        """The zone's numbers, changed once in a while."""
        for one in procedure().definition.settings:
            for since in (FIRST - timedelta(days=30), self.now.date() + timedelta(days=20)):
                value = self.chance.randint(1, AMOUNTS[one.unit])
                yield ZoneSetting("dated", one.id, one.unit, value, since, "proof")

    @property
    def world(self) -> World:
        """The world at this moment."""
        return World(self.calendar, parameters(), self.settings)

    def do(self, act: AnyAct) -> bool:
        """An act, if it is possible now."""
        answer = decide(procedure().compiled, self.case, act, self.now, self.world, hot=True)
        if not isinstance(answer, Moved):
            return False
        for entry in answer.entries:
            self.case = evolve(self.case, entry)
        self.entries.extend(answer.entries)
        return True

    def pass_time(self) -> None:
        """Some days pass; what is due on the way is done on time, or some days later."""
        late = timedelta(days=self.chance.choice((0, 0, 0, 2)))
        until = self.now + timedelta(days=self.chance.choice((0, 1, 3, 8, 20, 40)),
                                     minutes=self.chance.randrange(1440))  # fmt: skip
        while self.case is not None:
            rungs = pending(procedure().compiled, self.case)
            if not rungs or rungs[0].instant + late > until:
                break
            self.at(max(self.now, rungs[0].instant + late))
            if not self.do(Enforce(pending(procedure().compiled, self.case)[0].because, "proof")):
                break
        self.at(until)

    def at(self, now: datetime) -> None:
        """The clock moves; a calendar published meanwhile comes into force, and mostly every date
        is counted anew on it at once."""
        self.now = now
        known = calendar_on(now.astimezone(SHANGHAI).date())
        if known is self.calendar or self.case is None:
            return
        self.versions += 1
        order = Order(
            f"recount-{self.versions}", self.versions, CalendarChange(self.calendar, known)
        )
        self.calendar = known
        entry = recounted(procedure().compiled, self.case, order, now)
        if entry is not None:
            self.case = evolve(self.case, entry)
            self.entries.append(entry)

    def something(self) -> None:
        """One act of somebody: ordinary, or one of the engine's own."""
        self.chance.choice((
            self.begin, self.comment, self.suspend, self.suspend, self.resume, self.resume,
            self.extend, self.extend, self.file, self.file, self.reject, self.serve_rejection,
            self.ordinary, self.punish, self.punish, self.restore, self.restore, self.restore,
        ))()  # fmt: skip

    def begin(self) -> None:
        """Everything that starts with one event."""
        named = self.now.date() + timedelta(days=self.chance.randint(-3, 120))
        self.do(Act("begin", OFFICER, {"named_on": named.isoformat()}, {}, self._happened()))

    def _happened(self) -> datetime | None:
        """Now, or some days before it is recorded."""
        back = timedelta(days=self.chance.choice((1, 4)), minutes=self.chance.randrange(900))
        return self.now - back if self.chance.random() < 0.15 else None

    def comment(self) -> None:
        """Comments served on two parties, one after the other; a note that counts from them."""
        self.do(Act("comment", OFFICER, {}, {}, self._happened()))
        for to in self.chance.sample(("subject", "bank"), self.chance.randint(1, 2)):
            self.serve("comments", to)
            self.at(self.now + timedelta(hours=self.chance.choice((0, 5, 50))))
        if self.chance.random() < 0.6:
            self.do(Act("arm", OFFICER))

    def serve(self, document: str, to: str) -> None:
        """A document served, by one of the channels."""
        facts: dict[str, Any] = {"document": document, "to": to}
        channel = self.chance.choice(("electronic", "in_person", "post", "public_notice"))
        proof = {"reference": "EMS-1"} if channel in ("post", "public_notice") else {}
        self.do(Act("serve", OFFICER, {**facts, "channel": channel, **proof}, {}, self._happened()))

    def _running(self) -> str:
        """The name of a duty, mostly of one that runs."""
        assert self.case is not None
        duties = [one for one in self.case.duties if one.status in ("open", "suspended")]
        names = [one.obligation for one in duties if one.bearer is not None]
        return self.chance.choice(names) if names else "working_days"

    def suspend(self) -> None:
        """A pause, with its written notice."""
        facts = {"obligation": self._running(), "reason": "听证", "notice": "告知-1"}
        self.do(Act("suspend", OFFICER, facts))

    def resume(self) -> None:
        """The end of a pause, by one of the policies."""
        assert self.case is not None
        paused = [one.obligation for one in self.case.duties if one.status == "suspended"]
        facts: dict[str, Any] = {"obligation": self.chance.choice(paused or ["days"]),
                                 "reason": "听证结束"}  # fmt: skip
        if self.chance.random() < 0.4:
            facts["policy"] = self.chance.choice(("keep_remaining", "keep_date", "restart"))
        self.do(Act("resume", OFFICER, facts))

    def extend(self) -> None:
        """A later date."""
        assert self.case is not None
        duty = self.case.latest(self._running())
        on = self.now.date() if duty is None or duty.due.on is None else duty.due.on
        facts = {
            "obligation": duty.obligation if duty is not None else "days", "reason": "不可抗力",
            "new_due_on": (on + timedelta(days=self.chance.randint(1, 40))).isoformat(),
            "ground": "force_majeure", "paper": "文-1",
        }  # fmt: skip
        self.do(Act("extend", OFFICER, facts))

    def file(self) -> None:
        """The bearer files."""
        proof = Evidence("EMS-1", "e")
        self.do(Act("file", APPLICANT, {}, {}, self._happened(), proof))

    def reject(self) -> None:
        """What was filed is rejected."""
        self.do(Act("reject", OFFICER))

    def serve_rejection(self) -> None:
        """The rejection is served."""
        self.serve("rejection", "subject")

    def ordinary(self) -> None:
        """What settles duties, and now and then the end."""
        event, actor = self.chance.choice((
            ("accept", OFFICER), ("done", APPLICANT), ("finish", APPLICANT), ("drop", OFFICER),
            ("wind_up", OFFICER),
        ))  # fmt: skip
        if event != "wind_up" or self.chance.random() < 0.2:
            self.do(Act(event, actor, {}, {}, self._happened(), Evidence("EMS-2", "e")))

    def punish(self) -> None:
        """An adverse act of a person."""
        self.do(Act("punish", SUPERVISOR, {}, {}, self._happened()))

    def restore(self) -> None:
        """The latest adverse act is undone, by one of the policies."""
        assert self.case is not None
        if not self.case.undo:
            return
        policy = self.chance.choice(("keep_date", "keep_remaining", "restart", "fulfilled"))
        facts = {"entry": self.case.undo[-1].seq, "policy": policy, "reason": "处理不当",
                 "paper": "文-2", "confirmed_by": "e"}  # fmt: skip
        self.do(Act("restore", OFFICER, facts))


def journal_of(entries: Sequence[Entry], case_id: str = "case-1") -> list[dict[str, Any]]:
    """Entries as the journal of a case gives them, with their chain."""
    rows: list[dict[str, Any]] = []
    head = GENESIS
    for seq, entry in enumerate(entries, 1):
        body = canonical(to_plain(entry))
        before, head = head, chain_hash(head, case_id, seq, body)
        rows.append({"seq": seq, "hash": head, "prev_hash": before, **json.loads(body)})
    return rows


@dataclass
class Tally:
    """What was lived through, and what the auditor made of it."""

    cases: int = 0
    obligations: int = 0
    values: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    findings: list[tuple[int, Any]] = field(default_factory=list)

    def take(self, seed: int, life: Life, found: Audit) -> None:
        """One case more."""
        assert life.case is not None
        dated = [duty for duty in life.case.duties if duty.due.on is not None]
        self.cases += 1
        self.obligations += len(dated)
        self.values += sum(1 for _ in found.lines)
        self.kinds.update(f"event {entry.event}" for entry in life.entries)
        self.kinds.update(duty.due.kind for duty in dated)
        self.kinds.update((duty.period or "none").split(":")[0] for duty in dated)
        self.findings.extend((seed, line) for line in found.findings)


def proof(obligations: int, seed: int = 1) -> Tally:
    """Lives of so many obligations, each audited."""
    tally, almanacs = Tally(), Almanacs(CALENDARS)
    while tally.obligations < obligations:
        life = Life(random.Random(seed))
        life.live()
        tally.take(seed, life, audit(journal_of(life.entries), almanacs))
        seed += 1
    return tally


def main(words: Sequence[str]) -> int:
    """A hundred thousand, or as many as are asked for."""
    began = perf_counter()
    tally = proof(int(words[0]) if words else 100_000)
    for seed, line in tally.findings[:40]:
        sys.stdout.write(f"seed {seed}: {line}\n")
    sys.stdout.write(
        f"{tally.obligations} obligations of {tally.cases} cases, {tally.values} values, "
        f"{len(tally.findings)} findings, {perf_counter() - began:.0f} s\n"
    )
    sys.stdout.write(", ".join(f"{n} {kind}" for kind, n in tally.kinds.most_common()) + "\n")
    return 1 if tally.findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
