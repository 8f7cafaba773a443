"""The reforms as data: what can happen, who may do it, what is owed, and on which clause."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from api.answers import Answer, Bilingual, Json
from api.auth import Caller, TheService
from api.contract import problems
from api.strict_json import StrictRoute
from api.summaries import bilingual
from machines import engine_events
from machines.book import Workflow
from machines.facts import event_schema
from rules.guards import GUARDS

router = APIRouter(tags=["workflows"], route_class=StrictRoute)


class WorkflowLine(Answer):
    """A reform in a list. `definition`: the hash of its text, to which a case is pinned."""

    key: str
    reform: int | None
    title: Bilingual
    subject: str
    definition: str
    tracks: list[str]
    events: int
    obligations: int
    clauses: int


class WorkflowList(Answer):
    """Every reform."""

    items: list[WorkflowLine]


class WorkflowAnswer(Answer):
    """One reform, whole. A line with `inferred` is not stated by the text; a `reading` says how
    an unclear text was read."""

    key: str
    reform: int | None
    title: Bilingual
    subject: str
    definition: str
    basis: list[str]
    version: Json
    parties: dict[str, Json]
    unique_open: bool
    opening: Json
    tracks: Json
    events: list[Json]
    engine_events: list[Json]
    transitions: list[Json]
    guards: dict[str, str]
    facts: dict[str, Json]
    obligations: list[Json]
    timers: list[Json]
    targets: list[Json]
    settings: list[Json]
    parameters: dict[str, Json]
    materials: dict[str, Any]
    licences: dict[str, Json]
    documents: dict[str, Json]
    closing: Json
    carried: list[Json]
    document: str
    clauses: list[Json]


@router.get(
    "/workflows",
    summary="事项列表 · The workflows",
    responses={200: {"model": WorkflowList}, **problems(401)},
)
def workflows(identity: Caller, service: TheService) -> JSONResponse:
    """Every reform in use."""
    del identity
    return JSONResponse({"items": [_line(one) for one in service.book.workflows.values()]})


@router.get(
    "/workflows/{key}",
    summary="事项定义 · One workflow",
    responses={200: {"model": WorkflowAnswer}, **problems(401, 404, 422)},
)
def workflow(
    key: Annotated[str, Path(max_length=100, examples=["network_freight"])],
    identity: Caller,
    service: TheService,
) -> JSONResponse:
    """One reform with everything a program needs to use it."""
    del identity
    return JSONResponse(_whole(service.casework.workflow(key)))


def _line(one: Workflow) -> dict[str, Any]:
    definition = one.definition
    return {
        "key": one.key,
        "reform": definition.reform,
        "title": bilingual(definition.title),
        "subject": definition.subject,
        "definition": one.compiled.hash,
        "tracks": list(definition.tracks),
        "events": len(definition.events),
        "obligations": len(definition.obligations),
        "clauses": len(one.clauses.clauses),
    }


def _plain(model: BaseModel) -> dict[str, Any]:
    """A line of a definition as JSON, under the names of its file, what is unset left out."""
    plain: dict[str, Any] = model.model_dump(mode="json", by_alias=True, exclude_none=True)
    return plain


def _whole(one: Workflow) -> dict[str, Any]:
    definition = one.definition
    named = {ref.name for edge in definition.transitions for ref in edge.guards}
    named |= {ref.name for ref in definition.opening.guards}
    named |= {ref.name for duty in definition.obligations for ref in duty.applies_if}
    return {
        **_line(one),
        "basis": list(definition.basis),
        "version": _plain(definition.version),
        "parties": {role: _plain(party) for role, party in definition.parties.items()},
        "unique_open": definition.unique_open,
        "opening": _opening(one),
        "tracks": {name: _plain(track) for name, track in definition.tracks.items()},
        "events": [_event(one, name) for name in definition.events],
        "engine_events": [_engine_event(one, name) for name in engine_events.EVENTS],
        "transitions": [_plain(edge) for edge in definition.transitions],
        "guards": {name: GUARDS[name].means for name in sorted(named)},
        "facts": {name: _plain(fact) for name, fact in definition.facts.items()},
        "obligations": [_plain(duty) for duty in definition.obligations],
        "timers": [_plain(timer) for timer in definition.timers],
        "targets": [_plain(target) for target in definition.targets],
        "settings": [
            {**_plain(setting), "path": f"{one.key}.{setting.id}"}
            for setting in definition.settings
        ],
        "parameters": _parameters(one),
        "materials": _plain(definition.materials),
        "licences": {name: _plain(licence) for name, licence in definition.licences.items()},
        "documents": {name: _plain(paper) for name, paper in definition.documents.items()},
        "closing": _plain(definition.closing),
        "carried": [_plain(line) for line in definition.carried],
        "document": one.clauses.document,
        "clauses": [_plain(clause) for clause in one.clauses.clauses],
    }


def _opening(one: Workflow) -> dict[str, Any]:
    opening = one.definition.opening
    schema = event_schema(opening.needs, opening.may, one.definition.facts, ())
    return {**_plain(opening), "facts_schema": schema}


def _event(one: Workflow, name: str) -> dict[str, Any]:
    """An event with everybody who may raise it and the schema of its facts."""
    event = one.definition.events[name]
    edges = [edge for edge in one.definition.transitions if edge.event == name]
    return {
        "id": name,
        **_plain(event),
        "roles": list(dict.fromkeys(role for edge in edges for role in edge.role)),
        "tracks": list(one.compiled.tracks_of.get(name, ())),
        "automatic": any(edge.automatic for edge in edges),
        "inferred": bool(edges) and all(edge.inferred for edge in edges),
        "clauses": list(dict.fromkeys(clause for edge in edges for clause in edge.clauses)),
        "facts_schema": engine_events.schema_of(one.compiled, name),
    }


def _engine_event(one: Workflow, name: str) -> dict[str, Any]:
    """An event that every workflow has."""
    event = engine_events.EVENTS[name]
    return {
        "id": name,
        **bilingual(event.label),
        "side": event.side,
        "facts_schema": engine_events.schema_of(one.compiled, name),
    }


def _parameters(one: Workflow) -> dict[str, Any]:
    return {
        name: {
            "unit": parameter.unit,
            "values": [
                {
                    "since": value.since.isoformat(),
                    "value": list(value.value) if isinstance(value.value, tuple) else value.value,
                    "clause": value.clause,
                }
                for value in parameter.values
            ],
        }
        for name, parameter in one.parameters.items()
    }
