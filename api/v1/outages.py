"""Outages of the office: on record, with a second person; they extend the other side's dates."""

from __future__ import annotations

from datetime import date, datetime

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import Field
from starlette.background import BackgroundTask

from api.answers import Answer
from api.auth import Caller, TheService
from api.contract import problems
from api.outage_record import plain_outage
from api.schemas import OutageBody
from api.strict_json import StrictRoute
from cases.errors import Forbidden
from cases.identity import is_officer, must_oversee
from cases.outages import Recording
from scheduler.outages import begin, run_of, tell

router = APIRouter(tags=["enforcement"], route_class=StrictRoute)


class OutageLine(Answer):
    """An outage: the days `first_day` to `last_day` do not count. `cases`: changed by it so far;
    `finished_at` null while cases are still being told, and everything adverse stands still."""

    number: int
    zone: str | None
    from_at: datetime = Field(alias="from")
    to_at: datetime = Field(alias="to")
    first_day: date
    last_day: date
    reason: str
    recorded_by: str
    confirmed_by: str
    recorded_at: datetime
    cases: int
    aside: int
    finished_at: datetime | None


class OutageList(Answer):
    """Every outage on record, by number."""

    items: list[OutageLine]


@router.get(
    "/outages",
    summary="中断记录 · Outages on record",
    responses={200: {"model": OutageList}, **problems(401, 403)},
)
def outages(identity: Caller, service: TheService) -> JSONResponse:
    """For officers: the outages of their zone, and those of every zone."""
    if not is_officer(identity, service.book):
        raise Forbidden("仅工作人员可以查看。", "for officers only")
    with service.store.unit(write=False) as unit:
        runs = {run.seq: run for run in unit.outage_runs()}
        rows = [row for row in unit.outages() if identity.zone in (None, row.zone) or not row.zone]
    return JSONResponse({"items": [plain_outage(row, runs[row.seq]) for row in rows]})


@router.post(
    "/outages",
    status_code=201,
    summary="登记中断 · Record an outage",
    responses={201: {"model": OutageLine}, **problems(400, 401, 403, 409, 413, 422)},
)
def record_outage(
    request: Request, body: OutageBody, identity: Caller, service: TheService
) -> JSONResponse:
    """A supervisor records that the office was out, another person confirms it. The cases are told
    at once in a sandbox, elsewhere with the next sweep; a hold ends when the last one has been."""
    must_oversee(identity, "supervisor")
    if identity.zone is not None and body.zone not in (None, identity.zone):
        raise Forbidden("只能登记本片区的中断。", "an outage of your own zone only",
                        reason="other_zone")  # fmt: skip
    asked = Recording(body.from_at, body.to_at, body.reason, identity.user, body.confirmed_by,
                      body.zone or identity.zone)  # fmt: skip
    row = begin(service.casework, asked)
    task = None
    if service.sandbox:
        tell(service.casework)
    elif request.app.state.runner is not None:
        request.app.state.runner.wake()
    else:
        task = BackgroundTask(tell, service.casework)
    with service.store.unit(write=False) as unit:
        run = run_of(unit, row)
    return JSONResponse(plain_outage(row, run), 201, background=task)
