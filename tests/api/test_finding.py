"""Finding things: cases, the diary, credit files, public lists; and who may see whose."""

import pytest

from api.credit_file import effects_of, ways_out
from api.paging import cursor_of
from cases.clock import SANDBOX_START
from cases.rows import Batch, CreditFactRow, ListRow
from machines.book import rulebook
from tests.api.desk import CODE, OTHER_CODE, UPFRONT, Desk, duty

RIVAL = {"kind": "enterprise", "uscc": OTHER_CODE, "name": "另一虚构公司"}


def test_workflows_are_listed_and_shown_whole(desk: Desk) -> None:
    listed = {one["key"]: one for one in desk.get("/v1/workflows").json()["items"]}
    assert set(listed) == set(rulebook().workflows)
    for key in listed:
        shown = desk.get(f"/v1/workflows/{key}").json()
        definition = rulebook().workflows[key].definition
        assert (
            shown["definition"]
            == listed[key]["definition"]
            == rulebook().workflows[key].compiled.hash
        )
        assert {one["id"] for one in shown["events"]} == set(definition.events)
        assert {one["id"] for one in shown["obligations"]} == {o.id for o in definition.obligations}
        assert {one["id"] for one in shown["engine_events"]} >= {"serve", "restore", "withdraw"}


def test_a_workflow_says_what_an_event_needs_and_on_what_ground(desk: Desk) -> None:
    shown = desk.get("/v1/workflows/network_freight").json()
    events = {one["id"]: one for one in shown["events"]}
    commit = events["commit"]["facts_schema"]
    assert set(commit["required"]) == {
        "in_writing", "notice_known", "six_months_promised", "supervision_accepted"
    }  # fmt: skip
    assert commit["properties"]["in_writing"] == {
        "title": "以书面形式承诺", "description": "committed in writing", "type": "boolean",
        "const": True, "examples": [True],
    }  # fmt: skip
    assert events["inform"]["roles"] == ["approval"]
    assert "documents" in events["supply_all"]["facts_schema"]["properties"]
    (push,) = [one for one in shown["transitions"] if one["event"] == "confirm_push"]
    assert (push["to"], push["inferred"]) == ("same", True)
    (eligible,) = [o for o in shown["transitions"] if o["event"] == "determine_eligible"]
    assert not eligible["inferred"]
    assert eligible["reading"]["en"]
    assert {ref["name"] for ref in eligible["guards"]} <= set(shown["guards"])
    (owed,) = [o for o in shown["obligations"] if o["id"] == "supply_promised_materials"]
    assert owed["clauses"] == ["9.24", "9.8", "9.11"]
    assert owed["reading"]["zh"]
    assert shown["parameters"]["supplement_months"]["unit"] == "months"
    assert "9.25" in {one["id"] for one in shown["clauses"]}


def test_an_unknown_workflow_names_the_known_ones(desk: Desk) -> None:
    answer = desk.get("/v1/workflows/water")
    assert (answer.status_code, answer.json()["reason"]) == (404, "unknown_workflow")
    assert "network_freight" in answer.json()["known"]


def test_cases_are_found_by_every_filter(desk: Desk) -> None:
    mine = desk.licensed()
    rival = desk.open("rival", subject=RIVAL)

    def found(query: str) -> set[str]:
        answer = desk.get(f"/v1/cases?{query}")
        assert answer.status_code == 200, answer.text
        return {one["id"] for one in answer.json()["items"]}

    both = {mine["id"], rival["id"]}
    assert found("") == both
    assert found("workflow=network_freight") == both
    assert found("workflow=no_such") == set()
    assert found("track_state=main:licensed_provisional") == {mine["id"]}
    assert found("track_state=inquiry") == {rival["id"]}
    assert found("q=另一虚构") == {rival["id"]}
    assert found(f"q={CODE}") == {mine["id"]}
    assert found("due_before=2025-07-02") == set()
    assert found("due_before=2025-07-03") == {mine["id"]}
    assert found("settled=true") == set()
    assert found("zone=yingkou") == both
    assert found("zone=elsewhere") == set()


def test_a_line_of_the_list_says_what_is_due_next(desk: Desk) -> None:
    case = desk.licensed()
    (line,) = desk.get("/v1/cases").json()["items"]
    assert line["next_due"]["id"] == "supply_promised_materials"
    assert line["next_due"]["on"] == "2025-07-02"
    assert line["version"] == case["version"]


def test_pages_follow_one_another_without_gap_or_repeat(desk: Desk) -> None:
    ids = [desk.open()["id"] for _ in range(5)]
    seen: list[str] = []
    path: str | None = "/v1/cases?limit=2&workflow=network_freight"
    while path is not None:
        answer = desk.get(path)
        page = answer.json()
        seen += [one["id"] for one in page["items"]]
        assert len(page["items"]) <= 2
        path = page["next"]
        assert ("link" in answer.headers) == (path is not None)
        if path is not None:
            assert answer.headers["link"] == f'<{path}>; rel="next"'
    assert seen == sorted(ids)


@pytest.mark.parametrize("cursor", ["x", "W10", "WzFd", "bm9uZQ", "%00", "a" * 501])
@pytest.mark.parametrize("path", ["/v1/cases", "/v1/obligations"])
def test_a_cursor_that_no_page_gave_out(desk: Desk, path: str, cursor: str) -> None:
    assert desk.get(f"{path}?cursor={cursor}").status_code == 422


def test_a_cursor_to_a_duty_that_is_not_there(desk: Desk) -> None:
    answer = desk.get(f"/v1/obligations?cursor={cursor_of('20250102-0', 'x', 1)}")
    assert (answer.status_code, answer.json()["reason"]) == (422, "cursor_wrong")


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=201", "limit=x", "due_before=tomorrow", "due_before=0",
     "due_before=2025-02-30", "track_state=Main", "settled=perhaps", "q=%00"],
)  # fmt: skip
def test_a_filter_that_makes_no_sense(desk: Desk, query: str) -> None:
    answer = desk.get(f"/v1/cases?{query}")
    assert (answer.status_code, answer.json()["reason"]) == (422, "request_invalid")


# Who may see whose


def test_an_applicant_sees_its_own_and_nothing_else(desk: Desk) -> None:
    mine = desk.licensed()
    theirs = desk.open("rival", subject=RIVAL)
    assert [c["id"] for c in desk.get("/v1/cases", "rival").json()["items"]] == [theirs["id"]]
    assert [c["id"] for c in desk.get("/v1/cases", "applicant").json()["items"]] == [mine["id"]]
    assert desk.get("/v1/cases", "founder").json()["items"] == []
    for path in (f"/v1/cases/{mine['id']}", f"/v1/cases/{mine['id']}/journal",
                 f"/v1/enterprises/{CODE}"):  # fmt: skip
        assert desk.get(path, "rival").status_code == 403
        assert desk.get(path, "founder").status_code == 403
        assert desk.get(path, "applicant").status_code == 200
    assert desk.get("/v1/obligations", "rival").json()["items"] == []
    assert desk.get("/v1/obligations", "founder").json()["items"] == []
    owed = desk.get("/v1/obligations?bearer=applicant", "applicant").json()["items"]
    assert {one["case"] for one in owed} == {mine["id"]}


def test_an_officer_sees_the_zone_and_no_other(desk: Desk) -> None:
    case = desk.licensed()
    assert desk.get("/v1/cases", "stranger").json()["items"] == []
    assert desk.get("/v1/obligations", "stranger").json()["items"] == []
    assert desk.get(f"/v1/cases/{case['id']}", "stranger").status_code == 403
    for path in ("/v1/cases", "/v1/obligations", "/v1/settings"):
        answer = desk.get(f"{path}?zone=yingkou", "stranger")
        assert (answer.status_code, answer.json()["reason"]) == (403, "other_zone")
    assert desk.get(f"/v1/enterprises/{CODE}", "stranger").json()["cases"] == []
    assert desk.get("/v1/enforcement", "applicant").status_code == 403


# The diary


def test_the_diary_holds_duties_in_due_order_by_bearer(desk: Desk) -> None:
    case = desk.licensed()
    items = desk.get("/v1/obligations").json()["items"]
    assert {one["case"] for one in items} == {case["id"]}
    assert all(one["status"] in ("open", "filed", "suspended") for one in items)
    dated = [one["due"]["on"] for one in items if "on" in one["due"]]
    assert dated == sorted(dated)
    assert items[0]["due"]["on"] == "2025-07-02"
    expected = {**duty(case, "supply_promised_materials")}
    assert expected.items() <= items[0].items()

    def ids(query: str) -> set[str]:
        return {o["id"] for o in desk.get(f"/v1/obligations?{query}").json()["items"]}

    assert ids("bearer=applicant") == {"supply_promised_materials"}
    assert ids("due_before=2025-07-02") == set()
    assert ids("due_before=2025-07-03") == {"supply_promised_materials"}
    approval = {o["id"] for o in items if o["bearer"] == "approval"}
    assert ids("bearer=approval") == ids("bearer=authority") == approval
    assert ids("bearer=third_party") == ids("bearer=bank") == set()


def test_nobody_bears_duties_under_that_name(desk: Desk) -> None:
    answer = desk.get("/v1/obligations?bearer=uncle")
    assert (answer.status_code, answer.json()["reason"]) == (422, "role_unknown")


def test_the_diary_in_pages(desk: Desk) -> None:
    desk.licensed()
    whole = desk.get("/v1/obligations").json()["items"]
    seen: list[dict[str, object]] = []
    path: str | None = "/v1/obligations?limit=1"
    while path is not None:
        page = desk.get(path).json()
        seen += page["items"]
        path = page["next"]
    assert seen == whole
    assert len(whole) > 1


# Lists and the credit file


def _listed(desk: Desk, seq: int, **change: object) -> None:
    plain: dict[str, object] = {
        "case_id": "20250102-0a0a0a0a", "seq": seq, "n": 1, "uscc": CODE, "name": "虚构公司",
        "list": "black", "restriction": None, "for_workflow": None, "workflow": "network_freight",
        "clauses": "9.30 9.31", "since_at": SANDBOX_START,
    }  # fmt: skip
    with desk.service.store.unit() as unit:
        unit.add_list(ListRow(**{**plain, **change}))  # type: ignore[arg-type]


def test_a_list_is_public_and_says_who_since_when_and_why(desk: Desk) -> None:
    _listed(desk, 1)
    _listed(desk, 2, uscc="case:20250102-0a0a0a0a", name="某自然人")
    _listed(desk, 3, list=None, restriction="acceptance")
    _listed(desk, 4, uscc=OTHER_CODE, list="red")
    items = desk.get("/v1/lists/black", None).json()["items"]
    assert items[0] == {"name": "虚构公司", "uscc": CODE, "workflow": "network_freight",
                        "clauses": ["9.30", "9.31"], "since": "2025-01-02"}  # fmt: skip
    assert [(one["name"], one["uscc"]) for one in items[1:]] == [("某自然人", None)]
    assert [one["uscc"] for one in desk.get("/v1/lists/red", None).json()["items"]] == [OTHER_CODE]
    answer = desk.get("/v1/lists/grey", None)
    assert (answer.status_code, answer.json()["reason"]) == (404, "unknown_list")


def test_a_restriction_says_how_it_ends_or_that_the_text_does_not(desk: Desk) -> None:
    _listed(desk, 1, list="red")
    _listed(desk, 2, list=None, restriction="acceptance", for_workflow="network_freight")
    _listed(desk, 3, list="a_list_no_reform_knows")
    on_file = desk.get(f"/v1/enterprises/{CODE}", "applicant").json()
    assert [one["list"] for one in on_file["lists"]] == ["red", "a_list_no_reform_knows"]
    assert [(one["restriction"], one["for_workflow"]) for one in on_file["restrictions"]] == [
        ("acceptance", "network_freight"), ("commitment_route", None)
    ]  # fmt: skip
    for one in on_file["restrictions"]:
        assert one["ends"]["kind"] == "none_stated"
        assert one["ends"]["zh"]
        assert one["clauses"] == ["9.30", "9.31"]


def test_every_list_that_a_reform_takes_off_names_the_event(desk: Desk) -> None:
    for key, one in rulebook().workflows.items():
        for event, effect, _ in effects_of(one.definition):
            if effect.do == "delist":
                found = ways_out(rulebook(), effect.list)
                assert (key, event) in {(e["workflow"], e["event"]) for e in found["events"]}


def test_a_listed_enterprise_is_barred_from_the_commitment_route(desk: Desk) -> None:
    case = desk.open()
    desk.done(case, "inform", "approval")
    desk.done(case, "upfront_supplied", "applicant", documents=UPFRONT)
    _listed(desk, 1)
    shown = desk.get(f"/v1/cases/{case['id']}", "approval").json()
    assert [(one["kind"], one["clause"]) for one in shown["restrictions"]] == [
        ("commitment_route", "4.32"), ("acceptance", "3.27"), ("inspection_rate", "4.31")
    ]  # fmt: skip
    refused = desk.act(case, "determine_eligible", "approval", risk_controllable=True)
    assert (refused.status_code, refused.json()["reason"]) == (409, "commitment_route_closed")


def test_a_fact_taken_back_stays_on_file_and_says_so(desk: Desk) -> None:
    fact = CreditFactRow("20250102-0a0a0a0a", 3, 1, CODE, "false_commitment", "network_freight",
                         SANDBOX_START, "9.31")  # fmt: skip
    back = CreditFactRow("20250102-0a0a0a0a", 5, 1, CODE, "false_commitment", "network_freight",
                         SANDBOX_START, "9.31", "3.1")  # fmt: skip
    with desk.service.store.unit() as unit:
        unit.write(Batch(credit_facts=(fact, back)))
    (only,) = desk.get(f"/v1/enterprises/{CODE}").json()["credit_facts"]
    assert only["retracted"]


def test_an_enterprise_nobody_has_heard_of_has_an_empty_file(desk: Desk) -> None:
    found = desk.get(f"/v1/enterprises/{OTHER_CODE}").json()
    empty = ("changes", "cases", "credit_facts", "lists", "restrictions", "privileges", "grounds")
    assert found == {"uscc": OTHER_CODE, "name": None, "successor": None,
                     **{name: [] for name in empty}}  # fmt: skip


def test_a_code_that_is_none(desk: Desk) -> None:
    answer = desk.get("/v1/enterprises/91999999MA00000010")
    assert (answer.status_code, answer.json()["reason"]) == (422, "uscc_wrong")
