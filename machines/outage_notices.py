"""Who is told of an outage in a case, and how: notices of later dates, tasks for review."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from machines.case import Case, EffectRecord, Value
from machines.compiler import Compiled
from machines.definition import Obligation
from machines.duties import side_of
from machines.recount_notices import REVIEWER, told

EVENT = "outage"
Outcome = Literal["later", "reopened", "stays", "review"]


@dataclass(frozen=True, slots=True)
class Outage:
    """An outage as recorded: its number, the first and the last Shanghai day it touched, why, who
    recorded and who confirmed it."""

    number: int
    first: date
    last: date
    reason: str
    recorded_by: str
    confirmed_by: str

    @property
    def reference(self) -> str:
        """Under which a period keeps the days that do not count."""
        return f"{EVENT} {self.number}"


class Line(Value, frozen=True):
    """What becomes of one duty. `later`: its date; `reopened`: a miss is undone; `stays`: missed
    all the same, its consequence not before the new first day; `review`: a person is asked, and
    nothing was changed."""

    obligation: str
    occurrence: int
    outcome: Outcome
    old: date
    new: date


def effects_of(
    compiled: Compiled, case: Case, spec: Obligation, line: Line, outage: Outage
) -> Iterator[EffectRecord]:
    """The notice or the task of one line, not numbered yet."""
    zh, en = _days(outage)
    named_zh, named_en = f"{zh}“{spec.zh}”", f"{en}“{spec.en}”"
    what: dict[str, Any]
    if line.outcome == "review":
        do, what = "task", {
            "role": REVIEWER,
            "zh": f"{named_zh}的期限应为 {line.new}（原为 {line.old}），而逾期已经记录；"
            "案件未作更改，请复核，必要时予以恢复。",
            "en": f"{named_en} would be due on {line.new} (it was {line.old}), and the miss is on "
            "record; nothing was changed: please review, and restore where due",
        }  # fmt: skip
    elif line.outcome == "stays":
        do, what = "task", {
            "role": REVIEWER,
            "zh": f"{named_zh}的期限应为 {line.new}（原为 {line.old}），亦已届满；逾期不变，"
            "后果顺延至新的可执行日。",
            "en": f"{named_en} would have been due on {line.new} (it was {line.old}) and is over "
            "all the same; what follows waits for the new first day",
        }  # fmt: skip
    else:
        side = side_of(spec, compiled.sides)
        undone = line.outcome == "reopened"
        do, what = "notify", {
            "to": list(told(compiled, spec, side, "later", firmer=False)),
            "zh": f"{named_zh}的期限顺延至 {line.new}（原为 {line.old}）"
            + ("，此前的逾期记录已撤回。" if undone else "。"),
            "en": f"{named_en} is now due on {line.new} (until now {line.old})"
            + ("; the miss on record is taken back." if undone else "."),
        }  # fmt: skip
    yield EffectRecord(0, do, {**what, "outage": outage.number}, "subject",
                       case.subject.credit_key, spec.clauses, adverse=False)  # fmt: skip


def explained(outage: Outage, lines: int) -> Mapping[str, str]:
    """One sentence for the journal."""
    zh, en = _days(outage)
    return {
        "zh": f"{zh}重新计算 {lines} 项期限：{outage.reason}",
        "en": f"{en}{lines} dates were counted anew: {outage.reason}",
    }


def stayed(outage: Outage) -> str:
    """Why adverse enforcement of a case stands still until a person has looked."""
    return f"{_days(outage)[0]}期限可能并未届满，由人复核 the period may not be over: for review"


def _days(outage: Outage) -> tuple[str, str]:
    if outage.first == outage.last:
        return (f"办公系统 {outage.first} 中断，该日不计入期限，",
                f"the office was out on {outage.first}, which does not count: ")  # fmt: skip
    return (
        f"办公系统 {outage.first} 至 {outage.last} 中断，其间各日不计入期限，",
        f"the office was out from {outage.first} to {outage.last}, days that do not count: ",
    )
