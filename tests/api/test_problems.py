"""What goes wrong is told in one shape, in the caller's language, and nothing else leaks."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from api.problems import language_of, respond
from api.strict_json import MalformedJson, parse
from cases.ports import NotMigrated, StoreError
from tests.api.desk import PEOPLE, Desk, documented


@pytest.mark.parametrize(
    ("wanted", "language"),
    [
        (None, "zh-CN"),
        ("en", "en"),
        ("en-GB,en;q=0.9", "en"),
        ("zh-TW", "zh-CN"),
        ("zh;q=0.5, en;q=0.8", "en"),
        ("en;q=0.5, zh;q=0.8", "zh-CN"),
        ("fr", "zh-CN"),
        ("en;q=0", "zh-CN"),
        ("*", "zh-CN"),
        (";;;,q=en", "zh-CN"),
    ],
)
def test_a_problem_speaks_the_language_asked_for(
    desk: Desk, wanted: str | None, language: str
) -> None:
    headers = {} if wanted is None else {"Accept-Language": wanted}
    answer = desk.get("/v1/cases/no-such-case", headers=headers)
    assert answer.headers["content-language"] == language
    assert answer.headers["vary"] == "Accept-Language"
    chinese = any("\u4e00" <= character <= "\u9fff" for character in answer.json()["detail"])
    assert chinese == (language == "zh-CN")
    assert answer.json()["title"] == ("不存在" if language == "zh-CN" else "Not found")


@pytest.mark.parametrize("token", [None, "", "wrong", "0" * 500])
def test_without_a_good_token_nothing_is_told(desk: Desk, token: str | None) -> None:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    for path in ("/v1/cases", "/v1/workflows", "/v1/obligations", "/v1/sandbox/clock"):
        answer = desk.get(path, None, headers=headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith('Bearer realm="chengnuo"')
        assert answer.json()["reason"] == ("token_unknown" if token else "token_missing")


def test_another_scheme_is_no_token(desk: Desk) -> None:
    answer = desk.get("/v1/cases", None, headers={"Authorization": "Basic dGVzdDp0ZXN0"})
    assert (answer.status_code, answer.json()["reason"]) == (401, "token_missing")


def test_every_call_needs_a_token_but_lists_and_health(desk: Desk) -> None:
    open_to_all = {"/v1/lists/{name}", "/healthz", "/readyz", "/metrics"}
    for path, operations in documented().items():
        for method, operation in operations.items():
            secured = operation.get("security") == [{"token": []}]
            assert secured == (path not in open_to_all), f"{method} {path}"
            assert ("401" in operation["responses"]) == secured, f"{method} {path}"


@pytest.mark.parametrize("path", ["/v1/nothing", "/v1", "/v1/cases/x/y/z"])
def test_an_unknown_address(desk: Desk, path: str) -> None:
    answer = desk.get(path)
    assert (answer.status_code, answer.json()["reason"]) == (404, "address_unknown")


def test_another_method(desk: Desk) -> None:
    answer = desk.call("DELETE", "/v1/cases/20250102-00000000")
    assert (answer.status_code, answer.json()["reason"]) == (405, "method_not_allowed")
    assert answer.headers["allow"] == "GET"


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"{", "not JSON"),
        (b'{"workflow": "a", "workflow": "b"}', "twice"),
        (b'{"facts": {"amount": NaN}}', "NaN"),
        (b'{"facts": {"amount": -Infinity}}', "Infinity"),
        (b'{"facts": {"amount": 1e999}}', "out of range"),
        (b'{"facts": {"amount": ' + b"9" * 5000 + b"}}", "too long"),
        (b'{"facts": {"text": "\\u0000"}}', "NUL"),
        (b'{"facts": {"\\ud800": 1}}', "half a character"),
        (b'{"facts": ' + b"[" * 40 + b"]" * 40 + b"}", "nested"),
        (b'{"facts": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested"),
        ('{"workflow": "é"}'.encode("latin-1"), "UTF-8"),
    ],
)
def test_json_that_two_readers_read_differently(desk: Desk, body: bytes, says: str) -> None:
    headers = {"Content-Type": "application/json", "Accept-Language": "en"}
    answer = desk.call("POST", "/v1/cases", content=body, headers=headers)
    assert (answer.status_code, answer.json()["reason"]) == (400, "json_malformed")
    assert says in answer.json()["detail"]


def test_json_is_read_as_it_is_written() -> None:
    plain = {"a": [1, 2.5, "文", None, True, {"b": "\U0001f69a"}], "c": "\\u0000 is only text"}
    assert parse(json.dumps(plain).encode()) == plain
    with pytest.raises(MalformedJson):
        parse(b"")


@pytest.mark.parametrize("declared", [True, False])
def test_a_body_over_the_limit(desk: Desk, declared: bool) -> None:
    big = b'{"workflow": "' + b"a" * 1024 * 1024 + b'"}'

    def in_pieces() -> Iterator[bytes]:
        for begin in range(0, len(big), 65536):
            yield big[begin : begin + 65536]

    content = big if declared else in_pieces()
    headers = {"Content-Type": "application/json"}
    answer = desk.call("POST", "/v1/cases", content=content, headers=headers)
    assert (answer.status_code, answer.json()["reason"]) == (413, "body_too_large")


def test_a_body_that_is_no_json_at_all(desk: Desk) -> None:
    answer = desk.call("POST", "/v1/cases", content=b"workflow=x",
                       headers={"Content-Type": "application/x-www-form-urlencoded"})  # fmt: skip
    assert (answer.status_code, answer.json()["reason"]) == (422, "request_invalid")


def test_every_wrong_place_is_named_and_no_value(desk: Desk) -> None:
    body = {"workflow": 7, "subject": {"kind": "enterprise", "geheim": "s3cret"}}
    problem = desk.post("/v1/cases", body).json()
    assert {one["where"] for one in problem["errors"]} == {
        "body.workflow", "body.subject.name", "body.subject.geheim"
    }  # fmt: skip
    assert "s3cret" not in json.dumps(problem)


@contextmanager
def _broken(desk: Desk, monkeypatch: pytest.MonkeyPatch, error: Exception) -> Iterator[None]:
    """The use case fails in a way nobody foresaw."""

    def fail(*_: Any, **__: Any) -> None:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(type(desk.service.casework), "look", fail)
        yield


def test_a_bug_is_logged_with_an_id_and_told_with_nothing_but_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    case = desk.open()
    with _broken(desk, monkeypatch, RuntimeError("the password is swordfish")):
        answer = desk.get(f"/v1/cases/{case['id']}")
    assert (answer.status_code, answer.json()["reason"]) == (500, "internal_error")
    assert "swordfish" not in answer.text
    assert "Traceback" not in answer.text
    assert answer.json()["incident"] in caplog.text
    assert "swordfish" in caplog.text


def test_a_database_out_of_reach_is_told_without_its_address(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = desk.open()
    with _broken(desk, monkeypatch, StoreError("no route to db.internal:5432")):
        answer = desk.get(f"/v1/cases/{case['id']}")
    assert (answer.status_code, answer.json()["reason"]) == (503, "database_unavailable")
    assert answer.headers["retry-after"] == "5"
    assert "db.internal" not in answer.text


# Health


def test_the_process_is_alive(desk: Desk) -> None:
    assert desk.get("/healthz", None).json() == {"status": "ok"}


def test_ready_says_which_clock(desk: Desk) -> None:
    said = desk.get("/readyz", None).json()
    calendar = said.pop("calendar")
    assert said == {"status": "ready", "birth": "sandbox", "hold": None,
                    "clock": "2025-01-02T09:00:00+08:00"}  # fmt: skip
    assert (calendar["watchdog"], calendar["missing_year"]) == ("quiet", None)


def test_ready_says_which_birth(office: Desk) -> None:
    assert office.get("/readyz", None).json()["birth"] == "production"


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (NotMigrated("run db upgrade on sqlite:///secret.db"), "not_migrated"),
        (StoreError("cannot reach db.internal"), "database_unavailable"),
    ],
)
def test_not_ready(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, error: Exception, reason: str
) -> None:
    def fail(*_: Any) -> None:
        raise error

    monkeypatch.setattr(type(desk.service.store), "check", fail)
    answer = desk.get("/readyz", None)
    assert (answer.status_code, answer.json()["reason"]) == (503, reason)
    assert "secret" not in answer.text
    assert "internal" not in answer.text
    assert desk.get("/healthz", None).status_code == 200


def test_the_members_of_a_problem_win_over_its_context() -> None:
    from starlette.requests import Request

    request = Request({"type": "http", "method": "GET", "path": "/x", "query_string": b"",
                       "headers": [], "server": ("test", 80), "scheme": "http"})  # fmt: skip
    answer = respond(request, 409, "late", "迟", "late", context={"status": 7, "clause": None})
    body = json.loads(bytes(answer.body))
    assert body["status"] == 409
    assert "clause" not in body
    assert language_of(request) == "zh-CN"


def test_people_of_the_tests_are_all_known(desk: Desk) -> None:
    for name in PEOPLE:
        assert desk.get("/v1/workflows", name).status_code == 200
