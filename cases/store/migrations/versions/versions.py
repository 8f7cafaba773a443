"""Versions of a definition with their first day and numbers; how far a conformance run has come."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")


def upgrade() -> None:
    """A text kept before has neither; the next start of a process that has it keeps both again."""
    op.add_column("definitions", sa.Column("in_force_from", sa.Date(), nullable=True))
    op.add_column("definitions", sa.Column("parameters", TEXT, nullable=True))
    op.create_index("ix_definitions_workflow", "definitions", ["workflow"])
    op.create_table(
        "conformance_runs",
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("through", TEXT, nullable=False),
        sa.Column("cases", sa.BigInteger(), nullable=False),
        sa.Column("conforming", sa.BigInteger(), nullable=False),
        sa.Column("deviations", sa.BigInteger(), nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("seq", name="pk_conformance_runs"),
    )
    tasks = sa.text("n < 0")
    op.create_index(
        "ix_outbox_deviations", "outbox", ["case_id", "seq", "n"],
        sqlite_where=tasks, postgresql_where=tasks,
    )  # fmt: skip
