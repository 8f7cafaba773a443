"""What an act may still do that happened earlier than it is recorded.

The fold is in recording order. Such an act keeps a date only with a receipt or postmark and a
second person; if the miss is on record already, a person is asked to restore. It never starts or
shortens another's clock (`machines/duties.py`), and never comes before the last act of its track.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from machines.acts import Act, Refused
from machines.case import Case, Duty
from machines.codec import to_plain
from machines.compiler import Compiled
from machines.definition import Obligation
from machines.effects import Effect, Task
from machines.occurrence import Occurrence
from machines.timely import in_time
from machines.words import Grounded
from rules.view import World

Lines = tuple[tuple[Effect, Grounded], ...]


@dataclass(frozen=True, slots=True)
class Late:
    """An act that goes on although its miss is on record: `lines` ask a person to restore."""

    lines: Lines


def late_record(
    compiled: Compiled, case: Case, act: Act, at: datetime, world: World
) -> Refused | Occurrence | Late | None:
    """What a late record comes to: refused without proof; where the miss is on record and the act
    is no longer possible, a task in its stead; where it is still possible, the act and a task."""
    when = act.happened_at
    if when is None or when >= at:
        return None
    helped = [
        (spec, duty)
        for spec, duty in _concerned(compiled, case, act.event)
        if in_time(compiled, case, duty, when, act.channel, world)
        and not in_time(compiled, case, duty, at, act.channel, world)
    ]
    if not helped:
        return None
    begun = min(_begun(case, duty) for _, duty in helped)
    if when < begun:
        return _before_it_began(begun)
    proof = act.evidence
    if proof is None or not proof.reference or proof.confirmed_by in ("", act.actor.user):
        return _unproven(*helped[0])
    missed = [spec for spec, duty in helped if duty.status == "missed"]
    lines = tuple(_ask_to_restore(spec) for spec in missed)
    if any(spec.late == "refused" for spec in missed):
        return _instead(act, at, world, lines)
    return Late(lines) if lines else None


def _concerned(compiled: Compiled, case: Case, event: str) -> Iterator[tuple[Obligation, Duty]]:
    """The duties the event would keep, as far as they are open or missed."""
    for spec in compiled.definition.obligations:
        duty = case.latest(spec.id)
        kept = any(ref.key == event for ref in (*spec.filed_by, *spec.met_by))
        if kept and duty is not None and duty.status in ("open", "missed") and not duty.acted_at:
            yield spec, duty


def _begun(case: Case, duty: Duty) -> datetime:
    """When the period that an act is said to have kept began: nothing was owed before."""
    said = duty.receipt.get("late_record")
    if said is not None:
        return datetime.fromisoformat(said["happened_at"])
    anew = any(pause.policy == "restart" for pause in duty.pauses)
    return case.opened_at if anew else duty.anchor


def _before_it_began(begun: datetime) -> Refused:
    when = begun.isoformat()
    return Refused(
        "before_last_act", f"发生时间早于该期限开始的时间（{when}）。",
        f"happened_at lies before the period began ({when})",
    )  # fmt: skip


def _unproven(spec: Obligation, duty: Duty) -> Refused:
    last = duty.due.on or duty.missed_on
    return Refused(
        "evidence_required",
        "补录期限内的行为，须有回执或邮戳编号，并由另一名工作人员确认。",
        "an act recorded after its date counts only with a receipt or postmark reference, "
        "confirmed by a second person",
        spec.clauses[0] if spec.clauses else None,
        {"obligation": spec.id, "due_on": str(last)},
    )


def _ask_to_restore(spec: Obligation) -> tuple[Effect, Grounded]:
    task = Task(
        do="task",
        role="supervision",
        zh=f"补录材料显示“{spec.zh}”曾在期限内办理，请审查是否恢复。",
        en=f"a late record shows that {spec.id} was done in time: decide whether to restore",
    )
    return task, Grounded(clauses=spec.clauses, inferred=True)


def _instead(act: Act, at: datetime, world: World, lines: Lines) -> Occurrence:
    return Occurrence(
        kind="act", event="record_late", at=at, happened_at=act.happened_at or at, actor=act.actor,
        marks={"keys": [], "facts": {}, "late_event": act.event, "stated": to_plain(act.facts),
               **({} if act.channel == "online" else {"channel": act.channel})},
        lines=lines, evidence=to_plain(act.evidence), inputs=world.versions(),
    )  # fmt: skip
