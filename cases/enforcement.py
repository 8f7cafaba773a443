"""The use case of the scheduler: fold everything due in one case, and apply work to others.

Pure towards the case: takes rows, gives rows. Claiming and batching are the scheduler's.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from cases.casework import Casework
from cases.lineage import lineage_of
from cases.linked import BrokenCase, open_linked, signal_linked
from cases.ports import Unit
from cases.records import rows_of
from cases.rows import Batch, CaseRow, ListRow, WorkRow
from cases.succession import apply_change
from cases.taken_back import take_back
from cases.tally import added
from machines.acts import Enforce, Refused
from machines.case import Case, Entry
from machines.compiler import Compiled
from machines.definition import Obligation
from machines.recount import recounted
from machines.rungs import Rung, pending
from machines.step import decide

_NEVER_RESTS = 5_000  # rungs of one case at one instant: ten years of a monthly duty are 600


@dataclass(frozen=True, slots=True)
class Ready:
    """A case about to be swept, with the text that governs it."""

    row: CaseRow
    case: Case
    compiled: Compiled


@dataclass(frozen=True, slots=True)
class Enforced:
    """One rung taken: what a report and the sandbox clock show. `consequence`: what the brake
    counts it as, nothing for what harms nobody."""

    case_id: str
    zone: str
    workflow: str
    subject: str
    obligation: str
    occurrence: int
    rung: str
    event: str
    at: datetime
    due: datetime
    adverse: bool
    consequence: str
    effects: tuple[str, ...]
    clauses: tuple[str, ...]

    @property
    def late_seconds(self) -> float:
        """How long after its instant it was taken: for what is adverse after the first day on
        which it was lawful, for the rest after the day it is about."""
        return max(0.0, (self.at - self.due).total_seconds())


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep of one case writes, and what was done."""

    batch: Batch | None
    enforced: tuple[Enforced, ...]


def made_ready(casework: Casework, unit: Unit, row: CaseRow, now: datetime) -> Ready:
    """A claimed case, its dates counted on the calendar in force."""
    return Ready(*casework.current(unit, row, now))


def foreseen(casework: Casework, unit: Unit, row: CaseRow, now: datetime) -> Ready:
    """The same in a unit that only reads."""
    case, compiled = casework.load(unit, row)
    order = casework.calendars.owed(unit, case)
    entry = None if order is None else recounted(compiled, case, order, now)
    if entry is None:
        return Ready(row, case, compiled)
    written = rows_of(compiled, case, row, (entry,), now)
    return Ready(written.row, written.case, compiled)


def sweep_case(
    casework: Casework, unit: Unit, ready: Ready, now: datetime, sweep: str, *, mild_only: bool
) -> Swept:
    """Folds everything due in one case, in due order, with what is born on the way.

    Raises BrokenCase where a due rung is refused: nothing of the case is written then."""

    def first_due(rungs: Sequence[Rung]) -> Rung | None:
        due = (r for r in rungs if r.instant <= now and not (mild_only and r.adverse))
        return next(due, None)

    return fold(casework, unit, ready, now, sweep, first_due)


def fold(
    casework: Casework, unit: Unit, ready: Ready, now: datetime, sweep: str,
    choose: Callable[[Sequence[Rung]], Rung | None],
) -> Swept:  # fmt: skip
    """Takes the rungs of one case that are chosen among those pending, until none is.

    Raises BrokenCase where one is refused."""
    case, compiled = ready.case, ready.compiled
    world = casework.world_of(unit, case)
    entries: list[Entry] = []
    folded: list[Case] = []
    done: list[Enforced] = []
    while (rung := choose(rungs := pending(compiled, case))) is not None:
        if len(done) == _NEVER_RESTS:
            raise BrokenCase(f"{case.workflow} {rung.obligation}/{rung.rung}: never rests")
        moved = decide(compiled, case, Enforce(rung.because, sweep), now, world, hot=True)
        if isinstance(moved, Refused):
            raise BrokenCase(
                f"{case.workflow} {rung.obligation}/{rung.rung}: {moved.reason}: {moved.en}"
            )
        entries.extend(moved.entries)
        done.append(_report(compiled, case, rung, moved.entries, now))
        folded.extend(moved.after)
        case = folded[-1]
    if not entries:
        return Swept(None, ())
    written = rows_of(
        compiled, ready.case, ready.row, entries, now, folded=folded, rungs=rungs
    )  # fmt: skip
    return Swept(written.batch, tuple(done))


def _report(
    compiled: Compiled, case: Case, rung: Rung, entries: Sequence[Entry], now: datetime
) -> Enforced:
    return Enforced(
        case_id=case.id, zone=case.zone, workflow=case.workflow, subject=case.subject.name,
        obligation=rung.obligation, occurrence=rung.occurrence, rung=rung.rung,
        event=entries[0].event, at=now, due=rung.instant, adverse=rung.adverse,
        consequence=_consequence(compiled, rung),
        effects=tuple(effect.do for entry in entries for effect in entry.effects),
        clauses=tuple(dict.fromkeys(clause for entry in entries for clause in entry.clauses)),
    )  # fmt: skip


def _consequence(compiled: Compiled, rung: Rung) -> str:
    """The event of a miss; the obligation itself where missing it raises none."""
    if not rung.adverse:
        return ""
    spec = compiled.duties[rung.obligation]
    return (isinstance(spec, Obligation) and spec.on_miss.event) or rung.obligation


def merged(batches: Sequence[Batch]) -> Batch:
    """Several cases' rows as one batch, case ids ascending (the lock order)."""
    ordered = sorted(batches, key=lambda batch: batch.cases[0][0].id)
    return Batch(
        cases=tuple(row for batch in ordered for row in batch.cases),
        entries=tuple(row for batch in ordered for row in batch.entries),
        obligations=tuple(row for batch in ordered for row in batch.obligations),
        fired=tuple(row for batch in ordered for row in batch.fired),
        credit_facts=tuple(row for batch in ordered for row in batch.credit_facts),
        outbox=tuple(row for batch in ordered for row in batch.outbox),
        work=tuple(row for batch in ordered for row in batch.work),
        tallies=added(row for batch in ordered for row in batch.tallies),
    )


def apply_work(casework: Casework, unit: Unit, row: WorkRow, now: datetime) -> None:
    """Applies one work item to its target: a list, a restriction, a retraction, a linked case, a
    signal to one."""
    body = json.loads(row.body)
    what = body.get("what", {})
    if row.do in ("list", "restrict"):
        _enter(unit, row, body)
    elif row.do == "delist":
        for code in lineage_of(unit, row.target).codes:
            for entry in unit.lists(uscc=code, list_name=str(what["list"])):
                unit.end_list(entry.case_id, entry.seq, entry.n, now, f"{row.case_id}/{row.seq}")
    elif row.do == "retract":
        take_back(casework, unit, row, now)
    elif row.do == "open_case":
        open_linked(casework, unit, row, now)
    elif row.do == "change":
        apply_change(casework, unit, row, now)
    else:
        signal_linked(casework, unit, row, now)
    unit.finish_work(row, now)


def _enter(unit: Unit, row: WorkRow, body: dict[str, object]) -> None:
    """Enters a list row. It counts from the act that ordered it, not from its bookkeeping."""
    what = body["what"]
    assert isinstance(what, dict)
    listed = ListRow(
        case_id=row.case_id, seq=row.seq, n=row.n, uscc=row.target, name=str(body["name"]),
        list=what.get("list"), restriction=what.get("restriction"),
        for_workflow=what.get("workflow"), workflow=str(body["workflow"]),
        clauses=" ".join(map(str, _sequence(body.get("clauses")))), since_at=row.at,
    )  # fmt: skip
    known = {(one.case_id, one.seq, one.n) for one in unit.lists(uscc=row.target, live=False)}
    if (row.case_id, row.seq, row.n) not in known:
        unit.add_list(listed)


def _sequence(value: object) -> Sequence[object]:
    return value if isinstance(value, list | tuple) else ()
