"""A plan as a file: what a sweep would do, so that people can look at it, sign it, keep it.

JSON with the hash of itself: a line that was changed by hand is noticed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cases.errors import Misused
from machines.codec import CodecError, canonical, from_plain, to_plain
from scheduler.plan import Planned

FORMAT = "chengnuo-plan/1"


@dataclass(frozen=True, slots=True)
class Plan:
    """`database`: the name of the one it was made for; `made_at`: by its clock."""

    database: str
    made_at: datetime
    lines: tuple[Planned, ...]

    @property
    def hash(self) -> str:
        """sha256 of everything it says, as canonical JSON."""
        return hashlib.sha256(canonical(_body(self)).encode("utf-8")).hexdigest()


def _body(plan: Plan) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "database": plan.database,
        "made_at": plan.made_at.isoformat(),
        "lines": [to_plain(line) for line in plan.lines],
    }


def written(plan: Plan) -> str:
    """The text of the file."""
    return json.dumps({**_body(plan), "hash": plan.hash}, ensure_ascii=False, indent=1) + "\n"


def read(text: str) -> Plan:
    """A plan from its file. Raises Misused where it is none, or not as it was written."""
    try:
        plain = json.loads(text)
        if not isinstance(plain, Mapping) or plain.get("format") != FORMAT:
            raise Misused("这不是执行计划文件。", f"this is no plan: its format is not {FORMAT}",
                          reason="not_a_plan")  # fmt: skip
        lines: Sequence[Any] = plain["lines"]
        plan = Plan(
            str(plain["database"]), datetime.fromisoformat(plain["made_at"]),
            tuple(from_plain(Planned, line) for line in lines),
        )  # fmt: skip
    except (json.JSONDecodeError, KeyError, TypeError, ValueError, CodecError) as error:
        raise Misused("执行计划文件无法读取。", f"the plan cannot be read: {error}",
                      reason="not_a_plan") from error  # fmt: skip
    if plan.hash != plain.get("hash"):
        raise Misused(
            "执行计划自生成后被改动，未作任何处理。",
            "the plan has been changed since it was made (its hash is another); nothing was done",
            reason="plan_changed",
        )
    return plan
