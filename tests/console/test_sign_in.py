"""Signing in: cookies nobody else can read or send, tokens nobody ever sees, no way elsewhere."""

import pytest
from fastapi import FastAPI

from api.sandbox_zone import ACCOUNTS
from api.service import Service
from cases.identity import Identity, new_token
from tests.console.visitor import Seen, Visitor, app_on

SECRETS = [account.token for account in ACCOUNTS]


def test_a_sandbox_offers_its_accounts_and_shows_no_token(app: FastAPI) -> None:
    page = Visitor(app).get("/login")
    offered = [got.get("value") for got in Seen(page.text).all("button")]
    assert {account.user for account in ACCOUNTS} <= set(offered)
    assert not [secret for secret in SECRETS if secret in page.text]


def test_the_session_is_a_cookie_scripts_cannot_read(app: FastAPI) -> None:
    visitor = Visitor(app)
    answer = visitor.send(visitor.see("/login").forms[0], account="approval")
    assert answer.headers["location"] == "/"
    cookie = next(
        value for value in answer.headers.get_list("set-cookie") if "chengnuo_session=" in value
    )
    attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert attributes == {"httponly", "path=/", "samesite=strict"}
    assert visitor.get("/").status_code == 200


def test_over_https_the_cookie_is_secure(app: FastAPI) -> None:
    visitor = Visitor(app, "https://testserver")
    answer = visitor.send(visitor.see("/login").forms[0], account="approval")
    assert all("secure" in one.lower() for one in answer.headers.get_list("set-cookie")
               if "chengnuo_session=" in one)  # fmt: skip


def test_production_takes_a_token_and_offers_no_account(office: Service) -> None:
    with office.store.unit() as unit:
        officer = Identity("wang", frozenset({"approval"}), "yingkou")
        token = new_token(unit, officer, "test", unit.now())
    visitor = Visitor(app_on(office))
    page = visitor.get("/login")
    assert not [got for got in Seen(page.text).all("button") if got.get("name") == "account"]
    assert "虚拟时钟" not in page.text
    visitor.send(Seen(page.text).form("/login"), token=token)
    text = visitor.get("/").text
    assert "wang" in text
    assert token not in text


def test_a_wrong_token_is_not_repeated(office: Service) -> None:
    visitor = Visitor(app_on(office))
    form = visitor.see("/login").form("/login")
    answer = visitor.send(form, 403, token="made-up-secret")
    assert 'role="alert"' in answer.text
    assert "made-up-secret" not in answer.text
    assert "chengnuo_session" not in answer.headers.get("set-cookie", "")


def test_a_sandbox_account_means_nothing_in_production(office: Service) -> None:
    visitor = Visitor(app_on(office))
    form = visitor.see("/login").form("/login")
    visitor.send(form, 403, account="approval")
    visitor.send(form, 403, token="sandbox-approval")


@pytest.mark.parametrize("token", ["", "0" * 64])
def test_signing_in_needs_the_token_of_the_form(app: FastAPI, token: str) -> None:
    visitor = Visitor(app)
    visitor.get("/login")
    answer = visitor.client.post("/login", data={"account": "approval", "csrf": token})
    assert answer.status_code == 403
    assert "chengnuo_session" not in answer.headers.get("set-cookie", "")


def test_a_form_from_another_site_is_refused(app: FastAPI) -> None:
    visitor = Visitor(app)
    form = visitor.see("/login").forms[0]
    data = {**form.values, "account": "approval"}
    for headers in ({"origin": "http://evil.example"}, {"sec-fetch-site": "cross-site"}):
        assert visitor.client.post("/login", data=data, headers=headers).status_code == 403
    own = {"origin": "http://testserver", "sec-fetch-site": "same-origin"}
    assert visitor.client.post("/login", data=data, headers=own).status_code == 303


@pytest.mark.parametrize(
    ("asked", "led"),
    [("/workflows", "/workflows"), ("//evil.example", "/"), ("https://evil.example", "/"),
     ("/\\evil.example", "/"), ("/cases/1\nSet-Cookie: a=b", "/")],
)  # fmt: skip
def test_after_signing_in_one_stays_on_the_console(app: FastAPI, asked: str, led: str) -> None:
    visitor = Visitor(app)
    form = visitor.see("/login").forms[0]
    assert visitor.send(form, account="approval", next=asked).headers["location"] == led


def test_a_page_remembers_where_a_stranger_wanted_to_go(app: FastAPI) -> None:
    visitor = Visitor(app)
    answer = visitor.get("/?due=today", 303)
    form = visitor.see(answer.headers["location"]).forms[0]
    assert visitor.send(form, account="approval").headers["location"] == "/?due=today"


def test_signing_out_ends_the_session(approval: Visitor) -> None:
    approval.send(approval.see("/").form("/logout"))
    assert approval.get("/", 303).headers["location"].startswith("/login")


def test_the_form_token_of_one_session_is_no_good_in_another(app: FastAPI) -> None:
    one, other = Visitor(app).sign_in("approval"), Visitor(app).sign_in("supervision")
    stolen = one.see("/").form("/logout").values["csrf"]
    other.send(other.see("/").form("/logout"), 403, csrf=stolen)
