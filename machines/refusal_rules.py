"""By which rule of the engine or of the law something is refused that no clause forbids.

A refusal names the clause that stands against it. Where there is none, the engine refuses for a
reason of its own, and says which: nobody is turned away without a ground he can look up.
"""

from __future__ import annotations

from collections.abc import Mapping

from rules.view import Words

_REQUEST = (
    "系统规则：须写明所需的事项，名称、格式和编号须正确",
    "engine rule: an act states what it needs, under the right names and in the right form",
)
_ENTITLED = (
    "系统规则：只能由流程写明的角色、由案件的当事人本人办理",
    "engine rule: only the roles the procedure names, and the parties of the case themselves, act",
)
_PERSONS = (
    "系统规则：审批、检查与申请由不同的人承担，须另一人确认的由另一人确认",
    "engine rule: approving, inspecting and applying are done by different persons, and what a "
    "second person confirms another confirms",
)
_ORDER = (
    "系统规则：按发生的先后记录，不得早于前一操作，也不得晚于现在",
    "engine rule: what happens is recorded in its order, not before the last act and not after now",
)
_STATE = (
    "系统规则：只在流程和案件的当前状态允许时办理",
    "engine rule: an act is possible only where the procedure and the state of the case allow it",
)
_REMEDY = (
    "系统规则：中止、延长、停止执行和恢复只适用于正在进行的期限和已作出的处理",
    "engine rule: pausing, extending, staying and restoring apply to periods that run and to what "
    "has been done",
)
_DATES = (
    "系统规则：没有已公布的日历、有效的参数或者片区设定，不计算期限",
    "engine rule: no date is counted without a published calendar, a number in force and the "
    "settings of the zone",
)
_LATE = (
    "系统规则：期限届满后不能再办理或者延长（民法典第二百零三条）",
    "engine rule: after the last day of a period nothing can be done or extended (Civil Code, "
    "art. 203)",
)
CONDITION: Words = (
    "流程条件：由流程为使其完整而设，原文没有对应条款",
    "a condition the procedure needs to be whole; the text has no clause for it",
)

_GROUPS: tuple[tuple[Words, tuple[str, ...]], ...] = (
    (_REQUEST, (
        "fact_missing", "fact_unknown", "fact_wrong", "fact_unfit", "material_unknown",
        "name_missing", "party_missing", "party_unknown", "ref_missing", "uscc_missing",
        "uscc_too_early", "uscc_wrong", "unknown_event", "wrong_subject", "not_a_party",
        "document_missing", "document_unknown", "obligation_missing", "obligation_unknown",
        "policy_unfit", "ground_unfit", "evidence_required",
    )),
    (_ENTITLED, ("role_not_allowed", "party_not_named", "not_your_case", "not_the_bearer")),
    (_PERSONS, ("separation_of_duties", "second_person_required")),
    (_ORDER, ("in_future", "before_last_act", "before_issue", "document_not_issued")),
    (_STATE, (
        "case_closed", "not_possible_now", "already_decided", "not_an_application",
        "already_open", "enterprise_ended", "not_in_force", "nothing_to_do", "not_due",
    )),
    (_REMEDY, (
        "already_extended", "already_requested", "already_stayed", "already_suspended",
        "not_later", "not_running", "not_stayed", "not_suspended", "nothing_requested",
        "nothing_to_acknowledge", "nothing_to_restore", "no_date", "suspended", "date_passed",
        "beyond_the_statute", "last_day", "no_contrary", "not_annullable",
    )),
    (_DATES, ("calendar_unpublished", "no_rule_for_date", "setting_missing")),
    (_LATE, ("late", "too_early")),
)  # fmt: skip
RULES: Mapping[str, Words] = {reason: rule for rule, reasons in _GROUPS for reason in reasons}


def rule_of(reason: str) -> Words:
    """The rule behind a reason; a condition of the procedure for what is none of the engine's."""
    return RULES.get(reason, CONDITION)
