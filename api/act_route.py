"""The route of an act: what is well formed is read here, at a third of what the framework takes.

Whatever is not well formed goes the framework's way, which says what is wrong with it. So the
documented interface, and every error of it, is the framework's alone.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

from fastapi import Request, Response
from pydantic import ValidationError
from starlette.exceptions import HTTPException

from api.acting import Posted
from api.aftermath import answered
from api.hands import hands_of
from api.schemas import ActBody
from api.service import Service
from api.strict_json import StrictRequest, StrictRoute, parse

CASE_ID: Final = r"^[0-9A-Za-z.-]{1,100}$"
_BEARER: Final = re.compile(r"Bearer ([!-~]+)")


class ActRoute(StrictRoute):
    """A route whose handler is `carried_out`, of what the request says."""

    def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:  # type: ignore[override]
        """The handler; both ways read the body once."""
        by_framework = super().get_route_handler()

        async def handled(request: Request) -> Response:
            strict = StrictRequest(request.scope, request.receive)
            posted = await _well_formed(strict)
            if posted is None:
                return await by_framework(strict)
            return await carried_out(request, request.app.state.service, posted)

        return handled


async def carried_out(request: Request, service: Service, posted: Posted) -> Response:
    """The act with whichever wait beside it, and its answer."""
    hands = hands_of(request)
    identity, answer = await hands.act(posted)
    respond = partial(answered, request, service, identity, answer, 200)
    return await hands.do(respond) if service.sandbox else respond()  # a sandbox sweeps first


async def _well_formed(request: Request) -> Posted | None:
    """What is asked for; None for anything that leaves a question."""
    headers = request.headers
    token = _BEARER.fullmatch(headers.get("authorization", ""))
    case_id = request.path_params["case_id"]
    if token is None or headers.get("content-type") != "application/json":
        return None
    if re.fullmatch(CASE_ID, case_id) is None:
        return None
    raw = await request.body()
    try:
        body = ActBody.model_validate(parse(raw))
    except (HTTPException, ValidationError):
        return None
    key, if_match = headers.get("idempotency-key"), headers.get("if-match")
    return Posted(token[1], case_id, body, key, if_match)
