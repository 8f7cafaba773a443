"""`/`: today's queue, and what will be enforced by the end of tomorrow."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from starlette.responses import Response

from api.console.pages import page
from api.console.visit import SignedIn, Visit
from api.console.wording import effect_words, label, rung_words
from api.console.worklist import WANTED, Asked, instant_words, worklist
from cases.ports import Unit
from machines.definition import Obligation
from machines.rungs import midnight
from scheduler.enforcer import Planned

router = APIRouter()


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One thing the engine will do, in words."""

    planned: Planned
    when: str
    duty: str
    what: str
    effects: tuple[str, ...]


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
    plan = planned(visit) if visit.officer else []

    def link(**changes: object) -> str:
        values = {**asdict(asked), "page": 1, **changes}
        kept = {name: value for name, value in values.items() if value not in ("", 1)}
        return f"/?{urlencode(kept)}" if kept else "/"

    return page(
        visit, "queue.html", work=work, asked=asked, plan=plan, link=link,
        counters=[("", "queue.all"), ("overdue", "queue.overdue"), ("today", "queue.due_today"),
                  ("week", "queue.week")],
        workflows=visit.service.book.workflows,
    )  # fmt: skip


def planned(visit: Visit) -> list[PlanLine]:
    """What the engine will do by the end of tomorrow, in the officer's zone."""
    until = midnight(visit.today + timedelta(days=2)) - timedelta(seconds=1)
    found = visit.service.enforcer.plan(until)
    with visit.service.store.unit(write=False) as unit:
        lines = (_plan_line(visit, unit, one) for one in found)
        return [line for line in lines if line is not None]


def _plan_line(visit: Visit, unit: Unit, one: Planned) -> PlanLine | None:
    row = unit.case(one.case_id)
    if row is None or (visit.who.zone is not None and visit.who.zone != row.zone):
        return None
    compiled = visit.service.casework.pinned(unit, row.definition)
    spec = compiled.duties[one.obligation]
    effects: tuple[str, ...] = ()
    if one.rung == "enforced" and isinstance(spec, Obligation):
        effects = tuple(
            effect_words(visit, compiled, effect.do, effect.model_dump())
            for effect in spec.on_miss.effects
        )
    return PlanLine(
        one, instant_words(visit, one.due), label(visit, compiled, one.obligation),
        rung_words(visit, one.rung), effects,
    )  # fmt: skip
