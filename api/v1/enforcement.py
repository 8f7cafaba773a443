"""The state of enforcement: what is held and why, what is next, what could not be processed."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from api.answers import Answer, Json
from api.auth import Caller, TheService
from api.contract import problems
from api.schemas import ReleaseBody
from api.strict_json import StrictRoute
from api.summaries import local
from cases.errors import Forbidden
from cases.identity import is_officer, must_oversee
from cases.rows import CaseRow
from scheduler.holds import Hold, current, release

router = APIRouter(tags=["enforcement"], route_class=StrictRoute)


class Planned(Answer):
    """What a sweep would take now: how many steps, how many of them adverse, how many held."""

    due: int
    adverse: int
    held: int


class EnforcementAnswer(Answer):
    """`hold`: why adverse enforcement stands still, or null. `next_instant`: when the next step
    of any case falls due. `broken`: cases set aside, with the reason."""

    now: str
    hold: Json | None
    next_instant: str | None
    planned: Planned
    broken: list[Json]


class ReleaseAnswer(Answer):
    """The hold that was released."""

    released: Json


@router.get(
    "/enforcement",
    summary="自动执行状态 · The state of enforcement",
    responses={200: {"model": EnforcementAnswer}, **problems(401, 403)},
)
def enforcement(identity: Caller, service: TheService) -> JSONResponse:
    """For officers: hold, next instant, due now, cases set aside (of their zone)."""
    if not is_officer(identity, service.book):
        raise Forbidden("仅工作人员可以查看。", "for officers only")
    planned = service.enforcer.plan()
    following = service.enforcer.next_instant()
    with service.store.unit(write=False) as unit:
        now, hold = service.clock.now(unit), current(unit)
        broken = [row for row in unit.broken_cases() if identity.zone in (None, row.zone)]
    body = {
        "now": local(now),
        "hold": None if hold is None else _hold(hold),
        "next_instant": None if following is None else local(following),
        "planned": {
            "due": len(planned),
            "adverse": sum(one.adverse for one in planned),
            "held": sum(one.held for one in planned),
        },
        "broken": [_broken(row) for row in broken],
    }
    return JSONResponse(body)


@router.post(
    "/enforcement/release",
    summary="恢复自动执行 · Release a hold",
    responses={200: {"model": ReleaseAnswer}, **problems(400, 401, 403, 413, 422)},
)
def release_hold(
    request: Request, body: ReleaseBody, identity: Caller, service: TheService
) -> JSONResponse:
    """A supervisor confirms that adverse enforcement may go on, and says why."""
    must_oversee(identity, "supervisor")
    with service.store.unit() as unit:
        held = release(unit, service.clock.now(unit), identity.user, body.reason)
    if request.app.state.runner is not None:
        request.app.state.runner.wake()
    return JSONResponse({"released": _hold(held)})


def _hold(hold: Hold) -> dict[str, Any]:
    return {"reason": hold.reason, "since": hold.since, "detail": hold.detail}


def _broken(row: CaseRow) -> dict[str, Any]:
    return {
        "case": row.id,
        "workflow": row.workflow,
        "zone": row.zone,
        "why": row.broken,
        "retries": row.retries,
        "retry_at": local(row.retry_at) if row.retry_at else None,
    }
