"""A sweep that finds nothing due, with few cases open and with many, and just after a large sweep.

It must cost the same. Bare is the same question in plain SQL: the claim of due cases that finds
none, in a transaction. A beat is what the runner asks each second, and sweeps only if told so.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from typing import Any

from benchmarks import bare_postgres, bare_sqlite, samples
from benchmarks.databases import dsn, path_of, workshop
from benchmarks.field import grow, rows_of, settle
from benchmarks.measure import Asked, Outcome, say, step, told
from benchmarks.multiply import multiplied
from benchmarks.samples import ENFORCEABLE_AT

SIZES, LARGEST, DUE, LOOKS = (10_000, 100_000, 1_000_000, 5_000_000), 200_000, 5_000, 300
AT = ENFORCEABLE_AT - timedelta(days=1)  # before the backlog is due


@dataclass(slots=True)
class Looks:
    """Microseconds of each kind of look, undisturbed, a figure for each repetition."""

    sweep: list[float] = field(default_factory=list)
    beat: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)

    def told(self) -> dict[str, float]:
        """Their medians."""
        return {
            "sweep_us": round(statistics.median(self.sweep), 1),
            "beat_us": round(statistics.median(self.beat), 1),
            "bare_us": round(statistics.median(self.bare), 1),
        }


def run(asked: Asked) -> Outcome:
    """Looks at each size, growing one database; then enforces what is due, and looks again."""
    sizes = list(_sizes(asked.open or LARGEST))
    due = asked.due or DUE
    found: dict[str, Looks] = {}
    with workshop(asked.db) as place:
        url, here = place.make(), 0
        with samples.opened(url) as store:
            store.upgrade("production")
            sample = rows_of(url, samples.licensed(store, samples.LICENSED_LATER_AT))
        for size in sizes:
            with step(f"{size:,} cases open"):
                multiplied(url, sample, here, size, told("open", size))
                settle(url)
            here = size
            found[f"{size:,}"] = looked(url, asked.repeat)
        with step(f"{due:,} of them fall due"):
            _overdue(url, here, due)
            settle(url)
        with step(f"{due:,} enforced"), samples.opened(url) as store:
            report = samples.sweeper(store, ENFORCEABLE_AT).sweep()
            assert len(report.enforced) == due + 1, len(report.enforced)
        state = f"{here:,} after a sweep of {due:,}"
        found[state] = looked(url, asked.repeat)
    return _outcome(place.engine, found, f"{sizes[0]:,}", f"{sizes[-1]:,}", state)


def _sizes(largest: int) -> Iterator[int]:
    yield from (size for size in SIZES if size < largest)
    yield largest


def _overdue(url: str, here: int, due: int) -> None:
    """Cases whose promise was not kept, complete with their journals."""
    with samples.opened(url) as store:
        first = here + 2
        sample = rows_of(url, samples.missed(store, first))
    grow(url, sample, range(first + 1, first + 1 + due), told("due", due))


def looked(url: str, repetitions: int) -> Looks:
    """Some looks at a database in which nothing is due, ours and bare in turn."""
    looks = Looks()
    late = ENFORCEABLE_AT
    with samples.opened(url) as store:
        enforcer = samples.sweeper(store, late)
        enforcer.sweep()
        for _ in range(repetitions):
            looks.sweep.append(_undisturbed_us(_timed(lambda: _nothing(enforcer.sweep()))))
            looks.beat.append(_undisturbed_us(_timed(enforcer.wait)))
            looks.bare.append(_undisturbed_us(_bare(url, late)))
    say(f"  {looks.told()}")
    return looks


def _nothing(report: Any) -> None:
    assert not report.enforced, "this was no idle sweep"


def _timed(work: Callable[[], object]) -> list[float]:
    """Seconds of each of some looks."""
    taken = []
    for _ in range(LOOKS):
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return taken


def _undisturbed_us(seconds: Sequence[float]) -> float:
    """What nine looks in ten exceed, in microseconds: a look is shorter than the time for which a
    busy machine lets others go first, so that the median says more of them than of the look."""
    return sorted(seconds)[len(seconds) // 10] * 1e6


def _bare(url: str, at: Any) -> list[float]:
    if url.startswith("sqlite"):
        until = at.astimezone(UTC).isoformat(timespec="microseconds")
        return bare_sqlite.idle(path_of(url), until, LOOKS)
    return bare_postgres.idle(dsn(url), at, LOOKS)


def _outcome(engine: str, found: dict[str, Looks], small: str, large: str, after: str) -> Outcome:
    flat = {
        f"{what} / {small}": {
            name: round(found[what].told()[name] / found[small].told()[name], 2)
            for name in ("sweep_us", "beat_us", "bare_us")
        }
        for what in (large, after)
    }
    rows = {"db": engine, "us": {what: looks.told() for what, looks in found.items()},
            "times": flat, "looks": LOOKS}  # fmt: skip
    notes = ("open cases have their row alone, without diary and journal: no look reads either",)
    ours = tuple(1e6 / us for us in found[large].sweep)
    return Outcome("idle sweeps", ours, tuple(1e6 / us for us in found[large].bare), rows, notes)
