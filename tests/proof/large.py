"""`python -m tests.proof.large [--db ENGINE] [--open N] [--due D] [--rows-alone]`: a large database
is swept.

Of many open cases some are due. They are swept in a process of its own, as the runner does it,
while its memory is watched from outside and every transaction that writes is timed. Afterwards the
number of steps is compared. Ends with 1 where memory grows with the work, where a lock was held
over half a second (on a machine that others keep busy: where this process was at work for so long
in one transaction), or where anything is missing. With `--rows-alone` the cases that are not due
have their row without its state, and no diary: neither is read before the day, and five millions
would take 38 GB.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from benchmarks import samples
from benchmarks.databases import Workshop, workshop
from benchmarks.field import grow, rows_of, settle
from benchmarks.multiply import multiplied
from scheduler.runner import _BATCHES
from tests.proof import timed
from tests.proof.crowded import crowd

GROWTH_MB = 16.0


def sweep(mouth: Connection, url: str) -> None:
    """In a process of its own: says how many steps are done, and at the end how long units took."""
    with samples.opened(url) as opened:
        samples.sweeper(opened, samples.ENFORCEABLE_AT)  # a heartbeat: nothing is held
        store: Any = timed.Timed(opened)
        worker = samples.enforcer(store, samples.ENFORCEABLE_AT)
        worker.wait()
        done, begun = 0, time.perf_counter()
        mouth.send(0)
        while (report := worker.sweep(_BATCHES)).enforced:
            assert not report.set_aside, report.set_aside
            done += len(report.enforced)
            mouth.send(done)
        took = time.perf_counter() - begun
        looks = [_timed(worker.wait) for _ in range(5)]
        mouth.send((done, took, (store.took_s, store.worked_s), looks))


def _timed(look: Callable[[], object]) -> float:
    begun = time.perf_counter()
    look()
    return time.perf_counter() - begun


def resident_mb(pid: int, what: str = "VmRSS") -> float:
    """How much of the memory a process has; VmHWM: the most it ever had."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(what))


def prepared(place: Workshop, total: int, due: int, *, alone: bool) -> str:
    """The database: `due` cases on the eve of their consequence, the others months before it."""
    url = place.make()
    with samples.opened(url) as store:
        store.upgrade("production")
        first = samples.missed(store)
        later = samples.licensed(store, samples.LICENSED_LATER_AT, 2)
    grow(url, rows_of(url, first), range(3, due + 2), _progress("due", due))
    crowded = total - due - 1
    if alone:
        (row,) = rows_of(url, later)["cases"]
        sample = {"cases": [{**row, "state": "{}"}]}
        multiplied(url, sample, 0, crowded, _progress("not due", crowded))
    else:
        crowd(url, rows_of(url, later), crowded, _progress("not due", total - due))
    settle(url)
    return url


def judged(url: str, due: int) -> tuple[list[str], list[str]]:
    """One sweep of everything: what was seen, and what is wrong."""
    context = get_context("spawn")
    ear, mouth = context.Pipe(duplex=False)
    process = context.Process(target=sweep, args=(mouth, url))
    process.start()
    mouth.close()
    assert process.pid is not None
    memory: list[tuple[int, float]] = []
    while isinstance(word := ear.recv(), int):
        memory.append((word, resident_mb(process.pid)))
        peak = resident_mb(process.pid, "VmHWM")
    process.join()
    done, took, (units, worked), looks = word
    at = [memory[round(part * (len(memory) - 1))][1] for part in (0, 0.1, 0.5, 1)]
    said, slow = timed.judged(units, worked)
    seen = [
        f"{done} steps in {took:.1f} s, {done / took:.0f}/s",
        "resident: {:.1f} MB before, {:.1f} at a tenth, {:.1f} half-way, {:.1f} at the end, "
        "{:.1f} at most".format(*at, peak),
        said,
        f"a look right afterwards: {looks[0] * 1e6:.0f} µs, then {min(looks[1:]) * 1e6:.0f} µs",
    ]  # fmt: skip
    wrong = slow + ([] if done == due else [f"{done} of {due} were enforced"])
    if at[3] - at[1] > GROWTH_MB:
        wrong.append(f"memory grew by {at[3] - at[1]:.1f} MB from a tenth of the work on")
    return seen, wrong


def main(db: str, total: int, due: int, *, alone: bool) -> int:
    """0 where it went well; 1 for a finding."""
    with workshop(db) as place:
        url = prepared(place, total, due, alone=alone)
        seen, wrong = judged(url, due)
    _say(f"{place.engine}: {total} open, {due} due")
    for line in seen:
        _say(f"  {line}")
    for line in wrong:
        _say(f"FOUND {line}")
    return 1 if wrong else 0


def _progress(what: str, total: int) -> Callable[[int], None]:
    begun = time.monotonic()

    def told(done: int) -> None:
        if done % 100_000 == 0 or done >= total - 1:
            _say(f"  {what}: {done} after {time.monotonic() - begun:.0f} s")

    return told


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--db", default="sqlite", metavar="sqlite|postgresql|URL")
    parser.add_argument("--open", type=int, default=1_000_000, metavar="N")
    parser.add_argument("--due", type=int, default=50_000, metavar="D")
    parser.add_argument("--rows-alone", action="store_true")
    given = parser.parse_args()
    sys.exit(main(given.db, given.open, given.due, alone=given.rows_alone))
