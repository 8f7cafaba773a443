"""One period counted with a finger on the calendar, day after day.

What the law says, and where: the day of the event does not count (Civil Code, 民法典 201); a month
ends on the same day number, else on its last day (202); a last day off moves to the next working
day, where somebody must act (203); terms of a licensing authority are working days (行政许可法 82);
the days of a pause do not count, from the day after it to the day of resumption (行政许可法 45).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

from simulation.auditor.days import DAY, Almanac, NotDerivable, Reading

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")
MONTHS = {"mo": 1, "yr": 12}
Pause = tuple[date, date]


@dataclass(frozen=True)
class Term:
    """A period to be counted. `unit`: wd, cd, mo, yr, h or oh (office hours), with -roll, -noroll,
    -elapsed, -back or -back-safe; `pauses`: (paused on, resumed on); `open_from`: for office
    hours, from when to when the office is open on a working day."""

    start: datetime
    unit: str
    amount: int
    pauses: tuple[Pause, ...] = ()
    open_from: tuple[tuple[time, time], ...] = ()

    @property
    def family(self) -> str:
        """The unit without its ending."""
        return self.unit.split("-")[0]

    @property
    def ending(self) -> str:
        """What becomes of the last day: roll, noroll, elapsed, back, back-safe or nothing."""
        return self.unit.partition("-")[2]

    @property
    def timed(self) -> bool:
        """Whether it ends at an instant."""
        return self.family in ("h", "oh")

    @property
    def day_zero(self) -> date:
        """The day of the event in Beijing, which does not count."""
        return day_of(self.start)

    def paused(self, day: date) -> bool:
        """Whether the day lies in a pause."""
        return any(since < day <= until for since, until in self.pauses)


@dataclass(frozen=True)
class Ends:
    """How a period ends: as counted, and after rolling; `at` for hours."""

    nominal: date
    on: date
    at: datetime | None = None


@dataclass(frozen=True)
class Result:
    """Every date that follows from a period. `other_reading`: the last day, were months counted
    from the day after the event; `rests_on`: the days whose arrangement decided."""

    ends: Ends
    firm: bool
    earliest: date | None = None
    latest: date | None = None
    other_reading: date | None = None
    enforceable_from: date | None = None
    rests_on: tuple[date, date] | None = None


def day_of(instant: datetime) -> date:
    """The date in Beijing of an instant."""
    return instant.astimezone(BEIJING).date()


def midnight(day: date) -> datetime:
    """00:00 in Beijing."""
    return datetime.combine(day, time(), BEIJING)


def count(term: Term, almanac: Almanac) -> Result:
    """The dates of a period on a calendar. Raises NotDerivable where that does not reach."""
    ends = last_day(term, almanac, "estimate")
    rests_on = _rests_on(term, ends)
    other = None
    if term.family in MONTHS:
        other = _walk(term, _natural_days(term, term.day_zero + DAY))
    deciding = term.day_zero - DAY if term.unit == "wd-back" else rests_on and rests_on[1]
    if deciding is None or deciding <= almanac.firm_until:
        lawful = first_lawful_day(ends.on, other, almanac)
        return Result(ends, True, None, None, other, lawful, rests_on)
    readings: list[Reading] = ["earliest", "estimate", "latest"]
    if term.family != "wd":
        readings.append("conceivable")
    days = [last_day(term, almanac, reading).on for reading in readings]
    return Result(ends, False, min(days), max(days), other, None, rests_on)


def last_day(term: Term, almanac: Almanac, reading: Reading) -> Ends:
    """The last day of a period, walked to."""
    if term.timed:
        at = _hours(term) if term.family == "h" else _office_hours(term, almanac, reading)
        return Ends(day_of(at), day_of(at), at)
    if term.ending.startswith("back"):
        return _backwards(term, almanac, reading)
    if term.family == "wd":
        on = _walk(term, term.amount, lambda day: almanac.works(day, reading))
        return Ends(on, on if term.amount else _next_working(on, term, almanac, reading))
    nominal = _walk(term, _natural_days(term, term.day_zero))
    match term.ending:
        case "roll":
            return Ends(nominal, _next_working(nominal, term, almanac, reading))
        case "elapsed":
            return Ends(nominal, nominal + DAY)
    return Ends(nominal, nominal)


def _walk(term: Term, amount: int, counts: Callable[[date], bool] = lambda _: True) -> date:
    """Forward from the day after the event until so many days have counted; a pause never does."""
    day = term.day_zero
    while amount:
        day += DAY
        if counts(day) and not term.paused(day):
            amount -= 1
    return day


def _natural_days(term: Term, first: date) -> int:
    """The length in natural days, as if nothing paused it. Months: article 202, from `first`."""
    if term.family == "cd":
        return term.amount
    months = first.month - 1 + term.amount * MONTHS[term.family]
    year, month, number = first.year + months // 12, months % 12 + 1, first.day
    while True:
        try:
            return (date(year, month, number) - term.day_zero).days
        except ValueError:  # no such day in that month: its last day
            number -= 1


def _next_working(day: date, term: Term, almanac: Almanac, reading: Reading) -> date:
    """Article 203: the day itself, or the next that is worked and not paused."""
    while not almanac.works(day, reading) or (term.paused(day) and day > term.day_zero):
        day += DAY
    return day


def _backwards(term: Term, almanac: Almanac, reading: Reading) -> Ends:
    """Counted back from the event; never moved later (articles 201 to 203 by analogy)."""
    day, left = term.day_zero, term.amount
    while left:
        day -= DAY
        left -= term.family == "cd" or almanac.works(day, reading)
    nominal = day
    while term.ending == "back-safe" and not almanac.works(day, reading):
        day -= DAY
    return Ends(nominal, day)


def _hours(term: Term) -> datetime:
    """Hours run through nights and holidays; only the days of a pause are left out, whole."""
    now, left = term.start.astimezone(BEIJING), timedelta(hours=term.amount)
    while left:
        tomorrow = midnight(now.date() + DAY)
        if not term.paused(now.date()):
            passed = min(left, tomorrow - now)
            left -= passed
            now += passed
        else:
            now = tomorrow
    return now


def _office_hours(term: Term, almanac: Almanac, reading: Reading) -> datetime:
    """Only the time counts during which the office is open, session after session; what ends with
    a session ends when the office closes."""
    now, left = term.start.astimezone(BEIJING), timedelta(hours=term.amount)
    day = now.date()
    while left:
        for opens, closes in term.open_from:
            since = max(now, datetime.combine(day, opens, BEIJING))
            until = datetime.combine(day, closes, BEIJING)
            if since < until and almanac.works(day, reading) and not term.paused(day):
                if left <= until - since:
                    return since + left
                left -= until - since
        day += DAY
    return now


def _rests_on(term: Term, ends: Ends) -> tuple[date, date] | None:
    """First and last of the days whose arrangement decided the date; None if none did."""
    if term.family == "h" or term.ending in ("noroll", "elapsed") or term.unit == "cd-back":
        return None
    if term.unit == "wd-back":
        return ends.on, term.day_zero - DAY
    if term.family == "oh":
        return term.day_zero, ends.on
    if term.family == "wd":
        return term.day_zero + DAY, ends.on
    return min(ends.nominal, ends.on), max(ends.nominal, ends.on)


def first_lawful_day(due_on: date, other: date | None, almanac: Almanac) -> date | None:
    """The first day of an adverse act: the working day after the last day, under either reading
    of article 202. None while it rests on days that a notice may still rearrange."""
    safe = due_on
    if other is not None:
        if other > almanac.firm_until:
            return None
        while other >= almanac.first_day and not almanac.works(other):
            other += DAY
        safe = max(safe, other)
    day = max(safe + DAY, almanac.first_day)
    while day <= almanac.firm_until and not almanac.works(day):
        day += DAY
    return day if day <= almanac.firm_until else None


def working_day_before(day: date, n: int, almanac: Almanac) -> date:
    """The n-th working day before a day."""
    while n:
        day -= DAY
        n -= almanac.works(day)
    return day


def counted_days(term: Term, until: date, almanac: Almanac) -> int:
    """How many days of a period have counted from its start to a day, that day included."""
    day, n = term.day_zero, 0
    while day < until:
        day += DAY
        n += not term.paused(day) and (term.family != "wd" or almanac.works(day))
    return n


def lasting_until(term: Term, on: date, almanac: Almanac) -> Term:
    """The same period, lengthened so that it ends on a day that was granted or told."""
    if term.timed:
        raise NotDerivable("a day granted for a period in hours")
    unit = "wd" if term.family == "wd" else f"cd-{term.ending}"
    return Term(term.start, unit, counted_days(term, on, almanac), term.pauses)
