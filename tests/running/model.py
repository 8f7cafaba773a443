"""The pure model of a town: what its cases are, by `decide` and `evolve` in memory, nothing else.

It knows no transaction, lock, key, chain or process. It keeps rows only where the running system
has to have the same ones.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cases.identity import Identity, must_see, wanted_roles
from cases.records import obligation_rows, rows_of
from cases.rows import (
    CaseRow,
    ChangeRow,
    CreditFactRow,
    EntryRow,
    FiredRow,
    ListRow,
    ObligationRow,
    OutboxRow,
    SettingRow,
    WorkRow,
)
from cases.world import world_for
from machines.acts import Act, Enforce, Open, Refused
from machines.book import Rulebook
from machines.case import ENGINE, Case, Party
from machines.effects import OpenCase
from machines.fold import remembered
from machines.frozen import replace
from machines.rungs import closed, pending
from rules.view import World
from rules.working_days import Calendar
from tests.properties.walker import Walk

ZONE = "yingkou"
Key = tuple[str, int, int]


class BrokenWork(Exception):
    """A work item that cannot be applied: it stays, and is reported."""


@dataclass
class Shelf:
    """The rows of the town, and the few questions that a world asks of a unit of work."""

    zone: Sequence[SettingRow]
    cases: dict[str, CaseRow] = field(default_factory=dict)
    journal: list[EntryRow] = field(default_factory=list)
    fired: list[FiredRow] = field(default_factory=list)
    facts: list[CreditFactRow] = field(default_factory=list)
    told: list[OutboxRow] = field(default_factory=list)
    work: dict[Key, WorkRow] = field(default_factory=dict)
    listed: dict[Key, ListRow] = field(default_factory=dict)

    def settings(self, zone: str) -> Sequence[SettingRow]:
        """As the zone was set up."""
        return self.zone if zone == ZONE else ()

    def is_blank(self, uscc: str) -> bool:
        """Whoever asks looks for himself."""
        del uscc
        return False

    def changes(self, uscc: str | None = None) -> Sequence[ChangeRow]:
        """No enterprise of the town changes."""
        del uscc
        return ()

    def lists(self, *, uscc: str) -> Sequence[ListRow]:
        """The live entries of a party."""
        found = (row for row in self.listed.values() if row.uscc == uscc and row.ended_at is None)
        return sorted(found, key=lambda row: (row.since_at, row.case_id, row.seq, row.n))

    def credit_facts(self, uscc: str) -> Sequence[CreditFactRow]:
        """The credit file of a party."""
        found = (row for row in self.facts if row.uscc == uscc)
        return sorted(found, key=lambda row: (row.at, row.case_id, row.seq, row.n))

    def open_work(self, target: str | None = None) -> Sequence[WorkRow]:
        """What waits, of one target or of all, oldest first."""
        found = (row for row in self.work.values() if target in (None, row.target))
        return sorted(found, key=lambda row: (row.at, row.case_id, row.seq, row.n))


class Model:
    """A town of cases. `now`: its time; `last`: the refusal of the last act, if it was refused."""

    def __init__(
        self, book: Rulebook, calendar: Calendar, zone: Sequence[SettingRow], now: datetime
    ) -> None:
        self.book, self.calendar, self.now = book, calendar, now
        self.walks: dict[str, Walk] = {}
        self.shelf = Shelf(zone)

    def case(self, case_id: str) -> Case:
        """A case as it stands."""
        case = self.walks[case_id].case
        assert case is not None
        return case

    def world(self, parties: Sequence[Party], parent: str | None) -> World:
        """What a decision sees of the rest."""
        origin = self.case(parent) if parent in self.walks and parent is not None else None
        shelf: Any = self.shelf
        return world_for(shelf, self.book, self.calendar, ZONE, parties, origin)

    def sees(self, case_id: str) -> World:
        """What a decision about a case sees."""
        case = self.case(case_id)
        return self.world((case.subject, *case.parties.values()), case.parent)

    def open(self, workflow: str, act: Open) -> Refused | None:
        """Opens a case."""
        one_file = self.book.workflows[workflow].definition.unique_open
        code = act.subject.uscc
        if one_file and act.actor != ENGINE and self.open_one(workflow, code) is not None:
            return Refused("already_open", "", "")
        world = self.world((act.subject, *act.parties.values()), act.parent)
        walk = Walk(self.book.workflows[workflow], world, self.now)
        refused = walk.does(act)
        if refused is None:
            self.walks[act.case_id] = walk
            self._keep(act.case_id, 0, None)
        return refused

    def open_one(self, workflow: str, code: str | None) -> str | None:
        """The open case of a workflow about an enterprise, where there is one."""
        rows = (row for row in self.shelf.cases.values() if not row.closed)
        mine = (row for row in rows if (row.subject_uscc, row.workflow) == (code, workflow))
        return next((row.id for row in mine if code is not None), None)

    def actor_of(self, case_id: str, event: str, identity: Identity) -> Any:
        """In which role somebody acts. Raises Forbidden where the case is not theirs to see."""
        walk = self.walks[case_id]
        must_see(identity, self.case(case_id), walk.workflow.compiled, self.book)
        return identity.actor(wanted_roles(walk.workflow.compiled, self.case(case_id), event))

    def act(self, case_id: str, act: Act) -> Refused | None:
        """Acts on a case."""
        walk = self.walks[case_id]
        before = walk.case
        if act.event == "restore":
            walk.case = remembered(self.case(case_id), walk.entries)
        walk.world, walk.now = self.sees(case_id), self.now
        known = len(walk.entries)
        refused = walk.does(act)
        if refused is None:
            self._keep(case_id, known, before)
        else:
            walk.case = before
        return refused

    def _keep(self, case_id: str, known: int, before: Case | None) -> None:
        """The rows of what was written last."""
        walk, shelf = self.walks[case_id], self.shelf
        written = rows_of(
            walk.workflow.compiled, before, shelf.cases.get(case_id), walk.entries[known:], self.now
        )
        shelf.cases[case_id] = written.row
        shelf.journal.extend(written.batch.entries)
        shelf.fired.extend(written.batch.fired)
        shelf.facts.extend(written.batch.credit_facts)
        shelf.told.extend(written.batch.outbox)
        shelf.work |= {(row.case_id, row.seq, row.n): row for row in written.batch.work}

    def diary(self) -> list[ObligationRow]:
        """Every obligation of every case."""
        return [
            row
            for walk in self.walks.values()
            if walk.case is not None
            for row in obligation_rows(walk.workflow.compiled, walk.case, walk.case.duties)
        ]

    def next_instant(self) -> datetime | None:
        """When the scheduler has to look again."""
        rungs = (pending(walk.workflow.compiled, walk.case)
                 for walk in self.walks.values() if walk.case is not None)  # fmt: skip
        return min((one[0].instant for one in rungs if one), default=None)

    def is_closed(self, case_id: str) -> bool:
        """Whether nothing can happen in a case any more."""
        return closed(self.walks[case_id].workflow.compiled, self.case(case_id))

    def sweep(self, name: str) -> Iterator[None]:
        """A sweep, transaction by transaction: one case, then the work there is, and again."""
        broken: set[Key] = set()
        while True:
            swept = self._enforce(name)
            yield
            worked = False
            while (row := self._first_work(broken)) is not None:
                try:
                    self._apply(row)
                except BrokenWork:
                    broken.add((row.case_id, row.seq, row.n))
                    continue
                worked = True
                yield
            if not (swept or worked):
                return

    def _enforce(self, name: str) -> bool:
        """Everything due in the first case in which something is."""
        due = [(row.next_enforce_at, row.id) for row in self.shelf.cases.values()
               if row.next_enforce_at is not None and row.next_enforce_at <= self.now]  # fmt: skip
        if not due:
            return False
        case_id = min(due)[1]
        walk = self.walks[case_id]
        before, known = walk.case, len(walk.entries)
        walk.world, walk.now = self.sees(case_id), self.now
        while rungs := [r for r in pending(walk.workflow.compiled, self.case(case_id))
                        if r.instant <= self.now]:  # fmt: skip
            refused = walk.does(Enforce(rungs[0].because, name))
            assert refused is None, f"{rungs[0]} is due but refused: {refused}"
        self._keep(case_id, known, before)
        return True

    def _first_work(self, broken: set[Key]) -> WorkRow | None:
        first: dict[str, WorkRow] = {}
        for row in self.shelf.open_work():
            first.setdefault(row.target, row)
        every = (row for row in first.values() if (row.case_id, row.seq, row.n) not in broken)
        return next(every, None)

    def _apply(self, row: WorkRow) -> None:
        """What one case orders of others."""
        body = json.loads(row.body)
        what, key = body["what"], (row.case_id, row.seq, row.n)
        if row.do in ("list", "restrict"):
            self.shelf.listed[key] = ListRow(
                *key, row.target, str(body["name"]), what.get("list"), what.get("restriction"),
                what.get("workflow"), str(body["workflow"]), " ".join(body["clauses"]), row.at,
            )  # fmt: skip
        elif row.do == "delist":
            for one in self.shelf.lists(uscc=row.target):
                if one.list == what["list"]:
                    self._end((one.case_id, one.seq, one.n), row)
        elif row.do == "retract":
            self._end((row.case_id, int(what["entry"]), int(what["effect"])), row)
        elif row.do == "open_case":
            self._open_linked(row, what, str(body["against"]))
        else:
            self._signal(row, body)
        del self.shelf.work[key]

    def _end(self, key: Key, row: WorkRow) -> None:
        one = self.shelf.listed.get(key)
        if one is not None and one.ended_at is None:
            by = f"{row.case_id}/{row.seq}"
            self.shelf.listed[key] = replace(one, ended_at=self.now, ended_by=by)

    def _open_linked(self, row: WorkRow, what: dict[str, Any], against: str) -> None:
        key, number = str(what["workflow"]), f"{row.case_id}.{row.seq}.{row.n}"
        definition = self.book.workflows[key].definition
        found = self.case(row.case_id).party(against)
        party = (Party(definition.subject, **what["party"]) if "party" in what
                 else Party(definition.subject, found.name, found.uscc, found.ref))  # fmt: skip
        if definition.unique_open and self.open_one(key, party.uscc) is not None:
            return
        act = Open(number, ZONE, party, ENGINE, facts=what.get("facts", {}), parent=row.case_id)
        if self.open(key, act) is not None:
            raise BrokenWork(number)

    def _signal(self, row: WorkRow, body: dict[str, Any]) -> None:
        what = body["what"]
        target: str | None = str(what["case"])
        if target not in self.walks:
            target = self._instead(row.case_id, str(what["to"]))
        if target is None:
            raise BrokenWork(str(what["case"]))
        refused = self.act(target, Act(str(what["event"]), ENGINE, facts=what.get("facts", {})))
        if refused is not None:
            case = self.case(target)
            self.shelf.told.append(OutboxRow(
                row.case_id, row.seq, row.n, "task", case.zone, case.workflow,
                case.subject.credit_key, "", self.now,
            ))  # fmt: skip

    def _instead(self, case_id: str, link: str) -> str | None:
        """The one file of the subject that was open when a second one was ordered."""
        for edge in self.walks[case_id].workflow.definition.transitions:
            for effect in edge.effects:
                if isinstance(effect, OpenCase) and effect.link == link:
                    return self.open_one(effect.workflow, self.case(case_id).subject.uscc)
        return None
