"""What follows an act: its work on lists and linked cases is done soon, in a sandbox at once."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Final

from fastapi import Request
from fastapi.responses import Response
from starlette.background import BackgroundTask

from api.service import Service
from cases.answer import Answer
from cases.identity import Identity
from scheduler.runner import Runner

NO_HEADERS: Final[Mapping[str, str]] = {}
log = logging.getLogger("chengnuo.http")


def answered(
    request: Request, service: Service, identity: Identity, answer: Answer, status: int
) -> Response:
    """The case after an act, and the work it gave rise to.

    A sandbox sweeps before it answers, so that a story always reads the same; elsewhere the
    runner is woken, or the sweep follows the answer where this process has none."""
    task = None
    runner: Runner | None = request.app.state.runner
    repeated = answer.repeated
    if repeated:
        pass
    elif service.sandbox:
        answer = _swept(service, identity, answer)
    elif runner is not None:
        runner.wake()
    else:
        task = BackgroundTask(_sweep, service)
    headers = {}
    if status == 201:
        headers["Location"] = f"/v1/cases/{answer.id}"
    if repeated:
        headers["Idempotent-Replayed"] = "true"
    return said(answer, status, headers, task)


def said(
    answer: Answer, status: int, headers: Mapping[str, str] = NO_HEADERS,
    task: BackgroundTask | None = None,
) -> Response:  # fmt: skip
    """A case over the wire, with its version."""
    tag = {"ETag": f'"{answer.version}"'}
    return Response(answer.text, status, {**tag, **headers}, "application/json", background=task)


def _swept(service: Service, identity: Identity, answer: Answer) -> Answer:
    """The case once everything due has been done; looked at again only if something was."""
    if not _sweep(service):
        return answer
    return service.casework.look(answer.id, identity)


def _sweep(service: Service) -> bool:
    """One sweep; True if it did anything. The act is already written: what goes wrong here is
    logged, and the next sweep tries again."""
    try:
        report = service.enforcer.sweep()
    except Exception:
        log.exception("the sweep after an act failed; the next one tries again")
        return False
    return bool(report.enforced or report.work)
