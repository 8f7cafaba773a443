"""What a credit fact reports, and on which day; what became of an enterprise itself."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")

SQLITE_GUARD = """
CREATE TRIGGER changes_no_{act} BEFORE {act} ON changes
BEGIN SELECT RAISE(ABORT, 'changes is append-only'); END"""
POSTGRES_GUARD = """
CREATE TRIGGER changes_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON changes
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"""


def upgrade() -> None:
    """Facts recorded before keep the day of their recording: both columns may be empty."""
    op.add_column("credit_facts", sa.Column("on_date", sa.Date(), nullable=True))
    op.add_column("credit_facts", sa.Column("value", TEXT, nullable=True))
    op.create_table(
        "changes",
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("uscc", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=True),
        sa.Column("successor", TEXT, nullable=True),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("paper", TEXT, nullable=False),
        sa.Column("recorded_by", TEXT, nullable=False),
        sa.Column("confirmed_by", TEXT, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_changes"),
    )
    op.create_index("ix_changes_uscc", "changes", ["uscc"])
    merged = sa.text("successor IS NOT NULL")
    op.create_index(
        "ix_changes_successor", "changes", ["successor"],
        sqlite_where=merged, postgresql_where=merged,
    )  # fmt: skip
    if op.get_bind().dialect.name == "postgresql":
        op.execute(POSTGRES_GUARD)
        return
    for act in ("update", "delete"):
        op.execute(SQLITE_GUARD.format(act=act))
