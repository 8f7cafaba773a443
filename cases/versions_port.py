"""What the use cases need of a store for the versions of definitions: the texts, who is pinned to
which, and the audit that holds every journal against its own.

Part of `cases.ports.Unit`. A text is kept for ever; a deviation is a row of the outbox with a
negative number, since no effect of an entry asked for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple, Protocol

from cases.rows import CaseRow, ConformanceRow, DefinitionRow, OutboxRow


class Kept(NamedTuple):
    """A text of a workflow, without the text."""

    hash: str
    in_force_from: date | None
    first_used_at: datetime


class VersionsShelf(Protocol):
    """The versions' part of a unit of work."""

    def versions(self, workflow: str) -> Sequence[Kept]:
        """The texts kept of a workflow, by first day (none: first), then by when they were kept."""

    def adopt(self, rows: Iterable[DefinitionRow]) -> None:
        """Keeps texts; of one that is kept already only the numbers beside it are replaced."""

    def pinned_cases(
        self, text_hash: str, after: str, limit: int, *, lock: bool
    ) -> Sequence[CaseRow]:
        """Cases by id behind `after` that a text governs and that are not closed and settled."""

    def deviations(self, case_ids: Iterable[str] | None = None) -> Sequence[OutboxRow]:
        """What conformance runs have found: of some cases mended or not; of all, what is open."""

    def add_deviation(self, row: OutboxRow) -> None:
        """Keeps one; the same again is a Conflict."""

    def mend(self, row: OutboxRow, at: datetime | None) -> None:
        """Closes one, or opens it again (`at` None)."""

    def conformance_runs(self) -> Sequence[ConformanceRow]:
        """Every run, by number."""

    def lock_conformance_run(self) -> ConformanceRow | None:
        """The oldest that is not finished, locked; None where there is none."""

    def keep_conformance_run(self, row: ConformanceRow) -> None:
        """Begins one, or writes how far it has come."""
