"""Windows, clean periods and grades: the examples of the law, and every case against a count that
tries all there is."""

import csv
from datetime import date, timedelta
from functools import partial
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.credit import clean_from, has_elapsed, in_a_row, recent, records, run_within
from rules.periods import add_months
from rules.view import CreditFact
from tests.rules import naive

DAY = timedelta(days=1)
FAR = date(2099, 1, 1)
days = st.dates(date(2019, 1, 1), date(2024, 12, 31))


def bad(*found: date) -> tuple[CreditFact, ...]:
    """Bad records of these days, oldest first."""
    return records((CreditFact("bad_record", on) for on in found), ["bad_record"], FAR)


def examples(*rules: str) -> list[tuple[str, date, date, int]]:
    """The law's examples: rule, first day, expected day, months."""
    with (Path(__file__).parent / "deadlines.csv").open(encoding="utf-8") as file:
        return [
            (row["rule_id"], date.fromisoformat(row["start_iso"]),
             date.fromisoformat(row["expected_due_iso"]),
             int(row["amount"]) * (12 if row["unit"].startswith("yr") else 1))
            for row in csv.DictReader(file)
            if row["rule_id"].startswith(rules)
        ]  # fmt: skip


WINDOWS, PERIODS = examples("R17-", "R18-"), examples("R16-", "R20-")


def test_the_examples_are_there() -> None:
    assert (len(WINDOWS), len(PERIODS)) == (7, 7)


@pytest.mark.parametrize(("rule", "first", "last", "months"), WINDOWS)
def test_a_window_holds_its_last_day_and_not_the_next(
    rule: str, first: date, last: date, months: int
) -> None:
    until = partial(add_months, months=months)
    count = 3 if rule.startswith("R17") else 2
    between = [first + DAY] * (count - 2)
    inside, outside = bad(first, *between, last), bad(first, *between, last + DAY)
    assert run_within(inside, count, until) == inside
    assert run_within(outside, count, until) == ()


@pytest.mark.parametrize(("rule", "since", "available", "months"), PERIODS)
def test_a_period_is_over_on_the_day_after_its_last(
    rule: str, since: date, available: date, months: int
) -> None:
    until = partial(add_months, months=months)
    assert has_elapsed(clean_from(bad(since), date(2000, 1, 1)), until, available)
    assert not has_elapsed(clean_from((), since), until, available - DAY)


def test_the_boundary_cases_of_the_bad_record_window() -> None:
    until, first, second = partial(add_months, months=12), date(2020, 1, 10), date(2020, 6, 1)
    for third, met in ((date(2021, 1, 9), True), (date(2021, 1, 10), True),
                       (date(2021, 1, 11), False)):  # fmt: skip
        assert bool(run_within(bad(first, second, third), 3, until)) is met


def test_a_year_rolls_and_is_no_calendar_year() -> None:
    until = partial(add_months, months=12)
    assert run_within(bad(date(2020, 12, 20), date(2021, 1, 5)), 2, until)


def test_records_of_one_day_are_so_many_records() -> None:
    day = date(2024, 2, 29)
    assert len(run_within(bad(day, day, day), 3, partial(add_months, months=12))) == 3


def test_a_count_below_one_is_no_count() -> None:
    with pytest.raises(ValueError, match="at least one record"):
        run_within((), 0, partial(add_months, months=12))


@given(st.lists(days, max_size=8), st.integers(1, 5), st.integers(1, 30))
def test_the_window_is_found_where_trying_every_choice_finds_one(
    found: list[date], count: int, months: int
) -> None:
    run = run_within(bad(*found), count, partial(add_months, months=months))
    chosen = [
        some
        for some in combinations(sorted(found), count)
        if some[-1] <= naive.same_day_number(some[0], months)
    ]
    assert bool(run) == bool(chosen)
    if run:
        first = max(some[0] for some in chosen)
        held = [on for on in sorted(found) if first <= on <= naive.same_day_number(first, months)]
        assert {one.on for one in run} == set(held)
        assert count <= len(run) <= len(held)


@given(st.lists(days, max_size=5), days, days, st.integers(1, 40))
def test_walking_back_day_by_day_finds_the_same_clean_period(
    found: list[date], since: date, today: date, months: int
) -> None:
    clean = today
    while clean > since and clean not in found:
        clean -= DAY
    clean = max(clean, since)
    over = naive.same_day_number(clean, months) < today
    start = clean_from(records(bad(*found), ["bad_record"], today), since)
    assert has_elapsed(start, partial(add_months, months=months), today) is over


@given(st.lists(days, max_size=5), days, st.integers(1, 40))
def test_a_record_runs_until_the_last_day_of_its_period(
    found: list[date], today: date, months: int
) -> None:
    past = [on for on in found if on <= today]
    running = recent(bad(*past), partial(add_months, months=months), today)
    assert [one.on for one in running] == [
        on for on in sorted(past) if naive.same_day_number(on, months) >= today
    ]


grades = st.lists(st.tuples(st.integers(2015, 2024), st.sampled_from("AB")), max_size=8)


@given(grades, st.integers(1, 4), st.integers(2015, 2026))
def test_grades_in_a_row_are_those_of_the_last_years_one_a_year(
    given_grades: list[tuple[int, str]], years: int, this_year: int
) -> None:
    facts = [
        CreditFact("annual_grade", date(year, 6, 1) + DAY * place, value)
        for place, (year, value) in enumerate(given_grades)
        if year <= this_year
    ]
    today = date(this_year, 12, 31)
    row = in_a_row(records(facts, ["annual_grade"], today), "A", years, today)
    by_year = {year: value for year, value in given_grades if year <= this_year}
    last = next((y for y in range(this_year, this_year - 2, -1) if y in by_year), None)
    met = last is not None and all(by_year.get(last - n) == "A" for n in range(years))
    assert bool(row) is met
    assert [one.on.year for one in row] == (
        list(range(last - years + 1, last + 1)) if met and last is not None else []
    )


def test_what_lies_ahead_is_no_record_yet() -> None:
    today = date(2024, 5, 1)
    facts = [CreditFact("bad_record", today + DAY), CreditFact("bad_record", today)]
    assert [one.on for one in records(facts, ["bad_record"], today)] == [today]
