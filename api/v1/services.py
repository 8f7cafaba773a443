"""Service of documents: what has failed, what still waits, what is served, with its proof."""

from __future__ import annotations

from itertools import islice
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse

from api.answers import DeliveryPage
from api.auth import Caller, TheService, zone_for
from api.contract import problems
from api.delivery_rows import line, rows
from api.paging import LARGEST, after, cursor_of, page
from api.schemas import ZONE
from api.strict_json import StrictRoute
from cases.errors import Forbidden
from cases.identity import is_officer

router = APIRouter(tags=["services"], route_class=StrictRoute)


@router.get(
    "/services",
    summary="送达情况 · Service of documents",
    responses={200: {"model": DeliveryPage}, **problems(401, 403, 422)},
)
def services(
    request: Request,
    identity: Caller,
    service: TheService,
    state: Annotated[
        Literal["failed", "waiting", "served"] | None,
        Query(description="failed: the last attempt did not succeed; waiting: issued and not yet "
                          "served, or a public notice still runs; served: complete"),
    ] = None,
    zone: Annotated[str | None, Query(pattern=ZONE)] = None,
    limit: Annotated[int, Query(ge=1, le=LARGEST)] = 50,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> JSONResponse:  # fmt: skip
    """Every document issued, by case and party. Officers only: those of their zone."""
    if not is_officer(identity, service.book):
        raise Forbidden("仅限工作人员查看。", "for officers only")
    begin = after(cursor, str, int)
    with service.store.unit(write=False) as unit:
        found = list(
            islice(
                rows(
                    service, unit, identity, state,
                    after=None if begin is None else (begin[0], begin[1]),
                    zone=zone_for(identity, zone) if zone or identity.zone else None,
                ),
                limit + 1,
            )
        )  # fmt: skip
    following = None
    if len(found) > limit:
        following = cursor_of(found[limit - 1].case.id, found[limit - 1].place)
    return page(request, [line(one) for one in found[:limit]], following)
