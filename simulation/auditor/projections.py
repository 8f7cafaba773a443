"""What is shown of a case today, held against the record: the diary and the case as it is read.

Both follow from the journal and are written beside it; whoever changes a date there, and not in the
journal, changes what people see and what the engine does next.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from simulation.auditor.audit import Audit, Step
from simulation.auditor.record import Key, Line, Plain, held, key_of

DATES = ("on", "at", "earliest", "latest", "enforceable_from")


def with_projections(found: Audit, diary: Sequence[Plain], shown: Sequence[Plain]) -> Audit:
    """The audit with what is shown beside it.

    `diary`: rows of `obligation`, `occurrence`, `due_on`, `due_at`, `earliest`, `latest`,
    `enforceable_from`, `missed_on`; `shown`: duties as `GET /v1/cases/{id}` answers them."""
    last: dict[Key, Step] = {
        key_of(step.plain): step for step in found.steps if key_of(step.plain) not in found.gone
    }
    rows: dict[Key, Plain] = {key_of(row): row for row in diary if key_of(row) not in found.gone}
    views = {(str(view["id"]), int(view["occurrence"])): view for view in shown}
    lines = [
        line
        for key, step in last.items()
        for line in (
            *_held("diary", step, _of_diary(rows.get(key))),
            *_held("shown", step, _of_case(views.get(key))),
        )
    ]
    strange = sorted((rows.keys() | views.keys()) - last.keys())
    lines += [held(0, f"{name}#{n}", "entry", "shown", None) for name, n in strange]
    return replace(found, others=(*found.others, *lines))


def _held(where: str, step: Step, said: dict[str, Any] | None) -> Iterator[Line]:
    """One duty as shown; what could not be derived is open already."""
    duty = step.derived
    if duty is None:
        return
    if said is None:
        yield held(step.seq, step.duty, where, None, "a row of its own")
        return
    wanted = {name: duty.dates.get(name) for name in DATES}
    wanted["earliest"] = wanted["earliest"] or wanted["on"]
    for name, found in {**wanted, "missed_on": duty.missed_on}.items():
        yield held(step.seq, step.duty, f"{where}.{name}", said[name], found)


def _of_diary(row: Plain | None) -> dict[str, Any] | None:
    if row is None:
        return None
    return {name: row[{"on": "due_on", "at": "due_at"}.get(name, name)]
            for name in (*DATES, "missed_on")}  # fmt: skip


def _of_case(view: Plain | None) -> dict[str, Any] | None:
    if view is None:
        return None
    due = view["due"]
    said = {name: due.get(name) for name in DATES}
    said["earliest"] = said["earliest"] or said["on"]
    return {**said, "missed_on": view.get("missed_on")}
