"""What a definition may ask about credit: each condition's yes, its no, and of whom it speaks."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from msgspec import structs

from rules import credit_guards, restriction_guards
from rules.credit_guards import counted
from rules.guard import GUARDS
from rules.parameters import DatedParameter, DatedValue, ParameterBook, Settings
from rules.view import CreditFact, CreditView, Listed, Privilege, Restriction, Unmet, View, World
from rules.working_days import load_calendar

OWN, OTHER = "91999999MA0000001N", "91999999MA0000002R"
TODAY = date(2025, 3, 10)
NUMBERS = {
    "three": ("count", 3), "twelve_months": ("months", 12), "three_years": ("years", 3),
    "in_days": ("working_days", 5),
}  # fmt: skip
BOOK = ParameterBook(
    {
        "trade": {
            name: DatedParameter(name, unit, (DatedValue(date(2020, 1, 1), value, "1.1"),))
            for name, (unit, value) in NUMBERS.items()
        }
    }
)
CALENDAR = load_calendar()
BAD = [date(2024, 3, 10), date(2024, 9, 1), date(2025, 3, 10)]


def view(credit: CreditView, **facts: Any) -> View:
    """A case of the trade, in which the other party has that credit and the applicant none."""
    world = World(CALENDAR, BOOK, Settings("yingkou"), {OWN: CreditView(), OTHER: credit})
    return View(
        workflow="trade", today=TODAY, facts=facts, tracks={}, in_hand=frozenset(), groups={},
        duties={}, licences={}, happened={}, credit=world.credit[OWN], world=world,
        labels={"builder": ("建设单位", "the builder")}, codes={"builder": OTHER},
    )  # fmt: skip


def facts_of(kind: str, *days: date, value: str | None = None) -> tuple[CreditFact, ...]:
    return tuple(CreditFact(kind, on, value) for on in days)


def closing(kind: str, workflow: str | None = None, clause: str = "3.27") -> CreditView:
    return CreditView(restrictions=(Restriction(kind, workflow, clause, "失信黑名单"),))


LISTED = CreditView(lists=("black",), entries=(Listed("black", date(2022, 3, 9)),))
BAD_FILE = CreditView(facts=facts_of("bad_record", *BAD))
GRADED = CreditView(
    facts=facts_of("annual_grade", *(date(y, 11, 1) for y in (2022, 2023, 2024)), value="A")
)
WINDOW = {"credit_facts": ["bad_record"], "count": "three", "window": "twelve_months"}
BAD_KIND = {"credit_facts": ["bad_record"]}
GRADE = {"credit_fact": "annual_grade", "value": "A", "years": "three"}

# guard, arguments, a credit file with which it holds, one with which it does not, the reason then
ANSWERS: list[tuple[str, dict[str, Any], CreditView, CreditView, str]] = [
    ("commitment_route_open", {}, closing("acceptance"), closing("commitment_route"),
     "commitment_route_closed"),
    ("commitment_route_open", {}, closing("commitment_route", "elsewhere"),
     closing("commitment_route", "trade"), "commitment_route_closed"),
    ("commitment_route_closed", {}, closing("commitment_route"), CreditView(),
     "commitment_route_open"),
    ("acceptance_open", {}, closing("commitment_route"), closing("acceptance"),
     "acceptance_restricted"),
    ("acceptance_restricted", {}, closing("acceptance"), CreditView(), "acceptance_open"),
    ("benefits_open", {}, closing("acceptance"), closing("benefits"), "benefits_restricted"),
    ("privileged", {"privilege": "green_channel"},
     CreditView(privileges=(Privilege("green_channel", "4.27", "红名单"),)),
     CreditView(privileges=(Privilege("gap_acceptance", "4.27", "红名单"),)), "not_green_channel"),
    ("listed", {"list": "black"}, LISTED, CreditView(), "not_on_black"),
    ("not_listed", {"list": "black"}, CreditView(lists=("red",)), LISTED, "on_black"),
    ("listed_for", {"list": "black", "period": "three_years"}, LISTED,
     replace(LISTED, entries=(Listed("black", date(2022, 3, 10)),)), "black_period_not_over"),
    ("listed_for", {"list": "black", "period": "three_years"}, LISTED, CreditView(),
     "not_on_black"),
    ("not_listed_for", {"list": "black", "period": "three_years"}, CreditView(), LISTED,
     "black_period_over"),
    ("records_within", WINDOW, BAD_FILE,
     CreditView(facts=facts_of("bad_record", date(2024, 3, 9), *BAD[1:])), "too_few_records"),
    ("fewer_records_within", WINDOW, CreditView(facts=facts_of("bad_record", *BAD[1:])), BAD_FILE,
     "too_many_records"),
    ("clean_for", {**BAD_KIND, "period": "three_years", "since": "founded_on"},
     CreditView(facts=facts_of("bad_record", date(2022, 3, 9))),
     CreditView(facts=facts_of("bad_record", date(2022, 3, 10))), "not_clean_long_enough"),
    ("graded_in_a_row", GRADE, GRADED, CreditView(facts=GRADED.facts[1:]), "grades_not_in_a_row"),
    ("no_record", BAD_KIND, GRADED, BAD_FILE, "recorded_before"),
    ("no_record", {**BAD_KIND, "within": "twelve_months"},
     CreditView(facts=facts_of("bad_record", date(2024, 3, 9))),
     CreditView(facts=facts_of("bad_record", date(2024, 3, 10))), "recorded_before"),
    ("has_record", BAD_KIND, BAD_FILE, GRADED, "no_such_record"),
]  # fmt: skip


def asked(name: str, of: View, args: dict[str, Any]) -> Unmet | None:
    return GUARDS[name].function(of, **args)


@pytest.mark.parametrize(("name", "args", "holds", "fails", "reason"), ANSWERS)
def test_a_condition_holds_or_says_why_not(
    name: str, args: dict[str, Any], holds: CreditView, fails: CreditView, reason: str
) -> None:
    founded = {"founded_on": "2010-01-01"}
    assert asked(name, view(holds, **founded), {**args, "party": "builder"}) is None
    no = asked(name, view(fails, **founded), {**args, "party": "builder"})
    assert no is not None
    assert no.reason == reason
    assert no.zh.endswith("。")
    assert no.en


def test_every_condition_about_credit_is_tried() -> None:
    modules = {credit_guards.__name__, restriction_guards.__name__}
    own = {name for name, one in GUARDS.items() if one.function.__module__ in modules}
    assert {name for name, *_ in ANSWERS} == own


@pytest.mark.parametrize(("name", "args", "holds", "fails", "reason"), ANSWERS)
def test_without_a_party_it_speaks_of_the_applicant(
    name: str, args: dict[str, Any], holds: CreditView, fails: CreditView, reason: str
) -> None:
    stated = {"founded_on": "2010-01-01"}
    of_builder = structs.replace(view(fails, **stated), credit=holds)
    assert asked(name, of_builder, args) is None


def test_a_refusal_names_the_clause_the_list_and_the_party() -> None:
    no = asked("acceptance_open", view(closing("acceptance")), {"party": "builder"})
    assert no is not None
    assert (no.clause, "建设单位" in no.zh, "失信黑名单（3.27）" in no.zh) == ("3.27", True, True)
    bare = asked("commitment_route_open", view(closing("commitment_route", clause="")),
                 {"party": "builder"})  # fmt: skip
    assert bare is not None
    assert "（）" not in bare.zh


def test_a_clean_period_begins_with_the_trade() -> None:
    args = {**BAD_KIND, "period": "three_years", "since": "founded_on"}
    assert asked("clean_for", view(CreditView(), founded_on="2022-03-09"), args) is None
    young = asked("clean_for", view(CreditView(), founded_on="2022-03-10"), args)
    unsaid = asked("clean_for", view(CreditView()), args)
    assert young is not None
    assert unsaid is not None
    assert (young.reason, unsaid.reason) == ("not_clean_long_enough", "founded_on_missing")


def test_an_entry_made_again_counts_from_the_last() -> None:
    twice = replace(LISTED, entries=(*LISTED.entries, Listed("black", date(2024, 1, 1))))
    args = {"list": "black", "period": "three_years", "party": "builder"}
    assert asked("listed_for", view(twice), args) is not None
    assert asked("not_listed_for", view(twice), args) is None


def test_the_records_counted_are_named_and_a_clean_file_counts_none() -> None:
    of = view(BAD_FILE)
    named = counted(of, "records_within", {**WINDOW, "party": "builder"})
    assert [one.on for one in named] == BAD
    assert counted(of, "has_record", {**BAD_KIND, "party": "builder"}) == BAD_FILE.facts
    graded = counted(view(GRADED), "graded_in_a_row", {**GRADE, "party": "builder"})
    assert graded == GRADED.facts
    assert counted(of, "clean_for", {**BAD_KIND, "period": "three_years", "since": "x"}) == ()


def test_a_window_of_working_days_is_no_window() -> None:
    with pytest.raises(TypeError, match="months or years"):
        asked("no_record", view(BAD_FILE), {**BAD_KIND, "within": "in_days", "party": "builder"})
