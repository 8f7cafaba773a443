"""The case page: what is owed and why, one form an act, a refusal that changes nothing."""

import re

import pytest
from fastapi import FastAPI

from api.service import Service
from tests.console.story import do, licensed, open_freight, reviewed
from tests.console.visitor import Seen, Visitor


def _version(service: Service, path: str) -> int:
    with service.store.unit(write=False) as unit:
        row = unit.case(path.rsplit("/", 1)[1])
    assert row is not None
    return row.version


def test_the_whole_story_can_be_told_through_forms(app: FastAPI) -> None:
    text = Visitor(app).sign_in("approval").get(licensed(app)).text
    assert "已许可（待补材料）" in text
    assert "网络货运经营许可证" in text
    for words in ("撤销网络货运经营许可证", "联合惩戒", "记入信用档案：逾期未履行承诺",
                  "最早可执行日 2025-07-04"):  # fmt: skip
        assert words in text
    assert "原文对失信主体规定联合惩戒" in text
    assert re.search(r'href="/workflows/network_freight#c-9.25"', text)


def test_the_diagram_marks_where_the_case_is(app: FastAPI) -> None:
    text = Visitor(app).sign_in("approval").get(reviewed(app)).text
    assert re.findall(r'class="state current" data-state="(\w+)"', text) == ["formal_review"]
    visited = set(re.findall(r'class="state visited" data-state="(\w+)"', text))
    assert visited == {"inquiry", "informed", "determined_eligible", "committed"}
    assert len(re.findall('class="edge taken"', text)) == 4


def test_a_refusal_shows_the_case_again_with_the_reason(app: FastAPI, service: Service) -> None:
    path, officer = reviewed(app), Visitor(app).sign_in("approval")
    before = _version(service, path)
    answer = do(officer, path, "issue_licence", 409, formal_review_passed="false")
    seen = Seen(answer.text)
    assert [got for _, got in seen.elements if got.get("role") == "alert"]
    assert "未能办理“颁发许可证”" in answer.text
    assert "案件未改变" in answer.text
    assert "#c-9.13" in answer.text
    kept = seen.form(f"{path}/events", event="issue_licence")
    assert kept.values["fact.formal_review_passed"] == ["false"]
    assert _version(service, path) == before
    officer.get(f"{path}?lang=en")
    english = do(officer, path, "issue_licence", 409, formal_review_passed="false").text
    assert "Not done: Issue the licence" in english
    assert "The case is unchanged." in english


def test_text_that_was_entered_is_kept_and_escaped(app: FastAPI) -> None:
    path, officer = reviewed(app), Visitor(app).sign_in("approval")
    form = officer.see(path).form(f"{path}/events", event="return_defect")
    do(officer, path, "issue_licence", formal_review_passed="true")
    answer = officer.send(form, 409, **{"fact.defect": "</textarea><script>alert(1)</script>"})
    assert "<script" not in answer.text
    assert "您看到的是" in answer.text


def test_two_officers_on_one_case(app: FastAPI, service: Service) -> None:
    path = reviewed(app)
    one, other = Visitor(app).sign_in("approval"), Visitor(app).sign_in("approval-2")
    first = one.see(path).form(f"{path}/events", event="issue_licence")
    second = other.see(path).form(f"{path}/events", event="return_defect")
    one.send(first, **{"fact.formal_review_passed": "true"})
    before = _version(service, path)
    answer = other.send(second, 409, **{"fact.defect": "申请书未盖章"})
    assert "案件已更新" in answer.text
    assert "下面是案件的最新情况" in answer.text
    assert "已许可（待补材料）" in answer.text
    assert _version(service, path) == before


def test_a_form_sent_twice_acts_once(app: FastAPI, service: Service) -> None:
    path, officer = reviewed(app), Visitor(app).sign_in("approval")
    form = officer.see(path).form(f"{path}/events", event="issue_licence")
    officer.send(form, **{"fact.formal_review_passed": "true"})
    after = _version(service, path)
    officer.send(form, **{"fact.formal_review_passed": "true"})
    assert _version(service, path) == after


@pytest.mark.parametrize("csrf", [[], ["f" * 64]])
def test_without_its_form_token_nothing_happens(
    app: FastAPI, service: Service, csrf: list[str]
) -> None:
    path, officer = reviewed(app), Visitor(app).sign_in("approval")
    before = _version(service, path)
    form = officer.see(path).form(f"{path}/events", event="return_defect")
    answer = officer.send(form, 403, csrf=csrf, **{"fact.defect": "缺章"})
    assert "操作未生效" in answer.text
    assert _version(service, path) == before


def test_a_role_is_checked_where_the_act_is_done(app: FastAPI, service: Service) -> None:
    """A form made by hand: the page does not offer it to this person."""
    path, applicant = reviewed(app), Visitor(app).sign_in("applicant")
    form = applicant.see(path).form("/logout")
    form.action = f"{path}/events"
    before = _version(service, path)
    sent = {"event": "issue_licence", "version": str(before), "fact.formal_review_passed": "true"}
    answer = applicant.send(form, 409, **sent)
    assert "须由以下角色办理" in answer.text
    assert _version(service, path) == before


@pytest.mark.parametrize(
    ("sent", "status"),
    [({"event": "no_such_act", "version": "9"}, 409), ({"event": "inform"}, 422),
     ({"event": "inform", "version": "x"}, 422), ({}, 422)],
)  # fmt: skip
def test_a_form_made_by_hand_gets_a_clear_page(
    app: FastAPI, sent: dict[str, str], status: int
) -> None:
    path, officer = reviewed(app), Visitor(app).sign_in("approval")
    form = officer.see(path).form("/logout")
    form.action = f"{path}/events"
    assert "案件未改变" in officer.send(form, status, **sent).text


def test_what_cannot_be_done_says_why(app: FastAPI) -> None:
    officer = Visitor(app).sign_in("approval")
    text = officer.get(open_freight(Visitor(app).sign_in("applicant"))).text
    blocked = text[text.index("暂不能办理的事项及原因") :].split("</details>")[0]
    assert "颁发许可证" in blocked
    assert "当前状态不允许此操作" in blocked
    assert "系统规则：" in blocked, "what no clause forbids names its rule"


def test_the_timeline_marks_what_the_engine_did(app: FastAPI) -> None:
    path = licensed(app)
    admin = Visitor(app).sign_in("admin")
    admin.send(admin.see("/").form("/clock"), 200, advance="P6M")
    admin.send(admin.see("/").form("/clock"), 200, advance="P7D")
    text = admin.get(path).text
    assert '<li class="automatic adverse">' in text
    timeline = text[text.index('id="timeline"') :]
    assert "因未履行承诺撤销许可" in timeline
    assert (
        "因“补齐承诺补充材料”于2025-07-02届满仍未履行，系统于2025-07-04依原文自动处理" in timeline
    )
    assert "系统规则：自可以处理的第一日起，只作原文规定的处理" in timeline
    assert "逾期未补齐 → <b>已撤销</b>" in timeline
    assert re.search(r"第 \d+ 条，校验 [0-9a-f]{12}", timeline)
    assert "已撤销" in text[text.index("<h2>证照") :]


def test_the_receipt_of_a_date_is_one_click_away(app: FastAPI) -> None:
    text = Visitor(app).sign_in("approval").get(licensed(app)).text
    receipt = text[text.index("期限如何算出") :].split("</details>")[0]
    assert "mo-roll:6" in receipt
    assert "2025-01-02" in receipt
