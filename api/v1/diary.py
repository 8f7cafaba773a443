"""The diary: what is due, by whom and when, across every case the caller may see."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse

from api.answers import DiaryPage
from api.auth import Caller, TheService, zone_for
from api.contract import problems
from api.paging import LARGEST, after, cursor_of, not_ours, page
from api.schemas import ZONE, Day
from api.scope import visible
from api.service import Service
from api.strict_json import StrictRoute
from api.summaries import diary_line
from cases.errors import Misused
from cases.identity import Identity, is_officer
from cases.ports import Unit
from cases.rows import ObligationRow
from machines.case import Case
from machines.compiler import Compiled

router = APIRouter(tags=["diary"], route_class=StrictRoute)
SIDES = ("applicant", "authority", "third_party")
_STRIDE = 200


@router.get(
    "/obligations",
    summary="期限日程 · The diary",
    responses={200: {"model": DiaryPage}, **problems(401, 403, 422)},
)
def obligations(
    request: Request,
    identity: Caller,
    service: TheService,
    due_before: Annotated[
        Day | None, Query(description="due (at the earliest) before that day")
    ] = None,
    bearer: Annotated[
        str | None,
        Query(max_length=50, examples=["authority", "approval"],
              description="a side (applicant, authority, third_party) or a role"),
    ] = None,
    zone: Annotated[str | None, Query(pattern=ZONE)] = None,
    limit: Annotated[int, Query(ge=1, le=LARGEST)] = 50,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> JSONResponse:  # fmt: skip
    """Running duties by earliest due date: officers see their zone, everybody else their own."""
    begin = after(cursor, str, str, int)
    side, role = _bearer(service, bearer)
    with service.store.unit(write=False) as unit:
        filters = {
            "zone": zone_for(identity, zone) if zone or identity.zone else None,
            "side": side,
            "due_before": due_before,
            "case_ids": _own(service, unit, identity),
        }
        rows = list(islice(_rows(unit, begin, role, filters), limit + 1))
        items = _shown(service, unit, rows[:limit])
    following = None
    if len(rows) > limit:
        last = rows[limit - 1]
        following = cursor_of(last.case_id, last.obligation, last.occurrence)
    return page(request, items, following)


def _bearer(service: Service, bearer: str | None) -> tuple[str | None, str | None]:
    """The side or the role asked for; `applicant` is both, and means the side."""
    if bearer is None or bearer in SIDES:
        return bearer, None
    parties = {p for one in service.book.workflows.values() for p in one.definition.parties}
    if bearer not in service.book.roles and bearer not in parties:
        raise Misused(f"没有名为 {bearer} 的义务人。", f"nobody bears duties as {bearer}",
                      reason="role_unknown", known=[*SIDES, *service.book.roles])  # fmt: skip
    return None, bearer


def _own(service: Service, unit: Unit, identity: Identity) -> list[str] | None:
    """The case ids of somebody who sees only their own; None for an officer."""
    if is_officer(identity, service.book):
        return None
    return [row.id for row in visible(service, unit, identity, zone=identity.zone)]


def _rows(
    unit: Unit, begin: tuple[Any, ...] | None, role: str | None, filters: dict[str, Any]
) -> Iterator[ObligationRow]:
    """The rows of the diary; timers are nobody's duty and stay out."""
    while True:
        try:
            rows = unit.obligations(after=begin, limit=_STRIDE, **filters)
        except ValueError:
            raise not_ours() from None
        for row in rows:
            if row.bearer is not None and role in (None, row.bearer):
                yield row
        if len(rows) < _STRIDE:
            return
        begin = (rows[-1].case_id, rows[-1].obligation, rows[-1].occurrence)


def _shown(service: Service, unit: Unit, rows: list[ObligationRow]) -> list[dict[str, Any]]:
    """Each row as the whole duty, read from its case."""
    loaded: dict[str, tuple[Case, Compiled]] = {}
    shown: list[dict[str, Any]] = []
    for row in rows:
        if row.case_id not in loaded:
            kept = unit.case(row.case_id)
            assert kept is not None, f"the diary names an unknown case {row.case_id}"
            loaded[row.case_id] = service.casework.load(unit, kept)
        case, compiled = loaded[row.case_id]
        duty = next(one for one in case.duties if one.key == (row.obligation, row.occurrence))
        shown.append(diary_line(compiled, case, duty, service.book))
    return shown
