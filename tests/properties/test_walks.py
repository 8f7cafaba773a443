"""Random walks of every definition never break the invariants of the engine."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from machines.book import rulebook
from rules.working_days import load_calendar
from tests.properties.walker import Walk, acts, assumed_world

BOOK = rulebook()
CALENDAR = load_calendar()
SPANS = [
    timedelta(minutes=5), timedelta(days=1), timedelta(days=3), timedelta(days=20),
    timedelta(days=45), timedelta(days=190),
]  # fmt: skip


@pytest.mark.parametrize("key", sorted(BOOK.workflows))
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(data=st.data())
def test_no_walk_breaks_the_invariants(key: str, data: st.DataObject) -> None:
    walk = Walk(BOOK.workflows[key], assumed_world(BOOK, CALENDAR, key))
    walk.open()
    for _ in range(data.draw(st.integers(3, 25))):
        if data.draw(st.integers(0, 3)) == 0:
            walk.pass_time(data.draw(st.sampled_from(SPANS)))
        else:
            walk.do(data.draw(acts(walk)))
            walk.sweep()
