"""Records histories: scenarios of the reforms, lives of an invented procedure, a migration."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from cases.casework import Doing, journal_of
from cases.clock import machine_time
from cases.migrating import execute
from cases.store import open_store
from machines.book import Workflow, rulebook
from machines.case import Entry
from machines.codec import canonical
from machines.compiler import Compiled
from machines.fold import replay
from machines.rungs import closed, settled
from rules.working_days import load_calendar
from tests.histories.kept import JOURNALS, History, chained, outcome, write
from tests.proof.doings import lived
from tests.proof.lives import procedure
from tests.scenarios.runner import Scenario, play, scenarios
from tests.versions.editions import APPLICANT
from tests.versions.test_migration import KEEP, NAMES, RENAMED, Move, plan

LIVES = range(7000, 7100)
WANTED = ("outage", "recount", "restore", "extend", "suspend", "missed")
"""What the lives that are kept must show between them, each the first that does."""


def every() -> Iterator[str]:
    """The whole selection; what is there already is left alone."""
    fullest: dict[str, Scenario] = {}
    for one in scenarios():
        known = fullest.get(one.workflow)
        opens = one.then.get("opened", True)
        if opens and (known is None or len(one.steps) > len(known.steps)):
            fullest[one.workflow] = one
    for key, one in sorted(fullest.items()):
        stage = play(rulebook(), load_calendar(), one)
        yield from _kept(key, rulebook().workflows[key], stage.entries)
    missing = set(WANTED)
    for seed in LIVES:
        entries = list(lived(seed).entries)
        shows = _shown(entries) & missing
        if not missing:
            break
        if shows:
            missing -= shows
            yield from _kept(f"life_{seed}_{'_'.join(sorted(shows))}", procedure(), entries)
    yield from _migration()


def _shown(entries: Iterable[Entry]) -> set[str]:
    events = {entry.event for entry in entries}
    rungs = {entry.because.rung for entry in entries if entry.because is not None}
    return (events | rungs) & set(WANTED)


def one(name: str, workflow: str, scenario: str) -> Iterator[str]:
    """A scenario by its name."""
    found = [s for s in scenarios() if (s.workflow, s.name) == (workflow, scenario)]
    if not found:
        raise SystemExit(f"no scenario of {workflow} is called: {scenario}")
    stage = play(rulebook(), load_calendar(), found[0])
    yield from _kept(name, rulebook().workflows[workflow], stage.entries)


def _kept(name: str, workflow: Workflow, entries: list[Entry]) -> Iterator[str]:
    if (JOURNALS / f"{name}.json").exists():
        return
    write(_history(name, workflow.compiled, entries), [workflow.text])
    yield name


def _history(name: str, compiled: Compiled, entries: list[Entry]) -> History:
    case = replay(entries)
    ends = outcome(case, closed=closed(compiled, case), settled=settled(compiled, case))
    return History(name, compiled.definition.key, chained(entries, case.id),
                   json.loads(canonical(case)), ends)  # fmt: skip


def _migration() -> Iterator[str]:
    """Licensed under one text, moved to another with names of its own, kept under that."""
    if (JOURNALS / "permit_migrated.json").exists():
        return
    with tempfile.TemporaryDirectory() as folder:
        store = open_store("memory://", clock=machine_time)
        store.upgrade("production")
        move = Move(store, Path(folder))
        case_id = move.case()
        duties = {**KEEP, "supply_materials": {"to": "hand_in_rest", "timer": "keep"}}
        order = move.order(plan(duties, **NAMES), *RENAMED)
        casework = move.office()
        workflow = casework.workflow("permit")
        list(execute(casework, order, casework.text_of(workflow, machine_time())))
        casework.act(case_id, Doing("supply", documents={"house_rules": None}), APPLICANT)
        with store.unit(write=False) as unit:
            entries = list(journal_of(unit, case_id))
        texts = [move.old.workflows["permit"].text, workflow.text]
        write(_history("permit_migrated", workflow.compiled, entries), texts)
        yield "permit_migrated"
