"""An outage of the office is recorded, and every case in which somebody's period ran is told.

One operation in batches, like a recount: a batch is one transaction, with how far it has come, so
that whoever finds it unfinished goes on from there. Nothing is touched twice.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from cases.casework import Casework
from cases.errors import Misused
from cases.one_by_one import write_each
from cases.ports import Unit
from cases.records import rows_of
from cases.rows import Batch, CaseRow, OutageRow, OutageRunRow
from machines.frozen import replace
from machines.outage import told
from machines.outage_notices import Outage
from rules.periods import shanghai_date

log = logging.getLogger("chengnuo.outage")
BATCH = 200
_INSTANT = timedelta(microseconds=1)
Finished = Callable[[Unit, OutageRow, datetime], None]


@dataclass(frozen=True, slots=True)
class Recording:
    """An outage as it is asked for: from an instant up to another, of one zone or of all."""

    from_at: datetime
    to_at: datetime
    reason: str
    by: str
    confirmed_by: str
    zone: str | None = None


def record(unit: Unit, asked: Recording, now: datetime) -> OutageRow:
    """Appends an outage and begins to tell the cases; the same one again records nothing.

    Raises Misused where it makes no sense, or nobody else confirms it; Conflict where another one
    was recorded at the same moment."""
    _must_make_sense(asked, now)
    every = unit.outages()
    row = OutageRow(
        len(every) + 1, asked.zone, asked.from_at, asked.to_at, asked.reason, asked.by,
        asked.confirmed_by, now,
    )  # fmt: skip
    known = next((one for one in every if _says(one) == _says(row)), None)
    if known is not None:
        return known
    unit.add_outage(row)
    unit.keep_outage_run(OutageRunRow(row.seq, "", 0, 0, now))
    return row


def _must_make_sense(asked: Recording, now: datetime) -> None:
    if asked.from_at >= asked.to_at:
        raise Misused("中断的结束须晚于开始。", "an outage ends after it begins",
                      reason="outage_empty")  # fmt: skip
    if asked.to_at > now:
        raise Misused(
            f"中断的结束时间 {asked.to_at.isoformat()} 晚于当前时间；结束后再登记。",
            f"it would end at {asked.to_at.isoformat()}, after now: record it once it is over",
            reason="in_future",
        )
    if not asked.reason.strip():
        raise Misused("须写明中断的原因。", "state the reason of the outage",
                      reason="reason_missing")  # fmt: skip
    by, other = asked.by.strip(), asked.confirmed_by.strip()
    if not by or not other or by == other:
        raise Misused("须由另一名工作人员确认。", "a second person must confirm an outage",
                      reason="second_person_required")  # fmt: skip


def _says(row: OutageRow) -> tuple[object, ...]:
    return (row.zone, row.from_at, row.to_at)


def outage_of(row: OutageRow) -> Outage:
    """The days it touched: a day on which the office was out for a part of it does not count."""
    return Outage(
        row.seq, shanghai_date(row.from_at), shanghai_date(row.to_at - _INSTANT), row.reason,
        row.recorded_by, row.confirmed_by,
    )  # fmt: skip


def under_way(casework: Casework) -> bool:
    """Whether cases are still to be told of an outage: costs one look."""
    with casework.store.unit(write=False) as unit:
        return any(run.finished_at is None for run in unit.outage_runs())


def go_on(casework: Casework, finished: Finished, *, batch: int = BATCH) -> None:
    """Tells the cases that have not been told. `finished` is called in the transaction that tells
    the last of them. Raises Conflict where somebody holds a case for too long: it can be gone on
    with."""
    while under_way(casework):
        _one_batch(casework, finished, batch)


def _one_batch(casework: Casework, finished: Finished, limit: int) -> None:
    with casework.store.unit() as unit:
        run = unit.lock_outage_run()
        if run is None:
            return  # somebody else has just finished it
        now = casework.clock.now(unit)
        row = next(one for one in unit.outages() if one.seq == run.seq)
        outage = outage_of(row)
        cases = unit.owing_cases(outage.first, row.zone, run.through, limit, lock=True)
        written, aside = write_each(
            unit, cases, lambda stored: _changed(casework, unit, stored, outage, now),
            outage.reference, log,
        )  # fmt: skip
        last = len(cases) < limit
        unit.keep_outage_run(replace(
            run, through=cases[-1].id if cases else run.through, cases=run.cases + written,
            aside=run.aside + aside, finished_at=now if last else None,
        ))  # fmt: skip
        if last:
            finished(unit, row, now)


def _changed(
    casework: Casework, unit: Unit, stored: CaseRow, outage: Outage, now: datetime
) -> Iterator[Batch]:
    stored, case, compiled = casework.current(unit, stored, now)
    entry = told(compiled, case, outage, casework.world_of(unit, case), now)
    if entry is not None:
        yield rows_of(compiled, case, stored, (entry,), now).batch
