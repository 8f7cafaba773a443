"""The sandbox clock: people move it, and everything on the way is enforced before the answer."""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from api.answers import Answer, Json
from api.auth import Caller, TheService
from api.contract import problems
from api.problems import NotASandbox
from api.schemas import ClockBody
from api.service import Service
from api.strict_json import StrictRoute
from cases.clock import SandboxClock
from cases.errors import Misused
from machines.codec import to_plain
from machines.rungs import SHANGHAI
from rules.periods import add_days, add_months
from scheduler.sandbox import advance

router = APIRouter(tags=["sandbox"], route_class=StrictRoute)
FARTHEST_YEARS = 30
_DURATION = re.compile(
    r"P(?=.)(?:(?P<years>\d{1,4})Y)?(?:(?P<months>\d{1,4})M)?(?:(?P<weeks>\d{1,4})W)?"
    r"(?:(?P<days>\d{1,5})D)?"
    r"(?:T(?=.)(?:(?P<hours>\d{1,5})H)?(?:(?P<minutes>\d{1,6})M)?(?:(?P<seconds>\d{1,7})S)?)?"
)


class ClockAnswer(Answer):
    """Where the clock stands."""

    now: datetime


class AdvanceAnswer(ClockAnswer):
    """Where the clock stands now, and every step enforced on the way, in order. `held`: what a
    brake has begun to keep back; the clock stopped there, for a second person to look at it."""

    enforced: list[Json]
    held: list[Json]


@router.get(
    "/sandbox/clock",
    summary="沙盒时间 · The sandbox clock",
    responses={200: {"model": ClockAnswer}, **problems(401, 409)},
)
def clock(identity: Caller, service: TheService) -> JSONResponse:
    """Where the clock stands. 409 on a database that is no sandbox."""
    del identity
    with service.store.unit(write=False) as unit:
        return JSONResponse({"now": _sandbox(service).now(unit).isoformat()})


@router.post(
    "/sandbox/clock",
    summary="推进沙盒时间 · Move the sandbox clock",
    responses={200: {"model": AdvanceAnswer}, **problems(400, 401, 409, 413, 422)},
)
def move(body: ClockBody, identity: Caller, service: TheService) -> JSONResponse:
    """Moves the clock forward, instant by instant; answers when all of it has been enforced, or
    where a brake has stopped it."""
    del identity
    hands = _sandbox(service)
    with service.enforcer.turn:
        with service.store.unit(write=False) as unit:
            now = hands.now(unit)
        done = advance(service.enforcer, hands, target(body, now))
    return JSONResponse({
        "now": done.now.isoformat(),
        "enforced": [_step(asdict(one)) for one in done.enforced],
        "held": [_step(asdict(one)) for one in done.held],
    })  # fmt: skip


def _step(plain: dict[str, Any]) -> dict[str, Any]:
    step: dict[str, Any] = to_plain(plain)
    step["case"] = step.pop("case_id")
    return step


def _sandbox(service: Service) -> SandboxClock:
    if not isinstance(service.clock, SandboxClock):
        raise NotASandbox("该数据库不是沙盒，时间不能调整。",
                          "this database is no sandbox; its clock is the real one")  # fmt: skip
    return service.clock


def target(body: ClockBody, now: datetime) -> datetime:
    """The instant to move to. Raises Misused where it is no duration, or too far away."""
    if body.advance is not None:
        to = _later(body.advance, now)
    elif isinstance(body.to, datetime):
        to = body.to.astimezone(SHANGHAI)
    else:
        assert body.to is not None
        to = _morning(body.to, now)
    if to.year - now.year > FARTHEST_YEARS:
        raise Misused(f"一次最多推进 {FARTHEST_YEARS} 年。",
                      f"the clock moves at most {FARTHEST_YEARS} years at a time",
                      reason="too_far")  # fmt: skip
    return to


def _morning(day: date, now: datetime) -> datetime:
    """Nine o'clock of a day; later that day, where the clock already stands later."""
    morning = datetime.combine(day, time(9), tzinfo=SHANGHAI)
    return now if now.astimezone(SHANGHAI).date() == day and now > morning else morning


def _later(text: str, now: datetime) -> datetime:
    """An ISO 8601 duration on: years and months to the same day number or the month's last day
    (民法典 202), then days, then hours."""
    found = _DURATION.fullmatch(text)
    if found is None:
        raise Misused("advance 须为 ISO 8601 时长，如 P6M、P30D、PT12H。",
                      "`advance` is an ISO 8601 duration such as P6M, P30D or PT12H",
                      reason="duration_malformed")  # fmt: skip
    said = {name: int(value) for name, value in found.groupdict(default="0").items()}
    local = now.astimezone(SHANGHAI)
    try:
        day = add_months(local.date(), said["years"] * 12 + said["months"])
        day = add_days(day, said["weeks"] * 7 + said["days"])
        hours = timedelta(hours=said["hours"], minutes=said["minutes"], seconds=said["seconds"])
        return datetime.combine(day, local.timetz()) + hours
    except (ValueError, OverflowError):
        raise Misused("时长超出可表示的日期范围。", "the duration leaves the years 1 to 9999",
                      reason="too_far") from None  # fmt: skip
