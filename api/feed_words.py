"""What a calendar entry says of a duty in two languages: its title, how its date was counted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from machines.case import Case, DueDate, Duty
from machines.compiler import Compiled

Pair = tuple[str, str]
_PAUSED: Pair = ("已中止，日期待恢复后重算", "paused: the date is counted anew on resumption")
_WAIVED: Pair = ("已免除", "waived")
_TAKEN: Pair = ("原定日期已撤去", "its date was taken away")
_FILED: Pair = ("已提交，待认可", "handed in, waits for the answer")
_MARKS: Mapping[str, Pair] = {
    "suspended": ("已中止", "paused"),
    "waived": ("已免除", "waived"),
    "off": ("已撤去", "taken away"),
    "filed": ("已提交", "handed in"),
    "provisional": ("暂定", "provisional"),
}


def summary(compiled: Compiled, case: Case, duty: Duty, *, off: bool) -> str:
    """The title of an entry, Chinese first. `off`: the date does not hold."""
    spec = compiled.duties[duty.obligation]
    zh, en = _MARKS.get(_state(duty, off=off), ("", ""))
    before, after = (f"【{zh}】", f" ({en})") if zh else ("", "")
    return f"{before}{spec.zh} · {case.subject.name} / {spec.en}{after}"


def _state(duty: Duty, *, off: bool) -> str:
    if off:
        return duty.status if duty.status in ("suspended", "waived") else "off"
    return "filed" if duty.status == "filed" else duty.due.kind


def description(
    compiled: Compiled, case: Case, duty: Duty, due: DueDate, bearer: Pair, *, off: bool
) -> str:
    """What stands behind the date: first all in Chinese, then all in English."""
    lines = [
        *_standing(duty, due, off=off),
        (f"义务人：{bearer[0]}", f"owed by: {bearer[1]}"),
        *_counted(duty.receipt),
        *_grounds(compiled, duty),
        *_enforceable(due, off=off),
        (f"事项：{compiled.definition.title.zh}", f"procedure: {compiled.definition.title.en}"),
        (f"案件：{case.id}", f"case: {case.id}"),
    ]
    return "\n".join([zh for zh, _ in lines] + [""] + [en for _, en in lines])


def _standing(duty: Duty, due: DueDate, *, off: bool) -> Iterator[Pair]:
    if off:
        yield {"suspended": _PAUSED, "waived": _WAIVED}.get(duty.status, _TAKEN)
        return
    if duty.status == "filed":
        yield _FILED
    if due.kind == "provisional":
        yield (f"暂定：不早于 {due.earliest}，不晚于 {due.latest}，待放假安排公布后确定",
               f"provisional: between {due.earliest} and {due.latest}, until the calendar is "
               "published")  # fmt: skip
    if due.opens_on is not None:
        yield f"自 {due.opens_on} 起方可办理", f"possible from {due.opens_on} on"


def _counted(receipt: Mapping[str, Any]) -> Iterator[Pair]:
    """The essence of the receipt: the start, the rule, what moved the day."""
    if "stated" in receipt.get("source", {}):
        stated = receipt["source"]["stated"]
        yield f"文书载明的日期：{stated}", f"the date named in the act: {stated}"
    elif "day_zero" in receipt:
        yield f"起算：{receipt['day_zero']}", f"counted from: {receipt['day_zero']}"
    if receipt.get("amount"):
        yield f"算法：{receipt['rule']['zh']}", f"rule: {receipt['rule']['en']}"
    elif receipt.get("source", {}).get("word") == "immediate":
        yield ("即时办理：当日或其后第一个工作日",
               "at once: that day or the first working day after it")  # fmt: skip
    for since, until, days in receipt.get("pauses", ()):
        yield (f"中止：{since} 至 {until}，{days} 日不计入",
               f"paused: {since} to {until}, {days} days not counted")  # fmt: skip
    for key, zh, en in (("rolled", "顺延", "moved"), ("extended", "延长", "extended")):
        if key in receipt:
            way = f"{receipt[key]['from']} → {receipt[key]['to']}"
            yield f"{zh}：{way}", f"{en}: {way}"
    again = receipt.get("recounted", {})
    if again.get("recomputed") != again.get("until_now"):
        way, binds = f"{again['until_now']} → {again['recomputed']}", again["effective"]
        yield f"按新日历重算：{way}，以 {binds} 为准", f"on a newer calendar: {way}; {binds} binds"


def _grounds(compiled: Compiled, duty: Duty) -> Iterator[Pair]:
    source = duty.receipt.get("source", {})
    named = (*compiled.duties[duty.obligation].clauses, source.get("clause"))
    clauses = "、".join(dict.fromkeys(str(one) for one in named if one))
    if clauses:
        yield f"依据条款：{clauses}", f"clauses: {clauses.replace('、', ', ')}"
    if source.get("basis"):
        assumed = ("（设定值为假定）", " (an assumed value)") if source.get("assumed") else ("", "")
        yield (f"片区设定：{source['basis']}{assumed[0]}",
               f"zone setting: {source['basis']}{assumed[1]}")  # fmt: skip


def _enforceable(due: DueDate, *, off: bool) -> Iterator[Pair]:
    if due.enforceable_from is not None and not off:
        yield (f"可执行日：{due.enforceable_from}",
               f"first day of a consequence: {due.enforceable_from}")  # fmt: skip
