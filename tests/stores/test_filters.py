"""Cases and the diary by every filter, page by page."""

from datetime import timedelta

import pytest

from cases.ports import Store
from cases.rows import CaseRow, ObligationRow
from tests.stores import samples as s

CASES = (
    s.case("c1", subject_name="海风货运", state='{"tracks":{"main":"filed","check":"none"}}'),
    s.case("c2", subject_name="Northern_Star", subject_uscc="91999999MA00000026", settled=True,
           state='{"tracks":{"main":"issued","check":"filed"}}'),
    s.case("c3", subject_name="100% 海鲜", subject_uscc=None, workflow="water", zone="dalian",
           state='{"facts":{"tracks":{"main":"revoked"}},"tracks":{"main":"issued"}}'),
    s.case("C4", workflow="water", subject_name="back\\slash", state='{"tracks":{}}'),
)  # fmt: skip
DUE = (
    s.obligation("c1", "supply", earliest=s.DAY),
    s.obligation("c1", "verify", earliest=s.DAY - timedelta(days=5), side="authority"),
    s.obligation("c2", "supply", earliest=s.DAY, status="met"),
    s.obligation("c2", "supply", occurrence=2, earliest=s.DAY, status="filed"),
    s.obligation("c3", "supply", earliest=None, due_on=None, zone="dalian", status="suspended"),
    s.obligation("c3", "pay", earliest=s.DAY + timedelta(days=5), zone="dalian"),
)


@pytest.fixture(scope="module")
def filled(kept: Store) -> Store:
    """A store with the cases and the diary above."""
    with kept.unit() as unit:
        unit.write(s.opened(*CASES, obligations=tuple(reversed(DUE))))
    return kept


OPEN_STATE = '{"parties":{"builder":{"uscc":"91999999MA0000005X"}},"tracks":{}}'


@pytest.mark.parametrize(
    ("code", "found"),
    [("91999999MA0000005X", ["c1", "c2"]), ("91999999MA0000005", []), ("%", []), ("_", [])],
)
def test_open_cases_are_found_by_any_party_of_theirs(
    store: Store, code: str, found: list[str]
) -> None:
    cases = (
        s.case("c1", state=OPEN_STATE),
        s.case("c2", state=OPEN_STATE, closed=True),
        s.case("c3", state=OPEN_STATE, closed=True, settled=True),
        s.case("c4"),
    )
    with store.unit() as unit:
        unit.write(s.opened(*cases))
        assert [row.id for row in unit.cases(involves=code)] == found


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, ["C4", "c1", "c2", "c3"]),
        ({"zone": "dalian"}, ["c3"]),
        ({"workflow": "water"}, ["C4", "c3"]),
        ({"uscc": s.USCC}, ["C4", "c1"]),
        ({"settled": True}, ["c2"]),
        ({"settled": False}, ["C4", "c1", "c3"]),
        ({"text": "海"}, ["c1", "c3"]),
        ({"text": "northern_s"}, ["c2"]),
        ({"text": "ma00000026"}, ["c2"]),
        ({"text": "c4"}, ["C4"]),
        ({"text": "100%"}, ["c3"]),
        ({"text": "%"}, ["c3"]),
        ({"text": "_"}, ["c2"]),
        ({"text": "k\\s"}, ["C4"]),
        ({"text": "nobody"}, []),
        ({"track_state": "main:issued"}, ["c2", "c3"]),
        ({"track_state": "check:filed"}, ["c2"]),
        ({"track_state": "filed"}, ["c1", "c2"]),
        ({"track_state": "revoked"}, []),
        ({"track_state": "main:revoked"}, []),
        ({"due_before": s.DAY}, ["c1"]),
        ({"due_before": s.DAY + timedelta(days=1)}, ["c1", "c2"]),
        ({"due_before": s.DAY + timedelta(days=9)}, ["c1", "c2", "c3"]),
        ({"after": "c1"}, ["c2", "c3"]),
        ({"limit": 2}, ["C4", "c1"]),
        ({"workflow": "water", "zone": "yingkou", "text": "c", "settled": False,
          "uscc": s.USCC, "after": "A"}, ["C4"]),
    ],
)  # fmt: skip
def test_cases_are_found_by_every_filter(filled: Store, filters, found: list[str]) -> None:
    with filled.unit(write=False) as unit:
        assert [row.id for row in unit.cases(**filters)] == found


def test_cases_come_page_by_page(filled: Store) -> None:
    pages: list[CaseRow] = []
    with filled.unit(write=False) as unit:
        while page := unit.cases(after=pages[-1].id if pages else None, limit=1):
            pages.extend(page)
        assert pages == list(unit.cases())
    assert len(pages) == len(CASES)


def _keys(rows) -> list[tuple[str, str, int]]:
    return [(row.case_id, row.obligation, row.occurrence) for row in rows]


IN_ORDER = _keys([DUE[1], DUE[0], DUE[2], DUE[3], DUE[5], DUE[4]])


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"running": False}, IN_ORDER),
        ({}, [key for key in IN_ORDER if key != ("c2", "supply", 1)]),
        ({"zone": "dalian"}, IN_ORDER[-2:]),
        ({"side": "authority"}, IN_ORDER[:1]),
        ({"due_before": s.DAY}, IN_ORDER[:1]),
        ({"due_before": s.DAY + timedelta(days=1), "running": False}, IN_ORDER[:4]),
        ({"due_from": s.DAY}, [IN_ORDER[n] for n in (1, 3, 4)]),
        ({"due_from": s.DAY, "running": False}, IN_ORDER[1:5]),
        ({"due_from": s.DAY, "due_before": s.DAY + timedelta(days=1)}, [IN_ORDER[1], IN_ORDER[3]]),
        ({"uscc": "91999999MA00000026"}, [("c2", "supply", 2)]),
        ({"case_ids": ["c2", "c3"], "running": False}, IN_ORDER[2:]),
        ({"case_ids": ["c1", "c3"], "uscc": s.USCC}, IN_ORDER[:2]),
        ({"case_ids": ["c3"], "uscc": s.USCC}, []),
        ({"case_ids": ["c3"], "uscc": "nobody"}, []),
        ({"case_ids": []}, []),
        ({"case_ids": [], "uscc": s.USCC}, []),
        ({"limit": 1}, IN_ORDER[:1]),
    ],
)
def test_the_diary_is_found_by_every_filter(filled: Store, filters, found) -> None:
    with filled.unit(write=False) as unit:
        assert _keys(unit.obligations(**filters)) == found


def test_the_number_of_case_ids_is_not_limited(filled: Store) -> None:
    many = [f"x{n}" for n in range(70_000)]
    with filled.unit(write=False) as unit:
        assert len(unit.obligations(case_ids=iter(["c1", *many]))) == 2


def test_the_diary_comes_page_by_page_with_the_undated_last(filled: Store) -> None:
    pages: list[ObligationRow] = []
    with filled.unit(write=False) as unit:
        after = None
        while page := unit.obligations(after=after, running=False, limit=1):
            pages.extend(page)
            after = _keys(page)[0]
    assert _keys(pages) == IN_ORDER


def test_a_page_after_nothing_known_is_refused(filled: Store) -> None:
    with filled.unit(write=False) as unit, pytest.raises(ValueError, match="no obligation"):
        unit.obligations(after=("c9", "supply", 1))
