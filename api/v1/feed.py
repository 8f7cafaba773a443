"""The diary for calendar programs, which can send no header: a feed with a token of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from itertools import islice

from fastapi import APIRouter, Request, Response

from api.auth import FeedCaller, TheService
from api.calendar_feed import MEDIA_TYPE, FeedLine, calendar_text
from api.contract import problems
from api.diary_rows import Asked, Shown, asked, rows, whole
from api.service import Service
from api.strict_json import StrictRoute
from api.v1.diary import Bearer, DueBefore, Zone
from cases.duty_history import Course, courses
from cases.ports import Unit
from cases.rows import ObligationRow
from rules.periods import shanghai_date

LARGEST_FEED = 1000
router = APIRouter(tags=["diary"], route_class=StrictRoute)
_PRIVATE = {"Cache-Control": "private, no-cache", "X-Content-Type-Options": "nosniff"}


@router.get(
    "/obligations.ics",
    summary="期限日程（日历订阅） · The diary as a calendar",
    response_class=Response,
    responses={
        200: {"description": "iCalendar (RFC 5545)",
              "content": {"text/calendar": {"schema": {"type": "string"}}}},
        304: {"description": "自上次读取后没有变化 · unchanged since the ETag sent"},
        **problems(401, 403, 422),
    },
)  # fmt: skip
def obligations_feed(
    request: Request,
    identity: FeedCaller,
    service: TheService,
    due_before: DueBefore = None,
    bearer: Bearer = None,
    zone: Zone = None,
) -> Response:
    """The same duties as `/obligations`, one calendar entry on the day of each; those waived stay,
    as cancelled, until their day is over. At most a thousand, what is due first."""
    with service.store.unit(write=False) as unit:
        what = asked(service, unit, identity, bearer=bearer, zone=zone, due_before=due_before)
        diary = list(islice(_rows(service, unit, what), LARGEST_FEED + 1))
        lines = list(_lines(service, unit, diary[:LARGEST_FEED]))
    address = str(request.base_url).rstrip("/")
    body = calendar_text(lines, address=address, cut=len(diary) > LARGEST_FEED)
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {**_PRIVATE, "ETag": tag}
    if tag in _tags(request.headers.get("if-none-match", "")):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=MEDIA_TYPE)


def _rows(service: Service, unit: Unit, what: Asked) -> Iterator[ObligationRow]:
    """The diary without what never has a date, then what was waived and would not be over yet."""
    today = shanghai_date(service.clock.now(unit))
    yield from (row for row in rows(unit, what) if row.kind not in ("standing", "none"))
    for row in rows(unit, what, running=False, due_from=today):
        if row.status == "waived":
            yield row


def _lines(service: Service, unit: Unit, diary: list[ObligationRow]) -> Iterator[FeedLine]:
    known: dict[str, dict[tuple[str, int], Course]] = {}
    for one in whole(service, unit, diary):
        if one.case.id not in known:
            known[one.case.id] = courses(unit.entries(one.case.id))
        yield FeedLine(one.compiled, one.case, one.duty, known[one.case.id][one.duty.key],
                       _bearer(service, one))  # fmt: skip


def _bearer(service: Service, one: Shown) -> tuple[str, str]:
    """Who owes a duty: the name of the role, or of the party in the definition."""
    bearer = str(one.duty.bearer)
    words = service.book.roles.get(bearer) or one.compiled.definition.parties.get(bearer)
    return (bearer, bearer) if words is None else (words.zh, words.en)


def _tags(header: str) -> set[str]:
    return {tag.strip().removeprefix("W/") for tag in header.split(",")}
