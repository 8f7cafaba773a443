"""The words of a story that is told, in both languages on one line: events, effects, lists and the
facts of a credit file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from machines import engine_events
from machines.book import Rulebook, Workflow

_SAYING = ("zh", "licence", "restriction", "uscc")
EFFECTS = {
    "issue": "颁发 issue",
    "annotate": "加注 annotate",
    "suspend_licence": "暂扣 suspend",
    "reinstate": "恢复 reinstate",
    "revoke": "撤销 revoke",
    "withdraw_licence": "吊销 withdraw",
    "cancel": "注销 cancel",
    "record_credit": "记入信用档案 credit file",
    "joint_punishment": "联合惩戒 joint punishment",
    "list": "列入名单 list",
    "delist": "移出名单 delist",
    "restrict": "限制 restrict",
    "freeze": "冻结 freeze",
    "unfreeze": "解除冻结 release",
    "open_case": "建立关联案件 linked case",
    "signal": "告知关联案件 word to a linked case",
    "push": "推送 push",
    "publish": "公示 publish",
    "notify": "通知 notify",
    "refer": "移送 refer",
    "task": "交人决定 task for a person",
    "escalate": "报上级督查 escalate",
    "order": "责令 order",
    "enter_register": "记入台账 register",
    "bind_subject": "绑定代码 bind the code",
    "retract": "撤回先前的处理 taken back",
}
RESTRICTIONS = {
    "commitment_route": "不适用告知承诺 no commitment route",
    "acceptance": "附条件受理或不予受理 accepted on conditions, or not",
    "benefits": "不享受优惠 no benefits",
    "credit": "信贷限制 no credit",
}


def label_of(workflow: Workflow, event: str) -> str:
    """What an event is called, of the definition or of the engine."""
    fixed = {"open": "立案 case opened", "enforced": "依原文处理 as the text says"}
    if event in fixed:
        return fixed[event]
    if event in engine_events.EVENTS:
        label = engine_events.EVENTS[event].label
        return f"{label.zh} {label.en}"
    zh, en = workflow.compiled.labels.get(event, (event, ""))
    return f"{zh} {en}"


def effect_words(book: Rulebook, workflow: Workflow, effect: Mapping[str, Any]) -> str:
    """An effect as ordered: what it does, against whom, about what, with its clauses."""
    clauses = " ".join(effect.get("clauses", ()))
    against = f" @{effect['against']}" if effect["against"] != "subject" else ""
    said = _said(book, workflow, effect["do"], effect.get("what", {}))
    return f"{EFFECTS.get(effect['do'], effect['do'])}{against}  {said}  〔{clauses}〕"


def _said(book: Rulebook, workflow: Workflow, do: str, what: Mapping[str, Any]) -> str:
    """What an effect is about, in words."""
    if do in ("list", "delist"):
        return list_words(book, what["list"])
    if do == "restrict":
        return RESTRICTIONS[what["restriction"]]
    if do == "record_credit":
        return fact_words(book, what["fact"])
    if do == "open_case":
        title = book.workflows[what["workflow"]].definition.title
        return f"{title.zh} {title.en}"
    if do == "signal":
        return next(label_of(one, what["event"]) for one in book.workflows.values()
                    if _hears(one, what["event"], workflow))  # fmt: skip
    if do in ("freeze", "unfreeze", "enter_register"):
        return _thing(book, what)
    name = next((str(what[key]) for key in _SAYING if key in what), "")
    return " ".join(workflow.compiled.labels.get(name, (name,)))


def _thing(book: Rulebook, what: Mapping[str, Any]) -> str:
    """What is frozen or the register entered, and whose system is asked to do it; its id where an
    older text has no words for it."""
    named = str(what.get("what") or what.get("register_name"))
    said = f"{what['zh']} {what['en']}" if "zh" in what else named
    if what.get("request_of"):
        role = book.roles[what["request_of"]]
        return f"{said}（请{role.zh}的系统执行 asked of the system of the {role.en}）"
    return said


def _hears(workflow: Workflow, event: str, other: Workflow) -> bool:
    """Whether cases of the other workflow may raise this event here."""
    spec = workflow.definition.events.get(event)
    return spec is not None and other.key in spec.signalled_by


def list_words(book: Rulebook, name: str) -> str:
    """What a list is called; its id where only an older text knows it."""
    spec = book.lists.find(name)
    return name if spec is None else f"{spec.zh} {spec.en}"


def fact_words(book: Rulebook, name: str) -> str:
    """What a fact of the credit file is called; its id where only an older text knows it."""
    spec = book.lists.recorded(name)
    return name if spec is None else f"{spec.zh} {spec.en}"
