"""`/`: today's queue, and what will be enforced by the end of tomorrow."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from starlette.responses import Response

from api.console.pages import page
from api.console.visit import SignedIn, Visit
from api.console.wording import label, miss_words, rung_words
from api.console.worklist import WANTED, Asked, instant_words, worklist
from cases.ports import Unit
from machines.definition import Obligation
from machines.rungs import is_adverse, midnight
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
        known = {(one.case_id, one.obligation, one.occurrence, one.rung) for one in found}
        for miss in [one for one in found if one.rung == "missed"]:
            then = _consequence(visit, unit, miss, until)
            if then is not None and (*_duty(then), then.rung) not in known:
                found.append(then)
        found.sort(key=lambda one: (one.due, one.case_id, one.rung != "missed"))
        lines = (_plan_line(visit, unit, one) for one in found)
        return [line for line in lines if line is not None]


def _duty(one: Planned) -> tuple[str, str, int]:
    return (one.case_id, one.obligation, one.occurrence)


def _consequence(visit: Visit, unit: Unit, miss: Planned, until: datetime) -> Planned | None:
    """What follows a miss before the list ends: a plan names only what is due as things stand."""
    rows = unit.obligations(case_ids=[miss.case_id], running=False, limit=500)
    row = next(r for r in rows if (r.case_id, r.obligation, r.occurrence) == _duty(miss))
    case = unit.case(miss.case_id)
    if case is None or row.enforceable_from is None or midnight(row.enforceable_from) > until:
        return None
    spec = visit.service.casework.pinned(unit, case.definition).duties[miss.obligation]
    if not isinstance(spec, Obligation) or spec.on_miss.nothing:
        return None
    adverse = is_adverse(spec)
    return replace(
        miss, rung="enforced", due=max(miss.due, midnight(row.enforceable_from)), adverse=adverse,
        held=visit.hold is not None and adverse,
    )  # fmt: skip


def _plan_line(visit: Visit, unit: Unit, one: Planned) -> PlanLine | None:
    row = unit.case(one.case_id)
    if row is None or (visit.who.zone is not None and visit.who.zone != row.zone):
        return None
    compiled = visit.service.casework.pinned(unit, row.definition)
    effects: tuple[str, ...] = ()
    if one.rung == "enforced":
        words = miss_words(visit, compiled, one.obligation)
        effects = tuple(said for named in words.values() for said in named)
    return PlanLine(
        one, instant_words(visit, one.due), label(visit, compiled, one.obligation),
        rung_words(visit, one.rung), effects,
    )  # fmt: skip
