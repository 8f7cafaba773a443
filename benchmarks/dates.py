"""Due dates, thirty working days on: one by one and a million at once, beside the bare look-up.

`python -m benchmarks.dates` prints every contestant, other libraries among them: each peer's
answers are held against ours on the very starts that are timed, and its row says how many differ.
`python -m benchmarks dates [--due STARTS]` answers with the array count against its bare limit.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta

import chinese_calendar
import holidays
import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from benchmarks.contest import Contestant, contest, show
from benchmarks.measure import Asked, Outcome
from rules.due import compute_due
from rules.many_dates import many_due
from rules.periods import Period, parse_period
from rules.working_days import Calendar, load_calendar

Dates = NDArray[np.datetime64]
N = 30
FIRST, DAYS = date(2019, 3, 1), 2_700  # so that every due date in working days is published
STARTS = 1_000_000
WORKING, MONTHS = Period("wd", N), parse_period("mo-roll:6")


def run(asked: Asked) -> Outcome:
    """Dates a second counted as arrays, and by the bare look-up of the date alone."""
    starts = asked.due or STARTS
    random = np.random.default_rng(asked.seed)
    bare, ours, *others = contest(_at_once(load_calendar(), random, starts), asked.repeat)
    return Outcome(
        per="due dates", ours=tuple(1e6 / us for us in ours.us),
        bare=tuple(1e6 / us for us in bare.us), rows={"starts": starts, "period": str(WORKING)},
        notes=tuple(
            f"{one.contestant.name}: {one.median / ours.median:.2f} x our time a date"
            f" ({one.contestant.note})" for one in others
        ),
    )  # fmt: skip


def main() -> None:
    """Prints two tables: dates one by one, and dates at once."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.dates", description=__doc__)
    parser.add_argument("--repetitions", type=int, default=7)
    parser.add_argument("--starts", type=int, default=STARTS, help="of the second table")
    asked = parser.parse_args()
    calendar, console = load_calendar(), Console(width=130)
    random = np.random.default_rng(1)
    one_by_one = _one_by_one(calendar, random)
    at_once = _at_once(calendar, random, asked.starts)
    show("One by one (one thread)", contest(one_by_one, asked.repetitions), console)
    show("At once (one thread, numpy)", contest(at_once, asked.repetitions), console)


def _one_by_one(calendar: Calendar, random: np.random.Generator) -> list[Contestant]:
    days = [FIRST + timedelta(days=int(n)) for n in random.integers(0, DAYS, 2_000)]
    published = calendar.published
    peer = holidays.country_holidays("CN", years=range(2019, 2027))

    def ours(day: date) -> date:
        return compute_due(day, WORKING, calendar).on

    def with_receipt(day: date) -> object:
        return compute_due(day, WORKING, calendar).receipt

    def of_holidays(day: date) -> date:
        return peer.get_nth_working_day(day, N)

    def of_chinesecalendar(day: date) -> object:
        return chinese_calendar.find_workday(N, day)

    few, fewer = days[:300], days[:60]
    return [
        _timed("bare look-up in the table", lambda day: published.add(day, N), days,
              "the date alone, nothing else asked"),
        _timed("compute_due", ours, days, "kind, range, first enforceable day"),
        _timed("compute_due with its receipt", with_receipt, days, "words, skipped days, notices"),
        _timed("holidays", of_holidays, few, _differs(map(of_holidays, few), map(ours, few))),
        _timed("chinesecalendar", of_chinesecalendar, fewer,
              _differs(map(of_chinesecalendar, fewer), map(ours, fewer))),
    ]  # fmt: skip


def _timed(
    name: str, one: Callable[[date], object], sample: Sequence[date], note: str
) -> Contestant:
    return Contestant(name, len(sample), lambda: [one(day) for day in sample], note)


def _differs(theirs: Iterable[object], ours: Iterable[object]) -> str:
    pairs = list(zip(theirs, ours, strict=True))
    return f"{sum(one != other for one, other in pairs)} of {len(pairs)} differ"


def _at_once(calendar: Calendar, random: np.random.Generator, starts: int) -> list[Contestant]:
    days: Dates = np.datetime64(FIRST, "D") + random.integers(0, DAYS, starts)
    table = calendar.published
    flags = np.frombuffer(table.flags, np.int8)
    counts, low = np.cumsum(flags), np.datetime64(table.first_day, "D")
    working: Dates = low + np.flatnonzero(flags)
    # A week of seven working days and every rest day as a holiday: the only way to tell numpy of
    # make-up Saturdays. Right inside the table, silently wrong outside it.
    busy = np.busdaycalendar("1111111", low + np.flatnonzero(flags == 0))

    def bare() -> Dates:
        found: Dates = working[counts[(days - low).astype(np.int64)] + (N - 1)]
        return found

    def busday() -> Dates:
        found: Dates = np.busday_offset(days, N, roll="backward", busdaycal=busy)
        return found

    ours = many_due(days, WORKING, calendar).on
    assert bool((bare() == ours).all()), "the limit must give the same dates"
    wrong = int((busday() != ours).sum())

    def counted(period: Period, note: str) -> Contestant:
        return Contestant(f"many_due {period}", starts, lambda: many_due(days, period, calendar),
                          note)  # fmt: skip

    return [
        Contestant("bare prefix-sum look-up", starts, bare, "the date alone: the limit"),
        counted(WORKING, "five arrays: date, kind, range, enforceable"),
        counted(MONTHS, "the same, by months"),
        counted(Period("wd", 20, ((date(2025, 3, 10), date(2025, 3, 21)),)), "with a pause"),
        Contestant("numpy.busday_offset", starts, busday, f"{wrong:,} of {starts:,} differ"),
    ]


if __name__ == "__main__":
    main()
