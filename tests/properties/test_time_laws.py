"""The laws of time, held by the whole engine and not by its arithmetic alone: whatever is paused,
resumed, extended and served, at whatever hour, on whatever day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from machines.counting import Moment, count
from machines.effects import ADVERSE
from machines.rungs import SHANGHAI
from rules.due import compute_due
from rules.periods import Period, add_months
from rules.working_days import load_calendar
from tests.machines.invented import HEAD, OFFICER, SUPERVISION, Story
from tests.rules import fingers

CALENDAR = load_calendar()
DAY = timedelta(days=1)
TO_ACT_BY = ("reply_to_order", "pay_the_fee", "supply_papers")
STARTS = st.dates(date(2024, 1, 2), date(2025, 6, 30))
# Starts at the end of a month, where one month after the other goes astray.
MONTH_ENDS = st.builds(lambda year, month, back: add_months(date(year, month, 1), 1) - back * DAY,
                       st.integers(2019, 2025), st.integers(1, 12), st.integers(1, 3))  # fmt: skip


@dataclass(frozen=True)
class Step:
    """An act on one of the duties: so many days after the one before, at an hour of that day. A
    pause is over after `more` days, at the other hour; an extension is by so many days."""

    after: int
    hours: tuple[int, int]
    does: str
    duty: str
    more: int


STEPS = st.lists(
    st.builds(Step, st.integers(0, 4), st.tuples(st.integers(0, 23), st.integers(0, 23)),
              st.sampled_from(["pause", "pause", "extend", "extend", "serve"]),
              st.sampled_from(TO_ACT_BY), st.integers(1, 30)),
    min_size=1, max_size=5,
)  # fmt: skip


def _at(story: Story, day: date, hour: int) -> str:
    """An hour of a day, never before the story's own time."""
    at = max(datetime.combine(day, time(hour), SHANGHAI), story.walk.now)
    return at.replace(tzinfo=None).isoformat()


def told(start: date, steps: Sequence[Step], *, hours: bool = True) -> Story:
    """A case of that day under these acts, those left out that the engine refuses. `hours`: each at
    its own hour, or all at noon."""
    story, day = Story.begun(f"{start}T12:00"), start
    story.does(f"{start}T12:00", OFFICER, "license")
    story.does(f"{start}T12:00", SUPERVISION, "order", correct_by="2026-10-30")
    story.serve(f"{start}T12:00")
    for step in steps:
        day += step.after * DAY
        first, last = step.hours if hours else (12, 12)
        facts: dict[str, Any] = {"obligation": step.duty, "reason": "鉴定"}
        if step.does == "pause":
            story.tries(_at(story, day, first), OFFICER, "suspend", notice="告-1", **facts)
            day += step.more * DAY
            policy = ("keep_remaining", "keep_remaining", "keep_date", "restart")[step.more % 4]
            story.tries(_at(story, day, last), HEAD, "resume", policy=policy, **facts)
        elif step.does == "extend":
            until = story.duty(step.duty).due.on
            assert until is not None
            facts |= {"ground": "force_majeure", "paper": "延-1",
                      "new_due_on": str(until + step.more * DAY)}  # fmt: skip
            story.tries(_at(story, day, first), HEAD, "extend", **facts)
        else:
            story.tries(_at(story, day, first), SUPERVISION, "serve", document="order",
                        to="subject", channel="electronic", system="平台")  # fmt: skip
    return story


@given(st.dates(date(2019, 1, 2), date(2025, 12, 31)), st.integers(1, 60), st.integers(1, 60))
def test_adding_working_days_composes(day: date, first: int, then: int) -> None:
    """So many and then so many more are as many together, from whatever day."""
    there = compute_due(day, Period("wd", first), CALENDAR).on
    onward = compute_due(there, Period("wd", then), CALENDAR).on
    assert onward == compute_due(day, Period("wd", first + then), CALENDAR).on


@given(MONTH_ENDS, st.integers(1, 11), st.integers(1, 12))
def test_months_are_counted_from_the_first_day_however_often_they_come_round(
    start: date, months: int, rounds: int
) -> None:
    """The n-th period of a duty that comes round ends so many months after its first day, never a
    month after the end of the one before (which from 31 January loses days)."""
    story = Story.begun(str(start), numbers={"supply_months": months})
    spec = story.workflow.compiled.duties["supply_papers"]
    at = datetime.combine(start, time(9), SHANGHAI)
    counted = count(spec, Moment(story.case, story.walk.world, at, "applicant"), rounds)
    assert counted.due.on is not None
    if counted.due.on <= CALENDAR.firm_until:
        assert str(counted.due.on) == fingers.due("mo-roll", months * rounds, str(start))


@settings(max_examples=40)
@given(MONTH_ENDS.filter(lambda day: day >= date(2024, 1, 1)), st.integers(1, 6), st.data())
def test_a_paused_month_is_counted_from_the_first_day_too(
    start: date, months: int, data: st.DataObject
) -> None:
    """Paused and resumed again and again on one day: nothing is left out, and the date stays."""
    story = Story.begun(str(start), numbers={"supply_months": months})
    story.does(str(start), OFFICER, "license")
    name, due = "supply_papers", story.due("supply_papers")
    assert due == fingers.due("mo-roll", months, str(start))
    day = start
    for _ in range(data.draw(st.integers(1, 3))):
        day += data.draw(st.integers(0, 12)) * DAY
        if str(day) >= due:
            break
        story.does(f"{day}T10:00", OFFICER, "suspend", obligation=name, reason="鉴定", notice="1")
        story.does(f"{day}T11:00", HEAD, "resume", obligation=name, reason="已办毕")
        assert story.due(name) == due


def test_and_one_month_after_another_is_not_two() -> None:
    assert add_months(add_months(date(2025, 1, 31), 1), 1) == date(2025, 3, 28)
    assert add_months(date(2025, 1, 31), 2) == date(2025, 3, 31)


@settings(max_examples=60, deadline=None)
@given(STARTS, STEPS)
def test_a_date_to_act_by_is_a_working_day_whatever_moved_it(
    start: date, steps: list[Step]
) -> None:
    story = told(start, steps)
    for name in TO_ACT_BY:
        due = story.duty(name).due.on
        assert due is not None
        assert fingers.is_working(due), f"{name} is due on {due}"


@settings(max_examples=60, deadline=None)
@given(STARTS, STEPS)
def test_the_time_of_day_of_an_act_never_matters(start: date, steps: list[Step]) -> None:
    """The same acts on the same days, each at its own hour or all at noon, leave the same dates."""
    at_their_hours, at_noon = told(start, steps), told(start, steps, hours=False)
    for name in TO_ACT_BY:
        one, other = at_their_hours.duty(name), at_noon.duty(name)
        assert (one.due, one.status) == (other.due, other.status)


@settings(max_examples=40, deadline=None)
@given(STARTS, STEPS)
def test_nothing_adverse_happens_on_or_before_the_date(start: date, steps: list[Step]) -> None:
    """The engine works through half a year more, and takes nobody at his word a day too soon."""
    story = told(start, steps)
    story.until(str(max(story.walk.now.date(), start) + 180 * DAY))
    harmed = 0
    for entry in story.entries:
        if entry.because is None or not any(one.do in ADVERSE for one in entry.effects):
            continue
        harmed += 1
        duty = next(one for one in story.case.duties
                    if one.key == (entry.because.obligation, entry.because.occurrence))  # fmt: skip
        day = entry.at.astimezone(SHANGHAI).date()
        assert duty.due.on is not None
        assert day > duty.due.on
        assert fingers.is_working(day)
        assert duty.due.kind != "provisional"
    rests = story.duty("reply_to_order").status == "suspended"
    assert harmed or rests or start > date(2025, 3, 1), "the reply is never given"
