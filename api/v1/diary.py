"""The diary: what is due, by whom and when, across every case the caller may see."""

from __future__ import annotations

from itertools import islice
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse

from api.answers import DiaryPage
from api.auth import Caller, TheService
from api.contract import problems
from api.diary_rows import Pressing, asked, pressing, rows, whole
from api.paging import LARGEST, after, cursor_of, not_ours, page
from api.schemas import ZONE, Day
from api.strict_json import StrictRoute
from api.summaries import diary_line, how_pressing

router = APIRouter(tags=["diary"], route_class=StrictRoute)
DueBefore = Annotated[Day | None, Query(description="due (at the earliest) before that day")]
Bearer = Annotated[
    str | None,
    Query(max_length=50, examples=["authority", "approval"],
          description="a side (applicant, authority, third_party) or a role"),
]  # fmt: skip
Due = Annotated[
    Pressing | None,
    Query(description="overdue: past its date and still owed, by case; today; week: up to the day "
                      "before work begins again after this week, make-up days being work"),
]  # fmt: skip
Zone = Annotated[str | None, Query(pattern=ZONE)]


@router.get(
    "/obligations",
    summary="期限日程 · The diary",
    responses={200: {"model": DiaryPage}, **problems(401, 403, 422)},
)
def obligations(
    request: Request,
    identity: Caller,
    service: TheService,
    due_before: DueBefore = None,
    bearer: Bearer = None,
    due: Due = None,
    zone: Zone = None,
    limit: Annotated[int, Query(ge=1, le=LARGEST)] = 50,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> JSONResponse:
    """Running duties by earliest due date: officers see their zone, everybody else their own.
    `due` asks for what is pressing alone; each line says how pressing it is, in working days."""
    begin = after(cursor, str, str, int)
    with service.store.unit(write=False) as unit:
        what = asked(service, unit, identity, bearer=bearer, zone=zone, due_before=due_before)
        try:
            lines = (
                rows(unit, what, begin) if due is None
                else pressing(service, unit, identity, what, due, begin)
            )  # fmt: skip
            found = list(islice(lines, limit + 1))
        except ValueError:
            raise not_ours() from None
        now, calendar = service.clock.now(unit), service.casework.calendar
        items = [
            diary_line(one.compiled, one.case, one.duty, service.book)
            | how_pressing(one.duty, now, calendar)
            for one in whole(service, unit, found[:limit])
        ]
    following = None
    if len(found) > limit:
        last = found[limit - 1]
        following = cursor_of(last.case_id, last.obligation, last.occurrence)
    return page(request, items, following)
