"""The nightly audit: every journal held against the text that governs its case, in batches.

A batch is read without a lock and its findings written in a short transaction, so that nobody
waits; how far a run has come is a row, and whoever finds it unfinished goes on. A deviation is a
task for a person, once; it is closed when the next run does not find it any more.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cases.casework import Casework
from cases.ports import Unit
from cases.rows import CaseRow, ConformanceRow, EntryRow, OutboxRow
from cases.world import zone_settings
from machines.case import Entry
from machines.codec import CodecError, canonical, from_json
from machines.conformance import TOLERANCE, Deviation, Surroundings, deviations
from machines.frozen import replace
from machines.recount_notices import REVIEWER
from rules.calendar_change import calendar_of
from rules.parameters import Settings
from rules.view import World
from rules.working_days import Calendar

BATCH = 50
_A_NIGHT = timedelta(hours=20)
Plain = Mapping[str, Any]
Second = Callable[[Sequence[Plain], Sequence[Any]], Iterable[Deviation]]
"""A second opinion on the dates of a journal, given the notices of every calendar kept."""


@dataclass
class Batch:
    """Journals read together: what a batch of cases deviates in."""

    rows: Sequence[CaseRow]
    found: dict[str, tuple[Deviation, ...]] = field(default_factory=dict)


def begin(casework: Casework, *, again: bool = False) -> ConformanceRow | None:
    """The run under way, or a new one; None where one was made this night (unless `again`)."""
    with casework.store.unit() as unit:
        under_way = unit.lock_conformance_run()
        if under_way is not None:
            return under_way
        now, runs = casework.clock.now(unit), unit.conformance_runs()
        if runs and now - runs[-1].started_at < _A_NIGHT and not again:
            return None
        row = ConformanceRow(len(runs) + 1, "", 0, 0, 0, now)
        unit.keep_conformance_run(row)
        return row


def go_on(
    casework: Casework, run: ConformanceRow, second: Second | None = None, *,
    batch: int = BATCH, tolerance: timedelta = TOLERANCE, stop: Callable[[], bool] = lambda: False,
) -> ConformanceRow:  # fmt: skip
    """Goes on with a run to its end, or until it is stopped."""
    while run.finished_at is None and not stop():
        with casework.store.unit(write=False) as unit:
            read = _read(casework, unit, run.through, second, batch, tolerance)
        run = _written(casework, run, read, batch)
    return run


def _read(
    casework: Casework, unit: Unit, after: str, second: Second | None, limit: int,
    tolerance: timedelta,
) -> Batch:  # fmt: skip
    read = Batch(unit.cases(after=after or None, limit=limit))
    around = _Around(casework, unit, casework.clock.now(unit), tolerance)
    for row in read.rows:
        entries = unit.entries(row.id)
        found = list(_of_journal(around, row, entries))
        if second is not None:
            found.extend(second([_exported(one) for one in entries], around.notices))
        read.found[row.id] = tuple(dict.fromkeys(found))
    return read


def _of_journal(
    around: _Around, row: CaseRow, entries: Sequence[EntryRow]
) -> tuple[Deviation, ...]:
    try:
        journal = [from_json(Entry, one.body) for one in entries]
        return deviations(journal, around.of(row))
    except (CodecError, LookupError, ValueError) as error:
        return (Deviation(len(entries), "journal", "case", f"无法读取：{error}",
                          f"it cannot be read: {type(error).__name__}: {error}"),)  # fmt: skip


class _Around:
    """What the journals of a batch are held against, read once."""

    def __init__(self, casework: Casework, unit: Unit, now: datetime, tolerance: timedelta) -> None:
        self._casework, self._unit, self._now, self._tolerance = casework, unit, now, tolerance
        self.notices = [json.loads(row.body) for row in unit.calendars()]
        self._releases = unit.releases()
        self._hold = "hold" in unit.meta()
        shipped = casework.calendars.shipped
        self._calendars: dict[str, Calendar] = {shipped.version: shipped}
        for plain in self.notices:
            kept = calendar_of(plain)
            self._calendars.setdefault(kept.version, kept)
        self._settings: dict[str, Settings] = {}

    def of(self, row: CaseRow) -> Surroundings:
        """Of one case: its zone, and what a person let go on there."""
        if row.zone not in self._settings:
            self._settings[row.zone] = zone_settings(self._unit, row.zone)
        excused = [
            one.at for one in self._releases
            if one.zone in (None, row.zone) and one.workflow in (None, row.workflow)
        ]  # fmt: skip
        return Surroundings(
            lambda text_hash: self._casework.pinned(self._unit, text_hash),
            lambda inputs: self._world(row.zone, inputs),
            self._now, self._tolerance, excused, self._hold or row.held is not None,
        )  # fmt: skip

    def _world(self, zone: str, inputs: Mapping[str, str]) -> World:
        """LookupError where the entry names a calendar that was never kept."""
        calendar = self._calendars[inputs["calendar"]]
        return World(calendar, self._casework.book.parameters, self._settings[zone])


def _exported(row: EntryRow) -> dict[str, Any]:
    return {"seq": row.seq, "hash": row.hash, "prev_hash": row.prev_hash, **json.loads(row.body)}


def _written(casework: Casework, run: ConformanceRow, read: Batch, limit: int) -> ConformanceRow:
    """What the batch found, and how far the run has come; what somebody else did is left alone."""
    with casework.store.unit() as unit:
        kept = unit.lock_conformance_run()
        if kept is None:
            return next(one for one in unit.conformance_runs() if one.seq == run.seq)
        if (kept.seq, kept.through) != (run.seq, run.through):
            return kept
        now = casework.clock.now(unit)
        known = {_key(row): row for row in unit.deviations([row.id for row in read.rows])}
        for row in read.rows:
            for task in (_task(row, one, now) for one in read.found[row.id]):
                old = known.pop(_key(task), None)
                if old is None:
                    unit.add_deviation(task)
                elif old.done_at is not None:
                    unit.mend(old, None)
        for mended in known.values():
            if mended.done_at is None:
                unit.mend(mended, now)
        done = replace(
            kept, through=read.rows[-1].id if read.rows else kept.through,
            cases=kept.cases + len(read.rows),
            conforming=kept.conforming + sum(not found for found in read.found.values()),
            deviations=kept.deviations + sum(map(len, read.found.values())),
            finished_at=now if len(read.rows) < limit else None,
        )  # fmt: skip
        unit.keep_conformance_run(done)
        return done


def _key(row: OutboxRow) -> tuple[str, int, int]:
    return (row.case_id, row.seq, row.n)


def _task(row: CaseRow, one: Deviation, now: datetime) -> OutboxRow:
    """A task for a person, under a number that the same deviation has every night."""
    digest = hashlib.sha256(f"{one.kind}\n{one.about}".encode()).digest()
    body = canonical({
        "do": "task", "against": "subject",
        "what": {
            "role": REVIEWER, "conformance": one.kind, "about": one.about, "entry": one.seq,
            "zh": f"核查日志第 {one.seq} 条（{one.about}）：{one.zh}",
            "en": f"look into entry {one.seq} of the journal ({one.about}): {one.en}",
        },
    })  # fmt: skip
    n = -1 - int.from_bytes(digest[:4], "big") // 2
    return OutboxRow(row.id, one.seq, n, "task", row.zone, row.workflow, row.subject_uscc, body,
                     now)  # fmt: skip
