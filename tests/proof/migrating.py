"""Ten thousand open cases moved to a later text by a plan, timed, and held against it afterwards.

    python -m tests.proof.migrating [--db sqlite|postgresql] [--cases N]

The cases are those of an invented permit, licensed on 2025-06-16 with a journal each; the plan
counts one duty anew and keeps the other. Then each journal is replayed against both texts.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml

from api.second_opinion import dates_again
from benchmarks.databases import workshop
from cases.casework import Casework, journal_of
from cases.clock import machine_time
from cases.conformance import begin, go_on
from cases.enforcement import merged
from cases.migrating import execute, preview
from cases.ports import Store
from cases.records import rows_of
from cases.store import open_store
from machines.frozen import replace
from machines.migration import Migration
from machines.migration_words import Plan, check_plan
from machines.reader import read
from tests.versions.editions import FROM_JULY, at, book, licensed, office, served
from tests.versions.test_governing import LONGER, NINETY

AT_ONCE = 200
PLAN = {
    "reason": {"zh": "新办法施行", "en": "the new measures are in force"},
    "clauses": ["9998.2"],
    "duties": {"supply_materials": {"timer": "count_anew"}, "check_permit": {"timer": "keep"}},
}


def main() -> None:
    """Prints one line of JSON."""
    parser = argparse.ArgumentParser(prog="python -m tests.proof.migrating", description=__doc__)
    parser.add_argument("--db", default="sqlite", metavar="URL")
    parser.add_argument("--cases", type=int, default=10_000, metavar="N")
    asked = parser.parse_args()
    with workshop(asked.db) as place, tempfile.TemporaryDirectory() as folder:
        url = place.make()
        store = open_store(url, clock=machine_time)
        store.upgrade("production")
        found = {"db": place.engine, **moved(store, asked.cases, Path(folder))}
        sys.stdout.write(json.dumps(found) + "\n")
        store.close()
        place.drop(url)


def moved(store: Store, cases: int, folder: Path) -> dict[str, float]:
    """Seconds of each part, and how many cases moved and conform."""
    old = book(folder / "old")
    new = book(folder / "new", FROM_JULY, LONGER, more=NINETY % 90)
    took: dict[str, float] = {"cases": cases}
    with _timed(took, "filled_s"):
        _filled(served(office(store, old, at(6, 16))), cases)
    file = folder / "plan.yaml"
    file.write_text(yaml.safe_dump(PLAN, allow_unicode=True), encoding="utf-8")
    plan, parsed = read(Plan, file)
    before, after = (texts.workflows["permit"].compiled for texts in (old, new))
    check_plan(plan, parsed, before, after)
    order = Migration(plan, "p" * 64, before, after, "wang", "li", "营综〔2025〕7号")
    casework = office(store, new, at(7, 2))
    with _timed(took, "preview_s"):
        looked = sum(one.maps for one in preview(casework, order))
    text = casework.text_of(casework.workflow("permit"), at(7, 2))
    with _timed(took, "migrated_s"):
        done = sum(one.maps for one in execute(casework, order, text))
    assert looked == done == cases, (looked, done)
    run = begin(casework, again=True)
    assert run is not None, "there is no other"
    with _timed(took, "conformance_s"):
        run = go_on(casework, run, dates_again)
    with store.unit(write=False) as unit:
        odd = [json.loads(task.body)["what"]["en"] for task in unit.deviations()[:3]]
    assert (run.cases, run.conforming) == (cases, cases), odd
    return took


@contextmanager
def _timed(took: dict[str, float], name: str) -> Iterator[None]:
    begun = time.perf_counter()
    yield
    took[name] = round(time.perf_counter() - begun, 2)


def _filled(casework: Casework, cases: int) -> None:
    """One case lived through, and its journal written for as many others."""
    first = licensed(casework)
    with casework.store.unit(write=False) as unit:
        journal = list(journal_of(unit, first))
    head = journal[0].marks["opens"]
    compiled = casework.book.by_hash[head["definition"]]
    for start in range(1, cases, AT_ONCE):
        batches = []
        for n in range(start, min(start + AT_ONCE, cases)):
            marks = {**journal[0].marks, "opens": {**head, "id": f"20250616-{n:08x}"}}
            entries = [replace(journal[0], marks=marks), *journal[1:]]
            batches.append(rows_of(compiled, None, None, entries, journal[-1].at).batch)
        with casework.store.unit() as unit:
            unit.write(merged(batches))


if __name__ == "__main__":
    main()
