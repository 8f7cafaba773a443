"""How a date was computed, in words and short rows, so that a person can do it again by hand.

Rows of days are `[first, last, reason, notice]`; the notice is missing for a plain weekend and for
a holiday that is only assumed. Only days that matter are listed: what a working-day period skipped,
and for the others the days it was rolled over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from rules.festivals import days_between, statutory_days
from rules.holiday_notices import REACH_BACK_FROM
from rules.last_day import ONE_DAY, LastDay, nominal_day
from rules.office_hours import OfficeHours
from rules.periods import Period
from rules.working_days import Calendar, HolidayNotice

Bearer = Literal["applicant", "authority", "third_party"]

WEEKENDS_LISTED_UP_TO_DAYS = 120
WEEKEND = "周末"
ASSUMED = "（推算）"

_RULES = {
    "wd": ("自次日起数工作日，第{n}个工作日为最后一日",
           "count working days from the next day on; the last day is number {n}"),
    "wd-back": ("自前一日起倒数工作日，第{n}个工作日",
                "count working days backwards from the day before; number {n}"),
    "cd": ("自次日起数{n}个自然日", "{n} natural days from the next day on"),
    "cd-back": ("倒数{n}个自然日，不因休息日推后", "{n} natural days back; never moved later"),
    "mo": ("{n}个月后的对应日，没有对应日的为月末日",
           "the same day number {n} months later, else the end of that month"),
    "yr": ("{n}年后的对应日，没有对应日的为月末日",
           "the same date {n} years later, else the end of that month"),
    "h": ("自该时刻起连续计算{n}小时，不扣除夜间和节假日",
          "{n} hours from that instant, through nights and holidays"),
    "oh": ("自该时刻起计算{n}个办公小时，仅计工作日的办公时间",
           "{n} office hours from that instant: working days alone, while the office is open"),
}  # fmt: skip
_MANNERS = {
    "roll": ("；最后一日是休息日的，顺延至其后第一个工作日",
             "; a last day that is a rest day moves to the next working day"),
    "noroll": ("；不顺延", "; not rolled"),
    "elapsed": ("；届满的次日起算，不顺延", "; the first day after the whole period, not rolled"),
    "back-safe": ("；再提前到当日或之前最后一个工作日",
                  "; then the last working day up to that day"),
}  # fmt: skip
_DAY_ZERO = ("开始的当日不计入；", "the day of the event is not counted; ")
_PAUSED = ("；中止之次日至恢复当日不计入",
           "; the days after a pause up to and including resumption do not count")  # fmt: skip
_RANGE = {
    "zh": "尚未公布的日期：估计数按法定节假日和补假；"
    "最早数假定节前周末上班，最晚数假定节日前后多休",
    "en": "days not published yet: the estimate takes statutory days and their compensation, the "
    "earliest assumes work on weekends before festivals, the latest more rest around them",
}


class Basis(NamedTuple):
    """What a due date was computed from, and the two days the computation gave. `office_hours`:
    for a period in office hours."""

    start: datetime | date
    day_zero: date
    period: Period
    calendar: Calendar
    bearer: Bearer
    last: LastDay
    office_hours: OfficeHours | None = None


def write_receipt(basis: Basis, result: Mapping[str, Any]) -> dict[str, Any]:
    """The receipt of one computation; `result` is what came out, as JSON values."""
    period, last = basis.period, basis.last
    chinese, english = rule_in_words(period.unit, period.amount, paused=bool(period.pauses))
    receipt: dict[str, Any] = {
        "start": basis.start.isoformat(),
        "day_zero": basis.day_zero.isoformat(),
        "period": str(period),
        "unit": period.unit,
        "amount": period.amount,
        "bearer": basis.bearer,
        "rule": {"zh": chinese, "en": english},
    }
    if period.pauses:
        receipt["pauses"] = [_pause_row(basis, *pause) for pause in _effective_pauses(basis)]
    considered = _considered(basis)
    if considered is not None:
        receipt.update(_days_skipped(basis.calendar, *considered))
    if basis.office_hours is not None:
        hours = basis.office_hours
        receipt["office_hours"] = {"sessions": str(hours), "assumed": hours.assumed}
    if not period.timed:
        receipt["nominal"] = last.nominal.isoformat()
    if last.on != last.nominal and period.manner in ("roll", "back-safe"):
        receipt["rolled"] = {"from": last.nominal.isoformat(), "to": last.on.isoformat()}
    if period.family in ("mo", "yr"):
        other = nominal_day(period, basis.day_zero, next_day=True)
        receipt["counted_from_next_day"] = other.isoformat()
    if result["kind"] == "provisional":
        receipt["range"] = dict(_RANGE)
    receipt["calendar"] = _calendar_used(basis, considered)
    return {**receipt, "result": dict(result)}


@lru_cache(maxsize=256)
def rule_in_words(unit: str, amount: int, *, paused: bool = False) -> tuple[str, str]:
    """The rule of a period in one sentence, in Chinese and in English."""
    family, _, manner = unit.partition("-")
    words = _RULES[f"{family}-back" if manner.startswith("back") else family]
    day_zero = ("", "") if family in ("h", "oh") else _DAY_ZERO
    ending = _MANNERS.get(manner, ("", ""))
    pause = _PAUSED if paused else ("", "")
    chinese, english = (
        day_zero[i] + words[i].format(n=amount) + ending[i] + pause[i] for i in (0, 1)
    )
    return chinese, english


def _considered(basis: Basis) -> tuple[date, date] | None:
    """First and last of the days whose arrangement decided the date."""
    last, manner = basis.last, basis.period.manner
    if basis.period.family == "wd" and manner == "back":
        return last.on, basis.day_zero - ONE_DAY
    if basis.period.family == "wd":
        return basis.day_zero + ONE_DAY, last.on
    if basis.period.family == "oh":
        return basis.day_zero, last.on
    if manner == "roll":
        return last.nominal, last.on
    if manner == "back-safe":
        return last.on, last.nominal
    return None


def _days_skipped(calendar: Calendar, first: date, last: date) -> dict[str, Any]:
    """The rest days from `first` to `last`, and the weekend days that were working days."""
    working = calendar.assumed("estimate").is_working
    rest: list[date] = []
    make_up: list[date] = []
    for day in days_between(first, last):
        if not working(day):
            rest.append(day)
        elif day.weekday() >= 5:
            make_up.append(day)
    rows = list(_rows(calendar, rest))
    found: dict[str, Any] = {}
    if (last - first).days > WEEKENDS_LISTED_UP_TO_DAYS:
        found["weekend_days"] = sum(1 for day in rest if _reason(calendar, day)[0] == WEEKEND)
        rows = [row for row in rows if row[2] != WEEKEND]
    return {**found, "rest_days": rows, "make_up_days": list(_rows(calendar, make_up))}


def _rows(calendar: Calendar, days: Iterable[date]) -> Iterator[list[str]]:
    """Days in a row with the same reason as one short row."""
    rows: list[tuple[date, date, tuple[str, str]]] = []
    for day in days:
        reason = _reason(calendar, day)
        if rows and rows[-1][2] == reason and rows[-1][1] + ONE_DAY == day:
            rows[-1] = (rows[-1][0], day, reason)
        else:
            rows.append((day, day, reason))
    for first, last, (name, number) in rows:
        yield [first.isoformat(), last.isoformat(), name, *([number] if number else [])]


def _reason(calendar: Calendar, day: date) -> tuple[str, str]:
    """Why a day is a rest day, or a weekend day a working day: the name, the notice's number."""
    reason = calendar.reasons.get(day)
    if reason is not None:
        return reason.name, reason.notice.number
    if day.weekday() >= 5:
        return WEEKEND, ""
    return statutory_days(day.year).get(day, "补假") + ASSUMED, ""


def _effective_pauses(basis: Basis) -> Iterator[tuple[date, date]]:
    """The pauses that moved the date, overlapping ones merged. One that begins when the period has
    fully elapsed moves nothing."""
    last, elapsed = basis.last, basis.period.manner == "elapsed"
    until = last.nominal if elapsed else last.on
    return (p for p in basis.period.merged_pauses(basis.day_zero) if p[0] < until)


def _pause_row(basis: Basis, paused_on: date, resumed_on: date) -> list[str | int]:
    """[paused on, resumed on, days that did not count]."""
    if basis.period.family in ("wd", "oh"):
        excluded = basis.calendar.assumed("estimate").count(paused_on, resumed_on)
    else:
        excluded = (resumed_on - paused_on).days
    return [paused_on.isoformat(), resumed_on.isoformat(), excluded]


def _calendar_used(basis: Basis, considered: tuple[date, date] | None) -> dict[str, Any]:
    calendar = basis.calendar
    used: dict[str, Any] = {
        "version": calendar.version,
        "firm_until": calendar.firm_until.isoformat(),
    }
    if considered is not None:
        notices = _notices_of(calendar, *considered)
        used["notices"] = [[n.number, n.published_on.isoformat()] for n in notices]
    return used


def _notices_of(calendar: Calendar, first: date, last: date) -> list[HolidayNotice]:
    """The notices of the years touched; a December can be arranged by the year after it, too."""
    years = range(first.year, last.year + (2 if (last.month, last.day) >= REACH_BACK_FROM else 1))
    return [notice for year in years for notice in calendar.of_year.get(year, ())]
