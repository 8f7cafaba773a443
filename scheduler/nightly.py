"""What is done once a night beside enforcement: every journal is held against its definition.

One process does it; another that wakes at the same hour finds the run under way and helps, batch by
batch, or finds it done.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Event

from cases.casework import Casework
from cases.conformance import Second, begin, go_on

log = logging.getLogger("chengnuo.conformance")
HOUR = 2
"""When it begins, in Shanghai: before the first sweep that can harm anybody has its day."""


def conform(casework: Casework, second: Second | None = None) -> Callable[[Event], None]:
    """The nightly run as the runner calls it; it stops between batches when the process ends."""

    def night(stopping: Event) -> None:
        run = begin(casework)
        if run is None:
            return
        done = go_on(casework, run, second, stop=stopping.is_set)
        say = log.error if done.deviations else log.info
        say("conformance: %d of %d cases conform, %d deviations%s", done.conforming, done.cases,
            done.deviations, "" if done.finished_at else "; stopped for now")  # fmt: skip

    return night
