"""The state of enforcement: what is held and why, what is next, what could not be processed."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse
from msgspec import structs
from starlette.background import BackgroundTask

from api.answers import Answer, Json
from api.auth import Caller, TheService
from api.contract import problems
from api.paging import LARGEST, after, cursor_of
from api.schemas import ReleaseBody
from api.strict_json import StrictRoute
from api.summaries import local
from cases.errors import Forbidden
from cases.identity import Identity, is_officer, must_oversee
from cases.rows import CaseRow
from rules.periods import shanghai_date
from scheduler.brake import Standing, named, standing
from scheduler.holds import Hold, current, release
from scheduler.plan import Planned as Line
from scheduler.releases import go_on, let_go

router = APIRouter(tags=["enforcement"], route_class=StrictRoute)
COUNTED = 1000


class Planned(Answer):
    """What a sweep would take now: how many steps, how many of them adverse, how many held."""

    due: int
    adverse: int
    held: int


class BrakeLine(Answer):
    """A brake that asks for a second person: `cases` it holds since `since`, the `oldest` of them
    due then; `taken` of `allowed` were done on `day`. `name` is what a release states."""

    name: str
    zone: str
    workflow: str
    consequence: str
    since: str
    cases: int
    oldest: str | None
    day: date
    taken: int
    allowed: int


class EnforcementAnswer(Answer):
    """`hold`: why adverse enforcement stands still, or null; `brakes`: consequences of which a day
    brought too much; `next_instant`: when the next step of any case falls due; `due`: cases in
    which something is due now, `planned` the steps in them (null where there are more than a
    thousand such cases); `broken`: cases set aside, with the reason."""

    now: str
    hold: Json | None
    brakes: list[BrakeLine]
    next_instant: str | None
    due: int
    planned: Planned | None
    broken: list[Json]


class PlannedLine(Answer):
    """One step a sweep would take. `act`: the event it raises; `held_by`: what would keep it back,
    `hold` or `brake`."""

    case: str
    version: int
    zone: str
    workflow: str
    subject: str
    obligation: str
    occurrence: int
    rung: str
    due: str
    late_seconds: float
    act: str
    adverse: bool
    consequence: str
    effects: list[str]
    clauses: list[str]
    held: bool
    held_by: str


class TomorrowAnswer(Answer):
    """What the next Shanghai day will bring, a page at a time; `adverse` and `held` count all."""

    day: date
    total: int
    adverse: int
    held: int
    items: list[PlannedLine]
    next: str | None


class ReleaseAnswer(Answer):
    """The hold that was released, or the brake with the number of cases it had held."""

    released: Json


@router.get(
    "/enforcement",
    summary="自动执行状态 · The state of enforcement",
    responses={200: {"model": EnforcementAnswer}, **problems(401, 403)},
)
def enforcement(identity: Caller, service: TheService) -> JSONResponse:
    """For officers: hold, brakes, next instant, due now, cases set aside (of their zone)."""
    _must_be_officer(identity, service)
    following = service.enforcer.next_instant()
    with service.store.unit(write=False) as unit:
        now, hold = service.clock.now(unit), current(unit)
        gauges = unit.gauges(now)
        broken = [row for row in unit.broken_cases() if identity.zone in (None, row.zone)]
        brakes = [one for one in standing(unit) if identity.zone in (None, one.zone)]
    planned = service.enforcer.plan() if gauges.due + gauges.held <= COUNTED else None
    body = {
        "now": local(now),
        "hold": None if hold is None else _hold(hold),
        "brakes": [_brake(one) for one in brakes],
        "next_instant": None if following is None else local(following),
        "due": gauges.due,
        "planned": None if planned is None else _counts(planned, "due"),
        "broken": [_broken(row) for row in broken],
    }
    return JSONResponse(body)


@router.get(
    "/enforcement/tomorrow",
    summary="明日将自动执行 · What will be enforced tomorrow",
    responses={200: {"model": TomorrowAnswer}, **problems(401, 403, 422)},
)
def tomorrow(
    request: Request,
    identity: Caller,
    service: TheService,
    limit: Annotated[int, Query(ge=1, le=LARGEST)] = LARGEST,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> JSONResponse:
    """For officers: what the sweep of the next Shanghai day would do to whom, in their zone, with
    what is held until then."""
    _must_be_officer(identity, service)
    begin = after(cursor, int)
    start = max(0, begin[0]) if begin else 0
    with service.store.unit(write=False) as unit:
        day = shanghai_date(service.clock.now(unit)) + timedelta(days=1)
    lines = [one for one in service.enforcer.tomorrow() if identity.zone in (None, one.zone)]
    following = None
    if start + limit < len(lines):
        url = request.url.include_query_params(cursor=cursor_of(start + limit))
        following = f"{url.path}?{url.query}"
    return JSONResponse({
        "day": day.isoformat(),
        **_counts(lines, "total"),
        "items": [_line(one) for one in lines[start : start + limit]],
        "next": following,
    })  # fmt: skip


@router.post(
    "/enforcement/release",
    summary="恢复自动执行 · Release a hold or a brake",
    responses={200: {"model": ReleaseAnswer}, **problems(400, 401, 403, 413, 422)},
)
def release_hold(
    request: Request, body: ReleaseBody, identity: Caller, service: TheService
) -> JSONResponse:
    """A supervisor confirms that adverse enforcement may go on, and says why. With `brake`: that
    the cases one brake holds may be enforced: let go at once in a sandbox, elsewhere with the next
    sweep."""
    must_oversee(identity, "supervisor")
    with service.store.unit() as unit:
        now = service.clock.now(unit)
        if body.brake is None:
            released = _hold(release(unit, now, identity.user, body.reason))
        else:
            of = named(body.brake)
            if identity.zone not in (None, of.zone):
                raise Forbidden("该制动属于其他片区。", "the brake belongs to another zone")
            row = let_go(unit, of, now, identity.user, body.reason)
            released = {"brake": str(of), "cases": row.cases, "since": local(row.since)}
    task = None
    if service.sandbox:
        go_on(service.casework)
    elif request.app.state.runner is None:
        task = BackgroundTask(go_on, service.casework)
    if request.app.state.runner is not None:
        request.app.state.runner.wake()
    return JSONResponse({"released": released}, background=task)


def _must_be_officer(identity: Identity, service: TheService) -> None:
    if not is_officer(identity, service.book):
        raise Forbidden("仅工作人员可以查看。", "for officers only")


def _counts(lines: list[Line], total: str) -> dict[str, int]:
    return {
        total: len(lines),
        "adverse": sum(one.adverse for one in lines),
        "held": sum(one.held for one in lines),
    }


def _line(one: Line) -> dict[str, Any]:
    line = {**structs.asdict(one), "due": local(one.due), "held": one.held}
    line["case"] = line.pop("case_id")
    return line


def _brake(one: Standing) -> dict[str, Any]:
    oldest = None if one.oldest is None else local(one.oldest)
    return {"name": one.name, **asdict(one), "since": local(one.since), "oldest": oldest}


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
