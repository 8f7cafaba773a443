"""The stories in which one reform acts on another: data alone.

A list entered by one closes the route of another and is left through a third; an inspection is a
case of its own, and what it finds reaches the next application; a bank's system does what only a
bank may do. Every enterprise, and the bank, is fictional.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from api.stage import EnteredOn, InDays, Step, Story
from api.stories import (
    BUILDER,
    FOUNDER,
    FOUNDER_CODE,
    FREIGHT,
    FREIGHT_2,
    FREIGHT_3,
    FREIGHT_4,
    FREIGHT_LICENCE,
    REVISION_RUNS_OUT,
)
from cases.clock import SANDBOX_START
from machines.case import Party
from machines.frozen import replace
from rules.draws import draw

# Clause N36.1, Order 36 on credit repair, and the day it came into force, in days of a story.
_ORDER_36 = (date(2026, 4, 1) - SANDBOX_START.date()).days
_DISHONEST = "environmental_dishonest"


def _in(case: str, at: int, *steps: Step) -> tuple[Step, ...]:
    """The same steps in another case, on another day."""
    return tuple(replace(step, case=case, at=at) for step in steps)


def _open(case: str, workflow: str, at: int, **more: Any) -> Step:
    return Step(at, "applicant", "open", case=case, workflow=workflow, **more)


_TURNED_AWAY = (
    _open("freight", "network_freight", 60,
          zh="被列入名单的同一企业申请网络货运许可",
          en="the enterprise that was listed applies for the network freight licence"),
    *_in("freight", 60, FREIGHT_LICENCE[0],
         replace(FREIGHT_LICENCE[1], hour=10, refused="commitment_route_closed",
                 zh="环保名单关闭告知承诺，而不是关闭许可",
                 en="the list closes the commitment route, not the licence")),
    Step(60, "applicant", "choose_ordinary", case="freight", hour=11,
         zh="改走一般程序", en="the ordinary route is open"),
)  # fmt: skip

LISTED_ELSEWHERE = Story(
    "eia_closes_freight",
    "环评名单与网络货运：告知承诺不适用，一般程序照办",
    "The EIA list meets the freight licence: no commitment route, but the ordinary one",
    REVISION_RUNS_OUT.workflow, BUILDER, "applicant-3",
    (*REVISION_RUNS_OUT.steps, *_TURNED_AWAY),
    parties=REVISION_RUNS_OUT.parties, facts=REVISION_RUNS_OUT.facts,
    ends={"main": "revoked"},
    others_end={"freight": {"main": "ordinary_route"}},
    listed=(_DISHONEST,),
)  # fmt: skip

_REPAIR: dict[str, Any] = {"found_on": EnteredOn(_DISHONEST)}

REPAIRED = Story(
    "repair_reopens_freight",
    "信用修复：移出名单，告知承诺恢复适用",
    "Credit repair: off the list, and the commitment route is open again",
    REVISION_RUNS_OUT.workflow, BUILDER, "applicant-3",
    (
        *LISTED_ELSEWHERE.steps,
        _open("repair", "credit_repair", _ORDER_36 - 1, facts={"repaired_list": _DISHONEST},
              zh="接上：列入已满一年，第36号令施行前一日",
              en="goes on: a year on the list, the day before Order 36 comes into force"),
        Step(_ORDER_36 - 1, "applicant", "ask_repair_environmental", _REPAIR, case="repair",
             hour=10, refused="repaired_list_not_listed"),
        Step(_ORDER_36, "applicant", "ask_repair_environmental", _REPAIR, case="repair",
             zh="施行之日：最短公示期一年已满，可以申请",
             en="in force: the least display, a year, is over, and the repair may be asked for"),
        Step(_ORDER_36 + 7, "environment", "decide_removal", case="repair",
             zh="移出须由列入机关决定，不因期满而自动发生",
             en="who entered it removes it: a decision, never the period by itself"),
        _open("freight again", "network_freight", _ORDER_36 + 12,
              zh="同一企业再次申请", en="the same enterprise applies once more"),
        *_in("freight again", _ORDER_36 + 12, *FREIGHT_LICENCE),
    ),
    parties=REVISION_RUNS_OUT.parties, facts=REVISION_RUNS_OUT.facts,
    ends={"main": "revoked"},
    others_end={
        "freight": {"main": "ordinary_route"},
        "repair": {"main": "removed"},
        "freight again": {"main": "licensed_provisional"},
    },
    listed=(), heard=1 + len(LISTED_ELSEWHERE.steps),
    after=(
        "列入所依的环评原文（改革7）没有移出条件；移出依《信用修复管理办法》（第36号令）的一年最短公示期"
        "（N36.5），日期均在已公布的日历之内。满三年加三十日公告的路径（003.30）只用于严重违法失信名单。",
        "The text of the entry (reform 7) knows no way out; it is left by the least display of one "
        "year under Order 36 (N36.5), inside the published calendar. The path of three years and a "
        "notice of 30 days (003.30) is for the list of serious breaches alone.",
    ),
)  # fmt: skip

_SEED = "公开摇号 2025-01-14 07 19 26"
_POOL = {
    "subject_pool": [str(one.uscc) for one in (FREIGHT, FREIGHT_2, FREIGHT_3, FREIGHT_4)],
    "inspector_pool": ["检查员甲", "检查员乙", "检查员丙", "检查员丁"],
    "item_pool": ["消防通道", "用电安全", "计量器具", "出入库记录"],
}
_SUBJECTS, _INSPECTORS, _ITEMS = (list(draw(pool, _SEED, 2)) for pool in _POOL.values())
_DRAW = {
    **_POOL, "draw_seed": _SEED, "subjects_taken": 2, "inspectors_taken": 2, "items_taken": 2,
    "drawn_subjects": _SUBJECTS, "drawn_inspectors": _INSPECTORS, "drawn_items": _ITEMS,
    "subject_drawn": FREIGHT_4.uscc in _SUBJECTS,
}  # fmt: skip
_EXPERT = {"name": "专家甲（虚构）", "ref": "expert"}  # signs in as the user `expert`
_MATTER = {"matter": "other_matter", "applied_for": "货运站场经营备案"}
_PAPERS = ("application_materials",)

_GRANTED = (
    Step(0, "applicant", "supply_materials", documents=_PAPERS),
    Step(0, "approval", "accept_normal", hour=10),
    Step(0, "approval", "grant", hour=11,
         zh="许可即推送监管，并建立监管档案",
         en="the grant goes to supervision at once and opens its file"),
    Step(0, "supervision", "assign_random", {"risk": "medium", "integrity": "medium"}, hour=14),
)  # fmt: skip
_INSPECTED = (
    Step(12, "supervision", "random_draw", _DRAW,
         zh="按公布的种子抽中，任何人可以复算（chengnuo draw）",
         en="drawn by the published seed, which anybody can repeat (chengnuo draw)"),
    *_in("inspection", 13,
         Step(0, "supervision", "start_inspection",
              {"inspectors_present": _INSPECTORS, "leading_expert": _EXPERT}),
         Step(0, "expert", "take_part", hour=10),
         Step(0, "enforcement", "record_result", hour=15, facts={
             "checked_items": _ITEMS, "evaluated_items": _ITEMS, "hazard_found": False,
             "violation_found": True, "service_item_found": False}),
         Step(0, "applicant", "sign_result", hour=16)),
    *_in("inspection", 18,
         Step(0, "supervision", "take_up_finding", {"reason": "出入库记录与实际不符"}),
         Step(0, "supervision", "deliberate", hour=10),
         Step(0, "supervision", "administrative_handling", hour=11),
         Step(0, "supervision", "close_loop", {"outcome": "handled"}, hour=15,
              zh="检查办结，结果回传许可案件",
              en="the inspection ends and sends its result back to the case that opened it")),
)  # fmt: skip
_FED_BACK = (
    Step(19, "supervision", "clean", refused="inspection_outcome_is_handled",
         zh="已作行政处理的检查不能按未发现违法办结",
         en="an inspection that ended in handling cannot be passed off as clean"),
    Step(19, "enforcement", "violation", hour=10, facts={
        "violation": "伪造出入库记录", "correction_due_on": InDays(20)}),
    Step(22, "enforcement", "penalise", {"failed_condition": "intentional", "dishonest": True},
         zh="不具备免罚条件：由执法人员决定处罚",
         en="no exemption: an officer decides on the penalty"),
    Step(22, "enforcement", "feed_back", hour=15,
         zh="反馈：结果记入信用档案，是否列入名单交人决定",
         en="fed back: into the credit file; whether to list is a person's decision"),
)  # fmt: skip
_MET_AGAIN = (
    Step(33, "area_committee", "open", case="file", workflow="credit_system",
         zh="名单管理主体研究决定", en="the keeper of the list decides"),
    Step(33, "area_committee", "enter_black_list", case="file", hour=10, facts={
        "black_rule_met": True, "reason": "伪造记录被处罚", "correction_due_on": InDays(90)}),
    _open("next matter", "approval_supervision_loop", 60, facts=_MATTER,
          zh="同一企业下一次申报", en="the next application of the same enterprise"),
    *_in("next matter", 60,
         Step(0, "applicant", "supply_materials", documents=_PAPERS),
         Step(0, "approval", "accept_normal", hour=10, refused="acceptance_restricted"),
         Step(0, "approval", "accept_with_conditions", hour=11,
              zh="附条件受理：列入名单不等于一概不予受理",
              en="accepted on conditions: a listed enterprise is not turned away as such")),
)  # fmt: skip

FINDING_COMES_BACK = Story(
    "finding_comes_back",
    "关联检查的结果进入信用档案，下一次申报即遇到",
    "What a linked inspection finds enters the credit file and meets the next application",
    "approval_supervision_loop", FREIGHT_4, "applicant-6",
    (*_GRANTED, *_INSPECTED, *_FED_BACK, *_MET_AGAIN),
    facts=_MATTER,
    ends={"main": "supervised_random", "inspection": "none"},
    others_end={
        "inspection": {"main": "closed"},
        "file": {"main": "black_listed"},
        "next matter": {"main": "accepted_conditionally"},
    },
    listed=("black",),
    recorded=("violation_punished",),
    after=(
        "原文只到此：处罚结果归集入档（3.22），记录使今后不再属于首次违法（3.12）；对受理的限制只随名单（3.27），"
        "列入由名单管理主体决定（3.25、4.26），不由记录自动产生。",
        "As far as the text goes: the result is filed (3.22), so that no later violation is the "
        "first (3.12); acceptance is restricted by the list alone (3.27), which its keeper decides "
        "(3.25, 4.26) and no record brings about by itself.",
    ),
)  # fmt: skip

_BANK = Party("agency", "合作银行营业网点（虚构）", "91999999MA0000012T")
_BUFFER = "verify_address"

BANK_FREEZES = Story(
    "bank_freezes",
    "先开后核逾期：银行系统自行冻结，片区只告知日期并记录确认",
    "Open first, never verified: the bank's system freezes; the Area tells the date and records it",
    "bank_account", FOUNDER, "founder",
    (
        Step(0, "applicant", "choose_bank"),
        Step(12, "registry", "record_set_up", {"assigned_uscc": FOUNDER_CODE}, hour=10),
        Step(12, "bank", "allocate_number", hour=11,
             zh="登记完成即得账号，网银受限",
             en="the number with the registration, online banking restricted"),
        Step("missed:visit_outlet", zh="误了到行的期限：只提醒，尚无任何后果",
             en="the call at the bank is missed: told, and nothing follows"),
        Step(f"due:{_BUFFER}", zh="缓冲期最后一日：当日认证仍算按期",
             en="the last day of the buffer: verified on it is in time"),
        Step(f"missed:{_BUFFER}", zh="次日：记为逾期，尚未冻结",
             en="the day after: missed, and nothing is frozen yet"),
        Step(f"enforceable:{_BUFFER}", "area_committee", "serve", facts={
            "document": "freeze_date_notice", "to": "subject", "channel": "electronic"},
            zh="首个可执行日：请银行系统冻结，并告知企业日期",
            en="the first enforceable day: the bank's system is asked, the enterprise told"),
        Step(f"enforceable:{_BUFFER}", "bank", "confirm_freeze", hour=16,
             facts={"bank_reference": "虚构银行回执-1"},
             zh="冻结是银行系统自己的行为，这里只记录其确认",
             en="the freeze is the act of the bank's own system; its confirmation is recorded"),
    ),
    parties={"bank": _BANK},
    ends={"main": "frozen_unverified", "freeze": "confirmed", "online_banking": "restricted"},
)  # fmt: skip

INTERPLAYS = (LISTED_ELSEWHERE, REPAIRED, FINDING_COMES_BACK, BANK_FREEZES)
