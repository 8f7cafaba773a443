"""What a condition answers, word for word: labels, numbers with their unit, dates of lists."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import pytest

from rules.guards import GUARDS
from rules.parameters import DatedParameter, DatedValue, ParameterBook, Settings, ZoneSetting
from rules.periods import SHANGHAI
from rules.view import CreditFact, CreditView, Listed, ParentView, Restriction, View, Words, World
from rules.wording import amount, status_words, unit_words
from rules.working_days import load_calendar

TODAY, LATER = date(2025, 3, 31), date(2025, 7, 1)
CALENDAR = load_calendar()


def parameter(name: str, unit: str, *values: tuple[date, Any]) -> DatedParameter:
    return DatedParameter(
        name, unit, tuple(DatedValue(on, value, "9999.1") for on, value in values)
    )


START = date(2020, 1, 1)
BOOK = ParameterBook(
    {
        "w": {
            "cap": parameter("cap", "yuan", (START, 5000)),
            "low": parameter("low", "m", (START, 200)),
            "high": parameter("high", "m", (START, 1000)),
            "team": parameter("team", "count", (START, 2)),
            "year": parameter("year", "years", (START, 1)),
            "kinds": parameter("kinds", "list", (START, ("llc",)), (LATER, ("llc", "branch"))),
        }
    }
)
SETTINGS = Settings("yingkou", (ZoneSetting("w", "share", "percent", 30, START, "test"),))
LABELS: Mapping[str, Words] = {
    "kind": ("主体类型", "kind of entity"), "cost": ("造价", "cost"), "more": ("增项", "extras"),
    "radius": ("半径", "radius"), "officers": ("人数", "officers"), "ratio": ("比例", "ratio"),
    "ok": ("合格", "sound"), "reply": ("答复", "reply"), "approve": ("批准", "Approve"),
    "levels": ("层级", "levels"), "began": ("开工日期", "began on"),
}  # fmt: skip
WORDS: Mapping[tuple[str, ...], Words] = {
    ("choice", "kind", "llc"): ("有限公司", "limited company"),
    ("choice", "kind", "branch"): ("分支机构", "branch"),
    ("choice", "kind", "farm"): ("合作社", "cooperative"),
    ("choice", "levels", "city"): ("市级", "city"),
    ("unit", "cost"): ("元", "yuan"), ("unit", "officers"): ("人", "persons"),
    ("track", "check"): ("核查", "check"),
    ("state", "check", "passed"): ("通过", "passed"), ("state", "check", "none"): ("未查", "none"),
    ("state", "main", "open"): ("受理", "open"), ("state", "main", "done"): ("办结", "done"),
    ("list", "black"): ("失信黑名单", "black list"),
    ("privilege", "fast"): ("绿色通道", "green channel"),
    ("credit", "accident"): ("安全事故", "accident"),
    ("grade", "rating", "a"): ("A级", "A"),
}  # fmt: skip
PARENT = ParentView("p", "other", {"check": "none"}, {}, False, WORDS)
FACTS = {"kind": "farm", "cost": 6000, "more": 1, "radius": 100, "officers": 1, "ratio": 20,
         "ok": False, "levels": [], "began": "2025-03-01"}  # fmt: skip
LISTED = CreditView(
    lists=("black",), entries=(Listed("black", date(2025, 1, 2)),),
    facts=(CreditFact("accident", date(2025, 1, 2)),),
    restrictions=(Restriction("acceptance", None, "3.27", "失信黑名单", "black list"),),
)  # fmt: skip


def said(name: str, credit: CreditView = LISTED, /, **args: Any) -> tuple[str, str, str]:
    at = datetime(2025, 2, 3, 9, tzinfo=SHANGHAI)
    view = View(
        workflow="w", today=TODAY, facts=FACTS, tracks={"check": "none", "main": "open"},
        in_hand=frozenset(), groups={}, duties={"reply": "filed"}, licences={},
        happened={"approve": at}, credit=credit, labels=LABELS, words=WORDS,
        world=World(CALENDAR, BOOK, SETTINGS, parent=PARENT),
    )  # fmt: skip
    no = GUARDS[name].function(view, **args)
    assert no is not None
    return no.reason, no.zh, no.en


@pytest.mark.parametrize(
    ("name", "args", "reason", "zh", "en"),
    [
        ("fact_is", {"fact": "kind", "value": "llc"}, "kind_is_not_llc",
         "主体类型：须为“有限公司”。", "kind of entity: must be “limited company”."),
        ("fact_is", {"fact": "ok", "value": True}, "ok_is_not_True",
         "合格：须为“是”。", "sound: must be “yes”."),
        ("fact_is_not", {"fact": "kind", "value": "farm"}, "kind_is_farm",
         "主体类型：不得为“合作社”。", "kind of entity: must not be “cooperative”."),
        ("fact_in", {"fact": "kind", "parameter": "kinds"}, "kind_not_listed",
         "主体类型：“合作社”不在清单内。", "kind of entity: “cooperative” is not on the list."),
        ("at_most", {"fact": "cost", "parameter": "cap"}, "cost_above",
         "造价：不得超过 5000 元。", "cost: at most 5000 yuan."),
        ("below", {"fact": "cost", "parameter": "cap"}, "cost_not_below",
         "造价：须低于 5000 元。", "cost: must be below 5000 yuan."),
        ("above", {"fact": "radius", "parameter": "high"}, "radius_not_above",
         "半径：须超过 1000 米。", "radius: must exceed 1000 m."),
        ("at_least", {"fact": "officers", "parameter": "team"}, "officers_below",
         "人数：不得低于 2 人。", "officers: at least 2 persons."),
        ("within_band", {"fact": "radius", "above": "low", "up_to": "high"},
         "radius_outside_band", "半径：须超过 200 米 且不超过 1000 米。",
         "radius: must be above 200 m and at most 1000 m."),
        ("sum_at_most", {"facts": ["cost", "more"], "parameter": "cap"}, "sum_above",
         "造价、增项合计 6001 元，不得超过 5000 元。",
         "cost, extras together are 6001 yuan: at most 5000 yuan."),
        ("at_least_setting", {"fact": "ratio", "setting": "share"}, "ratio_below",
         "比例：不得低于 30%。", "ratio: at least 30%."),
        ("includes", {"fact": "levels", "value": "city"}, "levels_lacks_city",
         "层级：须包含“市级”。", "levels: must hold “city”."),
        ("in_state", {"track": "check", "states": ["passed"]}, "check_not_ready",
         "核查当前为“未查”，须为“通过”。", "check is in “none”; it must be in “passed”."),
        ("in_state", {"track": "main", "states": ["done"]}, "main_not_ready",
         "本案当前为“受理”，须为“办结”。", "the case is in “open”; it must be in “done”."),
        ("parent_in_state", {"track": "check", "states": ["passed"]}, "parent_not_ready",
         "来源案件当前为“未查”，须为“通过”。",
         "the originating case is in “none”; it must be in “passed”."),
        ("obligation_is", {"obligation": "reply", "statuses": ["open", "missed"]}, "reply_filed",
         "答复：当前为“已提交，待答复”，须为“履行中”或“逾期”。",
         "reply: its status is “filed, awaiting the answer”; it must be “open” or “missed”."),
        ("happened", {"event": "apply"}, "not_yet_apply",
         "尚无“apply”的记录。", "“apply” has not happened yet."),
        ("not_happened", {"event": "approve"}, "already_approve",
         "已有“批准”的记录。", "“Approve” has already happened."),
        ("date_before", {"fact": "began", "event": "approve"}, "began_not_before",
         "开工日期：须早于“批准”。", "began on: must lie before “Approve”."),
        ("elapsed_since", {"event": "approve", "period": "year"}, "year_not_elapsed",
         "自“批准”起尚未满 1 年。", "the period of 1 year since “Approve” has not fully elapsed."),
        ("not_listed", {"list": "black"}, "on_black",
         "申请人已在“失信黑名单”内。", "the applicant is on the black list."),
        ("listed_for", {"list": "black", "period": "year"}, "black_period_not_over",
         "自 2025-01-02 列入“失信黑名单”起尚未满 1 年，2026-01-02 期满，次日起可以办理。",
         "the period of 1 year since entry on the black list on 2025-01-02 ends on 2026-01-02; "
         "possible from the day after"),
        ("privileged", {"privilege": "fast"}, "not_fast",
         "申请人不享有“绿色通道”的便利。",
         "the applicant does not have the privilege “green channel”."),
        ("acceptance_open", {}, "acceptance_restricted",
         "对申请人实行有条件受理或不予受理：失信黑名单（3.27）。",
         "Applications of the applicant are accepted on conditions or not at all: black list "
         "(3.27)."),
        ("no_record", {"credit_facts": ["accident"]}, "recorded_before",
         "信用档案已有 2025-01-02 的记录：安全事故。",
         "the credit file has a record of 2025-01-02: accident"),
        ("records_within", {"credit_facts": ["accident"], "count": "team", "window": "year"},
         "too_few_records", "任一 1 年内“安全事故”的记录均不足 2 次（信用档案现有 1 条）。",
         "no window of 1 year holds 2 records of “accident” (1 on file)"),
        ("graded_in_a_row", {"credit_fact": "rating", "value": "a", "years": "year"},
         "grades_not_in_a_row", "未连续 1 年被评为“A级”。",
         "not graded “A” in 1 consecutive years"),
    ],
)  # fmt: skip
def test_a_refusal_says_everything_in_words(
    name: str, args: dict[str, Any], reason: str, zh: str, en: str
) -> None:
    assert said(name, **args) == (reason, zh, en)


def test_what_comes_on_the_list_later_says_from_when(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FACTS, "kind", "branch")
    assert said("fact_in", fact="kind", parameter="kinds") == (
        "kind_not_listed",
        "主体类型：“分支机构”自 2025-07-01 起才在清单内。",
        "kind of entity: “branch” is on the list from 2025-07-01 on, and not before.",
    )
    monkeypatch.setitem(FACTS, "kind", "llc")
    assert said("fact_not_in", fact="kind", parameter="kinds") == (
        "kind_listed",
        "主体类型：“有限公司”在清单内。",
        "kind of entity: “limited company” is on the list.",
    )
    monkeypatch.setitem(FACTS, "kind", None)
    assert said("fact_in", fact="kind", parameter="kinds")[:2] == (
        "kind_not_listed", "主体类型：尚未说明。",
    )  # fmt: skip


def test_a_number_has_its_unit() -> None:
    assert amount(1, unit_words("months")) == ("1 个月", "1 month")
    assert amount(6, unit_words("months")) == ("6 个月", "6 months")
    assert amount(2017, unit_words("count")) == ("2017", "2017")
    assert amount(96.5, unit_words("percent")) == ("96.5%", "96.5%")
    assert amount(3, unit_words("furlongs")) == ("3 furlongs", "3 furlongs")
    assert status_words("none") == ("尚未产生", "not arisen yet")
