"""Who an enterprise is today, read from any of its codes."""

from datetime import date

import pytest

from cases.lineage import lineage_of, names_today
from cases.ports import Store
from cases.succession import Change, record_change
from tests.faults.town import LICENSED_AT, code

FIRM, HEIR = code(1), code(2)
TODAY = LICENSED_AT.date()
RENAME = Change(FIRM, "rename", TODAY, "登字1号", "second", name="虚构新名货运有限公司")
MERGER = Change(FIRM, "merger", TODAY, "登字2号", "second", "虚构承继货运有限公司", HEIR)


def record(store: Store, change: Change) -> None:
    with store.unit() as unit:
        record_change(unit, change, "registrar", LICENSED_AT)


@pytest.fixture
def family(store: Store) -> Store:
    """One merged into the second under a new name, which merged into the third."""
    record(store, RENAME)
    record(store, MERGER)
    record(store, Change(HEIR, "rename", TODAY, "登字5号", "second", name="虚构二号"))
    record(store, Change(HEIR, "merger", TODAY, "登字6号", "second", "虚构三号", code(3)))
    return store


def test_the_lineage_is_read_from_either_end(family: Store) -> None:
    with family.unit(write=False) as unit:
        whole = lineage_of(unit, FIRM)
        assert whole.codes == (code(3), HEIR, FIRM)
        assert [row.seq for row in whole.changes] == [1, 2, 3, 4]
        assert lineage_of(unit, code(3)) == whole
        assert lineage_of(unit, HEIR, today=False).codes == (HEIR, FIRM)
        assert lineage_of(unit, code(7)).codes == (code(7),)
        assert names_today(unit.changes()) == dict.fromkeys(
            (FIRM, HEIR, code(3)), (code(3), "虚构三号")
        )


def test_the_names_of_today_follow_the_register(store: Store) -> None:
    record(store, RENAME)
    record(store, Change(HEIR, "deregistration", date(2025, 1, 1), "登字7号", "second"))
    with store.unit(write=False) as unit:
        assert names_today(unit.changes()) == {FIRM: (FIRM, RENAME.name)}
