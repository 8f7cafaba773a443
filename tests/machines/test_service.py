"""Service: what each channel must show, when it is complete, whose clock it starts, what fails."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from machines.acts import Act, Refused
from machines.codec import from_plain, to_plain
from machines.deliveries import deliveries
from machines.rungs import SHANGHAI, midnight, pending
from machines.step import decide, evolve
from rules.parameters import ParameterError
from rules.statutes import STATUTORY
from tests.machines.invented import FIRM, OFFICER, SUPERVISION, Story, at, tried

ORDERED = ("2025-03-03", "2025-03-03")
ORDER: dict[str, Any] = {"document": "order", "to": "subject"}


def served(story: Story) -> list[tuple[str, str | None, str]]:
    """Every document of a case: name, party, state."""
    return [(d.document, d.to, d.state) for d in deliveries(story.workflow.compiled, story.case)]


@pytest.mark.parametrize(
    ("facts", "missing"),
    [
        ({"channel": "post"}, "reference"),
        ({"channel": "public_notice"}, "reference"),
        ({"channel": "in_person", "refused_to_sign": True}, "witness"),
    ],
)
def test_each_channel_says_what_it_lacks(facts: dict[str, Any], missing: str) -> None:
    refused = tried(Story.ordered(*ORDERED), "2025-03-04", **facts)
    assert refused is not None
    assert refused.reason == "fact_missing"
    assert refused.context == {"missing": [missing]}
    assert refused.clause is not None
    assert refused.clause.startswith("民事诉讼法")


@pytest.mark.parametrize(
    "facts",
    [
        {"channel": "electronic"},
        {"channel": "electronic", "system": "片区政务平台", "reference": "R-1"},
        {"channel": "in_person"},
        {"channel": "in_person", "signed_by": "虚构收件人", "refused_to_sign": False},
        {"channel": "in_person", "refused_to_sign": True, "witness": "虚构见证人"},
        {"channel": "post", "reference": "EMS-1", "served_on": "2025-03-04"},
    ],
)
def test_a_complete_service_starts_the_clock_of_its_party(facts: dict[str, Any]) -> None:
    """Served on Tuesday 4 March 2025: the tenth working day is Tuesday 18 March."""
    story = Story.ordered(*ORDERED).serve("2025-03-04", **facts)
    assert story.due("reply_to_order") == "2025-03-18"
    one = story.service(1)
    assert (one.status, one.by, str(one.on)) == ("served", "supervision-1", "2025-03-04")
    stated = {k: v for k, v in facts.items() if k not in ("channel", "served_on")}
    assert one.proof == {k: str(v).lower() if isinstance(v, bool) else v for k, v in stated.items()}
    story.replays()


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"channel": "electronic", "witness": "虚构见证人"}, "fact_unfit"),
        ({"channel": "electronic", "published_on": "2025-03-04"}, "fact_unfit"),
        ({"channel": "public_notice", "reference": "1", "served_on": "2025-03-04"}, "fact_unfit"),
        ({"channel": "electronic", "served_on": "2025-03-05"}, "in_future"),
        ({"channel": "electronic", "served_on": "2025-03-02"}, "before_issue"),
        ({"channel": "pigeon"}, "fact_wrong"),
        ({"document": "letter"}, "document_unknown"),
        ({"to": "bank"}, "party_unknown"),
    ],
)  # fmt: skip
def test_a_service_that_cannot_be_is_refused(facts: dict[str, Any], reason: str) -> None:
    stated: dict[str, Any] = {
        "document": "order",
        "to": "subject",
        "channel": "electronic",
        **facts,
    }
    story = Story.ordered(*ORDERED)
    refused = story.tries("2025-03-04", SUPERVISION, "serve", **stated)
    assert refused is not None
    assert refused.reason == reason
    assert story.case.services == ()


def test_two_days_for_one_service_are_refused() -> None:
    story = Story.ordered(*ORDERED)
    facts = {**ORDER, "channel": "electronic"}
    refused = story.tries("2025-03-06", SUPERVISION, "serve", happened="2025-03-05",
                          served_on="2025-03-04", **facts)  # fmt: skip
    assert refused is not None
    assert refused.reason == "fact_wrong"
    story.does("2025-03-06", SUPERVISION, "serve", happened="2025-03-05",
               served_on="2025-03-05", **facts)  # fmt: skip
    assert str(story.service(1).on) == "2025-03-05"


def test_a_return_card_recorded_late_starts_no_clock_in_the_past() -> None:
    """Received on Tuesday 4 March, on record on Friday 7 March: ten working days from the 7th are
    Friday 21 March; the record keeps both days."""
    story = Story.ordered(*ORDERED)
    story.serve("2025-03-07", channel="post", reference="EMS-1", served_on="2025-03-04")
    assert str(story.service(1).on) == "2025-03-04"
    assert story.due("reply_to_order") == "2025-03-21"
    late = story.duty("reply_to_order").receipt["late_record"]
    assert (late["happened_at"][:10], late["counted_from"][:10]) == ("2025-03-04", "2025-03-07")
    story.replays()


def test_a_service_of_the_day_of_issue_counts_from_the_issue_on() -> None:
    story = Story.begun("2025-03-03").does("2025-03-03", OFFICER, "license")
    story.does("2025-03-03T14:00", SUPERVISION, "order", correct_by="2026-10-30")
    story.serve("2025-03-05", channel="post", reference="EMS-1", served_on="2025-03-03")
    assert story.service(1).served_at == at("2025-03-03T14:00")


def test_what_happened_in_between_does_not_keep_a_receipt_out_of_the_record() -> None:
    """Service moves no track: it need not come after the last act, only after the issue."""
    story = Story.ordered(*ORDERED).does("2025-03-06", OFFICER, "permit")
    story.serve("2025-03-07", channel="post", reference="EMS-1", served_on="2025-03-04")
    assert story.service(1).status == "served"


def test_a_public_notice_is_service_when_thirty_days_have_passed() -> None:
    """Published on Monday 3 March 2025: the thirtieth day is Wednesday 2 April; complete on the
    3rd. Ten working days from then, the 4th a holiday: Friday 18 April."""
    story = Story.ordered(*ORDERED)
    story.serve("2025-03-03T15:00", channel="public_notice", reference="公告-1", reason="下落不明")
    notice = story.service(1)
    assert (notice.status, str(notice.runs_to)) == ("waiting", "2025-04-02")
    assert notice.receipt["source"]["clause"] == "民事诉讼法95"
    assert story.duty("reply_to_order").due.kind == "event"
    assert ("order", "subject", "waiting") in served(story)
    story.until("2025-04-02T23:59:59")
    assert story.duty("reply_to_order").due.kind == "event"
    story.until("2025-04-03")
    done = story.service(1)
    assert (done.status, done.served_at) == ("served", midnight(date(2025, 4, 3)))
    assert story.due("reply_to_order") == "2025-04-18"
    assert ("order", "subject", "served") in served(story)
    story.replays()


def test_a_notice_published_before_it_is_recorded_runs_from_its_publication() -> None:
    story = Story.ordered(*ORDERED)
    story.serve("2025-03-10", channel="public_notice", reference="1", published_on="2025-03-04")
    assert str(story.service(1).runs_to) == "2025-04-03"


def test_a_notice_put_on_record_after_its_period_starts_no_clock_in_the_past() -> None:
    """Its period ran out on 3 April; recorded on Tuesday 6 May, it starts the clock on that day:
    ten working days on, Tuesday 20 May."""
    story = Story.ordered(*ORDERED)
    story.serve("2025-05-06", channel="public_notice", reference="1", published_on="2025-03-04")
    assert story.service(1).served_at == midnight(date(2025, 4, 4))
    assert story.due("reply_to_order") == "2025-05-20"


def test_a_notice_is_complete_once_and_a_delivery_meanwhile_overtakes_it() -> None:
    story = Story.ordered(*ORDERED)
    story.serve("2025-03-03T15:00", channel="public_notice", reference="公告-1")
    story.serve("2025-03-10", channel="in_person")
    story.until("2025-05-01")
    rungs = [entry.because.rung for entry in story.entries if entry.because is not None]
    assert "served" not in rungs
    assert story.due("reply_to_order") == "2025-03-24"
    assert story.service(1).status == "waiting"


def test_a_document_issued_anew_is_not_served_by_an_old_notice() -> None:
    story = Story.ordered(*ORDERED)
    story.serve("2025-03-03T15:00", channel="public_notice", reference="公告-1")
    story.does("2025-03-10", SUPERVISION, "order", correct_by="2026-10-30")
    story.until("2025-06-01")
    assert story.duty("reply_to_order").due.kind == "event"
    assert ("order", "subject", "waiting") in served(story)


def test_the_period_of_a_notice_was_sixty_days_until_2022() -> None:
    parameter = STATUTORY["public_notice_days"]
    days = (date(2021, 12, 31), date(2022, 1, 1))
    assert [parameter.on(day).value for day in days] == [60, 30]
    with pytest.raises(ParameterError):
        parameter.on(date(2017, 6, 30))


def test_a_failed_delivery_starts_nothing_and_stays_on_the_desk() -> None:
    story = Story.ordered(*ORDERED)
    facts: dict[str, Any] = {
        "document": "order",
        "to": "subject",
        "channel": "post",
        "reason": "查无此人",
    }
    failed = "record_failed_service"
    refused = story.tries("2025-03-05", SUPERVISION, failed, attempted="2025-03-06", **facts)
    assert refused is not None
    assert refused.reason == "in_future"
    story.does("2025-03-06", SUPERVISION, failed, attempted="2025-03-05", reference="1", **facts)
    assert story.duty("reply_to_order").due.kind == "event"
    assert ("order", "subject", "failed") in served(story)
    one = story.service(1)
    assert (one.status, str(one.on), one.proof["reason"]) == ("failed", "2025-03-05", "查无此人")
    story.serve("2025-03-10", channel="in_person")
    assert ("order", "subject", "served") in served(story)
    assert story.due("reply_to_order") == "2025-03-24"
    story.replays()


def test_a_failed_delivery_says_why() -> None:
    story = Story.ordered(*ORDERED)
    facts = {**ORDER, "channel": "post"}
    refused = story.tries("2025-03-05", SUPERVISION, "record_failed_service", **facts)
    assert refused is not None
    assert refused.context == {"missing": ["reason"]}


def test_what_is_issued_waits_for_every_party_whose_clock_it_starts() -> None:
    story = Story.ordered(*ORDERED)
    assert served(story) == [
        ("order", "subject", "waiting"), ("report", "preparer", "waiting"),
        ("report", "subject", "waiting"),
    ]  # fmt: skip
    story.serve("2025-03-04", "report", "subject")
    assert served(story)[1:] == [("report", "preparer", "waiting"), ("report", "subject", "served")]


def test_a_withdrawn_case_has_nothing_left_to_serve() -> None:
    story = Story.begun("2025-03-03")
    story.does("2025-03-03", SUPERVISION, "cancel_registration", reason="注销", paper="1")
    assert served(story) == []


def test_of_two_parties_served_late_the_clock_starts_with_the_later_record() -> None:
    """Both cards name early days; the second is put on record on Monday 10 March: five working
    days on, Monday 17 March."""
    story = Story.ordered(*ORDERED)
    story.serve("2025-03-06", "report", "subject", channel="post", reference="1",
                served_on="2025-03-05")  # fmt: skip
    story.serve("2025-03-10", "report", "preparer", channel="post", reference="2",
                served_on="2025-03-04")  # fmt: skip
    assert story.due("survey_report") == "2025-03-17"


@given(
    published=st.integers(0, 40), recorded=st.integers(0, 60), looked=st.integers(0, 120),
    seconds=st.integers(0, 86_399),
)  # fmt: skip
def test_no_notice_is_service_before_its_period_has_run_out(
    published: int, recorded: int, looked: int, seconds: int
) -> None:
    """Whenever it is recorded and whenever the scheduler looks: never early, and only once."""
    story = Story.ordered(*ORDERED)
    first = date(2025, 3, 3) + timedelta(published)
    now = datetime(2025, 3, 3, 10, tzinfo=SHANGHAI) + timedelta(days=published + recorded)
    story.walk.pass_time(now - story.walk.now)
    facts = {**ORDER, "channel": "public_notice", "reference": "1", "published_on": str(first)}
    moved = decide(story.workflow.compiled, story.case, Act("serve", SUPERVISION, facts), now,
                   story.walk.world)  # fmt: skip
    assert not isinstance(moved, Refused)
    case = story.case
    for entry in moved.entries:
        case = evolve(case, entry)
    over = midnight(first + timedelta(days=31))
    rungs = [one for one in pending(story.workflow.compiled, case) if one.rung == "served"]
    assert [one.instant for one in rungs] == [over]
    later = now + timedelta(days=looked, seconds=seconds)
    assert (rungs[0].instant <= later) is (later >= over)
    assert from_plain(type(case), to_plain(case)) == case


@pytest.mark.parametrize("again", ["2025-03-10", "2025-03-18", "2025-06-04"])
def test_a_second_delivery_of_the_same_paper_starts_nothing_anew(again: str) -> None:
    """The message first and the paper after it; before or after the answer, or after the miss."""
    for answered in (True, False):
        story = Story.ordered(*ORDERED).serve("2025-03-03")
        if answered:
            story.does("2025-03-07", FIRM, "reply")
        before = [duty.key for duty in story.case.duties]
        story.serve(again, channel="post", reference="EMS-2")
        story.until("2025-09-01")
        assert [duty.key for duty in story.case.duties] == before
        assert story.duty("reply_to_order").status == ("met" if answered else "missed")
        assert story.effects().count("record_credit") == (0 if answered else 1)
        story.replays()


def test_a_document_issued_anew_starts_its_period_anew() -> None:
    """Even in one and the same minute: the order, its service, the answer, and all of it again."""
    story = Story.ordered(*ORDERED).serve("2025-03-03")
    story.does("2025-03-03", FIRM, "reply")
    story.does("2025-03-03", SUPERVISION, "order", correct_by="2026-10-30")
    story.serve("2025-03-03")
    duty = story.duty("reply_to_order")
    assert (duty.occurrence, duty.status, str(duty.due.on)) == (2, "open", "2025-03-17")
    story.serve("2025-03-04", channel="post", reference="EMS-2")
    assert story.duty("reply_to_order").occurrence == 2
    story.replays()
