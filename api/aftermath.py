"""What follows an act: its work on lists and linked cases is done soon, in a sandbox at once."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse
from starlette.background import BackgroundTask

from api.service import Service
from cases.answer import Answer
from cases.identity import Identity
from scheduler.runner import Runner

log = logging.getLogger("chengnuo.http")


def answered(
    request: Request, service: Service, identity: Identity, answer: Answer, status: int
) -> JSONResponse:
    """The case after an act, and the work it gave rise to.

    A sandbox sweeps before it answers, so that a story always reads the same; elsewhere the
    runner is woken, or the sweep follows the answer where this process has none."""
    plain, task = answer.plain, None
    runner: Runner | None = request.app.state.runner
    if answer.repeated:
        pass
    elif service.sandbox:
        plain = _swept(service, identity, plain)
    elif runner is not None:
        runner.wake()
    else:
        task = BackgroundTask(_sweep, service)
    headers = {"ETag": f'"{plain["version"]}"'}
    if status == 201:
        headers["Location"] = f"/v1/cases/{plain['id']}"
    if answer.repeated:
        headers["Idempotent-Replayed"] = "true"
    return JSONResponse(plain, status, headers, background=task)


def _swept(service: Service, identity: Identity, plain: Mapping[str, Any]) -> Mapping[str, Any]:
    """The case once everything due has been done; looked at again only if something was."""
    return service.casework.look(plain["id"], identity).plain if _sweep(service) else plain


def _sweep(service: Service) -> bool:
    """One sweep; True if it did anything. The act is already written: what goes wrong here is
    logged, and the next sweep tries again."""
    try:
        report = service.enforcer.sweep()
    except Exception:
        log.exception("the sweep after an act failed; the next one tries again")
        return False
    return bool(report.enforced or report.work)
