"""Words for what the engine will do, and for what keeps it from doing it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

PAIRS: Final[Mapping[str, tuple[str, str]]] = {
    "plan.title": ("明日将自动执行", "What will be enforced tomorrow"),
    "plan.hint": (
        "到期而仍未履行的，系统届时自动办理；现在仍可由承担人履行。",
        "Done by the engine when the date comes and nothing has happened; until then the bearer "
        "can still act.",
    ),
    "plan.empty": ("明日没有将自动执行的事项。", "Nothing is due tomorrow."),
    "plan.line": (
        "{n} 项，其中不利 {adverse} 项，暂停 {held} 项。",
        "{n} steps, {adverse} of them adverse, {held} held.",
    ),
    "plan.many": ("超过 {n} 件案件。", "More than {n} cases."),
    "plan.link": ("查看清单", "See the list"),
    "plan.day": ("{day} 的自动执行清单", "What the sweep of {day} will do"),
    "plan.more": ("仅显示前 {n} 项。", "The first {n} are shown."),
    "plan.when": ("时间", "When"),
    "plan.what": ("将发生", "What happens"),
    "plan.done": ("已执行", "What was done"),
    "plan.adverse": ("不利", "adverse"),
    "plan.held": ("已暂停", "held"),
    "brake.title": ("制动：待另一人确认", "Brake: a second person is asked"),
    "brake.line": (
        "{workflow}：“{what}”已暂停 {n} 件（自 {since} 起；{day} 已执行 {taken} 件，"
        "上限 {allowed} 件）。",
        "{workflow}: “{what}” held in {n} cases (since {since}; {taken} done on {day}, "
        "the limit is {allowed}).",
    ),
    "brake.hint": (
        "提醒、标记和对行政机关自身的督办照常进行。核对后由督查人员解除：{name}",
        "Reminders, labels and escalations go on. To be released by a supervisor: {name}",
    ),
    "case.outage": ("办公系统中断，期限顺延", "The office was out: dates are extended"),
    "move.outage": ("办公系统中断", "outage of the office"),
    "clock.braked": (
        "制动已触发，时钟停在此刻：{n} 件不利处理待另一人确认后方可执行。",
        "A brake has stopped the clock here: {n} adverse acts wait for a second person.",
    ),
}
