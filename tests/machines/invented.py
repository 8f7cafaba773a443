"""The invented procedure of `periods/`: one case of it, acted on at stated instants."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from cases.records import GENESIS, chain_hash
from machines.acts import Act, Channel, Evidence, Open, Refused
from machines.book import Rulebook, Workflow, load, workflows_folder
from machines.case import Actor, Case, Duty, Entry, Party, Service
from machines.codec import canonical, to_plain
from machines.rungs import SHANGHAI
from machines.step import decide, replay
from rules.parameters import Settings, ZoneSetting
from rules.view import World
from rules.working_days import CALENDARS, Calendar, load_calendar
from simulation.auditor import Almanacs, audit
from tests.properties.walker import CODES, Walk

FOLDER = Path(__file__).parent / "periods"
FIRM = Actor("applicant-1", "applicant", CODES[0])
SURVEYOR = Actor("preparer-1", "preparer", CODES[1])
OFFICER = Actor("approval-1", "approval")
HEAD = Actor("approval-2", "approval")
SUPERVISION = Actor("supervision-1", "supervision")
CLOSES = ZoneSetting("zone", "office_closes", "clock", 1700, date(2017, 4, 10), "test", True)


@cache
def book() -> Rulebook:
    """A rulebook of the invented procedure alone."""
    folder = Path(mkdtemp())
    shutil.copy(workflows_folder() / "roles.yaml", folder / "roles.yaml")
    shutil.copytree(FOLDER, folder / "periods")
    found = load(folder)
    shutil.rmtree(folder)
    return found


@cache
def almanacs() -> Almanacs:
    """The same as the auditor reads it."""
    return Almanacs(CALENDARS)


@cache
def calendar() -> Calendar:
    """The published calendar."""
    return load_calendar()


def at(day: str) -> datetime:
    """`2025-01-06` at nine, or `2025-01-06T17:30`, in Shanghai."""
    if "T" not in day:
        return datetime.combine(date.fromisoformat(day), time(9), SHANGHAI)
    return datetime.fromisoformat(day).replace(tzinfo=SHANGHAI)


@dataclass
class Story:
    """One case of the invented procedure under way."""

    walk: Walk
    refused: list[Refused] = field(default_factory=list)

    @classmethod
    def begun(
        cls, day: str, *, closes: bool = True, numbers: Mapping[str, int] | None = None
    ) -> Story:
        """The case opened on a day. `closes`: the zone has said when its counters close;
        `numbers`: parameters of another value."""
        settings = Settings("yingkou", (CLOSES,) if closes else ())
        changed = {f"periods.{name}": value for name, value in (numbers or {}).items()}
        world = World(calendar(), book().parameters.override(changed), settings)
        walk = Walk(book().workflows["periods"], world, at(day))
        parties = {"preparer": Party("agency", "虚构勘察有限公司", CODES[1])}
        firm = Party("enterprise", "虚构摊位有限公司", CODES[0])
        assert walk.do(Open("case", "yingkou", firm, FIRM, parties))
        return cls(walk)

    @classmethod
    def ordered(cls, licensed: str, ordered: str, correct_by: str = "2026-10-30") -> Story:
        """Licensed on one day, ordered to correct on another."""
        story = cls.begun(licensed)
        story.does(licensed, OFFICER, "license")
        story.does(ordered, SUPERVISION, "order", correct_by=correct_by)
        return story

    @property
    def case(self) -> Case:
        """The case as it stands."""
        assert self.walk.case is not None
        return self.walk.case

    @property
    def entries(self) -> list[Entry]:
        """Its journal."""
        return self.walk.entries

    @property
    def workflow(self) -> Workflow:
        """The procedure."""
        return self.walk.workflow

    def until(self, day: str) -> Story:
        """The scheduler works up to an instant."""
        self.walk.pass_time(at(day) - self.walk.now)
        return self

    def does(
        self, day: str, who: Actor, event: str, *, happened: str | None = None,
        evidence: tuple[str, str] | None = None, via: Channel = "online", **facts: Any,
    ) -> Story:  # fmt: skip
        """An act that must be taken."""
        answer = self.tries(day, who, event, happened=happened, evidence=evidence,
                            via=via, **facts)  # fmt: skip
        assert answer is None, f"{event}: {answer}"
        return self

    def tries(
        self, day: str, who: Actor, event: str, *, happened: str | None = None,
        evidence: tuple[str, str] | None = None, via: Channel = "online", **facts: Any,
    ) -> Refused | None:  # fmt: skip
        """An act that may be refused; nothing changes then."""
        self.until(day)
        act = Act(event, who, facts, {}, at(happened) if happened else None,
                  Evidence(*evidence) if evidence else None, via)  # fmt: skip
        answer = decide(self.workflow.compiled, self.walk.case, act, self.walk.now, self.walk.world)
        if isinstance(answer, Refused):
            return answer
        assert self.walk.do(act)
        self.walk.sweep()
        return None

    def serve(self, day: str, document: str = "order", to: str = "subject", **facts: Any) -> Story:
        """A service that must be taken, electronic unless said otherwise."""
        return self.does(day, SUPERVISION, "serve", **_service(document, to, facts))

    def duty(self, name: str) -> Duty:
        """The latest occurrence of an obligation."""
        duty = self.case.latest(name)
        assert duty is not None, f"{name} was never armed"
        return duty

    def due(self, name: str) -> str:
        """Its date."""
        return str(self.duty(name).due.on)

    def service(self, n: int) -> Service:
        """The n-th delivery."""
        return next(one for one in self.case.services if one.n == n)

    def effects(self) -> list[str]:
        """Every effect ordered so far."""
        return [effect.do for entry in self.entries for effect in entry.effects]

    def replays(self) -> None:
        """The journal tells the same case, and the auditor finds every date of it again."""
        assert replay(self.entries) == self.case
        assert [str(one) for one in audit(self.journal(), almanacs()).findings] == []

    def journal(self) -> list[dict[str, Any]]:
        """The journal as it is kept, chained."""
        found: list[dict[str, Any]] = []
        for seq, entry in enumerate(self.entries, 1):
            before = found[-1]["hash"] if found else GENESIS
            plain = json.loads(canonical(to_plain(entry)))
            now = chain_hash(before, self.case.id, seq, canonical(plain))
            found.append({"seq": seq, "hash": now, "prev_hash": before, **plain})
        return found


def _service(document: str, to: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    return {"channel": "electronic", **facts, "document": document, "to": to}


def tried(story: Story, day: str, **facts: Any) -> Refused | None:
    """A service of the order that may be refused."""
    return story.tries(day, SUPERVISION, "serve", **_service("order", "subject", facts))
