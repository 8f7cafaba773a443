"""A browser without scripts: keeps cookies, reads forms out of pages, sends them back."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from fastapi import FastAPI
from starlette.exceptions import StarletteDeprecationWarning

from api import console
from api.app import create_app
from api.sandbox_zone import accounts
from api.service import Service
from cases.casework import Casework
from cases.clock import Clock, SandboxClock, SystemClock, machine_time
from cases.store import open_store
from machines.book import rulebook
from rules.working_days import load_calendar
from scheduler.enforcer import Enforcer

with warnings.catch_warnings():  # Starlette warns of httpx where it finds no httpx2
    warnings.simplefilter("ignore", StarletteDeprecationWarning)
    from starlette.testclient import TestClient

PAGE = {"accept": "text/html"}
VOID = {"input", "meta", "link", "br"}


@dataclass
class SentForm:
    """A form of a page: where it goes, what it carries, and its buttons by value."""

    action: str
    method: str
    values: dict[str, list[str]] = field(default_factory=dict)
    inputs: list[dict[str, str]] = field(default_factory=list)
    buttons: list[dict[str, str]] = field(default_factory=list)


class Seen(HTMLParser):
    """What a page is made of."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.forms: list[SentForm] = []
        self.open: list[str] = []
        self.words: dict[str, list[str]] = {}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        got = {name: value or "" for name, value in attrs}
        self.elements.append((tag, got))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "form":
            self.forms.append(SentForm(got.get("action", ""), got.get("method", "get")))
        if not self.forms:
            return
        form = self.forms[-1]
        if tag in ("input", "select", "textarea"):
            form.inputs.append({"tag": tag, **got})
        if tag == "input" and got.get("type") != "checkbox":
            form.values.setdefault(got.get("name", ""), []).append(got.get("value", ""))
        if tag == "input" and got.get("type") == "checkbox" and "checked" in got:
            form.values.setdefault(got["name"], []).append(got["value"])
        if tag == "option" and "selected" in got:
            form.values.setdefault(form.inputs[-1]["name"], []).append(got["value"])
        if tag == "button":
            form.buttons.append(got)

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip() and self.open:
            self.words.setdefault(self.open[-1], []).append(data.strip())

    def all(self, tag: str) -> list[dict[str, str]]:
        """The attributes of every element of a kind."""
        return [got for name, got in self.elements if name == tag]

    def form(self, action: str, **holding: str) -> SentForm:
        """The form that goes somewhere and carries these values."""
        for form in self.forms:
            fits = all(value in form.values.get(name, []) for name, value in holding.items())
            if form.action == action and fits:
                return form
        raise AssertionError(f"no form to {action} with {holding}")


class Visitor:
    """Somebody with a browser."""

    def __init__(self, app: FastAPI, address: str = "http://testserver") -> None:
        self.client = TestClient(app, address, follow_redirects=False,
                                 raise_server_exceptions=False)  # fmt: skip

    def get(self, path: str, status: int = 200) -> Any:
        """A page; asserts its status."""
        answer = self.client.get(path, headers=PAGE)
        assert answer.status_code == status, answer.text[:600]
        return answer

    def see(self, path: str) -> Seen:
        """A page, taken apart."""
        return Seen(self.get(path).text)

    def send(self, form: SentForm, status: int = 303, /, **more: Any) -> Any:
        """Sends a form with some of its values replaced; asserts the status."""
        data = {**form.values, **more}
        answer = self.client.post(form.action, data=data, headers=PAGE)
        assert answer.status_code == status, answer.text[:600]
        return answer

    def sign_in(self, user: str) -> Visitor:
        """Presses the button of a ready-made account."""
        self.send(self.see("/login").forms[0], account=user)
        return self


def service_on(*, sandbox: bool = True, people: bool = True) -> Service:
    """A service in memory without a case; a sandbox with the ready-made accounts, if wanted."""
    store = open_store("memory://", clock=machine_time)
    store.upgrade("sandbox" if sandbox else "production")
    clock: Clock = SandboxClock() if sandbox else SystemClock()
    casework = Casework(store, rulebook(), load_calendar(), clock)
    service = Service(store, casework, Enforcer(casework), clock, sandbox)
    if sandbox and people:
        with store.unit() as unit:
            accounts(unit, clock.now(unit))
    return service


def app_on(service: Service) -> FastAPI:
    """The whole application, with the console in it."""
    app = create_app(service, with_runner=False)
    if not any(getattr(route, "name", "") == "console" for route in app.router.routes):
        console.mount(app, service)
    return app


def case_paths(text: str) -> Iterator[str]:
    """The cases a page links to, each once."""
    found = (got.get("href", "") for got in Seen(text).all("a"))
    paths = (path for path in found if path.startswith("/cases/") and "/new" not in path)
    yield from dict.fromkeys(paths)
