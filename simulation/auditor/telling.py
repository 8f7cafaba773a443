"""The working of a date in words, in the order in which a person would do it, in both languages.

Everything told here was derived; where the record says something else, the line says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from simulation.auditor.audit import Audit, Step
from simulation.auditor.counting import Result, Term
from simulation.auditor.days import DAY, Almanac
from simulation.auditor.derivation import Derived
from simulation.auditor.record import Line

Row = tuple[str, str]
_NUMBER = "期限来源 number"

_COUNTS = {
    "wd": "自次日起数，第{n}个工作日为最后一日（行政许可法82） working day {n} after that day",
    "cd": "自次日起数{n}个自然日（民法典200、201） natural day {n} after that day",
    "mo": "{n}个月后的对应日，无对应日的为月末日（民法典202） the same day {n} months later",
    "yr": "{n}年后的对应日，无对应日的为月末日（民法典202） the same date {n} years later",
    "h": "自该时刻起{n}小时，不扣除夜间和节假日（民法典201） {n} hours from that instant on",
}
_BACK = {"wd": "倒数第{n}个工作日 working day {n} before that day",
         "cd": "倒数{n}个自然日，不推后 natural day {n} before it, never later"}  # fmt: skip
_AT_ONCE = "当日 the same day"
_ENDS = {
    "roll": "；末日为休息日的，顺延至其后第一个工作日（民法典203） a last day off moves on",
    "noroll": "；不顺延 not moved on",
    "elapsed": "；满期次日 the day after the whole period",
    "back-safe": "；提前至工作日 then the working day up to it",
}
_SAID = {"due.on": "最后一日 last day", "due.at": "到期时刻 ends at", "due.kind": "性质 kind",
         "due.opens_on": "首日 opens on", "due.earliest": "最早 earliest",
         "due.latest": "最晚 latest", "due.told_on": "已告知 told",
         "due.enforceable_from": "可执行日 enforceable from", "missed_on": "逾期 missed on",
         "warn_on": "提醒 reminders", "pauses": "中止 pauses",
         "acted_at": "办理 acted at"}  # fmt: skip


def told(audit: Audit) -> Iterator[Step]:
    """The steps worth telling: those that set or moved something, and those with a finding."""
    before: dict[str, Derived | None] = {}
    for step in audit.steps:
        wrong = any(line.verdict != "agree" for line in step.lines)
        if step.duty not in before or wrong or before[step.duty] != step.derived:
            yield step
        before[step.duty] = step.derived


def working(step: Step) -> Iterator[Row]:
    """From the event that starts a period to its dates."""
    duty = step.derived
    if duty is None:
        return
    if duty.copied_from:
        yield "随同 by the day of", duty.copied_from
    if duty.fresh and duty.counted and duty.almanac and duty.result:
        yield from _start(step, duty.counted)
        yield from _number(step.plain.get("receipt", {}))
        yield from _count(duty, duty.counted, duty.result, duty.almanac)
    for line in duty.story:
        yield "变动 moved by", line
    if duty.almanac is not None and duty.on is not None:
        firm = f"{duty.almanac.version[:12]}，确定至 firm until {duty.almanac.firm_until}"
        yield "日历 calendar", firm


def _start(step: Step, term: Term) -> Iterator[Row]:
    said = step.plain.get("receipt", {}).get("starts", {})
    events = "、".join(map(str, said.get("events", ())))
    yield "起算 start", f"{events}  {term.start.isoformat()}"
    if term.amount and term.family != "h":
        yield "当日 day zero", f"{term.day_zero}（不计入 not counted，民法典201）"


def _number(receipt: Any) -> Iterator[Row]:
    """Which number, from which clause or setting, in force on which day."""
    source = receipt.get("source", {})
    if "stated" in source:
        yield _NUMBER, f"文书载明 named in the act: {source['stated']} ({source['given']})"
    if source.get("value") is None:
        return
    name = source.get("parameter") or source.get("setting")
    ground = f"条款 clause {source['clause']}" if "clause" in source else source.get("basis", "")
    since = f"，自 since {source['since']}" if "since" in source else ""
    as_of = f"，按 as of {source['looked_up_on']} ({source.get('governed_by', '')})"
    yield _NUMBER, f"{name} = {source['value']} {source['unit']}，{ground}{since}{as_of}"


def _count(duty: Derived, term: Term, result: Result, almanac: Almanac) -> Iterator[Row]:
    counts = (_BACK if term.ending.startswith("back") else _COUNTS)[term.family]
    rule = counts.format(n=term.amount) if term.amount else _AT_ONCE
    yield "规则 rule", rule + _ENDS.get(term.ending, "")
    for since, until in term.pauses:
        yield "中止 pause", f"{since} 之次日至 to {until} 不计入 not counted（行政许可法45）"
    if result.rests_on is not None:
        yield from _days(almanac, *result.rests_on)
    if result.ends.nominal != result.ends.on:
        yield "顺延 moved on", f"{result.ends.nominal} → {result.ends.on}"
    if result.other_reading is not None:
        said = f"{result.other_reading}（仅用于可执行日 only for the first enforceable day）"
        yield "次日起算 counted from the next day", said
    if duty.dates.get("kind") == "provisional":
        span = f"{result.earliest} … {result.latest}"
        yield "暂定 provisional", f"{span}（放假安排未公布 the arrangement is not published）"


def _days(almanac: Almanac, first: date, last: date) -> Iterator[Row]:
    """Every day off, and every weekend worked, with its reason."""
    off: list[tuple[date, str]] = []
    worked: list[tuple[date, str]] = []
    day = first
    while day <= last:
        if not almanac.works(day):
            off.append((day, almanac.reason(day)))
        elif day.weekday() >= 5:
            worked.append((day, almanac.reason(day)))
        day += DAY
    for label, days in (("休息日 day off", off), ("调休上班 worked", worked)):
        yield from ((label, row) for row in _in_a_row(days))


def _in_a_row(days: list[tuple[date, str]]) -> Iterator[str]:
    """Days of one reason that follow one another, as one line."""
    first = last = None
    why = ""
    for day, reason in [*days, (date.max, "")]:
        if first is not None and last is not None and (day != last + DAY or reason != why):
            yield f"{first if first == last else f'{first} … {last}'}  {why}"
            first = None
        first, last, why = first or day, day, reason


def results(step: Step) -> Iterator[Row]:
    """What came out, against what the record says."""
    for line in step.lines:
        if line.verdict == "agree" and (line.derived in (None, "") or line.name not in _SAID):
            continue
        yield _SAID.get(line.name, line.name), judged(line)


def judged(line: Line) -> str:
    """One value with its verdict."""
    if line.verdict == "agree":
        return f"{line.derived}  一致 agree"
    if line.verdict == "not derivable":
        return f"无法推算，缺少 not derivable, missing: {line.why}"
    why = f"（{line.why}）" if line.why else ""
    return f"记录 recorded {line.recorded}；推算 derived {line.derived}  不一致 DIFFER{why}"


def plain(audit: Audit) -> dict[str, Any]:
    """The whole audit as JSON values."""
    return {
        "case": audit.case_id,
        "entries": audit.entries,
        "sound": audit.sound,
        "values": sum(1 for _ in audit.lines),
        "findings": [_plain(line) for line in audit.findings],
        "steps": [
            {
                "seq": step.seq, "at": _iso(step.at), "event": step.event, "duty": step.duty,
                "working": [list(row) for row in working(step)],
                "values": [_plain(line) for line in step.lines],
            }
            for step in told(audit)
        ],
    }  # fmt: skip


def _plain(line: Line) -> dict[str, Any]:
    return {
        "seq": line.seq, "about": line.about, "name": line.name, "recorded": line.recorded,
        "derived": line.derived, "verdict": line.verdict, "why": line.why,
    }  # fmt: skip


def _iso(at: datetime) -> str:
    return at.isoformat()
