"""What a credit file amounts to: rolling windows, clean periods, grades in a row.

Pure functions on facts and dates. A window begins with its first record and ends on the
corresponding day, which still counts; a period that must have passed is over on the day after
(law/counting-time R16, R17, R18, R20). Nothing here is rolled: a rest day is a day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date

from rules.view import CreditFact

Until = Callable[[date], date]
"""The last day of a period that starts with a date: its corresponding day (民法典 202)."""


def records(
    facts: Iterable[CreditFact], kinds: Iterable[str], today: date
) -> tuple[CreditFact, ...]:
    """The facts of these kinds that report something up to today, oldest first."""
    wanted = frozenset(kinds)
    found = (fact for fact in facts if fact.fact in wanted and fact.on <= today)
    return tuple(sorted(found, key=lambda fact: fact.on))


def run_within(found: Sequence[CreditFact], count: int, until: Until) -> tuple[CreditFact, ...]:
    """The latest window, from its first record on, that holds at least `count` of the records
    (given oldest first), with all it holds; nothing where no window does.

    Both ends count (R17, R18). Raises ValueError for a count below one."""
    if count < 1:
        raise ValueError(f"a window is asked for at least one record, not {count}")
    for first in range(len(found) - count, -1, -1):
        last_day = until(found[first].on)
        if found[first + count - 1].on <= last_day:
            return tuple(record for record in found[first:] if record.on <= last_day)
    return ()


def has_elapsed(since: date, until: Until, today: date) -> bool:
    """Whether a period is over: reached at the end of its last day, so from the next (R16, R20)."""
    return today > until(since)


def clean_from(found: Sequence[CreditFact], since: date) -> date:
    """The day from which a clean period counts: the later of `since` and the last record (R16)."""
    return max([since, *(record.on for record in found)])


def recent(found: Sequence[CreditFact], until: Until, today: date) -> tuple[CreditFact, ...]:
    """The records whose period is not over today."""
    return tuple(record for record in found if today <= until(record.on))


def in_a_row(
    found: Sequence[CreditFact], value: str, years: int, today: date
) -> tuple[CreditFact, ...]:
    """The last grades, one a calendar year, of so many consecutive years, where each of them is
    `value`; nothing where they are not.

    Years are counted, not dates: of two grades in a year the later stands, a year without one
    breaks the row, and the last may be this year's or last year's."""
    graded = {record.on.year: record for record in found}
    last = max(graded, default=0)
    row = [graded.get(year) for year in range(last - years + 1, last + 1)]
    same = [record for record in row if record is not None and record.value == value]
    return tuple(same) if last >= today.year - 1 and len(same) == years else ()
