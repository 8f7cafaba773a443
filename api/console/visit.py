"""Who is looking at a page: the session cookie, the language, the time, the form token.

The session is the bearer token itself in an HttpOnly cookie. A form carries an HMAC of that token
under a secret of the database, so that no other site can make one.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, cast

from fastapi import Depends, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from api.console.texts import LANGUAGES, say
from api.service import Service
from cases.errors import Forbidden
from cases.identity import Identity, identify, is_officer
from cases.ports import Unit
from rules.periods import shanghai_date
from scheduler.holds import Hold, current

SESSION, STRANGER, LANGUAGE = "chengnuo_session", "chengnuo_visit", "chengnuo_lang"
_SECRET = "console_secret"


class SignInFirst(Exception):
    """The page is for people who are signed in."""


@dataclass(frozen=True)
class Visit:
    """One request of one person. `identity` None: not signed in. `seed` is what the form token is
    made of; `now` is the service's clock."""

    request: Request
    service: Service
    identity: Identity | None
    language: str
    now: datetime
    seed: str
    secret: str
    hold: Hold | None

    @property
    def today(self) -> date:
        """The Shanghai date."""
        return shanghai_date(self.now)

    @property
    def csrf(self) -> str:
        """The token every form of this visitor carries."""
        return hmac.digest(self.secret.encode(), self.seed.encode(), "sha256").hex()

    @property
    def who(self) -> Identity:
        """The person, on pages for people who are signed in."""
        assert self.identity is not None
        return self.identity

    @property
    def officer(self) -> bool:
        """Whether the person acts for the authority."""
        return self.identity is not None and is_officer(self.identity, self.service.book)

    def say(self, key: str, **values: object) -> str:
        """A sentence of the table in this visitor's language."""
        return say(self.language, key, **values)

    def text(self, plain: Any) -> str:
        """Words of a definition in this visitor's language: a Text or a mapping of zh and en."""
        if plain is None:
            return ""
        if isinstance(plain, Mapping):
            return str(plain.get(self.language) or plain.get("zh") or "")
        return str(getattr(plain, self.language))


def visiting(request: Request) -> Visit:
    """The visit of a request, signed in or not."""
    service = cast("Service", request.app.state.service)
    token = request.cookies.get(SESSION, "")
    with service.store.unit(write=False) as unit:
        # A token lives in real time, also where the cases live on a sandbox clock.
        identity = identify(unit, token) if token else None
        secret, now, hold = unit.meta().get(_SECRET), service.clock.now(unit), current(unit)
    return Visit(
        request=request,
        service=service,
        identity=identity,
        language=_language(request),
        now=now,
        seed=token if identity is not None else request.cookies.get(STRANGER, ""),
        secret=secret or _new_secret(service),
        hold=hold,
    )


def signed_in(visit: Annotated[Visit, Depends(visiting)]) -> Visit:
    """The visit of somebody who is signed in. Raises SignInFirst."""
    if visit.identity is None:
        raise SignInFirst
    return visit


async def sent_form(request: Request) -> FormData:
    """The fields of a form as they came."""
    return await request.form(max_files=0, max_fields=400)


def genuine(
    visit: Annotated[Visit, Depends(visiting)], form: Annotated[FormData, Depends(sent_form)]
) -> FormData:
    """The fields of a form from one of our own pages. Raises Forbidden for any other."""
    sent = str(form.get("csrf", ""))
    origin = visit.request.headers.get("origin")
    elsewhere = origin not in (None, "null", f"{visit.request.url.scheme}://{_host(visit)}")
    strange = visit.request.headers.get("sec-fetch-site", "same-origin") not in (
        "same-origin", "none",
    )  # fmt: skip
    if not visit.seed or elsewhere or strange or not hmac.compare_digest(sent, visit.csrf):
        raise Forbidden(say("zh", "error.csrf"), say("en", "error.csrf"), reason="form_token")
    return form


Visiting = Annotated[Visit, Depends(visiting)]
SignedIn = Annotated[Visit, Depends(signed_in)]
Form = Annotated[FormData, Depends(genuine)]


def _host(visit: Visit) -> str:
    return visit.request.headers.get("host", visit.request.url.netloc)


def _language(request: Request) -> str:
    for asked in (request.query_params.get("lang"), request.cookies.get(LANGUAGE)):
        if asked in LANGUAGES:
            return asked
    return "zh"


def _new_secret(service: Service) -> str:
    """A secret for the database's forms, unless another process has just made one."""
    with service.store.unit() as unit:
        return _kept_secret(unit)


def _kept_secret(unit: Unit) -> str:
    kept = unit.meta().get(_SECRET)
    if kept is None:
        kept = secrets.token_hex(32)
        unit.set_meta({_SECRET: kept})
    return kept


def set_cookie(response: Response, request: Request, name: str, value: str) -> None:
    """A cookie that scripts cannot read and other sites cannot send."""
    response.set_cookie(
        name, value, path="/", httponly=True, samesite="strict",
        secure=request.url.scheme == "https",
    )  # fmt: skip
