"""Every statement the SQL store runs, built once: building one per call costs more than running it.

What the engines say differently is in `dialect.py`.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    BindParameter,
    ColumnElement,
    Date,
    Select,
    Table,
    Text,
    Update,
    and_,
    any_,
    bindparam,
    case,
    delete,
    exists,
    func,
    insert,
    literal,
    literal_column,
    not_,
    or_,
    select,
    tuple_,
    type_coerce,
    update,
)
from sqlalchemy.sql.util import ClauseAdapter

from cases.store.asked import COUNTED
from cases.store.tables import (
    CASES,
    CHANGES,
    CREDIT_FACTS,
    DEFINITIONS,
    ENTRIES,
    FIRED,
    IDEMPOTENCY,
    LIST_ROWS,
    META,
    METADATA,
    NEXT,
    OBLIGATIONS,
    OUTBOX,
    SETTINGS,
    TOKENS,
    WORK,
    Instant,
)
from machines.duties import RUNNING

ALL = 2**62  # a limit that limits nothing
LIMIT: BindParameter[int] = bindparam("limit", type_=BigInteger())


def age(table: Any) -> tuple[ColumnElement[Any], ...]:
    return (table.c.at, table.c.case_id, table.c.seq, table.c.n)


def _is_source(table: Table) -> ColumnElement[bool]:
    return and_(*(table.c[name] == bindparam(f"of_{name}") for name in ("case_id", "seq", "n")))


# What is due next in a case, and that it was not set aside: as the index of each says it.
_NEXT: dict[bool, ColumnElement[Any]] = {False: NEXT, True: CASES.c.next_mild_at}
_HAS: dict[bool, ColumnElement[bool]] = {
    False: CASES.c.next_enforce_at.is_not(None), True: CASES.c.next_mild_at.is_not(None)
}  # fmt: skip


def _claim(*conditions: ColumnElement[bool], mild: bool) -> Select[Any]:
    until = bindparam("until", type_=Instant())
    chosen = select(CASES).where(_NEXT[mild] <= until, *conditions)
    return chosen.order_by(_NEXT[mild], CASES.c.id).limit(LIMIT).with_for_update(skip_locked=True)


def _next(mild: bool) -> Select[Any]:
    due = type_coerce(_NEXT[mild], Instant())
    return select(due).where(due.is_not(None), _HAS[mild], SOUND).order_by(due).limit(1)


SOUND = CASES.c.broken.is_(None)
_RETRIED = and_(CASES.c.broken.is_not(None), CASES.c.retry_at <= bindparam("now"))

ONE_CASE = select(CASES).where(CASES.c.id == bindparam("id"))
LOCK_CASE = ONE_CASE.with_for_update()
REPLACE_CASE: Update = (
    update(CASES)
    .where(CASES.c.id == bindparam("of_id"), CASES.c.version == bindparam("of_version"))
    .values({column: bindparam(column.name) for column in CASES.c if column.name != "id"})
)
CLAIM = {mild: _claim(_HAS[mild], SOUND, mild=mild) for mild in (False, True)}
CLAIM_RETRIED = {mild: _claim(_RETRIED, mild=mild) for mild in (False, True)}


def _overtaking(mild: bool) -> Select[Any]:
    """Of some cases, those whose subject has an earlier one that is due and not among them: it is
    with somebody else (`SKIP LOCKED` says nothing of what it skips)."""
    mine, theirs = CASES.alias("mine"), CASES.alias("theirs")

    def of(alias: Any, column: ColumnElement[Any]) -> Any:
        return ClauseAdapter(alias).traverse(column)

    ids = bindparam("ids", type_=ARRAY(Text))
    return select(mine.c.id).where(
        mine.c.id == any_(ids),
        theirs.c.subject_uscc == mine.c.subject_uscc,
        tuple_(of(theirs, _NEXT[mild]), theirs.c.id) < tuple_(of(mine, _NEXT[mild]), mine.c.id),
        of(theirs, _HAS[mild]),
        of(theirs, SOUND),
        not_(theirs.c.id == any_(ids)),
    )


OVERTAKING = {mild: _overtaking(mild) for mild in (False, True)}
NEXT_INSTANT = {mild: _next(mild) for mild in (False, True)}
_why = bindparam("why", type_=Text())
SET_ASIDE: Update = (
    update(CASES)
    .where(CASES.c.id == bindparam("of_id"))
    .values(
        broken=_why,
        retry_at=bindparam("again", type_=Instant()),
        retries=case((_why.is_(None), 0), else_=CASES.c.retries + 1),
    )
)
BROKEN_CASES = select(CASES).where(CASES.c.broken.is_not(None)).order_by(CASES.c.id)
ENTRIES_OF = (
    select(ENTRIES).where(ENTRIES.c.case_id == bindparam("case_id")).order_by(ENTRIES.c.seq)
)

_earlier = WORK.alias("earlier")
CLAIM_WORK = (
    select(WORK)
    .where(
        WORK.c.done_at.is_(None),
        # Only the first open item of a target: its items are applied one after the other.
        not_(
            exists(
                select(_earlier.c.seq).where(
                    _earlier.c.done_at.is_(None),
                    _earlier.c.target == WORK.c.target,
                    tuple_(*age(_earlier)) < tuple_(*age(WORK)),
                )
            )
        ),
    )
    .order_by(*age(WORK))
    .limit(LIMIT)
    .with_for_update(skip_locked=True, of=WORK)
)
FINISH_WORK: Update = (
    update(WORK).where(_is_source(WORK), WORK.c.done_at.is_(None)).values(done_at=bindparam("done"))
)
OPEN_WORK = (
    select(WORK)
    .where(WORK.c.target == bindparam("target"), WORK.c.done_at.is_(None))
    .order_by(*age(WORK))
)
END_LIST: Update = (
    update(LIST_ROWS)
    .where(_is_source(LIST_ROWS), LIST_ROWS.c.ended_at.is_(None))
    .values(ended_at=bindparam("ended"), ended_by=bindparam("by"))
)
CREDIT_FACTS_OF = (
    select(CREDIT_FACTS)
    .where(CREDIT_FACTS.c.uscc == bindparam("uscc"))
    .order_by(*age(CREDIT_FACTS))
)
_of_enterprise = or_(CHANGES.c.uscc == bindparam("uscc"), CHANGES.c.successor == bindparam("uscc"))
ALL_CHANGES = select(CHANGES).order_by(CHANGES.c.seq)
CHANGES_OF = ALL_CHANGES.where(_of_enterprise)
IDEMPOTENT = select(IDEMPOTENCY).where(
    IDEMPOTENCY.c.actor == bindparam("actor"), IDEMPOTENCY.c.key == bindparam("key")
)
LOCK_KEY = select(func.pg_advisory_xact_lock(bindparam("number")))
SETTINGS_OF = select(SETTINGS).where(SETTINGS.c.zone == bindparam("zone")).order_by(SETTINGS.c.seq)
LAST_SETTING_OF = (
    select(SETTINGS.c.hash)
    .where(SETTINGS.c.zone == bindparam("zone"))
    .order_by(SETTINGS.c.seq.desc())
    .limit(literal_column("1"))
)
ONE_DEFINITION = select(DEFINITIONS).where(DEFINITIONS.c.hash == bindparam("hash"))
ALL_DEFINITIONS = select(DEFINITIONS).order_by(DEFINITIONS.c.first_used_at, DEFINITIONS.c.hash)
ONE_TOKEN = select(TOKENS).where(TOKENS.c.sha256 == bindparam("sha256"))
ALL_TOKENS = select(TOKENS).order_by(TOKENS.c.created_at, TOKENS.c.sha256)
ALL_META = select(META.c.name, META.c.value)
DROP_META = delete(META).where(META.c.name == bindparam("name"))
COUNTS = select(
    *(
        select(func.count()).select_from(METADATA.tables[name]).scalar_subquery().label(name)
        for name in COUNTED
    )
)
SERVER_NOW = select(func.clock_timestamp(type_=Instant()))
EARLIEST_OF = select(OBLIGATIONS.c.earliest).where(
    OBLIGATIONS.c.case_id == bindparam("case_id"),
    OBLIGATIONS.c.obligation == bindparam("obligation"),
    OBLIGATIONS.c.occurrence == bindparam("occurrence"),
)
INSERT = {
    table: insert(table).inline()
    for table in (CASES, ENTRIES, FIRED, CREDIT_FACTS, OUTBOX, WORK, LIST_ROWS, SETTINGS, TOKENS,
                  IDEMPOTENCY, CHANGES)
}  # fmt: skip

# Written out, as in the index, which is of use only to a query that says the same.
_running = OBLIGATIONS.c.status.in_([literal_column(f"'{status}'") for status in RUNNING])
_found = bindparam("text", type_=Text())
DIARY_KEY = (OBLIGATIONS.c.case_id, OBLIGATIONS.c.obligation, OBLIGATIONS.c.occurrence)
# What has no date comes last.
_diary_place = (func.coalesce(OBLIGATIONS.c.earliest, literal(date.max, Date())), *DIARY_KEY)
_after = tuple_(
    bindparam("after", type_=Date()),
    *(bindparam(f"after_{column.name}", type_=column.type) for column in DIARY_KEY),
)
OBLIGATION_FILTERS: dict[str, ColumnElement[bool]] = {
    "zone": OBLIGATIONS.c.zone == bindparam("zone"),
    "due_from": OBLIGATIONS.c.earliest >= bindparam("due_from"),
    "due_before": OBLIGATIONS.c.earliest < bindparam("due_before"),
    "side": OBLIGATIONS.c.side == bindparam("side"),
    "running": _running,
    "uscc": OBLIGATIONS.c.case_id.in_(
        select(CASES.c.id).where(CASES.c.subject_uscc == bindparam("uscc"))
    ),
    "after": tuple_(*_diary_place) > _after,
}
LIST_FILTERS: dict[str, ColumnElement[bool]] = {
    "uscc": LIST_ROWS.c.uscc == bindparam("uscc"),
    "list_name": LIST_ROWS.c.list == bindparam("list_name"),
    "live": LIST_ROWS.c.ended_at.is_(None),
}
OUTBOX_FILTERS: dict[str, ColumnElement[bool]] = {
    "case_id": OUTBOX.c.case_id == bindparam("case_id"),
    "do": OUTBOX.c.do == bindparam("do"),
}
CASE_FILTERS: dict[str, ColumnElement[bool]] = {
    "zone": CASES.c.zone == bindparam("zone"),
    "workflow": CASES.c.workflow == bindparam("workflow"),
    "uscc": CASES.c.subject_uscc == bindparam("uscc"),
    "involves": and_(
        or_(not_(CASES.c.closed), not_(CASES.c.settled)),
        CASES.c.state.like(bindparam("involves", type_=Text()), escape="\\"),
    ),
    "text": or_(
        *(
            func.lower(column).like(_found, escape="\\")
            for column in (CASES.c.subject_name, CASES.c.subject_uscc, CASES.c.id)
        )
    ),
    "due_before": exists(
        select(OBLIGATIONS.c.case_id).where(
            OBLIGATIONS.c.case_id == CASES.c.id,
            _running,
            OBLIGATIONS.c.earliest < bindparam("due_before"),
        )
    ),
    "settled": CASES.c.settled == bindparam("settled"),
    "desk": and_(
        CASES.c.desk.is_not(None), CASES.c.desk.like(bindparam("desk", type_=Text()), escape="\\")
    ),
    "after": CASES.c.id > bindparam("after"),
}
