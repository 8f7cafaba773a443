"""Which duties somebody may see, and under which filters: what both forms of the diary read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from api.auth import zone_for
from api.scope import visible
from api.service import Service
from cases.errors import Misused
from cases.identity import Identity, is_officer
from cases.ports import Unit
from cases.rows import CaseRow, ObligationRow
from machines.case import Case, Duty
from machines.compiler import Compiled

SIDES = ("applicant", "authority", "third_party")
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
