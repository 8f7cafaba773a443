"""In time or not: until when an act on the last day still counts, by the way it came in.

A day ends at 24:00, and where there are business hours, when business stops (民事诉讼法 85, 民法典
203): what comes in online is in time to the end of the day, what is handed over at a counter while
it is open, what is posted by the day of its postmark. A period that ends with business
(`close_of_business`) ends so online, too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from functools import lru_cache

from machines.acts import Channel, Refused
from machines.case import Case, Duty
from machines.compiler import Compiled
from machines.definition import Obligation
from machines.moments import EventRef
from rules.guards import first_unmet
from rules.office_hours import ZONE_WIDE
from rules.parameters import Settings
from rules.periods import SHANGHAI, shanghai_date
from rules.view import View, World

CLOSES = "office_closes"


def in_time(
    compiled: Compiled, case: Case, duty: Duty, when: datetime, channel: Channel, world: World
) -> bool:
    """Whether an act of the bearer at an instant keeps the date. What has no date is in time until
    the event it has to come before."""
    due = duty.due
    if due.kind == "event":
        event = case.happened.get(due.event) if due.event is not None else None
        return event is None or event < duty.anchor or when < event
    if due.at is not None:
        return when <= due.at
    last = due.latest if due.kind == "provisional" else due.on
    if last is None:
        return True
    day = shanghai_date(when)
    return day < last or (day == last and still_open(compiled, duty, when, channel, world))


def still_open(
    compiled: Compiled, duty: Duty, when: datetime, channel: Channel, world: World
) -> bool:
    """Whether the last day is not over yet for an act that came in by a channel; the office's own
    acts have the whole day."""
    spec = compiled.duties[duty.obligation]
    if not isinstance(spec, Obligation) or compiled.sides.get(spec.bearer) == "authority":
        return True
    with_business = spec.counting is not None and spec.counting.ends_at == "close_of_business"
    if channel == "post" or (channel == "online" and not with_business):
        return True
    closes = closing_time(world.settings, shanghai_date(when))
    return closes is None or when.astimezone(SHANGHAI).time() <= closes


def closing_time(settings: Settings, on: date) -> time | None:
    """When the counters of the zone close on a day, None where the zone has not said. The setting
    is a clock time as a whole number: 1700 is five in the afternoon."""
    entry = settings.value(ZONE_WIDE, CLOSES, on)
    return None if entry is None else time(entry.value // 100, entry.value % 100)


def too_late_or_early(
    compiled: Compiled, case: Case, keys: tuple[str, ...], when: datetime, channel: Channel,
    view: View,
) -> Refused | None:  # fmt: skip
    """Refuses a bearer's act after its date, at a counter that has closed on it, or before its
    window opens."""
    day = shanghai_date(when)
    for spec, refs in (pair for key in keys for pair in kept_by(compiled).get(key, ())):
        duty = case.latest(spec.id)
        if duty is None or all(first_unmet(view, ref.when) for ref in refs):
            continue
        if duty.status == "missed" and spec.late == "refused":
            return _late(spec, duty)
        today = duty.status == "open" and duty.due.on == day and duty.due.at is None
        if today and not still_open(compiled, duty, when, channel, view.world):
            return _closed(spec, duty, view.world)
        opens = duty.due.opens_on
        if duty.status == "open" and opens is not None and day < opens:
            return Refused(
                "too_early",
                f"“{spec.zh}”自 {opens} 起方可办理；案件未改变。",
                f"{spec.en}: possible from {opens} on. Nothing was changed.",
                _clause(spec),
                {"obligation": spec.id, "opens_on": str(opens)},
            )
    return None


@lru_cache(maxsize=256)  # the same for every case of a text
def kept_by(compiled: Compiled) -> Mapping[str, Sequence[tuple[Obligation, list[EventRef]]]]:
    """The obligations that an event files or meets, with where they name it."""
    found: dict[str, dict[str, tuple[Obligation, list[EventRef]]]] = {}
    for spec in compiled.definition.obligations:
        for ref in (*spec.filed_by, *spec.met_by):
            found.setdefault(ref.key, {}).setdefault(spec.id, (spec, []))[1].append(ref)
    return {key: tuple(some.values()) for key, some in found.items()}


def _late(spec: Obligation, duty: Duty) -> Refused:
    due = duty.due.on or duty.missed_on
    return Refused(
        "late",
        f"“{spec.zh}”的期限已于 {due} 届满，逾期不能再办理；案件未改变。",
        f"{spec.en}: the period ended on {due}; it is too late. Nothing was changed.",
        _clause(spec),
        {"obligation": spec.id, "due_on": str(due)},
    )


def _closed(spec: Obligation, duty: Duty, world: World) -> Refused:
    """The last day, after closing time. Online acts have the rest of the day, unless the period
    ends with business for everybody."""
    assert duty.due.on is not None
    closes = closing_time(world.settings, duty.due.on)
    until = f"{closes:%H:%M}"
    with_business = spec.counting is not None and spec.counting.ends_at == "close_of_business"
    hint = ("；案件未改变。", ". Nothing was changed.") if with_business else (
        "；网上办理至当日24时，邮寄以邮戳为准。案件未改变。",
        "; online it is in time until midnight, by post by its postmark. Nothing was changed.",
    )  # fmt: skip
    return Refused(
        "late",
        f"“{spec.zh}”今日（{duty.due.on}）届满，窗口已于 {until} 停止办理{hint[0]}",
        f"{spec.en}: the period ends today ({duty.due.on}) and the counter closed at {until}"
        f"{hint[1]}",
        _clause(spec) or "民法典203",
        {"obligation": spec.id, "due_on": str(duty.due.on), "closed_at": until},
    )


def _clause(spec: Obligation) -> str | None:
    return spec.clauses[0] if spec.clauses else None
