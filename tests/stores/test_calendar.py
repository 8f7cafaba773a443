"""Versions of the calendar, the recount on a new one, and the cases it touches."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Event
from typing import Any

import pytest

from cases.calendar_port import Live
from cases.ports import Conflict, Store, StoreError
from cases.rows import ObligationRow
from machines.frozen import replace
from tests.stores import samples as s

FIRST = date(2026, 12, 25)


def test_the_newest_confirmed_version_is_in_force(store: Store) -> None:
    with store.unit() as unit:
        assert unit.live_calendar() is None
        unit.add_calendar(s.calendar(1))
        unit.add_calendar(s.calendar(2, confirmed_by=None))
        assert unit.live_calendar() == Live(1, "v1", None)
        unit.add_calendar(s.calendar(3))
        assert unit.live_calendar() == Live(3, "v3", None)
    with store.unit(write=False) as unit:
        assert unit.live_calendar() == Live(3, "v3", None)
        assert [row.seq for row in unit.calendars()] == [1, 2, 3]
        assert unit.calendar(2) == s.calendar(2, confirmed_by=None)
        assert unit.calendar(4) is None


def test_a_number_is_taken_once(store: Store) -> None:
    with store.unit() as unit:
        unit.add_calendar(s.calendar(1))
    with pytest.raises(Conflict), store.unit() as unit:
        unit.add_calendar(s.calendar(1, version="other"))
    with store.unit(write=False) as unit:
        assert [row.version for row in unit.calendars()] == ["v1"]


def test_a_unit_that_reads_appends_nothing(store: Store) -> None:
    with store.unit(write=False) as unit:
        for call in (lambda: unit.add_calendar(s.calendar()), unit.lock_recount,
                     lambda: unit.keep_recount(s.recount())):  # fmt: skip
            with pytest.raises(StoreError, match="write=True"):
                call()


def test_a_recount_says_how_far_it_has_come_until_it_is_finished(store: Store) -> None:
    with store.unit() as unit:
        unit.add_calendar(s.calendar(1))
        unit.keep_recount(s.recount(1, finished_at=s.AT))
        unit.add_calendar(s.calendar(2))
        unit.keep_recount(s.recount(2))
    with store.unit() as unit:
        assert unit.live_calendar() == Live(2, "v2", "")
        row = unit.lock_recount()
        assert row == s.recount(2)
        assert row is not None
        unit.keep_recount(replace(row, through="c5", cases=3, aside=1))
        assert unit.live_calendar() == Live(2, "v2", "c5")
    with store.unit() as unit:
        row = unit.lock_recount()
        assert row == s.recount(2, through="c5", cases=3, aside=1)
        assert row is not None
        unit.keep_recount(replace(row, finished_at=s.later(hours=1)))
        assert unit.live_calendar() == Live(2, "v2", None)
        assert unit.lock_recount() is None
        assert [one.seq for one in unit.recounts()] == [1, 2]


def test_what_failed_leaves_no_version_behind(store: Store) -> None:
    with pytest.raises(ZeroDivisionError):
        _fails(store)
    with store.unit(write=False) as unit:
        assert unit.live_calendar() is None
        assert list(unit.recounts()) == []


def _fails(store: Store) -> None:
    with store.unit() as unit:
        unit.add_calendar(s.calendar(1))
        unit.keep_recount(s.recount(1))
        raise ZeroDivisionError


TOUCHED: dict[str, dict[str, Any]] = {
    "due on the day": {"due_on": FIRST},
    "due later": {"due_on": date(2027, 3, 1)},
    "perhaps later": {"kind": "provisional", "due_on": date(2026, 12, 23), "latest": FIRST},
    "consequence later": {"due_on": date(2026, 12, 20), "enforceable_from": FIRST},
    "no first day of it": {"due_on": date(2026, 12, 24)},
    "a miss without one": {"status": "missed", "kind": "event", "due_on": None},
    "met, but due later": {"status": "met", "due_on": date(2027, 1, 4)},
}
LEFT: dict[str, dict[str, Any]] = {
    "over": {"due_on": date(2026, 12, 20), "enforceable_from": date(2026, 12, 21)},
    "met before": {"status": "met", "due_on": date(2026, 12, 24)},
    "without a date": {"kind": "none", "due_on": None},
    "waived": {"status": "waived", "due_on": date(2026, 12, 24)},
}


def duty(case_id: str, **fields: Any) -> ObligationRow:
    return s.obligation(case_id, **{"earliest": fields.get("due_on"), **fields})


@pytest.mark.parametrize("what", [*TOUCHED, *LEFT])
def test_a_case_is_touched_by_a_date_that_may_change(store: Store, what: str) -> None:
    fields = {**TOUCHED, **LEFT}[what]
    sound = duty("c1", name="other", due_on=date(2026, 12, 1), enforceable_from=date(2026, 12, 2))
    with store.unit() as unit:
        unit.write(s.opened(s.case("c1"), obligations=(sound, duty("c1", **fields))))
    for lock in (False, True):
        with store.unit(write=lock) as unit:
            found = [row.id for row in unit.touched_cases(FIRST, "", 10, lock=lock)]
        assert found == (["c1"] if what in TOUCHED else [])


def test_touched_cases_come_by_number_and_once(store: Store) -> None:
    ids = [f"c{number}" for number in (3, 1, 2, 5, 4)]
    duties = [duty(one, name=name, due_on=FIRST) for one in ids for name in ("a", "b")]
    with store.unit() as unit:
        unit.write(s.opened(*map(s.case, ids), obligations=tuple(duties)))
    with store.unit() as unit:
        first = [row.id for row in unit.touched_cases(FIRST, "", 3, lock=True)]
        rest = [row.id for row in unit.touched_cases(FIRST, first[-1], 3, lock=True)]
    assert (first, rest) == (["c1", "c2", "c3"], ["c4", "c5"])


def test_entries_of_recounts_are_found_by_their_kind(store: Store) -> None:
    with store.unit() as unit:
        unit.write(s.opened(
            s.case("c2"), s.case("c1"),
            entries=(
                s.entry("c2", 1, kind="recounted", at=s.later(hours=2)),
                s.entry("c1", 1, kind="act", at=s.later(hours=2)),
                s.entry("c1", 2, kind="recounted", at=s.later(hours=3)),
                s.entry("c1", 3, kind="recounted", at=s.later(hours=1)),
            ),
        ))  # fmt: skip
    with store.unit(write=False) as unit:
        found = [(row.case_id, row.seq) for row in unit.recount_entries(s.later(hours=2))]
    assert found == [("c1", 2), ("c2", 1)]


def test_no_version_is_appended_while_somebody_still_writes_on_the_old_one(store: Store) -> None:
    """Whoever has asked for the calendar in force ends before there is another one."""
    with store.unit() as unit:
        unit.add_calendar(s.calendar(1))
    asked, go = Event(), Event()
    order: list[str] = []

    def writes() -> None:
        with store.unit() as unit:
            live = unit.live_calendar()
            assert live is not None
            asked.set()
            assert go.wait(20)
            unit.write(s.opened(s.case("c1")))
            order.append(live.version)

    def appends() -> None:
        with store.unit() as unit:
            unit.add_calendar(s.calendar(2))
            order.append("v2")

    with ThreadPoolExecutor(2) as pool:
        writing = pool.submit(writes)
        assert asked.wait(20)
        appending = pool.submit(appends)
        with pytest.raises(TimeoutError):
            appending.result(timeout=0.3)
        go.set()
        writing.result(timeout=20)
        appending.result(timeout=20)
    assert order == ["v1", "v2"]
