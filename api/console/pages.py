"""Draws pages: the templates, what each of them may use, and the headers of every answer."""

from __future__ import annotations

import secrets
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.datastructures import MutableHeaders
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.console.texts import LANGUAGES, WEEKDAYS
from api.console.visit import LANGUAGE, Visit, set_cookie
from cases.clock import SandboxClock
from machines.rungs import SHANGHAI

FOLDER = Path(__file__).parent
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; frame-ancestors 'none'; form-action 'self'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_TEMPLATES = Environment(
    loader=FileSystemLoader(FOLDER / "templates"), autoescape=True, undefined=StrictUndefined,
    trim_blocks=True, lstrip_blocks=True,
)  # fmt: skip


class Headers:
    """Adds the security headers to every answer of an application."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on and marks the answer."""

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, marked)


def page(visit: Visit, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A page of the console. `here` may be given as the path the language link leads to."""
    text = _TEMPLATES.get_template(template).render(
        visit=visit,
        t=visit.say,
        text=visit.text,
        day=_day,
        moment=_moment,
        clause=lambda name: _clause(visit, name),
        weekday=WEEKDAYS[visit.language][visit.today.weekday()],
        sandbox=visit.service.sandbox and isinstance(visit.service.clock, SandboxClock),
        once=secrets.token_urlsafe(12),
        html_language=LANGUAGES[visit.language],
        other=_other_language(visit, values.pop("here", None)),
        **values,
    )
    answer = HTMLResponse(
        text, status,
        {"Content-Language": LANGUAGES[visit.language], "Cache-Control": "no-store"},
    )  # fmt: skip
    if visit.request.query_params.get("lang") in LANGUAGES:
        set_cookie(answer, visit.request, LANGUAGE, visit.language)
    return answer


def _other_language(visit: Visit, here: str | None) -> str:
    """The address of this page in the other language; `here` where a form has led to it."""
    other = {"lang": "en" if visit.language == "zh" else "zh"}
    if here is not None:
        return f"{here}{'&' if '?' in here else '?'}{urlencode(other)}"
    return f"{visit.request.url.path}?{urlencode({**visit.request.query_params, **other})}"


def _day(value: Any) -> str:
    """A Shanghai date."""
    if value is None:
        return ""
    return str(value)[:10] if isinstance(value, str) else value.isoformat()[:10]


def _moment(value: Any) -> str:
    """An instant, in Shanghai, to the minute."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if isinstance(value, datetime):
        return f"{value.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    assert isinstance(value, date)
    return value.isoformat()


def _clause(visit: Visit, name: str) -> dict[str, str]:
    """Where a clause is explained, and what it says."""
    for key, workflow in visit.service.book.workflows.items():
        if workflow.definition.clauses_of is not None:
            continue
        for one in workflow.clauses.clauses:
            if one.id == name:
                return {"id": name, "href": f"/workflows/{key}#c-{name}", "says": visit.text(one)}
    return {"id": name, "href": "", "says": ""}
