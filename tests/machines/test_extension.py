"""Later dates: asked for, granted or refused by a person, before expiry, one at a time."""

from datetime import date
from typing import Any

import pytest

from machines.case import Actor
from machines.engine_events import roles_of
from tests.machines.invented import FIRM, HEAD, OFFICER, SUPERVISION, SURVEYOR, Story
from tests.machines.test_suspension import paused

GRANT: dict[str, Any] = {"reason": "台风停工", "paper": "营审延〔2025〕1号"}


def served() -> Story:
    """Ten working days from Monday 3 March 2025: the reply is due on Monday 17 March."""
    return Story.ordered("2025-03-03", "2025-03-03", "2025-03-28").serve("2025-03-03")


def grant(story: Story, day: str, name: str, new: str, ground: str = "other", **more: Any) -> Story:
    """An extension that must be granted."""
    return story.does(day, HEAD, "extend", obligation=name, new_due_on=new, ground=ground,
                      **GRANT, **more)  # fmt: skip


def barred(story: Story, day: str, name: str, new: str, ground: str = "other") -> str:
    """Why an extension is refused."""
    refused = story.tries(day, HEAD, "extend", obligation=name, new_due_on=new, ground=ground,
                          **GRANT)  # fmt: skip
    assert refused is not None, "it was granted"
    return refused.reason


def test_an_extension_names_its_ground_and_both_parties() -> None:
    story = grant(served(), "2025-03-10", "reply_to_order", "2025-03-31", "force_majeure",
                  requested_by="applicant-1")  # fmt: skip
    duty = story.duty("reply_to_order")
    assert (str(duty.due.on), str(duty.due.enforceable_from)) == ("2025-03-31", "2025-04-01")
    one = duty.extensions[0]
    assert (one.ground, one.requested_by, one.granted_by, str(one.from_on), str(one.to_on)) == (
        "force_majeure", "applicant-1", "approval-2", "2025-03-17", "2025-03-31",
    )  # fmt: skip
    told = duty.receipt["extended"]
    assert (told["ground"], told["working_days_added"], told["by"]) == (
        "force_majeure", 10, "approval-2",
    )  # fmt: skip
    assert duty.receipt["moves"][-1] == {
        "by": "extend", "policy": "keep_remaining", "from": "2025-03-17", "to": "2025-03-31",
        "on": "2025-03-10",
    }  # fmt: skip
    story.replays()


def test_without_a_ground_or_a_paper_nothing_is_extended() -> None:
    story = served()
    refused = story.tries("2025-03-10", HEAD, "extend", obligation="reply_to_order",
                          new_due_on="2025-03-31", reason="台风停工")  # fmt: skip
    assert refused is not None
    assert refused.context == {"missing": ["ground", "paper"]}


@pytest.mark.parametrize(
    ("day", "name", "new", "reason"),
    [
        ("2025-03-18", "reply_to_order", "2025-03-31", "not_running"),
        ("2025-03-10", "reply_to_order", "2025-03-17", "not_later"),
        ("2025-03-10", "reply_to_order", "2025-03-14", "not_later"),
        ("2025-03-10", "reply_to_order", "2027-03-31", "calendar_unpublished"),
        ("2025-03-03T10:00", "interim_permit", "2025-03-31", "no_date"),
    ],
)
def test_an_extension_that_cannot_be_is_refused(day: str, name: str, new: str, reason: str) -> None:
    assert barred(served(), day, name, new) == reason


def test_one_extension_at_a_time() -> None:
    story = grant(served(), "2025-03-10", "reply_to_order", "2025-03-24")
    assert barred(story, "2025-03-17", "reply_to_order", "2025-03-31") == "already_extended"
    grant(story, "2025-03-18", "reply_to_order", "2025-03-31")
    duty = story.duty("reply_to_order")
    assert [str(one.to_on) for one in duty.extensions] == ["2025-03-24", "2025-03-31"]


def test_a_period_that_rests_is_not_extended() -> None:
    story = served().does("2025-03-10", OFFICER, "suspend", obligation="reply_to_order",
                          reason="专家评审", notice="告知-1")  # fmt: skip
    assert barred(story, "2025-03-11", "reply_to_order", "2025-03-31") == "suspended"


@pytest.mark.parametrize(
    ("start", "due", "granted"),
    [
        ("2025-03-24", "2025-04-22", "2025-05-08"),
        ("2024-09-02", "2024-09-30", "2024-10-18"),
        ("2021-01-18", "2021-02-19", "2021-03-04"),
    ],
)
def test_the_statutory_extension_runs_on_from_the_old_date(
    start: str, due: str, granted: str
) -> None:
    """Rule R26: twenty and ten working days, whenever within the twenty it was granted."""
    story = Story.begun(start)
    assert story.due("decide") == due
    grant(story, start, "decide", granted, "statutory_42", requested_by="approval-1")
    assert story.due("decide") == granted
    assert story.duty("decide").receipt["extended"]["working_days_added"] == 10


def test_the_statutory_extension_is_once_for_the_office_alone_and_no_longer() -> None:
    ground = "statutory_42"
    unfit = barred(served(), "2025-03-10", "reply_to_order", "2025-03-24", ground)
    assert unfit == "ground_unfit"
    story = Story.begun("2025-03-24")
    assert barred(story, "2025-03-25", "decide", "2025-05-09", ground) == "beyond_the_statute"
    grant(story, "2025-03-25", "decide", "2025-05-06", ground, requested_by="approval-1")
    assert barred(story, "2025-04-25", "decide", "2025-05-08", ground) == "ground_unfit"


def test_where_departments_decide_together_it_may_be_fifteen_days() -> None:
    story = Story.begun("2025-03-03", numbers={"decide_days": 45})
    assert story.due("decide") == "2025-05-08"
    beyond = barred(story, "2025-03-04", "decide", "2025-05-30", "statutory_42")
    assert beyond == "beyond_the_statute"
    grant(story, "2025-03-04", "decide", "2025-05-29", "statutory_42", requested_by="approval-1")


@pytest.mark.parametrize("ground", ["agreement", "statutory_42"])
def test_what_two_have_to_agree_on_names_both(ground: str) -> None:
    """An agreement, and what the head of the office approves, is no act of one person."""
    story, name = Story.begun("2025-03-24"), "decide"
    assert barred(story, "2025-03-25", name, "2025-05-08", ground) == "second_person_required"
    facts = {"obligation": name, "new_due_on": "2025-05-08", "ground": ground, **GRANT}
    alone = story.tries("2025-03-25", HEAD, "extend", requested_by=HEAD.user, **facts)
    assert alone is not None
    assert alone.reason == "second_person_required"
    story.does("2025-03-25", HEAD, "extend", requested_by=OFFICER.user, **facts)
    both = story.duty(name).extensions[0]
    assert (both.requested_by, both.granted_by) == (OFFICER.user, HEAD.user)


def test_a_pause_after_an_extension_pushes_the_extended_date() -> None:
    """Granted to Monday 31 March 2025; three working days out from the 19th to the 24th: Thursday
    3 April. A named day: Sunday 6 April, four days out, Thursday 10 April."""
    story = grant(served(), "2025-03-10", "reply_to_order", "2025-03-31")
    paused(story, "reply_to_order", date(2025, 3, 19), date(2025, 3, 24))
    assert story.due("reply_to_order") == "2025-04-03"
    assert story.duty("reply_to_order").receipt["extended"]["to"] == "2025-03-31"
    story = grant(served(), "2025-03-10", "correct_in_time", "2025-04-06")
    assert story.due("correct_in_time") == "2025-04-07"
    paused(story, "correct_in_time", date(2025, 3, 20), date(2025, 3, 24))
    assert story.due("correct_in_time") == "2025-04-10"
    story.replays()


def test_a_pause_before_an_extension_lies_within_it() -> None:
    story = served()
    paused(story, "reply_to_order", date(2025, 3, 5), date(2025, 3, 7))
    assert story.due("reply_to_order") == "2025-03-19"
    grant(story, "2025-03-10", "reply_to_order", "2025-03-31")
    paused(story, "reply_to_order", date(2025, 3, 24), date(2025, 3, 26))
    assert story.due("reply_to_order") == "2025-04-02"


def test_the_bearer_asks_and_the_officer_grants() -> None:
    story = served().does("2025-03-07", FIRM, "request_extension", obligation="reply_to_order",
                          reason="台风停工", new_due_on="2025-03-31")  # fmt: skip
    asked = story.duty("reply_to_order").request
    assert asked is not None
    assert (asked.by, asked.role, str(asked.until)) == ("applicant-1", "applicant", "2025-03-31")
    assert story.due("reply_to_order") == "2025-03-17"  # asking moves nothing
    again = story.tries("2025-03-07", FIRM, "request_extension", obligation="reply_to_order",
                        reason="台风停工")  # fmt: skip
    assert again is not None
    assert again.reason == "already_requested"
    grant(story, "2025-03-10", "reply_to_order", "2025-03-24")
    duty = story.duty("reply_to_order")
    assert duty.request is None
    assert (duty.extensions[0].requested_by, duty.extensions[0].granted_by) == (
        "applicant-1", "approval-2",
    )  # fmt: skip


def test_the_officer_refuses_and_the_date_stays() -> None:
    story = served().does("2025-03-07", FIRM, "request_extension", obligation="reply_to_order",
                          reason="台风停工")  # fmt: skip
    story.does("2025-03-10", OFFICER, "refuse_extension", obligation="reply_to_order",
               reason="未受台风影响")  # fmt: skip
    assert story.duty("reply_to_order").request is None
    assert story.due("reply_to_order") == "2025-03-17"
    again = story.tries("2025-03-10", OFFICER, "refuse_extension", obligation="reply_to_order",
                        reason="未受台风影响")  # fmt: skip
    assert again is not None
    assert again.reason == "nothing_requested"


@pytest.mark.parametrize(
    ("who", "name", "reason"),
    [
        (SURVEYOR, "reply_to_order", "not_the_bearer"),
        (FIRM, "decide", "not_the_bearer"),
        (SUPERVISION, "reply_to_order", "not_the_bearer"),
    ],
)
def test_nobody_asks_for_another(who: Actor, name: str, reason: str) -> None:
    story = Story.begun("2025-03-03") if name == "decide" else served()
    refused = story.tries("2025-03-07", who, "request_extension", obligation=name, reason="无")
    assert refused is not None
    assert refused.reason == reason


def test_force_majeure_comes_about_by_a_person_alone() -> None:
    story = served().does("2025-03-07", FIRM, "request_extension", obligation="reply_to_order",
                          reason="不可抗力")  # fmt: skip
    story.until("2025-03-18")
    assert story.duty("reply_to_order").status == "missed"
    compiled = story.workflow.compiled
    assert "applicant" not in roles_of(compiled, story.case, "extend")
    assert "engine" not in roles_of(compiled, story.case, "request_extension")


def test_after_the_last_day_nobody_asks() -> None:
    refused = served().tries("2025-03-18", FIRM, "request_extension",
                             obligation="reply_to_order", reason="无")  # fmt: skip
    assert refused is not None
    assert refused.reason == "not_running"
