"""A receipt held against its own count: its days, and every day, pause and notice it names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from simulation.auditor.counting import BEIJING, Pause, Term, count
from simulation.auditor.days import DAY, SATURDAY, Almanac, Almanacs
from simulation.auditor.derivation import Derived
from simulation.auditor.record import Line, Plain, held

WEEKENDS_NAMED_UP_TO = timedelta(days=120)  # over longer spans a receipt says only how many
MISSING = "（缺 missing）"


def receipt_alone(receipt: Plain, almanacs: Almanacs) -> Iterator[Line]:
    """A receipt without a case, as `chengnuo due --json` gives it. Raises NotDerivable."""
    almanac = almanacs.of(str(receipt["calendar"]["version"]))
    start = datetime.fromisoformat(str(receipt["start"]))
    start = start if start.tzinfo is not None else start.replace(tzinfo=BEIJING)
    unit, amount = str(receipt["unit"]), int(receipt["amount"])
    sessions = _sessions(str(receipt.get("office_hours", {}).get("sessions", "")))
    term = Term(start, unit, amount, _pauses(str(receipt["period"])), sessions)
    duty = Derived({}, counted=term, almanac=almanac, result=count(term, almanac))
    yield from receipt_lines(0, "receipt", receipt, duty)


def _pauses(period: str) -> tuple[Pause, ...]:
    """The pauses of a period as it is written: wd-susp:2025-03-10/2025-03-21:20."""
    _, *pauses, _ = period.split(":")
    days = [one.split("/") for part in pauses for one in part.split(",")]
    return tuple((date.fromisoformat(since), date.fromisoformat(until)) for since, until in days)


def _sessions(text: str) -> tuple[tuple[time, time], ...]:
    """Office hours as they are written: 08:30-12:00,13:30-17:00."""
    clock = [one.split("-") for one in text.split(",") if one]
    return tuple((time.fromisoformat(opens), time.fromisoformat(closes)) for opens, closes in clock)


def receipt_lines(seq: int, about: str, receipt: Plain, duty: Derived) -> Iterator[Line]:
    """The receipt of a count: its own days, the days it says were skipped, the pauses, the notices.
    What it should name and does not is a difference, too."""
    term, almanac, result = duty.counted, duty.almanac, duty.result
    assert term is not None
    assert almanac is not None
    assert result is not None
    said = dict(_said(receipt))
    for name, found in _found(duty, term, almanac):
        yield held(seq, about, f"receipt.{name}", said.get(name), found)
    on, at = result.ends.on, result.ends.at
    wanted = {
        "kind": "firm" if result.firm else "provisional", "on": on, "at": at,
        "earliest": result.earliest, "latest": result.latest,
        "missed_on": on if at is not None else on + DAY,
        "enforceable_from": result.enforceable_from,
    }  # fmt: skip
    for name, found in wanted.items():
        yield held(seq, about, f"receipt.result.{name}", receipt["result"].get(name), found)


def _said(receipt: Plain) -> Iterator[tuple[str, Any]]:
    """What the receipt says, value by value."""
    used = receipt["calendar"]
    yield "calendar", used["version"]
    yield "firm_until", used["firm_until"]
    yield "notices", _joined(" ".join(row) for row in used.get("notices", ()))
    for name in ("day_zero", "nominal", "counted_from_next_day", "weekend_days"):
        yield name, receipt.get(name)
    yield "rolled", receipt.get("rolled", {}).get("to")
    yield "pauses", _joined(" ".join(map(str, row)) for row in receipt.get("pauses", ()))
    for name in ("rest_days", "make_up_days"):
        yield name, _joined(_spread(receipt[name])) if name in receipt else None


def _found(duty: Derived, term: Term, almanac: Almanac) -> Iterator[tuple[str, Any]]:
    """What it must say."""
    assert duty.result is not None
    ends = duty.result.ends
    yield "calendar", almanac.version
    yield "firm_until", almanac.firm_until
    if not duty.named:
        yield "day_zero", term.day_zero
    yield "nominal", None if term.timed else ends.nominal
    rolls = term.ending in ("roll", "back-safe") and ends.nominal != ends.on
    yield "rolled", ends.on if rolls else None
    yield "counted_from_next_day", duty.result.other_reading
    yield "pauses", _joined(_stood_still(term, ends.on, almanac))
    if duty.result.rests_on is None:
        yield from (("notices", ""), ("rest_days", None), ("make_up_days", None))
        return
    first, last = duty.result.rests_on
    off, worked = _arranged(almanac, first, last)
    weekends = None
    if last - first > WEEKENDS_NAMED_UP_TO:
        named = [day for day in off if almanac.reason(day) != "周末"]
        weekends, off = len(off) - len(named), named
    yield "weekend_days", weekends
    yield "rest_days", _joined(f"{day} {almanac.reason(day)}" for day in off)
    yield "make_up_days", _joined(f"{day} {almanac.reason(day)}" for day in worked)
    yield "notices", _joined(f"{n.number} {n.published_on}" for n in almanac.ruling(first, last))


def _stood_still(term: Term, on: date, almanac: Almanac) -> Iterator[str]:
    """The pauses before a last day: since when, until when, how many days did not count. Of the
    event's own day only hours can be left out."""
    day = term.day_zero if term.timed else term.day_zero + DAY
    working = term.family in ("wd", "oh")
    since, excluded = None, 0
    while day <= on:
        if term.paused(day):
            since, excluded = since or day - DAY, excluded + (not working or almanac.works(day))
        elif since is not None:
            yield f"{since} {day - DAY} {excluded}"
            since, excluded = None, 0
        day += DAY


def _arranged(almanac: Almanac, first: date, last: date) -> tuple[list[date], list[date]]:
    """The days off from a day to another, and the weekend days worked."""
    off, worked, day = [], [], first
    while day <= last:
        if not almanac.works(day):
            off.append(day)
        elif day.weekday() >= SATURDAY:
            worked.append(day)
        day += DAY
    return off, worked


def _spread(rows: Iterable[list[str]]) -> Iterator[str]:
    """Rows of days (first, last, the reason), day by day."""
    for first, last, *reason in rows:
        day = date.fromisoformat(first)
        while day <= date.fromisoformat(last):
            yield f"{day} {' '.join(reason) or MISSING}"
            day += DAY


def _joined(parts: Iterable[str]) -> str:
    return "; ".join(parts)
