"""`/cases/new`: who the case is about, the other parties, and the facts to state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from api.auth import zone_for
from api.console.fields import fields_of, kept_values, read_facts
from api.console.pages import page
from api.console.visit import Form, SignedIn, Visit
from api.console.wording import role_words
from cases.casework import Opening
from cases.errors import ActRefused, Forbidden, Misused, Problem
from machines.book import Workflow
from machines.case import Party
from machines.facts import event_schema

router = APIRouter()


@router.get("/cases/new")
def form_page(visit: SignedIn, workflow: str = "") -> Response:
    """The form of a procedure, or the list of procedures to choose from."""
    if not workflow:
        return page(visit, "choose.html", workflows=visit.service.book.workflows)
    return _page(visit, visit.service.casework.workflow(workflow), {})


@router.post("/cases/new")
def open_case(visit: SignedIn, form: Form) -> Response:
    """Opens the case, or shows the form again with the reason."""
    workflow = visit.service.casework.workflow(str(form.get("workflow", "")))
    fields = fields_of(visit, workflow.compiled, "", _schema(workflow), {})
    parties = {
        role: party
        for role, spec in workflow.definition.parties.items()
        if (party := _party(form, f"party.{role}", spec.kind)) is not None
    }
    subject = _party(form, "subject", workflow.definition.subject)
    opening = Opening(
        workflow=workflow.key,
        subject=subject or Party(workflow.definition.subject, ""),
        zone=zone_for(visit.who, None),
        parties=parties,
        facts=read_facts(fields, form),
    )
    key = str(form["key"])[:200] if form.get("key") else None
    try:
        answer = visit.service.casework.open(opening, visit.who, key)
    except (ActRefused, Misused) as error:
        return _page(visit, workflow, kept_values(form), error, 409)
    except Forbidden as error:
        return _page(visit, workflow, kept_values(form), error, 403)
    return RedirectResponse(f"/cases/{quote(str(answer.plain['id']))}", 303)


def _schema(workflow: Workflow) -> dict[str, Any]:
    opening, definition = workflow.definition.opening, workflow.definition
    return event_schema(opening.needs, opening.may, definition.facts, ())


def _party(form: FormData, prefix: str, kind: str) -> Party | None:
    """A party as entered; None if every field of it is empty."""
    name, uscc, ref = (str(form.get(f"{prefix}.{one}", "")).strip()[:200]
                       for one in ("name", "uscc", "ref"))  # fmt: skip
    return Party(kind, name, uscc or None, ref or None) if name or uscc or ref else None


def _page(
    visit: Visit, workflow: Workflow, kept: Mapping[str, list[str]],
    error: Problem | None = None, status: int = 200,
) -> Response:  # fmt: skip
    definition = workflow.definition
    own = definition.subject == "enterprise" and visit.who.enterprise
    begun = {"subject.uscc": [str(visit.who.enterprise)]} if own and not kept else {}
    return page(
        visit, "new.html", status, workflow=workflow, error=error,
        clause_against=getattr(error, "clause", None),
        fields=fields_of(visit, workflow.compiled, "", _schema(workflow), kept),
        parties=[
            (role, role_words(visit, role, workflow.compiled), spec)
            for role, spec in definition.parties.items()
        ],
        before=lambda name: ({**begun, **kept}.get(name) or [""])[0],
        here=f"/cases/new?workflow={workflow.key}",
    )  # fmt: skip
