"""Documents served, waiting or failed, across the cases an officer sees."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from api.scope import visible
from api.service import Service
from api.summaries import bilingual
from cases.desk import service_mark
from cases.identity import Identity
from cases.ports import Unit
from cases.present import service as delivery_plain
from machines.case import Case
from machines.codec import to_plain
from machines.compiler import Compiled
from machines.deliveries import Delivery, deliveries


@dataclass(frozen=True, slots=True)
class Row:
    """One document of one case towards one party; `place` numbers them in their case."""

    case: Case
    compiled: Compiled
    delivery: Delivery
    place: int


def rows(
    service: Service, unit: Unit, identity: Identity, state: str | None, *,
    after: tuple[str, int] | None = None, zone: str | None = None,
) -> Iterator[Row]:  # fmt: skip
    """The documents in a state (all where none is named), by case id, then as the definition has
    them, from `after` (case id, place) on."""
    if after is not None:
        first = unit.case(after[0])
        if first is not None:
            yield from (r for r in _of(service, unit, first, state) if r.place > after[1])
    begin = None if after is None else after[0]
    desk = service_mark(state or "")
    for row in visible(service, unit, identity, after=begin, zone=zone, desk=desk):
        yield from _of(service, unit, row, state)


def _of(service: Service, unit: Unit, row: Any, state: str | None) -> Iterator[Row]:
    case, compiled = service.casework.load(unit, row)
    for place, one in enumerate(deliveries(compiled, case)):
        if state in (None, one.state):
            yield Row(case, compiled, one, place)


def line(row: Row) -> dict[str, Any]:
    """One row as JSON: the document, its party, its state, and every delivery with its proof."""
    case, compiled, one = row.case, row.compiled, row.delivery
    document = compiled.definition.documents[one.document]
    return {
        "case": case.id,
        "workflow": case.workflow,
        "zone": case.zone,
        "subject": to_plain(case.subject),
        "document": one.document,
        **bilingual(document),
        "to": one.to,
        "state": one.state,
        "since": one.since.isoformat(),
        "clauses": list(document.clauses),
        "last": None if one.last is None else delivery_plain(compiled, one.last),
        "attempts": [delivery_plain(compiled, each) for each in one.attempts],
    }
