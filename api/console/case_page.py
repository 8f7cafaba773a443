"""`/cases/{id}`: everything about one case, and one form for each act that is possible now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter
from markupsafe import Markup
from starlette.responses import RedirectResponse, Response

from api.console.case_view import LICENCE_TONES, acts, duties, waiting
from api.console.fields import fields_of, kept_values, read_facts
from api.console.pages import page
from api.console.service_view import services
from api.console.timeline import taken, timeline
from api.console.visit import Form, SignedIn, Visit
from api.console.wording import (
    event_words,
    fact_label,
    fact_words,
    role_words,
    state_words,
    track_words,
)
from api.exports import drawing
from cases.casework import Doing
from cases.errors import ActRefused, Misused, Problem, Stale
from cases.explaining import explained
from machines import engine_events
from machines.compiler import Compiled
from machines.exports.diagram import Marks, size, svg

router = APIRouter()
BESIDE_PX, WHOLE_PX = 720.0, 1160.0  # room for the diagram beside the timeline, or below it


@dataclass(frozen=True, slots=True)
class Failed:
    """An act that was not done: why, and what had been entered."""

    error: Problem
    event: str
    kept: Mapping[str, Any]

    @property
    def clause(self) -> str | None:
        """The clause that stands against it."""
        return getattr(self.error, "clause", None)

    @property
    def rule(self) -> dict[str, str] | None:
        """The rule it is refused by, where no clause stands against it."""
        rule = getattr(self.error, "rule", None)
        return None if rule is None else {"zh": rule[0], "en": rule[1]}

    @property
    def stale(self) -> bool:
        """Somebody else changed the case first."""
        return isinstance(self.error, Stale)


@router.get("/cases/{case_id}")
def show(visit: SignedIn, case_id: str) -> Response:
    """The page of a case."""
    return case_page(visit, case_id)


@router.post("/cases/{case_id}/events")
def act(visit: SignedIn, form: Form, case_id: str) -> Response:
    """Does what a form says; a refusal shows the case again, with the reason and the input."""
    event = str(form.get("event", ""))
    casework = visit.service.casework
    with visit.service.store.unit(write=False) as unit:
        row = unit.case(case_id)
        compiled = None if row is None else casework.pinned(unit, row.definition)
    if compiled is None:
        return case_page(visit, case_id)
    try:
        casework.act(case_id, _doing(visit, compiled, event, form), visit.who, _key(form))
    except (ActRefused, Stale, Misused) as error:
        failed = Failed(error, event, kept_values(form))
        return case_page(visit, case_id, failed, 422 if isinstance(error, Misused) else 409)
    return RedirectResponse(f"/cases/{quote(case_id)}#timeline", 303)


def _key(form: Form) -> str | None:
    """The idempotency key of the page: a form sent twice acts once."""
    return str(form["key"])[:200] if form.get("key") else None


def _doing(visit: Visit, compiled: Compiled, event: str, form: Form) -> Doing:
    """The act a form asks for. Raises Misused for a version that is no number."""
    known = event in engine_events.EVENTS or event in compiled.definition.events
    facts: dict[str, Any] = {}
    if known:
        schema = engine_events.schema_of(compiled, event)
        facts = read_facts(fields_of(visit, compiled, event, schema, {}), form)
    seen = str(form.get("version", ""))
    if not seen.isdecimal():
        raise Misused("表单缺少案件版本，请刷新页面后重试。", "the form lacks the case's version")
    documents = facts.pop("documents", [])
    return Doing(event, facts, dict.fromkeys(documents), if_version=int(seen))


def case_page(
    visit: Visit, case_id: str, failed: Failed | None = None, status: int = 200
) -> Response:
    """The case as this person may see it. Raises NotFound, Forbidden."""
    casework = visit.service.casework
    plain = casework.look(case_id, visit.who).plain
    journal = casework.journal(case_id, visit.who)
    with visit.service.store.unit(write=False) as unit:
        compiled = casework.pinned(unit, plain["definition"])
    kept = {failed.event: failed.kept} if failed is not None else {}
    own, general = acts(visit, compiled, plain, kept)
    wide = size(drawing(compiled, visit.language), BESIDE_PX)[0] > BESIDE_PX
    return page(
        visit,
        "case.html",
        status,
        case=plain,
        failed=failed,
        own=own,
        general=general,
        title=visit.text(compiled.definition.title),
        here=f"/cases/{quote(case_id)}",
        states=[
            (
                track_words(visit, compiled, track),
                state_words(visit, compiled, track, plain["tracks"][track]),
            )
            for track in compiled.definition.tracks
        ],
        duties=duties(visit, compiled, plain["obligations"]),
        timers=duties(visit, compiled, plain["timers"]),
        services=services(visit, compiled, plain["services"]),
        waiting=waiting(visit, compiled, plain),
        timeline=timeline(visit, compiled, journal, explained(compiled, journal, casework.book)),
        diagram=_diagram(visit, compiled, Marks(plain["tracks"], taken(journal)), wide=wide),
        wide=wide,
        tones=LICENCE_TONES,
        facts=[
            (fact_label(visit, compiled, "", name), fact_words(visit, compiled, "", name, value))
            for name, value in plain["facts"].items()
        ],
        role=lambda name: role_words(visit, name, compiled),
        failed_words=event_words(visit, compiled, failed.event) if failed is not None else "",
    )


def _diagram(visit: Visit, compiled: Compiled, marks: Marks, *, wide: bool) -> Markup:
    """The diagram as markup; every text in it is escaped where it is made."""
    room = WHOLE_PX if wide else BESIDE_PX
    return Markup(svg(drawing(compiled, visit.language), marks, room))
