"""A backlog of missed commitments: each licence is revoked on the first lawful day.

An enforcement writes the case, its entry in the chained journal, the rung that makes it happen
once only, four obligations, two facts of the credit file and three messages. The cases due lie
scattered over all that are open.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC
from multiprocessing import get_context
from typing import Any

from api.staying import settle_in
from benchmarks import bare_postgres, bare_sqlite, samples
from benchmarks.act import same
from benchmarks.databases import Workshop, copied, dsn, path_of, workshop
from benchmarks.field import grow, rows_of, settle, weighed
from benchmarks.measure import Asked, Outcome, repeated, step, told
from benchmarks.samples import ENFORCEABLE_AT
from benchmarks.script import Rows, Script

OPEN, DUE = 100_000, 20_000


def run(asked: Asked) -> Outcome:
    """One sweep of everything due, then the bare limit on a copy of the same."""
    total = asked.open or OPEN
    due = min(asked.due or DUE, total)
    with workshop(asked.db) as place:
        if asked.processes > 1 and place.engine == "sqlite":
            raise ValueError("SQLite has one writer: --processes is for PostgreSQL")
        template, script = prepared(place, total, due, asked.seed)
        weights: list[dict[str, Any]] = []

        def ours() -> float:
            with copied(place, template) as url:
                with samples.opened(url) as store:
                    samples.sweeper(store, ENFORCEABLE_AT)  # a heartbeat, before the clock runs
                rate = _together(asked.processes, due, sweep, url)
                weights.append(weighed(url))
            return rate

        def bare() -> float:
            with copied(place, template) as url:
                rate = _together(asked.processes, due, bare_sweep, url, script)
                weights.append(weighed(url))
            return rate

        rates = repeated(asked.repeat, ours, bare)
        rows = {"db": place.engine, "open": total, "due": due, "processes": asked.processes,
                "rows_a_case": script.rows(), "bytes_a_case": script.size(),
                **same(weights)}  # fmt: skip
    notes = ("cases that are not due have their row and diary, but no journal",)
    return Outcome("cases", *rates, rows, notes)


def prepared(place: Workshop, total: int, due: int, seed: int) -> tuple[str, Script]:
    """A template in which some cases are due, and what enforcing one writes."""
    with step(f"{total:,} cases, {due:,} of them due"):
        template, sample, script = _sample_due(place)
        numbers = range(2, total + 2)
        chosen = set(random.Random(seed).sample(numbers, due))
        grow(template, sample, sorted(chosen), told("due", due))
        rest = [number for number in numbers if number not in chosen]
        later = _sample_later(place)
        grow(template, later, rest, told("not due", len(rest)), journal=False)
        settle(template)
    return template, script


def _sample_due(place: Workshop) -> tuple[str, Rows, Script]:
    """The template with one case due, that case, and its script; the case itself is enforced, so
    that it is not counted."""
    template = place.make()
    with samples.opened(template) as store:
        store.upgrade("production")
        first = samples.missed(store)
    script = samples.recorded(place, template, first, samples.enforce)
    sample = rows_of(template, first)
    with samples.opened(template) as store:
        samples.enforce(store, first)
    return template, sample, script


def _sample_later(place: Workshop) -> Rows:
    """A case of the same kind that owes its papers months later."""
    url = place.make()
    try:
        with samples.opened(url) as store:
            store.upgrade("production")
            first = samples.licensed(store, samples.LICENSED_LATER_AT)
        return rows_of(url, first)
    finally:
        place.drop(url)


def sweep(url: str) -> tuple[float, float, int]:
    """When one of our enforcers began and ended, and how many cases it enforced."""
    with samples.opened(url) as store:
        worker = samples.enforcer(store, ENFORCEABLE_AT)
        settle_in(worker.casework)  # as every process of ours that stays
        begun = time.perf_counter()
        report = worker.sweep()
        assert not report.set_aside, report.set_aside
        return begun, time.perf_counter(), len(report.enforced)


def bare_sweep(url: str, script: Script) -> tuple[float, float, int]:
    """The same of the bare limit."""
    begun = time.perf_counter()
    if url.startswith("sqlite"):
        # As our store writes instants on SQLite.
        until = ENFORCEABLE_AT.astimezone(UTC).isoformat(timespec="microseconds")
        done = bare_sqlite.sweep(path_of(url), script, until)
    else:
        done = bare_postgres.sweep(dsn(url), script, ENFORCEABLE_AT)
    return begun, time.perf_counter(), done


def _together(
    processes: int, due: int, work: Callable[..., tuple[float, float, int]], *given: Any
) -> float:
    """Cases a second of one process, or of several from the first start to the last end."""
    if processes == 1:
        spans = [work(*given)]
    else:
        context = get_context("spawn")
        with ProcessPoolExecutor(processes, mp_context=context) as pool:
            spans = [one.result() for one in [pool.submit(work, *given) for _ in range(processes)]]
    done = sum(number for _, _, number in spans)
    assert done == due, f"{done} cases were enforced, not {due}"
    return done / (max(end for _, end, _ in spans) - min(begin for begin, _, _ in spans))
