"""Results promised in office hours: what a case reports before and after the zone sets them."""

from datetime import date
from typing import Any

import pytest

from cases.settings import set_setting
from tests.api.desk import CODE, Desk

OFFICE = {"office_opens": 900, "office_pauses": 1130, "office_resumes": 1330, "office_closes": 1730}


def _opened(desk: Desk, matter: str) -> dict[str, Any]:
    """The target that runs in a case opened on Thursday 2 January 2025 at nine."""
    answer = desk.post(
        "/v1/cases",
        {"workflow": "approval_supervision_loop",
         "facts": {"matter": matter, "applied_for": "开办企业"},
         "subject": {"kind": "enterprise", "uscc": CODE, "name": "虚构企业"}},
        "applicant",
    )  # fmt: skip
    assert answer.status_code == 201, answer.text
    shown = desk.get(f"/v1/cases/{answer.json()['id']}", "applicant").json()
    (running,) = [one for one in shown["targets"] if one["outcome"] == "running"]
    return dict(running)


def _put(desk: Desk, **times: int) -> Any:
    answer = None
    for name, value in times.items():
        answer = desk.call("PUT", "/v1/settings", "supervisor", json={
            "path": f"zone.{name}", "value": value, "since": "2025-01-01",
            "basis": "营自贸发〔2025〕1号", "confirmed_by": "approval",
        })  # fmt: skip
    return answer


def test_where_nothing_is_set_half_a_day_is_the_whole_day_and_says_so(desk: Desk) -> None:
    half = _opened(desk, "enterprise_opening")
    assert (half["by_on"], "by_at" in half) == ("2025-01-02", False)
    assert "整日" in half["reading"]["zh"]
    assert "whole day" in half["reading"]["en"]


def test_where_nothing_is_set_two_office_hours_are_counted_by_assumed_ones(desk: Desk) -> None:
    licence = _opened(desk, "business_licence")
    assert licence["by_at"] == "2025-01-02T11:00:00+08:00"
    assert licence["reading"]["zh"] == "按办公时间08:30-12:00,13:30-17:00计算（假定）"


def test_with_the_zone_s_own_hours_both_are_counted_by_them(desk: Desk) -> None:
    assert _put(desk, **OFFICE).status_code == 200
    half = _opened(desk, "enterprise_opening")
    # Half of six and a half hours, two and a half of them before noon.
    assert half["by_at"] == "2025-01-02T14:15:00+08:00"
    assert half["reading"]["en"] == "counted in office hours 09:00-11:30,13:30-17:30"
    assert _opened(desk, "business_licence")["by_at"] == "2025-01-02T11:00:00+08:00"
    desk.move(to="2025-01-02T17:00:00+08:00")
    assert _opened(desk, "business_licence")["by_at"] == "2025-01-03T10:30:00+08:00"


def test_three_of_the_four_times_are_not_office_hours(desk: Desk) -> None:
    _put(desk, **{name: value for name, value in OFFICE.items() if name != "office_resumes"})
    assert "整日" in _opened(desk, "enterprise_opening")["reading"]["zh"]


def test_hours_that_cannot_be_give_no_date_and_stop_nobody(desk: Desk) -> None:
    _put(desk, **{**OFFICE, "office_resumes": 1100})
    half = _opened(desk, "enterprise_opening")
    assert "by_on" not in half


@pytest.mark.parametrize("value", [2400, 1260, 99])
def test_a_time_that_no_clock_shows_is_refused(desk: Desk, value: int) -> None:
    answer = _put(desk, office_opens=value)
    assert answer.status_code == 422
    assert "830" in answer.json()["detail"]


def test_the_settings_of_the_zone_are_listed_and_wait_for_nobody(desk: Desk) -> None:
    listed = {one["path"]: one for one in desk.get("/v1/settings").json()["items"]}
    opens = listed["zone.office_opens"]
    assert (opens["unit"], opens["assumed"], opens["value"]) == ("clock", 830, None)


def test_assumed_hours_of_a_sandbox_are_marked(desk: Desk) -> None:
    with desk.service.store.unit() as unit:
        for name, value in OFFICE.items():
            set_setting(
                unit, desk.service.book, "yingkou", f"zone.{name}", value, since=date(2017, 4, 10),
                basis="演示假定", set_by="admin", confirmed_by=None, at=unit.now(), assumed=True,
            )  # fmt: skip
    half = _opened(desk, "enterprise_opening")
    assert half["reading"]["zh"].endswith("计算（假定）")
