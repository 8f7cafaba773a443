"""What the register's news does to a case: the enterprise has another name, or another stands in
its place (decision record 0016).

The engine raises it for a change that two persons recorded; nobody raises it in a case directly.
"""

from __future__ import annotations

from machines.acts import Refused
from machines.case import Party
from machines.codec import to_plain
from machines.definition import FactSpec
from machines.effects import Effect, Task
from machines.frozen import replace
from machines.occurrence import Occurrence
from machines.remedy import Remedy
from machines.words import Grounded

NEEDS = ("old_code", "new_code", "new_name", "changed_on", "paper", "recorded_by", "confirmed_by")


def _fact(kind: str, zh: str, en: str) -> FactSpec:
    return FactSpec.model_validate({"type": kind, "zh": zh, "en": en})


FACTS = {
    "old_code": _fact("uscc", "原统一社会信用代码", "credit code until now"),
    "new_code": _fact("uscc", "现统一社会信用代码", "credit code from now on"),
    "new_name": _fact("text", "现名称", "name from now on"),
    "changed_on": _fact("date", "登记变更日期", "day of the change in the register"),
    "recorded_by": _fact("text", "登记人", "who recorded the change"),
}
_TRANSFER = Task(
    do="task",
    role="approval",
    zh="被许可企业已合并终止：行政许可不得自行转让，请决定由承继企业变更、重新取得或予以注销（行政许可法第九条）",
    en=(
        "the licensed enterprise has merged into another: a licence does not pass by itself; "
        "decide whether it is changed, applied for anew or cancelled (行政许可法 9)"
    ),
)
_GROUND = Grounded(inferred=True)


def succeed(remedy: Remedy) -> Occurrence | Refused:
    """Puts the new name, or the successor, in the place of the enterprise wherever it is a party.

    Duties are owed by the place, so they go over as they are, dates and all. A live licence of an
    enterprise that has ceased does not: somebody of the approval department decides."""
    case, old, new = remedy.case, remedy.fact("old_code"), remedy.fact("new_code")
    named = {role: party for role, party in case.parties.items() if party.uscc == old}
    if case.subject.uscc != old and not named:
        return Refused(
            "not_a_party", f"本案没有统一社会信用代码为 {old} 的当事人。",
            f"no party of this case has the credit code {old}",
        )  # fmt: skip

    def succeeded(party: Party) -> object:
        return to_plain(replace(party, uscc=new, name=remedy.fact("new_name")))

    marks: dict[str, object] = {"parties": {role: succeeded(one) for role, one in named.items()}}
    lines: tuple[tuple[Effect, Grounded], ...] = ()
    if case.subject.uscc == old:
        marks["subject"] = succeeded(case.subject)
        licensed = any(one.status in ("live", "suspended") for one in case.licences.values())
        lines = ((_TRANSFER, _GROUND),) if licensed and new != old else ()
    return replace(remedy.marked(**marks), lines=lines)
