"""The pages officers and applicants work with: drawn on the server, plain links and forms.

Works without scripts. An application of its own inside the API's, so that its errors are pages and
its answers carry a strict content policy. Refuses to decide anything: every act goes through
`cases.casework`.
"""

from __future__ import annotations

from fastapi import FastAPI
from starlette.datastructures import Headers as RequestHeaders
from starlette.routing import Match, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from api.console import (
    case_page,
    definition_pages,
    failures,
    opening_page,
    queue_page,
    receipt_page,
    sandbox_clock,
    sign_in,
    tomorrow_page,
)
from api.console.pages import FOLDER, Headers
from api.service import Service

PROGRAMS = ("/v1", "/openapi.json", "/docs", "/redoc", "/healthz", "/readyz", "/metrics")


class _Console(Mount):
    """Everything that is not for programs: what they ask for in vain stays a problem document."""

    def __init__(self, app: FastAPI) -> None:
        super().__init__("/", app=Headers(app), name="console")
        self._inside = app.router.routes

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """No match for the addresses of programs, nor for one that is unknown here to a client
        that does not ask for a page."""
        path = str(scope.get("path", ""))
        if any(path == one or path.startswith(f"{one}/") for one in PROGRAMS):
            return Match.NONE, {}
        found = super().matches(scope)
        if found[0] is Match.NONE or _wants_page(scope):
            return found
        known = any(route.matches(scope)[0] is not Match.NONE for route in self._inside)
        return found if known else (Match.NONE, {})


def _wants_page(scope: Scope) -> bool:
    return "text/html" in RequestHeaders(scope=scope).get("accept", "")


def console(service: Service) -> FastAPI:
    """The console as an application."""
    app = FastAPI(title="Chengnuo console", openapi_url=None, docs_url=None, redoc_url=None)
    app.state.service = service
    failures.install(app)
    # opening_page before case_page: `/cases/new` is not the number of a case
    for part in (sign_in, queue_page, opening_page, case_page, receipt_page, definition_pages,
                 sandbox_clock, tomorrow_page):  # fmt: skip
        app.include_router(part.router)
    app.mount("/static", StaticFiles(directory=FOLDER / "static"))
    return app


def mount(app: FastAPI, service: Service) -> None:
    """Puts the console under every address of `app` that is not for programs. Call it last:
    routes added later would stand behind it."""
    app.router.routes.append(_Console(console(service)))
