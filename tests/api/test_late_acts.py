"""Acts put on record after they happened, over HTTP: the reason of each refusal, and the task that
stands in place of an act the engine has already answered."""

from typing import Any

import pytest

from tests.api.desk import COMMITMENT, OWED, UPFRONT, Desk

HANDED_IN: dict[str, Any] = {"documents": OWED}
LAST_DAY, PROOF = "2025-07-02T16:00:00+08:00", {"reference": "EMS-7", "confirmed_by": "approval"}


def supply(desk: Desk, case: Any, **more: Any) -> Any:
    """The applicant's materials, handed in on the last day as it is said."""
    return desk.act(case, "supply_all", "applicant", **HANDED_IN, **more)


@pytest.mark.parametrize(
    ("happened_at", "evidence", "status", "reason"),
    [
        ("2025-07-04T10:00:00+08:00", None, 409, "in_future"),
        ("2025-01-01T10:00:00+08:00", None, 409, "before_last_act"),
        ("2025-01-01T10:00:00+08:00", PROOF, 409, "before_last_act"),
        (LAST_DAY, None, 409, "evidence_required"),
        (LAST_DAY, {"reference": "EMS-7", "confirmed_by": "applicant"}, 409, "evidence_required"),
        ("2025-07-03T08:00:00+08:00", PROOF, 409, "late"),
        ("2025-07-02T16:00:00", None, 422, "request_invalid"),
        ("yesterday", None, 422, "request_invalid"),
    ],
)
def test_a_late_record_that_cannot_be_says_why(
    desk: Desk, happened_at: str, evidence: dict[str, str] | None, status: int, reason: str
) -> None:
    case = desk.licensed()
    desk.move(to="2025-07-03")
    before = desk.get(f"/v1/cases/{case['id']}").json()["version"]
    more = {} if evidence is None else {"evidence": evidence}
    answer = supply(desk, case, happened_at=happened_at, **more)
    assert (answer.status_code, answer.json()["reason"]) == (status, reason)
    assert answer.json()["detail"]
    assert desk.get(f"/v1/cases/{case['id']}").json()["version"] == before


def test_before_the_last_day_is_over_no_proof_is_asked_for(desk: Desk) -> None:
    case = desk.licensed()
    desk.move(to="2025-07-02")
    answer = supply(desk, case, happened_at="2025-07-01T16:00:00+08:00")
    assert answer.status_code == 200, answer.text
    owed = next(one for one in answer.json()["obligations"]
                if one["id"] == "supply_promised_materials")  # fmt: skip
    assert (owed["status"], owed["acted_at"][:10]) == ("met", "2025-07-01")


@pytest.mark.parametrize("day", ["2025-07-03", "2025-07-08"])
def test_where_the_sweep_has_acted_a_person_is_asked_to_restore(desk: Desk, day: str) -> None:
    """The label is on record on the 3rd, the licence revoked on the 4th; either way the proof is
    kept, nothing is undone by itself, and supervision has a task."""
    case = desk.licensed()
    desk.move(to=day)
    answer = supply(desk, case, happened_at=LAST_DAY, evidence=PROOF)
    assert answer.status_code == 200, answer.text
    entries = desk.get(f"/v1/cases/{case['id']}/journal").json()["items"]
    last = entries[-1]
    assert (last["event"], last["marks"]["late_event"]) == ("record_late", "supply_all")
    assert last["evidence"] == PROOF
    task = last["effects"][0]
    assert (task["do"], task["what"]["role"]) == ("task", "supervision")
    owed = next(one for one in answer.json()["obligations"]
                if one["id"] == "supply_promised_materials")  # fmt: skip
    assert owed["status"] == "missed"
    assert answer.json()["tracks"] == desk.get(f"/v1/cases/{case['id']}").json()["tracks"]


def test_a_licence_dated_back_starts_the_applicants_period_when_it_is_recorded(desk: Desk) -> None:
    """Dated the 2nd, on record on the 8th: six months run from the 8th, and the receipt says so."""
    case = desk.open()
    desk.done(case, "inform", "approval")
    desk.done(case, "determine_eligible", "approval", risk_controllable=True, documents=UPFRONT)
    desk.done(case, "commit", "applicant", **COMMITMENT)
    desk.done(case, "file_application", "applicant")
    desk.move(to="2025-01-08")
    shown = desk.done(case, "issue_licence", "approval", formal_review_passed=True,
                      happened_at="2025-01-02T20:00:00+08:00",
                      evidence={"reference": "批-1", "confirmed_by": "supervision"})  # fmt: skip
    owed = next(one for one in shown["obligations"] if one["id"] == "supply_promised_materials")
    assert owed["due"]["on"] == "2025-07-08"
    assert owed["receipt"]["late_record"]["counted_from"][:10] == "2025-01-08"
