"""A brake's cases are let go in batches: those held before a release, and no later ones."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")


def upgrade() -> None:
    """What is held now was held after release 0: any release lets it go."""
    op.create_table(
        "release_runs",
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("cases", sa.BigInteger(), nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("seq", name="pk_release_runs"),
    )
    unfinished = sa.text("finished_at IS NULL")
    op.create_index(
        "ix_release_runs_unfinished", "release_runs", ["seq"],
        sqlite_where=unfinished, postgresql_where=unfinished,
    )  # fmt: skip
    op.add_column("cases", sa.Column("held_after", sa.BigInteger(), nullable=True))
    op.execute("UPDATE cases SET held_after = 0 WHERE held IS NOT NULL")
    op.add_column("brakes", sa.Column("last_release", sa.BigInteger(), nullable=True))
