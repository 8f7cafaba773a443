"""The stories that the demo and the sandbox zone tell: data alone.

One enterprise is real, 辽宁永瑞顺达网络货运有限公司: it appears with what the reform text says of
it (reform 9, section 2(2)) and nothing more, so its case ends with the licence. All others are
fictional; their credit codes lie in a region 999999 that does not exist.
"""

from __future__ import annotations

from api.stage import InDays, Step, Story
from machines.case import Party
from machines.frozen import replace

NOT_ITS_OWN = "演示代码，非该企业真实代码 demonstration code, not the enterprise's own"


def _enterprise(name: str, uscc: str) -> Party:
    return Party("enterprise", f"{name}（虚构）", uscc)


REAL_FREIGHT = Party(
    "enterprise", "辽宁永瑞顺达网络货运有限公司", "91999999MA0000010L", NOT_ITS_OWN
)
FREIGHT = _enterprise("海岚网络货运有限公司", "91999999MA0000001N")
FREIGHT_2 = _enterprise("远岬网络货运有限公司", "91999999MA0000002R")
FREIGHT_3 = _enterprise("北汀网络货运有限公司", "91999999MA0000003W")
BUILDER = _enterprise("青礁金属制品有限公司", "91999999MA00000040")
BUILDER_2 = _enterprise("云屿通用设备有限公司", "91999999MA00000066")
DISPATCH = _enterprise("长滩劳务派遣有限公司", "91999999MA00000079")
FREIGHT_4 = _enterprise("新埠网络货运有限公司", "91999999MA0000008C")
PREPARER = Party("agency", "衡测环评技术服务有限公司（虚构）", "91999999MA0000009F")
FOUNDER = Party("pre_establishment", "半月湾贸易有限公司（虚构，设立中）")
FOUNDER_CODE = "91999999MA00000053"
FOUNDER_2 = Party("pre_establishment", "沙洲咨询有限公司（虚构，设立中）")
FOUNDER_2_CODE = "91999999MA0000011P"

_UPFRONT = (
    "security_level_protection_filing_proof",
    "level3_protection_evaluation_report",
    "value_added_telecom_licence",
    "online_capability_determination",
)
_CERTIFICATES = ("principal_exam_pass_certificate", "safety_manager_exam_pass_certificate")
_OWED = "supply_promised_materials"

FREIGHT_LICENCE = (
    Step(0, "approval", "inform"),
    Step(0, "approval", "determine_eligible", documents=_UPFRONT,
         zh="事前要件齐全，风险可控", en="the upfront items are complete, the risk under control"),
    Step(0, "applicant", "commit"),
    Step(0, "applicant", "file_application"),
    Step(0, "approval", "issue_licence", hour=15),
)  # fmt: skip

SAME_DAY = Story(
    "freight_same_day",
    "当日申请，当日核发：网络货运经营许可",
    "Applied and licensed on the same day: the network freight licence",
    "network_freight", REAL_FREIGHT, "applicant-real",
    (
        *FREIGHT_LICENCE,
        Step(0, "approval", "suspend", hour=16, facts={
            "obligation": _OWED,
            "reason": "演示片区对实名企业只述原文所载，不推演其后",
            "notice": "演示说明-1",
        }, zh="原文到此为止；对实名企业不推演其后，计时停止",
           en="the text ends here; of a real enterprise nothing more is told, and the clock rests"),
    ),
    ends={"main": "licensed_provisional"},
    after=(
        "原文（改革9，二(二)）：申请时交通部门的考试通知尚未发布；片区认定符合条件后适用告知承诺，"
        "当日申请、当日核发，压缩30个工作日（9.37–9.40）。日期为演示日期，原文未载。",
        "The text (reform 9, section 2(2)): the exam notice was not yet published when it applied; "
        "found eligible, it was licensed on the day of its application, 30 working days saved "
        "(9.37 to 9.40). The dates are the demonstration's; the text gives none.",
    ),
)  # fmt: skip

SIX_MONTHS_MISSED = Story(
    "freight_missed",
    "六个月未补齐：次日只记逾期，可执行日撤销",
    "Six months missed: a label on the next day, revocation on the first enforceable day",
    "network_freight", FREIGHT, "applicant",
    (
        *FREIGHT_LICENCE,
        Step(f"due:{_OWED}", zh="最后一日：当天交来都算按期",
             en="the last day: an act on it is in time"),
        Step(f"missed:{_OWED}", zh="次日：记为逾期，尚无任何不利处理",
             en="the day after: missed, and nothing adverse yet"),
        Step(f"enforceable:{_OWED}", zh="可执行日：按原文自动处理",
             en="the first enforceable day: what the text says happens by itself"),
    ),
    ends={"main": "revoked"},
)  # fmt: skip

SUPPLIED = Story(
    "freight_supplied",
    "最后一日补齐：许可不受影响",
    "Everything supplied on the last day: the licence stands",
    "network_freight", FREIGHT_2, "applicant-2",
    (
        *FREIGHT_LICENCE,
        Step(f"due:{_OWED}", "applicant", "supply_all", documents=_CERTIFICATES, hour=17),
        Step(f"missed:{_OWED}", zh="次日：无事发生", en="the day after: nothing happens"),
    ),
    ends={"main": "licensed_full"},
)  # fmt: skip

_EIA_FACTS = {"industry": "metal_products", "eia_level": "report_form"}
_EIA_PAPERS = (
    "eia_approval_application_form", "environmental_impact_report_form", "commitment_letter",
)  # fmt: skip
_REVISE = "revise_30_working_days"


def _served(document: str, to: str, at: int, hour: int = 10) -> Step:
    facts = {"document": document, "to": to, "channel": "electronic"}
    return Step(at, "review", "serve", facts, hour=hour)


_EIA_REVISION = (
    Step(0, "approval", "notify_once"),
    Step(0, "applicant", "submit", documents=_EIA_PAPERS),
    Step(0, "approval", "approve", hour=11),
    Step(5, "review", "require_revision", hour=9,
         zh="公示期内常规审查发现问题", en="the review finds a problem during the publicity"),
    _served("review_comments", "preparer", 5),
    _served("review_comments", "builder", 6),
)  # fmt: skip

REVISION_RUNS_OUT = Story(
    "eia_runs_out",
    "环评修改逾期：编制单位误期，撤销意见并列入建设单位",
    "An EIA revision runs out: the preparer is late, the builder is listed, its opinion revoked",
    "eia_commitment", BUILDER, "applicant-3",
    (
        *_EIA_REVISION,
        Step(f"due:{_REVISE}", zh="最后一日：审批意见仍有效",
             en="the last day: the opinion is still in force"),
        Step(f"enforceable:{_REVISE}", zh="可执行日（期满后首个工作日）：撤销并列入名单",
             en="the first enforceable day, a working day after the last: revoked and listed"),
    ),
    parties={"preparer": PREPARER}, facts=_EIA_FACTS,
    ends={"main": "revoked"},
)  # fmt: skip

FILED_ON_THE_LAST_DAY = Story(
    "eia_filed_last_day",
    "最后一日提交修改，审查部门迟复：谁也不因此受损",
    "Filed on the last day, answered late by the office: nobody is harmed",
    "eia_commitment", BUILDER_2, "applicant-4",
    (
        *_EIA_REVISION,
        Step(f"due:{_REVISE}", "preparer", "submit_revision", hour=17,
             zh="编制单位的提交使计时停止", en="the preparer's own filing stops the clock"),
        Step(f"enforceable:{_REVISE}", zh="原可执行日：已提交，无不利处理",
             en="what would have been the enforceable day: filed, so nothing adverse"),
        Step(90, "review", "accept_revision", zh="审查部门迟至此时才答复",
             en="the office answers only now"),
        Step(91, "review", "confirm"),
    ),
    parties={"preparer": PREPARER},
    facts={**_EIA_FACTS, "industry": "general_equipment"},
    ends={"main": "confirmed"},
)  # fmt: skip

_DOMICILE_FACTS = {"act": "establishment", "entity_kind": "llc",
                   "declared_address": "片区虚构路8号302室"}  # fmt: skip


def _registered(code: str) -> tuple[Step, ...]:
    return (
        Step(0, "registry", "start_comparison", documents=("domicile_information_form",)),
        Step(0, "registry", "comparison_ok", {"assigned_uscc": code}, hour=11),
    )


FALSE_ADDRESS = Story(
    "domicile_false",
    "虚假住所：列入经营异常名录，承诺之路关闭",
    "A false address: the list of abnormal operations, and the commitment route closed",
    "domicile_commitment", FOUNDER, "founder",
    (
        *_registered(FOUNDER_CODE),
        Step(40, "supervision", "list_abnormal",
             {"false_trigger": "spot_check", "finding": "抽查发现申报的住所并不存在",
              "false_commitment": True},
             zh="监管部门抽查：由人认定，不自动处理",
             en="a spot check: a person's finding, never automatic"),
        Step(60, "applicant", "open",
             {**_DOMICILE_FACTS, "act": "domicile_change", "enterprise_uscc": FOUNDER_CODE,
              "declared_address": "片区虚构路9号"},
             zh="同一企业再次申报", en="the same enterprise declares once more"),
        Step(60, "registry", "start_comparison", documents=("domicile_information_form",), hour=10,
             refused="commitment_route_closed"),
        Step(60, "registry", "route", hour=11),
    ),
    facts=_DOMICILE_FACTS,
    ends={"main": "ordinary_route"},
)  # fmt: skip

NOT_CORRECTED = Story(
    "domicile_not_corrected",
    "责令改正期满：系统只提请处罚，不自动处罚",
    "An order to correct runs out: the engine asks for a penalty and imposes none",
    "domicile_commitment", FOUNDER_2, "founder-2",
    (
        *_registered(FOUNDER_2_CODE),
        Step(20, "supervision", "order_correction",
             {"trigger": "inspection", "finding": "登记住所无人办公",
              "correction_due_on": InDays(20)}),
        Step(20, "supervision", "serve", {"document": "correction_order", "to": "subject",
                                         "channel": "in_person"}, hour=15),
        Step("missed:correct_within_limit"),
        Step("enforceable:correct_within_limit"),
    ),
    facts={**_DOMICILE_FACTS, "declared_address": "片区虚构路12号"},
    ends={"main": "correction_overdue"},
)  # fmt: skip

MATERIALS_LATE = Story(
    "dispatch_late",
    "劳务派遣材料逾期：记入诚信档案和黑名单，许可不撤销",
    "Labour dispatch, materials late: integrity file and blacklist, no revocation",
    "labour_dispatch", DISPATCH, "applicant-5",
    (
        Step(0, "approval", "inform_once"),
        Step(0, "applicant", "commit", {"commitment_due": InDays(90), "video_chosen": False}),
        Step(0, "applicant", "hand_in_upfront",
             documents=("application_form", "financial_audit_report", "premises_use_proof")),
        Step(0, "approval", "decide_and_issue", hour=11),
        Step("missed:post_licence_check", zh="审批部门误了检查期：只报上级，企业不受影响",
             en="the office misses its own check: escalated, the enterprise is not touched"),
        Step("missed:supply_five_materials"),
        Step("enforceable:supply_five_materials"),
    ),
    ends={"materials": "overdue", "main": "licensed_provisional"},
)  # fmt: skip

TOLD = (SAME_DAY, SIX_MONTHS_MISSED, REVISION_RUNS_OUT, FALSE_ADDRESS, FILED_ON_THE_LAST_DAY)
MORE = (SUPPLIED, NOT_CORRECTED, MATERIALS_LATE)

WAITING_FOR_DECISION = replace(
    SUPPLIED, key="freight_waiting", zh="待发证", en="waiting for the licence",
    subject=FREIGHT_4, applicant="applicant-6", steps=FREIGHT_LICENCE[:4], ends={},
)  # fmt: skip
OWED_SOON = replace(SUPPLIED, key="freight_owed", subject=FREIGHT_3, applicant="applicant-7")
