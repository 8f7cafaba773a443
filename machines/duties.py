"""What an event does to the duties of a case: arms, files, meets, reopens, waives.

The bearer's own act stops the clock (`filed`); the authority's answer settles it (`met`); a
rejection after the date is the miss. A duty that was missed stays missed, whatever comes later.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from machines.case import Case, DueDate, Duty, DutyStatus
from machines.compiler import Compiled, Side
from machines.counting import Moment, count, recount
from machines.definition import Obligation, Timer
from machines.fold import with_duties
from machines.frozen import replace
from machines.moments import EventRef, Start
from rules.guards import first_unmet
from rules.periods import shanghai_date
from rules.view import View, World

RUNNING = ("open", "filed", "suspended")


@dataclass(frozen=True, slots=True)
class Happening:
    """An event as the duties see it: its keys (name, and `serve:document:party` for a service),
    when it happened and was recorded, the case and the view after it."""

    keys: tuple[str, ...]
    happened_at: datetime
    at: datetime
    after: Case
    view: View
    world: World
    sides: Mapping[str, Side]


def refers(refs: Iterable[EventRef], now: Happening) -> bool:
    """Whether the event is one of the moments named."""
    return any(ref.key in now.keys and _holds(ref, now) for ref in refs)


def _holds(ref: EventRef, now: Happening) -> bool:
    return first_unmet(now.view, ref.when) is None


def side_of(spec: Obligation | Timer, sides: Mapping[str, Side]) -> Side:
    """Whose duty it is; a timer is counted like an applicant's period (public objections)."""
    return "applicant" if isinstance(spec, Timer) else sides.get(spec.bearer, "third_party")


def changes(compiled: Compiled, now: Happening) -> tuple[Duty, ...]:
    """Whole new values of every duty the event touches, in the file's order."""
    found: dict[tuple[str, int], Duty] = {}
    concerned = {duty for key in now.keys for duty in compiled.concerned.get(key, ())}
    for spec in compiled.duties.values():
        if spec.id not in concerned:
            continue
        latest = now.after.latest(spec.id)
        touched = _touch(spec, latest, now) if latest is not None else None
        if touched is not None:
            found[touched.key] = touched
        started = _arm(compiled, spec, touched or latest, now)
        if started is not None:
            found[started.key] = started
            after = replace(now.after, duties=with_duties(now.after.duties, (started,)))
            now = replace(now, after=after)
    return tuple(found.values())


def _touch(spec: Obligation | Timer, duty: Duty, now: Happening) -> Duty | None:
    if isinstance(spec, Timer):
        stopped = duty.status == "open" and refers(spec.stopped_by, now)
        return replace(duty, status="waived", acted_at=now.happened_at) if stopped else None
    if duty.status == "missed":
        return _after_the_miss(spec, duty, now)
    return _while_running(spec, duty, now) if duty.status in RUNNING else None


def _while_running(spec: Obligation, duty: Duty, now: Happening) -> Duty | None:
    """What an event does to a duty that is open, filed or paused; the first that applies."""
    if duty.due.kind == "event" and duty.due.event in now.keys and not refers(spec.met_by, now):
        return _missed(duty, shanghai_date(now.happened_at), now)
    if spec.due.until is not None and spec.due.until in now.keys:
        return replace(duty, status="met", acted_at=now.happened_at)
    if refers(spec.met_by, now):
        return replace(duty, status="met", acted_at=duty.acted_at or now.happened_at)
    if refers(spec.filed_by, now):
        return replace(duty, status="filed", acted_at=now.happened_at)
    if duty.status == "filed" and refers(spec.reopened_by, now):
        return _reopened(spec, duty, now)
    if refers(spec.rejection_served, now) and _awaits_service(duty):
        return _told(spec, duty, now)
    if refers(spec.waived_by, now):
        return replace(duty, status="waived")
    return None


def _after_the_miss(spec: Obligation, duty: Duty, now: Happening) -> Duty | None:
    if refers(spec.rejection_served, now) and _awaits_service(duty):
        return _told(spec, duty, now)
    if refers(spec.waived_by, now) and duty.acted_at is None:
        to_come = "enforced" not in duty.fired and side_of(spec, now.sides) != "authority"
        status: DutyStatus = "waived" if to_come else duty.status
        return replace(duty, status=status, acted_at=now.happened_at)
    if refers((*spec.met_by, *spec.filed_by), now) and duty.acted_at is None:
        return replace(duty, acted_at=now.happened_at)
    return None


def _missed(duty: Duty, day: date, now: Happening, *, enforceable: bool = True) -> Duty:
    """A miss that an event brings about: enforceable from the first working day after it, and
    after the day on which the event was recorded."""
    known = max(day, shanghai_date(now.at))
    first = now.world.calendar.add_firm(known, 1) if enforceable else None
    return replace(
        duty,
        status="missed",
        missed_on=day,
        fired=(*duty.fired, "missed"),
        due=replace(duty.due, enforceable_from=first),
    )


def _reopened(spec: Obligation, duty: Duty, now: Happening) -> Duty:
    """A rejection: the duty runs on to its old date, or, after that date, is missed. Then the
    consequence waits for the service of the rejection. A period that rests goes on resting."""
    day = shanghai_date(now.at)
    waits = bool(spec.rejection_served)
    rejected = {"on": day.isoformat(), "waits_for_service": waits}
    duty = replace(duty, receipt={**duty.receipt, "rejected": rejected})
    last = duty.due.latest if duty.due.kind == "provisional" else duty.due.on
    rests = bool(duty.pauses) and duty.pauses[-1].until is None
    if last is not None and day > last and not rests:
        again = replace(duty, acted_at=None)
        return _missed(again, day, now, enforceable=not waits)
    due = replace(duty.due, enforceable_from=None) if waits else duty.due
    return replace(duty, status="suspended" if rests else "open", acted_at=None, due=due)


def _awaits_service(duty: Duty) -> bool:
    """Whether a rejection of what was filed has still to be served."""
    rejected = duty.receipt.get("rejected", {})
    return bool(rejected.get("waits_for_service")) and "served_on" not in rejected


def _told(spec: Obligation, duty: Duty, now: Happening) -> Duty:
    """The rejection is served: from the working day after it the consequence is lawful, and never
    before the day it would have been without the filing."""
    calendar = now.world.calendar
    first = calendar.add_firm(shanghai_date(now.at), 1)
    if duty.due.on is None or duty.due.kind == "provisional":
        first = first if duty.status == "missed" else None
    elif first is not None:
        moment = Moment(now.after, now.world, duty.anchor, side_of(spec, now.sides))
        plainly = {name: one for name, one in duty.receipt.items() if name != "rejected"}
        counted = recount(replace(duty, receipt=plainly), spec, moment).due
        same = counted.on == duty.due.on and counted.enforceable_from is not None
        before = counted.enforceable_from if same else calendar.add_firm(duty.due.on, 1)
        first = None if before is None else max(first, before)
    served = {**duty.receipt.get("rejected", {}), "served_on": shanghai_date(now.at).isoformat()}
    due = replace(duty.due, enforceable_from=first)
    return replace(duty, due=due, receipt={**duty.receipt, "rejected": served})


def _arm(
    compiled: Compiled, spec: Obligation | Timer, latest: Duty | None, now: Happening
) -> Duty | None:
    running = latest is not None and latest.status in RUNNING
    waiting = running and latest is not None and latest.due.event == _WAITING
    if running and not waiting:
        return None
    if isinstance(spec, Obligation) and _not_applicable(spec, now):
        return None
    anchor = _anchor(compiled, spec.starts, now)
    if anchor is None:
        return _announced(compiled, spec, latest, now)
    if _named_too_early(spec, anchor, now):
        return None
    if latest is not None and not waiting and _served_again(compiled, spec, latest, now):
        return None
    occurrence = latest.occurrence if waiting and latest else _next(latest)
    begins = _for(spec, anchor, now)
    duty = armed(spec, Moment(now.after, now.world, begins, side_of(spec, now.sides)), occurrence)
    if begins > anchor:
        told = {"happened_at": anchor.isoformat(), "counted_from": begins.isoformat()}
        duty = replace(duty, receipt={**duty.receipt, "late_record": told})
    if waiting and latest is not None:
        return replace(duty, status=latest.status, acted_at=latest.acted_at)
    return duty


def _named_too_early(spec: Obligation | Timer, anchor: datetime, now: Happening) -> bool:
    """A date named in an act that is over when the period starts is no period: nothing runs."""
    if spec.due.given is None or isinstance(spec, Timer):
        return False
    named = date.fromisoformat(str(now.after.facts[spec.due.given]))
    return named <= shanghai_date(_for(spec, anchor, now))


def _served_again(
    compiled: Compiled, spec: Obligation | Timer, latest: Duty, now: Happening
) -> bool:
    """A second delivery of what has been served since its issue (the paper after the message)
    starts nothing anew: only a document issued again does."""
    if not any(ref.serve is not None and ref.key in now.keys for ref in spec.starts.refs):
        return False
    issued = _issued(compiled, spec.starts, now)
    return datetime.min.replace(tzinfo=now.at.tzinfo) < issued <= latest.anchor


_WAITING = "service"


def _next(latest: Duty | None) -> int:
    return 1 if latest is None else latest.occurrence + 1


def _not_applicable(spec: Obligation, now: Happening) -> bool:
    return first_unmet(now.view, spec.applies_if) is not None


def _for(spec: Obligation | Timer, anchor: datetime, now: Happening) -> datetime:
    """An act recorded late never starts another's clock in the past: only the authority's own
    period may count from the day it says it acted."""
    if side_of(spec, now.sides) == "authority":
        return anchor
    earlier = now.after.recorded.get(spec.starts.counted_from or "", anchor)
    return max(anchor, earlier, now.at if now.happened_at < now.at else anchor)


def armed(spec: Obligation | Timer, moment: Moment, occurrence: int, round_: int = 1) -> Duty:
    """A new occurrence that starts at the anchor."""
    counted = count(spec, moment, round_)
    return Duty(
        obligation=spec.id,
        occurrence=occurrence,
        status="open",
        bearer=None if isinstance(spec, Timer) else spec.bearer,
        due=counted.due,
        anchor=moment.anchor,
        period=counted.period,
        round=round_,
        warn_on=_still_to_come(counted.warn_on, moment.anchor),
        receipt=counted.receipt,
    )


def _still_to_come(
    warn_on: tuple[tuple[int, date], ...], anchor: datetime
) -> tuple[tuple[int, date], ...]:
    started = shanghai_date(anchor)
    return tuple((days, day) for days, day in warn_on if day > started)


def _anchor(compiled: Compiled, starts: Start, now: Happening) -> datetime | None:
    """When the period starts if this event starts it, else None."""
    if not refers(starts.refs, now):
        return None
    if starts.counted_from is not None:
        return now.after.happened.get(starts.counted_from)
    times = {ref.key: now.after.happened.get(ref.key) for ref in starts.refs}
    if starts.earliest:
        return now.happened_at
    floor = _issued(compiled, starts, now)
    known = [time for time in times.values() if time is not None and time >= floor]
    return max(known) if len(known) == len(times) else None


def _issued(compiled: Compiled, starts: Start, now: Happening) -> datetime:
    """Services count only from the document's latest issue on."""
    moments = [
        now.after.happened[event]
        for ref in starts.refs
        if ref.serve is not None
        for event in compiled.definition.documents[ref.serve].issued_by
        if event in now.after.happened
    ]
    return max(moments, default=datetime.min.replace(tzinfo=now.at.tzinfo))


def _announced(
    compiled: Compiled, spec: Obligation | Timer, latest: Duty | None, now: Happening
) -> Duty | None:
    """A duty whose period waits for a service is shown, without a date, from the issue of the
    document on."""
    documents = compiled.definition.documents
    issuing = {
        event
        for ref in spec.starts.refs
        if ref.serve is not None
        for event in documents[ref.serve].issued_by
    }
    if isinstance(spec, Timer) or not issuing.intersection(now.keys):
        return None
    if latest is not None and latest.status in RUNNING:
        return None
    due = DueDate("event", event=_WAITING)
    return Duty(spec.id, _next(latest), "open", spec.bearer, due, now.at,
                receipt={"waits_for": [ref.key for ref in spec.starts.refs]})  # fmt: skip
