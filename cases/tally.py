"""Numbers that nobody should have to count anew: open cases, live licences, how late we were.

Whoever changes a number writes the difference in the same transaction; it is spread over a few
rows, so that two who change it at once do not wait for each other.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterable, Iterator

from cases.rows import CaseRow, TallyRow
from machines.case import Case

OPEN, LIVE, LATENESS, LATENESS_SUM = "open", "live", "lateness", "lateness_sum"
SHARDS = 16


def shard_of(key: str) -> int:
    """Which row of a number a writer adds to."""
    return zlib.crc32(key.encode()) % SHARDS


def added(rows: Iterable[TallyRow]) -> tuple[TallyRow, ...]:
    """One row for each number, in the order in which they are locked; nothing for no change."""
    sums: Counter[tuple[str, str, str, str, int]] = Counter()
    for row in rows:
        sums[row.name, row.zone, row.workflow, row.label, row.shard] += row.value
    return tuple(TallyRow(*key, value) for key, value in sorted(sums.items()) if value != 0)


def of_case(
    stored: CaseRow | None, before: Case | None, row: CaseRow, case: Case
) -> Iterator[TallyRow]:
    """What an act changes: open cases (something can still happen), licences not ended."""
    was_open = stored is not None and not stored.closed
    for name, value in (  # in the order in which they are locked
        (LIVE, _live(case) - (0 if before is None else _live(before))),
        (OPEN, int(not row.closed) - int(was_open)),
    ):
        if value:
            yield TallyRow(name, row.zone, row.workflow, "", shard_of(row.id), value)


def _live(case: Case) -> int:
    return sum(licence.status in ("live", "suspended") for licence in case.licences.values())
