"""`python -m tests.proof.released [--db ENGINE] [--held N]`: a brake over many cases is let go.

A second person releases it, and every transaction that writes is timed while the cases go. Ends
with 1 where a lock was held over half a second or a case was forgotten.
"""

from __future__ import annotations

import argparse
import sys
import time
from typing import Any

from benchmarks import samples
from benchmarks.databases import workshop
from benchmarks.field import count, rows_of, settle
from benchmarks.measure import told
from cases.rows import BrakeRow
from cases.safety_port import Consequence
from rules.periods import shanghai_date
from scheduler.releases import go_on, let_go
from tests.proof.crowded import crowd
from tests.proof.timed import Timed, judged

AT = samples.ENFORCEABLE_AT
REVOKE = Consequence("yingkou", "network_freight", "revoke_for_breach")


def prepared(url: str, held: int) -> None:
    """So many cases that a brake holds; their journals are left out, which nobody reads."""
    with samples.opened(url) as store:
        store.upgrade("production")
        first = samples.missed(store)
        with store.unit() as unit:
            unit.begin_brake(BrakeRow(*REVOKE, shanghai_date(AT), 0, 0, AT))
            unit.hold_cases([(first, REVOKE.name)])
    crowd(url, rows_of(url, first), held - 1, told("held", held))
    settle(url)


def released(url: str, held: int) -> tuple[list[str], list[str]]:
    """One release of them all: what was seen, and what is wrong."""
    with samples.opened(url) as opened:
        store: Any = Timed(opened)
        casework = samples.casework_at(store, AT)
        with store.unit() as unit:
            row = let_go(unit, REVOKE, AT, "chief", "each of them was looked at")
        begun = time.perf_counter()
        go_on(casework)
        took = time.perf_counter() - begun
        with store.unit(write=False) as unit:
            (run,) = unit.release_runs()
    seen, wrong = judged(store.took_s, store.worked_s)
    left = count(url, "cases", "held IS NOT NULL")
    free = count(url, "cases", f"released = '{REVOKE.name}'")
    if (row.cases, run.cases, free, left) != (held, held, held, 0) or run.finished_at is None:
        wrong.append(f"{row.cases} on record, {run.cases} counted, {free} released, {left} held")
    return [f"{run.cases} cases in {took:.1f} s, {run.cases / took:,.0f}/s", seen], wrong


def main(db: str, held: int) -> int:
    """0 where it went well; 1 for a finding."""
    with workshop(db) as place:
        url = place.make()
        prepared(url, held)
        seen, wrong = released(url, held)
    lines = [f"{place.engine}: {held} cases held", *(f"  {line}" for line in seen)]
    lines += [f"FOUND {line}" for line in wrong]
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--db", default="sqlite", metavar="sqlite|postgresql|URL")
    parser.add_argument("--held", type=int, default=100_000, metavar="N")
    given = parser.parse_args()
    sys.exit(main(given.db, given.held))
