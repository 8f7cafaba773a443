"""Executes a plan: exactly what it says, and nothing else; or says why not.

A case goes as a whole: all its lines are taken as they stand there, or none, where it has changed,
is held, or would now come out otherwise. Repeating a plan finds its lines done and does nothing.
What the acts order beyond their cases (lists, linked cases) waits for the next sweep as always.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Literal

from cases.enforcement import Enforced, Ready, Swept, fold, foreseen
from cases.errors import Misused
from cases.linked import BROKEN
from cases.ports import Conflict, Unit
from cases.tally import added
from machines.case import Case
from machines.frozen import replace
from machines.rungs import Rung
from scheduler.brake import reserve, wanted
from scheduler.enforcer import Enforcer
from scheduler.lateness import tallied
from scheduler.plan import Planned, planned_of
from scheduler.plan_file import Plan


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a line. `already`: an earlier run, or a sweep, has taken it. `reason` is a
    stable code: unknown_case, case_changed, not_due, world_changed, hold, brake, broken, busy."""

    line: Planned
    outcome: Literal["executed", "already", "refused"]
    reason: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class _No:
    reason: str
    detail: str


def made(enforcer: Enforcer) -> Plan:
    """What a sweep would do now, with the database it was worked out for."""
    with enforcer.store.unit(write=False) as unit:
        instance, now = unit.meta()["instance"], enforcer.casework.clock.now(unit)
    return Plan(instance, now, tuple(enforcer.plan()))


def execute(enforcer: Enforcer, plan: Plan) -> list[Outcome]:
    """Takes the lines of a plan, case by case. Raises Misused where it is another database's, or
    was made at a time that has not come; StoreError."""
    with enforcer.turn:
        _must_fit(enforcer, plan)
        sweep = f"plan-{plan.hash[:12]}"
        return [
            outcome
            for case_id, lines in groupby(plan.lines, lambda line: line.case_id)
            for outcome in _case(enforcer, case_id, tuple(lines), sweep)
        ]


def _must_fit(enforcer: Enforcer, plan: Plan) -> None:
    with enforcer.store.unit(write=False) as unit:
        instance, now = unit.meta()["instance"], enforcer.casework.clock.now(unit)
    if plan.database != instance:
        raise Misused("该计划是为另一数据库生成的，未作任何处理。",
                      "the plan was made for another database; nothing was done",
                      reason="other_database")  # fmt: skip
    if plan.made_at > now:
        raise Misused(
            f"该计划生成于 {plan.made_at.isoformat()}，晚于当前时间，未作任何处理。",
            f"the plan was made at {plan.made_at.isoformat()}, after now ({now.isoformat()}); "
            "nothing was done",
            reason="in_future",
        )


def _case(
    enforcer: Enforcer, case_id: str, lines: Sequence[Planned], sweep: str
) -> Iterator[Outcome]:
    try:
        with enforcer.store.unit() as unit:
            done = _taken(enforcer, unit, case_id, lines, sweep)
    except Conflict as error:
        done = _No("busy", str(error))
    except BROKEN as error:
        done = _No("broken", f"{type(error).__name__}: {error}")
    enforcer.beat()
    for line in lines:
        if isinstance(done, _No):
            yield Outcome(line, "refused", done.reason, done.detail)
        else:
            yield Outcome(line, done)


def _taken(
    enforcer: Enforcer, unit: Unit, case_id: str, lines: Sequence[Planned], sweep: str
) -> Literal["executed", "already"] | _No:
    row = unit.case(case_id, lock=True)
    if row is None:
        return _No("unknown_case", f"there is no case {case_id}")
    now = enforcer.casework.clock.now(unit)  # later than what others wrote before it was locked
    ready = foreseen(enforcer.casework, unit, row, now)
    if all(_is_taken(ready.case, line) for line in lines):
        return "already"
    planned = lines[0].version
    if (row.version, ready.row.version) != (planned, planned):
        return _No("case_changed", f"planned at version {planned}, now at {ready.row.version}")
    hold = enforcer.watch.look(unit, now)
    if hold is not None and any(line.adverse for line in lines):
        return _No("hold", f"adverse enforcement is held: {hold.reason} ({hold.detail})")
    swept = _exactly(enforcer, unit, ready, lines, now, sweep)
    if isinstance(swept, _No):
        return swept
    (of,) = reserve(unit, [wanted(swept.enforced, row.released)], now, enforcer.limits)
    if of is not None:
        unit.hold_cases([(case_id, of.name)])
        return _No("brake", f"held by the brake {of} until a second person lets it go")
    assert swept.batch is not None, "every line of a plan writes something"
    late = tallied(swept.enforced, sweep)
    batch = swept.batch
    unit.write(replace(batch, tallies=added([*batch.tallies, *late])))
    return "executed"


def _is_taken(case: Case, line: Planned) -> bool:
    """Whether a rung was taken before: it is on record in its duty, or in the service it ends."""
    if line.rung == "served":
        return any(one.n == line.occurrence and one.status == "served" for one in case.services)
    return any(
        duty.key == (line.obligation, line.occurrence) and line.rung in duty.fired
        for duty in case.duties
    )


def _exactly(
    enforcer: Enforcer, unit: Unit, ready: Ready, lines: Sequence[Planned], now: datetime,
    sweep: str,
) -> Swept | _No:  # fmt: skip
    """The lines in their order, each as it was planned."""
    to_come = list(lines)

    def next_line(rungs: Sequence[Rung]) -> Rung | None:
        if not to_come:
            return None
        line = to_come[0]
        key = (line.obligation, line.occurrence, line.rung)
        for rung in rungs:
            if rung.instant <= now and (rung.obligation, rung.occurrence, rung.rung) == key:
                to_come.pop(0)
                return rung
        return None

    swept = fold(enforcer.casework, unit, ready, now, sweep, next_line)
    if to_come:
        line = to_come[0]
        named = f"{line.obligation}#{line.occurrence} {line.rung}"
        return _No("not_due", f"{named} is not to be taken now")
    for line, one in zip(lines, swept.enforced, strict=True):
        if _says(line, one) != _says(line, None):
            return _No("world_changed", f"{one.obligation} {one.rung} would now be "
                       f"{one.event}: {', '.join(one.effects) or 'no effect'}")  # fmt: skip
    return swept


def _says(line: Planned, one: Enforced | None) -> tuple[object, ...]:
    """What a line promises, or (given what was folded) what would be done instead."""
    said = line if one is None else planned_of(one, line.version, one.at)
    return (said.due, said.act, said.adverse, said.consequence, said.effects, said.clauses,
            said.workflow, said.zone)  # fmt: skip
