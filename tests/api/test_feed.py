"""The diary as calendar programs read it: parsed again with the library they are built on."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar

from api.service import Service
from cases.casework import Casework
from cases.clock import SANDBOX_START
from machines.book import rulebook
from rules.periods import SHANGHAI
from rules.working_days import load_calendar
from scheduler.enforcer import Enforcer
from tests.api.desk import CODE, Desk, duty
from tests.api.subscriber import (
    OWED,
    admit_everybody,
    applied,
    does,
    event_of,
    fetch,
    subscribed,
    suspend,
)


@pytest.fixture(autouse=True)
def _people(desk: Desk) -> None:
    admit_everybody(desk)


def test_every_dated_duty_of_the_diary_stands_on_its_day(desk: Desk) -> None:
    case = desk.licensed()
    dated = {one["id"] for one in desk.get("/v1/obligations").json()["items"] if "on" in one["due"]}
    events = subscribed(desk)
    assert {uid.split(".")[1] for uid in events} == dated
    event = event_of(desk, case)
    assert event.decoded("DTSTART") == date(2025, 7, 2)
    assert event["DTSTART"].params["VALUE"] == "DATE"
    assert event.decoded("DTEND") == date(2025, 7, 3)
    assert (event["STATUS"], event["SEQUENCE"], event["TRANSP"]) == ("CONFIRMED", 0, "TRANSPARENT")
    assert event["SUMMARY"] == (
        "补齐承诺补充材料 · 虚构货运科技有限公司 / complete the promised materials"
    )
    assert event["URL"] == f"http://testserver/cases/{case['id']}"
    opened = SANDBOX_START.astimezone(UTC)
    assert event.decoded("DTSTAMP") == event.decoded("LAST-MODIFIED") == opened


def test_the_description_says_in_both_languages_how_the_date_was_counted(desk: Desk) -> None:
    case = desk.licensed()
    chinese, english = str(event_of(desk, case)["DESCRIPTION"]).split("\n\n")
    for words in ("义务人：申请人", "起算：2025-01-02", "6个月后的对应日", "9.24",
                  "可执行日：2025-07-04", case["id"]):  # fmt: skip
        assert words in chinese
    for words in ("owed by: applicant", "counted from: 2025-01-02", "6 months later", "9.24",
                  "2025-07-04", case["id"]):  # fmt: skip
        assert words in english
    assert len(chinese.splitlines()) == len(english.splitlines())


def test_a_reminder_rings_for_every_warning_at_nine_in_the_morning(desk: Desk) -> None:
    case = desk.licensed()
    alarms = event_of(desk, case).walk("VALARM")
    rung = [alarm.decoded("TRIGGER").astimezone(SHANGHAI) for alarm in alarms]
    assert [(at.hour, at.minute) for at in rung] == [(9, 0)] * 3
    with desk.service.store.unit(write=False) as unit:
        row = unit.case(case["id"])
        assert row is not None
        kept, _ = desk.service.casework.load(unit, row)
    latest = kept.latest(OWED)
    assert latest is not None
    assert [at.date() for at in rung] == [day for _, day in latest.warn_on]
    assert [days for days, _ in latest.warn_on] == [30, 10, 3]
    assert [alarm["ACTION"] for alarm in alarms] == ["DISPLAY"] * 3
    assert all("VALUE=DATE-TIME" in line for line in _trigger_lines(desk))


def _trigger_lines(desk: Desk) -> list[str]:
    return [line for line in fetch(desk).text.splitlines() if line.startswith("TRIGGER")]


def test_no_line_is_longer_than_75_octets_and_no_character_is_cut(desk: Desk) -> None:
    name = "虚构的、名称特别长的网络货运科技（营口）有限公司；分公司,甲\\乙" * 3
    case = applied(desk, subject={"kind": "enterprise", "uscc": CODE, "name": name})
    desk.done(case, "issue_licence", "approval", formal_review_passed=True)
    raw = fetch(desk).content
    assert raw.endswith(b"\r\n")
    lines = raw.removesuffix(b"\r\n").split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert sum(line.startswith(b" ") for line in lines) > 10
    assert all(line.decode("utf-8") for line in lines), "each line is UTF-8 by itself"
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert name in event_of(desk, case)["SUMMARY"]


def test_an_extension_moves_the_day_and_raises_the_sequence(desk: Desk) -> None:
    case = desk.licensed()
    before = event_of(desk, case)
    desk.move(advance="P1D")
    does(desk, case, "extend", "approval", obligation=OWED, new_due_on="2025-07-31")
    after = event_of(desk, case)
    assert after.decoded("DTSTART") == date(2025, 7, 31)
    assert (before["SEQUENCE"], after["SEQUENCE"]) == (0, 1)
    assert after.decoded("LAST-MODIFIED") == before.decoded("LAST-MODIFIED") + timedelta(days=1)
    assert after["CREATED"].dt == before["CREATED"].dt
    assert "延长：2025-07-02 → 2025-07-31" in after["DESCRIPTION"]
    desk.move(to="2025-07-03")
    does(desk, case, "extend", "approval", obligation=OWED, new_due_on="2025-08-29")
    assert event_of(desk, case)["SEQUENCE"] == 2


def test_an_act_that_touches_no_duty_changes_nothing_in_the_feed(desk: Desk) -> None:
    case = desk.licensed()
    before = fetch(desk).content
    desk.move(advance="P1D")
    does(desk, case, "stay", "approval")
    assert fetch(desk).content == before


def test_a_pause_cancels_the_date_and_resumption_brings_it_back_later(desk: Desk) -> None:
    case = desk.licensed()
    suspend(desk, case)
    paused = event_of(desk, case)
    assert (paused["STATUS"], paused["SEQUENCE"]) == ("CANCELLED", 1)
    assert paused["SUMMARY"].startswith("【已中止】")
    assert paused.walk("VALARM") == []
    desk.move(advance="P10D")
    does(desk, case, "resume", "approval", obligation=OWED)
    again = event_of(desk, case)
    assert (again["STATUS"], again["SEQUENCE"]) == ("CONFIRMED", 2)
    assert again.decoded("DTSTART") > paused.decoded("DTSTART")
    assert "中止：2025-01-02 至 2025-01-12" in again["DESCRIPTION"]


def test_a_case_that_ends_cancels_what_it_owed(desk: Desk) -> None:
    case = desk.licensed()
    does(desk, case, "cancel_registration", "approval")
    event = event_of(desk, case)
    assert (event["STATUS"], event["SEQUENCE"]) == ("CANCELLED", 1)
    assert event["SUMMARY"].startswith("【已免除】")


def test_what_is_met_is_in_the_feed_no_more(desk: Desk) -> None:
    case = desk.licensed()
    desk.done(case, "supply_all", "applicant", documents=[
        "principal_exam_pass_certificate", "safety_manager_exam_pass_certificate"])  # fmt: skip
    assert f"{case['id']}.{OWED}.1@yingkou.chengnuo" not in subscribed(desk)


# Provisional dates


@pytest.fixture
def unpublished(desk: Desk) -> Iterator[Desk]:
    """The same desk while the arrangement of 2026 is not published, from July 2025 on."""
    desk.move(to="2025-07-10")
    with_later = desk.service
    desk.client.app.state.service = _on_calendar(with_later, date(2025, 7, 1))  # type: ignore[attr-defined]
    yield desk
    desk.client.app.state.service = with_later  # type: ignore[attr-defined]


def _on_calendar(service: Service, as_of: date) -> Service:
    casework = Casework(service.store, rulebook(), load_calendar(as_of=as_of), service.clock)
    return Service(service.store, casework, Enforcer(casework), service.clock, service.sandbox)


def test_a_provisional_date_is_tentative_and_publication_confirms_it(unpublished: Desk) -> None:
    desk = unpublished
    case = desk.licensed()
    due = duty(case, OWED)["due"]
    assert due["kind"] == "provisional"
    event = event_of(desk, case)
    assert (event["STATUS"], event["SEQUENCE"]) == ("TENTATIVE", 0)
    assert event.decoded("DTSTART") == date.fromisoformat(due["told_on"])
    assert event["SUMMARY"].startswith("【暂定】")
    assert f"不早于 {due['earliest']}，不晚于 {due['latest']}" in event["DESCRIPTION"]
    assert f"between {due['earliest']} and {due['latest']}" in event["DESCRIPTION"]
    desk.client.app.state.service = desk.service  # type: ignore[attr-defined]  # 2026 is published
    suspend(desk, case)
    does(desk, case, "resume", "approval", obligation=OWED)
    firm = event_of(desk, case)
    assert firm["STATUS"] == "CONFIRMED"
    assert firm["SEQUENCE"] > event["SEQUENCE"]
    assert firm.decoded("DTSTART") == date(2026, 1, 12), "10 January 2026 is a Saturday"


def test_an_authority_sees_the_earliest_its_own_duty_can_be(unpublished: Desk) -> None:
    desk = unpublished
    desk.move(to="2025-12-25")
    case = applied(desk)
    due = duty(case, "issue_at_once")["due"]
    assert due["kind"] == "provisional"
    assert due["earliest"] <= due["on"] <= due["latest"]
    event = event_of(desk, case, "issue_at_once")
    assert event.decoded("DTSTART") == date.fromisoformat(due["earliest"])
    assert event["STATUS"] == "TENTATIVE"
    assert "即时办理" in event["DESCRIPTION"]


# Hours, and what is waived


def _permit(desk: Desk) -> dict[str, Any]:
    answer = desk.post(
        "/v1/cases",
        {"workflow": "border_permits",
         "subject": {"kind": "person", "name": "虚构代理", "ref": "X1"},
         "facts": {"applicant_kind": "individual", "matter": "permit"}},
        "founder",
    )  # fmt: skip
    assert answer.status_code == 201, answer.text
    case = dict(answer.json())
    does(desk, case, "apply", "founder", duration="temporary")
    return case


def test_a_period_in_hours_ends_at_its_instant_in_local_time(desk: Desk) -> None:
    case = _permit(desk)
    event = event_of(desk, case, "issue_temporary", "border_inspection")
    assert event.decoded("DTSTART") == datetime(2025, 1, 2, 21, tzinfo=SHANGHAI)
    assert event["DTSTART"].params["TZID"] == "Asia/Shanghai"
    assert "DTEND" not in event
    calendar = Calendar.from_ical(fetch(desk, "border_inspection").content)
    (zone,) = calendar.walk("VTIMEZONE")
    assert zone["TZID"] == "Asia/Shanghai"


def test_what_is_waived_stays_as_cancelled_until_its_day_is_over(desk: Desk) -> None:
    case = _permit(desk)
    before = event_of(desk, case, "issue_temporary", "border_inspection")
    does(desk, case, "return_incomplete", "border_inspection")
    waived = event_of(desk, case, "issue_temporary", "border_inspection")
    assert waived["STATUS"] == "CANCELLED"
    assert waived["SEQUENCE"] == before["SEQUENCE"] + 1
    assert waived.decoded("DTSTART") == before.decoded("DTSTART")
    assert waived["SUMMARY"].startswith("【已免除】")
    desk.move(advance="P1D")
    assert str(before["UID"]) not in subscribed(desk, "border_inspection")
