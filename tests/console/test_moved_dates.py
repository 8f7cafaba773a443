"""Pauses, extensions, services and provisional dates on the pages, told through the forms."""

from typing import Any

from fastapi import FastAPI

from tests.console.story import do, licensed
from tests.console.visitor import Visitor

OWED = "supply_promised_materials"
NOTICE = {"document": "network_freight_notice_commitment", "to": "subject"}


def act(visitor: Visitor, path: str, event: str, status: int = 303, /, **values: Any) -> str:
    """An act on the promised materials by its form; the page that follows."""
    do(visitor, path, event, status, obligation=OWED, reason="台风停工", **values)
    return str(visitor.get(path).text)


def test_a_pause_says_since_when_and_what_became_of_it(app: FastAPI) -> None:
    path, officer = licensed(app), Visitor(app).sign_in("approval")
    assert "自 2025-01-02 起中止（台风停工，告知-1），恢复后重新计算" in act(
        officer, path, "suspend", notice="告知-1"
    )
    admin = Visitor(app).sign_in("admin")
    admin.send(admin.see("/").form("/clock"), 200, advance="P7D")
    page = act(officer, path, "resume", policy="keep_date")
    assert "2025-01-02 至 2025-01-09 中止（台风停工，告知-1）：保留原期限" in page
    assert "2025-07-02" in page


def test_an_extension_is_asked_for_granted_and_shown_with_both_dates(app: FastAPI) -> None:
    path, officer = licensed(app), Visitor(app).sign_in("approval")
    asked = act(Visitor(app).sign_in("applicant"), path, "request_extension")
    assert "applicant 已申请延长，待答复：台风停工" in asked
    granted = act(officer, path, "extend", new_due_on="2025-08-02", ground="agreement",
                  paper="延-1")  # fmt: skip
    assert "由 2025-07-02 延长至 2025-08-04（协商一致，延-1）" in granted  # a Saturday
    assert "待答复" not in granted
    english = officer.get(f"{path}?lang=en").text
    assert "extended from 2025-07-02 to 2025-08-04 (agreement, 延-1)" in english


def test_an_agreement_of_one_person_is_no_agreement(app: FastAPI) -> None:
    path, officer = licensed(app), Visitor(app).sign_in("approval")
    refused = do(officer, path, "extend", 409, obligation=OWED, reason="无", ground="agreement",
                 new_due_on="2025-08-04", paper="延-1").text  # fmt: skip
    assert "须记明由谁提出" in refused


def test_a_service_without_a_proof_says_so(app: FastAPI) -> None:
    path, officer = licensed(app), Visitor(app).sign_in("approval")
    do(officer, path, "serve", **NOTICE, channel="electronic")
    assert "未记明送达凭据" in officer.get(path).text
    do(officer, path, "serve", **NOTICE, channel="electronic", system="片区政务平台")
    assert officer.get(path).text.count("未记明送达凭据") == 1


def test_a_provisional_date_is_marked_in_the_queue_and_on_the_case(app: FastAPI) -> None:
    """On 2 July 2026 nobody has published 2027. Six months on is Saturday 2 January: it may be
    worked, and else the first working day after it is looked for."""
    admin = Visitor(app).sign_in("admin")
    for step in ("P6M", "P6M", "P6M"):
        admin.send(admin.see("/").form("/clock"), 200, advance=step)
    path, officer = licensed(app), Visitor(app).sign_in("approval")
    assert "2027-01-04 (暂定: 最早 2027-01-02，最迟 2027-01-06)" in officer.get(path).text
    queue = officer.get("/").text
    assert "2027-01-02 · 126 个工作日 · 暂定" in queue
