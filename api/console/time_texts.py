"""Words for service, pauses and extensions, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

PAIRS: Final[Mapping[str, tuple[str, str]]] = {
    "desk.title": ("待送达与待答复", "Deliveries and requests"),
    "desk.failed": ("未能送达 {n} 件", "{n} failed deliveries"),
    "desk.waiting": ("已作出、待送达 {n} 件", "{n} documents issued and not yet served"),
    "desk.asked": ("延期申请待答复 {n} 件", "{n} requests for an extension"),
    "desk.more": ("{n} 件以上", "more than {n}"),
    "desk.show": ("查看", "Show"),
    "desk.hint": (
        "未送达的，期限不起算；公告送达的，公告期满后起算。",
        "What is not served starts no clock; a public notice does when its period has run out.",
    ),
    "desk.last": ("{on} {channel}未成：{why}", "{on} {channel}, failed: {why}"),
    "desk.runs": ("公告期至 {on}", "public notice, runs to {on}"),
    "desk.request": ("{by} 申请延长：{why}", "{by} asks for more time: {why}"),
    "change.rests": (
        "自 {since} 起中止（{why}，{notice}），恢复后重新计算",
        "paused since {since} ({why}, {notice}): counted anew on resumption",
    ),
    "change.rested": (
        "{since} 至 {until} 中止（{why}，{notice}）：{policy}",
        "paused from {since} to {until} ({why}, {notice}): {policy}",
    ),
    "change.extended": (
        "由 {before} 延长至 {after}（{ground}，{paper}）",
        "extended from {before} to {after} ({ground}, {paper})",
    ),
    "change.asked": ("{by} 已申请延长，待答复：{why}", "{by} has asked for more time: {why}"),
    "service.unproven": ("未记明送达凭据", "no proof of service is recorded"),
    "rung.served": ("公告期满，视为送达", "the public notice has run out: served"),
    "service.key": ("送达“{what}”（{to}）", "service of “{what}” on {to}"),
    "service.title": ("文书送达", "Service of documents"),
    "service.document": ("文书", "Document"),
    "service.to": ("受送达人", "Party"),
    "service.how": ("方式", "How"),
    "service.proof": ("凭据", "Proof"),
    "service.by": ("经办", "Recorded by"),
    "service.on": ("{on} 送达", "served on {on}"),
    "service.waiting": ("公告中，至 {on}", "public notice, runs to {on}"),
    "service.failed": ("{on} 未能送达", "failed on {on}"),
    "service.no_reason": ("未记明公告原因", "the reason of the public notice is not recorded"),
    "receipt.moves": ("期限变动", "What moved it"),
    "receipt.late_record": ("补录", "Recorded late"),
    "receipt.ends_at": ("截止", "Ends"),
    "ends_at.end_of_day": (
        "当日24时；窗口办理至停止办理时，邮寄以邮戳为准",
        "at 24:00; at a counter when it closes, by post on the day of the postmark",
    ),
    "ends_at.close_of_business": (
        "停止业务活动时；邮寄以邮戳为准",
        "when business closes; by post on the day of the postmark",
    ),
    "ends_at.instant": ("届满时刻", "at that instant"),
    "move.resume": ("恢复计时", "resumed"),
    "move.extend": ("延长", "extended"),
    "move.restore": ("恢复（纠正）", "restored"),
    "move.recount": ("日历更新", "another calendar"),
    "move.keep_remaining": ("顺延", "keeps the remaining time"),
    "move.keep_date": ("保留原期限", "keeps the date"),
    "move.restart": ("重新起算", "starts anew"),
    "move.fulfilled": ("视为已履行", "fulfilled"),
    "move.later_of_both": (
        "原告知日与重算日取其后", "the later of the day told and the day counted",
    ),
    "move.earlier_of_both": (
        "原告知日与重算日取其前", "the earlier of the day told and the day counted",
    ),
}  # fmt: skip
"""Key -> (Chinese, English)."""
