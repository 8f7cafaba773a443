"""How a duty's date went, as its journal tells it."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

from cases.duty_history import courses
from cases.rows import EntryRow
from machines.case import DueDate

AT = datetime(2025, 1, 2, 1, tzinfo=UTC)


def _journal(*duties: dict[str, Any] | None) -> list[EntryRow]:
    """One entry a day, each with one duty or none."""
    return [
        EntryRow("c1", seq, AT + timedelta(days=seq), "act", "e", "wang",
                 json.dumps({"duties": [one]} if one else {}), "", "")
        for seq, one in enumerate(duties)
    ]  # fmt: skip


def _duty(status: str = "open", **due: str) -> dict[str, Any]:
    return {"obligation": "supply", "occurrence": 1, "status": status,
            "due": {"kind": "firm", **due}}  # fmt: skip


def test_a_date_that_never_moved() -> None:
    (course,) = courses(_journal(None, _duty(on="2025-07-02"), None)).values()
    assert (course.moves, course.off) == (0, False)
    assert course.begun_at == course.changed_at == AT + timedelta(days=1)
    assert course.due == DueDate("firm", on=date(2025, 7, 2))


def test_a_change_that_moves_nothing_is_a_change_all_the_same() -> None:
    warned = {**_duty(on="2025-07-02"), "fired": ["warn:30"]}
    (course,) = courses(_journal(_duty(on="2025-07-02"), warned, warned)).values()
    assert (course.moves, course.begun_at, course.changed_at) == (0, AT, AT + timedelta(days=1))


def test_every_move_counts_there_and_back_again() -> None:
    first, second = _duty(on="2025-07-02"), _duty(on="2025-07-31")
    (course,) = courses(_journal(first, second, first)).values()
    assert course.moves == 2
    paused = _duty("suspended", on="2025-07-02")
    (course,) = courses(_journal(first, paused, first)).values()
    assert (course.moves, course.off) == (2, False)


def test_a_provisional_date_that_becomes_firm_on_the_same_day_has_moved() -> None:
    guessed = _duty(kind="provisional", on="2026-01-12", earliest="2026-01-10", latest="2026-01-20")
    (course,) = courses(_journal(guessed, _duty(on="2026-01-12"))).values()
    assert course.moves == 1


def test_a_duty_is_off_while_paused_waived_or_without_a_date() -> None:
    dated, undated = _duty(on="2025-07-02"), _duty(kind="event")
    for last in (_duty("suspended", on="2025-07-02"), _duty("waived", on="2025-07-02"), undated):
        (course,) = courses(_journal(dated, last)).values()
        assert (course.moves, course.off) == (1, True)
        assert course.due == DueDate("firm", on=date(2025, 7, 2)), "the last date it had"
    (course,) = courses(_journal(undated, dated)).values()
    assert (course.moves, course.off) == (1, False)
    (course,) = courses(_journal(undated)).values()
    assert (course.due, course.off) == (None, True)
