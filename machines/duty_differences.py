"""What one duty is in one text and in another: days, who owes it, what a miss brings, its clauses.

Every field of a duty is compared by a rule of its own; one that has none is `unclear`, so that
nothing that differs passes for milder unseen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from machines.compiler import Compiled
from machines.definition import Obligation, Timer
from machines.duties import side_of
from machines.effects import ADVERSE
from machines.frozen import replace
from machines.milder import Weight, fewer, harms, longer, turned
from rules.parameters import DatedParameter, ParameterError

UNITS = {
    "working_days": ("个工作日", "working days"), "natural_days": ("个自然日", "natural days"),
    "months": ("个月", "months"), "years": ("年", "years"), "hours": ("小时", "hours"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Edition:
    """A text with the dated numbers beside it. `on`: the day whose numbers are compared."""

    compiled: Compiled
    parameters: Mapping[str, DatedParameter]
    on: date

    def number(self, name: str) -> tuple[str, float] | None:
        """Unit and value of a parameter on that day; None where there is no such number."""
        try:
            found = self.parameters[name]
            value = found.on(self.on).value
        except (KeyError, ParameterError):
            return None
        return (found.unit, value) if isinstance(value, int | float) else None


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs. `kind`: duty_added, days, consequence, ...; `weight`: for whoever
    commits; `affects`: the roles and parties it reaches; `zh`, `en`: one sentence."""

    kind: str
    name: str
    weight: Weight
    affects: tuple[str, ...]
    zh: str
    en: str
    clauses: tuple[str, ...] = ()


def duties_changed(old: Edition, new: Edition) -> Iterator[Change]:
    """Every duty and timer that is new, gone or another one."""
    before, after = old.compiled.duties, new.compiled.duties
    for name in dict.fromkeys((*before, *after)):
        if name not in after:
            yield _gone(old, before[name])
        elif name not in before:
            yield _born(new, after[name])
        else:
            yield from _compared(old, new, before[name], after[name])


def _for(edition: Edition, spec: Obligation | Timer, weight: Weight) -> Weight:
    """A burden seen by whoever commits: its own, the authority's (the other way round), or a third
    party's, which is nobody's business unless it is the one who is sanctioned."""
    if isinstance(spec, Timer):
        return "neutral" if weight == "neutral" else "unclear"
    side = side_of(spec, edition.compiled.sides)
    if side == "authority":
        return turned(weight)
    if side == "applicant" or spec.sanctioned is not None:
        return weight
    return "neutral" if not harms(edition.compiled, spec) else weight


def _who(spec: Obligation | Timer) -> tuple[str, ...]:
    if isinstance(spec, Timer):
        return ()
    return (spec.bearer,) if spec.sanctioned is None else (spec.bearer, spec.sanctioned)


def _gone(old: Edition, spec: Obligation | Timer) -> Change:
    weight = _for(old, spec, "milder")
    zh = f"不再有“{spec.zh}”{_due_zh(old, spec)}"
    return Change("duty_removed", spec.id, weight, _who(spec), zh,
                  f"“{spec.en}” is no longer owed{_due_en(old, spec)}", spec.clauses)  # fmt: skip


def _born(new: Edition, spec: Obligation | Timer) -> Change:
    weight = _for(new, spec, "harsher")
    zh = f"新增“{spec.zh}”{_due_zh(new, spec)}"
    return Change("duty_added", spec.id, weight, _who(spec), zh,
                  f"“{spec.en}” is owed from now on{_due_en(new, spec)}", spec.clauses)  # fmt: skip


def said(edition: Edition, spec: Obligation | Timer) -> tuple[str, str] | None:
    """How long a period is, in both languages; None where it has no number of its own."""
    name = spec.due.parameter or spec.due.closes
    found = edition.number(name) if name is not None else None
    if found is None:
        return None
    zh, en = UNITS.get(found[0], (found[0], found[0]))
    return f"{found[1]:g} {zh}", f"{found[1]:g} {en}"


def _due_zh(edition: Edition, spec: Obligation | Timer) -> str:
    found = said(edition, spec)
    return "" if found is None else f"（{found[0]}）"


def _due_en(edition: Edition, spec: Obligation | Timer) -> str:
    found = said(edition, spec)
    return "" if found is None else f" ({found[1]})"


def _compared(
    old: Edition, new: Edition, was: Obligation | Timer, spec: Obligation | Timer
) -> Iterator[Change]:
    def change(kind: str, weight: Weight, zh: str, en: str) -> Change:
        who = tuple(dict.fromkeys((*_who(was), *_who(spec))))
        return Change(kind, spec.id, _for(new, spec, weight), who, f"“{spec.zh}”：{zh}",
                      f"“{spec.en}”: {en}", spec.clauses)  # fmt: skip

    if type(was) is not type(spec):
        yield change(
            "bearer", "unclear", "由期间变为义务，或相反", "a period became a duty, or back"
        )
        return
    days = _days(old, new, was, spec)
    if days is not None:
        yield change("days", *days)
    other = harms(old.compiled, was) != harms(new.compiled, spec)
    if other:
        weight, zh, en = _consequence(old, new, was, spec)
        yield replace(change("consequence", "neutral", zh, en), weight=weight)
    before, after = was.model_dump(mode="json"), spec.model_dump(mode="json")
    for name in before:
        if before[name] == after[name] or name in ("zh", "en", "due", "id"):
            continue
        if name == "on_miss" and other:
            continue  # told already
        if name == "bearer":
            weight = _moved(old, new, was, spec)
            zh = f"义务人由 {before[name]} 改为 {after[name]}"
            made = change(name, "neutral", zh, f"owed by {after[name]}, no longer {before[name]}")
            yield replace(made, weight=weight)
            continue
        kind = {"clauses": "clauses", "on_miss": "consequence", "warnings": "reminders"}
        zh, en = _FIELDS.get(name, (name, name))
        weight = _field(name, before[name], after[name])
        yield change(kind.get(name, name), weight, f"{zh}有变化", f"{en} differ")


def _days(
    old: Edition, new: Edition, was: Obligation | Timer, spec: Obligation | Timer
) -> tuple[Weight, str, str] | None:
    before, after = said(old, was), said(new, spec)
    if was.due == spec.due and before == after:
        return None
    if before is not None and after is not None:
        weights = {_one_end(old, new, was, spec, end) for end in ("last", "first")} - {"neutral"}
        weight: Weight = "neutral" if was.due.opens == spec.due.opens else "unclear"
        if weights:
            weight = weights.pop() if len(weights) == 1 else "unclear"
        return weight, f"期限由 {before[0]} 改为 {after[0]}", f"{before[1]} became {after[1]}"
    weight = "unclear"
    if spec.due == was.due:
        weight = "neutral"  # neither has a number on that day
    elif spec.due.word == "none" and was.due.word is None:
        weight = "milder"
    elif was.due.word == "none" and spec.due.word is None:
        weight = "harsher"
    told = [_worded(one) for one in (was, spec)]
    return weight, f"期限由 {told[0]} 改为 {told[1]}", f"due {told[0]} became {told[1]}"


def _one_end(
    old: Edition, new: Edition, was: Obligation | Timer, spec: Obligation | Timer, end: str
) -> Weight:
    """The last day of a period; of a window also its first, which is better earlier."""

    def name_of(one: Obligation | Timer) -> str | None:
        return (one.due.parameter or one.due.closes) if end == "last" else one.due.opens

    names = name_of(was), name_of(spec)
    if names == (None, None):
        return _one_end(old, new, was, spec, "last")  # no window: there is one end
    if None in names:
        return "unclear"
    before, after = old.number(str(names[0])), new.number(str(names[1]))
    if before is None or after is None:
        return "unclear"
    weight = longer(before, after)
    return weight if end == "last" else turned(weight)


def _worded(spec: Obligation | Timer) -> str:
    due = spec.due.model_dump(mode="json", exclude_none=True)
    return ", ".join(f"{name} {value}" if name != "word" else str(value)
                     for name, value in due.items())  # fmt: skip


def _consequence(
    old: Edition, new: Edition, was: Obligation | Timer, spec: Obligation | Timer
) -> tuple[Weight, str, str]:
    before, after = harms(old.compiled, was), harms(new.compiled, spec)
    more, less = sorted(after - before), sorted(before - after)
    zh = "；".join((*(f"增加 {one}" for one in more), *(f"取消 {one}" for one in less)))
    en = "; ".join((*(f"adds {one}" for one in more), *(f"drops {one}" for one in less)))
    return fewer(before, after), f"逾期后果{zh}", f"a miss {en}"


def _moved(old: Edition, new: Edition, was: Any, spec: Any) -> Weight:
    sides = side_of(was, old.compiled.sides), side_of(spec, new.compiled.sides)
    if sides[0] == sides[1]:
        return "neutral" if "applicant" not in sides else "unclear"
    if "applicant" not in sides:
        return "neutral"
    return "harsher" if sides[1] == "applicant" else "milder"


_FIELDS = {
    "starts": ("起算点", "the start"), "counting": ("计算方式", "the counting"),
    "applies_if": ("适用条件", "the conditions"), "met_by": ("履行方式", "the ways to keep it"),
    "filed_by": ("提交方式", "the ways to file"), "waived_by": ("免除情形", "the waivers"),
    "reopened_by": ("驳回情形", "the rejections"), "late": ("逾期能否补办", "acts after the date"),
    "recurs": ("是否周期性", "recurrence"), "warnings": ("提醒", "the reminders"),
    "survives_close": ("结案后是否继续", "survival of the closing"),
    "on_miss": ("逾期处理的其他内容", "other things that a miss does"),
    "clauses": ("依据条款", "the clauses"), "stopped_by": ("停止情形", "what stops it"),
    "sanctioned": ("受处理的当事人", "the party sanctioned"),
    "raises": ("届满触发的事项", "the event it raises"),
}  # fmt: skip
_BURDENS = ("reopened_by",)  # the fewer the milder
_WAYS_OUT = ("met_by", "filed_by", "waived_by", "applies_if")  # the more the milder
_MERE_WORDS = ("clauses", "warnings", "reading", "inferred")


def _field(name: str, before: Any, after: Any) -> Weight:
    if name in _MERE_WORDS:
        return "neutral"
    if name in (*_BURDENS, *_WAYS_OUT):
        weight = fewer([str(one) for one in before], [str(one) for one in after])
        return weight if name in _BURDENS else turned(weight)
    if name == "late":
        return "milder" if after == "accepted" else "harsher"
    if name in ("recurs", "survives_close"):
        return "harsher" if after else "milder"
    if name == "counting" and before is not None and after is not None:
        return _counting(before, after)
    if name == "on_miss" and _adverse_of(before) == _adverse_of(after):
        return "neutral"
    return "unclear"


def _adverse_of(plain: Any) -> list[Any]:
    """The part of a miss that harms somebody, conditions and all; its event is compared by what it
    does, its label harms nobody."""
    return [one for one in plain["effects"] if one["do"] in ADVERSE]


_LATER = {"roll": ("none", "next_working_day"), "ends_at": ("close_of_business", "end_of_day")}


def _counting(before: Any, after: Any) -> Weight:
    weights: set[Weight] = set()
    for name in before:
        if before[name] == after[name]:
            continue
        order = _LATER.get(name)
        pair = (before[name], after[name])
        weights.add("unclear" if order is None or set(pair) != set(order)
                    else "milder" if pair == order else "harsher")  # fmt: skip
    return weights.pop() if len(weights) == 1 else "unclear"
