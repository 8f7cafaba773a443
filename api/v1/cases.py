"""Cases: open one, find some, look at one, act on it, read its journal."""

from __future__ import annotations

from itertools import islice
from typing import Annotated

from fastapi import APIRouter, Header, Path, Query, Request, Response
from fastapi.responses import JSONResponse

from api.act_route import CASE_ID, ActRoute, carried_out
from api.acting import Posted
from api.aftermath import answered, said
from api.answers import CaseAnswer, CasePage, JournalAnswer
from api.auth import Caller, Secret, TheService, identified, zone_for
from api.contract import problems
from api.hands import hands_of
from api.paging import LARGEST, after, cursor_of, page
from api.schemas import ZONE, ActBody, Day, OpeningBody, PartyBody
from api.scope import visible
from api.strict_json import StrictRoute
from api.summaries import local, summary
from cases.casework import Opening
from cases.explaining import explained_journal
from machines.case import Party

router = APIRouter(tags=["cases"], route_class=StrictRoute)
CaseId = Annotated[str, Path(pattern=CASE_ID, examples=["20250102-1a2b3c4d"])]
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="up to 200 characters; the same request with the same key gets the stored "
        "answer, another request with it is refused",
    ),
]
_Text = Annotated[str | None, Query(max_length=200, pattern=r"^[^\x00]*$")]
_ETAG = {"ETag": {"description": "the version of the case", "schema": {"type": "string"}}}


@router.post(
    "/cases",
    status_code=201,
    summary="发起案件 · Open a case",
    responses={
        201: {"model": CaseAnswer, "headers": _ETAG},
        **problems(400, 401, 403, 409, 413, 422),
    },
)
async def open_case(
    request: Request, body: OpeningBody, secret: Secret, service: TheService, key: Key = None
) -> Response:
    """Opens a case for a subject. 409 or 422 with reason and clause where the rules refuse."""

    def carried_out() -> Response:
        identity = identified(service, secret)
        opening = Opening(
            workflow=body.workflow,
            subject=_party(body.subject),
            zone=zone_for(identity, body.zone),
            parties={role: _party(party) for role, party in body.parties.items()},
            facts=body.facts,
        )
        answer = service.casework.open(opening, identity, key)
        return answered(request, service, identity, answer, 201)

    return await hands_of(request).do(carried_out)


def _party(body: PartyBody) -> Party:
    return Party(body.kind, body.name, body.uscc, body.ref)


@router.get(
    "/cases",
    summary="查找案件 · Find cases",
    responses={200: {"model": CasePage}, **problems(401, 403, 422)},
)
def find_cases(
    request: Request,
    identity: Caller,
    service: TheService,
    workflow: Annotated[str | None, Query(max_length=100, examples=["network_freight"])] = None,
    track_state: Annotated[
        str | None,
        Query(pattern=r"^[a-z0-9_]+(:[a-z0-9_]+)?$", max_length=200, examples=["main:breach"],
              description="`track:state`, or a state of any track"),
    ] = None,
    due_before: Annotated[
        Day | None, Query(description="has a running duty due (at the earliest) before that day")
    ] = None,
    q: Annotated[_Text, Query(description="part of the name, credit code or case id")] = None,
    settled: bool | None = None,
    zone: Annotated[str | None, Query(pattern=ZONE)] = None,
    limit: Annotated[int, Query(ge=1, le=LARGEST)] = 50,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> JSONResponse:  # fmt: skip
    """Cases the caller may see, by id: officers those of their zone, parties their own."""
    begin = after(cursor, str)
    with service.store.unit(write=False) as unit:
        rows = list(
            islice(
                visible(
                    service, unit, identity, after=begin[0] if begin else None, stride=limit + 1,
                    zone=zone_for(identity, zone) if zone or identity.zone else None,
                    workflow=workflow, track_state=track_state, due_before=due_before,
                    text=q or None, settled=settled,
                ),
                limit + 1,
            )
        )  # fmt: skip
        items = []
        for row in rows[:limit]:
            case, compiled = service.casework.load(unit, row)
            items.append({**summary(compiled, case), "updated_at": local(row.updated_at)})
    following = cursor_of(rows[limit - 1].id) if len(rows) > limit else None
    return page(request, items, following)


@router.get(
    "/cases/{case_id}",
    summary="查看案件 · One case",
    responses={
        200: {"model": CaseAnswer, "headers": _ETAG},
        **problems(401, 403, 404, 422),
    },
)
def one_case(case_id: CaseId, identity: Caller, service: TheService) -> Response:
    """The whole case, with what the caller may do now and why not the rest."""
    return said(service.casework.look(case_id, identity), 200)


async def act(
    request: Request,
    case_id: CaseId,
    body: ActBody,
    secret: Secret,
    service: TheService,
    key: Key = None,
    if_match: Annotated[
        str | None,
        Header(description="the ETag of the case as the caller has seen it", examples=['"3"']),
    ] = None,
) -> Response:
    """Carries out an event. A refusal names its reason and clause, and changes nothing."""

    return await carried_out(request, service, Posted(secret, case_id, body, key, if_match))


router.add_api_route(
    "/cases/{case_id}/events",
    act,
    methods=["POST"],
    route_class_override=ActRoute,
    summary="办理 · Act on a case",
    responses={
        200: {"model": CaseAnswer, "headers": _ETAG},
        **problems(400, 401, 403, 404, 409, 412, 413, 422),
    },
)


@router.get(
    "/cases/{case_id}/journal",
    summary="案件日志 · The journal of a case",
    responses={200: {"model": JournalAnswer}, **problems(401, 403, 404, 422)},
)
def journal(case_id: CaseId, identity: Caller, service: TheService) -> JSONResponse:
    """Every entry in order, each with its hash and the hash before it; beside them, why each
    automatic entry was written."""
    items, said = explained_journal(service.casework, case_id, identity)
    return JSONResponse({"case": case_id, "items": items, "explained": said})
