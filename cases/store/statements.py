"""Every statement the SQL store runs, built once: building one per call costs more than running it.

What the engines say differently is decided here, when a store is opened, and nowhere else.
"""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import Any

from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    BindParameter,
    ColumnElement,
    Date,
    Dialect,
    Executable,
    Select,
    Table,
    Text,
    Update,
    and_,
    any_,
    bindparam,
    case,
    cast,
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
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from cases.store.asked import COUNTED
from cases.store.prepared import Prepared
from cases.store.tables import (
    CASES,
    CREDIT_FACTS,
    DEFINITIONS,
    ENTRIES,
    FIRED,
    IDEMPOTENCY,
    LIST_ROWS,
    META,
    METADATA,
    OBLIGATIONS,
    OUTBOX,
    SETTINGS,
    TOKENS,
    WORK,
    Instant,
)
from machines.duties import RUNNING

_LIMIT: BindParameter[int] = bindparam("limit", type_=BigInteger())


def _age(table: Any) -> tuple[ColumnElement[Any], ...]:
    return (table.c.at, table.c.case_id, table.c.seq, table.c.n)


def _is_source(table: Table) -> ColumnElement[bool]:
    return and_(*(table.c[name] == bindparam(f"of_{name}") for name in ("case_id", "seq", "n")))


def _claim(*conditions: ColumnElement[bool], mild: bool) -> Select[Any]:
    due = CASES.c.next_mild_at if mild else CASES.c.next_enforce_at
    chosen = select(CASES).where(due <= bindparam("until"), *conditions)
    return chosen.order_by(due, CASES.c.id).limit(_LIMIT).with_for_update(skip_locked=True)


def _next(due: ColumnElement[Any]) -> Select[Any]:
    return select(due).where(due.is_not(None), CASES.c.broken.is_(None)).order_by(due).limit(1)


_RETRIED = and_(CASES.c.broken.is_not(None), CASES.c.retry_at <= bindparam("now"))

ONE_CASE = select(CASES).where(CASES.c.id == bindparam("id"))
LOCK_CASE = ONE_CASE.with_for_update()
REPLACE_CASE: Update = (
    update(CASES)
    .where(CASES.c.id == bindparam("of_id"), CASES.c.version == bindparam("of_version"))
    .values({column: bindparam(column.name) for column in CASES.c if column.name != "id"})
)
CLAIM = {mild: _claim(CASES.c.broken.is_(None), mild=mild) for mild in (False, True)}
CLAIM_RETRIED = {mild: _claim(_RETRIED, mild=mild) for mild in (False, True)}
NEXT_INSTANT = {False: _next(CASES.c.next_enforce_at), True: _next(CASES.c.next_mild_at)}
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
                    tuple_(*_age(_earlier)) < tuple_(*_age(WORK)),
                )
            )
        ),
    )
    .order_by(*_age(WORK))
    .limit(_LIMIT)
    .with_for_update(skip_locked=True, of=WORK)
)
FINISH_WORK: Update = (
    update(WORK).where(_is_source(WORK), WORK.c.done_at.is_(None)).values(done_at=bindparam("done"))
)
OPEN_WORK = (
    select(WORK)
    .where(WORK.c.target == bindparam("target"), WORK.c.done_at.is_(None))
    .order_by(*_age(WORK))
)
END_LIST: Update = (
    update(LIST_ROWS)
    .where(_is_source(LIST_ROWS), LIST_ROWS.c.ended_at.is_(None))
    .values(ended_at=bindparam("ended"), ended_by=bindparam("by"))
)
CREDIT_FACTS_OF = (
    select(CREDIT_FACTS)
    .where(CREDIT_FACTS.c.uscc == bindparam("uscc"))
    .order_by(*_age(CREDIT_FACTS))
)
IDEMPOTENT = select(IDEMPOTENCY).where(
    IDEMPOTENCY.c.actor == bindparam("actor"), IDEMPOTENCY.c.key == bindparam("key")
)
LOCK_KEY = select(func.pg_advisory_xact_lock(bindparam("number")))
SETTINGS_OF = select(SETTINGS).where(SETTINGS.c.zone == bindparam("zone")).order_by(SETTINGS.c.seq)
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
                  IDEMPOTENCY)
}  # fmt: skip

# Written out, as in the index, which is of use only to a query that says the same.
_running = OBLIGATIONS.c.status.in_([literal_column(f"'{status}'") for status in RUNNING])
_found = bindparam("text", type_=Text())
_key = (OBLIGATIONS.c.case_id, OBLIGATIONS.c.obligation, OBLIGATIONS.c.occurrence)
# What has no date comes last.
_diary_place = (func.coalesce(OBLIGATIONS.c.earliest, literal(date.max, Date())), *_key)
_after = tuple_(
    bindparam("after", type_=Date()),
    *(bindparam(f"after_{column.name}", type_=column.type) for column in _key),
)
OBLIGATION_FILTERS: dict[str, ColumnElement[bool]] = {
    "zone": OBLIGATIONS.c.zone == bindparam("zone"),
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
    "after": CASES.c.id > bindparam("after"),
}


class Statements:
    """The statements of one engine: `sqlite` or `postgresql`."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._prepared: dict[Executable, Prepared] = {}
        self.postgres = dialect.name == "postgresql"
        self._insert = postgresql.insert if self.postgres else sqlite.insert
        self._listings: dict[tuple[str, frozenset[str]], Select[Any]] = {}
        self.case_filters = CASE_FILTERS | self._track_filters()
        self.obligation_filters = OBLIGATION_FILTERS | {"case_ids": self._among()}

    def __getitem__(self, statement: Executable) -> Prepared:
        """A statement ready to run, compiled the first time it is asked for."""
        if statement not in self._prepared:
            self._prepared[statement] = Prepared(statement, self._dialect)
        return self._prepared[statement]

    def listing(self, what: str, active: frozenset[str]) -> Select[Any]:
        """The query of a listing with these filters, built the first time it is asked for."""
        if (what, active) not in self._listings:
            table, filters, order = {
                "cases": (CASES, self.case_filters, (CASES.c.id,)),
                "obligations": (OBLIGATIONS, self.obligation_filters,
                                (OBLIGATIONS.c.earliest.nulls_last(), *_key)),
                "lists": (LIST_ROWS, LIST_FILTERS, (LIST_ROWS.c.since_at, *LIST_ROWS.primary_key)),
                "outbox": (OUTBOX, OUTBOX_FILTERS, _age(OUTBOX)),
            }[what]  # fmt: skip
            chosen = select(table).where(
                *(filters[name] for name in sorted(active & filters.keys()))
            )
            self._listings[what, active] = chosen.order_by(*order).limit(_LIMIT)
        return self._listings[what, active]

    @cached_property
    def keep_obligation(self) -> Executable:
        """Inserts or replaces the diary row of a key."""
        return self._replacing(OBLIGATIONS)

    @cached_property
    def keep_meta(self) -> Executable:
        """Inserts or replaces what is known under a name."""
        return self._replacing(META)

    @cached_property
    def keep_definition(self) -> Executable:
        """Keeps a text, unless it is kept already."""
        return self._insert(DEFINITIONS).on_conflict_do_nothing()

    def _replacing(self, table: Table) -> Executable:
        new = self._insert(table)
        rest = {each.name: new.excluded[each.name] for each in table.c if not each.primary_key}
        return new.on_conflict_do_update(index_elements=list(table.primary_key.c), set_=rest)

    def _track_filters(self) -> dict[str, ColumnElement[bool]]:
        """A case with any track in a state, or with a named one in it."""
        if self.postgres:
            path = cast(CASES.c.state, JSON), literal("tracks", Text())
            tracks = func.json_each_text(func.json_extract_path(*path))
        else:
            tracks = func.json_each(CASES.c.state, "$.tracks")
        each = tracks.table_valued("key", "value")
        in_state = each.c.value == bindparam("state", type_=Text())
        named = each.c.key == bindparam("track", type_=Text())
        return {
            "state": exists(select(literal(1)).select_from(each).where(in_state)),
            "track": exists(select(literal(1)).select_from(each).where(in_state, named)),
        }

    def _among(self) -> ColumnElement[bool]:
        """Rows of these cases, given as one value: their number is not limited."""
        if self.postgres:
            return OBLIGATIONS.c.case_id == any_(bindparam("case_ids", type_=ARRAY(Text)))
        each = func.json_each(bindparam("case_ids", type_=Text())).table_valued("value")
        return OBLIGATIONS.c.case_id.in_(select(each.c.value))
