"""The desk below the queue, and the deliveries of a case: failed, waiting, served, with proof."""

from fastapi import FastAPI

from tests.console.story import do, licensed, reviewed
from tests.console.visitor import Visitor

NOTICE = "network_freight_notice_commitment"
PROMISE = "supply_promised_materials"


def _desk(text: str) -> str:
    """The section of the queue page, empty where nothing waits."""
    at = text.find('id="desk"')
    return "" if at < 0 else text[at:].split("</section>")[0]


def test_a_failed_delivery_is_a_line_until_it_is_served(app: FastAPI) -> None:
    path = reviewed(app)
    officer = Visitor(app).sign_in("approval")
    assert "待送达 1 件" in _desk(officer.get("/").text)
    do(officer, path, "record_failed_service", document=NOTICE, to="subject", channel="post",
       reason="查无此人")  # fmt: skip
    desk = _desk(officer.get("/").text)
    assert "未能送达 1 件" in desk
    assert "查无此人" in desk
    assert path in desk
    do(officer, path, "serve", document=NOTICE, to="subject", channel="in_person",
       signed_by="虚构收件人")  # fmt: skip
    assert _desk(officer.get("/").text) == ""
    page = officer.get(path).text
    shown = page[page.index('id="services"') :].split("</section>")[0]
    assert shown.count("<tr>") == 3
    for words in ("查无此人", "虚构收件人", "直接送达", "邮寄送达", "未能送达"):
        assert words in shown


def test_a_public_notice_without_a_reason_says_so(app: FastAPI) -> None:
    path = reviewed(app)
    officer = Visitor(app).sign_in("approval")
    do(officer, path, "serve", document=NOTICE, to="subject", channel="public_notice",
       reference="公告-1")  # fmt: skip
    assert "公告期至 2025-02-01" in _desk(officer.get("/").text)
    assert "未记明公告原因" in officer.get(path).text


def test_what_a_channel_lacks_is_said_on_the_page(app: FastAPI) -> None:
    path = reviewed(app)
    officer = Visitor(app).sign_in("approval")
    answer = do(officer, path, "serve", 409, document=NOTICE, to="subject", channel="post")
    assert "以此方式送达须写明" in answer.text


def test_a_request_for_more_time_stands_on_the_desk(app: FastAPI) -> None:
    path = licensed(app)
    do(Visitor(app).sign_in("applicant"), path, "request_extension", obligation=PROMISE,
       reason="考试改期")  # fmt: skip
    officer = Visitor(app).sign_in("approval")
    desk = _desk(officer.get("/").text)
    assert "延期申请待答复 1 件" in desk
    assert "考试改期" in desk
    do(officer, path, "refuse_extension", obligation=PROMISE, reason="可按期参加")
    assert "延期申请" not in _desk(officer.get("/").text)
    assert 'id="desk"' not in Visitor(app).sign_in("applicant").get("/").text
