"""Open cases move from one text to another by a plan: looked at first, then written in batches.

A batch is one transaction; a case is moved whole or not at all. Who runs it again goes on with
those that are still under the old text, so that an interruption costs nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cases.casework import Casework, journal_of
from cases.enforcement import merged
from cases.errors import Misused
from cases.linked import BROKEN
from cases.ports import Unit
from cases.records import obligation_rows, rows_of
from cases.rows import Batch, CaseRow, DefinitionRow
from machines.case import Case
from machines.duties import RUNNING
from machines.frozen import replace
from machines.migration import EVENT, Migration, Unmapped, migrated

log = logging.getLogger("chengnuo.migrate")
BATCH = 100  # a batch keeps other writers of its cases waiting


@dataclass(frozen=True, slots=True)
class Result:
    """What becomes of one case. `reasons`: why it stays where it is; else `lines`: of each duty
    that runs what its date was and is, and `offered`, `withdrawn`: acts that are possible now."""

    case_id: str
    reasons: tuple[Mapping[str, str], ...] = ()
    lines: tuple[Mapping[str, Any], ...] = ()
    offered: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()

    @property
    def maps(self) -> bool:
        """Whether it can move."""
        return not self.reasons


def preview(casework: Casework, migration: Migration) -> Iterator[Result]:
    """What each open case would become. Changes nothing."""
    after = ""
    while True:
        with casework.store.unit(write=False) as unit:
            now = casework.clock.now(unit)
            rows = unit.pinned_cases(migration.old.hash, after, BATCH, lock=False)
            found = [_one(casework, unit, migration, row, now)[0] for row in rows]
        yield from found
        if len(rows) < BATCH:
            return
        after = rows[-1].id


def execute(
    casework: Casework, migration: Migration, text: DefinitionRow, *, batch: int = BATCH
) -> Iterator[Result]:
    """Moves every open case that has a place in the new text. Raises Misused without a second
    person and a paper; Conflict where somebody holds a case for too long: run it again."""
    by, other = migration.by.strip(), migration.confirmed_by.strip()
    if not by or not other or by == other:
        raise Misused("须由另一名工作人员确认。", "a second person must confirm a migration",
                      reason="second_person_required")  # fmt: skip
    if not migration.paper.strip():
        raise Misused("须写明批准文件。", "name the paper that approves it", reason="paper_missing")
    with casework.store.unit() as unit:
        unit.adopt([text])
    after = ""
    while True:
        with casework.store.unit() as unit:
            rows = unit.pinned_cases(migration.old.hash, after, batch, lock=True)
            now = casework.clock.now(unit)  # later than what others wrote before these were locked
            found = [_one(casework, unit, migration, row, now) for row in rows]
            written = [rows_ for _, rows_ in found if rows_ is not None]
            if written:
                unit.write(merged(written))
        yield from (result for result, _ in found)
        if len(rows) < batch:
            return
        after = rows[-1].id


def _one(
    casework: Casework, unit: Unit, migration: Migration, row: CaseRow, now: datetime
) -> tuple[Result, Batch | None]:
    """One case; a broken one stays where it is, and says why."""
    try:
        return _moved(casework, unit, migration, row, now)
    except BROKEN as error:
        log.error("case %s cannot be migrated: %s", row.id, error)
        why = {"zh": f"案件无法处理：{error}", "en": f"{type(error).__name__}: {error}"}
        return Result(row.id, (why,)), None


def _moved(
    casework: Casework, unit: Unit, migration: Migration, row: CaseRow, now: datetime
) -> tuple[Result, Batch | None]:
    case, old = casework.load(unit, row)
    if casework.calendars.owed(unit, case) is not None:
        why = {"zh": "期限正按新的放假安排重新计算，稍后再试",
               "en": "its dates are being counted on another calendar: try later"}  # fmt: skip
        return Result(row.id, (why,)), None
    used = _used(unit, case) if EVENT in case.happened else frozenset()
    entry = migrated(migration, case, casework.world_of(unit, case), now, used)
    if isinstance(entry, Unmapped):
        return Result(row.id, entry.reasons), None
    written = rows_of(migration.new, case, row, (entry,), now)
    before, after = (set(compiled.possible(one.tracks)) for compiled, one in
                     ((old, case), (migration.new, written.case)))  # fmt: skip
    said = entry.marks["migration"]
    result = Result(row.id, (), tuple(said["lines"]), tuple(sorted(after - before)),
                    tuple(sorted(before - after)))  # fmt: skip
    kept = {duty.key for duty in written.case.duties}
    gone = tuple(
        replace(duty, status="waived" if duty.status in RUNNING else duty.status)
        for duty in case.duties
        if duty.key not in kept
    )
    closed = tuple(obligation_rows(old, case, gone))  # nobody looks for them in the diary any more
    return result, replace(written.batch, obligations=(*closed, *written.batch.obligations))


def _used(unit: Unit, case: Case) -> frozenset[tuple[str, int]]:
    """Every duty the journal has ever known: its rungs are taken for ever."""
    return frozenset(duty.key for entry in journal_of(unit, case.id) for duty in entry.duties)
