"""An outage of the office as JSON, with what it has changed so far."""

from __future__ import annotations

from typing import Any

from api.summaries import local
from cases.outages import outage_of
from cases.rows import OutageRow, OutageRunRow


def plain_outage(row: OutageRow, run: OutageRunRow) -> dict[str, Any]:
    """`cases`: changed so far; `finished_at` null while cases are still to be told."""
    days = outage_of(row)
    return {
        "number": row.seq,
        "zone": row.zone,
        "from": local(row.from_at),
        "to": local(row.to_at),
        "first_day": days.first.isoformat(),
        "last_day": days.last.isoformat(),
        "reason": row.reason,
        "recorded_by": row.recorded_by,
        "confirmed_by": row.confirmed_by,
        "recorded_at": local(row.at),
        "cases": run.cases,
        "aside": run.aside,
        "finished_at": None if run.finished_at is None else local(run.finished_at),
    }
