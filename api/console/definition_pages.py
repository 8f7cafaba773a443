"""`/workflows`: what the reforms say, as diagrams, duties and clauses."""

from __future__ import annotations

from fastapi import APIRouter
from markupsafe import Markup
from starlette.responses import FileResponse, Response

from api.console.case_view import consequences
from api.console.pages import FOLDER, page
from api.console.visit import SignedIn, Visiting
from api.console.wording import label, role_words
from api.exports import drawing
from machines.compiler import Compiled
from machines.definition import Obligation
from machines.exports.diagram import svg

router = APIRouter()


@router.get("/workflows")
def all_of_them(visit: SignedIn) -> Response:
    """Every procedure."""
    return page(visit, "workflows.html", workflows=visit.service.book.workflows)


@router.get("/workflows/{key}.svg")
def picture(visit: Visiting, key: str) -> Response:
    """The diagram of a procedure alone. Public: the procedures are."""
    workflow = visit.service.casework.workflow(key)
    text = svg(drawing(workflow.compiled, visit.language))
    return Response(text, media_type="image/svg+xml")


@router.get("/workflows/{key}")
def one_of_them(visit: SignedIn, key: str) -> Response:
    """One procedure: diagram, duties, clauses."""
    workflow = visit.service.casework.workflow(key)
    compiled = workflow.compiled
    return page(
        visit, "workflow.html", workflow=workflow,
        diagram=Markup(svg(drawing(compiled, visit.language))),
        duties=[
            (duty, role_words(visit, duty.bearer, compiled), consequences(visit, compiled, duty),
             starts(visit, compiled, duty))
            for duty in workflow.definition.obligations
        ],
    )  # fmt: skip


def starts(visit: Visiting, compiled: Compiled, duty: Obligation) -> str:
    """What a duty's period begins with, in words."""
    names = [ref.event or str(ref.serve) for ref in duty.starts.refs]
    return " / ".join(label(visit, compiled, name) for name in names)


@router.get("/favicon.ico")
def icon() -> Response:
    """The icon, for browsers that ask before they have read the page."""
    return FileResponse(FOLDER / "static" / "favicon.svg", media_type="image/svg+xml")
