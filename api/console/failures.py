"""Pages for what goes wrong: what happened, whether anything changed, what to do now."""

from __future__ import annotations

import logging
import secrets
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from api.console.pages import page
from api.console.visit import SignInFirst, visiting
from api.problems import status_of
from cases.errors import Problem
from cases.ports import Conflict, StoreError
from rules.day_table import CalendarHorizon
from rules.parameters import ParameterError
from rules.periods import PeriodError

log = logging.getLogger("chengnuo.console")


def install(app: FastAPI) -> None:
    """Makes every error of the console a page."""
    app.add_exception_handler(SignInFirst, _to_sign_in)
    app.add_exception_handler(Problem, _told)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(Conflict, _conflict)
    app.add_exception_handler(StoreError, _no_store)
    for nothing in (ParameterError, CalendarHorizon, PeriodError):
        app.add_exception_handler(nothing, _no_rule)
    app.add_exception_handler(Exception, _unexpected)


def _to_sign_in(request: Request, error: Exception) -> Response:
    del error
    asked = f"{request.url.path}?{request.url.query}".rstrip("?")
    after = asked if request.method == "GET" else "/"
    return RedirectResponse(f"/login?next={quote(after)}", 303)


def _shown(request: Request, status: int, do: str = "") -> Response:
    """The page of a status. `do`: a key of the table."""
    visit = visiting(request)
    title = visit.say(f"error.{status}")
    advice = visit.say(do) if do else ""
    return page(visit, "failure.html", status, title=title, what=None, advice=advice, here="/")


def _told(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    status = status_of(error, request)
    visit = visiting(request)
    known = status if status in (403, 404, 409, 422, 503) else 409
    return page(
        visit, "failure.html", status, title=visit.say(f"error.{known}"),
        what=visit.text({"zh": error.zh, "en": error.en}), advice="", here="/",
    )  # fmt: skip


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    status = error.status_code if error.status_code in (404, 405) else 422
    do = {404: "error.404_do", 405: "error.405_do"}.get(status, "")
    answer = _shown(request, status, do=do)
    answer.headers.update(error.headers or {})
    return answer


def _malformed(request: Request, error: Exception) -> Response:
    del error
    return _shown(request, 422)


def _conflict(request: Request, error: Exception) -> Response:
    log.info("conflict: %s", error)
    return _shown(request, 409, do="error.conflict")


def _no_rule(request: Request, error: Exception) -> Response:
    """The law or the calendar says nothing for a date of this act."""
    log.info("no rule: %s", error)
    return _shown(request, 409, do="error.no_rule")


def _no_store(_: Request, error: Exception) -> Response:
    """The database cannot be used, so neither can anything a page would show."""
    log.error("store: %s", error)
    said = "数据库暂不可用，请稍后重试。 The database cannot be used now; try again later."
    return PlainTextResponse(said, 503, {"Retry-After": "5"})


def _unexpected(request: Request, error: Exception) -> Response:
    """A bug: logged with an id, told with the same id and nothing else."""
    incident = secrets.token_hex(6)
    log.error("incident %s: %s %s", incident, request.method, request.url.path, exc_info=error)
    visit = visiting(request)
    return page(
        visit, "failure.html", 500, title=visit.say("error.500"), what=None,
        advice=visit.say("error.500_do", incident=incident), here="/",
    )  # fmt: skip
