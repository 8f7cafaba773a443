"""What an idle scheduler learns in one look, the same of every store."""

from cases.ports import Store
from cases.rows import RecountRow
from tests.stores import samples as s
from tests.stores.conftest import MACHINE_TIME


def test_an_empty_store_has_nothing_ahead(store: Store) -> None:
    with store.unit(write=False) as unit:
        ahead = unit.ahead()
    assert (ahead.next_at, ahead.next_mild_at, ahead.retry_at) == (None, None, None)
    assert (ahead.waiting, ahead.hold, ahead.heartbeat) == (False, None, None)
    if not store.url.startswith("postgresql"):
        assert ahead.now == MACHINE_TIME


def test_the_time_is_the_servers_where_there_is_one(store: Store) -> None:
    with store.unit() as unit:
        before, ahead, after = unit.now(), unit.ahead(), unit.now()
    assert before <= ahead.now <= after
    assert ahead.now.utcoffset() is not None


def test_the_first_rung_and_the_first_that_harms_nobody(store: Store) -> None:
    with store.unit() as unit:
        unit.write(
            s.opened(
                s.case("c1", next_enforce_at=s.later(days=1), next_mild_at=s.later(days=5)),
                s.case("c2", next_enforce_at=s.later(days=2), next_mild_at=s.later(days=4)),
                s.case("c3"),
            )
        )
        ahead = unit.ahead()
    assert (ahead.next_at, ahead.next_mild_at) == (s.later(days=1), s.later(days=4))


def test_a_case_set_aside_counts_when_its_time_comes_again(store: Store) -> None:
    with store.unit() as unit:
        unit.write(s.opened(s.case("c1", next_enforce_at=s.later(days=1)), s.case("c2")))
        unit.set_aside("c1", "why", s.later(hours=3))
        unit.set_aside("c2", "why", s.later(hours=2))
        ahead = unit.ahead()
        assert (ahead.next_at, ahead.retry_at) == (None, s.later(hours=2))
        unit.set_aside("c2", "why", None)  # the mark is cleared
        assert unit.ahead().retry_at == s.later(hours=3)


def test_work_and_unfinished_operations_wait(store: Store) -> None:
    with store.unit() as unit:
        unit.write(s.opened(work=(s.work(),)))
        assert unit.ahead().waiting
        unit.finish_work(s.work(), s.AT)
        assert not unit.ahead().waiting
        recount = RecountRow(1, "recount-1", 0, "", 0, 0, s.AT)
        unit.keep_recount(recount)
        assert unit.ahead().waiting


def test_the_hold_and_the_heartbeat_come_along(store: Store) -> None:
    with store.unit() as unit:
        unit.set_meta({"hold": "{}", "heartbeat": "2025-01-02"})
        ahead = unit.ahead()
    assert (ahead.hold, ahead.heartbeat) == ("{}", "2025-01-02")
