"""The statements of the versions' part of the SQL store, built once."""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    Text,
    and_,
    any_,
    bindparam,
    func,
    literal_column,
    not_,
    select,
    update,
)

from cases.store.statements import LIMIT, age
from cases.store.tables import CASES, CONFORMANCE_RUNS, DEFINITIONS, OUTBOX, Instant

VERSIONS = (
    select(DEFINITIONS.c.hash, DEFINITIONS.c.in_force_from, DEFINITIONS.c.first_used_at)
    .where(DEFINITIONS.c.workflow == bindparam("workflow"))
    .order_by(
        DEFINITIONS.c.in_force_from.nulls_first(),
        DEFINITIONS.c.first_used_at,
        DEFINITIONS.c.hash,
    )
)
PINNED = (
    select(CASES)
    .where(
        CASES.c.id > bindparam("after"),
        CASES.c.definition == bindparam("hash"),
        not_(and_(CASES.c.closed, CASES.c.settled)),
    )
    .order_by(CASES.c.id)
    .limit(LIMIT)
)
LOCK_PINNED = PINNED.with_for_update(of=CASES)
# Written out, as in the index.
_deviates = OUTBOX.c.n < literal_column("0")
OPEN_DEVIATIONS = select(OUTBOX).where(_deviates, OUTBOX.c.done_at.is_(None)).order_by(*age(OUTBOX))
_each = func.json_each(bindparam("case_ids", type_=Text())).table_valued("value")
DEVIATIONS_OF = {
    "sqlite": select(OUTBOX).where(_deviates, OUTBOX.c.case_id.in_(select(_each.c.value))),
    "postgresql": select(OUTBOX).where(
        _deviates, OUTBOX.c.case_id == any_(bindparam("case_ids", type_=ARRAY(Text)))
    ),
}
MEND = (
    update(OUTBOX)
    .where(*(OUTBOX.c[name] == bindparam(f"of_{name}") for name in ("case_id", "seq", "n")))
    .values(done_at=bindparam("done", type_=Instant()))
)
ALL_RUNS = select(CONFORMANCE_RUNS).order_by(CONFORMANCE_RUNS.c.seq)
LOCK_RUN = (
    ALL_RUNS.where(CONFORMANCE_RUNS.c.finished_at.is_(None))
    .limit(literal_column("1"))
    .with_for_update()
)
