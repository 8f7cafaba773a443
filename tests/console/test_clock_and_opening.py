"""The sandbox clock, opening a case, and what goes wrong."""

import re
from pathlib import Path

import pytest
from fastapi import FastAPI

from api.console import texts
from api.console.texts import TABLE, say
from api.service import Service
from cases.identity import Identity, new_token
from tests.console.story import licensed, open_freight
from tests.console.visitor import PAGE, Seen, Visitor, app_on


def test_the_clock_shows_what_was_enforced(app: FastAPI) -> None:
    path = licensed(app)
    officer = Visitor(app).sign_in("approval")
    moved = officer.send(officer.see("/").form("/clock"), 200, advance="P6M")
    assert "时钟已拨到 2025-07-02 09:00" in moved.text
    assert "到期前 30 个工作日提醒" in moved.text
    moved = officer.send(officer.see("/").form("/clock"), 200, advance="P7D")
    assert path in moved.text
    assert "撤销网络货运经营许可证" in moved.text


def test_a_reloaded_page_does_not_move_the_clock_again(app: FastAPI) -> None:
    officer = Visitor(app).sign_in("approval")
    form = officer.see("/").form("/clock")
    officer.send(form, 200, advance="P1D")
    again = officer.send(form, 200, advance="P1D").text
    assert "本次未再拨动" in again
    assert "2025-01-03 09:00" in again


def test_an_applicant_does_not_move_the_clock(app: FastAPI) -> None:
    applicant = Visitor(app).sign_in("applicant")
    seen = applicant.see("/")
    assert "/clock" not in [form.action for form in seen.forms]
    form = seen.form("/logout")
    form.action = "/clock"
    applicant.send(form, 403, advance="P1D")


def test_a_wrong_step_is_refused(approval: Visitor) -> None:
    approval.send(approval.see("/").form("/clock"), 422, advance="P9Y")


def test_production_has_no_clock_to_move(office: Service) -> None:
    with office.store.unit() as unit:
        token = new_token(unit, Identity("root", frozenset({"admin"})), "test", unit.now())
    visitor = Visitor(app_on(office))
    visitor.send(visitor.see("/login").form("/login"), token=token)
    form = visitor.see("/").form("/logout")
    form.action = "/clock"
    visitor.send(form, 404, advance="P1D")


@pytest.mark.parametrize(("user", "status"), [("approval", 409), ("applicant", 403)])
def test_a_case_that_is_not_opened_keeps_what_was_entered(
    app: FastAPI, user: str, status: int
) -> None:
    """For an officer the code is wrong; for an applicant it is somebody else's."""
    visitor = Visitor(app).sign_in(user)
    form = visitor.see("/cases/new?workflow=network_freight").form("/cases/new")
    sent = {"subject.name": "<b>某公司</b>", "subject.uscc": "91999999MA0000001X"}
    answer = visitor.send(form, status, **sent)
    assert "没有建立案件" in answer.text
    assert 'value="&lt;b&gt;某公司&lt;/b&gt;"' in answer.text
    assert 'value="91999999MA0000001X"' in answer.text


def test_an_unknown_procedure_is_a_page(approval: Visitor) -> None:
    assert "没有名为 nothing 的事项" in approval.get("/cases/new?workflow=nothing", 404).text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_unknown_address_is_a_page_for_people(app: FastAPI, language: str) -> None:
    text = Visitor(app).get(f"/nope?lang={language}", 404).text
    assert say(language, "error.404") in Seen(text).words["h1"]
    assert Seen(text).all("html")[0]["lang"] == {"zh": "zh-CN", "en": "en"}[language]


def test_an_unknown_address_is_a_problem_for_programs(app: FastAPI) -> None:
    client = Visitor(app).client
    asked = (("/nope", "application/json"), ("/v1/nope", "text/html"), ("/nope", "*/*"))
    for path, accept in asked:
        answer = client.get(path, headers={"accept": accept})
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"
    assert client.put("/v1/workflows", headers=PAGE).status_code == 405


def test_a_case_of_nobody_and_a_wrong_method(approval: Visitor) -> None:
    approval.get("/cases/19990101-00000000", 404)
    assert approval.client.get("/logout", headers=PAGE).status_code == 405


def test_a_bug_is_a_page_with_a_number(
    app: FastAPI, approval: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = open_freight(Visitor(app).sign_in("applicant"))

    def broken(*_: object) -> None:
        raise RuntimeError("the secret of the bug")

    monkeypatch.setattr("api.console.case_page.timeline", broken)
    answer = approval.get(path, 500)
    assert "已记录（编号" in answer.text
    assert "the secret of the bug" not in answer.text
    assert "content-security-policy" in answer.headers


def test_both_languages_say_the_same_things() -> None:
    assert set(TABLE["zh"]) == set(TABLE["en"])
    for key, chinese in TABLE["zh"].items():
        english = TABLE["en"][key]
        assert chinese.strip(), key
        assert english.strip(), key
        assert _holes(chinese) == _holes(english), key


def _holes(sentence: str) -> set[str]:
    return {part.split("}")[0] for part in sentence.split("{")[1:]}


def test_no_sentence_is_kept_that_no_page_says() -> None:
    """Keys are written out where they are used, or built from one of these beginnings."""
    built = ("effect.", "restriction.", "target.", "kind.", "force.", "status.",
             "licence.", "side.", "rung.", "clock.", "case.group.", "queue.", "new.", "error.",
             "due.", "receipt.", "unit.", "form.")  # fmt: skip
    folder = Path(texts.__file__).parent
    files = [*folder.glob("*.py"), *folder.glob("templates/*.html")]
    source = "".join(one.read_text(encoding="utf-8") for one in files if one.name != "texts.py")
    unused = [key for key in TABLE["zh"] if f'"{key}"' not in source and not key.startswith(built)]
    used = {key for key in unused if re.search(f"""['"]{re.escape(key)}['"]""", source)}
    assert sorted(set(unused) - used) == []
