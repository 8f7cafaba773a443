"""The use case of the scheduler: fold everything due in one case, and apply work to others.

Pure towards the case: takes rows, gives rows. Claiming and batching are the scheduler's.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cases.casework import Casework
from cases.lineage import lineage_of
from cases.linked import BrokenCase, open_linked, signal_linked
from cases.ports import Unit
from cases.records import Written, rows_of
from cases.rows import Batch, CaseRow, ListRow, WorkRow
from cases.succession import apply_change
from machines.acts import Enforce, Refused
from machines.case import Case, Entry
from machines.rungs import Rung, pending
from machines.step import decide
from rules.view import World


@dataclass(frozen=True, slots=True)
class Enforced:
    """One rung taken: what a report and the sandbox clock show."""

    case_id: str
    workflow: str
    subject: str
    obligation: str
    occurrence: int
    rung: str
    event: str
    at: datetime
    due: datetime
    adverse: bool
    effects: tuple[str, ...]
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Swept:
    """A case after its sweep: what to write and what was done."""

    written: Written | None
    enforced: tuple[Enforced, ...]


def sweep_case(
    casework: Casework, unit: Unit, row: CaseRow, now: datetime, sweep: str, *, mild_only: bool
) -> Swept:
    """Folds everything due in one case, in due order, with what is born on the way.

    Raises BrokenCase where a due rung is refused: nothing of the case is written then."""
    before, compiled = casework.load(unit, row)
    case = before
    world = _world(casework, unit, case)
    entries: list[Entry] = []
    done: list[Enforced] = []
    while True:
        due = (
            rung
            for rung in pending(compiled, case)
            if rung.instant <= now and not (mild_only and rung.adverse)
        )
        rung = next(due, None)
        if rung is None:
            break
        moved = decide(compiled, case, Enforce(rung.because, sweep), now, world, hot=True)
        if isinstance(moved, Refused):
            raise BrokenCase(
                f"{case.workflow} {rung.obligation}/{rung.rung}: {moved.reason}: {moved.en}"
            )
        entries.extend(moved.entries)
        done.append(_report(case, rung, moved.entries, now))
        written = rows_of(compiled, before, row, entries, now)
        case = written.case
    return Swept(written if entries else None, tuple(done))


def _world(casework: Casework, unit: Unit, case: Case) -> World:
    return casework.world_of(unit, case)


def _report(case: Case, rung: Rung, entries: Sequence[Entry], now: datetime) -> Enforced:
    return Enforced(
        case_id=case.id, workflow=case.workflow, subject=case.subject.name,
        obligation=rung.obligation, occurrence=rung.occurrence, rung=rung.rung,
        event=entries[0].event, at=now, due=rung.instant, adverse=rung.adverse,
        effects=tuple(effect.do for entry in entries for effect in entry.effects),
        clauses=tuple(dict.fromkeys(clause for entry in entries for clause in entry.clauses)),
    )  # fmt: skip


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
        source = (int(what["entry"]), int(what["effect"]))
        unit.end_list(row.case_id, *source, now, f"{row.case_id}/{row.seq}")
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
