"""A date that rests on holidays nobody has arranged yet: what both sides are shown of it."""

from datetime import datetime

import pytest
from fastapi import FastAPI

from api.service import Service
from machines.rungs import SHANGHAI
from tests.console.story import licensed
from tests.console.visitor import Visitor

RANGE = "2027-06-10 (暂定: 最早 2027-06-10，最迟 2027-06-14)"


def _on(service: Service, year: int, month: int, day: int) -> None:
    """The sandbox's clock at nine on a day."""
    with service.store.unit() as unit:
        unit.set_meta({"clock": datetime(year, month, day, 9, tzinfo=SHANGHAI).isoformat()})


@pytest.mark.parametrize("user", ["applicant", "approval"])
def test_both_sides_see_between_which_days_it_lies_and_then_that_it_waits(
    app: FastAPI, service: Service, user: str
) -> None:
    """Licensed on 10 December 2026; the arrangement of 2027 is not published."""
    _on(service, 2026, 12, 10)
    path = licensed(app)
    visitor = Visitor(app).sign_in(user)
    shown = visitor.get(path).text
    assert RANGE in shown
    assert "AWAITING_CALENDAR" not in shown
    assert RANGE in visitor.get(f"{path}/receipts").text
    _on(service, 2027, 6, 12)
    waits = visitor.get(path).text
    assert "等待放假安排公布 AWAITING_CALENDAR" in waits
    assert RANGE in waits, "the licence stands, the date is still open"
    english = visitor.get(f"{path}?lang=en").text
    assert "AWAITING_CALENDAR: no holiday arrangement yet" in english
