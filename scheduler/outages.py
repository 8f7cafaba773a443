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


def begin(casework: Casework, asked: Recording) -> OutageRow:
    """Records an outage; until every case has been told of it, everything adverse stands still.
    The same one again records nothing. Raises Misused, Conflict."""
    with casework.store.unit() as unit:
        now = casework.clock.now(unit)
        row = record(unit, asked, now)
        if run_of(unit, row).finished_at is None and current(unit) is None:
            impose(unit, now, HOLD, f"the cases are being told of outage {row.seq}")
    return row


def tell(casework: Casework) -> None:
    """Finishes the telling that is under way; the last one ends the hold. Raises Conflict."""
    go_on(casework, _confirm)


def _confirm(unit: Unit, row: OutageRow, now: datetime) -> None:
    """The record of the outage is the confirmation that enforcement waits for."""
    if current(unit) is not None and unit.lock_outage_run() is None:
        release(unit, now, row.confirmed_by, f"outage {row.seq}: {row.reason}")


def run_of(unit: Unit, row: OutageRow) -> OutageRunRow:
    """How far the cases have been told of an outage."""
    return next(run for run in unit.outage_runs() if run.seq == row.seq)
