"""Which cases somebody may see: officers those of their zone, everybody else their own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from api.service import Service
from cases.errors import Forbidden
from cases.identity import Identity, is_officer, must_see
from cases.ports import Unit
from cases.rows import CaseRow
from machines.codec import canonical

_STRIDE = 200


def visible(
    service: Service, unit: Unit, identity: Identity, *, after: str | None = None,
    stride: int = _STRIDE, **filters: Any,
) -> Iterator[CaseRow]:  # fmt: skip
    """The cases the identity may see, by id, from `after` on. `filters`: those of `Unit.cases`."""
    everything = is_officer(identity, service.book)
    while True:
        rows = unit.cases(after=after, limit=stride, **filters)
        for row in rows:
            if everything or _own(service, unit, identity, row):
                yield row
        if len(rows) < stride:
            return
        after = rows[-1].id


def _own(service: Service, unit: Unit, identity: Identity, row: CaseRow) -> bool:
    """Whether a party sees this case: its code as a party, or its user as the applicant's hand."""
    names = [canonical(name) for name in (identity.enterprise, identity.user) if name]
    if not any(name in row.state for name in names):  # spares reading most cases
        return False
    case, compiled = service.casework.load(unit, row)
    try:
        must_see(identity, case, compiled, service.book)
    except Forbidden:
        return False
    return True
