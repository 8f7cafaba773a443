"""The tables, read off the row types: one column a field, in the same order, so that a row read
back is its dataclass again.

Instants are `timestamptz` on PostgreSQL and UTC text of fixed width on SQLite, so that the order
of the text is the order of time; both are read back in UTC. Identifiers compare byte by byte on
both (collation C), so that a page of one store begins where a page of the other does. Journal
bodies are text: a hash is taken of exactly what was stored.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, get_args, get_type_hints

from msgspec.structs import fields
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    MetaData,
    String,
    Table,
    Text,
    TextClause,
    TypeDecorator,
    and_,
    case,
    text,
)
from sqlalchemy.types import TypeEngine

from cases import rows
from cases.store.asked import in_utc
from machines.duties import RUNNING

WIDTH = len("2025-01-02T01:00:00.000000+00:00")


class Instant(TypeDecorator[datetime]):
    """An instant: aware in, UTC out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Text where the database has no instants of its own."""
        return String(WIDTH) if dialect.name == "sqlite" else DateTime(timezone=True)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """To what is stored."""
        if value is None:
            return None
        utc = in_utc(value)
        return utc.isoformat(timespec="microseconds") if dialect.name == "sqlite" else utc

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """From what is stored."""
        del dialect
        return datetime.fromisoformat(value) if isinstance(value, str) else value


KEYED = Text().with_variant(Text(collation="C"), "postgresql")
_COLUMN_TYPES: dict[type, TypeEngine[Any]] = {
    str: KEYED,
    int: BigInteger(),
    bool: Boolean(create_constraint=False),
    datetime: Instant(),
    date: Date(),
}
METADATA = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def _table(name: str, row: type, key: tuple[str, ...], *, parent: str | None = None) -> Table:
    """A table whose columns are the fields of a row type. `parent`: its case must exist."""
    hints = get_type_hints(row)
    columns: list[Column[Any]] = []
    for field in fields(row):
        hint = hints[field.name]
        kinds = [kind for kind in get_args(hint) or (hint,) if kind is not type(None)]
        optional = len(get_args(hint)) > 1
        refers = [ForeignKey(f"{parent}.id")] if parent and field.name == "case_id" else []
        columns.append(
            Column(field.name, _COLUMN_TYPES[kinds[0]], *refers,
                   primary_key=field.name in key, nullable=optional)
        )  # fmt: skip
    table = Table(name, METADATA, *columns)
    assert [column.name for column in table.primary_key] == list(key), name
    return table


_SOURCE = ("case_id", "seq", "n")
CASES = _table("cases", rows.CaseRow, ("id",))
ENTRIES = _table("entries", rows.EntryRow, ("case_id", "seq"), parent="cases")
OBLIGATIONS = _table("obligations", rows.ObligationRow, ("case_id", "obligation", "occurrence"))
FIRED = _table("fired", rows.FiredRow, ("case_id", "obligation", "occurrence", "rung"))
CREDIT_FACTS = _table("credit_facts", rows.CreditFactRow, _SOURCE)
OUTBOX = _table("outbox", rows.OutboxRow, _SOURCE)
WORK = _table("work", rows.WorkRow, _SOURCE)
LIST_ROWS = _table("list_rows", rows.ListRow, _SOURCE)
CHANGES = _table("changes", rows.ChangeRow, ("seq",))
CALENDARS = _table("calendars", rows.CalendarRow, ("seq",))
RECOUNTS = _table("recounts", rows.RecountRow, ("seq",))
BRAKES = _table("brakes", rows.BrakeRow, ("zone", "workflow", "consequence"))
RELEASES = _table("releases", rows.ReleaseRow, ("seq",))
RELEASE_RUNS = _table("release_runs", rows.ReleaseRunRow, ("seq",))
OUTAGES = _table("outages", rows.OutageRow, ("seq",))
CONFORMANCE_RUNS = _table("conformance_runs", rows.ConformanceRow, ("seq",))
OUTAGE_RUNS = _table("outage_runs", rows.OutageRunRow, ("seq",))
TALLIES = _table("tallies", rows.TallyRow, ("name", "zone", "workflow", "label", "shard"))
SETTINGS = _table("settings", rows.SettingRow, ("zone", "seq"))
DEFINITIONS = _table("definitions", rows.DefinitionRow, ("hash",))
TOKENS = _table("tokens", rows.TokenRow, ("sha256",))
IDEMPOTENCY = _table("idempotency", rows.IdempotencyRow, ("actor", "key"))
META = Table(
    "meta",
    METADATA,
    Column("name", KEYED, primary_key=True),
    Column("value", KEYED, nullable=False),
)
# The journal alone refers to its case. The others are projections of entries that an audit
# refolds; a reference would lock the source case for the sake of somebody else's list row.
APPEND_ONLY = ("entries", "fired", "credit_facts", "settings", "changes", "calendars",
               "releases", "outages")  # fmt: skip


def _partial(name: str, where: Any, *columns: ColumnElement[Any] | TextClause) -> Index:
    return Index(name, *columns, sqlite_where=where, postgresql_where=where)


# When the next rung that a brake does not hold falls due, as a query and as its index say it.
NEXT = case((CASES.c.held.is_(None), CASES.c.next_enforce_at), else_=CASES.c.next_mild_at)
_NEXT = text("(CASE WHEN held IS NULL THEN next_enforce_at ELSE next_mild_at END)")

_sound = CASES.c.broken.is_(None)
_open = WORK.c.done_at.is_(None)
_unfinished = RELEASE_RUNS.c.finished_at.is_(None)
_age = (WORK.c.at, WORK.c.case_id, WORK.c.seq, WORK.c.n)
INDEXES = (
    _partial("ix_cases_enforce", and_(CASES.c.next_enforce_at.is_not(None), _sound),
             _NEXT, CASES.c.id),
    _partial("ix_cases_mild", and_(CASES.c.next_mild_at.is_not(None), _sound),
             CASES.c.next_mild_at, CASES.c.id),
    _partial("ix_cases_broken", CASES.c.broken.is_not(None), CASES.c.id),
    _partial("ix_cases_held", CASES.c.held.is_not(None), CASES.c.zone, CASES.c.workflow,
             CASES.c.held, CASES.c.next_enforce_at, CASES.c.id),
    _partial("ix_release_runs_unfinished", _unfinished, RELEASE_RUNS.c.seq),
    Index("ix_cases_workflow", CASES.c.workflow, CASES.c.id),
    _partial("ix_cases_desk", CASES.c.desk.is_not(None), CASES.c.id),
    Index("ix_cases_uscc", CASES.c.subject_uscc, CASES.c.id),
    _partial("ix_obligations_running", OBLIGATIONS.c.status.in_(RUNNING),
             OBLIGATIONS.c.earliest, OBLIGATIONS.c.case_id),
    Index("ix_credit_facts_uscc", CREDIT_FACTS.c.uscc, CREDIT_FACTS.c.at),
    _partial("ix_entries_recounted", ENTRIES.c.kind == "recounted",
             ENTRIES.c.case_id, ENTRIES.c.seq),
    Index("ix_definitions_workflow", DEFINITIONS.c.workflow),
    _partial("ix_outbox_undone", OUTBOX.c.done_at.is_(None), OUTBOX.c.at),
    _partial("ix_outbox_deviations", text("n < 0"), OUTBOX.c.case_id, OUTBOX.c.seq, OUTBOX.c.n),
    _partial("ix_work_open", _open, *_age),
    _partial("ix_work_target", _open, WORK.c.target, *_age),
    Index("ix_list_rows_uscc", LIST_ROWS.c.uscc),
    Index("ix_list_rows_list", LIST_ROWS.c.list),
    Index("ix_changes_uscc", CHANGES.c.uscc),
    _partial("ix_changes_successor", CHANGES.c.successor.is_not(None), CHANGES.c.successor),
)  # fmt: skip
