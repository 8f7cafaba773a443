"""The use cases of people: open a case, act on it, look at it. One transaction each.

The only way in besides the enforcer's. Everything lawful is decided by `machines/step.py`; here
are the transaction, the idempotency key, the version check and who may see what.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cases.answer import Answer, Request, requested, stored_answer
from cases.calendars import Calendars
from cases.clock import Clock
from cases.crowd_port import Key
from cases.errors import ActRefused, NotFound, Stale
from cases.identity import Identity, must_see, wanted_roles
from cases.lineage import must_stand
from cases.openings import Opening as Opening
from cases.openings import must_be_own, must_be_the_only_one, new_case_id
from cases.outcomes import Outcomes, counted
from cases.ports import Conflict, Store, Unit
from cases.present import present
from cases.records import rows_of
from cases.rows import Batch, CaseRow, DefinitionRow, IdempotencyRow
from cases.versions import Texts, kept_as
from cases.world import world_for
from machines.acts import Act, Channel, Evidence, Moved, Open, Refused
from machines.book import Rulebook, Workflow
from machines.case import Case, Entry
from machines.codec import from_json
from machines.compiler import Compiled
from machines.fold import remembered
from machines.frozen import replace
from machines.recount import recounted
from machines.step import decide
from rules.view import World
from rules.working_days import Calendar


@dataclass(frozen=True, slots=True)
class Doing:
    """A request to act. `documents`: material ids with the hash of the file; `if_version`: the
    version the caller has seen; `channel`: how the act came in."""

    event: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    documents: Mapping[str, str | None] = field(default_factory=dict)
    happened_at: datetime | None = None
    evidence: Evidence | None = None
    if_version: int | None = None
    channel: Channel = "online"


@dataclass(frozen=True, slots=True)
class Asked:
    """An act that somebody asks for, perhaps under an Idempotency-Key."""

    case_id: str
    doing: Doing
    identity: Identity
    key: str | None = None

    @property
    def owned_key(self) -> Key | None:
        """The key with whose it is."""
        return None if self.key is None else (self.identity.user, self.key)

    def request(self) -> Request | None:
        """What its key stands for. Raises Misused for one that cannot be kept."""
        return requested(self.key, "act", self.case_id, self.doing)


@dataclass(frozen=True, slots=True)
class Draft:
    """What was decided: everything to be written, and what is answered once it is."""

    batch: Batch
    answer: Answer


class Casework:
    """Opens cases and carries out acts on a store, by a rulebook and a clock. `calendar`: the
    shipped one, which holds until the store has a version of its own."""

    def __init__(self, store: Store, book: Rulebook, calendar: Calendar, clock: Clock) -> None:
        self.store, self.clock = store, clock
        self.texts = Texts(book)
        self.calendars = Calendars(calendar)
        self.outcomes = Outcomes()

    @property
    def book(self) -> Rulebook:
        """The rulebook, with every text that was needed so far."""
        return self.texts.book

    @counted
    def open(self, opening: Opening, identity: Identity, key: str | None = None) -> Answer:
        """Opens a case. Raises NotFound, Forbidden, ActRefused, KeyReused."""
        workflow = self.workflow(opening.workflow)
        must_be_own(identity, opening, self.book)
        request = requested(key, "open", opening)
        with self.store.unit() as unit:
            earlier = self._earlier(unit, identity, request)
            if earlier is not None:
                return earlier
            now = self.clock.now(unit)
            workflow, chosen, facts = self.texts.governing(unit, workflow, now, opening.facts)
            parties = (opening.subject, *opening.parties.values())
            world = world_for(unit, self.book, self.calendars.of(unit), opening.zone, parties)
            act = Open(
                case_id=new_case_id(now),
                zone=opening.zone,
                subject=opening.subject,
                actor=identity.actor(workflow.definition.opening.role),
                parties=opening.parties,
                facts=facts,
                governed=chosen,
            )
            for code in {party.uscc for party in parties} - {None}:
                must_stand(unit, str(code))
            must_be_the_only_one(unit, workflow, opening)
            moved = decide(workflow.compiled, None, act, now, world)
            if isinstance(moved, Refused):
                raise ActRefused(moved)
            text = self.text_of(workflow, now)
            return _kept(unit, self._drafted(unit, workflow.compiled, None, moved, now, identity,
                                             request, world, text))  # fmt: skip

    @counted
    def act(self, case_id: str, doing: Doing, identity: Identity, key: str | None = None) -> Answer:
        """Acts on a case. Raises NotFound, Forbidden, ActRefused, KeyReused, Stale."""
        asked = Asked(case_id, doing, identity, key)
        request = asked.request()
        with self.store.unit() as unit:
            earlier = self._earlier(unit, identity, request)
            if earlier is not None:
                return earlier
            row = self._row(unit, case_id, lock=True)
            now = self.clock.now(unit)
            current = self.current(unit, row, now)
            return _kept(unit, self.draft(unit, asked, request, *current, now))

    def draft(
        self, unit: Unit, asked: Asked, request: Request | None, row: CaseRow, case: Case,
        compiled: Compiled, now: datetime, *, hot: bool = False,
    ) -> Draft:  # fmt: skip
        """What an act comes to; nothing is written yet. Raises Forbidden, ActRefused, Stale.

        `hot`: as `decide` takes it."""
        doing, identity = asked.doing, asked.identity
        must_see(identity, case, compiled, self.book)
        if doing.if_version is not None and doing.if_version != case.version:
            raise _stale(case.version, doing.if_version)
        world = self.world_of(unit, case)
        act = Act(
            event=doing.event,
            actor=identity.actor(wanted_roles(compiled, case, doing.event)),
            facts=doing.facts,
            documents=doing.documents,
            happened_at=doing.happened_at,
            evidence=doing.evidence,
            channel=doing.channel,
        )
        if doing.event == "restore":
            case = remembered(case, journal_of(unit, case.id))
        moved = decide(compiled, case, act, now, world, hot=hot)
        if isinstance(moved, Refused):
            raise ActRefused(moved)
        return self._drafted(unit, compiled, (case, row), moved, now, identity, request, world)

    def look(self, case_id: str, identity: Identity) -> Answer:
        """A case as the identity may see it. Raises NotFound, Forbidden."""
        with self.store.unit(write=False) as unit:
            row = self._row(unit, case_id)
            case, compiled = self.load(unit, row)
            must_see(identity, case, compiled, self.book)
            world = self.world_of(unit, case)
            now = self.clock.now(unit)
            return Answer(lambda: present(compiled, case, identity, self.book, world, now))

    def journal(self, case_id: str, identity: Identity) -> list[dict[str, Any]]:
        """Every entry of a case with its hash. Raises NotFound, Forbidden."""
        with self.store.unit(write=False) as unit:
            case, compiled = self.load(unit, self._row(unit, case_id))
            must_see(identity, case, compiled, self.book)
            return [
                {"seq": row.seq, "hash": row.hash, "prev_hash": row.prev_hash,
                 **json.loads(row.body)}
                for row in unit.entries(case_id)
            ]  # fmt: skip

    @property
    def calendar(self) -> Calendar:
        """The calendar last found in force."""
        return self.calendars.latest

    def workflow(self, key: str) -> Workflow:
        """A workflow by its key. Raises NotFound with the nearest known one."""
        if key in self.book.workflows:
            return self.book.workflows[key]
        known = ", ".join(self.book.workflows)
        raise NotFound(
            f"没有名为 {key} 的事项（有：{known}）。", f"no workflow named {key}; known: {known}",
            reason="unknown_workflow", known=list(self.book.workflows),
        )  # fmt: skip

    def world_of(self, unit: Unit, case: Case) -> World:
        """The world a decision about a case sees."""
        parent = unit.case(case.parent) if case.parent is not None else None
        origin = self.load(unit, parent)[0] if parent is not None else None
        parties = (case.subject, *case.parties.values())
        return world_for(unit, self.book, self.calendars.of(unit), case.zone, parties, origin)

    @staticmethod
    def text_of(workflow: Workflow, at: datetime) -> DefinitionRow:
        """The text a case is pinned to, as the store keeps it."""
        return kept_as(workflow, at)

    def load(self, unit: Unit, row: CaseRow) -> tuple[Case, Compiled]:
        """A case and the text that governs it, from the folder or from the store."""
        return from_json(Case, row.state), self.pinned(unit, row.definition)

    def current(self, unit: Unit, row: CaseRow, now: datetime) -> tuple[CaseRow, Case, Compiled]:
        """A case about to change. While a recount on a new calendar has not come to it yet, its
        dates are counted anew first: nothing happens on a date that no longer holds."""
        case, compiled = self.load(unit, row)
        order = self.calendars.owed(unit, case)
        entry = None if order is None else recounted(compiled, case, order, now)
        if entry is None:
            return row, case, compiled
        written = rows_of(compiled, case, row, (entry,), now)
        unit.write(written.batch)
        return written.row, written.case, compiled

    def pinned(self, unit: Unit, text_hash: str) -> Compiled:
        """The compiled definition of a hash. Raises NotFound if its text was never kept."""
        return self.texts.pinned(unit, text_hash)

    def _row(self, unit: Unit, case_id: str, *, lock: bool = False) -> CaseRow:
        row = unit.case(case_id, lock=lock)
        if row is None:
            raise NotFound(f"没有编号为 {case_id} 的案件。", f"no case {case_id}")
        return row

    def _earlier(self, unit: Unit, identity: Identity, request: Request | None) -> Answer | None:
        if request is None:
            return None
        return stored_answer(unit.idempotent(identity.user, request.key), request)

    def _drafted(
        self, unit: Unit, compiled: Compiled, before: tuple[Case, CaseRow] | None,
        moved: Moved, now: datetime, identity: Identity, request: Request | None, world: World,
        definition: DefinitionRow | None = None,
    ) -> Draft:  # fmt: skip
        """What was decided in a world. Its answer is drawn at once where it has to be kept, else
        when it is read, and then the database has long been free for others."""
        case, row = before if before is not None else (None, None)
        written = rows_of(compiled, case, row, moved.entries, now,
                          definition=definition, folded=moved.after)  # fmt: skip
        after = written.case
        if case is None or _around(after) != _around(case):
            world = self.world_of(unit, after)
        answer = Answer(lambda: present(compiled, after, identity, self.book, world, now))
        batch = written.batch
        if request is not None:
            kept = IdempotencyRow(identity.user, request.key, request.digest, answer.text, now)
            batch = replace(batch, idempotency=(kept,))
        return Draft(batch, answer)


def _kept(unit: Unit, draft: Draft) -> Answer:
    """Writes what was decided. Raises Stale where somebody else wrote first."""
    try:
        unit.write(draft.batch)
    except Conflict as error:
        raise Stale(
            "案件已被他人更改，请刷新后重试；本次操作未生效。",
            f"somebody else changed the case first; nothing was written ({error})",
        ) from error
    return draft.answer


def _around(case: Case) -> tuple[Any, ...]:
    """What the world is gathered for."""
    return (case.zone, case.parent, case.subject, case.parties)


def journal_of(unit: Unit, case_id: str) -> Iterator[Entry]:
    """The entries of a case, in their order."""
    return (from_json(Entry, row.body) for row in unit.entries(case_id))


def _stale(now: int, seen: int) -> Stale:
    return Stale(
        f"案件已更新（当前版本 {now}，您看到的是 {seen}），请刷新后重试。",
        f"the case is at version {now}, you have seen {seen}: read it again",
        current=now,
    )
