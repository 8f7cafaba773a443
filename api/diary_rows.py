"""Which duties somebody may see, and under which filters: what both forms of the diary read.

A date is pressing while its bearer has still to act: what was handed in or rests waits for somebody
else, and stays in the diary without being counted as due.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any, Literal

from api.auth import zone_for
from api.scope import visible
from api.service import Service
from cases.errors import Misused
from cases.identity import Identity, is_officer
from cases.ports import Unit
from cases.rows import CaseRow, ObligationRow
from machines.case import Case, Duty
from machines.compiler import Compiled
from machines.rungs import owes
from rules.periods import shanghai_date
from rules.urgency import urgency, week_ends_on

SIDES = ("applicant", "authority", "third_party")
Pressing = Literal["overdue", "today", "week"]
_STRIDE = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters of a request. `filters`: those of `Unit.obligations`; `role`: one bearer."""

    role: str | None
    filters: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shown:
    """A row of the diary with its whole duty and the case it belongs to."""

    row: CaseRow
    compiled: Compiled
    case: Case
    duty: Duty


def asked(
    service: Service, unit: Unit, identity: Identity, *,
    bearer: str | None, zone: str | None, due_before: date | None,
) -> Asked:  # fmt: skip
    """What a request asks for, within what its caller may see. Raises Misused, Forbidden."""
    side, role = _bearer(service, bearer)
    filters = {
        "zone": zone_for(identity, zone) if zone or identity.zone else None,
        "side": side,
        "due_before": due_before,
        "case_ids": _own(service, unit, identity),
    }
    return Asked(role, filters)


def _bearer(service: Service, bearer: str | None) -> tuple[str | None, str | None]:
    """The side or the role asked for; `applicant` is both, and means the side."""
    if bearer is None or bearer in SIDES:
        return bearer, None
    parties = {p for one in service.book.workflows.values() for p in one.definition.parties}
    if bearer not in service.book.roles and bearer not in parties:
        raise Misused(f"没有名为 {bearer} 的义务人。", f"nobody bears duties as {bearer}",
                      reason="role_unknown", known=[*SIDES, *service.book.roles])  # fmt: skip
    return None, bearer


def _own(service: Service, unit: Unit, identity: Identity) -> list[str] | None:
    """The case ids of somebody who sees only their own; None for an officer."""
    if is_officer(identity, service.book):
        return None
    return [row.id for row in visible(service, unit, identity, zone=identity.zone)]


def rows(
    unit: Unit, what: Asked, begin: tuple[str, str, int] | None = None, **more: Any
) -> Iterator[ObligationRow]:
    """The rows of the diary from `begin` on; timers are nobody's duty and stay out. `more`:
    further filters. Raises ValueError for a `begin` that is no obligation."""
    while True:
        found = unit.obligations(after=begin, limit=_STRIDE, **what.filters, **more)
        for row in found:
            if row.bearer is not None and what.role in (None, row.bearer):
                yield row
        if len(found) < _STRIDE:
            return
        begin = (found[-1].case_id, found[-1].obligation, found[-1].occurrence)


def pressing(
    service: Service, unit: Unit, identity: Identity, what: Asked, due: Pressing,
    begin: tuple[str, str, int] | None = None,
) -> Iterator[ObligationRow]:  # fmt: skip
    """The rows that are due today, or this week, by date; or those overdue, by case."""
    now, calendar = service.clock.now(unit), service.casework.calendar
    today = shanghai_date(now)
    if due == "overdue":
        yield from (
            row for row in _unsettled(service, unit, identity, what, begin)
            if _overdue(service, unit, row, now)
        )  # fmt: skip
        return
    last = today if due == "today" else week_ends_on(today, calendar)
    asked = Asked(what.role, {**what.filters, "due_before": last + timedelta(days=1)})
    for row in rows(unit, asked, begin, due_from=today):
        when = row.due_at or row.earliest
        if row.status == "open" and when is not None and urgency(when, now, calendar) != "overdue":
            yield row


def _unsettled(
    service: Service, unit: Unit, identity: Identity, what: Asked,
    begin: tuple[str, str, int] | None,
) -> Iterator[ObligationRow]:  # fmt: skip
    """Every duty of the cases in which something is owed, by case, obligation and occurrence."""
    part = [] if begin is None else [begin[0]]
    cases = visible(service, unit, identity, settled=False, zone=what.filters["zone"],
                    after=begin[0] if begin is not None else None)  # fmt: skip
    ids = (row.id for row in cases)
    while part := part or list(islice(ids, _STRIDE)):
        found = unit.obligations(case_ids=part, side=what.filters["side"], running=False,
                                 limit=100 * _STRIDE)  # fmt: skip
        for row in sorted(found, key=_key):
            later = begin is None or _key(row) > begin
            if later and row.bearer is not None and what.role in (None, row.bearer):
                yield row
        part = []


def _key(row: ObligationRow) -> tuple[str, str, int]:
    return row.case_id, row.obligation, row.occurrence


def _overdue(service: Service, unit: Unit, row: ObligationRow, now: datetime) -> bool:
    """Past its date and still owed. One that is provisional waits for the calendar."""
    if row.status == "missed":
        kept = unit.case(row.case_id)
        assert kept is not None, f"the diary names an unknown case {row.case_id}"
        case, compiled = service.casework.load(unit, kept)
        return any(owes(compiled, case, one) for one in case.duties
                   if one.key == (row.obligation, row.occurrence))  # fmt: skip
    when = row.due_at or row.due_on
    dated = row.status == "open" and row.kind in ("firm", "given") and when is not None
    return dated and when is not None and (
        urgency(when, now, service.casework.calendar) == "overdue"
    )  # fmt: skip


def whole(service: Service, unit: Unit, diary: Iterable[ObligationRow]) -> Iterator[Shown]:
    """Each row as the whole duty, read from its case, which is read once."""
    loaded: dict[str, tuple[CaseRow, Case, Compiled]] = {}
    for row in diary:
        if row.case_id not in loaded:
            kept = unit.case(row.case_id)
            assert kept is not None, f"the diary names an unknown case {row.case_id}"
            loaded[row.case_id] = (kept, *service.casework.load(unit, kept))
        kept, case, compiled = loaded[row.case_id]
        duty = next(one for one in case.duties if one.key == (row.obligation, row.occurrence))
        yield Shown(kept, compiled, case, duty)
