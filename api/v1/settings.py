"""Zone settings: the numbers the texts leave to the zone, dated, with their legal basis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from api.answers import Answer, Json
from api.auth import Caller, TheService, zone_for
from api.contract import problems
from api.schemas import ZONE, SettingBody
from api.strict_json import StrictRoute
from api.summaries import local
from cases.identity import must_oversee
from cases.rows import SettingRow
from cases.settings import declared, set_setting
from cases.world import zone_settings
from rules.periods import shanghai_date

router = APIRouter(tags=["settings"], route_class=StrictRoute)


class SettingLine(Answer):
    """A setting the reforms ask for, or one of the zone itself (`zone.office_opens`: a clock time
    as a whole number, 830). `value` null: not set, and no case that needs it may open; nothing
    waits for those of the zone. `assumed`: what the sandbox ships."""

    path: str
    zh: str
    en: str
    unit: str
    assumed: int
    clauses: list[str]
    value: int | None
    history: list[Json]


class SettingList(Answer):
    """The settings of a zone."""

    zone: str
    items: list[SettingLine]


class SettingRecord(Answer):
    """One recorded value, linked to the one before by hash."""

    path: str
    zone: str
    seq: int
    unit: str
    value: int
    since: str
    basis: str
    assumed: bool
    set_by: str
    confirmed_by: str | None
    at: str
    prev_hash: str
    hash: str


@router.get(
    "/settings",
    summary="片区设定 · The settings of a zone",
    responses={200: {"model": SettingList}, **problems(401, 403, 422)},
)
def settings(
    identity: Caller,
    service: TheService,
    zone: Annotated[str | None, Query(pattern=ZONE, examples=["yingkou"])] = None,
) -> JSONResponse:
    """Every number the reforms leave to the zone, with its value today and its history."""
    place = zone_for(identity, zone)
    with service.store.unit(write=False) as unit:
        rows = unit.settings(place)
        now, known = service.clock.now(unit), zone_settings(unit, place)
    items = []
    for path, setting in declared(service.book).items():
        workflow, _, name = path.partition(".")
        current = known.value(workflow, name, shanghai_date(now))
        items.append(
            {
                "path": path, "zh": setting.zh, "en": setting.en, "unit": setting.unit,
                "assumed": setting.assumed, "clauses": list(setting.clauses),
                "value": current.value if current else None,
                "history": [_record(row) for row in rows if _path(row) == path],
            }
        )  # fmt: skip
    return JSONResponse({"zone": place, "items": items})


@router.put(
    "/settings",
    summary="作出设定 · Set a value",
    responses={200: {"model": SettingRecord}, **problems(400, 401, 403, 409, 413, 422)},
)
def put_setting(body: SettingBody, identity: Caller, service: TheService) -> JSONResponse:
    """Records a value from a date on: by a supervisor, confirmed by a second person. Sending
    the same again records nothing new."""
    must_oversee(identity, "supervisor")
    place = zone_for(identity, body.zone)
    with service.store.unit() as unit:
        row = _same(unit.settings(place), body) or set_setting(
            unit, service.book, place, body.path, body.value, since=body.since, basis=body.basis,
            set_by=identity.user, confirmed_by=body.confirmed_by, at=service.clock.now(unit),
        )  # fmt: skip
    return JSONResponse(_record(row))


def _same(rows: Sequence[SettingRow], body: SettingBody) -> SettingRow | None:
    """The latest record of this setting and date, if it already says this."""
    known = [row for row in rows if _path(row) == body.path and row.since == body.since]
    if not known or known[-1].assumed:
        return None
    said = (known[-1].value, known[-1].basis, known[-1].confirmed_by)
    return known[-1] if said == (body.value, body.basis, body.confirmed_by) else None


def _path(row: SettingRow) -> str:
    return f"{row.workflow}.{row.name}"


def _record(row: SettingRow) -> dict[str, Any]:
    return {
        "path": _path(row), "zone": row.zone, "seq": row.seq, "unit": row.unit,
        "value": row.value, "since": row.since.isoformat(), "basis": row.basis,
        "assumed": row.assumed, "set_by": row.set_by, "confirmed_by": row.confirmed_by,
        "at": local(row.at), "prev_hash": row.prev_hash, "hash": row.hash,
    }  # fmt: skip
