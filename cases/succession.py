"""What becomes of an enterprise itself: another name, a merger into another, its end.

The register's officer records it, a second person confirms it; every case concerned is told by a
work item of its own. Lists and the credit file stay where they were entered and are read through
`cases/lineage.py`, so that nothing is copied and nothing can be lost on the way.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from cases.casework import Casework
from cases.errors import Misused
from cases.lineage import must_stand
from cases.linked import BrokenCase
from cases.ports import Unit
from cases.records import rows_of
from cases.rows import Batch, CaseRow, ChangeRow, WorkRow
from machines.acts import Act, Refused
from machines.case import ENGINE, Actor, Case
from machines.codec import canonical
from machines.rungs import closed
from machines.step import decide
from rules.credit_code import problem_with
from rules.periods import shanghai_date

Kind = Literal["rename", "merger", "deregistration"]
_STRIDE = 200


@dataclass(frozen=True, slots=True)
class Change:
    """A change as it is asked for. `name`: the new one, or the successor's; `on`: the Shanghai
    date of the register; `paper`: the register's document."""

    uscc: str
    kind: Kind
    on: date
    paper: str
    confirmed_by: str
    name: str | None = None
    successor: str | None = None


def record_change(unit: Unit, change: Change, by: str, at: datetime) -> ChangeRow:
    """Records a change and orders what follows from it; the same one again records nothing.

    Raises Misused where it is not a change, or nobody else confirms it; ActRefused for an
    enterprise that has ended; Conflict where another change was recorded at the same moment."""
    _must_make_sense(change, by, shanghai_date(at))
    every = unit.changes()
    own = [row for row in every if row.uscc == change.uscc]
    if own and _says(own[-1]) == _asks(change):
        return own[-1]
    for code in filter(None, (change.uscc, change.successor)):
        must_stand(unit, code)
    if own and change.on < own[-1].on_date:
        raise Misused(
            f"该企业已有 {own[-1].on_date} 的变更登记，不能再登记更早的变更。",
            f"a change of {own[-1].on_date} is recorded already; this one would lie before it",
            reason="out_of_order",
        )
    row = ChangeRow(
        seq=len(every) + 1, uscc=change.uscc, kind=change.kind, name=change.name,
        successor=change.successor, on_date=change.on, paper=change.paper, recorded_by=by,
        confirmed_by=change.confirmed_by, at=at,
    )  # fmt: skip
    unit.add_change(row)
    work = (
        WorkRow("change", row.seq, n, "change", f"case:{case.id}", _told(row, case.id), at)
        for n, case in enumerate(_concerned(unit, row), 1)
    )
    unit.write(Batch(work=tuple(work)))
    return row


def _must_make_sense(change: Change, by: str, today: date) -> None:
    for code in filter(None, (change.uscc, change.successor)):
        problem = problem_with(code)
        if problem is not None:
            raise Misused(problem.zh, problem.en, reason="uscc_wrong")
    wanted = {"rename": (True, False), "merger": (True, True), "deregistration": (False, False)}
    stated = (bool((change.name or "").strip()), change.successor is not None)
    if stated != wanted[change.kind]:
        raise Misused(
            "名称变更须写明新名称；合并须写明承继企业的代码和名称；注销两者均不写。",
            "a rename states the new name, a merger the successor's code and name, a "
            "deregistration neither",
            reason="change_incomplete",
        )
    if change.successor == change.uscc:
        raise Misused("企业不能与自身合并。", "an enterprise does not merge into itself",
                      reason="change_incomplete")  # fmt: skip
    if change.on > today:
        raise Misused(f"变更日期 {change.on} 晚于今天。", f"{change.on} lies after today",
                      reason="in_future")  # fmt: skip
    if not change.paper.strip():
        raise Misused("须写明登记文书编号。", "state the number of the register's document",
                      reason="paper_missing")  # fmt: skip
    if not change.confirmed_by.strip() or change.confirmed_by == by:
        raise Misused("须由另一名工作人员确认。", "a second person must confirm a change",
                      reason="second_person_required")  # fmt: skip


def _says(row: ChangeRow) -> tuple[object, ...]:
    return (row.kind, row.name, row.successor, row.on_date, row.paper)


def _asks(change: Change) -> tuple[object, ...]:
    return (change.kind, change.name, change.successor, change.on, change.paper)


def _concerned(unit: Unit, row: ChangeRow) -> Iterator[CaseRow]:
    """The cases to be told: in which the enterprise is a party, of a deregistration those about
    it, as long as something can happen or is owed in them."""
    after: str | None = None
    while True:
        found = unit.cases(involves=row.uscc, after=after, limit=_STRIDE)
        for case in found:
            if row.kind != "deregistration" or (case.subject_uscc == row.uscc and not case.closed):
                yield case
        if len(found) < _STRIDE:
            return
        after = found[-1].id


def _told(row: ChangeRow, case_id: str) -> str:
    return canonical(
        {
            "case": case_id, "kind": row.kind, "uscc": row.uscc, "name": row.name,
            "successor": row.successor, "on": row.on_date.isoformat(), "paper": row.paper,
            "recorded_by": row.recorded_by, "confirmed_by": row.confirmed_by,
        }
    )  # fmt: skip


def apply_change(casework: Casework, unit: Unit, row: WorkRow, now: datetime) -> None:
    """Tells one case. Where it no longer concerns the enterprise, or has ended, nothing happens.
    Raises BrokenCase where the case cannot take it."""
    told = json.loads(row.body)
    stored = unit.case(told["case"], lock=True)
    if stored is None:
        raise BrokenCase(f"a change of {told['uscc']} is told to the unknown case {told['case']}")
    now = casework.clock.now(unit)  # later than what others wrote while this waited for the case
    stored, case, compiled = casework.current(unit, stored, now)
    gone = told["kind"] == "deregistration"
    if not _has(case, told["uscc"]) or (gone and closed(compiled, case)):
        return
    moved = decide(compiled, case, _act(told), now, casework.world_of(unit, case))
    if isinstance(moved, Refused):
        raise BrokenCase(f"a change of {told['uscc']} in {case.id}: {moved.reason}: {moved.en}")
    unit.write(rows_of(compiled, case, stored, moved.entries, now).batch)


def _has(case: Case, code: str) -> bool:
    return code in {case.subject.uscc, *(party.uscc for party in case.parties.values())}


def _act(told: dict[str, str]) -> Act:
    """A new name or a successor by the engine's own event; the end by that of the register."""
    if told["kind"] == "deregistration":
        facts = {"reason": "登记机关已办理注销登记", "paper": told["paper"]}
        return Act("cancel_registration", Actor(told["recorded_by"], "registry"), facts)
    facts = {
        "old_code": told["uscc"], "new_code": told["successor"] or told["uscc"],
        "new_name": told["name"], "changed_on": told["on"], "paper": told["paper"],
        "recorded_by": told["recorded_by"], "confirmed_by": told["confirmed_by"],
    }  # fmt: skip
    return Act("succeed", ENGINE, facts)
