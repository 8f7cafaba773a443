"""The sheets of a case: how each date was counted, ready for paper."""

from fastapi import FastAPI

from tests.console.story import licensed, open_freight
from tests.console.test_every_page import _sound
from tests.console.visitor import Seen, Visitor


def test_each_dated_duty_has_one_sheet_with_its_working(app: FastAPI) -> None:
    path, officer = licensed(app), Visitor(app).sign_in("approval")
    text = officer.get(f"{path}/receipts").text
    _sound(text, "zh")
    sheets = text.split('<article class="card sheet">')[1:]
    (supply,) = [one for one in sheets if "2025-07-02" in one]
    for words in ("颁发许可证", "2025-01-02 09:00", "mo-roll:6", "6 个月", "9.24", "2025-07-04",
                  "国办发明电〔2024〕12号", "日志第 6 条", "approval"):  # fmt: skip
        assert words in supply, words
    assert len(Seen(text).all("article")) == len(sheets) >= 2


def test_one_duty_can_be_printed_alone_and_the_case_leads_to_the_sheets(app: FastAPI) -> None:
    path, officer = licensed(app), Visitor(app).sign_in("approval")
    assert f'href="{path}/receipts"' in officer.get(path).text
    alone = officer.get(f"{path}/receipts?duty=supply_promised_materials.1").text
    assert len(Seen(alone).all("article")) == 1
    officer.get(f"{path}/receipts?duty=supply_promised_materials.7", 404)
    officer.get(f"{path}/receipts?lang=en")
    english = officer.get(f"{path}/receipts").text
    _sound(english, "en")
    assert "Journal entry 6" in english
    assert "Issue the licence" in english


def test_nobody_prints_the_sheets_of_another(app: FastAPI) -> None:
    path = licensed(app)
    Visitor(app).sign_in("applicant-2").get(f"{path}/receipts", 403)
    assert (
        "本案尚无确定的期限"
        in Visitor(app)
        .sign_in("applicant")
        .get(f"{open_freight(Visitor(app).sign_in('applicant'), '另一家（虚构）')}/receipts")
        .text
    )
    assert Visitor(app).get(f"{path}/receipts", 303).headers["location"].startswith("/login")


def test_the_style_puts_one_sheet_on_a_page(app: FastAPI) -> None:
    css = Visitor(app).get("/static/console.css").text
    printed = css.partition("@media print")[2]
    assert ".sheet { break-after: page" in printed
    assert ".back { display: none" in printed
