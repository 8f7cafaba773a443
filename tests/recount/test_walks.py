"""Every reform, walked at random while the notices of 2025 and 2026 come out on the way."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from machines.book import rulebook
from machines.codec import from_plain, to_plain
from machines.frozen import replace
from machines.held import AWAITING_CALENDAR, held
from machines.recount import Order, recounted
from machines.rungs import SHANGHAI, pending
from machines.step import evolve
from rules.calendar_change import CalendarChange
from rules.working_days import load_calendar
from tests.properties.walker import Walk, acts, assumed_world, judge_case

BOOK = rulebook()
CHAIN = [load_calendar(as_of=date(2024, 11, 11)), load_calendar(as_of=date(2025, 11, 3)),
         load_calendar()]  # fmt: skip
SPANS = [timedelta(days=1), timedelta(days=20), timedelta(days=70), timedelta(days=190)]


def publish(walk: Walk, number: int) -> None:
    """The next notice is loaded: the case is counted anew on it."""
    assert walk.case is not None
    order = Order(f"recount-{number}", number, CalendarChange(CHAIN[number - 2], CHAIN[number - 1]))
    entry = recounted(walk.workflow.compiled, walk.case, order, walk.now)
    walk.world = replace(walk.world, calendar=CHAIN[number - 1])
    if entry is None:
        return
    assert from_plain(type(entry), to_plain(entry)) == entry
    before = walk.case
    walk.case = evolve(before, entry)
    walk.entries.append(entry)
    judge_case(walk.workflow, walk.entries, walk.case)
    assert not any(effect.adverse for effect in entry.effects)
    assert (walk.case.tracks, walk.case.licences) == (before.tracks, before.licences)
    assert recounted(walk.workflow.compiled, walk.case, order, walk.now) is None


@pytest.mark.parametrize("key", sorted(BOOK.workflows))
@settings(
    max_examples=6,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(data=st.data())
def test_no_walk_breaks_the_invariants_while_notices_come_out(
    key: str, data: st.DataObject
) -> None:
    walk = Walk(BOOK.workflows[key], assumed_world(BOOK, CHAIN[0], key))
    walk.open()
    for number in (1, 2, 3):
        if number > 1:
            publish(walk, number)
            walk.sweep()
        for _ in range(data.draw(st.integers(1, 7))):
            if data.draw(st.integers(0, 3)) == 0:
                walk.pass_time(data.draw(st.sampled_from(SPANS)))
            else:
                walk.do(data.draw(acts(walk)))
                walk.sweep()
            nothing_adverse_waits(walk)


def nothing_adverse_waits(walk: Walk) -> None:
    """While a date is not known, nothing harmful is due in it, and what waits says so."""
    assert walk.case is not None
    compiled = walk.workflow.compiled
    today = walk.now.astimezone(SHANGHAI).date()
    adverse = {(r.obligation, r.occurrence) for r in pending(compiled, walk.case) if r.adverse}
    for duty in walk.case.duties:
        if duty.due.kind == "provisional":
            assert duty.key not in adverse
        if held(compiled, walk.case, duty, today) == AWAITING_CALENDAR:
            assert duty.status in ("open", "missed")
            assert duty.key not in adverse
