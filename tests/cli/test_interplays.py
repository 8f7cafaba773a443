"""The interplays of the demo: one reform acts on another, and each story keeps what it promises."""

from collections.abc import Mapping
from typing import Any

import pytest

from api.demo import Line, Told, in_memory, told
from api.interplays import (
    BANK_FREEZES,
    FINDING_COMES_BACK,
    INTERPLAYS,
    LISTED_ELSEWHERE,
    REPAIRED,
)
from api.sandbox_zone import CAST, ZONE, accounts, staged
from api.stage import EnteredOn, Step, Story, StoryBroken, Telling, tell
from cases.clock import SANDBOX_START
from machines.frozen import replace
from rules.credit_code import problem_with
from tests.cli.running import run
from tests.console.visitor import Visitor, app_on

Tales = Mapping[str, Told]


@pytest.fixture(scope="module")
def tales() -> Tales:
    """Every interplay by its key, told; each is judged in the telling."""
    return {one.key: told(one) for one in INTERPLAYS}


def _at(tale: Told, *signs: str) -> list[Line]:
    """The lines that say each of these, which must follow one another in this order."""
    found: list[Line] = []
    rest = iter(tale.lines)
    for sign in signs:
        line = next((one for one in rest if sign in "\n".join((one.text, *one.details))), None)
        assert line is not None, f"{tale.story.key}: no {sign!r} after {[o.text for o in found]}"
        found.append(line)
    return found


def _refusals(tale: Told) -> list[Line]:
    return [line for line in tale.lines if line.kind == "refused"]


def test_each_interplay_spans_several_workflows_or_sides_and_promises_how_it_ends() -> None:
    for story in INTERPLAYS:
        assert story.ends
        assert story.others_end or story.parties
    assert [one.listed for one in INTERPLAYS[:3]] == [("environmental_dishonest",), (), ("black",)]


def test_everybody_in_them_is_fictional() -> None:
    for story in INTERPLAYS:
        for party in (story.subject, *story.parties.values()):
            assert "虚构" in party.name
            assert party.kind == "pre_establishment" or str(party.uscc)[2:8] == "999999"
            assert party.uscc is None or problem_with(party.uscc) is None


def test_the_environmental_list_puts_the_freight_intake_on_the_ordinary_route(
    tales: Tales,
) -> None:
    tale = tales[LISTED_ELSEWHERE.key]
    listed, heading, opened, refused, ordinary = _at(
        tale, "列入名单 list @builder  环保失信单位名单", "▸ 网络货运", "立案", "被拒绝",
        "informed → ordinary_route",
    )  # fmt: skip
    assert listed.kind == "adverse"
    assert heading.kind == "case"
    assert listed.on < opened.on == refused.on == ordinary.on
    assert _refusals(tale) == [refused]
    assert "commitment_route_closed" in refused.text
    assert "环保失信单位名单（7.23）" in refused.text
    assert refused.clauses
    assert tale.cases["freight"]["tracks"] == {"main": "ordinary_route"}
    assert tale.cases["freight"]["restrictions"][0]["clause"] == "7.23"
    assert tale.lists == ("environmental_dishonest",)


def test_repair_takes_the_enterprise_off_the_list_and_the_commitment_route_is_open_again(
    tales: Tales,
) -> None:
    tale = tales[REPAIRED.key]
    early, asked, removed, eligible, licence = _at(
        tale, "被拒绝", "listed → conditions_met", "移出名单 delist  环保失信单位名单",
        "informed → determined_eligible", "颁发 issue  网络货运经营许可证",
    )  # fmt: skip
    assert (early.on, early.clauses) == ("2026-03-31", ("N36.1",))
    assert "repaired_list_not_listed" in early.text
    assert (asked.on, removed.who) == ("2026-04-01", "环保部门")
    assert asked.on < removed.on < eligible.on == licence.on
    assert tale.lists == ()
    assert tale.cases["freight"]["tracks"] == {"main": "ordinary_route"}
    assert tale.cases["freight again"]["restrictions"] == []


def test_the_display_is_counted_from_the_day_of_the_entry(tales: Tales) -> None:
    (listed,) = _at(tales[LISTED_ELSEWHERE.key], "列入名单 list @builder")
    assert tales[REPAIRED.key].cases["repair"]["facts"]["found_on"] == listed.on


def test_while_it_stays_on_the_list_the_route_stays_closed() -> None:
    """The counter-test: without the decision to remove, the same application is refused."""
    again = [step for step in REPAIRED.steps if step.case == "freight again"][:3]
    kept = [step for step in REPAIRED.steps if step.case != "freight again"
            and step.does != "decide_removal"]  # fmt: skip
    again[2] = replace(again[2], refused="commitment_route_closed")
    ends = {**REPAIRED.others_end, "repair": {"main": "conditions_met"},
            "freight again": {"main": "informed"}}  # fmt: skip
    tale = told(replace(REPAIRED, steps=(*kept, *again), others_end=ends,
                        listed=LISTED_ELSEWHERE.listed))  # fmt: skip
    assert "（7.23）" in _refusals(tale)[-1].text


def test_the_result_of_a_linked_inspection_comes_back_and_meets_the_next_application(
    tales: Tales,
) -> None:
    tale = tales[FINDING_COMES_BACK.key]
    file, drawn, child, signal, back, filed, listed, refused, accepted = _at(
        tale, "建立关联案件 linked case  准入后监管", "建立关联案件 linked case  “三随机三公开”",
        "candidate → drawn", "告知关联案件 word to a linked case  检查结果回传",
        "supervised_random → inspected", "记入信用档案 credit file  违法行为受到处罚",
        "列入名单 list  失信黑名单", "(acceptance_restricted)", "applied → accepted_conditionally",
    )  # fmt: skip
    assert file.on < drawn.on == child.on < signal.on == back.on < filed.on < listed.on
    assert {child.who, back.who} == {"系统 engine"}
    assert (signal.who, listed.who) == ("监管人员", "片区管委会")
    assert any("a violation punished  〔3.22〕" in detail for detail in filed.details)
    assert refused.clauses == ("3.27",)
    assert refused.on == accepted.on > listed.on
    assert tale.facts.count("violation_punished") == 1


def test_a_record_alone_closes_nothing() -> None:
    """As far as the text goes: acceptance is restricted by the list, not by the finding itself."""
    steps = [step for step in FINDING_COMES_BACK.steps if step.case != "file"][:-1]
    steps[-1] = replace(steps[-1], refused=None)
    ends = {"inspection": {"main": "closed"}, "next matter": {"main": "accepted"}}
    tale = told(replace(FINDING_COMES_BACK, steps=tuple(steps), others_end=ends, listed=()))
    assert "violation_punished" in tale.facts


def test_the_finding_stands_in_the_credit_file_over_http() -> None:
    service = in_memory()
    staged(service)
    telling = Telling(service, CAST, FINDING_COMES_BACK, SANDBOX_START.date(), ZONE)
    for _ in tell(service, [telling]):
        pass
    with service.store.unit() as unit:
        accounts(unit, SANDBOX_START)
    answer = Visitor(app_on(service)).client.get(
        f"/v1/enterprises/{FINDING_COMES_BACK.subject.uscc}",
        headers={"Authorization": "Bearer sandbox-supervision"},
    )
    assert answer.status_code == 200, answer.text
    file: dict[str, Any] = answer.json()
    (fact,) = [one for one in file["credit_facts"] if one["fact"] == "violation_punished"]
    assert fact["case"] == telling.case()["id"]
    assert (fact["clauses"], fact["on"], fact["retracted"]) == (["3.22"], "2025-01-24", False)
    assert [(one["list"], one["workflow"]) for one in file["lists"]] == [("black", "credit_system")]
    restricted = {one["restriction"]: one["clause"] for one in file["restrictions"]}
    assert restricted["acceptance"] == "3.27"
    assert [one["workflow"] for one in file["cases"]].count("three_random_inspection") == 1
    service.close()


def test_the_bank_freezes_by_itself_and_we_tell_the_date_and_record_it(tales: Tales) -> None:
    tale = tales[BANK_FREEZES.key]
    last, missed, asked, told_of, confirmed = _at(
        tale, "最后一日", "逾期 missed：缓冲期内", "冻结 freeze", "冻结日期告知书",
        "announced → confirmed",
    )  # fmt: skip
    assert (last.on, missed.on) == ("2025-02-14", "2025-02-15")
    assert missed.kind == "label"
    assert asked.kind == "adverse"
    assert "14.46" in asked.clauses
    assert any("请银行的系统执行" in detail for detail in asked.details)
    assert missed.on < asked.on == told_of.on == confirmed.on
    assert (asked.who, told_of.who, confirmed.who) == ("系统 engine", "片区管委会", "银行")
    assert [line for line in tale.lines if line.kind == "adverse"] == [asked]


def test_nobody_confirms_the_freeze_but_the_bank() -> None:
    steps = BANK_FREEZES.steps
    officer = replace(steps[-1], by="area_committee", refused="role_not_allowed")
    told(replace(BANK_FREEZES, steps=(*steps[:-1], officer),
                 ends={"main": "frozen_unverified", "freeze": "announced"}))  # fmt: skip


def _variant(**changes: Any) -> Story:
    return replace(LISTED_ELSEWHERE, **changes)


@pytest.mark.parametrize(("story", "said"), [
    (_variant(listed=()), "listed .*environmental_dishonest.*, not"),
    (_variant(recorded=("violation_punished",)), "not in the credit file: .*violation_punished"),
    (_variant(others_end={"freight": {"main": "revoked"}}),
     "freight main is ordinary_route, not revoked"),
    (_variant(steps=(Step(0, "approval", "inform", case="elsewhere"),)), "no case elsewhere"),
    (_variant(steps=(Step(0, "approval", "notify_once", {"industry": EnteredOn("black")}),)),
     "not on the list black"),
    (_variant(steps=tuple(replace(one, refused=None) for one in LISTED_ELSEWHERE.steps)),
     "determine_eligible: expected None, commitment_route_closed"),
])  # fmt: skip
def test_an_interplay_that_goes_otherwise_is_broken(story: Story, said: str) -> None:
    with pytest.raises(StoryBroken, match=said):
        told(story)


def test_the_terminal_says_in_which_case_and_what_is_on_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("api.stories.TOLD", ())
    monkeypatch.setattr("api.stories.MORE", ())
    shown = run("demo", "--all").stdout
    for story in INTERPLAYS:
        assert story.zh in shown
    assert "▸ 商事主体信用修复 Credit repair of enterprises" in shown
    assert "信用档案 credit file：不在名单 on no list" in shown
    on_file = "失信黑名单 black list (dishonest)，违法行为受到处罚 a violation punished"
    assert f"信用档案 credit file：{on_file}" in shown
    assert "网络货运经营许可告知承诺：转一般程序 ordinary route" in shown
