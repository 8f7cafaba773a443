"""The independent auditor as a second opinion for the nightly run: what differs is a deviation."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from machines.conformance import Deviation
from rules.working_days import CALENDARS
from simulation.auditor import Almanacs, audit


def dates_again(journal: Sequence[Mapping[str, Any]], kept: Sequence[Any]) -> Iterator[Deviation]:
    """Every date of a journal by other code, and the chain of its entries."""
    found = audit(journal, _almanacs(json.dumps(kept, sort_keys=True)))
    for line in found.findings:
        if line.verdict == "differ":
            kind = "journal" if line.about == "journal" else "date"
            yield Deviation(
                line.seq, "journal" if kind == "journal" else "date", f"{line.about} {line.name}",
                f"应为 {line.derived}，记为 {line.recorded}",
                f"should be {line.derived}, recorded as {line.recorded}",
            )  # fmt: skip


@lru_cache(maxsize=2)  # the same for every journal of a night
def _almanacs(kept: str) -> Almanacs:
    return Almanacs(CALENDARS, json.loads(kept))
