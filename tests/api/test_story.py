"""A network freight licence from the first day to revocation, told over HTTP alone."""

from tests.api.desk import CODE, OWED, Desk, duty


def test_the_promise_is_broken_and_the_licence_revoked(desk: Desk) -> None:
    case = desk.licensed()
    promise = duty(case, "supply_promised_materials")
    assert case["tracks"] == {"main": "licensed_provisional"}
    assert promise["due"]["on"] == "2025-07-02"
    assert promise["receipt"], "a due date carries its receipt"

    on_the_last_day = desk.move(to="2025-07-02T23:59:59+08:00")
    assert [s["rung"] for s in on_the_last_day["enforced"]] == ["warn:30", "warn:10", "warn:3"]
    missed = desk.move(to="2025-07-03")
    assert [(s["rung"], s["adverse"]) for s in missed["enforced"]] == [("missed", False)]
    assert desk.get(f"/v1/cases/{case['id']}").json()["tracks"] == {"main": "breach"}

    revoked = desk.move(to="2025-07-04")
    (step,) = revoked["enforced"]
    assert step["case"] == case["id"]
    assert step["adverse"]
    assert step["event"] == "revoke_for_breach"
    assert "9.25" in step["clauses"]
    after = desk.get(f"/v1/cases/{case['id']}", "applicant").json()
    assert after["tracks"] == {"main": "revoked"}
    assert after["closed"]
    assert [one["status"] for one in after["licences"]] == ["revoked"]

    on_file = desk.get(f"/v1/enterprises/{CODE}", "applicant").json()
    assert {one["fact"] for one in on_file["credit_facts"]} == {
        "commitment_not_performed", "joint_punishment"
    }  # fmt: skip
    assert on_file["lists"] == []
    assert desk.get("/v1/lists/black", None).json()["items"] == []


def test_the_promise_is_kept_on_the_last_day_and_nothing_happens(desk: Desk) -> None:
    case = desk.licensed()
    desk.move(to="2025-07-02T23:59:00+08:00")
    kept = desk.done(case, "supply_all", "applicant", documents=OWED)
    assert kept["tracks"] == {"main": "licensed_full"}
    assert kept["settled"]
    assert desk.move(advance="P1Y")["enforced"] == []


def test_half_a_year_in_one_step_enforces_the_same(desk: Desk) -> None:
    desk.licensed()
    steps = desk.move(advance="P6M3D")["enforced"]
    assert [one["rung"] for one in steps] == ["warn:30", "warn:10", "warn:3", "missed", "enforced"]
    assert [one["at"] for one in steps] == sorted(one["at"] for one in steps)


def test_the_journal_is_a_chain(desk: Desk) -> None:
    case = desk.licensed()
    items = desk.get(f"/v1/cases/{case['id']}/journal", "applicant").json()["items"]
    assert [one["seq"] for one in items] == list(range(1, case["version"] + 1))
    assert [one["prev_hash"] for one in items[1:]] == [one["hash"] for one in items[:-1]]
    assert items[0]["event"] == "open"
    assert items[-1]["event"] == "issue_licence"


def test_the_hash_of_a_file_is_kept(desk: Desk) -> None:
    case = desk.licensed()
    document = {"id": OWED[0], "sha256": "ab" * 32}
    after = desk.done(case, "supply_part", "applicant", documents=[document])
    (kept,) = [one for one in after["documents"] if one["material"] == OWED[0]]
    assert kept["sha256"] == "ab" * 32


def test_what_may_be_done_is_offered_with_its_schema(desk: Desk) -> None:
    case = desk.open()
    offered = {
        o["event"]: o for o in desk.get(f"/v1/cases/{case['id']}", "approval").json()["available"]
    }
    assert offered["inform"]["role"] == "approval"
    assert offered["inform"]["facts_schema"]["type"] == "object"
    mine = desk.get(f"/v1/cases/{case['id']}", "applicant").json()
    assert "inform" not in {one["event"] for one in mine["available"]}
    barred = {one["event"]: one for one in mine["blocked"]}
    assert barred["commit"]["reason"] == "not_possible_now"
    assert barred["commit"]["clause"]


def test_the_journal_says_why_each_automatic_act_was_done(desk: Desk) -> None:
    case = desk.licensed()
    desk.move(to="2025-07-04")
    journal = desk.get(f"/v1/cases/{case['id']}/journal", "applicant").json()
    by_itself = [one for one in journal["items"] if one["actor"]["user"] == "engine"]
    said = {one["seq"]: one for one in journal["explained"]}
    assert list(said) == [one["seq"] for one in by_itself]
    revoked = said[journal["items"][-1]["seq"]]
    assert "因“补齐承诺补充材料”于2025-07-02届满仍未履行，系统于2025-07-04" in revoked["zh"]
    assert "was due by 2025-07-02 and was not kept" in revoked["en"]
    assert "9.25" in revoked["clauses"]
    assert "原文规定的处理" in revoked["rule"]["zh"]


def test_what_no_clause_forbids_is_refused_by_a_rule_that_is_named(desk: Desk) -> None:
    case = desk.licensed()
    refused = desk.act(case, "issue_license", "approval").json()
    assert refused["reason"] == "unknown_event"
    assert "clause" not in refused
    assert refused["rule"].startswith("系统规则：")
    seen = desk.get(f"/v1/cases/{case['id']}", "approval").json()
    assert all((one["clause"] is None) != (one["rule"] is None) for one in seen["blocked"])
    assert any(one["rule"] is not None for one in seen["blocked"])
