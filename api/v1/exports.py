"""Definitions for other tools: a picture, Mermaid, BPMN 2.0 and SCXML; and where a case is."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from api import exports
from api.auth import Caller, TheService
from api.console.timeline import taken
from api.contract import problems
from api.strict_json import StrictRoute
from machines.compiler import Compiled

router = APIRouter(tags=["workflows"], route_class=StrictRoute)
SVG, XML, SCXML, TEXT = "image/svg+xml", "application/xml", "application/scxml+xml", "text/plain"
Key = Annotated[str, Path(max_length=100, examples=["network_freight"])]
Language = Annotated[exports.Language, Query(description="labels in Chinese or English")]


def _documented(media_type: str, *statuses: int) -> dict[int | str, dict[str, object]]:
    """One answer of a media type, and the problems."""
    content = {media_type: {"schema": {"type": "string"}}}
    return {200: {"content": content, "description": "the text"}, **problems(*statuses)}


@router.get(
    "/workflows/{key}/diagram",
    summary="流程图 · A workflow as SVG",
    response_class=Response,
    responses=_documented(SVG, 401, 404, 422),
)
def diagram(key: Key, identity: Caller, service: TheService, lang: Language = "zh") -> Response:
    """The tracks of a workflow as one drawing."""
    del identity
    return _answer(service.casework.workflow(key).compiled, "svg", lang, SVG)


@router.get(
    "/workflows/{key}/mermaid",
    summary="Mermaid 文本 · A workflow as Mermaid",
    response_class=Response,
    responses=_documented(TEXT, 401, 404, 422),
)
def mermaid(key: Key, identity: Caller, service: TheService, lang: Language = "zh") -> Response:
    """The tracks of a workflow as `stateDiagram-v2`."""
    del identity
    return _answer(service.casework.workflow(key).compiled, "mermaid", lang, TEXT)


@router.get(
    "/workflows/{key}/bpmn",
    summary="BPMN 2.0 · A workflow as BPMN",
    response_class=Response,
    responses=_documented(XML, 401, 404, 422),
)
def bpmn(key: Key, identity: Caller, service: TheService, lang: Language = "zh") -> Response:
    """A workflow as a BPMN 2.0 process with its diagram; docs/EXPORTS.md says what it carries."""
    del identity
    return _answer(service.casework.workflow(key).compiled, "bpmn", lang, XML)


@router.get(
    "/workflows/{key}/scxml",
    summary="SCXML · A workflow as SCXML",
    response_class=Response,
    responses=_documented(SCXML, 401, 404, 422),
)
def scxml(key: Key, identity: Caller, service: TheService, lang: Language = "zh") -> Response:
    """A workflow as a W3C statechart; docs/EXPORTS.md says what it carries."""
    del identity
    return _answer(service.casework.workflow(key).compiled, "scxml", lang, SCXML)


@router.get(
    "/cases/{case_id}/diagram",
    summary="案件流程图 · A case as SVG",
    response_class=Response,
    responses=_documented(SVG, 401, 403, 404, 422),
)
def case_diagram(
    case_id: Annotated[str, Path(max_length=100)], identity: Caller, service: TheService,
    lang: Language = "zh",
) -> Response:  # fmt: skip
    """The drawing of a case's own definition, with where the case is and the path it took."""
    shown = service.casework.look(case_id, identity).plain
    journal = service.casework.journal(case_id, identity)
    with service.store.unit(write=False) as unit:
        row = unit.case(case_id)
        assert row is not None
        _, compiled = service.casework.load(unit, row)
    text = exports.written(compiled, "svg", lang, shown["tracks"], taken(journal))
    return Response(text, media_type=SVG)


def _answer(
    compiled: Compiled, format_: exports.Format, language: exports.Language, media: str
) -> Response:
    return Response(exports.written(compiled, format_, language), media_type=media)
