"""Who is told what by a recount: notices of moved dates, and tasks for a person.

A date that becomes firm is told to its bearer, one that moves to both sides; one that came out
earlier than it was told must be acknowledged, and an outcome that would be another one reviewed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Literal

from machines.case import Case, DueKind, EffectRecord, Value
from machines.compiler import Compiled, Side
from machines.definition import Obligation, Timer
from machines.redated import Direction

REVIEWER = "supervisor"
Flip = Literal["in_time", "late", "too_soon"]
Words = Mapping[str, str]


class Line(Value, frozen=True):
    """One line of the diff. `old`: the day until now; `new`: as counted on the new calendar;
    `effective`: the day that binds; `told`: roles and parties to be told; `review`: how the outcome
    would differ (late but in time, timely but late, closed too soon), where nothing was changed.
    The days are missing for a miss that was never counted."""

    obligation: str
    occurrence: int
    was: DueKind
    kind: DueKind
    direction: Direction
    old: date | None = None
    new: date | None = None
    effective: date | None = None
    told: tuple[str, ...] = ()
    review: Flip | None = None


def told(
    compiled: Compiled, spec: Obligation | Timer, side: Side, direction: Direction, *, firmer: bool
) -> tuple[str, ...]:
    """The roles and parties to be told. `firmer`: it was provisional and is firm now."""
    bearer = () if isinstance(spec, Timer) else (spec.bearer,)
    if direction == "confirmed":
        return bearer if firmer else ()
    hit = (spec.sanctioned,) if isinstance(spec, Obligation) and spec.sanctioned else ()
    others = ("applicant",) if side == "authority" else watchers(compiled, spec)
    if isinstance(spec, Timer) or side == "third_party":
        others = ("applicant", *others)
    return tuple(dict.fromkeys((*bearer, *hit, *others)))


def watchers(compiled: Compiled, spec: Obligation | Timer) -> tuple[str, ...]:
    """Who sees to a duty on the authority's side: who answers what is filed, else who is warned of
    it, else who acts first in the procedure."""
    edges = compiled.definition.transitions
    answers = () if isinstance(spec, Timer) else (*spec.met_by, *spec.reopened_by)
    events = {ref.event for ref in answers}
    choices = (
        [role for edge in edges if edge.event in events for role in edge.role],
        [] if isinstance(spec, Timer) else [to for one in spec.warnings for to in one.to],
        [role for edge in edges for role in edge.role if role != "engine"],
    )
    for names in choices:
        for name in names:
            if compiled.sides.get(name) == "authority":
                return (name,)
    return (REVIEWER,)


def effects_of(
    compiled: Compiled, case: Case, spec: Obligation | Timer, line: Line, cause: tuple[str, ...]
) -> Iterator[EffectRecord]:
    """The notice and the task of one line, not numbered yet."""

    def effect(do: str, what: dict[str, Any]) -> EffectRecord:
        named = {**what, "recount": spec.id}
        return EffectRecord(0, do, named, "subject", case.subject.credit_key, spec.clauses,
                            adverse=False)  # fmt: skip

    if line.review is not None:
        yield effect("task", {"role": REVIEWER, **_review(spec, line, cause)})
        return
    if not line.told:
        return
    said = _notice(spec, line, cause)
    yield effect("notify", {"to": list(line.told), **said})
    if line.direction == "earlier":
        bearer = spec.bearer if isinstance(spec, Obligation) else ""
        own = compiled.sides.get(bearer) == "authority"
        yield effect("task", {
            "role": bearer if own else watchers(compiled, spec)[0],
            "zh": f"请知悉并确认（acknowledge_recount）：{said['zh']}",
            "en": f"take note of it (acknowledge_recount): {said['en']}",
        })  # fmt: skip


def explained(lines: tuple[Line, ...], cause: tuple[str, ...]) -> Words:
    """One sentence for the journal."""
    zh, en = _why(cause)
    return {
        "zh": f"{zh}重新计算 {len(lines)} 项期限。",
        "en": f"{en}{len(lines)} dates were counted anew.",
    }


def stayed(cause: tuple[str, ...]) -> str:
    """Why adverse enforcement of a case stands still until a person has looked."""
    return f"{_why(cause)[0]}期限可能并未届满，由人复核 the period may not be over: for review"


def _notice(spec: Obligation | Timer, line: Line, cause: tuple[str, ...]) -> dict[str, str]:
    zh, en = _why(cause)
    end_zh, end_en = _ending(line)
    return {
        "zh": f"{zh}“{spec.zh}”的期限重新计算为 {line.new}（此前为 {line.old}）{end_zh}",
        "en": f"{en}“{spec.en}” comes out on {line.new} (until now {line.old}){end_en}",
    }


def _ending(line: Line) -> tuple[str, str]:
    on = line.effective
    if line.kind == "provisional":
        return "，仍为暂定。", "; still provisional."
    if line.direction == "confirmed":
        return "，日期已确定。", ": confirmed and firm."
    if line.direction == "later":
        return "，予以顺延。", ": moved to that day."
    if on != line.new:
        return (f"；当事人仍可按原告知的 {on} 办理（行政许可法第八条）。",
                f"; the party may rely on {on}, the day it was told (行政许可法 8).")  # fmt: skip
    return f"；行政机关须于 {on} 前办结。", f"; the authority owes it by {on}."


_FLIPS: Mapping[Flip, tuple[str, str]] = {
    "in_time": ("原记为逾期的可能并未逾期", "what stands as late may be in time"),
    "late": ("原记为按期的已经逾期", "what stands as timely is late"),
    "too_soon": ("期间尚未届满即已终结", "the period was ended too soon"),
}


def _review(spec: Obligation | Timer, line: Line, cause: tuple[str, ...]) -> dict[str, str]:
    zh, en = _why(cause)
    assert line.review is not None
    flip_zh, flip_en = _FLIPS[line.review]
    return {
        "zh": f"{zh}“{spec.zh}”的期限应为 {line.new}（原为 {line.old}），{flip_zh}；"
        "记录未作更改，请复核处理。",
        "en": f"{en}“{spec.en}” would be due on {line.new} (it was {line.old}): {flip_en}; "
        "nothing was changed, please review",
    }


def _why(cause: tuple[str, ...]) -> tuple[str, str]:
    if not cause:
        return "因工作日历更新，", "on another calendar, "
    named = "、".join(cause)
    return f"因{named}，", f"on account of {named}, "
