"""An operation over many cases, a batch of them in one transaction: one that cannot be changed is
set aside and said, and the rest are written."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence

from cases.enforcement import merged
from cases.linked import BROKEN
from cases.ports import Unit
from cases.rows import Batch, CaseRow


def write_each(
    unit: Unit, cases: Sequence[CaseRow], changed: Callable[[CaseRow], Iterable[Batch]],
    operation: str, log: logging.Logger,
) -> tuple[int, int]:  # fmt: skip
    """How many were changed, and how many set aside. `operation`: what they are told was under
    way."""
    batches: list[Batch] = []
    aside = 0
    for stored in cases:
        try:
            batches.extend(changed(stored))
        except BROKEN as error:
            why = f"{type(error).__name__}: {error}"
            log.error("%s: case %s cannot be changed, set aside: %s", operation, stored.id, why)
            unit.set_aside(stored.id, f"{operation}: {why}", None)
            aside += 1
    if batches:
        unit.write(merged(batches))
    return len(batches), aside
