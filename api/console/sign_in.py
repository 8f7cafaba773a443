"""Signing in and out: a ready-made account in a sandbox, a token everywhere."""

from __future__ import annotations

import secrets
from importlib import import_module
from typing import Any

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from api.console.pages import page
from api.console.visit import SESSION, STRANGER, Form, Visit, Visiting, set_cookie
from api.service import Service
from cases.identity import identify

router = APIRouter()


def ready_made_accounts(service: Service) -> list[Any]:
    """The accounts a sandbox ships; empty in production, which has none.

    Read late: the module holds plain tokens, and production must not even load it."""
    if not service.sandbox:
        return []
    return list(import_module("api.sandbox_zone").ACCOUNTS)


@router.get("/login")
def sign_in_page(visit: Visiting) -> Response:
    """Who are you?"""
    return _form(visit, after=visit.request.query_params.get("next", "/"))


@router.post("/login")
def sign_in(visit: Visiting, form: Form) -> Response:
    """Begins a session."""
    after = _own_path(str(form.get("next", "/")))
    token = str(form.get("token", "")).strip()
    for account in ready_made_accounts(visit.service):
        if form.get("account") == account.user:
            token = account.token
    with visit.service.store.unit(write=False) as unit:
        known = identify(unit, token) if token else None
    if known is None:
        return _form(visit, after=after, wrong=True, status=403)
    answer = RedirectResponse(after, 303)
    set_cookie(answer, visit.request, SESSION, token)
    answer.delete_cookie(STRANGER, path="/")
    return answer


@router.post("/logout")
def sign_out(visit: Visiting, form: Form) -> Response:
    """Ends the session."""
    del visit, form
    answer = RedirectResponse("/login", 303)
    answer.delete_cookie(SESSION, path="/", httponly=True, samesite="strict")
    return answer


def _form(visit: Visit, *, after: str, wrong: bool = False, status: int = 200) -> Response:
    """The page, with a cookie for the form token of somebody who has no session yet."""
    fresh = visit.identity is None and not visit.seed
    if fresh:
        visit = Visit(**{**vars(visit), "seed": secrets.token_urlsafe(24)})
    answer = page(
        visit, "login.html", status, after=_own_path(after), wrong=wrong,
        accounts=ready_made_accounts(visit.service), here="/login",
    )  # fmt: skip
    if fresh:
        set_cookie(answer, visit.request, STRANGER, visit.seed)
    return answer


def _own_path(path: str) -> str:
    """A path of this console; anything that could lead elsewhere becomes the queue."""
    plain = path.startswith("/") and not path.startswith("//") and "\\" not in path
    return path if plain and path.isprintable() else "/"
