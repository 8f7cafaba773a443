"""Who is cut off in the middle of a transaction does not keep its cases from the others."""

import time
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from cases.ports import Store, StoreError
from cases.store import open_store
from cases.store.sql import SqlStore
from tests.stores import samples as s


@pytest.fixture
def other(postgres_url: str) -> Iterator[Store]:
    store = open_store(postgres_url)
    store.upgrade()
    yield store
    store.close()


def test_a_session_says_how_long_its_silence_is_borne(other: Store) -> None:
    """Over a socket of this machine the server leaves out what belongs to networks."""
    assert isinstance(other, SqlStore)
    with other._engine.begin() as connection:
        shown = connection.execute(text("SHOW idle_in_transaction_session_timeout")).scalar()
    assert shown == "1min"


def test_a_unit_that_hangs_lets_go_of_its_cases(postgres_url: str, other: Store) -> None:
    hanging = open_store(f"{postgres_url}&options=-c idle_in_transaction_session_timeout%3D1s")
    with other.unit() as unit:
        unit.write(s.opened(s.case(next_enforce_at=s.AT)))

    def claimed(unit) -> list[str]:
        return [row.id for row in unit.claim_cases(s.AT, 9, mild_only=False, now=s.AT)]

    def hang() -> None:
        with hanging.unit() as unit:
            assert claimed(unit) == ["c1"]
            with other.unit() as free:
                assert claimed(free) == []
            time.sleep(1.8)
            with other.unit() as free:
                assert claimed(free) == ["c1"]
            unit.set_aside("c1", "too late", None)

    with pytest.raises(StoreError):
        hang()
    with hanging.unit() as unit:  # on a connection of its own again
        assert unit.case("c1") == s.case(next_enforce_at=s.AT)
    hanging.close()
