"""`decide` and `evolve` in plain stories, and what must hold of every entry."""

import json
from datetime import datetime, timedelta

import pytest

from machines.acts import Act, Enforce, Evidence, Moved, Refused
from machines.book import rulebook
from machines.case import Actor, Because, Case, Entry
from machines.codec import CodecError, canonical, from_plain, to_plain
from machines.fold import ReplayError, evolve, replay
from machines.frozen import replace
from machines.rungs import SHANGHAI, pending
from machines.step import decide
from rules.parameters import ParameterError, Settings
from rules.working_days import load_calendar
from tests.properties.walker import CODES, START, Walk, assumed_world

BOOK = rulebook()
CALENDAR = load_calendar()
UPFRONT = (
    "security_level_protection_filing_proof", "level3_protection_evaluation_report",
    "value_added_telecom_licence", "online_capability_determination",
)  # fmt: skip
BOTH = ("principal_exam_pass_certificate", "safety_manager_exam_pass_certificate")
OFFICER = Actor("approval-1", "approval")
FIRM = Actor("applicant-1", "applicant", CODES[0])


def licensed() -> Walk:
    """A freight licence issued on 2025-01-02."""
    walk = Walk(BOOK.workflows["network_freight"], assumed_world(BOOK, CALENDAR, "network_freight"))
    walk.open()
    yes = {
        name: True
        for name in ("in_writing", "notice_known", "six_months_promised", "supervision_accepted")
    }
    for act in (
        Act("inform", OFFICER),
        Act("determine_eligible", OFFICER, {"risk_controllable": True}, dict.fromkeys(UPFRONT)),
        Act("commit", FIRM, yes),
        Act("file_application", FIRM),
        Act("issue_licence", OFFICER, {"formal_review_passed": True}),
    ):
        assert walk.do(act), act.event
    return walk


def refused(walk: Walk, act: Act) -> Refused:
    answer = decide(walk.workflow.compiled, walk.case, act, walk.now, walk.world)
    assert isinstance(answer, Refused)
    return answer


def test_the_licence_arms_the_six_months_with_a_receipt() -> None:
    walk = licensed()
    assert walk.case is not None
    duty = walk.case.latest("supply_promised_materials")
    assert duty is not None
    assert str(duty.due.on) == "2025-07-02"
    assert str(duty.due.enforceable_from) == "2025-07-04"
    assert duty.receipt["source"]["parameter"] == "supplement_months"
    assert duty.receipt["source"]["clause"] == "9.24"


def test_an_entry_survives_its_stored_form_and_the_journal_replays() -> None:
    walk = licensed()
    stored = [canonical(to_plain(entry)) for entry in walk.entries]
    entries = [from_plain(Entry, json.loads(text)) for text in stored]
    assert entries == walk.entries
    assert replay(entries) == walk.case
    assert from_plain(Case, json.loads(canonical(to_plain(walk.case)))) == walk.case


def test_a_journal_without_its_opening_or_with_a_false_move_is_no_case() -> None:
    walk = licensed()
    with pytest.raises(ReplayError, match="empty"):
        replay([])
    with pytest.raises(ReplayError, match="opening"):
        replay(walk.entries[1:])
    false = replace(walk.entries[-1], moves={"main": ("inquiry", "revoked")})
    with pytest.raises(ReplayError, match="moves main from inquiry"):
        evolve(walk.case, false)
    with pytest.raises(CodecError):
        from_plain(Entry, {"kind": "act"})


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (Act("issue_license", OFFICER), "unknown_event"),
        (Act("commit", FIRM), "not_possible_now"),
        (Act("supply_all", OFFICER), "role_not_allowed"),
        (Act("supply_all", FIRM), "materials_missing"),
        (Act("supply_all", FIRM, {}, {"a_novel": None}), "material_unknown"),
        (Act("supply_all", FIRM, {"colour": "red"}), "fact_unknown"),
        (Act("supply_all", replace(FIRM, enterprise=CODES[1])), "not_your_case"),
        (Act("verify_commitment", OFFICER, {"finding": "fine"}), "separation_of_duties"),
        (Act("verify_commitment", replace(OFFICER, user="b")), "fact_missing"),
        (Act("verify_commitment", replace(OFFICER, user="b"), {"finding": 3}), "fact_wrong"),
        (Act("supply_part", FIRM, happened_at=START + timedelta(days=1)), "in_future"),
        (Act("supply_part", FIRM, happened_at=START - timedelta(days=1)), "before_last_act"),
        (Act("extend", OFFICER), "fact_missing"),
        (Act("stay", FIRM, {"reason": "x", "paper": "1"}), "role_not_allowed"),
        (Act("withdraw", FIRM, {"reason": "x"}), "already_decided"),
    ],
)
def test_a_refusal_names_its_reason_in_both_languages(act: Act, reason: str) -> None:
    walk = licensed()
    answer = refused(walk, act)
    assert answer.reason == reason
    assert answer.zh
    assert answer.en


def test_a_refusal_cites_the_clause_of_the_guard() -> None:
    answer = refused(licensed(), Act("supply_all", FIRM, {}, {BOTH[1]: None}))
    assert (answer.reason, answer.clause) == ("materials_missing", "9.8")
    assert "企业主要负责人考试合格证明" in answer.zh


def test_nothing_is_enforced_before_its_instant_or_twice() -> None:
    walk = licensed()
    because = Because("supply_promised_materials", 1, "enforced")
    assert refused_rung(walk, because).reason == "not_due"
    walk.pass_time(datetime(2025, 7, 4, tzinfo=SHANGHAI) - START)
    assert walk.case is not None
    assert walk.case.tracks["main"] == "revoked"
    assert refused_rung(walk, because).reason == "not_due"
    assert pending(walk.workflow.compiled, walk.case) == ()


def refused_rung(walk: Walk, because: Because) -> Refused:
    answer = decide(
        walk.workflow.compiled, walk.case, Enforce(because, "test"), walk.now, walk.world
    )
    assert isinstance(answer, Refused)
    return answer


def test_a_supply_recorded_late_needs_a_postmark_and_a_second_person() -> None:
    walk = licensed()
    walk.now = datetime(2025, 7, 3, 9, tzinfo=SHANGHAI)
    posted = datetime(2025, 7, 2, 16, tzinfo=SHANGHAI)
    late = Act("supply_all", FIRM, {}, dict.fromkeys(BOTH), happened_at=posted)
    assert refused(walk, replace(late, happened_at=None)).reason == "late"
    assert refused(walk, late).reason == "evidence_required"
    alone = replace(late, evidence=Evidence("EMS 1", FIRM.user))
    assert refused(walk, alone).reason == "evidence_required"
    assert walk.do(replace(late, evidence=Evidence("EMS 1", "approval-2")))
    assert walk.case is not None
    assert walk.case.tracks["main"] == "licensed_full"


def test_after_the_sweep_a_late_record_only_asks_a_person_to_restore() -> None:
    walk = licensed()
    walk.pass_time(datetime(2025, 7, 4, 9, tzinfo=SHANGHAI) - START)
    assert walk.case is not None
    assert walk.case.tracks["main"] == "revoked"
    posted = datetime(2025, 7, 2, 16, tzinfo=SHANGHAI)
    late = Act("supply_all", FIRM, {}, dict.fromkeys(BOTH), posted)
    assert refused(walk, late).reason == "evidence_required"
    act = replace(late, evidence=Evidence("EMS 1", "approval-2"))
    answer = decide(walk.workflow.compiled, walk.case, act, walk.now, walk.world)
    assert isinstance(answer, Moved)
    assert [effect.do for _, effect in answer.effects] == ["task"]
    assert answer.entries[0].moves == {}
    assert walk.do(act)
    assert walk.case.tracks["main"] == "revoked"


def test_a_missing_zone_setting_or_parameter_stops_the_opening_with_its_name() -> None:
    walk = licensed()
    empty = replace(walk.world, settings=Settings("yingkou"))
    for key, workflow in BOOK.workflows.items():
        if not workflow.definition.settings:
            continue
        other = Walk(workflow, replace(empty))
        with pytest.raises(AssertionError, match=key):
            other.open()
    with pytest.raises(ParameterError, match="2017"):
        BOOK.parameters.value("network_freight", "supplement_months", START.date().replace(2001))
    with pytest.raises(ParameterError, match="no parameter"):
        BOOK.parameters.value("network_freight", "supplement_weeks", START.date())
