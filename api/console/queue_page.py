"""`/`: today's queue, and how much will be enforced tomorrow."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from starlette.responses import Response

from api.console.desk import desk
from api.console.pages import page
from api.console.tomorrow_page import ahead
from api.console.visit import SignedIn
from api.console.worklist import WANTED, Asked, worklist

router = APIRouter()


@router.get("/")
def queue(
    visit: SignedIn,
    due: Annotated[str, Query(max_length=20)] = "",
    workflow: Annotated[str, Query(max_length=100)] = "",
    side: Annotated[str, Query(max_length=20)] = "",
    q: Annotated[str, Query(max_length=100)] = "",
    number: Annotated[int, Query(alias="page", ge=1, le=10_000)] = 1,
) -> Response:
    """The queue under the filter of the address."""
    asked = Asked(due if due in WANTED else "", workflow, side, q.strip(), number)
    with visit.service.store.unit(write=False) as unit:
        work = worklist(visit, unit, asked)
        waiting = desk(visit, unit) if visit.officer else None
    tomorrow = ahead(visit) if visit.officer else None

    def link(**changes: object) -> str:
        values = {**asdict(asked), "page": 1, **changes}
        kept = {name: value for name, value in values.items() if value not in ("", 1)}
        return f"/?{urlencode(kept)}" if kept else "/"

    return page(
        visit, "queue.html", work=work, asked=asked, tomorrow=tomorrow, link=link, desk=waiting,
        counters=[("", "queue.all"), ("overdue", "queue.overdue"), ("today", "queue.due_today"),
                  ("week", "queue.week")],
        workflows=visit.service.book.workflows,
    )  # fmt: skip
