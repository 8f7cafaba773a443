"""What several acts claim at once: what is free is theirs, and nothing waits for the rest."""

from collections.abc import Sequence
from contextlib import ExitStack

import pytest

from cases.ports import Store, StoreError, Unit
from cases.rows import Batch
from tests.stores import samples as s

KEYS = [("wang", "k1"), ("li", "k1"), ("wang", "k2")]


def _names(unit: Unit, keys: Sequence[tuple[str, str]], ids: Sequence[str]) -> object:
    claimed = unit.claim_acts(keys, ids)
    return sorted(claimed.kept), sorted(claimed.cases)


def test_keys_come_with_their_answers_and_cases_with_their_rows(store: Store) -> None:
    with store.unit() as unit:
        unit.write(s.opened(s.case("c1"), s.case("c2", zone="elsewhere"), s.case("c3")))
        unit.write(Batch(idempotency=(s.answer(), s.answer("k9"))))
    with store.unit() as unit:
        claimed = unit.claim_acts(KEYS, ["c2", "c1", "c4", "c1"])
        assert claimed.kept == {KEYS[0]: s.answer(), KEYS[1]: None, KEYS[2]: None}
        assert claimed.cases == {"c1": unit.case("c1"), "c2": unit.case("c2")}
        assert unit.claim_acts([], []).cases == {}


def test_what_is_around_is_there_after_the_claim(store: Store) -> None:
    """An enterprise with something in its file is asked about, one without is known to be clean;
    both as they are."""
    other = "91999999MA0000002C"
    with store.unit() as unit:
        unit.write(s.opened(s.case("c1"), s.case("c2", subject_uscc=other), work=(s.work(),)))
        unit.add_setting(s.setting())
    with store.unit() as unit:
        unit.claim_acts([], ["c1", "c2"])
        assert unit.open_work(s.USCC) == [s.work()]
        assert unit.open_work(other) == []
        assert unit.settings("yingkou") == [s.setting()]
        assert unit.live_calendar() is None


def test_a_unit_that_reads_claims_nothing(store: Store) -> None:
    with store.unit(write=False) as unit, pytest.raises(StoreError, match="only reads"):
        unit.claim_acts(KEYS, [])


def test_what_somebody_else_has_is_left_to_them_and_nobody_waits(store: Store) -> None:
    if not store.url.startswith("postgresql"):
        return  # one writer: there is never anybody else
    with store.unit() as unit:
        unit.write(s.opened(s.case("c1"), s.case("c2")))
    with ExitStack() as stack:
        first, second = (stack.enter_context(store.unit()) for _ in range(2))
        first.idempotent("li", "k1")
        first.case("c2", lock=True)
        assert _names(second, KEYS, ["c1", "c2"]) == ([KEYS[0], KEYS[2]], ["c1"])
    with store.unit() as unit:
        assert _names(unit, KEYS, ["c1", "c2"]) == (sorted(KEYS), ["c1", "c2"])
