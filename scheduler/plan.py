"""What a sweep would do, to whom and why: worked out without claiming or changing anything."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Literal

from cases.casework import Casework
from cases.enforcement import Enforced, foreseen, sweep_case
from cases.linked import BROKEN
from cases.ports import Unit
from cases.rows import CaseRow
from machines.case import Value
from machines.rungs import midnight
from rules.periods import shanghai_date
from scheduler.brake import Limits, foretold, wanted
from scheduler.holds import current

log = logging.getLogger("chengnuo.enforcer")
_PAGE = 500
_INSTANT = timedelta(microseconds=1)
HeldBy = Literal["", "hold", "brake"]


class Planned(Value, frozen=True):
    """One rung a sweep would take: the line of a dry run.

    `version`: of the case as it stands; `due`: the first instant at which it may be taken, from
    which `late_seconds` counts; `act`: the event it raises; `held_by`: what would keep it back."""

    case_id: str
    version: int
    zone: str
    workflow: str
    subject: str
    obligation: str
    occurrence: int
    rung: str
    due: datetime
    late_seconds: float
    act: str
    adverse: bool
    consequence: str
    effects: tuple[str, ...]
    clauses: tuple[str, ...]
    held_by: HeldBy = ""

    @property
    def held(self) -> bool:
        """Whether a person would have to let it go first."""
        return self.held_by != ""


def foresee(
    casework: Casework,
    limits: Limits,
    until: datetime | None = None,
    since: datetime | None = None,
) -> list[Planned]:
    """Who would be hit now, or by `until`, with what would be born on the way: cases in due order,
    in each the order in which its rungs are taken.

    `since`: leaves out what will have been done by then. A case that cannot be processed stands
    there with the rung `broken`."""
    with casework.store.unit(write=False) as unit:
        now = casework.clock.now(unit)
        limit = until or now
        found: list[tuple[CaseRow, list[Enforced]]] = []
        plans: list[list[Planned]] = []
        for row in _due(unit, limit):
            try:
                ready = foreseen(casework, unit, row, limit)
                done = sweep_case(casework, unit, ready, limit, "plan", mild_only=False).enforced
                kept = [one for one in done if since is None or row.held or one.due >= since]
                if kept:
                    found.append((row, kept))
            except BROKEN as error:
                log.warning("case %s cannot be planned: %s", row.id, error)
                plans.append([_broken(row, now)])
        held = current(unit) is not None
        asked = [wanted(done, row.released) for row, done in found]
        brakes = foretold(unit, asked, limit, limits)
    for (row, planned), brake in zip(found, brakes, strict=True):
        why: HeldBy = "hold" if held else "brake" if brake else ""
        plans.append([
            planned_of(one, row.version, now, why if one.adverse else "") for one in planned
        ])  # fmt: skip
    plans.sort(key=lambda plan: (plan[0].due, plan[0].case_id))
    return [line for plan in plans for line in plan]


def tomorrow(casework: Casework, limits: Limits) -> list[Planned]:
    """What the next Shanghai day will bring, and what is held until then."""
    with casework.store.unit(write=False) as unit:
        today = shanghai_date(casework.clock.now(unit))
    begins = midnight(today + timedelta(days=1))
    return foresee(casework, limits, midnight(today + timedelta(days=2)) - _INSTANT, begins)


def _due(unit: Unit, until: datetime) -> Iterator[CaseRow]:
    """Every case in which something is due by then, those held too."""
    yield from _pages(lambda after: unit.due_cases(until, after, _PAGE))
    for row in _pages(lambda after: unit.held_cases(after, _PAGE)):
        if row.next_enforce_at is not None and row.next_enforce_at <= until:
            yield row


def _pages(page: Callable[[CaseRow | None], Sequence[CaseRow]]) -> Iterator[CaseRow]:
    last: CaseRow | None = None
    while True:
        rows = page(last)
        yield from rows
        if len(rows) < _PAGE:
            return
        last = rows[-1]


def planned_of(one: Enforced, version: int, now: datetime, held_by: HeldBy = "") -> Planned:
    """What was folded, as a line."""
    return Planned(
        one.case_id, version, one.zone, one.workflow, one.subject, one.obligation,
        one.occurrence, one.rung, one.due, max(0.0, (now - one.due).total_seconds()), one.event,
        one.adverse, one.consequence, one.effects, one.clauses, held_by,
    )  # fmt: skip


def _broken(row: CaseRow, now: datetime) -> Planned:
    due = row.next_enforce_at or now
    return Planned(row.id, row.version, row.zone, row.workflow, row.subject_name, "", 0, "broken",
                   due, max(0.0, (now - due).total_seconds()), "", False, "", (), ())  # fmt: skip
