"""What comes before what in one decision: labels before the act that meets them, rounds after
rounds, and nothing twice."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest

from machines.acts import Act, Enforce, Refused
from machines.book import rulebook
from machines.case import Duty
from machines.rungs import pending
from machines.step import decide
from rules.working_days import load_calendar
from tests.machines.invented import FIRM, Story, at
from tests.scenarios.runner import Stage, play, scenarios

SERVED = "2025-03-03"


def served() -> Story:
    """An order that was served; the reply is owed within so many days."""
    return Story.ordered("2025-02-25", "2025-03-03").serve(SERVED)


def unswept(story: Story, day: str) -> int:
    """Time goes by and no scheduler works; how many entries there are."""
    story.walk.now = at(day)
    return len(story.entries)


def test_an_act_after_the_date_meets_the_miss_though_nobody_swept() -> None:
    story = served()
    due = story.duty("reply_to_order").due.on
    assert due is not None
    known = unswept(story, str(due + timedelta(days=1)))
    assert story.walk.do(Act("pay", FIRM))
    new = story.entries[known:]
    labels = [one.because for one in new[:-1] if one.because is not None]
    assert "reply_to_order" in {one.obligation for one in labels}
    assert {one.rung for one in labels} == {"missed"}, "nothing that harms, and no reminder"
    assert all(one.marks["before"] == "act" for one in new[:-1] if one.kind == "enforced")
    assert (new[-1].event, story.case.tracks["reply"]) == ("pay", "late")


def test_a_reply_after_the_date_is_too_late_though_nobody_swept() -> None:
    story = served()
    due = story.duty("reply_to_order").due.on
    assert due is not None
    unswept(story, str(due + timedelta(days=1)))
    answer = decide(story.workflow.compiled, story.case, Act("reply", FIRM), story.walk.now,
                    story.walk.world)  # fmt: skip
    assert isinstance(answer, Refused)
    unswept(story, str(due))
    assert story.walk.do(Act("reply", FIRM)), "on the last day it is in time"


def test_of_several_rungs_that_are_due_the_one_asked_for_is_taken() -> None:
    story = served()
    unswept(story, "2025-06-30")
    due = [
        one
        for one in pending(story.workflow.compiled, story.case)
        if one.instant <= at("2025-06-30")
    ]
    assert len({one.obligation for one in due}) > 2
    last = due[-1]
    assert story.walk.do(Enforce(last.because, "sweep"))
    assert story.entries[-1].because == last.because


def test_a_rung_is_not_taken_a_moment_early() -> None:
    story = served()
    first = pending(story.workflow.compiled, story.case)[0]
    story.walk.now = first.instant - timedelta(microseconds=1)
    assert not story.walk.do(Enforce(first.because, "sweep"))
    story.walk.now = first.instant
    assert story.walk.do(Enforce(first.because, "sweep"))


RECURRING = ("seafood_two_stage", "domicile_commitment", "post_entry_supervision")


def _played(key: str) -> list[Stage]:
    """Every story of a reform in which some duty has come round again."""
    calendar = load_calendar()
    stages = [play(rulebook(), calendar, one) for one in scenarios() if one.workflow == key]
    return [one for one in stages if one.case and any(duty.round > 1 for duty in one.case.duties)]


@pytest.mark.parametrize("key", RECURRING)
def test_rounds_follow_one_another_and_count_from_one_anchor(key: str) -> None:
    stages = _played(key)
    assert stages, "no story comes to a second round"
    for stage in stages:
        assert stage.case is not None
        for spec in stage.workflow.definition.obligations:
            rounds = [one for one in stage.case.duties if one.obligation == spec.id]
            if spec.recurs and len(rounds) > 1:
                _follow(rounds)


def _follow(rounds: list[Duty]) -> None:
    assert [one.occurrence for one in rounds] == list(range(1, len(rounds) + 1))
    for one, following in pairwise(rounds):
        if following.round != 1:  # started anew by another event
            assert following.round == one.round + 1
            assert following.anchor == one.anchor
            assert _last(one) < _last(following)


def _last(duty: Duty) -> date:
    assert duty.due.on is not None
    return duty.due.on
