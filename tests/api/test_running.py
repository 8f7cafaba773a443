"""Running the office: settings, the sandbox clock, holds, the background sweep, the contract."""

import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from api import schemas
from api.schemas import ClockBody
from api.v1.sandbox import target
from cases.clock import SANDBOX_START
from cases.settings import declared
from machines.book import rulebook
from machines.rungs import SHANGHAI
from scheduler.enforcer import Enforcer
from scheduler.holds import impose
from tests.api.desk import COMMITMENT, UPFRONT, Desk, desk_on, documented, duty

# Settings


def test_settings_list_what_the_reforms_ask_for(desk: Desk) -> None:
    said = desk.get("/v1/settings", "applicant").json()
    assert said["zone"] == "yingkou"
    assert {one["path"] for one in said["items"]} == set(declared(rulebook()))
    assert all(one["value"] is None and one["history"] == [] for one in said["items"])


def _setting(**change: Any) -> dict[str, Any]:
    path = next(iter(declared(rulebook())), "none.declared")
    return {"path": path, "value": 20, "since": "2025-01-02", "basis": "营自贸发〔2025〕1号",
            "confirmed_by": "approval", **change}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "by", "status", "reason"),
    [
        ({}, "approval", 403, "forbidden"),
        ({}, "applicant", 403, "forbidden"),
        ({"path": "network_freight.coffee_breaks"}, "supervisor", 422, "unknown_setting"),
        ({"zone": "elsewhere"}, "supervisor", 403, "other_zone"),
        ({"value": 0}, "supervisor", 422, "request_invalid"),
        ({"value": 1.5}, "supervisor", 422, "request_invalid"),
        ({"value": "20"}, "supervisor", 422, "request_invalid"),
        ({"value": True}, "supervisor", 422, "request_invalid"),
        ({"value": 10**30}, "supervisor", 422, "request_invalid"),
        ({"since": "soon"}, "supervisor", 422, "request_invalid"),
        ({"basis": ""}, "supervisor", 422, "request_invalid"),
    ],
)
def test_a_setting_that_cannot_be(
    desk: Desk, change: Any, by: str, status: int, reason: str
) -> None:
    answer = desk.call("PUT", "/v1/settings", by, json=_setting(**change))
    assert (answer.status_code, answer.json()["reason"]) == (status, reason)


def test_a_setting_is_recorded_once_chained_and_in_force_from_its_day(desk: Desk) -> None:
    alone = desk.call("PUT", "/v1/settings", "supervisor", json=_setting(confirmed_by="supervisor"))
    assert (alone.status_code, alone.json()["reason"]) == (422, "second_person_required")
    first = desk.call("PUT", "/v1/settings", "supervisor", json=_setting()).json()
    again = desk.call("PUT", "/v1/settings", "supervisor", json=_setting()).json()
    assert again == first
    later = desk.call("PUT", "/v1/settings", "supervisor",
                      json=_setting(value=30, since="2025-02-01")).json()  # fmt: skip
    assert later["prev_hash"] == first["hash"]

    def line() -> dict[str, Any]:
        items = desk.get("/v1/settings").json()["items"]
        return dict(next(one for one in items if one["path"] == first["path"]))

    assert line()["value"] == 20
    assert [one["seq"] for one in line()["history"]] == [1, 2]
    desk.move(to="2025-02-01")
    assert line()["value"] == 30


# The sandbox clock


@pytest.mark.parametrize(
    ("now", "advance", "then"),
    [
        ("2025-01-02T09:00", "P6M", "2025-07-02T09:00"),
        ("2025-08-31T09:00", "P6M", "2026-02-28T09:00"),
        ("2024-02-29T23:30", "P1Y", "2025-02-28T23:30"),
        ("2025-01-31T09:00", "P1M1D", "2025-03-01T09:00"),
        ("2025-01-02T09:00", "P30D", "2025-02-01T09:00"),
        ("2025-01-02T09:00", "P2W", "2025-01-16T09:00"),
        ("2025-01-02T20:00", "PT12H", "2025-01-03T08:00"),
        ("2025-01-02T09:00", "P1Y2M3DT4H5M6S", "2026-03-05T13:05:06"),
        ("2025-01-02T09:00", "P0D", "2025-01-02T09:00"),
    ],
)
def test_months_by_the_law_of_periods(now: str, advance: str, then: str) -> None:
    at = datetime.fromisoformat(now).replace(tzinfo=SHANGHAI)
    assert target(ClockBody(advance=advance), at).isoformat()[: len(then)] == then


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"advance": "6 months"}, "duration_malformed"),
        ({"advance": "P"}, "duration_malformed"),
        ({"advance": "P1DT"}, "duration_malformed"),
        ({"advance": "-P1D"}, "duration_malformed"),
        ({"advance": "P9999Y"}, "too_far"),
        ({"advance": "P31Y"}, "too_far"),
        ({"to": "2999-01-01"}, "too_far"),
        ({"to": "2025-01-01"}, "misused"),
        ({"to": "2025-01-02T08:59:59+08:00"}, "misused"),
        ({"to": "2025-01-03T09:00:00"}, "request_invalid"),
        ({"to": 7}, "request_invalid"),
        ({}, "request_invalid"),
        ({"advance": "P1D", "to": "2025-02-01"}, "request_invalid"),
        ({"forward": "P1D"}, "request_invalid"),
    ],
)
def test_a_move_that_cannot_be(desk: Desk, body: Mapping[str, Any], reason: str) -> None:
    answer = desk.post("/v1/sandbox/clock", body)
    assert (answer.status_code, answer.json()["reason"]) == (422, reason)
    assert desk.get("/v1/sandbox/clock").json()["now"] == SANDBOX_START.isoformat()


def test_the_clock_stands_where_it_was_put(desk: Desk) -> None:
    assert desk.move(to="2025-05-01")["now"] == "2025-05-01T09:00:00+08:00"
    assert desk.move(to="2025-05-01T05:00:00Z")["now"] == ("2025-05-01T13:00:00+08:00")
    assert desk.move(to="2025-05-01")["now"] == "2025-05-01T13:00:00+08:00"
    assert desk.get("/v1/sandbox/clock", "applicant").json()["now"] == "2025-05-01T13:00:00+08:00"


def test_the_real_clock_is_nobodys_to_move(office: Desk) -> None:
    for answer in (office.get("/v1/sandbox/clock"),
                   office.post("/v1/sandbox/clock", {"advance": "P1D"})):  # fmt: skip
        assert (answer.status_code, answer.json()["reason"]) == (409, "not_a_sandbox")


# Enforcement


def test_the_state_of_enforcement(desk: Desk) -> None:
    empty = desk.get("/v1/enforcement").json()
    assert (empty["next_instant"], empty["broken"]) == (None, [])
    case = desk.licensed()
    state = desk.get("/v1/enforcement", "supervision").json()
    assert state["next_instant"].endswith("+08:00")
    assert state["planned"] == {"due": 0, "adverse": 0, "held": 0}
    first = desk.move(to=state["next_instant"])["enforced"]
    assert [one["case"] for one in first] == [case["id"]]


def test_a_case_set_aside_is_shown_with_its_reason(desk: Desk) -> None:
    case = desk.licensed()
    with desk.service.store.unit() as unit:
        unit.set_aside(case["id"], "the record is wrong", SANDBOX_START + timedelta(hours=1))
    (shown,) = desk.get("/v1/enforcement").json()["broken"]
    assert (shown["case"], shown["why"]) == (case["id"], "the record is wrong")
    assert desk.get("/v1/enforcement", "stranger").json()["broken"] == []


def test_a_hold_is_released_by_a_supervisor_who_says_why(desk: Desk) -> None:
    nothing = desk.post("/v1/enforcement/release", {"reason": "核对完毕"}, "supervisor")
    assert (nothing.status_code, nothing.json()["reason"]) == (422, "misused")
    with desk.service.store.unit() as unit:
        impose(unit, SANDBOX_START, "heartbeat_gap", "no heartbeat for two hours")
    assert desk.get("/v1/enforcement").json()["hold"]["reason"] == "heartbeat_gap"
    assert desk.get("/readyz", None).json()["hold"]["reason"] == "heartbeat_gap"
    assert desk.post("/v1/enforcement/release", {"reason": "x"}, "approval").status_code == 403
    assert desk.post("/v1/enforcement/release", {"reason": " "}, "supervisor").status_code == 422
    done = desk.post("/v1/enforcement/release", {"reason": "核对完毕"}, "supervisor")
    assert done.json()["released"]["reason"] == "heartbeat_gap"
    assert desk.get("/v1/enforcement").json()["hold"] is None


# The sweep after an act


def test_without_a_runner_the_sweep_follows_the_answer(
    office: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    swept = threading.Event()
    sweep = Enforcer.sweep

    def seen(self: Enforcer) -> Any:
        swept.set()
        return sweep(self)

    monkeypatch.setattr(Enforcer, "sweep", seen)
    office.open()
    assert swept.is_set()


def test_a_sweep_that_fails_does_not_undo_an_act(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(self: Enforcer) -> Any:
        raise RuntimeError("no sweep today")

    monkeypatch.setattr(Enforcer, "sweep", fail)
    case = desk.open()
    assert desk.get(f"/v1/cases/{case['id']}").status_code == 200
    assert "no sweep today" in caplog.text


def test_the_runner_runs_while_the_application_does(store_url: str) -> None:
    with desk_on(store_url, sandbox=False, with_runner=True) as desk:
        app: Any = desk.client.app
        runner = app.state.runner
        woken = threading.Event()
        runner.wake = woken.set
        desk.open()
        assert woken.is_set()
    assert app.state.runner is None


# The contract

TEXTS = {
    "/metrics": "text/plain", "/v1/obligations.ics": "text/calendar",
    "/v1/workflows/{key}/diagram": "image/svg+xml", "/v1/workflows/{key}/mermaid": "text/plain",
    "/v1/workflows/{key}/bpmn": "application/xml", "/v1/cases/{case_id}/diagram": "image/svg+xml",
    "/v1/workflows/{key}/scxml": "application/scxml+xml",
}  # fmt: skip


def test_the_document_is_openapi_3_1_and_bilingual(desk: Desk) -> None:
    document = desk.client.get("/openapi.json").json()
    assert document["openapi"] == "3.1.0"
    assert document["info"]["title"] == "承诺 Chengnuo"
    assert "告知承诺" in document["info"]["description"]
    assert "notify-and-commit" in document["info"]["description"]
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    assert "HTTPValidationError" not in document["components"]["schemas"]
    tags = {one["name"] for one in document["tags"]}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            where = f"{method} {path}"
            assert set(operation["tags"]) <= tags, where
            assert operation["summary"], where
            assert operation["description"], where
            for status, response in operation["responses"].items():
                if status >= "400":
                    assert list(response["content"]) == ["application/problem+json"], where
                elif path in TEXTS:
                    wanted = [] if status == "304" else [TEXTS[path]]
                    assert list(response.get("content", ())) == wanted, where
                else:
                    assert "$ref" in response["content"]["application/json"]["schema"], where


def test_every_call_of_the_contract_is_there(desk: Desk) -> None:
    fixed = {
        ("get", "/v1/workflows"), ("get", "/v1/workflows/{key}"),
        ("post", "/v1/cases"), ("get", "/v1/cases"), ("get", "/v1/cases/{case_id}"),
        ("post", "/v1/cases/{case_id}/events"), ("get", "/v1/cases/{case_id}/journal"),
        ("get", "/v1/enterprises/{uscc}"), ("get", "/v1/lists/{name}"),
        ("get", "/v1/obligations"), ("get", "/v1/settings"), ("put", "/v1/settings"),
        ("get", "/v1/sandbox/clock"), ("post", "/v1/sandbox/clock"),
        ("get", "/v1/enforcement"), ("post", "/v1/enforcement/release"),
        ("get", "/v1/enforcement/tomorrow"), ("get", "/v1/outages"), ("post", "/v1/outages"),
        ("get", "/healthz"), ("get", "/readyz"), ("get", "/metrics"),
    }  # fmt: skip
    found = {(method, path) for path, each in documented().items() for method in each}
    assert fixed <= found


def test_the_examples_are_accepted(desk: Desk) -> None:
    for model in (schemas.OpeningBody, schemas.ActBody, schemas.ClockBody):
        for example in model.model_json_schema()["examples"]:
            model.model_validate(example)
    opening = schemas.OpeningBody.model_json_schema()["examples"][0]
    assert desk.post("/v1/cases", opening, "applicant").status_code == 201


def test_an_office_works_in_real_time(office: Desk) -> None:
    case = office.open()
    office.done(case, "inform", "approval")
    office.done(case, "determine_eligible", "approval", risk_controllable=True, documents=UPFRONT)
    after = office.done(case, "commit", "applicant", **COMMITMENT)
    assert after["tracks"] == {"main": "committed"}
    assert duty(after, "upfront_items")["status"] == "met"
