"""The credit file of an enterprise, what becomes of it, and the public lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import JSONResponse

from api import credit_file
from api.answers import Answer, CaseLine, Json
from api.auth import Caller, TheService
from api.contract import problems
from api.schemas import ChangeBody
from api.scope import visible
from api.service import Service
from api.strict_json import StrictRoute
from api.summaries import local, summary
from cases.errors import Forbidden, Misused, NotFound
from cases.grounds import grounds
from cases.identity import Identity, is_officer, must_oversee
from cases.lineage import Lineage, lineage_of, names_today
from cases.ports import Unit
from cases.rows import CaseRow, ListRow
from cases.succession import Change, record_change
from rules.credit_code import problem_with
from rules.periods import shanghai_date

router = APIRouter(tags=["credit"], route_class=StrictRoute)
Code = Annotated[str, Path(max_length=50, examples=["91999999MA0000001N"])]


class EnterpriseAnswer(Answer):
    """What is on file of an enterprise, with what merged into it; everything is empty for a code
    nobody has acted on. `label` of a fact, and `value_label` of its value: what it is called.

    `ends` of an entry, restriction or privilege says how it ends, or that the text does not;
    `resting` of a privilege why it is not granted for now; `grounds` are the criteria of lists
    that the file meets today, with the records counted. `successor` where it has merged."""

    uscc: str
    name: str | None
    successor: Json | None
    changes: list[Json]
    cases: list[CaseLine]
    credit_facts: list[Json]
    lists: list[Json]
    restrictions: list[Json]
    privileges: list[Json]
    grounds: list[Json]


class ChangeRecord(Answer):
    """A change of an enterprise, recorded."""

    seq: int
    uscc: str
    kind: str
    name: str | None
    successor: Json | None
    on: str
    paper: str
    recorded_by: str
    confirmed_by: str
    at: str


class ListAnswer(Answer):
    """A public list."""

    name: str
    items: list[Json]


@router.get(
    "/enterprises/{uscc}",
    summary="企业信用档案 · An enterprise",
    responses={200: {"model": EnterpriseAnswer}, **problems(401, 403, 422)},
)
def enterprise(uscc: Code, identity: Caller, service: TheService) -> JSONResponse:
    """Cases, credit facts, lists, what they close and grant, and the grounds it meets: for
    officers, for the enterprise itself and for its successor."""
    problem = problem_with(uscc)
    if problem is not None:
        raise Misused(problem.zh, problem.en, reason="uscc_wrong")
    with service.store.unit(write=False) as unit:
        _must_be_theirs(service, unit, identity, uscc)
        body = _on_file(service, unit, identity, uscc)
    return JSONResponse(body)


def _must_be_theirs(service: Service, unit: Unit, identity: Identity, uscc: str) -> None:
    if is_officer(identity, service.book):
        return
    if identity.enterprise not in (uscc, lineage_of(unit, uscc).head):
        raise Forbidden("只能查看本企业的信用档案。", "this credit file is another enterprise's",
                        reason="not_your_enterprise")  # fmt: skip


def _on_file(service: Service, unit: Unit, identity: Identity, uscc: str) -> dict[str, Any]:
    book, lineage = service.book, lineage_of(unit, uscc, today=False)
    rows = [
        row
        for code in lineage.codes
        for row in visible(service, unit, identity, uscc=code, zone=identity.zone)
    ]
    loaded = [(row, *service.casework.load(unit, row)) for row in rows]
    listed = [row for code in lineage.codes for row in unit.lists(uscc=code, live=False)]
    facts = [row for code in lineage.codes for row in unit.credit_facts(code)]
    ended = [row for row in lineage.changes if row.uscc == uscc and row.kind != "rename"]
    now = service.clock.now(unit)
    met = () if ended else grounds(service.casework, unit, uscc, now)
    return {
        "uscc": uscc,
        "name": _name(uscc, lineage, rows, listed),
        "successor": credit_file.change(ended[-1])["successor"] if ended else None,
        "changes": [credit_file.change(row) for row in lineage.changes],
        "cases": [
            {**summary(compiled, case), "updated_at": local(row.updated_at)}
            for row, case, compiled in loaded
        ],
        "credit_facts": credit_file.facts(facts, book),
        "lists": [credit_file.entry(row, book) for row in listed if row.list is not None],
        "restrictions": credit_file.restrictions(listed, book),
        "privileges": credit_file.privileges([r for r in listed if r.uscc == uscc], book),
        "grounds": credit_file.grounds(met, listed, book),
    }


def _name(
    uscc: str, lineage: Lineage, rows: Sequence[CaseRow], listed: Sequence[ListRow]
) -> str | None:
    """What it is called: by the register's last word, else as its cases or entries call it."""
    told = [
        row.name
        for row in reversed(lineage.changes)
        if row.successor == uscc or (row.uscc == uscc and row.kind == "rename")
    ]
    used = [row.subject_name for row in rows if row.subject_uscc == uscc]
    entered = [row.name for row in listed if row.uscc == uscc]
    return next(iter([*told, *used, *entered]), None)


@router.post(
    "/enterprises/{uscc}/changes",
    summary="企业变更、合并、注销 · What becomes of an enterprise",
    responses={200: {"model": ChangeRecord}, **problems(400, 401, 403, 409, 413, 422)},
)
def put_change(
    request: Request, uscc: Code, body: ChangeBody, identity: Caller, service: TheService
) -> JSONResponse:
    """Records another name, a merger or a deregistration: by the registry, confirmed by a second
    person. Every open case is told; lists and the credit file go over to the successor, or stay
    under the code. Sending the same again records nothing new."""
    must_oversee(identity, "registry")
    heir = body.successor
    if heir is not None and body.name is not None:
        raise Misused("合并只写承继企业的名称。", "a merger states the successor's name alone",
                      reason="change_incomplete")  # fmt: skip
    change = Change(
        uscc=uscc,
        kind=body.kind,
        on=body.on,
        paper=body.paper,
        confirmed_by=body.confirmed_by,
        name=body.name if heir is None else heir.name,
        successor=None if heir is None else heir.uscc,
    )
    with service.store.unit() as unit:
        row = record_change(unit, change, identity.user, service.clock.now(unit))
    if request.app.state.runner is not None:
        request.app.state.runner.wake()
    return JSONResponse(credit_file.change(row))


@router.get(
    "/lists/{name}",
    summary="公开名单 · A public list",
    responses={200: {"model": ListAnswer}, **problems(404, 422)},
)
def public_list(
    name: Annotated[str, Path(max_length=50, examples=["black"])], service: TheService
) -> JSONResponse:
    """Who is on a list now: name, credit code, clause, since when. Public: no token."""
    known = credit_file.known_lists(service.book)
    if name not in known:
        listed = ", ".join(sorted(known))
        raise NotFound(f"没有名为 {name} 的名单（有：{listed}）。",
                       f"no list named {name}; known: {listed}",
                       reason="unknown_list", known=sorted(known))  # fmt: skip
    with service.store.unit(write=False) as unit:
        rows = unit.lists(list_name=name)
        today = names_today(unit.changes())
    items = [_published(row, today.get(row.uscc)) for row in rows]
    return JSONResponse({"name": name, "items": items},
                        headers={"Cache-Control": "public, max-age=60"})  # fmt: skip


def _published(row: ListRow, today: tuple[str, str] | None) -> dict[str, Any]:
    """What the public may know, as entered; somebody without a credit code is entered by name
    alone. `today`: who bears the entry now, where name or enterprise have changed since."""
    plain: dict[str, Any] = {
        "name": row.name,
        "uscc": None if row.uscc.startswith("case:") else row.uscc,
        "workflow": row.workflow,
        "clauses": row.clauses.split(),
        "since": shanghai_date(row.since_at).isoformat(),
    }
    if today is not None and today != (row.uscc, row.name):
        plain["today"] = {"uscc": today[0], "name": today[1]}
    return plain
