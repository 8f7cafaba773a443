"""Service of documents, channels of acts and extensions, as a program sees them."""

from typing import Any

import pytest

from cases.settings import set_setting
from tests.api.desk import OWED, Desk, duty
from tests.scenarios.runner import CODES

NOTICE = "network_freight_notice_commitment"
PROMISE = "supply_promised_materials"
SERVED: dict[str, Any] = {"document": NOTICE, "to": "subject"}


def _firm(code: str) -> dict[str, str]:
    return {"kind": "enterprise", "uscc": code, "name": "虚构货运科技有限公司"}


def states(desk: Desk, by: str = "approval", **query: str) -> list[tuple[str, str, str]]:
    """Every document: case, document, state."""
    answer = desk.get("/v1/services", by, params=query)
    return [(one["case"], one["document"], one["state"]) for one in answer.json()["items"]]


def test_a_document_waits_fails_and_is_served(desk: Desk) -> None:
    case = desk.open()
    assert states(desk) == []
    desk.done(case, "inform", "approval")
    assert states(desk, state="waiting") == [(case["id"], NOTICE, "waiting")]
    failed = {**SERVED, "channel": "post", "reason": "查无此人", "attempted": "2025-01-02"}
    desk.done(case, "record_failed_service", "approval", **failed)
    assert states(desk, state="waiting") == []
    line = desk.get("/v1/services", "approval", params={"state": "failed"}).json()["items"][0]
    assert line["last"]["proof"] == {"reason": "查无此人"}
    assert line["last"]["by"] == "approval"
    desk.done(case, "serve", "approval", **SERVED, channel="in_person", signed_by="虚构收件人")
    assert states(desk, state="failed") == []
    assert states(desk, state="served") == [(case["id"], NOTICE, "served")]
    shown = desk.get(f"/v1/cases/{case['id']}").json()["services"]
    assert [(one["n"], one["status"], one["channel"]) for one in shown] == [
        (1, "failed", "post"), (2, "served", "in_person"),
    ]  # fmt: skip
    assert shown[1]["served_on"] == "2025-01-02"


def test_a_public_notice_is_complete_when_the_clock_has_passed_its_period(desk: Desk) -> None:
    """Published on Thursday 2 January 2025: its thirtieth day is Saturday 1 February."""
    case = desk.open()
    desk.done(case, "inform", "approval")
    after = desk.done(case, "serve", "approval", **SERVED, channel="public_notice",
                      reference="公告-1")  # fmt: skip
    assert (after["services"][0]["status"], after["services"][0]["runs_to"]) == (
        "waiting", "2025-02-01",
    )  # fmt: skip
    assert after["services"][0]["receipt"]["source"]["clause"] == "民事诉讼法95"
    enforced = desk.move(to="2025-02-03")["enforced"]
    assert [(one["rung"], one["event"]) for one in enforced] == [("served", "serve")]
    one = desk.get(f"/v1/cases/{case['id']}").json()["services"][0]
    assert (one["status"], one["served_on"]) == ("served", "2025-02-02")


@pytest.mark.parametrize(
    ("facts", "missing"),
    [({"channel": "post"}, ["reference"]), ({"channel": "public_notice"}, ["reference"]),
     ({"channel": "in_person", "refused_to_sign": True}, ["witness"])],
)  # fmt: skip
def test_a_channel_says_what_it_lacks(desk: Desk, facts: dict[str, Any], missing: Any) -> None:
    case = desk.open()
    desk.done(case, "inform", "approval")
    answer = desk.act(case, "serve", "approval", **SERVED, **facts)
    assert answer.status_code == 422
    assert (answer.json()["reason"], answer.json()["missing"]) == ("fact_missing", missing)


def test_pages_follow_one_another_and_zones_are_kept_apart(desk: Desk) -> None:
    cases = [desk.open(by="approval", subject=_firm(code)) for code in CODES]
    for case in cases:
        desk.done(case, "inform", "approval")
    first = desk.get("/v1/services", "approval", params={"limit": "2"}).json()
    second = desk.client.get(first["next"], headers={"Authorization": "Bearer test-approval"})
    found = [one["case"] for one in (*first["items"], *second.json()["items"])]
    assert found == sorted(case["id"] for case in cases)
    assert second.json()["next"] is None
    assert states(desk, by="stranger") == []
    assert len(states(desk, by="admin")) == len(CODES)


def test_the_list_is_for_officers(desk: Desk) -> None:
    answer = desk.get("/v1/services", "applicant")
    assert (answer.status_code, answer.json()["reason"]) == (403, "forbidden")
    assert desk.get("/v1/services", "approval", params={"state": "lost"}).status_code == 422
    assert desk.get("/v1/services", "approval", params={"cursor": "x"}).status_code == 422


def test_an_extension_is_asked_for_and_granted(desk: Desk) -> None:
    case = desk.licensed()
    asked = desk.done(case, "request_extension", "applicant", obligation=PROMISE, reason="考试改期")
    assert duty(asked, PROMISE)["request"]["by"] == "applicant"
    facts = {"obligation": PROMISE, "new_due_on": "2025-08-29", "ground": "agreement",
             "reason": "考试改期", "paper": "营审延〔2025〕1号"}  # fmt: skip
    after = desk.done(case, "extend", "approval", **facts)
    owed = duty(after, PROMISE)
    assert (owed["due"]["on"], owed["request"]) == ("2025-08-29", None)
    granted = owed["extensions"][0]
    assert (granted["requested_by"], granted["granted_by"], granted["ground"]) == (
        "applicant", "approval", "agreement",
    )  # fmt: skip
    again = desk.act(case, "extend", "approval", **{**facts, "new_due_on": "2025-09-30"})
    assert (again.status_code, again.json()["reason"]) == (409, "already_extended")


def test_an_extension_is_offered_to_who_owes_the_duty(desk: Desk) -> None:
    case = desk.licensed()
    for by, event, offered in (
        ("applicant", "request_extension", True),
        ("applicant", "extend", False), ("approval", "extend", True),
        ("approval", "refuse_extension", False),
    ):  # fmt: skip
        seen = desk.get(f"/v1/cases/{case['id']}", by).json()
        assert (event in {one["event"] for one in seen["available"]}) is offered, (by, event)
    desk.done(case, "request_extension", "applicant", obligation=PROMISE, reason="考试改期")
    seen = desk.get(f"/v1/cases/{case['id']}", "approval").json()
    assert "refuse_extension" in {one["event"] for one in seen["available"]}


@pytest.mark.parametrize(
    ("channel", "clock", "status"),
    [("counter", "17:30:00", 409), ("online", "17:30:00", 200), ("counter", "16:59:00", 200),
     ("pigeon", "09:00:00", 422)],
)  # fmt: skip
def test_the_last_day_ends_by_channel(desk: Desk, channel: str, clock: str, status: int) -> None:
    case = desk.licensed()
    with desk.service.store.unit() as unit:
        now = desk.service.clock.now(unit)
        set_setting(
            unit, desk.service.book, "yingkou", "zone.office_closes", 1700, since=now.date(),
            basis="test", set_by="a", confirmed_by="b", at=now,
        )  # fmt: skip
    desk.move(to=f"2025-07-02T{clock}+08:00")
    body = {"event": "supply_all", "facts": {"documents": OWED}, "channel": channel}
    answer = desk.post(f"/v1/cases/{case['id']}/events", body, "applicant")
    assert answer.status_code == status
    if status == 409:
        assert (answer.json()["reason"], answer.json()["closed_at"]) == ("late", "17:00")
