"""What an act ordered beyond its case, taken back after a restoration: one target at a time.

A list row ends, a row that was ended stands again, a linked case is annulled, a signal is answered
by its contrary. What cannot be taken back by itself is put before a person (decision record 0031).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cases.casework import Casework
from cases.lineage import lineage_of
from cases.linked import signalled_to
from cases.ports import Unit
from cases.records import rows_of
from cases.rows import Batch, CaseRow, OutboxRow, WorkRow
from machines.acts import Act, Refused
from machines.case import ENGINE
from machines.codec import canonical
from machines.fold import child_id
from machines.frozen import replace
from machines.step import decide

_NO_CONTRARY = Refused(
    "no_contrary", "该通知没有规定相反的操作。", "the definition names no event that takes it back"
)  # fmt: skip
_FURTHER = 1000  # effects of one entry never come to so many: numbers for further rows of one


def take_back(casework: Casework, unit: Unit, row: WorkRow, now: datetime) -> None:
    """Applies the retraction of an effect to its target."""
    what = json.loads(row.body)["what"]
    of: Mapping[str, Any] = what.get("of", {})
    source = (int(what["entry"]), int(what["effect"]))
    if what["do"] in ("list", "restrict"):
        unit.end_list(row.case_id, *source, now, f"{row.case_id}/{row.seq}")
    elif what["do"] == "delist":
        _list_again(unit, row, str(of.get("list")), source[0])
    elif what["do"] == "open_case":
        stored = unit.case(child_id(row.case_id, *source), lock=True)
        if stored is not None:  # else the act was restored before it, or another file was used
            _annul(casework, unit, row, stored)
    elif what["do"] == "signal":
        stored = signalled_to(casework, unit, row.case_id, of)
        if stored is not None:
            _answer(casework, unit, row, stored, of, now)


def _list_again(unit: Unit, row: WorkRow, name: str, entry: int) -> None:
    """What a delisting ended stands again, as of when it was entered: in rows of their own."""
    ended = f"{row.case_id}/{entry}"
    codes = lineage_of(unit, row.target).codes
    known = [one for code in codes for one in unit.lists(uscc=code, list_name=name, live=False)]
    for number, one in enumerate(one for one in known if one.ended_by == ended):
        again = replace(one, case_id=row.case_id, seq=row.seq, n=row.n + _FURTHER * number,
                        ended_at=None, ended_by=None)  # fmt: skip
        unit.add_list(again)


def _annul(casework: Casework, unit: Unit, row: WorkRow, stored: CaseRow) -> None:
    facts = {"reason": _reason(row), "reference": f"{row.case_id}/{row.seq}"}
    _raise(casework, unit, row, stored, Act("annul", ENGINE, facts=facts))


def _answer(
    casework: Casework,
    unit: Unit,
    row: WorkRow,
    stored: CaseRow,
    of: Mapping[str, Any],
    now: datetime,
) -> None:
    """Nothing where the signal was never heard: a person was asked to look at it then."""
    case, compiled = casework.load(unit, stored)
    if of["event"] not in case.happened:
        return
    contrary = of.get("contrary")
    if contrary is None:
        unit.write(Batch(outbox=(_ask(row, stored, str(of["event"]), _NO_CONTRARY, now),)))
        return
    spec = compiled.definition.events.get(str(contrary))
    taken = () if spec is None else (*spec.needs, *spec.may)
    facts = {name: value for name, value in of.get("facts", {}).items() if name in taken}
    _raise(casework, unit, row, stored, Act(str(contrary), ENGINE, facts=facts))


def _raise(casework: Casework, unit: Unit, row: WorkRow, stored: CaseRow, act: Act) -> None:
    """An event in a linked case; where it is not possible there, a person is asked to look."""
    now = casework.clock.now(unit)  # later than what others wrote while this waited for the case
    stored, case, compiled = casework.current(unit, stored, now)
    moved = decide(compiled, case, act, now, casework.world_of(unit, case))
    if isinstance(moved, Refused):
        unit.write(Batch(outbox=(_ask(row, stored, act.event, moved, now),)))
        return
    unit.write(rows_of(compiled, case, stored, moved.entries, now).batch)


def _reason(row: WorkRow) -> str:
    return f"立案所依据的处理已被纠正（案件 {row.case_id} 第 {row.seq} 条记录）"


def _ask(row: WorkRow, stored: CaseRow, event: str, refused: Refused, now: datetime) -> OutboxRow:
    task = {
        "do": "task",
        "what": {
            "role": "supervision",
            "zh": f"案件 {row.case_id} 的处理已被纠正，但关联案件 {stored.id} 中由其引起的事项"
            f"（{event}）无法自行撤回（{refused.zh}），请核查处理。",
            "en": f"an act of case {row.case_id} was taken back, but what came of it in the linked "
            f"case {stored.id} ({event}) cannot be by itself ({refused.en}): look",
        },
        "case": stored.id,
        "clauses": json.loads(row.body).get("clauses", []),
    }
    return OutboxRow(row.case_id, row.seq, row.n, "task", stored.zone, stored.workflow,
                     stored.subject_uscc, canonical(task), now)  # fmt: skip
