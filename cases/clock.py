"""The only place that asks what time it is. Everywhere else an instant is an argument.

Production time is the database server's where there is one, the machine's for SQLite. A sandbox
keeps its own clock in its own database: it stands still until somebody moves it.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol

from cases.ports import Unit
from machines.rungs import SHANGHAI

SANDBOX_START = datetime(2025, 1, 2, 9, 0, tzinfo=SHANGHAI)
_META = "clock"


class Clock(Protocol):
    """Where a unit of work learns the time."""

    def now(self, unit: Unit) -> datetime:
        """The present instant, with an offset."""


class SystemClock:
    """The database server's time, in Shanghai's offset."""

    def now(self, unit: Unit) -> datetime:
        """The store's clock."""
        return unit.now().astimezone(SHANGHAI)


class SandboxClock:
    """The clock of a sandbox database."""

    def now(self, unit: Unit) -> datetime:
        """The instant kept in the database; its start if it was never set."""
        kept = unit.meta().get(_META)
        return SANDBOX_START if kept is None else datetime.fromisoformat(kept)

    def set(self, unit: Unit, to: datetime) -> None:
        """Moves the clock forward. Raises ValueError for a step back."""
        now = self.now(unit)
        if to < now:
            raise ValueError(f"the clock stands at {now.isoformat()}; it never runs back")
        unit.set_meta({_META: to.astimezone(SHANGHAI).isoformat()})


class FixedClock:
    """A clock that a test or a simulation sets by hand."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self, unit: Unit) -> datetime:
        """The instant it was set to."""
        del unit
        return self.at


def machine_time() -> datetime:
    """This machine's clock, in UTC: what SQLite and memory stores are given as their own."""
    return datetime.now(UTC)


def monotonic_seconds() -> float:
    """Seconds of a clock that is never set: how long something really took."""
    return time.monotonic()
