"""A town whose processes are killed, one after another, while they act and while they sweep.

After each kill the tables are judged (`tests/faults/tables.py`); at the end everything that is due
must have been done, and the record must hold before the engine's own replay and the independent
auditor.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from cases.clock import machine_time
from cases.ports import Store
from cases.store import open_store
from simulation.auditor import Almanacs, audit
from tests.faults import tables
from tests.faults.town import LICENSED_AT, beating, enforcer, journals, judge, steps
from tests.faults.victim import Victim, act, supply, sweep

CALENDARS = Path(__file__).resolve().parents[2] / "rules" / "calendars"
OWED = {"supply_promised_materials": ("warn:30", "warn:10", "warn:3", "missed", "enforced")}
EVENTS = ["open", *(doing.event for _, doing in steps(1))]
FIRST_INSTANT = datetime(2025, 5, 19, 23, 59, 59, tzinfo=tables.BEIJING)  # nothing is due yet
LAST_INSTANT = datetime(2025, 7, 12, 8, 30, tzinfo=tables.BEIJING)


@dataclass
class Siege:
    """One town on one database. `luck`: when who is killed; `kills`: by what was being done;
    `crowds`: by how many did it at once."""

    url: str
    luck: random.Random
    firms: range = range(1, 9)
    kills: Counter[str] = field(default_factory=Counter)
    crowds: Counter[str] = field(default_factory=Counter)
    confirmed: set[tuple[str, str]] = field(default_factory=set)
    cases: dict[int, str] = field(default_factory=dict)

    def run(self, acts: int, sweeps: int) -> Counter[str]:
        """So many processes killed in acts, and in sweeps. Raises AssertionError for a finding."""
        store = open_store(self.url, clock=machine_time)
        store.upgrade("production")
        try:
            self._acts(acts)
            self._sweeps(store, sweeps)
            self._end(store)
        finally:
            store.close()
        return self.kills

    def _acts(self, wanted: int) -> None:
        """People license the firms; whoever is killed, somebody sends his requests once more."""
        while self.kills["act"] < wanted:
            crowd = [self._actor(self.luck.sample(self.firms, 3)) for _ in range(self._few(3))]
            self._kill("act", crowd, 0.12)
            self.look(LICENSED_AT + timedelta(days=9))
        crowd = [self._actor(list(self.firms)) for _ in range(2)]
        for each in crowd:
            assert each.ended() == 0, "an act that was repeated failed"
            self._confirmed(each)
        found = self.look(LICENSED_AT + timedelta(days=9))
        for case_id, events in found.items():
            assert events == EVENTS, f"{case_id}: {events}"
        assert sorted(self.cases) == list(self.firms)

    def _actor(self, numbers: list[int]) -> Victim:
        return Victim(act, self.url, numbers)

    def _sweeps(self, store: Store, wanted: int) -> None:
        """One to four enforcers at once, and sometimes firms that hand in what they owe, while the
        days go by."""
        instants = sorted(self._instant() for _ in range(max(1, wanted // 2)))
        for now in [FIRST_INSTANT, *instants, *[LAST_INSTANT] * wanted]:
            if self.kills["sweep"] >= wanted:
                return
            beating(store, now)
            size = self.luck.randint(1, 7)
            crowd = [Victim(sweep, self.url, now, size) for _ in range(self._few(4))]
            if self.luck.random() < 0.3:
                some = self.luck.sample(sorted(self.cases.items()), 2)
                crowd.append(Victim(supply, self.url, some, now))
            self._kill("sweep", crowd, 0.15)
            self.look(now)

    def _instant(self) -> datetime:
        """Any second of the weeks in which something falls due, or the very midnight."""
        span = int((LAST_INSTANT - FIRST_INSTANT).total_seconds())
        at = FIRST_INSTANT + timedelta(seconds=self.luck.randrange(span))
        return at.replace(hour=0, minute=0, second=0) if self.luck.random() < 0.5 else at

    def _few(self, most: int) -> int:
        return self.luck.randint(1, most)

    def _kill(self, doing: str, crowd: list[Victim], within_s: float) -> None:
        """Each at its own moment. One that had finished by then was not killed."""
        self.crowds[f"{doing}, {len(crowd)} at once"] += 1
        begun = time.monotonic()
        for each in crowd:
            each.listen()
        for wait, place in sorted((self.luck.uniform(0, within_s), n) for n in range(len(crowd))):
            victim = crowd[place]
            time.sleep(max(0.0, begun + wait - time.monotonic()))
            self.kills[doing] += victim.kill()
            self._confirmed(victim)
            assert victim.process.exitcode in (0, -9), f"it failed: {doing}"

    def _confirmed(self, victim: Victim) -> None:
        self.confirmed.update(w for w in victim.heard() if isinstance(w, tuple))

    def look(self, now: datetime) -> dict[str, list[str]]:
        """Judges what the tables say; answers with the acts of people, by case."""
        found = tables.read(self.url)
        wrong = tables.faults(found, now)
        assert not wrong, "\n".join(wrong)
        done: dict[str, list[str]] = {row["id"]: [] for row in found["cases"]}
        for row in sorted(found["entries"], key=lambda row: int(row["seq"])):
            if row["kind"] != "enforced":
                done[row["case_id"]].append(row["event"])
        lost = {(c, e) for c, e in self.confirmed if e != "refused" and e not in done.get(c, [])}
        assert not lost, f"confirmed and lost: {lost}"
        for row in found["cases"]:
            self.cases[int(row["subject_uscc"][10:17])] = row["id"]
        return done

    def _end(self, store: Store) -> None:
        """What is left is done undisturbed, and nothing at all is left after that."""
        beating(store, LAST_INSTANT)
        report = enforcer(store, LAST_INSTANT).sweep()
        assert report.set_aside == {}
        assert enforcer(store, LAST_INSTANT).sweep().enforced == []
        self.look(LAST_INSTANT)
        left = tables.unfinished(tables.read(self.url), LAST_INSTANT, OWED)
        assert not left, "\n".join(left)
        assert set(judge(store)) <= {"revoked", "licensed_full"}
        almanacs = Almanacs(CALENDARS)
        for case_id, journal in journals(store).items():
            assert len(journal) >= len(EVENTS)
            findings = audit(journal, almanacs).findings
            assert not findings, f"{case_id}: {findings}"
