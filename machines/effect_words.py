"""What an effect is called in words, as ordered by an entry or as named by a definition."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from machines.compiler import Compiled
from rules.view import Words

EFFECTS: Mapping[str, Words] = {
    "issue": ("颁发{licence}", "issue: {licence}"),
    "annotate": ("在{licence}上加注", "annotate: {licence}"),
    "suspend_licence": ("暂扣{licence}", "suspend: {licence}"),
    "reinstate": ("恢复{licence}", "reinstate: {licence}"),
    "revoke": ("撤销{licence}", "revoke: {licence}"),
    "withdraw_licence": ("吊销{licence}", "withdraw: {licence}"),
    "cancel": ("注销{licence}", "cancel: {licence}"),
    "record_credit": ("记入信用档案：{fact}", "entry in the credit file: {fact}"),
    "list": ("列入{list}", "entered on the {list}"),
    "delist": ("移出{list}", "taken off the {list}"),
    "joint_punishment": ("联合惩戒", "joint punishment"),
    "restrict": ("限制：{restriction}", "restriction: {restriction}"),
    "freeze": ("冻结：{text}", "freeze: {text}"),
    "unfreeze": ("解除冻结：{text}", "unfreeze: {text}"),
    "open_case": ("发起关联案件：{workflow}", "linked case: {workflow}"),
    "signal": ("告知关联案件", "signal to a linked case"),
    "push": ("推送{to}：{text}", "push to {to}: {text}"),
    "publish": ("公开：{text}", "publish: {text}"),
    "enter_register": ("登记入册：{text}", "entered in: {text}"),
    "notify": ("告知{to}：{text}", "notify {to}: {text}"),
    "refer": ("移送{to}：{text}", "refer to {to}: {text}"),
    "task": ("交{role}判断：{text}", "task for {role}: {text}"),
    "escalate": ("报{to}督办（不影响申请人）", "escalate to {to} (no harm to the applicant)"),
    "order": ("责令：{text}", "order: {text}"),
    "bind_subject": ("赋予统一社会信用代码", "the subject gets its credit code"),
    "nothing": ("无后果", "no consequence"),
    "retract": ("撤回先前的处理", "an earlier effect is taken back"),
}
RESTRICTIONS: Mapping[str, Words] = {
    "commitment_route": ("不适用告知承诺", "no commitment route"),
    "acceptance": ("附条件受理或不予受理", "accepted on conditions, or not"),
    "inspection_rate": ("增加检查频次", "inspected more often"),
    "benefits": ("不享受优惠", "no benefits"),
    "credit": ("信贷限制", "no credit"),
}


def effect_words(
    compiled: Compiled, do: str, what: Mapping[str, Any], titles: Mapping[str, Words]
) -> Words:
    """One effect in both languages. `what`: its own fields; `titles`: of workflows, by key."""
    if do not in EFFECTS:
        return do, do
    listed, restricted = str(what.get("list") or ""), str(what.get("restriction") or "")
    workflow = str(what.get("workflow") or "")
    pairs = {
        "licence": _named(compiled, str(what.get("licence", ""))),
        "list": compiled.words.get(("list", listed), (listed, listed)),
        "restriction": RESTRICTIONS.get(restricted, (restricted, restricted)),
        "workflow": titles.get(workflow, (workflow, workflow)),
        "to": joined(_named(compiled, str(one)) for one in _several(what.get("to", ()))),
        "role": _named(compiled, str(what.get("role", ""))),
        "fact": _fact(compiled, what),
        "text": _text(what),
    }
    zh, en = EFFECTS[do]
    return (
        zh.format(**{name: pair[0] for name, pair in pairs.items()}).rstrip("：: "),
        en.format(**{name: pair[1] for name, pair in pairs.items()}).rstrip("：: "),
    )


def joined(words: Iterable[Words]) -> Words:
    """Several words as one phrase in each language."""
    listed = list(dict.fromkeys(words))
    return "、".join(zh for zh, _ in listed), ", ".join(en for _, en in listed)


def _named(compiled: Compiled, name: str) -> Words:
    return compiled.labels.get(name, (name, name))


def _several(value: Any) -> Iterable[Any]:
    return [value] if isinstance(value, str) else value


def _fact(compiled: Compiled, what: Mapping[str, Any]) -> Words:
    name, value = str(what.get("fact", "")), str(what.get("value"))
    zh, en = compiled.words.get(("credit", name), (name, name))
    grade = compiled.words.get(("grade", name, value))
    return (zh, en) if grade is None else (f"{zh}（{grade[0]}）", f"{en} ({grade[1]})")


def _text(what: Mapping[str, Any]) -> Words:
    named = str(what.get("what") or what.get("register_name") or "")
    zh = str(what.get("zh") or named)
    return zh, str(what.get("en") or zh)
