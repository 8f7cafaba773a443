"""What falls due is found in order, claimed by one worker, and set aside when it cannot be done."""

from datetime import UTC, timedelta, timezone

import pytest

from cases.ports import Conflict, Store
from cases.rows import Batch, CaseRow
from machines.frozen import replace
from tests.stores import samples as s


def _due(case_id: str, days: float, mild: float | None = None, **fields) -> CaseRow:
    return s.case(
        case_id,
        next_enforce_at=s.later(days=days),
        next_mild_at=None if mild is None else s.later(days=mild),
        **fields,
    )


def _open(store: Store, *cases: CaseRow) -> None:
    with store.unit() as unit:
        unit.write(s.opened(*cases))


def _claimed(store: Store, *, days: float = 10, limit: int = 10, mild_only: bool = False, now=s.AT):
    with store.unit() as unit:
        rows = unit.claim_cases(s.later(days=days), limit, mild_only=mild_only, now=now)
        return [row.id for row in rows]


def test_what_is_due_is_claimed_oldest_first(store: Store) -> None:
    _open(store, _due("c1", 3), _due("c2", 1), _due("c3", 2), _due("c0", 2), s.case("c4"))
    assert _claimed(store) == ["c2", "c0", "c3", "c1"]
    assert _claimed(store, limit=2) == ["c2", "c0"]
    assert _claimed(store, days=2) == ["c2", "c0", "c3"]
    assert _claimed(store, days=0.5) == []
    assert _claimed(store) == ["c2", "c0", "c3", "c1"]  # a claim alone changes nothing


def test_a_rung_at_the_very_instant_is_due(store: Store) -> None:
    _open(store, _due("c1", 1))
    with store.unit() as unit:
        before = s.later(days=1) - timedelta(microseconds=1)
        assert unit.claim_cases(before, 9, mild_only=False, now=s.AT) == []
        assert len(unit.claim_cases(s.later(days=1), 9, mild_only=False, now=s.AT)) == 1


def test_instants_of_different_offsets_compare_as_instants(store: Store) -> None:
    """Noon of Shanghai lies before five in the morning of Greenwich, though 12 is after 05."""
    noon = s.AT.replace(hour=12)
    five = noon.replace(hour=5, tzinfo=UTC)
    west = noon.astimezone(timezone(timedelta(hours=-11))) + timedelta(seconds=1)
    _open(
        store,
        s.case("greenwich", next_enforce_at=five),
        s.case("shanghai", next_enforce_at=noon),
        s.case("west", next_enforce_at=west),
    )
    assert _claimed(store) == ["shanghai", "west", "greenwich"]
    with store.unit() as unit:
        early = unit.claim_cases(noon.astimezone(UTC), 9, mild_only=False, now=s.AT)
        assert [row.id for row in early] == ["shanghai"]
        assert unit.next_instant(mild_only=False) == noon


def test_mild_rungs_have_an_order_of_their_own(store: Store) -> None:
    _open(store, _due("c1", 1, mild=5), _due("c2", 2, mild=4), _due("c3", 3))
    assert _claimed(store, mild_only=True) == ["c2", "c1"]
    with store.unit(write=False) as unit:
        assert unit.next_instant(mild_only=True) == s.later(days=4)
        assert unit.next_instant(mild_only=False) == s.later(days=1)


def test_the_next_instant_follows_the_cases(store: Store) -> None:
    with store.unit(write=False) as unit:
        assert unit.next_instant(mild_only=False) is None
    _open(store, _due("c1", 1), _due("c2", 2))
    with store.unit() as unit:
        unit.write(Batch(cases=((_due("c1", 3, version=2), 1),)))
        assert unit.next_instant(mild_only=False) == s.later(days=2)
        unit.write(Batch(cases=((s.case("c2", version=2), 1),)))
        assert unit.next_instant(mild_only=False) == s.later(days=3)


def test_what_a_failed_unit_claimed_is_due_as_before(store: Store) -> None:
    _open(store, _due("c1", 1), _due("c2", 2))

    def fail() -> None:
        with store.unit() as unit:
            unit.write(Batch(cases=((s.case("c1", version=2), 1),)))
            claimed = unit.claim_cases(s.later(days=9), 9, mild_only=False, now=s.AT)
            raise RuntimeError([row.id for row in claimed])

    with pytest.raises(RuntimeError, match=r"\['c2'\]"):
        fail()
    assert _claimed(store) == ["c1", "c2"]


def test_a_case_set_aside_is_left_out_until_its_time(store: Store) -> None:
    _open(store, _due("c1", 1), _due("c2", 2))
    with store.unit() as unit:
        unit.set_aside("c1", "LookupError: no such track", s.later(hours=1))
        unit.set_aside("c1", "LookupError: no such guard", s.later(hours=2))
    with store.unit() as unit:
        (row,) = unit.broken_cases()
        assert (row.id, row.broken, row.retries) == ("c1", "LookupError: no such guard", 2)
        assert row.retry_at == s.later(hours=2)
        assert row.version == 1
        assert unit.next_instant(mild_only=False) == s.later(days=2)
    assert _claimed(store) == ["c2"]
    assert _claimed(store, now=s.later(hours=2)) == ["c1", "c2"]
    assert _claimed(store, now=s.later(hours=2), limit=1) == ["c1"]
    assert _claimed(store, now=s.later(hours=2), mild_only=True) == []


def test_a_case_set_aside_without_a_time_waits_for_a_person(store: Store) -> None:
    _open(store, _due("c1", 1))
    with store.unit() as unit:
        unit.set_aside("c1", "why", None)
    assert _claimed(store, now=s.later(days=1_000)) == []


def test_a_mark_is_cleared_by_hand_or_by_writing_the_case(store: Store) -> None:
    _open(store, _due("c1", 1), _due("c2", 2))
    with store.unit() as unit:
        unit.set_aside("c1", "why", s.later(days=9))
        unit.set_aside("c2", "why", s.later(days=9))
    with store.unit() as unit:
        unit.set_aside("c1", None, s.later(days=9))
        unit.write(Batch(cases=((_due("c2", 3, version=2), 1),)))
    with store.unit() as unit:
        assert list(unit.broken_cases()) == []
        assert unit.case("c1") == _due("c1", 1)
    assert _claimed(store) == ["c1", "c2"]


def test_a_case_that_is_not_there_is_not_set_aside(store: Store) -> None:
    with pytest.raises(LookupError, match="no case c9"), store.unit() as unit:
        unit.set_aside("c9", "why", None)


def test_work_is_claimed_oldest_first_and_one_per_target(store: Store) -> None:
    items = (
        s.work(seq=1, n=1, at=s.later(days=2)),
        s.work(seq=1, n=2, at=s.later(days=1)),
        s.work(seq=2, target="another", at=s.later(days=3)),
        s.work(seq=3, target="third", at=s.later(days=0)),
    )
    with store.unit() as unit:
        unit.write(s.opened(work=items))
    with store.unit() as unit:
        assert list(unit.claim_work(9)) == [items[3], items[1], items[2]]
        assert list(unit.claim_work(1)) == [items[3]]
        assert list(unit.open_work(s.USCC)) == [items[1], items[0]]
    with store.unit() as unit:
        unit.finish_work(items[1], s.later(days=5))
        assert list(unit.open_work(s.USCC)) == [items[0]]
    with store.unit() as unit:
        assert list(unit.claim_work(9)) == [items[3], items[0], items[2]]


def test_a_work_item_is_finished_once(store: Store) -> None:
    with store.unit() as unit:
        unit.write(s.opened(work=(s.work(),)))
    with store.unit() as unit:
        unit.finish_work(s.work(), s.AT)
    for item in (s.work(), replace(s.work(), seq=9)):
        with pytest.raises(Conflict, match="no open work item"), store.unit() as unit:
            unit.finish_work(item, s.AT)
    with store.unit() as unit:
        assert list(unit.claim_work(9)) == []
