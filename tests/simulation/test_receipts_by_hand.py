"""The engine's receipts of the core reforms say what docs/RECEIPTS.md worked out by hand."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from machines.book import rulebook
from machines.case import Duty
from rules.periods import shanghai_date
from rules.working_days import CALENDARS, load_calendar
from simulation.auditor import Almanacs, audit
from tests.proof.journals import journal_of
from tests.scenarios.runner import Scenario, play

ALMANACS = Almanacs(CALENDARS)
WORKED_OUT = Path(__file__).parents[2] / "docs" / "RECEIPTS.md"
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
UPFRONT = ["security_level_protection_filing_proof", "level3_protection_evaluation_report",
           "value_added_telecom_licence", "online_capability_determination"]  # fmt: skip

EIA = ["eia_approval_application_form", "environmental_impact_report_form", "commitment_letter"]
DISPATCH: list[dict[str, Any]] = [
    {"by": "approval", "does": "inform_once"},
    {"by": "applicant", "does": "commit", "facts": {"commitment_due": date(2025, 6, 1)}},
    {"by": "applicant", "does": "hand_in_upfront", "documents": [
        "application_form", "capital_verification_report", "premises_use_proof"]},
    {"at": date(2025, 3, 5), "by": "approval", "does": "decide_and_issue"},
]  # fmt: skip
ORDINARY: list[dict[str, Any]] = [
    {"by": "approval", "does": "inform_once"},
    {"at": date(2025, 1, 13), "by": "applicant", "does": "choose_ordinary"},
]

# Workflow and obligation -> the day of the opening, and the steps up to the start of the period.
STORIES: Mapping[tuple[str, str], tuple[date, list[dict[str, Any]]]] = {
    ("network_freight", "supply_promised_materials"): (date(2025, 3, 31), [
        {"by": "approval", "does": "inform"},
        {"by": "approval", "does": "determine_eligible", "documents": UPFRONT},
        {"by": "applicant", "does": "commit"},
        {"by": "applicant", "does": "file_application"},
        {"at": date(2025, 4, 1), "by": "approval", "does": "issue_licence"},
    ]),
    ("labour_dispatch", "post_licence_check"): (date(2025, 3, 3), DISPATCH),
    ("labour_dispatch", "supply_five_materials"): (date(2025, 3, 3), DISPATCH),
    ("labour_dispatch", "supply_video"): (date(2024, 12, 30), [
        {"by": "approval", "does": "inform_once"},
        {"by": "applicant", "does": "commit",
         "facts": {"commitment_due": date(2025, 6, 1), "video_chosen": True}},
        {"by": "applicant", "does": "hand_in_upfront", "documents": [
            "application_form", "financial_audit_report", "premises_use_proof"]},
        {"at": date(2024, 12, 31), "by": "approval", "does": "decide_and_issue"},
    ]),
    ("labour_dispatch", "ordinary_decision"): (date(2025, 1, 10), ORDINARY),
    ("labour_dispatch", "ordinary_notify"): (date(2025, 4, 1), [
        *ORDINARY[:-1], {"at": date(2025, 4, 2), "by": "applicant", "does": "choose_ordinary"},
        {"at": date(2025, 4, 24), "by": "approval", "does": "ordinary_grant"},
    ]),
    ("eia_commitment", "publicity"): (date(2025, 9, 25), [
        {"by": "approval", "does": "notify_once"},
        {"by": "applicant", "does": "submit", "documents": EIA},
        {"at": date(2025, 9, 26), "by": "approval", "does": "approve"},
    ]),
    ("eia_commitment", "revise_30_working_days"): (date(2025, 9, 1), [
        {"by": "approval", "does": "notify_once"},
        {"by": "applicant", "does": "submit", "documents": EIA},
        {"by": "approval", "does": "approve"},
        {"at": date(2025, 9, 5), "by": "review", "does": "require_revision"},
        {"at": date(2025, 9, 8), "by": "review", "does": "serve",
         "facts": {"document": "review_comments", "to": "preparer"}},
        {"at": date(2025, 9, 10), "by": "review", "does": "serve",
         "facts": {"document": "review_comments", "to": "builder"}},
    ]),
    ("domicile_commitment", "correct_within_limit"): (date(2025, 9, 1), [
        {"by": "registry", "does": "start_comparison", "documents": ["domicile_information_form"]},
        {"by": "registry", "does": "comparison_ok"},
        {"at": date(2025, 9, 19), "by": "supervision", "does": "order_correction",
         "facts": {"correction_due_on": date(2025, 10, 4)}},
        {"at": date(2025, 9, 22), "by": "supervision", "does": "serve",
         "facts": {"document": "correction_order", "to": "subject"}},
    ]),
    ("domicile_commitment", "report_ledger"): (date(2025, 6, 27), [
        {"by": "registry", "does": "start_comparison", "documents": ["domicile_information_form"]},
        {"at": date(2025, 6, 30), "by": "registry", "does": "comparison_ok"},
    ]),
}  # fmt: skip


def _duty(workflow: str, obligation: str) -> Duty:
    """The duty as the engine arms it."""
    return _duty_of(workflow, obligation, *STORIES[workflow, obligation])


def _duty_of(workflow: str, obligation: str, opened_on: date, steps: list[dict[str, Any]]) -> Duty:
    story = Scenario(
        workflow=workflow, name=obligation, opening={"at": opened_on},
        steps=tuple(steps), then={}, settings={}, credit={}, parent=None, clauses=(),
    )  # fmt: skip
    stage = play(rulebook(), load_calendar(), story)
    case = stage.case
    assert case is not None
    assert audit(journal_of(stage.entries, case.id), ALMANACS).findings == []
    duty = case.latest(obligation)
    assert duty is not None, f"{obligation} was never armed"
    return duty


def _worked_out(workflow: str, obligation: str) -> tuple[list[list[str]], dict[str, str]]:
    """The rows of days and the results of a section, as they stand on paper."""
    text = WORKED_OUT.read_text(encoding="utf-8")
    section = text.partition(f"## {workflow} {obligation}\n")[2].partition("\n## ")[0]
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in section.splitlines()
        if line.startswith("| ") and not line.startswith("| day |")
    ]
    days = [row for row in rows if len(row) == 3]
    results = {row[0]: row[1] for row in rows if len(row) == 2 and row[0] != "result"}
    return days, results


@pytest.mark.parametrize(("workflow", "obligation"), STORIES)
def test_the_receipt_says_what_was_worked_out_by_hand(workflow: str, obligation: str) -> None:
    _, wanted = _worked_out(workflow, obligation)
    duty = _duty(workflow, obligation)
    receipt = duty.receipt
    found = {
        "nominal": receipt["nominal"],
        "due": receipt["result"]["on"],
        "missed on": receipt["result"]["missed_on"],
        "enforceable from": receipt["result"]["enforceable_from"],
        **{f"reminder {n}": str(day) for n, day in duty.warn_on},
    }
    if "given" not in receipt["source"]:
        found["day zero"] = receipt["day_zero"]
        assert receipt["day_zero"] == str(shanghai_date(duty.anchor))
    if "counted_from_next_day" in receipt:
        found["counted from the next day"] = receipt["counted_from_next_day"]
    assert found == wanted
    assert str(duty.due.on) == wanted["due"]
    assert str(duty.due.enforceable_from) == wanted["enforceable from"]


@pytest.mark.parametrize(("workflow", "obligation"), STORIES)
def test_the_days_on_paper_are_the_days_of_the_receipt(workflow: str, obligation: str) -> None:
    days, wanted = _worked_out(workflow, obligation)
    receipt = _duty(workflow, obligation).receipt
    off = [date.fromisoformat(day) for day, _, words in days if words.startswith("off")]
    off += [date.fromisoformat(day) for day, _, words in days if re.search(r": off\b", words)]
    skipped = {
        date.fromisoformat(first) + timedelta(days=n)
        for first, last, *_ in receipt["rest_days"]
        for n in range((date.fromisoformat(last) - date.fromisoformat(first)).days + 1)
    }
    assert set(off) == skipped
    assert wanted["due"] in [day for day, _, words in days if "the last day" in words]
    for day, weekday, _ in days:
        assert WEEKDAYS[date.fromisoformat(day).weekday()] == weekday, day
    numbers = [int(found[0]) for _, _, words in days if (found := re.match(r"\d+", words))]
    if receipt["unit"] == "wd":
        assert numbers == list(range(1, receipt["amount"] + 1))
        worked = [day for day, _, words in days if words.endswith(", worked")]
        assert worked == [row[0] for row in receipt["make_up_days"]]


def test_what_is_owed_before_another_day_is_owed_by_that_day() -> None:
    """The management urges by the day of the five materials, and is reminded ten days before."""
    opened_on, steps = STORIES["labour_dispatch", "supply_five_materials"]
    materials, urge = (
        _duty_of("labour_dispatch", name, opened_on, steps)
        for name in ("supply_five_materials", "urge_completion")
    )
    assert urge.due == materials.due
    assert urge.receipt["before"] == "supply_five_materials"
    assert (str(urge.receipt["on"]), urge.warn_on) == ("2025-06-03", ((10, date(2025, 5, 19)),))
    text = WORKED_OUT.read_text(encoding="utf-8")
    assert "**urge_completion** is owed by the same day, 2025-06-03" in text
