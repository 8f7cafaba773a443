"""What waits for an officer in a case: deliveries and requests."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """A case written before has no words until it is written again."""
    op.add_column("cases", sa.Column("desk", TEXT, nullable=True))
    waits = sa.text("desk IS NOT NULL")
    op.create_index(
        "ix_cases_desk", "cases", ["id"], sqlite_where=waits, postgresql_where=waits
    )  # fmt: skip
