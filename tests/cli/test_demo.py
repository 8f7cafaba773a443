"""The demo: in time, true to its stories, each automatic act with its clause and receipt."""

import subprocess
import sys
import time
from typing import Any, get_args

import pytest

from api import demo, demo_words, stories
from api.interplays import INTERPLAYS
from api.stage import Step, Story, StoryBroken
from machines.book import rulebook
from machines.effects import Effect, Restrict
from tests.cli.running import ROOT, answer


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    """Every story by its key, as JSON."""
    return {one["key"]: one for one in answer("demo", "--all")}


def test_the_demo_ends_by_itself_in_under_twenty_seconds() -> None:
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "api", "demo"], cwd=ROOT, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert time.monotonic() - began < 20
    for story in stories.TOLD:
        assert story.zh in done.stdout


def test_all_adds_the_other_stories_and_the_interplays(told: dict[str, Any]) -> None:
    assert list(told) == [one.key for one in (*stories.TOLD, *stories.MORE, *INTERPLAYS)]
    assert len(answer("demo")) == len(stories.TOLD)


def test_each_story_ends_where_it_says(told: dict[str, Any]) -> None:
    for story in (*stories.TOLD, *stories.MORE, *INTERPLAYS):
        assert story.ends, f"{story.key} promises nothing"
        assert story.ends.items() <= told[story.key]["tracks"].items()


def test_the_real_enterprise_is_licensed_on_one_day_and_nothing_adverse_is_told_of_it(
    told: dict[str, Any],
) -> None:
    lines = told["freight_same_day"]["lines"]
    assert told["freight_same_day"]["subject"] == "辽宁永瑞顺达网络货运有限公司"
    assert {line["on"] for line in lines} == {"2025-01-02"}
    assert {line["kind"] for line in lines} <= {"act", "note"}


def test_nothing_adverse_happens_the_day_after_the_last_and_the_licence_goes_on_the_next(
    told: dict[str, Any],
) -> None:
    lines = told["freight_missed"]["lines"]
    assert [line["on"] for line in lines if line["kind"] == "label"] == ["2025-07-03"]
    (adverse,) = [line for line in lines if line["kind"] == "adverse"]
    assert adverse["on"] == "2025-07-04"
    assert "9.25" in adverse["clauses"]


def test_every_automatic_act_shows_its_clause_and_every_consequence_its_receipt(
    told: dict[str, Any],
) -> None:
    for story in told.values():
        for line in story["lines"]:
            if line["kind"] in ("adverse", "label", "warning"):
                assert line["clauses"], line
            if line["kind"] in ("adverse", "label"):
                assert any("receipt" in detail for detail in line["details"]), line


def test_a_filing_on_the_last_day_answered_late_harms_nobody(told: dict[str, Any]) -> None:
    kinds = {line["kind"] for line in told["eia_filed_last_day"]["lines"]}
    assert not kinds & {"adverse", "label"}


def test_the_builder_is_listed_for_the_preparers_delay(told: dict[str, Any]) -> None:
    (adverse,) = [one for one in told["eia_runs_out"]["lines"] if one["kind"] == "adverse"]
    assert any("@builder" in detail and "7.21" in detail for detail in adverse["details"])


def test_a_declarant_of_a_false_address_is_refused_the_route_with_the_clause(
    told: dict[str, Any],
) -> None:
    (refused,) = [one for one in told["domicile_false"]["lines"] if one["kind"] == "refused"]
    assert refused["clauses"] == ["8.24"]


def test_every_effect_and_every_restriction_is_told_in_words() -> None:
    kinds = get_args(get_args(Effect)[0])
    effects = {do for kind in kinds for do in get_args(kind.model_fields["do"].annotation)}
    assert {"freeze", "unfreeze", "open_case", "signal"} < effects
    assert effects <= set(demo_words.EFFECTS)
    closes = get_args(Restrict.model_fields["restriction"].annotation)
    assert set(closes) == set(demo_words.RESTRICTIONS)


def test_every_list_and_recorded_fact_is_called_as_the_rulebook_calls_it() -> None:
    book = rulebook()
    for spec in book.lists.lists:
        assert demo_words.list_words(book, spec.id) == f"{spec.zh} {spec.en}"
    for fact in book.lists.facts:
        assert demo_words.fact_words(book, fact.id) == f"{fact.zh} {fact.en}"


@pytest.mark.parametrize(("step", "said"), [
    (Step(0, "approval", "issue_licence"), "expected None, not_possible_now"),
    (Step(0, "approval", "inform", refused="late"), "expected late, accepted"),
    (Step("due:supply_promised_materials"), "has no date"),
])  # fmt: skip
def test_a_story_that_does_not_go_as_written_says_where(step: Step, said: str) -> None:
    broken = Story("broken", "", "", "network_freight", stories.FREIGHT, "applicant", (step,))
    with pytest.raises(StoryBroken, match=said):
        demo.told(broken)


def test_a_story_that_ends_elsewhere_is_broken() -> None:
    wrong = Story("broken", "", "", "network_freight", stories.FREIGHT, "applicant",
                  (Step(0, "approval", "inform"),), ends={"main": "revoked"})  # fmt: skip
    with pytest.raises(StoryBroken, match="main is informed, not revoked"):
        demo.told(wrong)
