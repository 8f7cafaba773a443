"""The first schema: cases, their journals, what follows from them, and what the database is.

Frozen: a later change of the schema is a revision of its own.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

APPEND_ONLY = ("entries", "fired", "credit_facts", "settings")
SOURCE = ("case_id", "seq", "n")

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")
KINDS: dict[str, sa.types.TypeEngine[Any]] = {
    "text": TEXT,
    "int": sa.BigInteger(),
    "bool": sa.Boolean(),
    "instant": INSTANT,
    "date": sa.Date(),
}

# name: kind, with a question mark where it may be missing
TABLES: dict[str, tuple[tuple[str, ...], str]] = {
    "cases": (("id",), """
        id text, zone text, workflow text, definition text, subject_kind text, subject_name text,
        subject_uscc text?, state text, version int, head_hash text, settled bool, closed bool,
        opened_at instant, updated_at instant, next_enforce_at instant?, next_mild_at instant?,
        broken text?, retry_at instant?, retries int"""),
    "entries": (("case_id", "seq"), """
        case_id text, seq int, at instant, kind text, event text, actor text, body text,
        prev_hash text, hash text"""),
    "obligations": (("case_id", "obligation", "occurrence"), """
        case_id text, obligation text, occurrence int, zone text, workflow text, bearer text?,
        side text, status text, kind text, due_on date?, due_at instant?, earliest date?,
        latest date?, enforceable_from date?, missed_on date?"""),
    "fired": (("case_id", "obligation", "occurrence", "rung"), """
        case_id text, obligation text, occurrence int, rung text, seq int, at instant"""),
    "credit_facts": (SOURCE, """
        case_id text, seq int, n int, uscc text, fact text, workflow text, at instant,
        clauses text, retracts text?"""),
    "outbox": (SOURCE, """
        case_id text, seq int, n int, do text, zone text, workflow text, uscc text?, body text,
        at instant, done_at instant?"""),
    "work": (SOURCE, """
        case_id text, seq int, n int, do text, target text, body text, at instant,
        done_at instant?"""),
    "list_rows": (SOURCE, """
        case_id text, seq int, n int, uscc text, name text, list text?, restriction text?,
        for_workflow text?, workflow text, clauses text, since_at instant, ended_at instant?,
        ended_by text?"""),
    "settings": (("zone", "seq"), """
        zone text, seq int, workflow text, name text, unit text, value int, since date,
        basis text, assumed bool, set_by text, confirmed_by text?, at instant, prev_hash text,
        hash text"""),
    "definitions": (("hash",), "hash text, workflow text, text text, first_used_at instant"),
    "tokens": (("sha256",), """
        sha256 text, user text, roles text, zone text?, enterprise text?, label text,
        created_at instant, expires_at instant?, revoked_at instant?"""),
    "idempotency": (("actor", "key"), """
        actor text, key text, body_hash text, response text, at instant"""),
    "meta": (("name",), "name text, value text"),
}  # fmt: skip

RUNNING = "status IN ('open', 'filed', 'suspended')"
INDEXES = (
    ("ix_cases_enforce", "cases", "next_enforce_at id",
     "next_enforce_at IS NOT NULL AND broken IS NULL"),
    ("ix_cases_mild", "cases", "next_mild_at id", "next_mild_at IS NOT NULL AND broken IS NULL"),
    ("ix_cases_broken", "cases", "id", "broken IS NOT NULL"),
    ("ix_cases_workflow", "cases", "workflow id", None),
    ("ix_cases_uscc", "cases", "subject_uscc id", None),
    ("ix_obligations_running", "obligations", "earliest case_id", RUNNING),
    ("ix_credit_facts_uscc", "credit_facts", "uscc at", None),
    ("ix_outbox_undone", "outbox", "at", "done_at IS NULL"),
    ("ix_work_open", "work", "at case_id seq n", "done_at IS NULL"),
    ("ix_work_target", "work", "target at case_id seq n", "done_at IS NULL"),
    ("ix_list_rows_uscc", "list_rows", "uscc", None),
    ("ix_list_rows_list", "list_rows", "list", None),
)  # fmt: skip

SQLITE_GUARD = """
CREATE TRIGGER {table}_no_{act} BEFORE {act} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"""
POSTGRES_REFUSAL = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"""
POSTGRES_GUARD = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"""


def upgrade() -> None:
    """Creates everything."""
    for name, (key, columns) in TABLES.items():
        op.create_table(name, *_columns(columns), *_constraints(name, key))
    for name, table, over, where in INDEXES:
        condition = None if where is None else sa.text(where)
        op.create_index(
            name, table, over.split(), sqlite_where=condition, postgresql_where=condition
        )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(POSTGRES_REFUSAL)
        for table in APPEND_ONLY:
            op.execute(POSTGRES_GUARD.format(table=table))
        return
    for table in APPEND_ONLY:
        for act in ("update", "delete"):
            op.execute(SQLITE_GUARD.format(table=table, act=act))


def _columns(declared: str) -> list[sa.Column[Any]]:
    pairs = (column.split() for column in declared.split(","))
    return [
        sa.Column(name, KINDS[kind.rstrip("?")], nullable=kind.endswith("?"))
        for name, kind in pairs
    ]


def _constraints(name: str, key: tuple[str, ...]) -> list[sa.Constraint]:
    primary = sa.PrimaryKeyConstraint(*key, name=f"pk_{name}")
    if name != "entries":
        return [primary]
    return [primary, sa.ForeignKeyConstraint(["case_id"], ["cases.id"], "fk_entries_case_id")]
