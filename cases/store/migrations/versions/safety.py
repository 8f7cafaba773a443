"""Brakes and the cases they hold, releases, outages, and numbers kept up to date."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")
KINDS: dict[str, sa.types.TypeEngine[Any]] = {
    "text": TEXT,
    "int": sa.BigInteger(),
    "instant": INSTANT,
    "date": sa.Date(),
}

# name: kind, with a question mark where it may be missing
TABLES: dict[str, tuple[tuple[str, ...], str]] = {
    "brakes": (("zone", "workflow", "consequence"), """
        zone text, workflow text, consequence text, day date, allowed int, taken int,
        stopped_at instant?"""),
    "releases": (("seq",), """
        seq int, kind text, zone text?, workflow text?, consequence text, cases int,
        since instant, released_by text, because text, at instant"""),
    "outages": (("seq",), """
        seq int, zone text?, from_at instant, to_at instant, reason text, recorded_by text,
        confirmed_by text, at instant"""),
    "outage_runs": (("seq",), """
        seq int, through text, cases int, aside int, started_at instant, finished_at instant?"""),
    "tallies": (("name", "zone", "workflow", "label", "shard"), """
        name text, zone text, workflow text, label text, shard int, value int"""),
}  # fmt: skip
APPEND_ONLY = ("releases", "outages")

SQLITE_GUARD = """
CREATE TRIGGER {table}_no_{act} BEFORE {act} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"""
POSTGRES_GUARD = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"""

# When the next rung that a brake does not hold falls due.
NEXT = "(CASE WHEN held IS NULL THEN next_enforce_at ELSE next_mild_at END)"
OPEN_CASES = """
INSERT INTO tallies SELECT 'open', zone, workflow, '', 0, count(*) FROM cases
 WHERE NOT closed GROUP BY zone, workflow"""
LIVE_LICENCES = """
INSERT INTO tallies SELECT 'live', zone, workflow, '', 0, count(*) FROM cases, {licences}
 WHERE {status} IN ('live', 'suspended') GROUP BY zone, workflow"""


def upgrade() -> None:
    """Cases open and licences live are counted once, and kept up to date from then on."""
    for name, (key, columns) in TABLES.items():
        primary = sa.PrimaryKeyConstraint(*key, name=f"pk_{name}")
        op.create_table(name, *_columns(columns), primary)
    op.add_column("cases", sa.Column("held", TEXT, nullable=True))
    op.add_column("cases", sa.Column("released", TEXT, nullable=True))
    _indexes()
    postgres = op.get_bind().dialect.name == "postgresql"
    op.execute(OPEN_CASES)
    op.execute(
        LIVE_LICENCES.format(
            licences="json_each(state::json -> 'licences') AS licence",
            status="licence.value ->> 'status'",
        )
        if postgres
        else LIVE_LICENCES.format(
            licences="json_each(cases.state, '$.licences') AS licence",
            status="json_extract(licence.value, '$.status')",
        )
    )
    for table in APPEND_ONLY:
        if postgres:
            op.execute(POSTGRES_GUARD.format(table=table))
        else:
            for act in ("update", "delete"):
                op.execute(SQLITE_GUARD.format(table=table, act=act))


def _indexes() -> None:
    sound = sa.text("next_enforce_at IS NOT NULL AND broken IS NULL")
    op.drop_index("ix_cases_enforce", "cases")
    op.create_index(
        "ix_cases_enforce", "cases", [sa.text(NEXT), "id"],
        sqlite_where=sound, postgresql_where=sound,
    )  # fmt: skip
    held = sa.text("held IS NOT NULL")
    op.create_index(
        "ix_cases_held", "cases", ["zone", "workflow", "held", "next_enforce_at", "id"],
        sqlite_where=held, postgresql_where=held,
    )  # fmt: skip


def _columns(declared: str) -> list[sa.Column[Any]]:
    pairs = (column.split() for column in declared.split(","))
    return [
        sa.Column(name, KINDS[kind.rstrip("?")], nullable=kind.endswith("?"))
        for name, kind in pairs
    ]
