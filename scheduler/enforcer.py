"""Who acts when nobody acts: claims the cases in which something is due, and enforces it.

A batch is claimed, folded in memory and written in one transaction; if that fails, its cases are
replayed one by one, and a case that cannot be processed, whatever it is that fails there, is set
aside and reported while the rest go on. A batch ends well within half a second, so that nobody
waits long for its locks. Exactly-once is the unique row of each rung, written in the same
transaction.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from threading import Event, RLock

from cases.casework import Casework
from cases.clock import monotonic_seconds
from cases.enforcement import Enforced, Ready, Swept, apply_work, made_ready, merged, sweep_case
from cases.ports import Busy, Conflict, StoreError, Unit, Unwritable
from cases.recounting import go_on
from cases.rows import CaseRow, WorkRow
from cases.tally import added
from cases.wake_port import Ahead
from machines.frozen import replace
from scheduler.brake import LIMITS, Held, Limits, reserve, wanted
from scheduler.holds import Hold, Watch, current, is_quiet
from scheduler.lateness import tallied
from scheduler.outages import tell
from scheduler.plan import Planned, foresee, tomorrow
from scheduler.releases import go_on as let_go_on

log = logging.getLogger("chengnuo.enforcer")
_WORK_AT_ONCE = 100
_FIRST = 100  # how many cases are taken before it is known how long one takes
_BATCH_S = 0.15  # and what the store needs for the commit: nobody waits half a second


@dataclass(slots=True)
class Report:
    """What a sweep did. `set_aside`: case id -> why; `held`: what a brake has newly kept back."""

    sweep: str
    at: datetime | None = None
    enforced: list[Enforced] = field(default_factory=list)
    set_aside: dict[str, str] = field(default_factory=dict)
    work: int = 0
    hold: Hold | None = None
    held: list[Held] = field(default_factory=list)


def _must_be_there(error: Exception) -> None:
    """Raises what says that the store, and not one case, is at fault."""
    if isinstance(error, StoreError) and not isinstance(error, Unwritable):
        raise error


def _key(row: WorkRow) -> str:
    return f"work {row.case_id}/{row.seq}/{row.n}"


@dataclass(slots=True)
class _Folded:
    """What a transaction did, told once it is committed. `cases`: how many it came to."""

    cases: int = 0
    enforced: list[Enforced] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)

    def tell(self, report: Report) -> None:
        """Adds it to the report of the sweep."""
        report.enforced.extend(self.enforced)
        report.held.extend(self.held)


def no_pause(worked_s: float) -> None:
    """An enforcer alone in its process goes on at once."""
    del worked_s


class Enforcer:
    """Sweeps a store. Any number may run on one database. `batch`: the most cases at once."""

    def __init__(self, casework: Casework, *, batch: int = 1000, limits: Limits = LIMITS) -> None:
        self.casework, self.store, self.batch = casework, casework.store, batch
        self.limits = limits
        self.at_once = min(batch, _FIRST)  # how many the next batch takes, at most `batch`
        self.watch = Watch()
        self.turn = RLock()  # one sweep at a time in a process; a clock move is one long sweep
        self.between: Callable[[float], object] = no_pause  # two batches; seconds of the first
        self.stopping = Event()  # set: the batch in hand is finished, and no other begun

    def sweep(self, batches: int | None = None) -> Report:
        """Takes everything that is due now, then applies the work it gave rise to, until nothing
        is left, or so many batches are done: a report holds every step, and takes its room. Raises
        StoreError when the database cannot be reached."""
        report = Report(f"sweep-{secrets.token_hex(6)}")
        with self.turn:
            self._come_first()
            for taken in count(1):
                begun = monotonic_seconds()
                swept = self._batch(report)
                self.beat()
                worked = self._work(report)
                if not (swept or worked) or self.stopping.is_set() or taken == batches:
                    break
                self.between(monotonic_seconds() - begun)
        return report

    def beat(self) -> None:
        """Records a heartbeat when it is time for one."""
        if self.watch.quiet:
            with self.store.unit() as unit:
                self.watch.beat(unit, self.casework.clock.now(unit))

    def _pace(self, cases: int, seconds: float) -> None:
        """Others wait while a batch is in hand: the next one is to take `_BATCH_S`."""
        if cases:
            self.at_once = min(max(1, int(cases * _BATCH_S / seconds)), self.batch)

    def _come_first(self) -> None:
        """Finishes an operation whose process died: the telling of an outage, which extends dates,
        a recount, and the release of a brake. A case that a recount has not come to is counted anew
        before anything is enforced in it, adverse acts wait for the telling, and a case stays held
        until it is let go: so none has to wait for this."""
        with self.store.unit(write=False) as unit:
            if not unit.ahead().waiting:
                return
        try:
            go_on(self.casework)
            tell(self.casework)
            let_go_on(self.casework)
        except Conflict as error:
            log.info("what was interrupted goes on at the next sweep: %s", error)

    def _batch(self, report: Report) -> bool:
        """One batch; True if there was something to do."""
        rows: tuple[CaseRow, ...] = ()
        try:
            with self.store.unit() as unit:
                begun = monotonic_seconds()
                now = self.casework.clock.now(unit)
                report.at, report.hold = now, self.watch.look(unit, now)
                rows = tuple(self._claim(unit, now, report))
                now = self.casework.clock.now(unit)  # later than what others wrote before the claim
                folded = self._fold(unit, rows, now, report)
        except Exception as error:  # of one case, perhaps a bug: the others must not suffer
            _must_be_there(error)
            if not (rows or isinstance(error, Conflict)):
                raise
            log.warning("batch of %d cases replayed one by one: %s", len(rows), error)
            for row in rows:
                self._alone(row, report)
            return bool(rows)
        self._pace(folded.cases, monotonic_seconds() - begun)
        folded.tell(report)
        return bool(rows)

    def _claim(self, unit: Unit, now: datetime, report: Report) -> list[CaseRow]:
        held = report.hold is not None
        most = min(self.at_once, self.batch)
        claimed = unit.claim_cases(now, most, mild_only=held, now=now)
        return [row for row in claimed if row.id not in report.set_aside]

    def _fold(
        self, unit: Unit, rows: tuple[CaseRow, ...], now: datetime, report: Report
    ) -> _Folded:
        """Folds the cases and writes them; those that a brake holds without what is adverse. What
        it has not come to in time is due still."""
        mild_only = report.hold is not None
        current: list[CaseRow] = []
        swept: list[Swept] = []
        ends = monotonic_seconds() + _BATCH_S
        for row in rows:  # one case in memory at a time: only its rows wait for the others
            ready = made_ready(self.casework, unit, row, now)
            swept.append(self._swept(unit, ready, now, report, mild_only=mild_only))
            current.append(ready.row)
            if monotonic_seconds() > ends:
                break
        asked = [wanted(s.enforced, row.released) for row, s in zip(current, swept, strict=True)]
        folded = _Folded(len(current))
        marks: list[tuple[str, str]] = []
        for n, of in enumerate(reserve(unit, asked, now, self.limits)):
            if of is not None:
                folded.held.extend(Held.of(one) for one in swept[n].enforced if one.adverse)
                marks.append((current[n].id, of.name))
                ready = made_ready(self.casework, unit, current[n], now)
                swept[n] = self._swept(unit, ready, now, report, mild_only=True)
            folded.enforced.extend(swept[n].enforced)
        batches = [one.batch for one in swept if one.batch is not None]
        if batches:
            late = tallied(folded.enforced, report.sweep)
            batch = merged(batches)
            unit.write(replace(batch, tallies=added([*batch.tallies, *late])))
        unit.hold_cases(marks)
        return folded

    def _swept(
        self, unit: Unit, ready: Ready, now: datetime, report: Report, *, mild_only: bool
    ) -> Swept:
        return sweep_case(self.casework, unit, ready, now, report.sweep, mild_only=mild_only)

    def _alone(self, claimed: CaseRow, report: Report) -> None:
        """One case in a transaction of its own; what fails is set aside with growing patience."""
        row: CaseRow | None = None
        try:
            with self.store.unit() as unit:
                row = unit.case(claimed.id, lock=True)
                if row is None:
                    return
                now = self.casework.clock.now(unit)
                folded = self._fold(unit, (row,), now, report)
                if row.broken is not None:
                    unit.set_aside(row.id, None, None)
            folded.tell(report)
        except Busy as error:
            report.set_aside[claimed.id] = f"busy: {error}"
            log.info("case %s waits for the next sweep: %s", claimed.id, error)
        except Exception as error:
            _must_be_there(error)
            why = f"{type(error).__name__}: {error}"
            report.set_aside[claimed.id] = why
            log.error("case %s set aside: %s", claimed.id, why)
            with self.store.unit() as unit:
                now = self.casework.clock.now(unit)
                patience = timedelta(minutes=min(2**claimed.retries, 24 * 60))
                unit.set_aside(claimed.id, why, now + patience)

    def _work(self, report: Report) -> bool:
        """Work items, one aggregate per transaction; one that cannot be applied is reported and
        left for the next sweep, and the rest go on."""
        any_done = False
        while not self.stopping.is_set():
            key = ""
            try:
                with self.store.unit() as unit:
                    rows = unit.claim_work(_WORK_AT_ONCE + len(report.set_aside))
                    row = next((r for r in rows if _key(r) not in report.set_aside), None)
                    if row is None:
                        break
                    key = _key(row)
                    apply_work(self.casework, unit, row, self.casework.clock.now(unit))
            except Exception as error:
                _must_be_there(error)
                if not key:
                    raise
                log.error("%s cannot be applied: %s", key, error)
                report.set_aside[key] = f"{type(error).__name__}: {error}"
                continue
            report.work += 1
            any_done = True
        return any_done

    def plan(self, until: datetime | None = None) -> list[Planned]:
        """Who would be hit now (or by `until`), with what would be born on the way; changes
        nothing. A case that cannot be processed stands there with the rung `broken`."""
        return foresee(self.casework, self.limits, until)

    def tomorrow(self) -> list[Planned]:
        """What the next Shanghai day will bring, and what is held until then."""
        return tomorrow(self.casework, self.limits)

    def next_instant(self) -> datetime | None:
        """When the next rung of any case falls due."""
        with self.store.unit(write=False) as unit:
            return unit.next_instant(mild_only=current(unit) is not None)

    def wait(self) -> timedelta | None:
        """How long nothing has to be done, by the store's own clock and in one look: nothing at
        all where something is due or waits; None when nothing is to come."""
        with self.store.unit(write=False) as unit:
            ahead = unit.ahead()
        if ahead.waiting or is_quiet(ahead.heartbeat, ahead.now):
            return timedelta(0)
        return _until_next(ahead)

    def coming(self) -> timedelta | None:
        """How long until something falls due, whatever waits already; None when nothing will."""
        with self.store.unit(write=False) as unit:
            return _until_next(unit.ahead())


def _until_next(ahead: Ahead) -> timedelta | None:
    due = ahead.next_at if ahead.hold is None else ahead.next_mild_at
    coming = [at for at in (due, ahead.retry_at) if at is not None]
    return max(timedelta(0), min(coming) - ahead.now) if coming else None
