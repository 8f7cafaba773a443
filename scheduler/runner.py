"""Wakes the enforcer: at a steady beat, and at the next instant at which something is due.

The only place that knows APScheduler, which holds no deadline: its jobs may be lost at any time
without losing a date.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from threading import Lock

from apscheduler.schedulers.background import BackgroundScheduler

from cases.clock import machine_time
from cases.ports import StoreError
from scheduler.enforcer import Enforcer

log = logging.getLogger("chengnuo.runner")
_BEAT, _WAKE = "beat", "wake"


class Runner:
    """A background thread that sweeps. `beat_seconds`: how long nothing may be looked at;
    `alarm`: ring at the next due instant, too (a sandbox clock stands still: no alarm)."""

    def __init__(
        self, enforcer: Enforcer, *, beat_seconds: float = 30.0, alarm: bool = True
    ) -> None:
        self.enforcer, self._alarm = enforcer, alarm
        self._sweeping = Lock()
        self._stopped = False
        self._scheduler = BackgroundScheduler(
            timezone="Asia/Shanghai",
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        self._scheduler.add_job(self.run_once, "interval", seconds=beat_seconds, id=_BEAT)

    def start(self) -> None:
        """Begins to beat, with a first sweep at once."""
        self._scheduler.start()
        self.wake()

    def stop(self) -> None:
        """Finishes the sweep in hand and stops. Waits for it first: a job that sets the alarm
        while APScheduler shuts down would wait for APScheduler, and it for the job."""
        with self._sweeping:
            self._stopped = True
        self._scheduler.shutdown(wait=True)

    def wake(self) -> None:
        """Sweeps soon, in the background."""
        if self._stopped:
            return
        self._scheduler.add_job(self.run_once, id="now", replace_existing=True)

    def run_once(self) -> None:
        """One sweep; a database that cannot be reached is tried again at the next beat."""
        with self._sweeping:
            if self._stopped:
                return
            try:
                self.enforcer.sweep()
                self._set_alarm()
            except StoreError as error:
                log.error("no sweep: %s", error)

    def _set_alarm(self) -> None:
        """The alarm clock rings at the next due instant (the beat would be late)."""
        wait = self.enforcer.wait() if self._alarm else None
        if wait is not None and wait > timedelta(0):
            self._scheduler.add_job(
                self.run_once, "date", run_date=machine_time() + wait, id=_WAKE,
                replace_existing=True,
            )  # fmt: skip
