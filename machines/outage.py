"""What an outage of the office does to a case: the other side's open dates are extended.

    told(definition, case, outage, world, at) -> Entry | None

The days of the outage do not count, by the arithmetic of a pause (行政许可法 45; counting-time
rules, section 1.2); never those of the authority's own periods. A miss that only the outage made is
undone while time is left; where more hangs on it, a person is asked. Folded by the same `evolve`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from machines.case import ENGINE, Case, DueDate, Duty, Entry, Pause, Undo
from machines.codec import to_plain
from machines.compiler import Compiled
from machines.counting import Counted, Moment, recount
from machines.definition import Obligation, Timer
from machines.duties import RUNNING, side_of
from machines.frozen import replace
from machines.ordering import numbered
from machines.outage_notices import EVENT, Line, Outage, Outcome, effects_of, explained, stayed
from machines.remedy import with_move
from machines.rungs import closed, is_adverse
from rules.periods import shanghai_date
from rules.view import World

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Found:
    """A line with what it changes: `duties` whole new values; `label` the miss it undoes."""

    spec: Obligation
    line: Line
    duties: tuple[Duty, ...] = ()
    label: Undo | None = None


@dataclass(frozen=True, slots=True)
class _Asked:
    """A duty to be looked at, with the case and the world it stands in."""

    compiled: Compiled
    case: Case
    duty: Duty
    spec: Obligation
    outage: Outage
    world: World
    today: date


def told(
    compiled: Compiled, case: Case, outage: Outage, world: World, at: datetime
) -> Entry | None:
    """The entry of a case in which somebody's period ran during the outage, else None."""
    found = tuple(_duties(compiled, case, outage, world, shanghai_date(at)))
    if not found:
        return None
    labels = [one.label for one in found if one.label is not None]
    marks: dict[str, Any] = {
        "keys": [],
        EVENT: {**to_plain(outage), "lines": [to_plain(one.line) for one in found]},
    }
    if labels:
        marks["restored"] = [label.seq for label in labels]
    if case.stayed is None and any(_must_wait(case, one) for one in found):
        marks["stayed"] = stayed(outage)
    effects = (e for one in found for e in effects_of(
        compiled, case, one.spec, one.line, outage))  # fmt: skip
    back = {
        track: (to, label.tracks[track]) for label in labels for track, to in label.left.items()
    }
    return Entry(
        kind="recounted", event=EVENT, at=at, happened_at=at, actor=ENGINE, moves=back,
        duties=tuple(duty for one in found for duty in one.duties),
        effects=numbered(tuple(effects)),
        marks=marks,
        clauses=tuple(dict.fromkeys(c for one in found for c in one.spec.clauses)),
        inputs=world.versions(),
        explains=explained(outage, len(found)),
    )  # fmt: skip


def _duties(
    compiled: Compiled, case: Case, outage: Outage, world: World, today: date
) -> Iterator[_Found]:
    over = closed(compiled, case)
    for duty in case.duties:
        spec = compiled.duties[duty.obligation]
        if isinstance(spec, Timer) or side_of(spec, compiled.sides) == "authority":
            continue
        if (over and not spec.survives_close) or not _ran(duty, outage):
            continue
        asked = _Asked(compiled, case, duty, spec, outage, world, today)
        found = _running(asked) if duty.status in RUNNING else _missed(asked)
        if found is not None:
            yield found


def _ran(duty: Duty, outage: Outage) -> bool:
    """Whether a period ran on a day of the outage that counts, and was not excluded before."""
    due = duty.due
    if duty.status not in (*RUNNING, "missed") or duty.period is None or due.on is None:
        return False
    if any(pause.notice == outage.reference for pause in duty.pauses):
        return False
    ends = due.latest or due.on
    if duty.status == "filed" and duty.acted_at is not None:
        ends = min(ends, shanghai_date(duty.acted_at))  # the bearer's filing stopped its clock
    elif _rests(duty):
        ends = min(ends, duty.pauses[-1].since)
    return shanghai_date(duty.anchor) < outage.last and ends >= outage.first


def _rests(duty: Duty) -> bool:
    return bool(duty.pauses) and duty.pauses[-1].until is None


def _without(asked: _Asked) -> tuple[Duty, Counted]:
    """The duty with the days of the outage left out of its period, and what comes out then."""
    duty, outage, spec = asked.duty, asked.outage, asked.spec
    pause = Pause(outage.first - _ONE_DAY, outage.last, outage.reason, outage.reference,
                  outage.recorded_by, outage.confirmed_by)  # fmt: skip
    rest = duty.pauses[-1:] if _rests(duty) else ()
    over = duty.pauses[: len(duty.pauses) - len(rest)]
    paused = replace(duty, pauses=(*over, pause, *rest))
    side = side_of(spec, asked.compiled.sides)
    return paused, recount(paused, spec, Moment(asked.case, asked.world, duty.anchor, side))


def _dated(asked: _Asked, duty: Duty, counted: Counted) -> Duty:
    """The duty on its new date. Reminders of the past are left out; the receipt says why."""
    to_come = tuple((days, day) for days, day in counted.warn_on if day > asked.today)
    receipt = with_move(counted.receipt, EVENT, "keep_remaining",
                        (asked.duty.due.on, counted.due.on), asked.today)  # fmt: skip
    said = {"reference": asked.outage.reference, "reason": asked.outage.reason}
    moves = [*receipt["moves"][:-1], {**receipt["moves"][-1], **said}]
    return replace(duty, due=counted.due, warn_on=to_come, receipt={**receipt, "moves": moves})


def _running(asked: _Asked) -> _Found | None:
    paused, counted = _without(asked)
    if not _is_later(counted.due, asked.duty.due):
        return None
    return _Found(asked.spec, _line(asked, counted, "later"), (_dated(asked, paused, counted),))


def _missed(asked: _Asked) -> _Found | None:
    """A miss that stands on the old date."""
    duty, spec = asked.duty, asked.spec
    paused, counted = _without(asked)
    if not _is_later(counted.due, duty.due):
        return None
    assert counted.due.on is not None, "a date that is later is there"
    if not _by_lapse(duty):  # a rejection after the date; in time by the new one?
        review = duty.missed_on is not None and duty.missed_on <= counted.due.on
        return _Found(spec, _line(asked, counted, "review")) if review else None
    if "enforced" in duty.fired and is_adverse(spec):
        return _Found(spec, _line(asked, counted, "review"))
    if duty.acted_at is not None and shanghai_date(duty.acted_at) <= counted.due.on:
        return _Found(spec, _line(asked, counted, "review"))
    if duty.acted_at is None and asked.today <= counted.due.on:
        return _reopened(asked, paused, counted)
    first = _latest(duty.due.enforceable_from, counted.due.enforceable_from)
    if "enforced" in duty.fired or first == duty.due.enforceable_from:
        return None
    later = replace(duty, due=replace(duty.due, enforceable_from=first))
    return _Found(spec, _line(asked, counted, "stays"), (later,))


def _reopened(asked: _Asked, paused: Duty, counted: Counted) -> _Found:
    """The miss is undone: its label taken back, the duty armed anew as a further occurrence. A task
    or a notice that has gone out stays out. Where more has followed from the label, a person has
    to see to it."""
    case, duty, spec = asked.case, asked.duty, asked.spec
    label = next((u for u in case.undo if u.because is not None and u.because.rung == "missed"
                  and (u.because.obligation, u.because.occurrence) == duty.key), None)  # fmt: skip
    if label is None or spec.recurs or not _stands_alone(case, duty, label):
        return _Found(spec, _line(asked, counted, "review"))
    born = tuple(
        replace(one, status="waived")
        for one in case.duties
        if one.key in label.armed and one.status in RUNNING
    )
    again = replace(paused, occurrence=duty.occurrence + 1, status="open", missed_on=None, fired=())
    duties = (replace(duty, status="waived"), *born, _dated(asked, again, counted))
    return _Found(spec, _line(asked, counted, "reopened"), duties, label)


def _stands_alone(case: Case, duty: Duty, label: Undo) -> bool:
    """Whether nothing else rests on the label: no other duty changed by it, no track moved on, no
    later adverse act, nothing done in what it armed, no newer occurrence."""
    armed = [one for one in case.duties if one.key in label.armed]
    return (
        case.latest(duty.obligation) == duty
        and set(label.touched) <= {duty.key}
        and not any(one.retractable and one.seq > label.seq for one in case.undo)
        and all(case.tracks[track] == to for track, to in label.left.items())
        and all(one.acted_at is None and not one.fired for one in armed)
    )


def _must_wait(case: Case, one: _Found) -> bool:
    """A consequence still to come of a miss that a person has to look at first."""
    if one.line.outcome != "review" or not is_adverse(one.spec):
        return False
    key = (one.line.obligation, one.line.occurrence)
    return any(duty.key == key and "enforced" not in duty.fired for duty in case.duties)


def _by_lapse(duty: Duty) -> bool:
    """Whether the day simply passed; for hours on the same day."""
    due = duty.due
    if due.at is not None:
        return duty.missed_on == shanghai_date(due.at + timedelta(microseconds=1))
    return due.on is not None and duty.missed_on == due.on + _ONE_DAY


def _is_later(new: DueDate, old: DueDate) -> bool:
    if new.at is not None and old.at is not None:
        return new.at > old.at
    return new.on is not None and old.on is not None and new.on > old.on


def _latest(*days: date | None) -> date | None:
    """None where one of them cannot be named yet."""
    known = [day for day in days if day is not None]
    return max(known) if len(known) == len(days) else None


def _line(asked: _Asked, counted: Counted, outcome: Outcome) -> Line:
    old, new = asked.duty.due.on, counted.due.on
    assert old is not None
    assert new is not None
    return Line(asked.duty.obligation, asked.duty.occurrence, outcome, old, new)
