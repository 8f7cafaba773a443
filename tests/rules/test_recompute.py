"""A date told on an older calendar and computed again when a notice is out."""

from datetime import date, timedelta

import pytest

from rules.due import Bearer, compute_due, effective_on
from rules.periods import parse_period
from rules.working_days import load_calendar

SCENARIOS = [
    # start, working days, notice published on, told, computed again
    ("2019-03-19", 30, "2019-03-22", "2019-05-02", "2019-04-30"),
    ("2019-03-20", 30, "2019-03-22", "2019-05-03", "2019-05-05"),
    ("2020-01-13", 15, "2020-01-27", "2020-02-06", "2020-02-10"),
    ("2020-01-10", 30, "2020-01-27", "2020-02-26", "2020-02-28"),
]


@pytest.mark.parametrize(("start", "n", "notice", "told", "again"), SCENARIOS)
def test_a_change_in_mid_year(start: str, n: int, notice: str, told: str, again: str) -> None:
    published_on, period = date.fromisoformat(notice), parse_period(f"wd:{n}")
    before = load_calendar(as_of=published_on - timedelta(days=1))
    after = load_calendar(as_of=published_on)
    first = compute_due(date.fromisoformat(start), period, before)
    second = compute_due(date.fromisoformat(start), period, after)
    assert (str(first.on), first.kind) == (told, "firm")
    assert (str(second.on), second.kind) == (again, "firm")
    assert first.receipt["calendar"]["version"] != second.receipt["calendar"]["version"]


def test_an_estimate_that_comes_true_earlier() -> None:
    """16 December 2024 plus 30 working days, without and with the notice for 2025."""
    start, period = date(2024, 12, 16), parse_period("wd:30")
    told = compute_due(start, period, load_calendar(as_of=date(2024, 11, 11)))
    true = compute_due(start, period, load_calendar())
    assert (told.kind, str(told.on), told.enforceable_from) == ("provisional", "2025-02-03", None)
    assert (true.kind, str(true.on)) == ("firm", "2025-01-27")
    assert told.earliest is not None
    assert told.earliest <= true.on
    assert effective_on(told.on, true.on, "applicant") == told.on
    assert effective_on(told.on, true.on, "authority") == true.on


@pytest.mark.parametrize(
    ("told", "again", "bearer", "binds"),
    [
        ("2019-05-02", "2019-04-30", "applicant", "2019-05-02"),
        ("2019-05-02", "2019-04-30", "third_party", "2019-05-02"),
        ("2019-05-02", "2019-04-30", "authority", "2019-04-30"),
        ("2019-05-03", "2019-05-05", "applicant", "2019-05-05"),
        ("2019-05-03", "2019-05-05", "authority", "2019-05-03"),
    ],
)
def test_whoever_was_told_a_date_may_rely_on_it(
    told: str, again: str, bearer: Bearer, binds: str
) -> None:
    days = date.fromisoformat(told), date.fromisoformat(again)
    assert str(effective_on(*days, bearer)) == binds
