"""The facts of the engine's own events: fixed here for every workflow."""

from __future__ import annotations

from typing import Final

from machines import succession
from machines.definition import FactSpec


def _fact(kind: str, zh: str, en: str, **more: object) -> FactSpec:
    return FactSpec.model_validate({"type": kind, "zh": zh, "en": en, **more})


_SERVICE: Final[dict[str, FactSpec]] = {
    "document": _fact("text", "送达的文书", "document served (its id)"),
    "to": _fact("text", "受送达人", "party served (its role, or subject)"),
    "channel": _fact(
        "choice", "送达方式", "how it was served", example="electronic",
        choices={
            "in_person": {"zh": "直接送达", "en": "in person"},
            "electronic": {"zh": "电子送达", "en": "electronic"},
            "post": {"zh": "邮寄送达", "en": "by post"},
            "public_notice": {"zh": "公告送达", "en": "public notice"},
        },
    ),
    "reference": _fact("text", "回执、回证或公告编号", "receipt, return card or publication number",
                       example="EMS1"),
    "served_on": _fact("date", "送达日期（签收、到达系统或回执注明的收件日）",
                       "day of the signed receipt, of arrival in the system or on the return card"),
    "signed_by": _fact("text", "签收人", "who signed the receipt", personal="personal",
                       example="虚构收件人"),
    "refused_to_sign": _fact("flag", "拒收而留置送达", "refused to sign: left on the spot",
                             example=False),
    "witness": _fact("text", "见证人，或拍照录像编号", "witness, or number of the recording",
                     personal="personal", example="虚构见证人"),
    "system": _fact("text", "特定系统", "system in which it arrived", example="片区政务平台"),
    "published_on": _fact("date", "公告发布日期", "day of the publication"),
    "attempted": _fact("date", "未能送达的日期", "day of the attempt"),
}  # fmt: skip

_PERIODS: Final[dict[str, FactSpec]] = {
    "obligation": _fact("text", "义务", "obligation id"),
    "notice": _fact("text", "书面告知编号", "number of the written notice", example="告知-1"),
    "new_due_on": _fact("date", "新的期限", "new due date"),
    "ground": _fact(
        "choice", "延长的依据", "ground of the extension", example="other",
        choices={
            "statutory_42": {"zh": "法定延长（行政许可法第四十二条）",
                             "en": "statutory (Administrative Licensing Law 42)"},
            "agreement": {"zh": "协商一致", "en": "agreement"},
            "force_majeure": {"zh": "不可抗力", "en": "force majeure"},
            "other": {"zh": "其他", "en": "other"},
        },
    ),
    "requested_by": _fact("text", "延长由谁提出", "who asked for it", example="applicant-1"),
    "policy": _fact(
        "choice", "期限处理方式", "what becomes of the period", example="restart",
        choices={
            "keep_date": {"zh": "保留原期限", "en": "keep the date"},
            "keep_remaining": {"zh": "顺延中断的时间", "en": "keep the remaining time"},
            "restart": {"zh": "重新起算", "en": "restart"},
            "fulfilled": {"zh": "视为已按期履行", "en": "fulfilled in time"},
        },
    ),
}  # fmt: skip

FACTS: Final[dict[str, FactSpec]] = {
    **_SERVICE,
    **_PERIODS,
    "reason": _fact("text", "理由", "reason", example="因不可抗力"),
    "paper": _fact("text", "文书编号", "number of the document", example="营自贸审〔2025〕1号"),
    "confirmed_by": _fact("text", "复核人", "second person (user name)", example="supervisor"),
    "fact": _fact("text", "更正的事项", "fact to correct (its name)"),
    "value": _fact("text", "更正后的内容", "corrected value"),
    "entry": _fact("integer", "被撤销的记录序号", "number of the entry undone", minimum=1),
    **succession.FACTS,
}
"""Name -> what an engine event may state under it."""
