"""By when: one date from a start, a period and a calendar, with everything needed to check it.

The day of the event is never counted; the time of day never matters; only a date by which
somebody must act is rolled; a date beyond the published calendar is provisional and carries its
range (民法典 200-204, 行政许可法 82; counting-time rules, sections 0, 1.2 and 4.2).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, Literal

from rules.day_table import DayTable
from rules.last_day import ONE_DAY, LastDay, last_day, last_instant, nominal_day
from rules.office_hours import ASSUMED as ASSUMED_HOURS
from rules.office_hours import OfficeHours, last_office_instant
from rules.periods import Period, PeriodError, shanghai_date
from rules.receipt import Basis, Bearer, write_receipt
from rules.working_days import VARIANTS, Calendar

__all__ = ["Bearer", "Due", "compute_due", "effective_on", "lasting_until"]


@dataclass(frozen=True, init=False)
class Due:
    """A due date. An act on `on` (up to `at`, for hours) is in time.

    `on`: Shanghai date, the estimate while provisional; `at`: instant in Shanghai time, for hours
    only; `earliest`, `latest`: the range while provisional; `enforceable_from`: the first day of
    an adverse act, None while provisional and while a day it rests on is not firm itself."""

    kind: Literal["firm", "provisional"]
    on: date
    at: datetime | None
    earliest: date | None
    latest: date | None
    enforceable_from: date | None
    basis: Basis = field(repr=False, compare=False)

    def __init__(
        self, kind: Literal["firm", "provisional"], last: LastDay, at: datetime | None,
        earliest: date | None, latest: date | None, enforceable_from: date | None, basis: Basis,
    ) -> None:  # fmt: skip
        # A frozen class sets its fields one by one the slow way: a quarter of what a date costs.
        self.__dict__.update(
            kind=kind, on=last.on, at=at, earliest=earliest, latest=latest,
            enforceable_from=enforceable_from, basis=basis,
        )  # fmt: skip

    @property
    def is_provisional(self) -> bool:
        """Whether the date rests on days whose arrangement is not published yet."""
        return self.kind == "provisional"

    @property
    def missed_on(self) -> date:
        """The day after the due day, at whose 00:00+08:00 the day has passed; hours have passed
        right after `at`, on the same day."""
        return self.on if self.at is not None else self.on + ONE_DAY

    @cached_property
    def receipt(self) -> Mapping[str, Any]:
        """A JSON-ready mapping from which a person can recompute the date by hand."""
        days = {
            "on": self.on,
            "at": self.at,
            "earliest": self.earliest,
            "latest": self.latest,
            "missed_on": self.missed_on,
            "enforceable_from": self.enforceable_from,
        }
        given = {name: day.isoformat() for name, day in days.items() if day is not None}
        return write_receipt(self.basis, {"kind": self.kind, **given})


def compute_due(
    start: datetime | date, period: Period, calendar: Calendar, *,
    bearer: Bearer = "applicant", office_hours: OfficeHours = ASSUMED_HOURS,
) -> Due:  # fmt: skip
    """When a period that starts with the event at `start` is due.

    `start`: a zoned instant, or a Shanghai date; hours need an instant, and those of the office
    (`oh`) count by `office_hours`. `bearer` is recorded; what differs by bearer is what a
    recomputed date does to the one told, see `effective_on`. Raises PeriodError (start or result
    cannot be a date) and CalendarHorizon (outside every table: before the first year, or more than
    ten years past the last published one)."""
    day_zero = shanghai_date(start)
    at, last = _end(start, period, office_hours, calendar.assumed("estimate"))
    hours = office_hours if period.family == "oh" else None
    basis = Basis(start, day_zero, period, calendar, bearer, last, hours)
    rests_on = _latest_day_it_rests_on(period, day_zero, last)
    if rests_on is None or rests_on <= calendar.firm_until:
        return Due("firm", last, at, None, None, _enforceable_from(basis), basis)
    earliest, latest = _range(basis)
    return Due("provisional", last, at, earliest, latest, None, basis)


def _end(
    start: datetime | date, period: Period, hours: OfficeHours, table: DayTable
) -> tuple[datetime | None, LastDay]:
    """The end of a period on one table of days; the instant where it ends at one."""
    if not period.timed:
        return None, last_day(period, shanghai_date(start), table)
    if not isinstance(start, datetime):
        raise PeriodError(f"hours run from an instant, not from the date {start}")
    elapsed = period.family == "h"
    at = last_instant(period, start) if elapsed else last_office_instant(
        period, start, hours, table)  # fmt: skip
    return at, LastDay(shanghai_date(at), shanghai_date(at))


def effective_on(told_on: date, recomputed_on: date, bearer: Bearer) -> date:
    """The date that binds once a told date was recomputed on a newer calendar.

    The bearer may rely on what it was told (行政许可法 8): the later date for an applicant or third
    party, the earlier one for an authority (counting-time rules, section 4.2)."""
    choose = min if bearer == "authority" else max
    return choose(told_on, recomputed_on)


def lasting_until(
    period: Period, start: date, on: date, calendar: Calendar, *, set_on: date
) -> Period:
    """The period that ends on a day that was named or granted in place of the one counted, so
    that further pauses push that day.

    `start`: the day of the event; `set_on`: when the day was set: pauses over by then lie within
    it. Working days stay working days, others become natural days. Raises PeriodError for hours,
    which end at an instant."""
    if period.timed:
        raise PeriodError("a period in hours has no day to be set anew")
    known = Period(period.unit, period.amount, tuple(p for p in period.pauses if p[1] <= set_on))
    over = [(since, min(until, on)) for since, until in known.merged_pauses(start) if since < on]
    if period.family == "wd":
        count = calendar.assumed("estimate").count
        days = count(start, on) - sum(count(since, until) for since, until in over)
        return Period("wd", days, period.pauses)
    days = (on - start).days - sum((until - since).days for since, until in over)
    return Period("cd-noroll" if period.manner == "noroll" else "cd-roll", days, period.pauses)


def _range(basis: Basis) -> tuple[date, date]:
    """Between which days a provisional date lies.

    The assumed readings spread their make-up days so that a count over weeks comes out right; where
    one single weekend day decides, each of them might be one."""
    calendar = basis.calendar
    tables = [calendar.assumed(variant) for variant in VARIANTS]
    if basis.period.family != "wd":
        tables.append(calendar.conceivable)
    hours = basis.office_hours or ASSUMED_HOURS
    days = [_end(basis.start, basis.period, hours, table)[1].on for table in tables]
    return min(days), max(days)


def _latest_day_it_rests_on(period: Period, day_zero: date, last: LastDay) -> date | None:
    """The latest day whose arrangement decides the date; None when no calendar is asked."""
    match period.family, period.manner:
        case "wd", "back":
            return day_zero - timedelta(days=1)
        case _, "back-safe":
            return last.nominal
        case ("wd" | "oh", _) | (_, "roll"):
            return last.on
    return None


def _enforceable_from(basis: Basis) -> date | None:
    """The first working day after the due day that is safe under both readings of 民法典 202.

    None while a day it rests on is not firm. For a due date before the calendar begins: the first
    working day of the calendar, which is later than the law asks for and so safe."""
    period, calendar = basis.period, basis.calendar
    safe = basis.last.on
    if period.family in ("mo", "yr"):
        other = nominal_day(period, basis.day_zero, next_day=True)
        if other > calendar.firm_until:
            return None
        safe = max(safe, calendar.roll(other) if other >= calendar.first_day else other)
    if safe < calendar.first_day:
        return calendar.roll(calendar.first_day)
    return calendar.add_firm(safe, 1)
