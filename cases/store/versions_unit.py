"""The versions' part of a unit of the SQL store, as `cases.versions_port` describes it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime

from cases.rows import CaseRow, ConformanceRow, DefinitionRow, OutboxRow
from cases.store import tables as t
from cases.store import versions_statements as s
from cases.store.session import Session, plain
from cases.versions_port import Kept


class VersionsSession(Session):
    """A session that knows the texts of a workflow and the audit of journals against them."""

    def versions(self, workflow: str) -> Sequence[Kept]:
        """Without the texts themselves."""
        return [Kept(*row) for row in self._all(s.VERSIONS, {"workflow": workflow})]

    def adopt(self, rows: Iterable[DefinitionRow]) -> None:
        """By hash, so that several processes that begin at once do not wait for one another."""
        given = plain(t.DEFINITIONS, sorted(rows, key=lambda row: row.hash))
        if given:
            self._change(self._known.adopt_definition, *given)

    def pinned_cases(
        self, text_hash: str, after: str, limit: int, *, lock: bool
    ) -> Sequence[CaseRow]:
        """Read by case id, so that a batch begins where the last one ended."""
        given = {"hash": text_hash, "after": after, "limit": limit}
        return self._rows(CaseRow, s.LOCK_PINNED if lock else s.PINNED, given)

    def deviations(self, case_ids: Iterable[str] | None = None) -> Sequence[OutboxRow]:
        """By the index of what was found, which is small."""
        if case_ids is None:
            return self._rows(OutboxRow, s.OPEN_DEVIATIONS, {})
        ids = list(case_ids)
        engine = "postgresql" if self._known.postgres else "sqlite"
        given = {"case_ids": ids if self._known.postgres else json.dumps(ids)}
        return self._rows(OutboxRow, s.DEVIATIONS_OF[engine], given)

    def add_deviation(self, row: OutboxRow) -> None:
        """Appends to the outbox."""
        self._insert(t.OUTBOX, [row])

    def mend(self, row: OutboxRow, at: datetime | None) -> None:
        """Closes or opens it."""
        self._change(
            s.MEND, {"of_case_id": row.case_id, "of_seq": row.seq, "of_n": row.n, "done": at}
        )

    def conformance_runs(self) -> Sequence[ConformanceRow]:
        """Every run."""
        return self._rows(ConformanceRow, s.ALL_RUNS, {})

    def lock_conformance_run(self) -> ConformanceRow | None:
        """The one under way."""
        self._must_write()
        return self._first(ConformanceRow, s.LOCK_RUN)

    def keep_conformance_run(self, row: ConformanceRow) -> None:
        """Begins one, or writes its progress."""
        self._change(self._known.keep_conformance_run, *plain(t.CONFORMANCE_RUNS, [row]))
