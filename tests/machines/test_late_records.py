"""Acts recorded later than they happened, stays and restorations: what they may do, what never."""

from typing import Any

import pytest

from machines.acts import Act, Evidence
from machines.fold import replay
from machines.frozen import replace
from machines.rungs import pending
from tests.machines.invented import FIRM, HEAD, OFFICER, SUPERVISION, SURVEYOR, Story, at

PROOF = ("EMS-7", "supervision-2")
LAST = "2025-03-17"  # of the reply: served on Monday 3 March 2025, ten working days


def served() -> Story:
    return Story.ordered("2025-03-03", "2025-03-03", "2025-03-28").serve("2025-03-03")


def test_the_fold_is_in_the_order_of_recording() -> None:
    story = served()
    story.does("2025-03-12", FIRM, "supply", happened="2025-03-10")
    numbers = [entry.at for entry in story.entries]
    assert numbers == sorted(numbers)
    last = story.entries[-1]
    assert (last.happened_at, last.at) == (at("2025-03-10"), at("2025-03-12"))
    assert story.case.recorded == {"supply": at("2025-03-12")}
    assert replay(story.entries) == story.case


def test_nothing_happens_before_the_last_act_of_the_same_track() -> None:
    story = served().does("2025-03-10", OFFICER, "permit")
    refused = story.tries("2025-03-12", FIRM, "supply", happened="2025-03-09")
    assert refused is not None
    assert refused.reason == "before_last_act"
    story.does("2025-03-12", FIRM, "reply", happened="2025-03-07")  # another track


@pytest.mark.parametrize(
    "evidence", [None, ("", "supervision-2"), ("EMS-7", ""), ("EMS-7", "applicant-1")]
)
def test_it_helps_its_bearer_only_with_proof_and_a_second_person(
    evidence: tuple[str, str] | None,
) -> None:
    story = served().until("2025-03-18T08:00")
    refused = story.tries("2025-03-18", FIRM, "reply", happened=LAST, evidence=evidence)
    assert refused is not None
    assert refused.reason == "evidence_required"


def test_in_time_either_way_it_needs_no_proof() -> None:
    story = served().does(LAST, FIRM, "reply", happened="2025-03-14")
    assert story.duty("reply_to_order").acted_at == at("2025-03-14")


def test_late_either_way_proof_does_not_help() -> None:
    story = served().until("2025-03-18T08:00")
    refused = story.tries("2025-03-19", FIRM, "reply", happened="2025-03-18T07:00", evidence=PROOF)
    assert refused is not None
    assert refused.reason == "late"


def test_before_the_sweep_a_proven_act_keeps_the_date() -> None:
    """The scheduler has not come round yet: the label is not on record."""
    story = served().until(f"{LAST}T20:00")
    story.walk.now = at("2025-03-18T00:00:01")
    late = Act("reply", FIRM, happened_at=at(LAST))
    assert not story.walk.do(late)
    assert story.walk.do(replace(late, evidence=Evidence(*PROOF)))
    duty = story.duty("reply_to_order")
    assert (duty.status, duty.acted_at) == ("met", at(LAST))


def test_where_the_miss_is_on_record_a_person_is_asked_to_restore() -> None:
    story = served().until("2025-03-18T08:00")
    story.does("2025-03-18", FIRM, "reply", happened=LAST, evidence=PROOF)
    last = story.entries[-1]
    assert (last.event, last.marks["late_event"]) == ("record_late", "reply")
    assert [effect.do for effect in last.effects] == ["task"]
    assert last.evidence == {"reference": "EMS-7", "confirmed_by": "supervision-2"}
    assert story.duty("reply_to_order").status == "missed"
    assert story.case.tracks["reply"] == "late"


def test_an_act_still_possible_is_recorded_and_a_person_is_asked_as_well() -> None:
    """A month from Monday 3 March 2025 is Thursday 3 April; handed in on the 3rd, on record on the
    4th. The late promise may still be kept; the miss stays a miss until somebody restores."""
    story = served().until("2025-04-04T08:00")
    assert story.duty("supply_papers").status == "missed"
    refused = story.tries("2025-04-04", FIRM, "supply", happened="2025-04-03")
    assert refused is not None
    assert refused.reason == "evidence_required"
    story.does("2025-04-04", FIRM, "supply", happened="2025-04-03", evidence=PROOF)
    last = story.entries[-1]
    assert (last.event, [effect.do for effect in last.effects]) == ("supply", ["task"])
    duty = story.duty("supply_papers")
    assert (duty.status, duty.acted_at) == ("missed", at("2025-04-03"))


def test_the_office_does_not_date_its_own_act_back_without_proof() -> None:
    """Twenty working days from Monday 3 March 2025: Monday 31 March."""
    story = Story.begun("2025-03-03").until("2025-04-01T08:00")
    refused = story.tries("2025-04-01", OFFICER, "license", happened="2025-03-31")
    assert refused is not None
    assert refused.reason == "evidence_required"


def test_hours_are_not_dated_back_either() -> None:
    story = Story.begun("2025-03-03").until("2025-03-03T21:30")
    late = story.tries("2025-03-03T21:30", OFFICER, "permit", happened="2025-03-03T20:30")
    assert late is not None
    assert late.reason == "evidence_required"


def test_it_never_starts_the_clock_of_another_in_the_past() -> None:
    """The decision is dated the 3rd and recorded on Friday 7 March 2025: fifteen natural days and a
    month run from the 7th; the office's own twenty days are counted as they are."""
    story = Story.begun("2025-03-03").does(
        "2025-03-07", OFFICER, "license", happened="2025-03-03T10:00"
    )
    assert story.due("pay_the_fee") == "2025-03-24"
    assert story.due("supply_papers") == "2025-04-07"
    receipt = story.duty("pay_the_fee").receipt
    assert receipt["late_record"]["counted_from"][:10] == "2025-03-07"
    assert story.duty("decide").acted_at == at("2025-03-03T10:00")


def test_nor_by_way_of_an_earlier_event_it_is_counted_from() -> None:
    """Licensed on the 3rd, on record on Friday 7 March 2025; ordered on Monday 10 March: ten
    working days from the record, not from the licence, are Friday 21 March."""
    story = Story.begun("2025-03-03").does(
        "2025-03-07", OFFICER, "license", happened="2025-03-03T10:00"
    )
    story.does("2025-03-10", SUPERVISION, "order", correct_by="2026-10-30")
    assert story.due("report_stock") == "2025-03-21"
    assert Story.ordered("2025-03-03", "2025-03-10").due("report_stock") == "2025-03-17"
    story.replays()


def test_a_miss_it_brings_about_is_enforceable_after_the_record_alone() -> None:
    """The survey was on Monday 10 March 2025 and is on record on Friday the 14th: what had to come
    before it is missed on the 10th, and enforceable on Monday the 17th, not on the 11th."""
    story = served().does("2025-03-14", SURVEYOR, "survey", happened="2025-03-10")
    duty = story.duty("insure_first")
    assert (duty.status, str(duty.missed_on)) == ("missed", "2025-03-10")
    assert str(duty.due.enforceable_from) == "2025-03-17"
    assert "record_credit" not in story.effects()
    story.replays()


def test_a_stay_stops_what_harms_and_nothing_else() -> None:
    story = served().does(
        "2025-03-10", SUPERVISION, "stay", reason="复议期间停止执行", paper="复议-1"
    )
    story.until("2025-05-06")
    assert story.duty("reply_to_order").status == "missed"  # a label is no harm
    assert story.case.tracks["reply"] == "late"
    assert "record_credit" not in story.effects()
    assert "escalate" in story.effects()  # the office's own misses go on
    story.does("2025-05-07", SUPERVISION, "lift_stay", reason="复议维持")
    assert story.effects().count("record_credit") == 1
    story.replays()


@pytest.mark.parametrize(
    ("event", "facts", "reason"),
    [
        ("stay", {"reason": "复议"}, "fact_missing"),
        ("stay", {"paper": "复议-1"}, "fact_missing"),
        ("lift_stay", {"reason": "复议维持"}, "not_stayed"),
    ],
)
def test_a_stay_is_an_act_with_its_paper(event: str, facts: dict[str, Any], reason: str) -> None:
    refused = served().tries("2025-03-10", SUPERVISION, event, **facts)
    assert refused is not None
    assert refused.reason == reason


def test_a_stay_moves_no_date() -> None:
    story = served()
    before = [duty.due for duty in story.case.duties]
    story.does("2025-03-10", SUPERVISION, "stay", reason="复议", paper="复议-1")
    assert [duty.due for duty in story.case.duties] == before
    again = story.tries("2025-03-11", SUPERVISION, "stay", reason="复议", paper="复议-1")
    assert again is not None
    assert again.reason == "already_stayed"


@pytest.mark.parametrize(
    ("policy", "due"), [("restart", "2025-04-08"), ("fulfilled", "2025-03-17")]
)
def test_a_restoration_says_by_which_policy_the_period_goes_on(policy: str, due: str) -> None:
    """Undone on Monday 24 March 2025: ten working days from then, 4 April off: Tuesday 8 April."""
    story = served().until("2025-03-21")
    story.does("2025-03-24", HEAD, "restore", **_restoring(story, policy))
    duty = story.duty("reply_to_order")
    assert duty.receipt["moves"][-1]["policy"] == policy
    assert (str(duty.due.on), duty.status) == (due, "met" if policy == "fulfilled" else "open")
    assert story.case.tracks["reply"] == "none"
    story.replays()


@pytest.mark.parametrize("policy", ["keep_date", "keep_remaining"])
def test_where_no_time_was_left_none_can_be_kept(policy: str) -> None:
    story = served().until("2025-03-21")
    refused = story.tries("2025-03-24", HEAD, "restore", **_restoring(story, policy))
    assert refused is not None
    assert refused.reason == "date_passed"


def _restoring(story: Story, policy: str) -> dict[str, Any]:
    """The facts of undoing what the engine did about the reply."""
    undone = [one.seq for one in story.case.undo if one.because and one.because.rung == "enforced"]
    return {"entry": max(undone), "policy": policy, "reason": "回执证明按期",
            "paper": "营审复〔2025〕1号", "confirmed_by": "supervision-2"}  # fmt: skip


def test_what_a_late_record_says_does_not_make_the_scheduler_act_twice() -> None:
    story = served().until("2025-03-18T08:00")
    story.does("2025-03-18", FIRM, "reply", happened=LAST, evidence=PROOF)
    story.until("2025-06-03")
    rungs = [entry.because for entry in story.entries if entry.because is not None]
    assert len(rungs) == len(set(rungs))
    assert [
        r for r in pending(story.workflow.compiled, story.case) if r.instant <= at("2025-06-03")
    ] == []
