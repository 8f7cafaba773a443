"""Rows of what keeps enforcement safe and visible: brakes, releases, outages, tallies.

`cases/rows.py` hands them out with the others.
"""

from __future__ import annotations

from datetime import date, datetime

from msgspec import Struct


class BrakeRow(Struct, frozen=True):
    """How often a consequence was imposed in a zone on a Shanghai day: the counter all workers
    share. `allowed`: how often it may be; `stopped_at`: since when a second person is asked;
    `last_release`: the number of its last release, None before the first."""

    zone: str
    workflow: str
    consequence: str
    day: date
    allowed: int
    taken: int
    stopped_at: datetime | None = None
    last_release: int | None = None


class ReleaseRow(Struct, frozen=True):
    """A person let enforcement go on, numbered through. `kind`: `hold` (everything adverse stood
    still; `consequence` is its reason) or `brake` (one consequence of a workflow in a zone);
    `cases`: how many cases a brake had held; `since`: when it had stopped."""

    seq: int
    kind: str
    zone: str | None
    workflow: str | None
    consequence: str
    cases: int
    since: datetime
    released_by: str
    because: str
    at: datetime


class ReleaseRunRow(Struct, frozen=True):
    """How far the cases that a brake held have been let go: by the number of the release. `cases`:
    how many were; one written meanwhile is no longer held and not counted."""

    seq: int
    cases: int
    started_at: datetime
    finished_at: datetime | None = None


class OutageRow(Struct, frozen=True):
    """An outage of the office as recorded, numbered through. `zone` None: of every zone."""

    seq: int
    zone: str | None
    from_at: datetime
    to_at: datetime
    reason: str
    recorded_by: str
    confirmed_by: str
    at: datetime


class OutageRunRow(Struct, frozen=True):
    """How far the cases have been told of an outage: `through`, the last case id; `cases`: those
    it changed; `aside`: those that could not be read."""

    seq: int
    through: str
    cases: int
    aside: int
    started_at: datetime
    finished_at: datetime | None = None


class TallyRow(Struct, frozen=True):
    """A number kept up to date by whoever changes it. `shard` spreads writers over rows, so that
    they do not wait for one another; the number itself is the sum."""

    name: str
    zone: str
    workflow: str
    label: str
    shard: int
    value: int
