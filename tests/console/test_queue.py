"""The queue: what is urgent first, filters in the address, nobody else's cases."""

import re
from datetime import timedelta

from fastapi import FastAPI

from api.service import Service
from scheduler.brake import Limits
from tests.console.story import licensed, open_freight
from tests.console.test_every_page import _sound
from tests.console.visitor import Seen, Visitor, case_paths


def _counts(text: str) -> list[int]:
    return [int(found) for found in re.findall(r"<b>(\d+)</b>", text)[:4]]


def _queue(text: str) -> str:
    """The table of the queue, without the plan below it."""
    return text[text.index('<table class="cards queue">') :].split("</table>")[0]


def test_counters_and_groups_agree(zone_app: FastAPI) -> None:
    visitor = Visitor(zone_app).sign_in("approval")
    total, overdue, today, week = _counts(visitor.get("/").text)
    assert total >= overdue + week
    assert overdue >= 1
    assert today >= 1
    for name, count in (("", total), ("overdue", overdue), ("today", today), ("week", week)):
        assert len(list(case_paths(_queue(visitor.get(f"/?due={name}").text)))) == count


def test_the_most_urgent_case_stands_first(zone_app: FastAPI) -> None:
    seen = Visitor(zone_app).sign_in("approval").see("/")
    groups = [words for words in seen.words["th"] if words in ("已超期", "今日到期", "以后到期")]
    assert groups == ["已超期", "今日到期", "以后到期"]


def test_filters_stand_in_the_address(zone_app: FastAPI) -> None:
    visitor = Visitor(zone_app).sign_in("approval")
    text = visitor.get("/?workflow=labour_dispatch&side=authority&q=%E9%95%BF%E6%BB%A9").text
    assert _counts(text)[0] == 1
    assert 'value="长滩"' in text
    nothing = visitor.get("/?q=%3Cscript%3Ealert(1)%3C/script%3E").text
    assert "没有符合条件的案件" in nothing
    assert "<script" not in nothing


def test_an_applicant_sees_only_its_own_cases(zone_app: FastAPI) -> None:
    officer = set(case_paths(Visitor(zone_app).sign_in("approval").get("/").text))
    own = set(case_paths(Visitor(zone_app).sign_in("applicant-2").get("/").text))
    assert len(own) == 1
    assert own < officer
    stranger = Visitor(zone_app).sign_in("applicant-6")
    stranger.get(own.pop(), 403)


def test_a_settled_case_can_still_be_found(zone_app: FastAPI) -> None:
    visitor = Visitor(zone_app).sign_in("admin")
    open_ = set(case_paths(_queue(visitor.get("/").text)))
    settled = set(case_paths(_queue(visitor.get("/?due=settled").text)))
    assert settled
    assert not settled & open_


def test_working_days_are_counted_with_the_calendar(app: FastAPI, service: Service) -> None:
    """2 January to 2 July 2025: 181 days, 118 of them working days by the published notice."""
    licensed(app)
    text = Visitor(app).sign_in("approval").get("/").text
    assert "剩 181 天" in text
    with service.store.unit(write=False) as unit:
        today = service.clock.now(unit).date()
    due = today + timedelta(days=181)
    expected = service.casework.calendar.count(today, due)
    assert f"{due} · {expected} 个工作日" in text


def test_what_is_enforced_tomorrow_names_the_consequence(app: FastAPI, service: Service) -> None:
    path = licensed(app)
    admin = Visitor(app).sign_in("admin")
    for step in ("P1M",) * 5 + ("P7D",) * 4 + ("P1D",) * 2:
        admin.send(admin.see("/").form("/clock"), 200, advance=step)
    assert "1 项，其中不利 0 项" in admin.get("/").text
    plan = admin.get("/tomorrow").text
    assert path in plan
    assert "标记为逾期" in plan
    admin.send(admin.see("/").form("/clock"), 200, advance="P1D")
    assert "1 项，其中不利 1 项" in admin.get("/").text
    plan = admin.get("/tomorrow").text
    assert "2025-07-04 的自动执行清单" in plan
    assert "撤销网络货运经营许可证" in plan
    assert "不利" in plan
    _sound(plan, "zh")
    _sound(admin.get("/tomorrow?lang=en").text, "en")
    Visitor(app).sign_in("applicant").get("/tomorrow", 403)


def test_a_brake_that_stands_is_shown_to_officers_with_its_name(
    app: FastAPI, service: Service
) -> None:
    service.enforcer.limits = Limits(most=0, percent=0, at_least=0)
    licensed(app)
    admin = Visitor(app).sign_in("admin")
    stopped = admin.send(admin.see("/").form("/clock"), 200, advance="P6M").text
    stopped += admin.send(admin.see("/").form("/clock"), 200, advance="P7D").text
    assert "制动已触发，时钟停在此刻：1 件" in stopped
    for path in ("/", "/tomorrow"):
        text = admin.get(path).text
        assert "制动：待另一人确认" in text
        assert "yingkou/network_freight/revoke_for_breach" in text
        assert "制动" not in Visitor(app).sign_in("applicant").get("/").text
    assert "已暂停" in admin.get("/tomorrow").text


def test_a_name_with_markup_in_it_is_shown_as_written(app: FastAPI) -> None:
    name = '<img src=x onerror="alert(1)">公司'
    path = open_freight(Visitor(app).sign_in("applicant"), name)
    visitor = Visitor(app).sign_in("approval")
    for page in ("/", path):
        text = visitor.get(page).text
        assert "<img" not in text
        assert "&lt;img src=x onerror=&#34;alert(1)&#34;&gt;" in text
        assert Seen(text).all("img") == []
