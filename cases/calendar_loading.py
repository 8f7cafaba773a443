"""A new year, or a further notice, comes into force: checked, confirmed, and counted anew on.

A version goes live once a second person confirms it (counting-time rules, section 4.2): in the
same command, or by loading a file of their own that gives the very same calendar.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from cases.casework import Casework
from cases.errors import Misused
from cases.ports import Conflict, Unit
from cases.recounting import BATCH, Moved, begin, diff_of, go_on, preview
from cases.rows import CalendarRow, RecountRow
from machines.codec import canonical
from machines.recount import Order
from rules.calendar_change import (
    CalendarChange,
    calendar_of,
    differ,
    differing_days,
    doubts,
    plain_of,
    united,
    with_year,
)
from rules.holiday_notices import HolidayNotice
from rules.periods import shanghai_date
from rules.second_source import SecondSource
from rules.working_days import Calendar

SHIPPED = "shipped"
SANDBOX = "sandbox"


@dataclass(frozen=True, slots=True)
class Loading:
    """A year file to be loaded, by whom, and who has compared it with another source."""

    notices: tuple[HolidayNotice, ...]
    by: str
    confirmed_by: str | None = None
    second: SecondSource | None = None

    @property
    def year(self) -> int:
        """The year it is about."""
        return self.notices[0].year


@dataclass(frozen=True, slots=True)
class Report:
    """What loading did, or would do. `number` None: nothing was kept; `live`: it is in force;
    `lines`: the diff; `doubts`: what is odd about the year; `aside`: cases that could not be
    read."""

    calendar: Calendar
    operation: str | None
    number: int | None
    cause: tuple[str, ...]
    live: bool
    lines: tuple[Moved, ...]
    doubts: tuple[str, ...] = ()
    aside: int = 0


def take_over(casework: Casework, *, batch: int = BATCH) -> None:
    """At the start of a process: finishes a recount that was interrupted, and puts the shipped
    calendar in force where it knows more than the database does. Raises CalendarError, Conflict."""
    go_on(casework, batch=batch)
    with casework.store.unit(write=False) as unit:
        if _news(casework, unit) is None:
            return
    try:
        with casework.store.unit() as unit:
            news = _news(casework, unit)
            if news is not None:
                now, rows = casework.clock.now(unit), unit.calendars()
                seq, calendar, cause = news
                begin(unit, _row(rows, calendar, cause, SHIPPED, SHIPPED, now), seq, now)
    except Conflict:
        with casework.store.unit(write=False) as unit:
            if _news(casework, unit) is not None:  # it was not another process that did it first
                raise
    go_on(casework, batch=batch)


def _news(casework: Casework, unit: Unit) -> tuple[int, Calendar, tuple[str, ...]] | None:
    """What the shipped files add: the number of the version in force (0 for none), the calendar
    with the addition, and its cause."""
    shipped, kept = casework.calendars.shipped, _live(unit.calendars())
    if kept is None:
        return 0, shipped, (SHIPPED,)
    before = casework.calendars.of(unit)
    calendar = united(before, shipped)
    if calendar.notices == before.notices:
        return None
    return kept.seq, calendar, CalendarChange(before, calendar).cause


def load(casework: Casework, loading: Loading, *, sandbox: bool, batch: int = BATCH) -> Report:
    """Loads a year file and counts every case anew on it; the same file again goes on where it was
    interrupted. Without a second person it waits for one, but for a sandbox. `batch`: how many
    cases one transaction changes.

    Raises CalendarError, Misused, Conflict."""
    take_over(casework, batch=batch)
    with casework.store.unit() as unit:
        now, rows = casework.clock.now(unit), unit.calendars()
        live = _live(rows)
        assert live is not None, "taking over keeps a version"
        before = casework.calendars.version(unit, live.seq)
        calendar = with_year(before, loading.notices)
        _must_make_sense(loading, calendar, shanghai_date(now), sandbox=sandbox)
        if calendar.version == live.version:
            return _done(unit, live, calendar, loading.year)
        loader, confirmed_by = _two_people(loading, calendar, live, rows, sandbox=sandbox)
        cause = CalendarChange(before, calendar).cause
        row = _row(rows, calendar, cause, loader, confirmed_by, now, loading.second)
        if confirmed_by is not None:
            begin(unit, row, live.seq, now)
        elif _pending(rows, live) is None or rows[-1].version != row.version:
            unit.add_calendar(row)
    if row.confirmed_by is None:
        return plan(casework, loading)
    go_on(casework, batch=batch)
    with casework.store.unit(write=False) as unit:
        return _done(unit, row, casework.calendars.of(unit), loading.year)


def plan(casework: Casework, loading: Loading) -> Report:
    """What loading would do. Changes nothing. Raises CalendarError, Misused."""
    with casework.store.unit(write=False) as unit:
        before = casework.calendars.of(unit)
        calendar = with_year(before, loading.notices)
        today = shanghai_date(casework.clock.now(unit))
        _must_make_sense(loading, calendar, today, sandbox=True)
        live = unit.live_calendar()
        change = CalendarChange(before, calendar)
        order = Order("plan", 1 if live is None else live.seq + 1, change)
        lines = () if calendar.version == before.version else tuple(preview(casework, unit, order))
    return Report(calendar, None, None, change.cause, False, lines, doubts(calendar, loading.year))


def _done(unit: Unit, row: CalendarRow, calendar: Calendar, year: int) -> Report:
    recount = next((one for one in unit.recounts() if one.seq == row.seq), None)
    assert isinstance(recount, RecountRow), f"version {row.seq} is live and was never counted on"
    return Report(
        calendar, recount.operation, row.seq, tuple(row.cause.split()), True,
        tuple(diff_of(unit, recount)), doubts(calendar, year), recount.aside,
    )  # fmt: skip


def _live(rows: Sequence[CalendarRow]) -> CalendarRow | None:
    confirmed = [row for row in rows if row.confirmed_by is not None]
    return confirmed[-1] if confirmed else None


def _pending(rows: Sequence[CalendarRow], live: CalendarRow) -> CalendarRow | None:
    """The last version that waits for its second person."""
    return rows[-1] if rows[-1].seq > live.seq else None


def _row(
    rows: Sequence[CalendarRow], calendar: Calendar, cause: tuple[str, ...], loaded_by: str,
    confirmed_by: str | None, now: datetime, second: SecondSource | None = None,
) -> CalendarRow:  # fmt: skip
    return CalendarRow(
        seq=rows[-1].seq + 1 if rows else 1, version=calendar.version,
        body=canonical(plain_of(calendar)), cause=" ".join(cause), loaded_by=loaded_by,
        confirmed_by=confirmed_by, compared_with=None if second is None else second.sha256, at=now,
    )  # fmt: skip


def _must_make_sense(loading: Loading, calendar: Calendar, today: date, *, sandbox: bool) -> None:
    """Nobody loads what is not published yet, or what a second source contradicts."""
    last = loading.notices[-1]
    if last.published_on > today and not sandbox:
        raise Misused(
            f"{last.number} 的公布日期 {last.published_on} 晚于今天（{today}）。",
            f"{last.number} says it is published on {last.published_on}, after today ({today})",
            reason="in_future",
        )
    if loading.second is None:
        return
    differing = differing_days(calendar, loading.second.days, loading.year)
    if differing:
        raise _disagree(differing)


def _disagree(days: tuple[date, ...]) -> Misused:
    named = ", ".join(map(str, days[:20])) + (", ..." if len(days) > 20 else "")
    return Misused(
        f"两个来源对以下日期的安排不一致：{named}；未作任何改变。",
        f"the two sources disagree about {named}; nothing was changed",
        reason="sources_differ", days=[str(day) for day in days],
    )  # fmt: skip


def _two_people(
    loading: Loading, calendar: Calendar, live: CalendarRow, rows: Sequence[CalendarRow], *,
    sandbox: bool,
) -> tuple[str, str | None]:  # fmt: skip
    """Who loaded it and who confirms it, None where that is still to come."""
    if loading.confirmed_by is None:
        return loading.by, SANDBOX if sandbox else None
    pending, loader = _pending(rows, live), loading.by
    if pending is not None:
        days = differ(calendar, calendar_of(json.loads(pending.body)))
        if days:
            raise _disagree(days)
        loader = pending.loaded_by
    if not loading.confirmed_by.strip() or loading.confirmed_by == loader:
        raise Misused("须由另一名工作人员确认。", f"a second person must confirm it, not {loader}",
                      reason="second_person_required")  # fmt: skip
    return loader, loading.confirmed_by
