"""What the scheduler does when a rung of a duty has come: a reminder, a label, the consequence."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from machines.case import Duty
from machines.definition import Obligation
from machines.frozen import replace
from machines.occurrence import Occurrence
from machines.rungs import Rung, midnight
from machines.words import Grounded
from rules.periods import shanghai_date


def taken(base: Occurrence, spec: Obligation, duty: Duty, rung: Rung) -> Occurrence:
    """A rung of a duty as an occurrence: a reminder, the label of a miss, the consequence."""
    fired = replace(duty, fired=(*duty.fired, rung.rung))
    if rung.rung.startswith("warn:"):
        marks = {**base.marks, **_reminder(spec, duty, rung, base.at)}
        return replace(base, duties=(fired,), marks=marks)
    if rung.rung == "missed":
        missed = replace(fired, status="missed", missed_on=shanghai_date(rung.instant))
        mark = spec.on_miss.mark
        return replace(base, event=mark or "missed", keys=(mark,) if mark else (),
                       duties=(missed,), must_move=False)  # fmt: skip
    event = spec.on_miss.event
    lines = tuple((effect, _ground(spec)) for effect in spec.on_miss.effects)
    return replace(base, event=event or "enforced", keys=(event,) if event else (),
                   duties=(fired,), lines=lines, must_move=event is not None)  # fmt: skip


def _ground(spec: Obligation) -> Grounded:
    """The clauses and the reading of a consequence; the obligation's own where it has none."""
    return spec.on_miss if spec.on_miss.clauses else spec


def _reminder(spec: Obligation, duty: Duty, rung: Rung, at: datetime) -> dict[str, Any]:
    """Who is reminded. Taken late, after a downtime, a reminder is recorded but not sent where its
    date is over or a later one goes out at the same time (decision record 0024)."""
    days, last = int(rung.rung.split(":")[1]), duty.due.latest or duty.due.on
    if last is not None and shanghai_date(at) > last:
        return {"warns": [], "unsent": "date_passed"}
    if any(n < days and midnight(day) <= at for n, day in duty.warn_on):
        return {"warns": [], "unsent": "superseded"}
    return {"warns": _warned(spec, rung)}


def _warned(spec: Obligation, rung: Rung) -> list[str]:
    days = int(rung.rung.split(":")[1])
    return [name for one in spec.warnings if one.before_working_days == days for name in one.to]
