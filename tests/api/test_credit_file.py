"""The credit file over HTTP: what a list closes and grants and how each ends; what becomes of an
enterprise itself."""

from datetime import date, timedelta
from typing import Any

import pytest

from api import schemas
from cases.clock import SANDBOX_START
from cases.rows import Batch, CreditFactRow, ListRow
from tests.api.desk import CODE, OTHER_CODE, Desk

RENAME = {"kind": "rename", "name": "虚构新名货运有限公司", "on": "2025-01-02", "paper": "登字1号",
          "confirmed_by": "registry-2"}  # fmt: skip
MERGER = {"kind": "merger", "successor": {"uscc": OTHER_CODE, "name": "虚构承继货运有限公司"},
          "on": "2025-01-02", "paper": "登字2号", "confirmed_by": "registry-2"}  # fmt: skip
END = {"kind": "deregistration", "on": "2025-01-02", "paper": "登字3号",
       "confirmed_by": "registry-2"}  # fmt: skip


def listed(desk: Desk, *names: str, uscc: str = CODE, days: int = 0) -> None:
    """Entries on lists, as the work items of some case have made them."""
    with desk.service.store.unit() as unit:
        for n, name in enumerate(names, 1):
            unit.add_list(
                ListRow(f"case-of-{name}", days + 1, n, uscc, "虚构公司", name, None, None,
                        "labour_dispatch", "10.34", SANDBOX_START + timedelta(days=days))
            )  # fmt: skip


def file_of(desk: Desk, code: str = CODE, by: str = "approval") -> dict[str, Any]:
    answer = desk.get(f"/v1/enterprises/{code}", by)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def changed(desk: Desk, body: Any, by: str = "registry", code: str = CODE) -> Any:
    return desk.post(f"/v1/enterprises/{code}/changes", body, by)


def swept(desk: Desk) -> None:
    """What was ordered is carried out."""
    assert desk.service.enforcer.sweep().set_aside == {}


def test_each_restriction_has_its_clause_or_reading_and_its_end(desk: Desk) -> None:
    listed(desk, "black")
    found = {one["restriction"]: one for one in file_of(desk)["restrictions"]}
    assert {name: one["clause"] for name, one in found.items()} == {
        "commitment_route": "4.32", "acceptance": "3.27", "inspection_rate": "4.31",
    }  # fmt: skip
    assert found["commitment_route"]["reading"]["zh"]
    assert found["acceptance"]["reading"] is None
    for one in found.values():
        assert (one["list"], one["since"], one["clauses"]) == ("black", "2025-01-02", ["10.34"])
        assert one["ends"]["workflow"] == "credit_system"
        assert "4.35" in one["ends"]["clauses"]
        assert one["ends"]["zh"]


def test_privileges_are_named_with_their_clause_and_rest_beside_a_black_entry(desk: Desk) -> None:
    listed(desk, "red", "civil_air_defence_red")
    granted = {(one["list"], one["privilege"]): one for one in file_of(desk)["privileges"]}
    assert granted["red", "no_threshold_acceptance"]["clause"] == "3.26"
    assert granted["civil_air_defence_red", "lower_inspection_rate"]["clause"] == "18.9"
    assert {one["resting"] for one in granted.values()} == {None}
    for one in granted.values():
        assert one["ends"]["kind"] == "delisted_by"
        assert one["ends"]["events"]
    listed(desk, "black", days=1)
    after = file_of(desk)
    rests = {one["list"]: one["resting"] for one in after["privileges"]}
    assert rests["civil_air_defence_red"] is None
    assert "从严" in rests["red"]["zh"]
    assert [one["side"] for one in after["lists"]] == ["red", "red", "black"]


def test_what_has_ended_closes_nothing_and_stays_on_file(desk: Desk) -> None:
    listed(desk, "black")
    with desk.service.store.unit() as unit:
        unit.end_list("case-of-black", 1, 1, SANDBOX_START + timedelta(days=3), "case-of-repair/7")
    found = file_of(desk)
    assert found["restrictions"] == []
    (entry,) = found["lists"]
    assert (entry["ended"], entry["ended_by"], entry["ends"]) == (
        "2025-01-05", "case-of-repair/7", None,
    )  # fmt: skip


def test_a_fact_says_what_it_reports_and_on_which_day(desk: Desk) -> None:
    told_on = SANDBOX_START.date() - timedelta(days=40)
    graded = CreditFactRow("c1", 2, 1, CODE, "annual_grade", "network_freight", SANDBOX_START,
                           "18.48", None, told_on, "A")  # fmt: skip
    with desk.service.store.unit() as unit:
        unit.write(Batch(credit_facts=(graded,)))
    (fact,) = file_of(desk)["credit_facts"]
    assert (fact["on"], fact["value"], fact["at"][:10]) == ("2024-11-23", "A", "2025-01-02")
    assert (fact["label"], fact["value_label"]) == (None, None), "only an older text knows it"


def test_facts_grades_and_privileges_are_called_what_the_rulebook_calls_them(desk: Desk) -> None:
    reform = "civil_air_defence_red_black_list"
    rows = [
        CreditFactRow("c1", 2, 1, CODE, "false_commitment", "network_freight", SANDBOX_START,
                      "9.31"),
        CreditFactRow("c2", 2, 1, CODE, "civil_air_defence_grade", reform, SANDBOX_START,
                      "18.48", None, SANDBOX_START.date(), "a"),
    ]  # fmt: skip
    with desk.service.store.unit() as unit:
        unit.write(Batch(credit_facts=tuple(rows)))
    listed(desk, "red")
    found = file_of(desk)
    labels = {one["fact"]: (one["label"], one["value_label"]) for one in found["credit_facts"]}
    assert labels == {
        "false_commitment": ({"zh": "虚假承诺", "en": "a false commitment"}, None),
        "civil_air_defence_grade": (
            {"zh": "人防行业年度信用等级", "en": "the yearly grade in the civil air defence trade"},
            {"zh": "A级", "en": "A"},
        ),
    }
    granted = {one["privilege"]: (one["zh"], one["en"]) for one in found["privileges"]}
    assert granted["green_channel"] == ("绿色通道", "green channel")


def test_repair_opens_the_commitment_route_again(desk: Desk) -> None:
    """A listed enterprise is accepted, on the ordinary procedure; off the list, the route is open
    to the very same case."""
    listed(desk, "black")
    case = desk.open()
    desk.done(case, "inform", "approval")
    before = desk.get(f"/v1/cases/{case['id']}", "approval").json()
    barred = {one["event"]: one for one in before["blocked"]}["determine_eligible"]
    assert (barred["reason"], "失信黑名单（4.32）" in barred["detail"]["zh"]) == (
        "commitment_route_closed", True,
    )  # fmt: skip
    with desk.service.store.unit() as unit:
        unit.end_list("case-of-black", 1, 1, SANDBOX_START, "case-of-repair/7")
    after = desk.get(f"/v1/cases/{case['id']}", "approval").json()
    assert after["restrictions"] == []
    assert "commitment_route_closed" not in {one["reason"] for one in after["blocked"]}


def test_the_grounds_of_the_trade_lists_are_shown_with_the_records_counted(desk: Desk) -> None:
    """Three bad records, the third on the very day on which the twelve months end."""
    days = ["2024-01-02", "2024-06-01", "2025-01-02"]
    rows = [
        CreditFactRow("c1", n, 1, CODE, "civil_air_defence_bad_record", "network_freight",
                      SANDBOX_START, "18.46", None, date.fromisoformat(day))
        for n, day in enumerate(days, 2)
    ]  # fmt: skip
    with desk.service.store.unit() as unit:
        unit.write(Batch(credit_facts=tuple(rows[:2])))
    assert file_of(desk)["grounds"] == []
    with desk.service.store.unit() as unit:
        unit.write(Batch(credit_facts=(rows[2],)))
    (ground,) = file_of(desk)["grounds"]
    assert (ground["list"], ground["criterion"], ground["clauses"]) == (
        "civil_air_defence_black", "bad_records", ["18.25"],
    )  # fmt: skip
    assert [one["on"] for one in ground["counted"]] == days
    assert {one["label"]["zh"] for one in ground["counted"]} == {"人防行业不良行为记录"}
    assert (ground["on_list"], file_of(desk)["lists"]) == (False, []), "a ground lists nobody"
    listed(desk, "civil_air_defence_black")
    (ground,) = file_of(desk)["grounds"]
    assert ground["on_list"]
    changed(desk, END)
    assert file_of(desk)["grounds"] == [], "nobody is listed after the end"


def test_a_new_name_is_told_to_every_open_case(desk: Desk) -> None:
    case = desk.licensed()
    listed(desk, "black")
    answer = changed(desk, RENAME)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["kind"], answer.json()["recorded_by"]) == ("rename", "registry")
    swept(desk)
    shown = desk.get(f"/v1/cases/{case['id']}", "applicant").json()
    assert (shown["subject"]["name"], shown["subject"]["uscc"]) == (RENAME["name"], CODE)
    found = file_of(desk)
    assert (found["name"], [one["kind"] for one in found["changes"]]) == (
        RENAME["name"], ["rename"],
    )  # fmt: skip
    (public,) = desk.get("/v1/lists/black", None).json()["items"]
    assert (public["name"], public["today"]) == (
        "虚构公司", {"uscc": CODE, "name": RENAME["name"]},
    )  # fmt: skip
    assert changed(desk, RENAME).json() == answer.json()


def test_a_merger_carries_the_file_over_and_says_so_on_both_sides(desk: Desk) -> None:
    case = desk.licensed()
    listed(desk, "black", "red")
    assert changed(desk, MERGER).status_code == 200
    swept(desk)
    heir = file_of(desk, OTHER_CODE, "rival")
    assert [one["id"] for one in heir["cases"]] == [case["id"]]
    assert heir["name"] == "虚构承继货运有限公司"
    assert {one["restriction"] for one in heir["restrictions"]} == {
        "commitment_route", "acceptance", "inspection_rate",
    }  # fmt: skip
    assert {(one["list"], one["uscc"]) for one in heir["lists"]} == {
        ("black", CODE), ("red", CODE),
    }  # fmt: skip
    assert heir["privileges"] == [], "praise is not inherited"
    gone = file_of(desk, CODE, "rival")
    assert gone["successor"] == MERGER["successor"]
    assert gone["cases"] == []
    opened = desk.open("rival", subject={"kind": "enterprise", "uscc": OTHER_CODE, "name": "虚构"})
    assert {one["kind"] for one in opened["restrictions"]} >= {"commitment_route"}
    again = desk.post("/v1/cases", {"workflow": "network_freight", "subject": {
        "kind": "enterprise", "uscc": CODE, "name": "虚构"}}, "applicant")  # fmt: skip
    assert (again.status_code, again.json()["reason"]) == (409, "enterprise_ended")
    assert again.json()["successor"] == OTHER_CODE


def test_the_end_of_an_enterprise_ends_its_open_cases_alone(desk: Desk) -> None:
    case = desk.licensed()
    listed(desk, "black")
    assert changed(desk, END).status_code == 200
    swept(desk)
    assert desk.get(f"/v1/cases/{case['id']}").json()["ended"] == "cancelled"
    found = file_of(desk)
    assert [one["list"] for one in found["lists"]] == ["black"]
    assert found["successor"] is None
    ended = changed(desk, RENAME)
    assert (ended.status_code, ended.json()["reason"]) == (409, "enterprise_ended")


@pytest.mark.parametrize(
    ("body", "by", "status", "reason"),
    [
        (RENAME, "approval", 403, "forbidden"),
        (RENAME, "applicant", 403, "forbidden"),
        ({**RENAME, "confirmed_by": "registry"}, "registry", 422, "second_person_required"),
        ({**RENAME, "on": "2025-01-03"}, "registry", 422, "in_future"),
        ({**RENAME, "kind": "division"}, "registry", 422, "request_invalid"),
        ({**RENAME, "name": None}, "registry", 422, "change_incomplete"),
        ({**MERGER, "name": "虚构"}, "registry", 422, "change_incomplete"),
        ({**END, "successor": MERGER["successor"]}, "registry", 422, "change_incomplete"),
    ],
)
def test_a_change_that_cannot_be(desk: Desk, body: Any, by: str, status: int, reason: str) -> None:
    answer = changed(desk, body, by)
    assert (answer.status_code, answer.json()["reason"]) == (status, reason), answer.text
    assert file_of(desk)["changes"] == []


def test_a_change_of_a_code_that_is_none(desk: Desk) -> None:
    answer = changed(desk, RENAME, code="91999999MA00000010")
    assert (answer.status_code, answer.json()["reason"]) == (422, "uscc_wrong")


def test_a_stranger_to_both_reads_neither_file(desk: Desk) -> None:
    changed(desk, {**MERGER, "successor": {"uscc": "91999999MA0000003W", "name": "虚构三号"}})
    assert desk.get(f"/v1/enterprises/{CODE}", "rival").status_code == 403
    assert desk.get(f"/v1/enterprises/{CODE}", "applicant").status_code == 200


def test_the_example_of_a_change_is_accepted() -> None:
    properties = schemas.ChangeBody.model_json_schema()["properties"]
    example = {name: spec["examples"][0] for name, spec in properties.items() if "examples" in spec}
    assert schemas.ChangeBody.model_validate(example).kind == "rename"
