"""The named conditions: on, below and above; stated and not; with their arguments."""

from datetime import date, datetime
from typing import Any

import pytest

from rules.draws import draw
from rules.guards import GUARDS, first_unmet, reads
from rules.parameters import (
    DatedParameter,
    DatedValue,
    ParameterBook,
    Settings,
    ZoneSetting,
)
from rules.periods import SHANGHAI
from rules.view import NO_CREDIT, ParentView, View, World
from rules.working_days import load_calendar

TODAY = date(2025, 3, 31)
SINCE = date(2017, 4, 10)


def parameter(name: str, unit: str, value: Any) -> DatedParameter:
    return DatedParameter(name, unit, (DatedValue(SINCE, value, "9999.1"),))


BOOK = ParameterBook(
    {
        "w": {
            "cap": parameter("cap", "yuan", 100),
            "month": parameter("month", "months", 1),
            "year": parameter("year", "years", 1),
            "days": parameter("days", "working_days", 5),
        }
    }
)
SETTINGS = Settings("yingkou", (ZoneSetting("w", "share", "percent", 30, SINCE, "test"),))


def view(
    facts: dict[str, Any] | None = None, *, parent: ParentView | None = None, **happened: datetime
) -> View:
    return View(
        workflow="w", today=TODAY, facts=facts or {}, tracks={}, in_hand=frozenset(), groups={},
        duties={}, licences={}, happened=happened, credit=NO_CREDIT,
        world=World(load_calendar(), BOOK, SETTINGS, parent=parent),
    )  # fmt: skip


def holds(name: str, facts: dict[str, Any] | None = None, /, **args: Any) -> bool:
    unmet = GUARDS[name].function(view(facts), **args)
    assert unmet is None or (unmet.reason and unmet.zh and unmet.en)
    return unmet is None


@pytest.mark.parametrize(
    ("number", "at_most", "at_least"), [(29, True, False), (30, True, True), (31, False, True)]
)
def test_a_zone_setting_is_a_limit_on_both_sides(
    number: int, at_most: bool, at_least: bool
) -> None:
    facts = {"n": number}
    assert holds("at_most_setting", facts, fact="n", setting="share") is at_most
    assert holds("at_least_setting", facts, fact="n", setting="share") is at_least


def test_a_setting_nobody_made_is_an_error_and_no_answer() -> None:
    with pytest.raises(LookupError, match=r"w needs the zone setting other on 2025-03-31"):
        holds("at_most_setting", {"n": 1}, fact="n", setting="other")


@pytest.mark.parametrize(
    ("first", "second", "fits"), [(60, 40, True), (60, 41, False), (100, None, True)]
)
def test_numbers_together_are_at_most_the_parameter(
    first: int, second: int | None, fits: bool
) -> None:
    facts = {"a": first, "b": second}
    assert holds("sum_at_most", facts, facts=["a", "b"], parameter="cap") is fits


def test_two_facts_are_compared() -> None:
    facts = {"a": 2, "b": 3, "c": 2, "d": True}
    assert holds("no_more_than", facts, fact="a", other="b")
    assert holds("no_more_than", facts, fact="a", other="c")
    assert not holds("no_more_than", facts, fact="b", other="a")
    assert not holds("no_more_than", facts, fact="a", other="missing")
    assert not holds("no_more_than", facts, fact="d", other="b")
    assert holds("fact_equals", facts, fact="a", other="c")
    assert not holds("fact_equals", facts, fact="missing", other="absent")
    assert holds("fact_differs", facts, fact="a", other="b")
    assert not holds("fact_differs", facts, fact="a", other="c")
    assert not holds("fact_differs", facts, fact="a", other="missing")


def test_one_firm_under_two_names_is_one_firm() -> None:
    firm = {"name": "虚构甲", "uscc": "91999999MA0000001N"}
    facts = {"a": firm, "b": {**firm, "name": "虚构甲（更名）"}, "c": {"name": "虚构甲"}}
    assert holds("fact_equals", facts, fact="a", other="b")
    assert not holds("fact_differs", facts, fact="a", other="b")
    assert holds("fact_differs", facts, fact="a", other="c")


def test_the_rest_is_exactly_what_is_left() -> None:
    facts: dict[str, Any] = {"all": ["x", "y", "z"], "out": ["y"], "none": None}
    args = {"fact": "rest", "whole": "all", "without": ["out", "none"]}
    assert holds("rest_of", {**facts, "rest": ["z", "x"]}, **args)
    for wrong in (["x"], ["x", "y", "z"], ["x", "z", "w"], ["x", "z", "z"], []):
        assert not holds("rest_of", {**facts, "rest": wrong}, **args)


def test_lists_are_looked_into() -> None:
    facts = {"all": ["x", "y"], "some": ["x"], "rest": ["y"], "firms": [{"name": "甲"}]}
    assert holds("includes", facts, fact="all", value="y")
    assert holds("includes", facts, fact="firms", value="甲")
    assert not holds("includes", facts, fact="some", value="y")
    assert holds("covers", facts, fact="all", other="some")
    assert not holds("covers", facts, fact="some", other="all")
    assert holds("covered_by", facts, fact="all", facts=["some", "rest"])
    assert not holds("covered_by", facts, fact="all", facts=["some"])


@pytest.mark.parametrize(
    ("day", "later", "earlier"),
    [("2025-03-30", False, True), ("2025-03-31", True, True), ("2025-04-01", True, False)],
)
def test_today_is_both_not_past_and_not_to_come(day: str, later: bool, earlier: bool) -> None:
    assert holds("today_or_later", {"d": day}, fact="d") is later
    assert holds("today_or_earlier", {"d": day}, fact="d") is earlier
    assert not holds("today_or_later", {}, fact="d")


@pytest.mark.parametrize(
    ("happened_on", "period", "elapsed"),
    [
        # a month from 28 February is full at the end of 28 March: the 29th is the first day
        (date(2025, 2, 28), "month", True),
        (date(2025, 3, 1), "month", False),
        (date(2024, 3, 30), "year", True),
        (date(2024, 3, 31), "year", False),
    ],
)
def test_a_period_must_have_fully_elapsed(happened_on: date, period: str, elapsed: bool) -> None:
    at = datetime(happened_on.year, happened_on.month, happened_on.day, 23, tzinfo=SHANGHAI)
    unmet = GUARDS["elapsed_since"].function(view(done=at), event="done", period=period)
    assert (unmet is None) is elapsed


def test_a_period_in_working_days_does_not_elapse_like_a_month() -> None:
    at = datetime(2025, 1, 2, tzinfo=SHANGHAI)
    with pytest.raises(TypeError, match=r"w\.days is no whole number of months or years"):
        GUARDS["elapsed_since"].function(view(done=at), event="done", period="days")


def test_only_what_the_seed_gives_counts_as_drawn() -> None:
    pool = [{"name": f"虚构{n}", "uscc": f"code{n}"} for n in range(6)]
    names = draw(pool, "s", 2)
    right = [one for one in pool if one["uscc"] in names]
    args = {"drawn": "drawn", "pool": "pool", "seed": "seed", "take": "take"}
    facts: dict[str, Any] = {"pool": pool, "seed": "s", "take": 2}
    assert holds("drawn_from_seed", {**facts, "drawn": right}, **args)
    assert holds("drawn_from_seed", {**facts, "drawn": right[::-1]}, **args)
    wrong = [one for one in pool if one["uscc"] not in names]
    for drawn in (right[:1], [*right, wrong[0]], [right[0], wrong[0]], [right[0], right[0]], []):
        assert not holds("drawn_from_seed", {**facts, "drawn": drawn}, **args)
    assert not holds("drawn_from_seed", {**facts, "drawn": right, "take": 7}, **args)
    assert not holds("drawn_from_seed", {"drawn": right}, **args)


def test_the_originating_case_is_looked_at() -> None:
    parent = ParentView("p", "other", {"main": "granted"}, {"permit": "live"}, closed=False)
    asked: dict[str, dict[str, Any]] = {
        "parent_licence_live": {"licence": "permit"},
        "parent_in_state": {"track": "main", "states": ["granted"]},
        "has_parent": {},
    }
    for name, args in asked.items():
        assert GUARDS[name].function(view(parent=parent), **args) is None
        assert GUARDS[name].function(view(), **args) is not None
    revoked = ParentView("p", "other", {"main": "ended"}, {"permit": "revoked"}, closed=True)
    for name in ("parent_licence_live", "parent_in_state"):
        assert GUARDS[name].function(view(parent=revoked), **asked[name]) is not None


def test_a_guard_says_which_facts_it_reads() -> None:
    assert reads({"fact": "a", "facts": ["b", "c"], "other": "d", "parameter": "p"}) == {
        "a", "b", "c", "d",
    }  # fmt: skip
    assert first_unmet(view(), []) is None
