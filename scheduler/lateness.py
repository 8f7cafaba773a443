"""How late enforcement was: a histogram that every worker of a database adds to.

Counted from the first instant at which the step was possible: of an adverse one, the first day on
which it was lawful.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from cases.enforcement import Enforced
from cases.rows import TallyRow
from cases.tally import LATENESS, LATENESS_SUM, shard_of

_MINUTE, _HOUR, _DAY = 60, 3600, 24 * 3600
BOUNDS = (1, 10, _MINUTE, 10 * _MINUTE, _HOUR, 6 * _HOUR, _DAY, 3 * _DAY, 10 * _DAY, 30 * _DAY)
ADVERSE, MILD, OVER = "adverse", "mild", "+Inf"


@dataclass(frozen=True, slots=True)
class Histogram:
    """How many steps of a workflow were no later than each bound, in seconds; the last bound is
    infinite."""

    workflow: str
    kind: str
    buckets: tuple[tuple[str, int], ...]
    seconds: int

    @property
    def count(self) -> int:
        """How many there were."""
        return self.buckets[-1][1]


def tallied(done: Iterable[Enforced], sweep: str) -> Iterator[TallyRow]:
    """What a sweep adds."""
    shard = shard_of(sweep)
    for one in done:
        kind, late = (ADVERSE if one.adverse else MILD), one.late_seconds
        bound = next((str(n) for n in BOUNDS if late <= n), OVER)
        yield TallyRow(LATENESS, one.zone, one.workflow, f"{kind} {bound}", shard, 1)
        yield TallyRow(LATENESS_SUM, one.zone, one.workflow, kind, shard, round(late))


def histograms(rows: Iterable[TallyRow]) -> list[Histogram]:
    """By workflow and kind, every zone together."""
    counts: dict[tuple[str, str], dict[str, int]] = {}
    sums: dict[tuple[str, str], int] = {}
    for row in rows:
        if row.name == LATENESS:
            kind, _, bound = row.label.partition(" ")
            found = counts.setdefault((row.workflow, kind), {})
            found[bound] = found.get(bound, 0) + row.value
        elif row.name == LATENESS_SUM:
            key = (row.workflow, row.label)
            sums[key] = sums.get(key, 0) + row.value
    return [
        Histogram(*key, _cumulative(found), sums.get(key, 0))
        for key, found in sorted(counts.items())
    ]


def _cumulative(found: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    total, buckets = 0, []
    for bound in (*map(str, BOUNDS), OVER):
        total += found.get(bound, 0)
        buckets.append((bound, total))
    return tuple(buckets)
