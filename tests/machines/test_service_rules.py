"""The service rules: off by default; each, once switched on, does what its source says."""

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from machines.book import Rulebook, load, rulebook, workflows_folder
from machines.reader import DefinitionError
from rules.working_days import load_calendar
from tests.scenarios.runner import Scenario, Stage, play

COUNTER = Path(__file__).parent / "counter"
OVERLAY = "service_rules_overlay"
RECEIPT = '  - {rule: acceptance_receipt, accepted_by: [accept], clauses: ["001.2.3"]}\n'
ONCE = (
    "  - {rule: one_time_notice, told_by: tell_gaps, clock: decide, completed_by: [complete], "
    'clauses: ["001.2.2"]}\n'
)
FIRST = '  - {rule: first_asked, clauses: ["001.2.1"]}\n'
DEEMED = (
    "  - {rule: deemed_decision, obligation: decide, decides: grant, not_a_safety_matter: true, "
    'clauses: ["001.2.4"]}\n'
)


def book_with(folder: Path, *rules: str) -> Rulebook:
    """A rulebook of the invented procedure alone, with these service rules switched on."""
    shutil.copy(workflows_folder() / "roles.yaml", folder / "roles.yaml")
    shutil.copytree(workflows_folder() / OVERLAY, folder / OVERLAY)
    shutil.copytree(COUNTER, folder / "counter")
    if rules:
        with (folder / "counter" / "machine.yaml").open("a", encoding="utf-8") as file:
            file.write("service_rules:\n" + "".join(rules))
    return load(folder)


def told(book: Rulebook, *steps: dict[str, Any]) -> Stage:
    scenario = Scenario("counter", "a test", {"at": date(2025, 1, 2)}, steps, {}, {}, {}, None, ())
    return play(book, load_calendar(), scenario)


ACCEPT = {"by": "approval", "does": "accept"}
TELL = {"by": "approval", "does": "tell_gaps"}
SILENCE = {"until": date(2025, 2, 1)}


def state(stage: Stage) -> str:
    assert stage.case is not None
    return stage.case.tracks["main"]


def test_no_reform_has_a_service_rule_switched_on() -> None:
    assert all(not one.definition.service_rules for one in rulebook().workflows.values())


def test_every_rule_of_the_overlay_names_its_source_and_says_that_it_is_a_reading() -> None:
    overlay = rulebook().overlay
    assert overlay is not None
    assert {one.rule for one in overlay.rules.rules} == {
        "acceptance_receipt", "one_time_notice", "first_asked", "deemed_decision",
    }  # fmt: skip
    for rule in overlay.rules.rules:
        assert rule.clauses
        assert rule.reading is not None
        assert "46" in rule.source.zh
    assert {clause.force for clause in overlay.clauses.clauses} == {"plan"}


def test_without_the_rule_silence_only_escalates(tmp_path: Path) -> None:
    stage = told(book_with(tmp_path), ACCEPT, SILENCE)
    assert state(stage) == "accepted"
    assert [one for one in stage.effects() if ":" not in one and "@" not in one] == ["escalate"]


def test_silence_decides_from_the_first_working_day_after_the_limit(tmp_path: Path) -> None:
    book = book_with(tmp_path, DEEMED)
    # accepted on Thursday 2 January; the fifth working day is Thursday the 9th
    on_the_day_after = told(book, ACCEPT, {"until": "2025-01-09T23:59:00"})
    assert state(on_the_day_after) == "accepted"
    decided = told(book, ACCEPT, {"until": "2025-01-10T00:00:00"})
    assert state(decided) == "granted"
    assert decided.case is not None
    assert decided.case.licences["permit"].status == "live"
    assert "escalate" in decided.effects()
    assert any(entry.clauses[-1:] == ("001.2.4",) for entry in decided.entries)


def test_a_decision_in_time_is_not_decided_again(tmp_path: Path) -> None:
    refused = {"by": "approval", "does": "refuse"}
    stage = told(book_with(tmp_path, DEEMED), ACCEPT, refused, SILENCE)
    assert state(stage) == "refused"
    assert stage.case is not None
    assert not stage.case.licences


def test_what_is_missing_is_told_once(tmp_path: Path) -> None:
    again = {**TELL, "refused": "already_tell_gaps", "clause": "001.2.2"}
    told(book_with(tmp_path, ONCE), TELL, {"by": "applicant", "does": "complete"}, again)


def test_without_the_rule_gaps_may_be_told_twice(tmp_path: Path) -> None:
    stage = told(book_with(tmp_path), TELL, {"by": "applicant", "does": "complete"}, TELL)
    assert state(stage) == "waiting"


def test_the_clock_of_the_authority_waits_for_the_papers(tmp_path: Path) -> None:
    complete = {"at": date(2025, 1, 20), "by": "applicant", "does": "complete"}
    stage = told(book_with(tmp_path, ONCE, DEEMED), ACCEPT, TELL, complete)
    assert stage.case is not None
    first, second = (duty for duty in stage.case.duties if duty.obligation == "decide")
    assert first.status == "waived"
    assert (second.status, second.due.on) == ("open", date(2025, 1, 26))  # a make-up Sunday


def test_an_accepted_application_is_owed_a_receipt_the_same_day(tmp_path: Path) -> None:
    book = book_with(tmp_path, RECEIPT)
    facts = {"document": "acceptance_receipt", "to": "subject", "channel": "electronic"}
    served = told(book, ACCEPT, {"by": "approval", "does": "serve", "facts": facts}, SILENCE)
    assert served.case is not None
    duty = served.case.latest("give_acceptance_receipt")
    assert duty is not None
    assert (duty.status, duty.due.on) == ("met", date(2025, 1, 2))
    late = told(book, ACCEPT, {"until": date(2025, 1, 3)})
    assert late.case is not None
    missed = late.case.latest("give_acceptance_receipt")
    assert missed is not None
    assert missed.status == "missed"


def test_who_is_asked_first_stays_answerable(tmp_path: Path) -> None:
    first = {**TELL, "user": "wang"}
    others = ({"by": "applicant", "does": "complete"}, {"by": "approval", "does": "grant",
                                                        "user": "li"})  # fmt: skip
    stage = told(book_with(tmp_path, FIRST), first, *others)
    assert stage.case is not None
    assert stage.case.hands["first_asked"] == ("wang",)
    assert "first_asked" not in told(book_with(_fresh(tmp_path)), first).case.hands  # type: ignore[union-attr]


def _fresh(folder: Path) -> Path:
    (folder / "off").mkdir()
    return folder / "off"


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (DEEMED.replace("obligation: decide", "obligation: decades"), "unknown obligation"),
        (DEEMED.replace("decides: grant", "decides: bestow"), "unknown event"),
        (DEEMED.replace("not_a_safety_matter: true, ", ""), "not_a_safety_matter"),
        (DEEMED.replace("001.2.4", "001.2.9"), "unknown clause"),
        (RECEIPT.replace("[accept]", "[complete]"), "nobody of it acts"),
    ],
)
def test_a_rule_that_cannot_be_laid_over_says_so_with_its_line(
    tmp_path: Path, rule: str, words: str
) -> None:
    with pytest.raises(DefinitionError, match=r"machine\.yaml:\d+: ") as caught:
        book_with(tmp_path, rule)
    assert words in str(caught.value)
    assert caught.value.line > 50
