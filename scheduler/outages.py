"""An outage of the office ends a hold by being recorded: once every case has been told of it.

Until then adverse enforcement stands still, so that nobody is harmed on a date that is about to be
extended; whoever sweeps next goes on with the telling.
"""

from __future__ import annotations

from datetime import datetime

from cases.casework import Casework
from cases.outages import Recording, go_on, record
from cases.ports import Unit
from cases.rows import OutageRow, OutageRunRow
from scheduler.holds import current, impose, release

HOLD = "outage"


def record_outage(casework: Casework, asked: Recording) -> tuple[OutageRow, OutageRunRow]:
    """Records an outage and tells every case in which somebody's period ran during it; the same
    one again goes on where it was interrupted. Raises Misused, Conflict."""
    with casework.store.unit() as unit:
        now = casework.clock.now(unit)
        row = record(unit, asked, now)
        if _run(unit, row).finished_at is None and current(unit) is None:
            impose(unit, now, HOLD, f"the cases are being told of outage {row.seq}")
    tell(casework)
    with casework.store.unit(write=False) as unit:
        return row, _run(unit, row)


def tell(casework: Casework) -> None:
    """Finishes the telling that is under way; the last one ends the hold. Raises Conflict."""
    go_on(casework, _confirm)


def _confirm(unit: Unit, row: OutageRow, now: datetime) -> None:
    """The record of the outage is the confirmation that enforcement waits for."""
    if current(unit) is not None and unit.lock_outage_run() is None:
        release(unit, now, row.confirmed_by, f"outage {row.seq}: {row.reason}")


def _run(unit: Unit, row: OutageRow) -> OutageRunRow:
    return next(run for run in unit.outage_runs() if run.seq == row.seq)
