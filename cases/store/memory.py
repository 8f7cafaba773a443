"""The store without a database: for tests, simulations and a look around. Gone with the process."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from functools import partial
from operator import attrgetter
from typing import Any

from cases.ports import NotMigrated, Unit
from cases.rows import (
    CaseRow,
    CreditFactRow,
    DefinitionRow,
    EntryRow,
    FiredRow,
    IdempotencyRow,
    ListRow,
    ObligationRow,
    OutboxRow,
    SettingRow,
    TokenRow,
    WorkRow,
)
from cases.store.asked import must_be_a_birth, must_match, not_migrated
from cases.store.failures import busy
from cases.store.memory_unit import MemoryUnit
from cases.store.shelf import Agenda, Shelf, Undo
from cases.store.turns import Turns

_SOURCE = ("case_id", "seq", "n")
_OF_CASE = {"case": attrgetter("case_id")}
_OF_CODE = {"uscc": attrgetter("uscc")}


class Shelves:
    """Every table, with the same keys as in SQL."""

    def __init__(self) -> None:
        undo: Undo = []
        self.undo = undo
        self.agenda = {False: Agenda("next_enforce_at"), True: Agenda("next_mild_at")}
        self.cases: Shelf[CaseRow] = Shelf(
            "cases",
            ("id",),
            undo,
            changed=self._note,
            groups={
                "uscc": attrgetter("subject_uscc"),
                "aside": lambda row: row.broken is not None,
            },
        )
        self.entries: Shelf[EntryRow] = Shelf("entries", ("case_id", "seq"), undo, groups=_OF_CASE)
        self.obligations: Shelf[ObligationRow] = Shelf(
            "obligations", ("case_id", "obligation", "occurrence"), undo, groups=_OF_CASE
        )
        self.fired: Shelf[FiredRow] = Shelf(
            "fired", ("case_id", "obligation", "occurrence", "rung"), undo
        )
        self.credit_facts: Shelf[CreditFactRow] = Shelf(
            "credit_facts", _SOURCE, undo, groups=_OF_CODE
        )
        self.outbox: Shelf[OutboxRow] = Shelf("outbox", _SOURCE, undo, groups=_OF_CASE)
        self.work: Shelf[WorkRow] = Shelf(
            "work", _SOURCE, undo, groups={"open": lambda row: row.done_at is None}
        )
        self.lists: Shelf[ListRow] = Shelf("list_rows", _SOURCE, undo, groups=_OF_CODE)
        self.settings: Shelf[SettingRow] = Shelf(
            "settings", ("zone", "seq"), undo, groups={"zone": attrgetter("zone")}
        )
        self.definitions: Shelf[DefinitionRow] = Shelf("definitions", ("hash",), undo)
        self.tokens: Shelf[TokenRow] = Shelf("tokens", ("sha256",), undo)
        self.idempotency: Shelf[IdempotencyRow] = Shelf("idempotency", ("actor", "key"), undo)
        self.meta: dict[str, str] = {}

    def set_meta(self, name: str, value: str | None) -> None:
        """Writes or removes a value."""
        self.undo.append(partial(self._set_meta, name, self.meta.get(name)))
        self._set_meta(name, value)

    def _set_meta(self, name: str, value: str | None) -> None:
        if value is None:
            self.meta.pop(name, None)
        else:
            self.meta[name] = value

    def counted(self) -> tuple[Shelf[Any], ...]:
        """The tables whose rows are counted."""
        return (self.cases, self.entries, self.obligations, self.fired, self.credit_facts,
                self.lists)  # fmt: skip

    def _note(self, row: CaseRow) -> None:
        for agenda in self.agenda.values():
            agenda.note(row)


class MemoryStore:
    """See `cases.ports.Store`. One unit of work at a time, readers included: nobody sees what is
    not committed."""

    def __init__(self, clock: Callable[[], datetime] | None, patience_s: float) -> None:
        self.url = "memory://"
        self._clock = clock
        self._shelves = Shelves()
        self._turns = Turns(patience_s, busy(self.url))

    def unit(self, *, write: bool = True) -> AbstractContextManager[Unit]:
        """A transaction: what it did is undone, last first, when it fails."""
        return self._unit(write)

    @contextmanager
    def _unit(self, write: bool) -> Iterator[MemoryUnit]:
        with self._turns.taken():
            if not self._shelves.meta:
                raise NotMigrated(not_migrated(self.url))
            undo = self._shelves.undo
            try:
                unit = MemoryUnit(self._shelves, self._clock, write=write)
                yield unit
                unit.settle()
            except BaseException:
                while undo:
                    undo.pop()()
                raise
            finally:
                undo.clear()

    def upgrade(self, birth: str | None = None) -> None:
        """Without a word a new store is born `production`."""
        must_be_a_birth(birth)
        with self._turns.taken():
            meta = self._shelves.meta
            if not meta:
                meta.update(birth=birth or "production", instance=str(uuid.uuid4()))
            elif birth is not None:
                must_match(meta["birth"], birth, self.url)

    def check(self, birth: str | None = None) -> None:
        """Raises what the other stores raise."""
        must_be_a_birth(birth)
        with self.unit(write=False) as unit:
            if birth is not None:
                must_match(unit.meta()["birth"], birth, self.url)

    def close(self) -> None:
        """Forgets everything."""
        self._shelves = Shelves()
