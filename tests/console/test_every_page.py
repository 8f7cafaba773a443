"""What holds of every page, for every kind of person, in both languages."""

import re

import pytest
from fastapi import FastAPI

from api.sandbox_zone import ACCOUNTS
from tests.console.visitor import Seen, Visitor, case_paths

PEOPLE = ["approval", "supervision", "admin", "applicant-2", "founder", "preparer"]
FIXED = ["/", "/?due=settled", "/workflows", "/workflows/network_freight", "/cases/new",
         "/cases/new?workflow=eia_commitment"]  # fmt: skip


def _paths(visitor: Visitor) -> list[str]:
    cases = [
        path for query in ("/", "/?due=settled") for path in case_paths(visitor.get(query).text)
    ]
    return [*FIXED, *dict.fromkeys(cases)]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("user", PEOPLE)
def test_pages_are_sound(zone_app: FastAPI, user: str, language: str) -> None:
    visitor = Visitor(zone_app).sign_in(user)
    visitor.get(f"/?lang={language}")
    for path in _paths(visitor):
        answer = visitor.get(path)
        _sound(answer.text, language)
        policy = answer.headers["content-security-policy"]
        assert policy == (
            "default-src 'self'; frame-ancestors 'none'; form-action 'self'; base-uri 'none'"
        )
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert not [one.token for one in ACCOUNTS if one.token in answer.text]


def _sound(text: str, language: str) -> None:
    seen = Seen(text)
    assert seen.all("html")[0]["lang"] == {"zh": "zh-CN", "en": "en"}[language]
    assert len(seen.all("h1")) == 1
    assert len(seen.all("main")) == 1
    assert {"class": "skip", "href": "#content"} in seen.all("a")
    assert not seen.all("script")
    assert not seen.all("style")
    for tag, got in seen.elements:
        assert "style" not in got, tag
        assert not [name for name in got if name.startswith("on")], tag
        assert not got.get("href", "").startswith("javascript:")
    ids = [got["id"] for _, got in seen.elements if "id" in got]
    assert len(ids) == len(set(ids)), sorted(one for one in ids if ids.count(one) > 1)
    labelled = {got.get("for") for got in seen.all("label")}
    for form in seen.forms:
        if form.method == "post":
            assert form.values["csrf"][0]
        for one in form.inputs:
            assert one.get("type") == "hidden" or one["id"] in labelled, one
    assert "None" not in re.sub(r"<svg.*?</svg>", "", text, flags=re.DOTALL)


def test_english_pages_leave_no_chinese_sentence_of_ours(zone_app: FastAPI) -> None:
    """Names of parties and of definitions aside: the frame and the headings."""
    visitor = Visitor(zone_app).sign_in("approval")
    visitor.get("/?lang=en")
    for path in _paths(visitor):
        seen = Seen(visitor.get(path).text)
        for tag in ("h2", "h3", "th", "button", "summary", "legend"):
            for words in seen.words.get(tag, []):
                assert not re.search(r"[\u4e00-\u9fff]", words), (path, tag, words)


def test_the_language_is_kept_in_a_cookie(zone_app: FastAPI) -> None:
    visitor = Visitor(zone_app).sign_in("approval")
    assert 'lang="zh-CN"' in visitor.get("/").text
    visitor.get("/?lang=en")
    assert "Work queue" in visitor.get("/").text
    visitor.get("/?lang=zh")
    assert "待办队列" in visitor.get("/").text


@pytest.mark.parametrize("path", ["/static/console.css", "/static/favicon.svg", "/favicon.ico"])
def test_what_pages_load_is_there(zone_app: FastAPI, path: str) -> None:
    assert Visitor(zone_app).get(path).content
