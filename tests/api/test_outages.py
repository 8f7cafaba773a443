"""Outages of the office over HTTP: a supervisor and a second person; dates move, a hold ends."""

import pytest

from cases.clock import SANDBOX_START
from scheduler.holds import current, impose
from tests.api.desk import Desk

OUT = {
    "from": "2025-06-30T00:00:00+08:00", "to": "2025-07-02T20:00:00+08:00", "reason": "机房断电",
    "confirmed_by": "deputy",
}  # fmt: skip


def due(desk: Desk, case_id: str) -> dict[str, object]:
    found = [
        one for one in desk.get(f"/v1/cases/{case_id}").json()["obligations"]
        if one["id"] == "supply_promised_materials"
    ]  # fmt: skip
    return dict(found[-1])


def test_a_supervisor_records_an_outage_and_dates_move(desk: Desk) -> None:
    case = desk.licensed()
    with desk.service.store.unit() as unit:
        impose(unit, SANDBOX_START, "heartbeat_gap", "no heartbeat for three days")
    desk.move(to="2025-07-03")
    assert due(desk, case["id"])["status"] == "missed"
    recorded = desk.post("/v1/outages", OUT, "supervisor")
    assert recorded.status_code == 201
    body = recorded.json()
    assert (body["number"], body["first_day"], body["last_day"], body["zone"]) == (
        1, "2025-06-30", "2025-07-02", "yingkou"
    )  # fmt: skip
    assert (body["recorded_by"], body["confirmed_by"], body["cases"]) == ("supervisor", "deputy", 1)
    assert body["finished_at"] is not None
    duty = due(desk, case["id"])
    assert (duty["occurrence"], duty["status"]) == (2, "open")
    assert duty["due"]["on"] == "2025-07-07"  # type: ignore[index]
    with desk.service.store.unit(write=False) as unit:
        assert current(unit) is None
    journal = desk.get(f"/v1/cases/{case['id']}/journal").json()["items"]
    assert (journal[-1]["kind"], journal[-1]["event"]) == ("recounted", "outage")
    (listed,) = desk.get("/v1/outages", "approval").json()["items"]
    assert listed == body
    assert desk.get("/v1/outages", "stranger").json()["items"] == []


def test_an_outage_of_every_zone_is_for_who_oversees_them_all(desk: Desk) -> None:
    assert desk.post("/v1/outages", {**OUT, "zone": "elsewhere"}, "supervisor").status_code == 403
    desk.move(to="2025-07-03")
    assert desk.post("/v1/outages", OUT, "admin").json()["zone"] is None
    assert len(desk.get("/v1/outages", "stranger").json()["items"]) == 1


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"confirmed_by": "supervisor"}, "second_person_required"),
        ({"to": "2025-07-04T00:00:00+08:00"}, "in_future"),
        ({"to": OUT["from"]}, "outage_empty"),
        ({"reason": "  "}, "reason_missing"),
        ({"from": "2025-06-30"}, None),
    ],
)
def test_what_makes_no_sense_is_refused(desk: Desk, change, reason: str | None) -> None:
    desk.move(to="2025-07-03")
    answer = desk.post("/v1/outages", {**OUT, **change}, "supervisor")
    assert answer.status_code == 422
    assert reason is None or answer.json()["reason"] == reason
    assert desk.get("/v1/outages").json()["items"] == []


def test_who_may_neither_record_nor_see_is_told_so(desk: Desk) -> None:
    desk.move(to="2025-07-03")
    assert desk.post("/v1/outages", OUT, "approval").status_code == 403
    assert desk.get("/v1/outages", "applicant").status_code == 403


def test_in_production_the_cases_are_told_after_the_answer(office: Desk) -> None:
    past = {**OUT, "from": "2024-06-30T00:00:00+08:00", "to": "2024-07-02T20:00:00+08:00"}
    assert office.post("/v1/outages", past, "supervisor").json()["finished_at"] is None
    (told,) = office.get("/v1/outages").json()["items"]
    assert told["finished_at"] is not None
    assert office.get("/v1/enforcement").json()["hold"] is None
