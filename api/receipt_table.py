"""A receipt in the terminal: the rows a person would compute by, in their order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.table import Table

from rules.festivals import ENGLISH
from rules.receipt import ASSUMED, WEEKEND

KINDS = {"firm": "确定 firm", "provisional": "暂定 provisional"}
Row = tuple[str, str]


def table_of(rows: Iterator[Row]) -> Table:
    """Rows as a table without lines: names bold, values folded."""
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in rows:
        table.add_row(name, value)
    return table


def receipt_rows(receipt: Mapping[str, Any]) -> Iterator[Row]:
    """A receipt of a count; one of a duty that nothing is counted for says what stands instead."""
    if "start" not in receipt:
        yield from _uncounted(receipt)
        return
    result = receipt["result"]
    counted = "" if "at" in result else "（不计入 not counted）"
    yield "起算 start", f"{receipt['start']} → {receipt['day_zero']}{counted}"
    yield from _ground(receipt)
    yield "期间 period", f"{receipt['period']}  {receipt['bearer']}"
    yield "规则 rule", f"{receipt['rule']['zh']}\n{receipt['rule']['en']}"
    if "office_hours" in receipt:
        mark = "（假定 assumed）" if receipt["office_hours"]["assumed"] else ""
        yield "办公时间 office hours", f"{receipt['office_hours']['sessions']}{mark}"
    for paused_on, resumed_on, days in receipt.get("pauses", ()):
        yield "中止 pause", f"{paused_on} / {resumed_on}：{days} 日不计入 not counted"
    yield from _days(receipt)
    yield from _calendar(receipt["calendar"])
    yield "到期 due", one_line(result)
    yield "逾期 missed on", result["missed_on"]
    if "range" in receipt:
        yield "范围 range", f"{receipt['range']['zh']}\n{receipt['range']['en']}"


def one_line(result: Mapping[str, Any]) -> str:
    """The result of a count: the day or instant, how sure it is, the first enforceable day."""
    line = f"{result.get('at', result['on'])}  {KINDS[result['kind']]}"
    if "earliest" in result:
        line += f"  不早于 {result['earliest']}，不晚于 {result['latest']} (between them)"
    if "enforceable_from" in result:
        line += f"  可执行日 enforceable from {result['enforceable_from']}"
    return line


def _uncounted(receipt: Mapping[str, Any]) -> Iterator[Row]:
    words = {"before": "不迟于 not after", "word": "期限 period", "waits_for": "待送达 waits for"}
    for name, label in words.items():
        if name in receipt:
            value = receipt[name]
            yield label, "、".join(value) if isinstance(value, list) else str(value)
    yield from _ground(receipt)


def _ground(receipt: Mapping[str, Any]) -> Iterator[Row]:
    """Where the start and the number come from, for a duty of a case."""
    if "starts" in receipt:
        yield "起算事件 started by", "、".join(receipt["starts"]["events"])
    source = receipt.get("source", {})
    if "stated" in source:
        yield "文书载明 named in the act", f"{source['stated']}（{source['given']}）"
    if source.get("value") is not None:
        name = source.get("parameter") or source["setting"]
        said = [f"{name} = {source['value']} {source['unit']}"]
        said += [f"条款 clause {source['clause']}"] if "clause" in source else [source["basis"]]
        said += [f"自 since {source['since']}"] if "since" in source else []
        yield "期限来源 number", "，".join([*said, f"按 as of {source['looked_up_on']}"])
    if receipt.get("clauses"):
        yield "条款 clauses", " ".join(receipt["clauses"])


def _days(receipt: Mapping[str, Any]) -> Iterator[Row]:
    if "weekend_days" in receipt:
        yield "周末 weekends", f"{receipt['weekend_days']} 日 days"
    for label, key in (("休息日 rest day", "rest_days"), ("调休上班 make-up", "make_up_days")):
        for row in receipt.get(key, ()):
            yield label, _day_row(row)
    if "nominal" in receipt:
        yield "届满 last day", receipt["nominal"]
    if "rolled" in receipt:
        yield "顺延 moved", f"{receipt['rolled']['from']} → {receipt['rolled']['to']}"
    if "counted_from_next_day" in receipt:
        yield (
            "次日起算说", f"{receipt['counted_from_next_day']}（可执行日从宽 the other reading, "
            "for the first enforceable day only）",
        )  # fmt: skip


def _calendar(used: Mapping[str, Any]) -> Iterator[Row]:
    for number, published_on in used.get("notices", ()):
        yield "依据 notice", f"{number}（{published_on}）"
    yield "日历 calendar", f"{used['version'][:12]}，确定至 firm until {used['firm_until']}"


def _day_row(row: list[str]) -> str:
    first, last, name, *number = row
    days = first if first == last else f"{first} … {last}"
    return "  ".join([days, name, _english(name), *number])


def _english(name: str) -> str:
    """The English of a reason: a weekend, one holiday or several, assumed or not."""
    if name == WEEKEND:
        return "weekend"
    plain = name.removesuffix(ASSUMED)
    names = [ENGLISH.get(part, "compensation") for part in plain.split("、")]
    return ", ".join(names) + (" (assumed)" if plain != name else "")
