"""Effects and values as the pages word them, in both languages."""

from typing import Any, cast

import pytest
from fastapi import FastAPI, Request

from api.console.visit import Visit
from api.console.wording import effect_words, fact_words
from api.service import Service
from cases.clock import SANDBOX_START
from machines.book import rulebook
from tests.console.visitor import Visitor

BOOK = rulebook()
TRADE = "civil_air_defence_red_black_list"


@pytest.fixture
def visits(service: Service) -> dict[str, Visit]:
    return {
        language: Visit(request=cast("Request", None), service=service, identity=None,
                        language=language, now=SANDBOX_START, seed="", secret="", hold=None)
        for language in ("zh", "en")
    }  # fmt: skip


@pytest.mark.parametrize(
    ("key", "do", "what", "zh", "en"),
    [
        ("network_freight", "record_credit", {"fact": "false_commitment"},
         "记入信用档案：虚假承诺", "entry in the credit file: a false commitment"),
        (TRADE, "record_credit", {"fact": "civil_air_defence_grade", "value": "a"},
         "记入信用档案：人防行业年度信用等级（A级）",
         "entry in the credit file: the yearly grade in the civil air defence trade (A)"),
        (TRADE, "record_credit", {"fact": "of_an_older_text"},
         "记入信用档案：of_an_older_text", "entry in the credit file: of_an_older_text"),
        ("network_freight", "record_credit", {}, "记入信用档案", "entry in the credit file"),
        ("bank_account", "freeze", {"what": "basic_account", "zh": "基本存款账户", "en": "account"},
         "冻结：基本存款账户", "freeze: account"),
        ("bank_account", "freeze", {"what": "basic_account"},
         "冻结：basic_account", "freeze: basic_account"),
        ("drainage_permit", "enter_register",
         {"register_name": "filings", "zh": "排水备案", "en": "filings of sewage"},
         "登记入册：排水备案", "entered in: filings of sewage"),
    ],
)  # fmt: skip
def test_an_effect_says_what_it_is_about(
    visits: dict[str, Visit], key: str, do: str, what: dict[str, Any], zh: str, en: str
) -> None:
    compiled = BOOK.workflows[key].compiled
    said = {language: effect_words(visit, compiled, do, what) for language, visit in visits.items()}
    assert said == {"zh": zh, "en": en}


def test_a_stated_number_has_its_unit(visits: dict[str, Visit]) -> None:
    compiled = BOOK.workflows["easy_power"].compiled
    said = {
        language: fact_words(visit, compiled, "", "radius_m", 150)
        for language, visit in visits.items()
    }
    assert said == {"zh": "150 米", "en": "150 m"}


def test_a_page_names_what_is_frozen_and_what_is_recorded(app: FastAPI) -> None:
    officer = Visitor(app).sign_in("approval")
    assert "冻结：基本存款账户" in officer.get("/workflows/bank_account").text
    assert "记入信用档案：逾期未履行承诺" in officer.get("/workflows/network_freight").text
    english = officer.get("/workflows/network_freight?lang=en").text
    assert "entry in the credit file: a commitment not performed in time" in english
