"""`/clock`: moves the clock of a sandbox, and shows everything that was enforced on the way."""

from __future__ import annotations

from datetime import datetime, timedelta

from fastapi import APIRouter
from starlette.responses import Response

from api.console.pages import page
from api.console.visit import Form, SignedIn
from api.console.wording import effect_words, event_words, label, miss_words, rung_words
from api.console.worklist import instant_words
from cases.clock import SandboxClock
from cases.enforcement import Enforced
from cases.errors import Forbidden, Misused, NotFound
from machines.compiler import Compiled
from rules.periods import add_months
from scheduler.sandbox import Advanced, advance

router = APIRouter()
STEPS = ("P1D", "P7D", "P1M", "P6M")


@router.post("/clock")
def move(visit: SignedIn, form: Form) -> Response:
    """Moves the clock. A page sent twice moves it once: it says what the clock was."""
    clock = visit.service.clock
    if not visit.service.sandbox or not isinstance(clock, SandboxClock):
        raise NotFound("正式环境没有虚拟时钟。", "there is no virtual clock in production")
    if not visit.officer:
        raise Forbidden("只有工作人员可以拨动时钟。", "only officers move the clock")
    step = str(form.get("advance", ""))
    if step not in STEPS:
        raise Misused("只能拨 1 天、1 周、1 月或 6 月。", "by one day, a week, one or six months")
    if form.get("from") != visit.now.isoformat():
        return page(visit, "clock.html", moved=None, lines=(), here="/")
    moved = advance(visit.service.enforcer, clock, _later(visit.now, step))
    lines = _lines(visit, moved)
    after = type(visit)(**{**vars(visit), "now": moved.now})
    return page(after, "clock.html", moved=moved, lines=lines, here="/")


def _later(now: datetime, step: str) -> datetime:
    amount = int(step[1:-1])
    if step.endswith("D"):
        return now + timedelta(days=amount)
    return datetime.combine(add_months(now.date(), amount), now.timetz())


def _effects(visit: SignedIn, compiled: Compiled, one: Enforced) -> list[str]:
    """What was ordered, in the words of the duty; a name it does not know stays as it is."""
    known = miss_words(visit, compiled, one.obligation)
    return [
        said
        for do in dict.fromkeys(one.effects)
        for said in known.get(do) or [effect_words(visit, compiled, do, {})]
    ]


def _lines(visit: SignedIn, moved: Advanced) -> list[dict[str, object]]:
    """What was enforced in the cases this person may see."""
    lines: list[dict[str, object]] = []
    with visit.service.store.unit(write=False) as unit:
        for one in moved.enforced:
            row = unit.case(one.case_id)
            if row is None or visit.who.zone not in (None, row.zone):
                continue
            compiled = visit.service.casework.pinned(unit, row.definition)
            lines.append({
                "one": one,
                "duty": label(visit, compiled, one.obligation),
                "rung": rung_words(visit, one.rung),
                "event": event_words(visit, compiled, one.event),
                "effects": _effects(visit, compiled, one),
                "when": instant_words(visit, one.due),
            })  # fmt: skip
    return lines
