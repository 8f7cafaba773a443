"""A store that notes how long each of its writing units took: so long others may have waited."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import quantiles
from typing import Any

from cases.ports import Store, Unit

LONGEST_S = 0.5


@dataclass
class Timed:
    """Seconds of each writing unit from begin to commit, and of this process's work in it."""

    store: Store
    took_s: list[float] = field(default_factory=list)
    worked_s: list[float] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    @contextmanager
    def unit(self, *, write: bool = True) -> Iterator[Unit]:
        """As of the store."""
        begun, idle = time.perf_counter(), time.process_time()
        with self.store.unit(write=write) as unit:
            yield unit
        if write:
            self.took_s.append(time.perf_counter() - begun)
            self.worked_s.append(time.process_time() - idle)


def judged(took_s: list[float], worked_s: list[float]) -> tuple[str, list[str]]:
    """What was seen, and what is wrong: a unit of over half a second; on a machine that others
    keep busy, one in which this process was at work for so long."""
    cuts, load = quantiles(took_s, n=100), os.getloadavg()[0]
    seen = (
        f"{len(took_s)} writing units: median {cuts[49] * 1000:.0f} ms, 99 of 100 within "
        f"{cuts[98] * 1000:.0f} ms, the longest {max(took_s) * 1000:.0f} ms; at work for at most "
        f"{max(worked_s) * 1000:.0f} ms of one, with a load of {load:.1f}"
    )
    busy = load > (os.cpu_count() or 1)
    wrong = max(worked_s if busy else took_s) > LONGEST_S
    return seen, [f"a transaction took {max(took_s):.2f} s"] if wrong else []
