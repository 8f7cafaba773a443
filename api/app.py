"""The application: the calls under /v1, health at the root, one shape for every error, and the
console under every other address."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import contract, health, metrics, problems
from api.acting import act_alone, act_as_crowd
from api.console import mount
from api.hands import Hands
from api.service import Service
from api.staying import settle_in
from api.v1 import router

log = logging.getLogger("chengnuo.http")
LARGEST_BODY = 1024 * 1024
_SMALL_BATCH = 20  # an act may have to wait for one


def create_app(service: Service, *, with_runner: bool = True) -> FastAPI:
    """The ASGI application on a service, which stays the caller's to close.

    `with_runner`: sweep in the background while the application runs."""
    app = FastAPI(
        title=contract.TITLE, version=contract.VERSION, lifespan=_lifespan,
        docs_url=None, redoc_url=None,  # both would load scripts from the internet
    )  # fmt: skip
    app.state.service = service
    app.state.hands = Hands(
        service.store.url,
        together=lambda posted: act_as_crowd(app.state.service, posted),
        alone=lambda posted: act_alone(app.state.service, posted),
    )
    app.state.runner = None
    app.state.with_runner = with_runner
    app.include_router(router)
    app.include_router(health.router)
    app.include_router(metrics.router)
    problems.install(app)
    contract.install(app)
    app.add_middleware(Guard)
    mount(app, service)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Sweeps while the application runs, by small batches and with regard for people."""
    hands, runner = app.state.hands, None
    if app.state.with_runner:
        runner = app.state.service.runner()
        runner.enforcer.batch = min(runner.enforcer.batch, _SMALL_BATCH)
        runner.enforcer.between = hands.give_way
        await run_in_threadpool(settle_in, app.state.service.casework)
        await run_in_threadpool(runner.start)
    app.state.runner = runner
    try:
        yield
    finally:
        app.state.runner = None
        if runner is not None:
            await run_in_threadpool(runner.stop)
        await run_in_threadpool(hands.stop)


class Guard:
    """Outermost: no body over the limit comes in, no stack trace goes out."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One connection; anything but HTTP passes untouched."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = finished = False

        async def watched(message: Message) -> None:
            nonlocal started, finished
            started = started or message["type"] == "http.response.start"
            finished = message["type"] == "http.response.body" and not message.get("more_body")
            await send(message)

        try:
            await self.app(scope, _limited(scope, receive), watched)
        except Exception as error:
            if finished:
                log.error("after the answer to %s", scope["path"], exc_info=error)
            elif started:
                raise  # too late for another answer: the server cuts the connection
            else:
                await problems.unexpected(Request(scope), error)(scope, receive, send)


def _limited(scope: Scope, receive: Receive) -> Receive:
    """The same body, but refused once it is over the limit, whatever it says of its length."""
    lengths = [value for name, value in scope["headers"] if name == b"content-length"]
    declared = int(lengths[0]) if lengths and lengths[0].isdigit() else 0
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if max(seen, declared) > LARGEST_BODY and message["type"] == "http.request":
            raise HTTPException(413)
        return message

    return counted
