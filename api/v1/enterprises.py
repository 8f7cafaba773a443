"""The credit file of an enterprise and the public lists, each entry with its way out."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path
from fastapi.responses import JSONResponse

from api.answers import Answer, CaseLine, Json
from api.auth import Caller, TheService
from api.contract import problems
from api.scope import visible
from api.service import Service
from api.strict_json import StrictRoute
from api.summaries import local, summary
from cases.errors import Forbidden, Misused, NotFound
from cases.identity import Identity, is_officer
from cases.rows import CreditFactRow, ListRow
from machines.book import Rulebook
from machines.definition import Definition
from machines.effects import Effect, ListEffect
from rules.credit_code import problem_with
from rules.periods import shanghai_date

router = APIRouter(tags=["credit"], route_class=StrictRoute)
_ALWAYS = frozenset({"red", "black", "abnormal"})
_NO_WAY_OUT = {
    "kind": "none_stated",
    "events": [],
    "zh": "条文未规定移出的条件；仅在原处理被撤销（恢复）时终止。",
    "en": "the text states no way out; it ends only where the act behind it is undone (restore)",
}


class EnterpriseAnswer(Answer):
    """What is on file of an enterprise; everything is empty for a code nobody has acted on.

    `ends` of a list entry or restriction names the events that end it, or says that the text
    states none."""

    uscc: str
    name: str | None
    cases: list[CaseLine]
    credit_facts: list[Json]
    lists: list[Json]
    restrictions: list[Json]


class ListAnswer(Answer):
    """A public list."""

    name: str
    items: list[Json]


@router.get(
    "/enterprises/{uscc}",
    summary="企业信用档案 · An enterprise",
    responses={200: {"model": EnterpriseAnswer}, **problems(401, 403, 422)},
)
def enterprise(
    uscc: Annotated[str, Path(max_length=50, examples=["91999999MA0000001N"])],
    identity: Caller,
    service: TheService,
) -> JSONResponse:
    """Cases, credit facts, lists and restrictions: for officers, and for the enterprise itself."""
    problem = problem_with(uscc)
    if problem is not None:
        raise Misused(problem.zh, problem.en, reason="uscc_wrong")
    _must_be_theirs(service, identity, uscc)
    with service.store.unit(write=False) as unit:
        rows = list(visible(service, unit, identity, uscc=uscc, zone=identity.zone))
        loaded = [(row, *service.casework.load(unit, row)) for row in rows]
        listed = unit.lists(uscc=uscc, live=False)
        facts = unit.credit_facts(uscc)
    names = [row.subject_name for row in rows] + [row.name for row in listed]
    body = {
        "uscc": uscc,
        "name": names[0] if names else None,
        "cases": [
            {**summary(compiled, case), "updated_at": local(row.updated_at)}
            for row, case, compiled in loaded
        ],
        "credit_facts": _facts(facts),
        "lists": [_entry(row, service.book) for row in listed if row.list is not None],
        "restrictions": [
            _entry(row, service.book) for row in listed if _restricts(row) and not row.ended_at
        ],
    }
    return JSONResponse(body)


def _must_be_theirs(service: Service, identity: Identity, uscc: str) -> None:
    if not is_officer(identity, service.book) and identity.enterprise != uscc:
        raise Forbidden("只能查看本企业的信用档案。", "this credit file is another enterprise's",
                        reason="not_your_enterprise")  # fmt: skip


def _facts(rows: Any) -> list[dict[str, Any]]:
    """The credit file, oldest first; a fact taken back stays, and says so."""
    taken_back = {(row.case_id, row.retracts) for row in rows if row.retracts is not None}
    return [
        _fact(row, taken_back=(row.case_id, f"{row.seq}.{row.n}") in taken_back)
        for row in rows
        if row.retracts is None
    ]


def _fact(row: CreditFactRow, *, taken_back: bool) -> dict[str, Any]:
    return {
        "fact": row.fact,
        "workflow": row.workflow,
        "case": row.case_id,
        "entry": row.seq,
        "at": local(row.at),
        "on": shanghai_date(row.at).isoformat(),
        "clauses": row.clauses.split(),
        "retracted": taken_back,
    }


def _restricts(row: ListRow) -> bool:
    """Entry on a list closes the commitment route; the red list is praise."""
    return row.restriction is not None or row.list not in (None, "red")


def _entry(row: ListRow, book: Rulebook) -> dict[str, Any]:
    """A list entry or restriction with its ground and its end."""
    plain: dict[str, Any] = {
        "list": row.list,
        "restriction": row.restriction or ("commitment_route" if _restricts(row) else None),
        "for_workflow": row.for_workflow,
        "workflow": row.workflow,
        "case": row.case_id,
        "clauses": row.clauses.split(),
        "since": shanghai_date(row.since_at).isoformat(),
        "ended": shanghai_date(row.ended_at).isoformat() if row.ended_at else None,
        "ended_by": row.ended_by,
        "ends": None,
    }
    if row.ended_at is None:
        plain["ends"] = ways_out(book, row.list)
    return plain


def ways_out(book: Rulebook, name: str | None) -> dict[str, Any]:
    """The events that take an enterprise off a list, by clause; or that the text states none."""
    events = [
        {"workflow": key, "event": event, "clauses": clauses}
        for key, one in book.workflows.items()
        for event, effect, clauses in effects_of(one.definition)
        if isinstance(effect, ListEffect) and effect.do == "delist" and effect.list == name
    ]
    if name is None or not events:
        return dict(_NO_WAY_OUT)
    spoken = "、".join(f"{one['workflow']}.{one['event']}" for one in events)
    return {
        "kind": "delisted_by",
        "events": events,
        "zh": f"经以下办理移出：{spoken}。",
        "en": "taken off the list by the events named",
    }


def effects_of(definition: Definition) -> list[tuple[str, Effect, list[str]]]:
    """Every effect of a definition with the event it belongs to and its clauses."""
    found: list[tuple[str, Effect, list[str]]] = []
    for edge in definition.transitions:
        for effect in edge.effects:
            found.append((edge.event, effect, list(effect.clauses or edge.clauses)))
    for duty in definition.obligations:
        miss = duty.on_miss
        for effect in miss.effects:
            clauses = effect.clauses or miss.clauses or duty.clauses
            found.append((miss.event or duty.id, effect, list(clauses)))
    return found


def known_lists(book: Rulebook) -> frozenset[str]:
    """The lists there are: the three of the credit system and those the reforms name."""
    named = {
        effect.list
        for one in book.workflows.values()
        for _, effect, _ in effects_of(one.definition)
        if isinstance(effect, ListEffect)
    }
    return _ALWAYS | named


@router.get(
    "/lists/{name}",
    summary="公开名单 · A public list",
    responses={200: {"model": ListAnswer}, **problems(404, 422)},
)
def public_list(
    name: Annotated[str, Path(max_length=50, examples=["black"])], service: TheService
) -> JSONResponse:
    """Who is on a list now: name, credit code, clause, since when. Public: no token."""
    known = known_lists(service.book)
    if name not in known:
        listed = ", ".join(sorted(known))
        raise NotFound(f"没有名为 {name} 的名单（有：{listed}）。",
                       f"no list named {name}; known: {listed}",
                       reason="unknown_list", known=sorted(known))  # fmt: skip
    with service.store.unit(write=False) as unit:
        rows = unit.lists(list_name=name)
    return JSONResponse({"name": name, "items": [_published(row) for row in rows]},
                        headers={"Cache-Control": "public, max-age=60"})  # fmt: skip


def _published(row: ListRow) -> dict[str, Any]:
    """What the public may know; somebody without a credit code is entered by name alone."""
    return {
        "name": row.name,
        "uscc": None if row.uscc.startswith("case:") else row.uscc,
        "workflow": row.workflow,
        "clauses": row.clauses.split(),
        "since": shanghai_date(row.since_at).isoformat(),
    }
