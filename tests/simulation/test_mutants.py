"""The proof of dates can fail: an engine that shifts one kind of date, or leaves one thing out of
its receipts, is found out within a few lives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

import machines.counting
import machines.duties
import machines.extension
import machines.redated
import machines.service
import rules.due
import rules.receipt
from rules.last_day import LastDay
from simulation.auditor import audit
from tests.proof.dates import almanacs_of_all
from tests.proof.doings import lived
from tests.proof.journals import journal_of

ALMANACS = almanacs_of_all()
LIVES = 40
DAY = timedelta(days=1)
Changed = Callable[[Any], Callable[..., Any]]


def _later(days: int = 1) -> Changed:
    """A function whose answer, a date, is so many days later."""

    def changed(old: Any) -> Callable[..., Any]:
        def shifted(*args: Any, **named: Any) -> date | None:
            found: date | None = old(*args, **named)
            return found and found + timedelta(days=days)

        return shifted

    return changed


def _of_months(old: Any) -> Callable[..., LastDay]:
    """Periods of months counted from the next day."""

    def shifted(period: Any, day_zero: date, table: Any) -> LastDay:
        found: LastDay = old(period, day_zero, table)
        later = period.family == "mo" and period.manner == "noroll"
        return LastDay(found.nominal + DAY, found.on + DAY) if later else found

    return shifted


def _one_less(old: Any) -> Callable[..., Any]:
    """A list without its last row."""
    return lambda *args: list(old(*args))[:-1]


def _resumed_a_day_early(old: Any) -> Callable[..., Any]:
    """The day of resumption counts."""
    return lambda pauses: tuple(
        (since, until - DAY) for since, until in old(pauses) if since < until
    )


def _forgets_the_reminder(old: Any) -> Callable[..., Any]:
    return lambda *args: old(*args)[1:]


def _a_day_more(old: Any) -> Callable[..., Any]:
    return lambda period, *args, **named: replace(
        old(period, *args, **named), amount=old(period, *args, **named).amount + 1
    )


def _tells_the_earlier(old: Any) -> Callable[..., Any]:
    """An applicant, too, is held to a date that came out earlier."""
    return lambda told_on, recomputed_on, bearer: min(told_on, recomputed_on)


MUTANTS: tuple[tuple[Any, str, Changed], ...] = (
    (rules.due, "last_day", _of_months),
    (rules.due, "last_instant", lambda old: lambda *args: old(*args) + timedelta(minutes=1)),
    (rules.due, "_enforceable_from", _later()),
    (rules.receipt, "_rows", _one_less),
    (rules.receipt, "_reason", lambda old: lambda *args: ("周末", "")),
    (rules.receipt, "_effective_pauses", _one_less),
    (rules.receipt, "_notices_of", _one_less),
    (machines.counting, "_excluded", _resumed_a_day_early),
    (machines.counting, "lasting_until", _a_day_more),
    (machines.counting, "warnings", _forgets_the_reminder),
    (machines.duties, "_for", _later()),
    (machines.extension, "warnings", _forgets_the_reminder),
    (machines.redated, "effective_on", _tells_the_earlier),
    (machines.service, "shanghai_date", _later()),
)


@pytest.mark.parametrize(
    ("module", "name", "changed"), MUTANTS, ids=lambda one: getattr(one, "__name__", str(one))
)
def test_an_engine_that_shifts_a_date_is_found_out(
    module: Any, name: str, changed: Changed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, name, changed(getattr(module, name)))
    for seed in range(1, LIVES):
        if audit(journal_of(lived(seed).entries), ALMANACS).findings:
            return
    pytest.fail(f"{LIVES} lives, and nobody noticed")
