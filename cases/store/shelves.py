"""The memory store's tables: one shelf a row type, with the same keys as in SQL."""

from __future__ import annotations

from functools import partial
from operator import attrgetter
from typing import Any

from cases.rows import (
    BrakeRow,
    CalendarRow,
    CaseRow,
    ChangeRow,
    ConformanceRow,
    CreditFactRow,
    DefinitionRow,
    EntryRow,
    FiredRow,
    IdempotencyRow,
    ListRow,
    ObligationRow,
    OutageRow,
    OutageRunRow,
    OutboxRow,
    RecountRow,
    ReleaseRow,
    ReleaseRunRow,
    SettingRow,
    TallyRow,
    TokenRow,
    WorkRow,
)
from cases.store.shelf import Agenda, Shelf, Undo

_SOURCE = ("case_id", "seq", "n")
_OF_CASE = {"case": attrgetter("case_id")}
_OF_CODE = {"uscc": attrgetter("uscc")}


class Shelves:
    """Every table, with the same keys as in SQL."""

    def __init__(self) -> None:
        undo: Undo = []
        self.undo = undo
        self.agenda = {mild: Agenda(mild=mild) for mild in (False, True)}
        self.cases: Shelf[CaseRow] = Shelf(
            "cases",
            ("id",),
            undo,
            changed=self._note,
            groups={
                "uscc": attrgetter("subject_uscc"),
                "aside": lambda row: row.broken is not None,
                "held": lambda row: row.held is not None,
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
        self.changes: Shelf[ChangeRow] = Shelf("changes", ("seq",), undo)
        self.calendars: Shelf[CalendarRow] = Shelf("calendars", ("seq",), undo)
        self.recounts: Shelf[RecountRow] = Shelf("recounts", ("seq",), undo)
        self.brakes: Shelf[BrakeRow] = Shelf("brakes", ("zone", "workflow", "consequence"), undo)
        self.releases: Shelf[ReleaseRow] = Shelf("releases", ("seq",), undo)
        self.release_runs: Shelf[ReleaseRunRow] = Shelf("release_runs", ("seq",), undo)
        self.outages: Shelf[OutageRow] = Shelf("outages", ("seq",), undo)
        self.outage_runs: Shelf[OutageRunRow] = Shelf("outage_runs", ("seq",), undo)
        self.conformance_runs: Shelf[ConformanceRow] = Shelf("conformance_runs", ("seq",), undo)
        self.tallies: Shelf[TallyRow] = Shelf(
            "tallies", ("name", "zone", "workflow", "label", "shard"), undo
        )
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
