"""A receipt held against its own count: the days it names, the days it says were skipped."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from simulation.auditor.counting import BEIJING, Pause, Term, count
from simulation.auditor.days import DAY, Almanac, Almanacs
from simulation.auditor.derivation import Derived
from simulation.auditor.record import Line, Plain, held


def receipt_alone(receipt: Plain, almanacs: Almanacs) -> Iterator[Line]:
    """A receipt without a case, as `chengnuo due --json` gives it."""
    almanac = almanacs.of(str(receipt["calendar"]["version"]))
    start = datetime.fromisoformat(str(receipt["start"]))
    start = start if start.tzinfo is not None else start.replace(tzinfo=BEIJING)
    unit, amount = str(receipt["unit"]), int(receipt["amount"])
    term = Term(start, unit, amount, _pauses(str(receipt["period"])))
    duty = Derived({}, counted=term, almanac=almanac, result=count(term, almanac))
    yield from receipt_lines(0, "receipt", receipt, duty)


def _pauses(period: str) -> tuple[Pause, ...]:
    """The pauses of a period as it is written: wd-susp:2025-03-10/2025-03-21:20."""
    _, *pauses, _ = period.split(":")
    days = [one.split("/") for part in pauses for one in part.split(",")]
    return tuple((date.fromisoformat(since), date.fromisoformat(until)) for since, until in days)


def receipt_lines(seq: int, about: str, receipt: Plain, duty: Derived) -> Iterator[Line]:
    """The receipt of a count: its own days and the days it says were skipped."""
    result, term, almanac = duty.result, duty.counted, duty.almanac
    assert result is not None
    assert term is not None
    assert almanac is not None
    ends = result.ends
    rolls = term.ending in ("roll", "back-safe") and ends.nominal != ends.on
    yield held(seq, about, "receipt.calendar", receipt["calendar"]["version"], almanac.version)
    if not duty.named:
        yield held(seq, about, "receipt.day_zero", receipt["day_zero"], term.day_zero)
    if term.family != "h":
        yield held(seq, about, "receipt.nominal", receipt.get("nominal"), ends.nominal)
    said = receipt.get("rolled", {})
    yield held(seq, about, "receipt.rolled", said.get("to"), ends.on if rolls else None)
    other = receipt.get("counted_from_next_day")
    yield held(seq, about, "receipt.counted_from_next_day", other, result.other_reading)
    wanted = {"on": ends.on, "at": ends.at, "earliest": result.earliest, "latest": result.latest,
              "enforceable_from": result.enforceable_from}  # fmt: skip
    for name, found in wanted.items():
        yield held(seq, about, f"receipt.result.{name}", receipt["result"].get(name), found)
    if result.rests_on is not None:
        first, last = result.rests_on
        off, worked = _days_off(almanac, first, last)
        if "weekend_days" in receipt:
            weekends = [day for day in off if almanac.reason(day) == "周末"]
            yield held(seq, about, "receipt.weekend_days", receipt["weekend_days"], len(weekends))
            off = [day for day in off if day not in weekends]
        yield held(seq, about, "receipt.rest_days", _spread(receipt["rest_days"]), _told(off))
        yield held(seq, about, "receipt.make_up_days", _spread(receipt["make_up_days"]),
                   _told(worked))  # fmt: skip


def _days_off(almanac: Almanac, first: date, last: date) -> tuple[list[date], list[date]]:
    """The days off from a day to another, and the weekend days worked."""
    off, worked, day = [], [], first
    while day <= last:
        if not almanac.works(day):
            off.append(day)
        elif day.weekday() >= 5:
            worked.append(day)
        day += DAY
    return off, worked


def _spread(rows: list[list[str]]) -> str:
    """Rows of days, first and last, written out."""
    found = []
    for first, last, *_ in rows:
        day = date.fromisoformat(first)
        while day <= date.fromisoformat(last):
            found.append(day)
            day += DAY
    return _told(found)


def _told(days: list[date]) -> str:
    return " ".join(map(str, days))
