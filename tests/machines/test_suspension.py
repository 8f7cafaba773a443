"""Pauses as acts: on written notice, with who ordered them; what they do to every kind of date."""

import csv
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.machines.invented import FIRM, HEAD, OFFICER, SUPERVISION, Story, at
from tests.rules import naive

CSV = Path(__file__).parents[1] / "rules" / "deadlines.csv"
PAUSE: dict[str, Any] = {"reason": "专家评审", "notice": "告知-1"}
NAMES = {"wd": "reply_to_order", "cd-roll": "pay_the_fee", "mo-roll": "supply_papers"}
NUMBERS = {"wd": "reply_days", "cd-roll": "pay_days", "mo-roll": "supply_months"}
DAY = timedelta(days=1)


def begun(unit: str, amount: int, start: date) -> Story:
    """A case in which a period of that length begins on that day."""
    story = Story.begun(str(start), numbers={NUMBERS[unit]: amount})
    story.does(str(start), OFFICER, "license")
    story.does(str(start), SUPERVISION, "order", correct_by="2026-10-30")
    return story.serve(str(start))


def paused(story: Story, name: str, since: date, until: date, **facts: Any) -> Story:
    """One period paused and resumed."""
    story.does(f"{since}T10:00", OFFICER, "suspend", obligation=name, **PAUSE)
    return story.does(f"{until}T11:00", HEAD, "resume", obligation=name, reason="已办毕", **facts)


def rows() -> list[tuple[str, str, str, int, date, str]]:
    found = []
    with CSV.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            match = re.fullmatch(r"([a-z]+)-susp(-roll)?:(.+)/(.+)", row["unit"])
            if match:
                unit = match[1] + (match[2] or "")
                start = date.fromisoformat(row["start_iso"])
                found.append((unit, match[3], match[4], int(row["amount"]), start,
                              row["expected_due_iso"]))  # fmt: skip
    return found


@pytest.mark.parametrize(("unit", "since", "until", "amount", "start", "due"), rows())
def test_acts_move_the_date_as_the_examples_say(
    unit: str, since: str, until: str, amount: int, start: date, due: str
) -> None:
    story = begun(unit, amount, start)
    name = NAMES[unit]
    paused(story, name, date.fromisoformat(since), date.fromisoformat(until))
    assert story.due(name) == due
    story.replays()


@pytest.mark.parametrize(
    ("name", "since", "until", "before", "due"),
    [
        # 15 natural days from 3 March 2025 end on the 18th; five days out: Sunday 23rd, so the 24th
        ("pay_the_fee", "2025-03-10", "2025-03-15", "2025-03-18", "2025-03-24"),
        # the day of the pause counts, that of resumption does not: one day out, Wednesday 19th
        ("pay_the_fee", "2025-03-10", "2025-03-11", "2025-03-18", "2025-03-19"),
        # a month from 3 March 2025 is 3 April; ten days out: Sunday 13 April, so Monday 14th
        ("supply_papers", "2025-03-20", "2025-03-30", "2025-04-03", "2025-04-14"),
        # ten working days from 3 March end on the 17th; a weekend out moves nothing
        ("reply_to_order", "2025-03-07", "2025-03-09", "2025-03-17", "2025-03-17"),
        ("reply_to_order", "2025-03-07", "2025-03-10", "2025-03-17", "2025-03-18"),
        # a date named in the order: Friday 28 March; two days out: Sunday 30th, so Monday 31st
        ("correct_in_time", "2025-03-10", "2025-03-12", "2025-03-28", "2025-03-31"),
    ],
)
def test_each_kind_of_date_by_hand(
    name: str, since: str, until: str, before: str, due: str
) -> None:
    story = Story.ordered("2025-03-03", "2025-03-03", "2025-03-28").serve("2025-03-03")
    assert story.due(name) == before
    paused(story, name, date.fromisoformat(since), date.fromisoformat(until))
    assert story.due(name) == due
    story.replays()


@settings(max_examples=60)
@given(
    unit=st.sampled_from(sorted(NAMES)), start=st.integers(0, 300), long=st.integers(2, 40),
    gaps=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 20)), min_size=1, max_size=3),
)  # fmt: skip
def test_any_pauses_count_as_the_second_opinion_counts_them(
    unit: str, start: int, long: int, gaps: list[tuple[int, int]]
) -> None:
    """Several pauses, one after the other, each begun before the last day."""
    first = date(2024, 3, 1) + start * DAY
    amount = 1 + long % 3 if unit == "mo-roll" else long
    story, name = begun(unit, amount, first), NAMES[unit]
    pauses: list[tuple[date, date]] = []
    today = first
    for after, length in gaps:
        since = today + after * DAY
        if since >= naive.due(unit, amount, first, tuple(pauses)):
            break
        today = since + length * DAY
        paused(story, name, since, today)
        pauses.append((since, today))
    assert story.duty(name).due.on == naive.due(unit, amount, first, tuple(pauses))
    story.replays()


def test_a_pause_keeps_its_reason_notice_and_who_ordered_it() -> None:
    story = Story.ordered("2025-03-03", "2025-03-03").serve("2025-03-03")
    paused(story, "reply_to_order", date(2025, 3, 10), date(2025, 3, 14))
    duty = story.duty("reply_to_order")
    pause = duty.pauses[0]
    assert (pause.reason, pause.notice, pause.by, pause.resumed_by, pause.policy) == (
        "专家评审", "告知-1", "approval-1", "approval-2", "keep_remaining",
    )  # fmt: skip
    assert duty.receipt["pauses"] == [["2025-03-10", "2025-03-14", 4]]
    assert duty.receipt["moves"] == [
        {"by": "resume", "policy": "keep_remaining", "from": "2025-03-17", "to": "2025-03-21",
         "on": "2025-03-14"},
    ]  # fmt: skip


def test_without_a_written_notice_the_clock_does_not_stop() -> None:
    story = Story.ordered("2025-03-03", "2025-03-03").serve("2025-03-03")
    refused = story.tries("2025-03-10", OFFICER, "suspend", obligation="reply_to_order",
                          reason="专家评审")  # fmt: skip
    assert refused is not None
    assert refused.context == {"missing": ["notice"]}
    story.until("2025-03-18")
    assert story.duty("reply_to_order").status == "missed"


def test_nothing_runs_out_while_a_period_rests() -> None:
    story = Story.ordered("2025-03-03", "2025-03-03").serve("2025-03-03")
    story.does("2025-03-10", OFFICER, "suspend", obligation="reply_to_order", **PAUSE)
    story.until("2025-06-02")
    assert story.duty("reply_to_order").status == "suspended"
    story.does("2025-06-02T11:00", HEAD, "resume", obligation="reply_to_order", reason="已办毕")
    # five working days were left after 10 March; from Tuesday 3 June on: Monday 9 June
    assert story.due("reply_to_order") == "2025-06-09"


def test_on_its_last_day_a_period_is_extended_and_not_paused() -> None:
    story = Story.ordered("2025-03-03", "2025-03-03").serve("2025-03-03")
    refused = story.tries("2025-03-17", OFFICER, "suspend", obligation="reply_to_order", **PAUSE)
    assert refused is not None
    assert refused.reason == "last_day"


@pytest.mark.parametrize(
    ("policy", "due"), [("keep_date", "2025-03-17"), ("restart", "2025-03-28")]
)
def test_what_becomes_of_the_period_is_said_by_the_act(policy: str, due: str) -> None:
    """Ten working days from Friday 14 March 2025 are Friday 28 March."""
    story = Story.ordered("2025-03-03", "2025-03-03").serve("2025-03-03")
    paused(story, "reply_to_order", date(2025, 3, 10), date(2025, 3, 14), policy=policy)
    duty = story.duty("reply_to_order")
    assert str(duty.due.on) == due
    assert duty.pauses[0].policy == policy
    assert duty.receipt["moves"][-1]["policy"] == policy
    paused(story, "reply_to_order", date(2025, 3, 16), date(2025, 3, 17))
    later = {"keep_date": "2025-03-18", "restart": "2025-03-31"}[policy]
    assert story.due("reply_to_order") == later  # one working day out, and that pause alone
    story.replays()


@pytest.mark.parametrize(
    ("name", "policy", "until", "reason"),
    [
        ("reply_to_order", "keep_date", "2025-03-18", "date_passed"),
        ("reply_to_order", "fulfilled", "2025-03-14", "policy_unfit"),
        ("correct_in_time", "restart", "2025-03-14", "policy_unfit"),
    ],
)
def test_a_policy_that_cannot_be_is_refused(
    name: str, policy: str, until: str, reason: str
) -> None:
    story = Story.ordered("2025-03-03", "2025-03-03", "2025-03-28").serve("2025-03-03")
    story.does("2025-03-10", OFFICER, "suspend", obligation=name, **PAUSE)
    refused = story.tries(until, HEAD, "resume", obligation=name, reason="已办毕", policy=policy)
    assert refused is not None
    assert refused.reason == reason


def test_an_act_while_the_period_rests_keeps_the_promise() -> None:
    story = Story.ordered("2025-03-03", "2025-03-03").serve("2025-03-03")
    story.does("2025-03-10", OFFICER, "suspend", obligation="reply_to_order", **PAUSE)
    story.does("2025-04-10", FIRM, "reply", via="counter")
    duty = story.duty("reply_to_order")
    assert (duty.status, duty.acted_at) == ("met", at("2025-04-10"))
