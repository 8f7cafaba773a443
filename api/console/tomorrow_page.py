"""`/tomorrow`: what the sweep of the next day will do, to whom; and the brakes that stand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from fastapi import APIRouter
from starlette.responses import Response

from api.console.pages import page
from api.console.visit import SignedIn, Visit
from api.console.wording import event_words, label, miss_words, rung_words
from api.console.worklist import instant_words
from cases.errors import Forbidden
from cases.ports import Unit
from machines.rungs import midnight
from scheduler.brake import standing
from scheduler.plan import Planned

router = APIRouter()
FEW, SHOWN = 200, 500


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One thing the engine will do, in words."""

    planned: Planned
    when: str
    duty: str
    what: str
    effects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Brake:
    """A brake that stands, in words; `name` is what a release states."""

    said: str
    name: str


@dataclass(frozen=True, slots=True)
class Ahead:
    """What the queue says of tomorrow: one sentence, and the brakes."""

    said: str
    brakes: Sequence[Brake]


@router.get("/tomorrow")
def tomorrow(visit: SignedIn) -> Response:
    """For officers: the list of the next day, in their zone."""
    if not visit.officer:
        raise Forbidden("仅工作人员可以查看。", "for officers only")
    found = _of_zone(visit, visit.service.enforcer.tomorrow())
    with visit.service.store.unit(write=False) as unit:
        lines = [line for one in found[:SHOWN] if (line := _line(visit, unit, one)) is not None]
        brakes = _brakes(visit, unit)
    return page(
        visit, "tomorrow.html", lines=lines, brakes=brakes, said=_counted(visit, found),
        swept_on=visit.today + timedelta(days=1), cut=SHOWN if len(found) > SHOWN else 0,
    )  # fmt: skip


def ahead(visit: Visit) -> Ahead:
    """Tomorrow in one sentence; where many cases are concerned, without counting their steps."""
    until = midnight(visit.today + timedelta(days=2)) - timedelta(seconds=1)
    with visit.service.store.unit(write=False) as unit:
        gauges, brakes = unit.gauges(until), _brakes(visit, unit)
    if gauges.due + gauges.held > FEW:
        return Ahead(visit.say("plan.many", n=FEW), brakes)
    found = _of_zone(visit, visit.service.enforcer.tomorrow())
    return Ahead(_counted(visit, found), brakes)


def _of_zone(visit: Visit, found: Iterable[Planned]) -> list[Planned]:
    return [one for one in found if visit.who.zone in (None, one.zone)]


def _counted(visit: Visit, found: Sequence[Planned]) -> str:
    if not found:
        return visit.say("plan.empty")
    return visit.say("plan.line", n=len(found), adverse=sum(one.adverse for one in found),
                     held=sum(one.held for one in found))  # fmt: skip


def _brakes(visit: Visit, unit: Unit) -> list[Brake]:
    found = []
    for one in standing(unit):
        workflow = visit.service.book.workflows.get(one.workflow)
        if workflow is None or visit.who.zone not in (None, one.zone):
            continue
        said = visit.say(
            "brake.line", workflow=visit.text(workflow.definition.title),
            what=event_words(visit, workflow.compiled, one.consequence), n=one.cases,
            since=instant_words(visit, one.since), day=one.day, taken=one.taken,
            allowed=one.allowed,
        )  # fmt: skip
        found.append(Brake(said, one.name))
    return found


def _line(visit: Visit, unit: Unit, one: Planned) -> PlanLine | None:
    row = unit.case(one.case_id)
    if row is None or one.rung == "broken":
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
