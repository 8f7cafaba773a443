"""What can be taken back of a case: its bodies stand in the journal and are not kept twice."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

CASES = sa.table("cases", sa.column("id"), sa.column("state"))
READ = sa.select(CASES.c.id, CASES.c.state).where(CASES.c.id > sa.bindparam("after"))


def upgrade() -> None:
    """Each state that has any is written once more, a thousand cases at a time."""
    bind, after = op.get_bind(), ""
    while found := bind.execute(READ.order_by(CASES.c.id).limit(1000), {"after": after}).all():
        after = found[-1][0]
        for case_id, text in found:
            state = json.loads(text)
            if state.get("undo"):
                state["undo"] = [_without_bodies(one) for one in state["undo"]]
                kept = json.dumps(state, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
                bind.execute(sa.update(CASES).where(CASES.c.id == case_id).values(state=kept))


def _without_bodies(undo: dict[str, Any]) -> dict[str, Any]:
    duties, effects = undo.pop("duties"), undo.pop("effects")
    touched = [[duty["obligation"], duty["occurrence"]] for duty in duties]
    more = {"touched": touched} if touched else {}
    return {**undo, **more, **({"retractable": True} if effects else {})}
