"""The versions of the calendar a database knows, and the recount of its cases on a new one."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")

SQLITE_GUARD = """
CREATE TRIGGER calendars_no_{act} BEFORE {act} ON calendars
BEGIN SELECT RAISE(ABORT, 'calendars is append-only'); END"""
POSTGRES_GUARD = """
CREATE TRIGGER calendars_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON calendars
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"""


def upgrade() -> None:
    """An older database has no version yet: the first process that serves it keeps one."""
    op.create_table(
        "calendars",
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("version", TEXT, nullable=False),
        sa.Column("body", TEXT, nullable=False),
        sa.Column("cause", TEXT, nullable=False),
        sa.Column("loaded_by", TEXT, nullable=False),
        sa.Column("confirmed_by", TEXT, nullable=True),
        sa.Column("compared_with", TEXT, nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_calendars"),
    )
    op.create_table(
        "recounts",
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("operation", TEXT, nullable=False),
        sa.Column("before_seq", sa.BigInteger(), nullable=False),
        sa.Column("through", TEXT, nullable=False),
        sa.Column("cases", sa.BigInteger(), nullable=False),
        sa.Column("aside", sa.BigInteger(), nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("seq", name="pk_recounts"),
    )
    counted = sa.text("kind = 'recounted'")
    op.create_index(
        "ix_entries_recounted", "entries", ["case_id", "seq"],
        sqlite_where=counted, postgresql_where=counted,
    )  # fmt: skip
    if op.get_bind().dialect.name == "postgresql":
        op.execute(POSTGRES_GUARD)
        return
    for act in ("update", "delete"):
        op.execute(SQLITE_GUARD.format(act=act))
