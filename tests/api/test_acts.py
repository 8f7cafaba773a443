"""Acts and what can be wrong with them: every refusal has its status, reason and clause."""

from typing import Any

import pytest

from tests.api.desk import CODE, OTHER_CODE, OWED, Desk

OPENING: dict[str, Any] = {
    "workflow": "network_freight",
    "subject": {"kind": "enterprise", "uscc": CODE, "name": "虚构货运科技有限公司"},
}


@pytest.mark.parametrize(
    ("change", "status", "reason"),
    [
        ({"workflow": "network_freigth"}, 422, "unknown_workflow"),
        ({"facts": {"favourite_colour": "red"}}, 422, "fact_unknown"),
        ({"parties": {"uncle": OPENING["subject"]}}, 422, "party_unknown"),
        ({"subject": {**OPENING["subject"], "uscc": "91999999MA00000010"}}, 422, "uscc_wrong"),
        ({"subject": {"kind": "enterprise", "name": "无码公司"}}, 422, "uscc_missing"),
        ({"subject": {**OPENING["subject"], "kind": "person"}}, 422, "wrong_subject"),
        ({"subject": {**OPENING["subject"], "name": " "}}, 422, "name_missing"),
        ({"subject": {**OPENING["subject"], "colour": "red"}}, 422, "request_invalid"),
        ({"subject": "虚构货运科技有限公司"}, 422, "request_invalid"),
        ({"zone": "elsewhere"}, 403, "other_zone"),
        ({"zone": "Not A Zone"}, 422, "request_invalid"),
    ],
)
def test_an_opening_that_cannot_be(desk: Desk, change: Any, status: int, reason: str) -> None:
    answer = desk.post("/v1/cases", {**OPENING, **change}, "approval")
    assert (answer.status_code, answer.json()["reason"]) == (status, reason)
    assert desk.get("/v1/cases").json()["items"] == []


def test_an_opening_by_somebody_with_no_part_in_it(desk: Desk) -> None:
    answer = desk.post("/v1/cases", OPENING, "supervision")
    assert (answer.status_code, answer.json()["reason"]) == (409, "role_not_allowed")
    assert answer.json()["clause"] == "9.2"


def test_an_enterprise_opens_no_case_for_another(desk: Desk) -> None:
    answer = desk.post("/v1/cases", OPENING, "rival")
    assert (answer.status_code, answer.json()["reason"]) == (403, "not_your_enterprise")


def test_a_zone_may_be_named_by_who_has_none(desk: Desk) -> None:
    body = {**OPENING, "zone": "elsewhere"}
    answer = desk.post("/v1/cases", body, "admin")
    assert answer.json()["reason"] == "role_not_allowed", "an admin is in no role of this reform"


@pytest.mark.parametrize(
    ("event", "by", "facts", "status", "reason"),
    [
        ("issue_license", "approval", {}, 422, "unknown_event"),
        ("verify_commitment", "supervision", {"finding": 7}, 422, "fact_wrong"),
        ("verify_commitment", "supervision", {}, 422, "fact_missing"),
        ("verify_commitment", "supervision", {"finding": "是", "mood": "好"}, 422, "fact_unknown"),
        ("verify_commitment", "applicant", {"finding": "是"}, 409, "role_not_allowed"),
        ("inform", "approval", {}, 409, "not_possible_now"),
        ("supply_all", "applicant", {"documents": ["diploma"]}, 422, "material_unknown"),
        ("supply_all", "applicant", {"documents": OWED[:1]}, 409, "materials_missing"),
        ("supply_all", "applicant", {"documents": "diploma"}, 422, "fact_wrong"),
        ("supply_all", "applicant", {"documents": [{"id": OWED[0], "size": 1}]}, 422, "fact_wrong"),
        ("supply_all", "applicant", {"documents": [{"id": "x", "sha256": "x"}]}, 422, "fact_wrong"),
        ("supply_all", "applicant", {"documents": [*OWED, OWED[0]]}, 422, "fact_wrong"),
        ("supply_all", "rival", {"documents": OWED}, 403, "forbidden"),
        ("supply_all", "stranger", {"documents": OWED}, 403, "forbidden"),
    ],
)  # fmt: skip
def test_an_act_that_cannot_be(
    desk: Desk, event: str, by: str, facts: Any, status: int, reason: str
) -> None:
    case = desk.licensed()
    answer = desk.act(case, event, by, **facts)
    assert (answer.status_code, answer.json()["reason"]) == (status, reason), answer.text
    assert desk.get(f"/v1/cases/{case['id']}").json()["version"] == case["version"]


def test_a_refusal_names_clause_and_what_is_possible(desk: Desk) -> None:
    case = desk.licensed()
    problem = desk.act(case, "inform", "approval").json()
    assert problem["clause"] == "9.9"
    assert problem["state"] == "licensed_provisional"
    assert "supply_all" in problem["possible"]


def test_who_approved_does_not_inspect(desk: Desk) -> None:
    case = desk.licensed()
    answer = desk.act(case, "verify_commitment", "approval", finding="与承诺相符")
    assert (answer.status_code, answer.json()["reason"]) == (409, "separation_of_duties")


def test_too_late(desk: Desk) -> None:
    case = desk.licensed()
    desk.move(to="2025-07-03")
    answer = desk.act(case, "supply_all", "applicant", documents=OWED)
    problem = answer.json()
    assert (answer.status_code, problem["reason"], problem["clause"]) == (409, "late", "9.24")
    assert problem["due_on"] == "2025-07-02"


def test_late_but_with_a_receipt_and_a_second_person_is_a_matter_for_people(desk: Desk) -> None:
    case = desk.licensed()
    desk.move(to="2025-07-03")
    when = "2025-07-02T16:00:00+08:00"
    bare = desk.act(case, "supply_all", "applicant", documents=OWED, happened_at=when)
    assert (bare.status_code, bare.json()["reason"]) == (409, "evidence_required")
    after = desk.done(
        case, "supply_all", "applicant", documents=OWED, happened_at=when,
        evidence={"reference": "EMS-1", "confirmed_by": "supervision"},
    )  # fmt: skip
    assert after["tracks"] == {"main": "breach"}


@pytest.mark.parametrize(
    ("happened_at", "status", "reason"),
    [
        ("2025-01-03T09:00:00+08:00", 409, "in_future"),
        ("9000-12-31T23:59:59-12:00", 409, "in_future"),
        ("2025-01-01T09:00:00+08:00", 409, "before_last_act"),
        ("1900-01-01T00:00:00+14:00", 409, "before_last_act"),
        ("2025-01-02T09:00:00", 422, "request_invalid"),
        ("2025-01-02", 422, "request_invalid"),
        (1735779600, 422, "request_invalid"),
    ],
)
def test_an_impossible_time(desk: Desk, happened_at: Any, status: int, reason: str) -> None:
    case = desk.open()
    answer = desk.act(case, "inform", "approval", happened_at=happened_at)
    assert (answer.status_code, answer.json()["reason"]) == (status, reason)


def test_a_time_without_offset_is_told_what_would_be_right(desk: Desk) -> None:
    case = desk.open()
    answer = desk.act(case, "inform", "approval", happened_at="2025-01-02T09:00:00",
                      headers={"Accept-Language": "en"})  # fmt: skip
    assert "2025-02-28T10:00:00+08:00" in answer.json()["detail"]


def test_an_unknown_case(desk: Desk) -> None:
    for answer in (
        desk.get("/v1/cases/20250102-00000000"),
        desk.get("/v1/cases/20250102-00000000/journal"),
        desk.act("20250102-00000000", "inform", "approval"),
    ):
        assert (answer.status_code, answer.json()["reason"]) == (404, "not_found")


# Versions


def test_an_act_on_a_stale_version_is_refused(desk: Desk) -> None:
    case = desk.open()
    first = desk.act(case, "inform", "approval", headers={"If-Match": f'"{case["version"]}"'})
    assert first.status_code == 200
    assert first.headers["etag"] == f'"{first.json()["version"]}"'
    stale = desk.act(case, "choose_ordinary", "applicant",
                     headers={"If-Match": f'"{case["version"]}"'})  # fmt: skip
    assert (stale.status_code, stale.json()["reason"]) == (412, "stale_version")
    assert stale.json()["current"] == first.json()["version"]


@pytest.mark.parametrize("form", ["*", '"{}"', 'W/"{}"'])
def test_an_act_on_the_version_seen_is_carried_out(desk: Desk, form: str) -> None:
    case = desk.open()
    tag = form.format(case["version"])
    assert desk.act(case, "inform", "approval", headers={"If-Match": tag}).status_code == 200


@pytest.mark.parametrize("tag", ["3", '"abc"', '"1", "2"', ""])
def test_an_if_match_that_is_no_version(desk: Desk, tag: str) -> None:
    answer = desk.act(desk.open(), "inform", "approval", headers={"If-Match": tag})
    assert (answer.status_code, answer.json()["reason"]) == (422, "if_match_malformed")


# Repeats


def test_the_same_request_with_the_same_key_acts_once(desk: Desk) -> None:
    key = {"Idempotency-Key": "one"}
    first = desk.post("/v1/cases", OPENING, "applicant", headers=key)
    again = desk.post("/v1/cases", OPENING, "applicant", headers=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again.headers["idempotent-replayed"] == "true"
    assert again.content == first.content
    assert "idempotent-replayed" not in first.headers
    assert again.headers["location"] == f"/v1/cases/{first.json()['id']}"
    assert len(desk.get("/v1/cases").json()["items"]) == 1

    case = first.json()
    acts = [desk.act(case, "inform", "approval", headers=key) for _ in range(3)]
    assert [one.json()["version"] for one in acts] == [acts[0].json()["version"]] * 3


def test_a_key_used_with_another_body_is_refused(desk: Desk) -> None:
    key = {"Idempotency-Key": "one"}
    desk.post("/v1/cases", OPENING, "approval", headers=key)
    subject = {"kind": "enterprise", "uscc": OTHER_CODE, "name": "另一虚构公司"}
    answer = desk.post("/v1/cases", {**OPENING, "subject": subject}, "approval", headers=key)
    assert (answer.status_code, answer.json()["reason"]) == (422, "idempotency_key_reused")


def test_keys_of_two_people_do_not_meet(desk: Desk) -> None:
    key = {"Idempotency-Key": "one"}
    first = desk.post("/v1/cases", OPENING, "approval", headers=key)
    other = desk.post("/v1/cases", OPENING, "applicant", headers=key)
    assert first.json()["id"] != other.json()["id"]


def test_a_refusal_is_evaluated_anew(desk: Desk) -> None:
    case, key = desk.open(), {"Idempotency-Key": "choose"}
    refused = desk.act(case, "choose_ordinary", "applicant", headers=key)
    assert refused.status_code == 409
    desk.done(case, "inform", "approval")
    assert desk.act(case, "choose_ordinary", "applicant", headers=key).status_code == 200


@pytest.mark.parametrize("key", ["", "k" * 201])
def test_a_key_of_the_wrong_length(desk: Desk, key: str) -> None:
    answer = desk.post("/v1/cases", OPENING, "approval", headers={"Idempotency-Key": key})
    assert answer.status_code == 422
