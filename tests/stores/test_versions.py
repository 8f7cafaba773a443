"""The texts of a workflow, who is pinned to which, and what conformance finds: on every store."""

from datetime import date

import pytest

from cases.ports import Conflict, Store
from cases.rows import ConformanceRow, OutboxRow
from machines.frozen import replace
from tests.stores import samples as s

FOUND = OutboxRow("c1", 2, -7, "task", "yingkou", "freight", None, "{}", s.AT)


def test_the_texts_of_a_workflow_are_listed_by_their_first_day(store: Store) -> None:
    first, later = date(2025, 7, 1), date(2026, 1, 1)
    with store.unit() as unit:
        unit.adopt([
            s.definition("d3", in_force_from=later), s.definition("d1"),
            s.definition("d2", in_force_from=first), s.definition("x", workflow="another"),
        ])  # fmt: skip
    with store.unit(write=False) as unit:
        found = [(one.hash, one.in_force_from) for one in unit.versions("freight")]
    assert found == [("d1", None), ("d2", first), ("d3", later)]


def test_what_is_kept_again_gets_the_numbers_beside_it_and_keeps_its_text(store: Store) -> None:
    with store.unit() as unit:
        unit.adopt([s.definition("d1")])
    with store.unit() as unit:
        unit.adopt([s.definition("d1", text="key: another\n", parameters="new: 1\n")])
    with store.unit(write=False) as unit:
        assert unit.definition("d1") == s.definition("d1", parameters="new: 1\n")


def test_the_cases_a_text_governs_are_read_in_pages(store: Store) -> None:
    done = s.case("c4", settled=True, closed=True)
    with store.unit() as unit:
        unit.write(s.opened(s.case("c1"), s.case("c2", definition="d2"), s.case("c3"), done))
    with store.unit() as unit:
        assert [row.id for row in unit.pinned_cases("d1", "", 1, lock=True)] == ["c1"]
        assert [row.id for row in unit.pinned_cases("d1", "c1", 9, lock=False)] == ["c3"]


def test_a_deviation_is_kept_once_closed_and_opened_again(store: Store) -> None:
    with store.unit() as unit:
        unit.write(s.opened(s.case("c1"), s.case("c2")))
        unit.add_deviation(FOUND)
        unit.add_deviation(replace(FOUND, case_id="c2"))
    with pytest.raises(Conflict), store.unit() as unit:
        unit.add_deviation(FOUND)
    with store.unit() as unit:
        unit.mend(FOUND, s.AT)
        assert [row.case_id for row in unit.deviations()] == ["c2"]
        assert [row.done_at for row in unit.deviations(["c1"])] == [s.AT]
        unit.mend(FOUND, None)
        assert [row.case_id for row in unit.deviations()] == ["c1", "c2"]


def test_a_run_is_gone_on_with_where_it_was_left(store: Store) -> None:
    run = ConformanceRow(1, "", 0, 0, 0, s.AT)
    with store.unit() as unit:
        assert unit.lock_conformance_run() is None
        unit.keep_conformance_run(run)
    with store.unit() as unit:
        assert unit.lock_conformance_run() == run
        over = replace(run, through="c9", cases=9, conforming=8, deviations=2, finished_at=s.AT)
        unit.keep_conformance_run(over)
        assert unit.lock_conformance_run() is None
        assert list(unit.conformance_runs()) == [over]
