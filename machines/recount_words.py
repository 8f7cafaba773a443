"""What a recount tells people, in Chinese and English: dates confirmed, moved, or kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from machines.words import Text

if TYPE_CHECKING:
    from machines.recount import Line

Words = Mapping[str, str]


def notice(label: Text, line: Line, cause: tuple[str, ...]) -> Words:
    """What both sides are told of one duty."""
    why_zh, why_en = _why(cause)
    zh = f"{why_zh}“{label.zh}”的期限重新计算为 {line.new}（原为 {line.old}）"
    en = f"{why_en}“{label.en}” is now due on {line.new} (until now {line.old})"
    return {"zh": zh + _end(line, "zh"), "en": en + _end(line, "en")}


def _end(line: Line, language: str) -> str:
    """What follows for the reader."""
    zh = language == "zh"
    if line.kind == "provisional":
        return "，仍为暂定。" if zh else "; still provisional."
    if line.direction == "confirmed":
        return "，日期已确定。" if zh else ": confirmed and firm."
    if line.direction == "later":
        return f"，顺延至 {line.effective}。" if zh else f": moved to {line.effective}."
    if line.effective > line.new:
        return (
            f"；当事人仍可按原告知的 {line.effective} 办理（行政许可法第八条）。" if zh
            else f"; the party may rely on {line.effective}, the day it was told (行政许可法 8)."
        )  # fmt: skip
    return (
        f"；行政机关须于 {line.effective} 前办结。" if zh
        else f"; the authority owes it by {line.effective}."
    )  # fmt: skip


def acknowledge(label: Text, line: Line, cause: tuple[str, ...]) -> Words:
    """The task of a person where a date came out earlier than it was told."""
    told = notice(label, line, cause)
    return {
        "zh": f"请知悉并确认（acknowledge_recount）：{told['zh']}",
        "en": f"take note of it (acknowledge_recount): {told['en']}",
    }


def review(label: Text, line: Line, cause: tuple[str, ...], *, in_time: bool) -> Words:
    """The task of a person where an outcome would be another one; nothing was changed."""
    why_zh, why_en = _why(cause)
    flip_zh = "原记为逾期的可能并未逾期" if in_time else "原记为按期的可能已经逾期"
    flip_en = "what stands as late may be in time" if in_time else "what stands as timely is late"
    return {
        "zh": f"{why_zh}“{label.zh}”的期限应为 {line.new}（原为 {line.old}），{flip_zh}；"
        "记录未作更改，请复核处理。",
        "en": f"{why_en}“{label.en}” would be due on {line.new} (it was {line.old}): {flip_en}; "
        "nothing was changed, please review",
    }


def stayed(cause: tuple[str, ...]) -> str:
    """Why adverse enforcement of a case stands still until a person has looked."""
    why_zh, _ = _why(cause)
    return f"{why_zh}期限可能并未届满，由人复核 the period may not be over: for review"


def explains(lines: tuple[Line, ...], cause: tuple[str, ...]) -> Words:
    """One sentence for the journal."""
    why_zh, why_en = _why(cause)
    return {
        "zh": f"{why_zh}重新计算 {len(lines)} 项期限。",
        "en": f"{why_en}{len(lines)} dates were counted anew.",
    }


def _why(cause: tuple[str, ...]) -> tuple[str, str]:
    named: Any = "、".join(cause)
    if not named:
        return "因工作日历更新，", "on another calendar, "
    return f"因{named}，", f"on account of {named}, "
