"""Whether the process is alive, and whether it can work: for load balancers and people on call."""

from __future__ import annotations

import logging
from datetime import date

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from api.answers import Answer, Json
from api.auth import TheService
from api.contract import problems
from api.problems import Unavailable
from cases.ports import NotMigrated, StoreError
from rules.periods import shanghai_date
from rules.watchdog import watch
from rules.working_days import Calendar
from scheduler.holds import current

log = logging.getLogger("chengnuo.http")
router = APIRouter(tags=["health"])


class Alive(Answer):
    """The process answers."""

    status: str


class Ready(Answer):
    """The database is reachable and migrated. `hold`: why adverse enforcement stands still, if it
    does; `clock`: the time cases live in; `calendar`: how far dates are firm, and by `watchdog`
    (quiet, look, warn, page) whether the next year's arrangement is missing."""

    status: str
    birth: str
    clock: str
    hold: Json | None
    calendar: Json


@router.get("/healthz", summary="存活 · Alive", responses={200: {"model": Alive}, **problems()})
async def alive() -> JSONResponse:
    """The process is alive; says nothing of the database."""
    return JSONResponse({"status": "ok"})


@router.get("/readyz", summary="就绪 · Ready", responses={200: {"model": Ready}, **problems()})
def ready(service: TheService) -> JSONResponse:
    """Ready to work, or 503 with the reason."""
    try:
        service.store.check("sandbox" if service.sandbox else "production")
        with service.store.unit(write=False) as unit:
            hold, now = current(unit), service.clock.now(unit)
            calendar = service.casework.calendars.of(unit)
    except NotMigrated as error:
        log.error("not ready: %s", error)
        raise Unavailable("数据库结构尚未就绪，请运行 chengnuo db upgrade。",
                          "the schema is not up to date: run chengnuo db upgrade",
                          reason="not_migrated") from error  # fmt: skip
    except StoreError as error:
        log.error("not ready: %s", error)
        raise Unavailable("无法使用数据库。", "the database cannot be used",
                          reason="database_unavailable") from error  # fmt: skip
    body = {
        "status": "ready",
        "birth": "sandbox" if service.sandbox else "production",
        "clock": now.isoformat(),
        "hold": None
        if hold is None
        else {"reason": hold.reason, "since": hold.since, "detail": hold.detail},
        "calendar": _calendar(calendar, shanghai_date(now)),
    }
    return JSONResponse(body)


def _calendar(calendar: Calendar, today: date) -> dict[str, str | int | None]:
    state = watch(calendar, today)
    return {
        "version": calendar.version,
        "firm_until": calendar.firm_until.isoformat(),
        "watchdog": state.level,
        "missing_year": state.year,
    }
