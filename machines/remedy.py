"""An engine event in the making, and what several of them ask first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from machines.acts import Refused
from machines.case import Case, Duty
from machines.compiler import Compiled
from machines.frozen import replace
from machines.occurrence import Occurrence
from rules.view import World


@dataclass(frozen=True, slots=True)
class Remedy:
    """An engine event in the making: the case, the occurrence so far, the world and today."""

    compiled: Compiled
    case: Case
    base: Occurrence
    world: World
    today: date

    def fact(self, name: str) -> str:
        """A stated fact as text."""
        return str(self.base.facts[name])

    def said(self, name: str) -> str | None:
        """A fact that may be stated, as text; None where it is not."""
        value = self.base.facts.get(name)
        return None if value is None else str(value)

    def day(self, name: str) -> date | None:
        """A date that may be stated."""
        value = self.said(name)
        return None if value is None else date.fromisoformat(value)

    def marked(self, **marks: Any) -> Occurrence:
        """The occurrence with further marks."""
        return replace(self.base, marks={**self.base.marks, **marks})


def running(remedy: Remedy) -> Duty | Refused:
    """The duty named, if a period of it runs or rests now."""
    name = remedy.fact("obligation")
    known = tuple(one.id for one in remedy.compiled.definition.obligations)
    if name not in known:
        return unknown("obligation", name, known)
    duty = remedy.case.latest(name)
    if duty is None or duty.status not in ("open", "suspended") or duty.period is None:
        return Refused(
            "not_running", "该义务当前没有正在进行的期限。",
            f"{name} has no period running now"
            + (f" (status {duty.status})" if duty is not None else ""),
        )  # fmt: skip
    return duty


def second_person(remedy: Remedy) -> Refused | None:
    """Refuses where the person who acts confirms the act."""
    if remedy.fact("confirmed_by") != remedy.base.actor.user:
        return None
    return Refused(
        "second_person_required", "须由另一名工作人员复核。",
        "confirmed_by must be another person than the one who acts",
    )  # fmt: skip


def unknown(kind: str, name: str, known: tuple[str, ...]) -> Refused:
    """A name that means nothing here, with those that do."""
    names = ", ".join(known) or "none"
    return Refused(f"{kind}_unknown", f"没有名为 {name} 的项目（有：{names}）。",
                   f"there is no {kind} named {name}; known: {names}")  # fmt: skip


def with_move(
    receipt: Any, by: str, policy: str, dates: tuple[date | None, date | None], on: date
) -> dict[str, Any]:
    """A receipt that also says which act moved its date, or kept it, and by which policy.

    `dates`: before and after the act; `on`: the day of the act."""
    before, after = (str(day) if day is not None else None for day in dates)
    line = {"by": by, "policy": policy, "from": before, "to": after, "on": str(on)}
    return {**receipt, "moves": [*receipt.get("moves", ()), line]}
