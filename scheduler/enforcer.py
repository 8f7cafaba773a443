"""Who acts when nobody acts: claims the cases in which something is due, and enforces it.

A batch is claimed, folded in memory and written in one transaction; if that fails, its cases are
replayed one by one, and a case that cannot be processed is set aside and reported while the rest
go on. Exactly-once is the unique row of each rung, written in the same transaction.
"""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import RLock

from cases.casework import Casework
from cases.enforcement import (
    Enforced,
    apply_work,
    merged,
    sweep_case,
)
from cases.linked import BrokenCase
from cases.ports import Conflict, Unit
from cases.rows import CaseRow, WorkRow
from machines.codec import CodecError
from machines.fold import ReplayError
from scheduler.holds import Hold, Watch, current

log = logging.getLogger("chengnuo.enforcer")
_WORK_AT_ONCE = 100
_BROKEN = (BrokenCase, CodecError, ReplayError, LookupError, ValueError, AssertionError)


@dataclass(slots=True)
class Report:
    """What a sweep did. `set_aside`: case id -> why."""

    sweep: str
    at: datetime | None = None
    enforced: list[Enforced] = field(default_factory=list)
    set_aside: dict[str, str] = field(default_factory=dict)
    work: int = 0
    hold: Hold | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """One rung a sweep would take: the line of a dry run."""

    case_id: str
    workflow: str
    subject: str
    obligation: str
    occurrence: int
    rung: str
    due: datetime
    late_seconds: float
    adverse: bool
    held: bool


def _key(row: WorkRow) -> str:
    return f"work {row.case_id}/{row.seq}/{row.n}"


class _Undo(Exception):
    """Leaves a unit of work without writing."""


class Enforcer:
    """Sweeps a store. Any number may run on one database."""

    def __init__(self, casework: Casework, *, batch: int = 200) -> None:
        self.casework, self.store, self.batch = casework, casework.store, batch
        self.watch = Watch()
        self.turn = RLock()  # one sweep at a time in a process; a clock move is one long sweep

    def sweep(self) -> Report:
        """Takes everything that is due now, then applies the work it gave rise to, until nothing
        is left. Raises StoreError when the database cannot be reached."""
        report = Report(f"sweep-{secrets.token_hex(6)}")
        with self.turn:
            while True:
                swept = self._batch(report)
                worked = self._work(report)
                if not swept and not worked:
                    return report

    def _batch(self, report: Report) -> bool:
        """One batch; True if there was something to do."""
        rows: tuple[CaseRow, ...] = ()
        try:
            with self.store.unit() as unit:
                now = self.casework.clock.now(unit)
                report.at, report.hold = now, self.watch.beat(unit, now)
                rows = tuple(self._claim(unit, now, report))
                if rows:
                    done = self._fold(unit, rows, now, report)
        except (*_BROKEN, Conflict) as error:
            log.warning("batch of %d cases replayed one by one: %s", len(rows), error)
            for row in rows:
                self._alone(row, report)
            return bool(rows)
        if rows:
            report.enforced.extend(done)
        return bool(rows)

    def _claim(self, unit: Unit, now: datetime, report: Report) -> list[CaseRow]:
        held = report.hold is not None
        claimed = unit.claim_cases(now, self.batch, mild_only=held, now=now)
        return [row for row in claimed if row.id not in report.set_aside]

    def _fold(
        self, unit: Unit, rows: tuple[CaseRow, ...], now: datetime, report: Report
    ) -> list[Enforced]:
        held = report.hold is not None
        swept = [
            sweep_case(self.casework, unit, row, now, report.sweep, mild_only=held) for row in rows
        ]
        batches = [one.written.batch for one in swept if one.written is not None]
        if batches:
            unit.write(merged(batches))
        return [done for one in swept for done in one.enforced]

    def _alone(self, claimed: CaseRow, report: Report) -> None:
        """One case in a transaction of its own; what fails is set aside with growing patience."""
        try:
            with self.store.unit() as unit:
                row = unit.case(claimed.id, lock=True)
                if row is None:
                    return
                now = self.casework.clock.now(unit)
                done = self._fold(unit, (row,), now, report)
                if row.broken is not None:
                    unit.set_aside(row.id, None, None)
            report.enforced.extend(done)
        except Conflict as error:
            log.info("case %s is being written by somebody else: %s", claimed.id, error)
        except _BROKEN as error:
            why = f"{type(error).__name__}: {error}"
            log.error("case %s set aside: %s", claimed.id, why)
            report.set_aside[claimed.id] = why
            with self.store.unit() as unit:
                now = self.casework.clock.now(unit)
                patience = timedelta(minutes=min(2**claimed.retries, 24 * 60))
                unit.set_aside(claimed.id, why, now + patience)

    def _work(self, report: Report) -> bool:
        """Work items, one aggregate per transaction; one that cannot be applied is reported and
        left for the next sweep, and the rest go on."""
        any_done = False
        while True:
            key = ""
            try:
                with self.store.unit() as unit:
                    rows = unit.claim_work(_WORK_AT_ONCE)
                    row = next((r for r in rows if _key(r) not in report.set_aside), None)
                    if row is None:
                        return any_done
                    key = _key(row)
                    apply_work(self.casework, unit, row, self.casework.clock.now(unit))
            except _BROKEN as error:
                log.error("%s cannot be applied: %s", key, error)
                report.set_aside[key] = f"{type(error).__name__}: {error}"
                continue
            report.work += 1
            any_done = True

    def plan(self, until: datetime | None = None) -> list[Planned]:
        """Who would be hit now (or by `until`), with what would be born on the way; changes
        nothing. A case that cannot be processed stands there with the rung `broken`."""
        found: list[Planned] = []
        try:
            with self.store.unit() as unit:
                now = self.casework.clock.now(unit)
                held = current(unit) is not None
                limit = until or now
                for row in unit.claim_cases(limit, 1_000_000, mild_only=False, now=now):
                    found.extend(self._planned(unit, row, now, limit, held=held))
                raise _Undo
        except _Undo:
            return sorted(found, key=lambda one: (one.due, one.case_id))

    def _planned(
        self, unit: Unit, row: CaseRow, now: datetime, limit: datetime, *, held: bool
    ) -> list[Planned]:
        try:
            swept = sweep_case(self.casework, unit, row, limit, "plan", mild_only=False)
        except _BROKEN as error:
            log.warning("case %s cannot be planned: %s", row.id, error)
            due = row.next_enforce_at or now
            return [Planned(row.id, row.workflow, row.subject_name, "", 0, "broken", due, 0.0,
                            adverse=False, held=False)]  # fmt: skip
        return [
            Planned(one.case_id, one.workflow, one.subject, one.obligation, one.occurrence,
                    one.rung, one.due, max(0.0, (now - one.due).total_seconds()), one.adverse,
                    held and one.adverse)
            for one in swept.enforced
        ]  # fmt: skip

    def next_instant(self) -> datetime | None:
        """When the next rung of any case falls due."""
        with self.store.unit(write=False) as unit:
            return unit.next_instant(mild_only=current(unit) is not None)

    def wait(self) -> timedelta | None:
        """How long until then by the store's own clock; None when nothing is to come."""
        with self.store.unit(write=False) as unit:
            instant = unit.next_instant(mild_only=current(unit) is not None)
            return None if instant is None else instant - self.casework.clock.now(unit)
