"""Cases that open other cases, and tell them something: applied one target at a time.

The number of a linked case follows from the entry that opens it, so that it opens only once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cases.casework import Casework
from cases.errors import NotFound
from cases.ports import Unit
from cases.records import rows_of
from cases.rows import Batch, CaseRow, OutboxRow, WorkRow
from cases.world import world_for
from machines.acts import Act, Open, Refused
from machines.case import ENGINE, Case, Party
from machines.codec import CodecError, canonical
from machines.effects import OpenCase
from machines.fold import ReplayError
from machines.step import decide


class BrokenCase(Exception):
    """Something due in a case cannot be done: the definition or the record is wrong."""


BROKEN = (BrokenCase, CodecError, NotFound, ReplayError, LookupError, ValueError, AssertionError)
"""What says that one case, and not the store, is at fault: it is set aside, the rest go on."""


def open_linked(casework: Casework, unit: Unit, row: WorkRow, now: datetime) -> None:
    """Opens a linked case about the party the effect names. Raises BrokenCase where the other
    workflow does not admit it."""
    body = json.loads(row.body)
    what, origin = body["what"], _case(casework, unit, row.case_id)
    workflow = casework.workflow(str(what["workflow"]))
    number = f"{row.case_id}.{row.seq}.{row.n}"
    if unit.case(number) is not None:
        return  # opened by an earlier attempt
    if _taken_back(unit, row):
        return
    party = _party(workflow.definition.subject, what, origin, str(body["against"]))
    if workflow.definition.unique_open and _open_one(unit, workflow.key, party) is not None:
        return  # one file a subject: it is kept on, and signals find it
    stated = what.get("facts", {})
    workflow, chosen, facts = casework.texts.governing(unit, workflow, now, stated)
    calendar = casework.calendars.of(unit)
    world = world_for(unit, casework.book, calendar, origin.zone, (party,), origin)
    act = Open(number, origin.zone, party, ENGINE, facts=facts, parent=origin.id, governed=chosen)
    moved = decide(workflow.compiled, None, act, now, world)
    if isinstance(moved, Refused):
        raise BrokenCase(f"linked case of {workflow.key}: {moved.reason}: {moved.en}")
    definition = casework.text_of(workflow, now)
    unit.write(
        rows_of(workflow.compiled, None, None, moved.entries, now, definition=definition).batch
    )


def signal_linked(casework: Casework, unit: Unit, row: WorkRow, now: datetime) -> None:
    """Raises an event in a linked case. Where it is not possible there any more (the case is
    closed, its licence revoked), nothing breaks: a task asks the supervision to look."""
    body = json.loads(row.body)
    what = body["what"]
    if _taken_back(unit, row):
        return
    stored = signalled_to(casework, unit, row.case_id, what)
    if stored is None:
        raise BrokenCase(f"a signal to the unknown case {what['case']}")
    now = casework.clock.now(unit)  # later than what others wrote while this waited for the case
    stored, case, compiled = casework.current(unit, stored, now)
    act = Act(str(what["event"]), ENGINE, facts=what.get("facts", {}))
    moved = decide(compiled, case, act, now, casework.world_of(unit, case))
    if not isinstance(moved, Refused):
        unit.write(rows_of(compiled, case, stored, moved.entries, now).batch)
        return
    unit.write(Batch(outbox=(_unheard(row, body, case, moved, now),)))


def _open_one(unit: Unit, workflow: str, party: Party) -> CaseRow | None:
    """The open case of a workflow about a party with a credit code, where there is one."""
    if party.uscc is None:
        return None
    rows = unit.cases(workflow=workflow, uscc=party.uscc)
    return next((row for row in rows if not row.closed), None)


def signalled_to(
    casework: Casework, unit: Unit, origin: str, what: Mapping[str, Any]
) -> CaseRow | None:
    """The case that a signal of another goes to, locked."""
    stored = unit.case(str(what["case"]), lock=True)
    return stored or _instead(casework, unit, origin, what)


def _taken_back(unit: Unit, row: WorkRow) -> bool:
    """Whether the act that orders it was restored before it could be done."""
    for one in unit.open_work(row.target):
        what = json.loads(one.body).get("what", {})
        of = (one.case_id, what.get("entry"), what.get("effect"))
        if one.do == "retract" and of == (row.case_id, row.seq, row.n):
            return True
    return False


def _instead(
    casework: Casework, unit: Unit, from_case: str, what: Mapping[str, Any]
) -> CaseRow | None:
    """The file that was there already when this one would have been opened."""
    stored = unit.case(from_case)
    if stored is None:
        return None
    origin, compiled = casework.load(unit, stored)
    for edge in compiled.definition.transitions:
        for effect in edge.effects:
            if isinstance(effect, OpenCase) and effect.link == what["to"]:
                found = _open_one(unit, effect.workflow, origin.subject)
                return None if found is None else unit.case(found.id, lock=True)
    return None


def _case(casework: Casework, unit: Unit, case_id: str) -> Case:
    row = unit.case(case_id)
    if row is None:
        raise BrokenCase(f"a work item of the unknown case {case_id}")
    return casework.load(unit, row)[0]


def _party(kind: str, what: dict[str, Any], origin: Case, against: str) -> Party:
    """The subject of the linked case: of a list the one named, else a party of the origin."""
    if "party" in what:
        return Party(kind, **what["party"])
    found = origin.party(against)
    return Party(kind, found.name, found.uscc, found.ref)


def _unheard(
    row: WorkRow, body: dict[str, Any], case: Case, refused: Refused, now: datetime
) -> OutboxRow:
    what = body["what"]
    task = {
        "do": "task",
        "what": {
            "role": "supervision",
            "zh": f"关联案件 {case.id} 无法办理“{what['event']}”（{refused.zh}），请核查处理。",
            "en": f"linked case {case.id} could not take {what['event']} ({refused.en}): look",
        },
        "case": case.id,
        "clauses": body.get("clauses", []),
    }
    return OutboxRow(row.case_id, row.seq, row.n, "task", case.zone, case.workflow,
                     case.subject.credit_key, canonical(task), now)  # fmt: skip
