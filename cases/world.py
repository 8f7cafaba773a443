"""The rest of the world as a decision may see it, read in the decision's own transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable

from cases.ports import Unit
from cases.rows import ListRow, SettingRow, WorkRow
from machines.book import Rulebook
from machines.case import Party
from rules.parameters import Settings, ZoneSetting, settings_of
from rules.view import CreditView, Restriction, World
from rules.working_days import Calendar


def world_for(
    unit: Unit, book: Rulebook, calendar: Calendar, zone: str, parties: Iterable[Party]
) -> World:
    """Calendar, dated parameters, the zone's settings, and the credit of the parties."""
    codes = {party.uscc for party in parties if party.uscc is not None}
    return World(
        calendar=calendar,
        parameters=book.parameters,
        settings=zone_settings(unit, zone),
        credit={code: credit_of(unit, code) for code in sorted(codes)},
    )


def zone_settings(unit: Unit, zone: str) -> Settings:
    """The settings of a zone as recorded."""
    return settings_of(zone, (_setting(row) for row in unit.settings(zone)))


def _setting(row: SettingRow) -> ZoneSetting:
    return ZoneSetting(
        row.workflow, row.name, row.unit, row.value, row.since, row.basis, row.assumed
    )


def credit_of(unit: Unit, code: str) -> CreditView:
    """Lists and restrictions of an enterprise, with work not yet applied reckoned in.

    Entry on a list closes the commitment route (失信一处，处处受限) unless its own restriction
    says otherwise; an intake must not slip in between a finding and its entry on the list."""
    rows = unit.lists(uscc=code)
    waiting = unit.open_work(code)
    taken_back = {_source(row) for row in waiting if row.do == "retract"}
    live = [row for row in rows if (row.case_id, row.seq, row.n) not in taken_back]
    restrictions = [_of_row(row) for row in live]
    restrictions += [
        _of_work(row)
        for row in waiting
        if row.do in ("list", "restrict") and (row.case_id, row.seq, row.n) not in taken_back
    ]
    names = [row.list for row in live if row.list is not None]
    names += [str(json.loads(row.body)["what"]["list"]) for row in waiting if row.do == "list"]
    return CreditView(tuple(dict.fromkeys(names)), tuple(restrictions), len(rows) + len(waiting))


def _source(row: WorkRow) -> tuple[str, int, int]:
    what = json.loads(row.body)["what"]
    return (row.case_id, int(what["entry"]), int(what["effect"]))


def _of_row(row: ListRow) -> Restriction:
    kind = row.restriction or "commitment_route"
    return Restriction(kind, row.for_workflow, row.clauses, row.list or kind)


def _of_work(row: WorkRow) -> Restriction:
    body = json.loads(row.body)
    what, clauses = body["what"], " ".join(body.get("clauses", ()))
    if row.do == "list":
        return Restriction("commitment_route", None, clauses, str(what["list"]))
    kind = str(what["restriction"])
    return Restriction(kind, what.get("workflow"), clauses, kind)
