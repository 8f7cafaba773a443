"""Wakes the enforcer: at a steady beat, and at the next instant at which something is due.

The only place that knows APScheduler, which holds no deadline: its jobs may be lost at any time
without losing a date. A beat asks the database one question and sweeps only when the answer says
so; a database that cannot be reached is asked again, at growing intervals.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from threading import Event, Lock

from apscheduler.schedulers.background import BackgroundScheduler

from cases.clock import machine_time, monotonic_seconds
from cases.ports import Conflict, StoreError
from scheduler.enforcer import Enforcer
from scheduler.nightly import HOUR

log = logging.getLogger("chengnuo.runner")
_BEAT, _WAKE, _NOW, _SOON, _NIGHT = "beat", "wake", "now", "soon", "night"
_LONGEST_S = 10.0
_SOON_S = 0.1  # acts come in crowds, and a look after each would cost as much as the act
_BATCHES = 20  # in one sweep: after a long downtime its report would outgrow the machine


class Runner:
    """A background thread that sweeps. `beat_seconds`: how often it asks what other processes
    have brought; `alarm`: ask first, and ring at the next due instant, too (a sandbox clock stands
    still: it is swept at every beat); `nightly`: what is done once a night, beside the sweeps."""

    def __init__(
        self, enforcer: Enforcer, *, beat_seconds: float = 1.0, alarm: bool = True,
        nightly: Callable[[Event], None] | None = None,
    ) -> None:  # fmt: skip
        self.enforcer, self._alarm = enforcer, alarm
        self._sweeping = Lock()
        self._stopped = False
        self._woken = False
        self._in_vain = 0  # attempts in a row that failed, or left everything as it was
        self._not_before = 0.0
        # A beat during a sweep returns at once, so that several may overlap and none is told of.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        self._scheduler = BackgroundScheduler(
            timezone="Asia/Shanghai",
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 5},
        )
        self._scheduler.add_job(self.beat, "interval", seconds=beat_seconds, id=_BEAT)
        self._nightly = nightly
        if nightly is not None:
            self._scheduler.add_job(self.night, "cron", hour=HOUR, id=_NIGHT, max_instances=1)

    def start(self) -> None:
        """Begins to beat, with a first sweep at once."""
        self._scheduler.start()
        self._scheduler.add_job(self.run_once, id=_NOW, replace_existing=True)

    def stop(self) -> None:
        """Finishes the batch in hand and stops. Waits for it first: a job that sets the alarm
        while APScheduler shuts down would wait for APScheduler, and it for the job."""
        self.enforcer.stopping.set()
        with self._sweeping:
            self._stopped = True
        # While APScheduler shuts down it cannot find the job that it has just begun, and says so.
        self._scheduler.remove_all_jobs()
        self._scheduler.shutdown(wait=True)

    def wake(self) -> None:
        """Sweeps soon, in the background; however many call meanwhile."""
        if self._stopped or self._woken:
            return
        self._woken = True
        at = machine_time() + timedelta(seconds=_SOON_S)
        self._scheduler.add_job(self._awake, "date", run_date=at, id=_SOON, replace_existing=True)

    def _awake(self) -> None:
        self._woken = False  # first: who calls from now on has written what this may not see
        self.run_once()

    def beat(self) -> None:
        """Looks whether there is something to do, unless that was in vain a moment ago."""
        self.run_once(patient=True)

    def night(self) -> None:
        """What is done once a night; a failure is said, and the next night tries again."""
        if self._nightly is None or self._stopped:
            return
        try:
            self._nightly(self.enforcer.stopping)
        except (StoreError, Conflict) as error:
            log.error("the nightly run stopped, to be gone on with: %s", error)
        except Exception:  # a bug in it must not end the sweeps
            log.exception("the nightly run failed")

    def run_once(self, *, patient: bool = False) -> None:
        """Sweeps until nothing is due; leaves it to the sweep that is under way, if one is.
        `patient`: not so soon after an attempt in vain."""
        if not self._sweeping.acquire(blocking=False):
            return
        try:
            waits = patient and monotonic_seconds() < self._not_before
            if not (self._stopped or waits):
                self._settle(in_vain=self._sweep())
        except (StoreError, Conflict) as error:
            self._settle(in_vain=True)
            log.error("no sweep, attempt %d: %s", self._in_vain, error)
        except Exception:  # a bug in one sweep must not end all that follow
            self._settle(in_vain=True)
            log.exception("the sweep failed, attempt %d", self._in_vain)
        finally:
            self._sweeping.release()

    def _sweep(self) -> bool:
        """True if something is due that a sweep does not change: a case that somebody else is
        writing, a work item that cannot be applied."""
        while self._is_due():
            report = self.enforcer.sweep(_BATCHES if self._alarm else None)
            if not (report.enforced or report.work or report.held):
                return self._alarm and self._is_due() and self._in_vain_until_next()
            if self.enforcer.stopping.is_set() or not self._alarm:
                return False
        return False

    def _is_due(self) -> bool:
        """Whether there is something to do; if not, the alarm clock rings when there is (the beat
        would be late)."""
        wait = self.enforcer.wait() if self._alarm else timedelta(0)
        if wait is None or wait <= timedelta(0):
            return wait is not None
        self._ring(wait)
        return False

    def _in_vain_until_next(self) -> bool:
        """What cannot be done now must not make late what falls due later."""
        wait = self.enforcer.coming()
        if wait is not None and wait > timedelta(0):
            self._ring(wait)
        return True

    def _ring(self, wait: timedelta) -> None:
        self._scheduler.add_job(
            self.run_once, "date", run_date=machine_time() + wait, id=_WAKE, replace_existing=True
        )

    def _settle(self, *, in_vain: bool) -> None:
        """Patience grows with every attempt in vain."""
        self._in_vain = self._in_vain + 1 if in_vain else 0
        patience_s = min(_LONGEST_S, 0.5 * 2 ** min(self._in_vain, 10)) if in_vain else 0.0
        self._not_before = monotonic_seconds() + patience_s
