"""The recount of every case on a new calendar: one operation, in batches, gone on with anywhere.

A batch is one transaction: the cases it changes, their journals and notices, and how far the
operation has come. Whoever finds it unfinished goes on from there, in whatever process.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cases.casework import Casework
from cases.one_by_one import write_each
from cases.ports import Unit
from cases.records import rows_of
from cases.rows import Batch, CalendarRow, CaseRow, RecountRow
from machines.codec import from_plain
from machines.frozen import replace
from machines.recount import Order, recounted
from machines.recount_notices import Line

log = logging.getLogger("chengnuo.calendar")
BATCH = 100  # a batch keeps other writers of its cases waiting


@dataclass(frozen=True, slots=True)
class Moved:
    """One line of the diff, with the case it belongs to."""

    case_id: str
    line: Line


def begin(unit: Unit, row: CalendarRow, before_seq: int, now: datetime) -> None:
    """Puts a confirmed version in force and begins the recount on it."""
    assert row.confirmed_by is not None, "only a confirmed version comes into force"
    unit.add_calendar(row)
    operation = f"recount-{row.seq}-{row.version[:12]}"
    unit.keep_recount(RecountRow(row.seq, operation, before_seq, "", 0, 0, now))


def under_way(casework: Casework) -> bool:
    """Whether a recount is not finished: costs one look."""
    with casework.store.unit(write=False) as unit:
        live = unit.live_calendar()
    return live is not None and live.through is not None


def go_on(casework: Casework, *, batch: int = BATCH) -> int:
    """Finishes what is under way; how many batches that took. Raises Conflict where somebody holds
    a case for too long: what was written stays, and the operation can be gone on with."""
    batches = 0
    while under_way(casework):
        _one_batch(casework, batch)
        batches += 1
    return batches


def _one_batch(casework: Casework, limit: int) -> None:
    with casework.store.unit() as unit:
        row = unit.lock_recount()
        if row is None:
            return  # somebody else has just finished it
        order = casework.calendars.order(unit, row)
        first = order.change.first
        cases = [] if first is None else unit.touched_cases(first, row.through, limit, lock=True)
        now = casework.clock.now(unit)  # later than what others wrote before these were locked
        written, aside = write_each(
            unit, cases, lambda stored: _changed(casework, unit, stored, order, now), "recount", log
        )
        unit.keep_recount(replace(
            row, through=cases[-1].id if cases else row.through, cases=row.cases + written,
            aside=row.aside + aside, finished_at=now if len(cases) < limit else None,
        ))  # fmt: skip


def _changed(
    casework: Casework, unit: Unit, stored: CaseRow, order: Order, now: datetime
) -> Iterator[Batch]:
    case, compiled = casework.load(unit, stored)
    entry = recounted(compiled, case, order, now)
    if entry is not None:
        yield rows_of(compiled, case, stored, (entry,), now).batch


def preview(casework: Casework, unit: Unit, order: Order) -> Iterator[Moved]:
    """What a recount would do, in a unit that only reads."""
    now = casework.clock.now(unit)
    first, after = order.change.first, ""
    while first is not None:
        cases = unit.touched_cases(first, after, BATCH, lock=False)
        for stored in cases:
            case, compiled = casework.load(unit, stored)
            entry = recounted(compiled, case, order, now)
            if entry is not None:
                yield from _moved(stored.id, entry.marks["recount"])
        if len(cases) < BATCH:
            return
        after = cases[-1].id


def diff_of(unit: Unit, row: RecountRow) -> Iterator[Moved]:
    """What a recount has done so far, off the journals: by case."""
    for kept in unit.recount_entries(row.started_at):
        recount = json.loads(kept.body)["marks"].get("recount")  # an outage moves dates, too
        if recount is not None and recount["operation"] == row.operation:
            yield from _moved(kept.case_id, recount)


def _moved(case_id: str, recount: Mapping[str, Any]) -> Iterator[Moved]:
    return (Moved(case_id, from_plain(Line, plain)) for plain in recount["lines"])
