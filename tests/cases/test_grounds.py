"""Which criteria a credit file meets, with the records counted for each."""

import json
from datetime import date, datetime
from typing import Any

import pytest

from cases.casework import Casework
from cases.clock import FixedClock
from cases.grounds import grounds
from cases.ports import Store
from cases.rows import Batch
from machines.book import Rulebook, rulebook
from machines.codec import canonical
from machines.frozen import replace
from machines.lists import ListFile
from machines.reader import read
from machines.rungs import SHANGHAI
from rules.parameters import DatedParameter, DatedValue, ParameterBook
from rules.working_days import load_calendar
from tests.faults.town import code, open_case, town
from tests.stores import samples as s

FIRM = code(1)
LISTS = """\
conflict: {reading: {zh: 从严, en: strictly}}
lists:
  - id: praise
    zh: 红名单
    en: red
    side: red
    field: trade
    keeper: registry
    clauses: ["8.22"]
    way_out: {zh: 移出, en: removed}
    criteria:
      - id: clean
        zh: 连续无记录
        en: clean
        workflow: network_freight
        guards:
          - clean_for: {credit_facts: [bad_record], period: clean_years, since: founded_on}
        clauses: ["8.22"]
      - {id: absent, zh: 无, en: none, workflow: of_no_folder, guards: [{has_record:
          {credit_facts: [bad_record]}}], clauses: ["8.22"]}
  - id: blame
    zh: 黑名单
    en: black
    side: black
    field: trade
    keeper: registry
    clauses: ["8.22"]
    restrictions: [{restriction: benefits, clause: "8.22"}]
    way_out: {zh: 移出, en: removed}
    criteria:
      - id: three_records
        zh: 三次
        en: three
        workflow: network_freight
        guards:
          - {records_within: {credit_facts: [bad_record], count: three, window: year_months}}
        clauses: ["8.22"]
      - id: both
        zh: 两者
        en: both
        workflow: network_freight
        guards:
          - {has_record: {credit_facts: [bad_record]}}
          - {has_record: {credit_facts: [accident]}}
        clauses: ["8.24"]
"""
VALUES = {"three": ("count", 3), "year_months": ("months", 12), "clean_years": ("years", 3)}


def book(since: date = date(2017, 4, 10)) -> Rulebook:
    """The product's rulebook with lists of its own, and numbers that apply from a day on."""
    real = rulebook()
    own = {
        name: DatedParameter(name, unit, (DatedValue(since, value, "8.22"),))
        for name, (unit, value) in VALUES.items()
    }
    tables = {**real.parameters.tables, "network_freight": own}
    listed, _ = read(ListFile, "some/lists.yaml", LISTS)
    return replace(real, lists=listed, parameters=ParameterBook(tables))


def found(store: Store, on: date, of: str = FIRM, **more: Any) -> dict[str, list[str]]:
    """Criterion -> the days of the records counted, on a day."""
    now = datetime(on.year, on.month, on.day, 9, tzinfo=SHANGHAI)
    casework = Casework(store, book(**more), load_calendar(), FixedClock(now))
    with store.unit(write=False) as unit:
        met = grounds(casework, unit, of, now)
    return {one.criterion.id: [fact.on.isoformat() for fact in one.counted] for one in met}


def records(store: Store, *days: str, fact: str = "bad_record") -> None:
    rows = tuple(
        s.credit_fact(f"c-{fact}", seq=n, uscc=FIRM, fact=fact, on_date=date.fromisoformat(day))
        for n, day in enumerate(days, 1)
    )
    with store.unit() as unit:
        unit.write(Batch(credit_facts=rows))


def test_a_clean_slate_meets_nothing_that_needs_a_stated_date(store: Store) -> None:
    assert found(store, date(2025, 1, 2)) == {}


def test_the_records_counted_are_those_of_the_window(store: Store) -> None:
    days = ["2022-05-01", "2024-01-10", "2024-06-01", "2025-01-10"]
    records(store, *days)
    assert found(store, date(2025, 1, 9)) == {}
    assert found(store, date(2025, 1, 10)) == {"three_records": days[1:]}


def test_every_condition_of_a_criterion_must_hold_and_each_counts_its_records(store: Store) -> None:
    records(store, "2024-01-10")
    assert found(store, date(2025, 1, 2)) == {}
    records(store, "2023-03-01", fact="accident")
    assert found(store, date(2025, 1, 2)) == {"both": ["2024-01-10", "2023-03-01"]}


def test_a_stated_fact_is_taken_from_the_latest_case_of_that_reform(store: Store) -> None:
    casework, _ = town(store, datetime(2025, 1, 2, 9, tzinfo=SHANGHAI))
    case_id = str(open_case(casework, 1).plain["id"])
    with store.unit() as unit:
        row = unit.case(case_id)
        assert row is not None
        stated = canonical({**json.loads(row.state), "facts": {"founded_on": "2021-12-31"}})
        told = replace(row, state=stated, version=row.version + 1)
        unit.write(Batch(cases=((told, row.version),)))
    assert found(store, date(2024, 12, 31)) == {}
    assert found(store, date(2025, 1, 1)) == {"clean": []}
    records(store, "2022-01-01")
    assert found(store, date(2025, 1, 1)) == {}


def test_a_number_that_does_not_apply_yet_makes_no_ground(store: Store) -> None:
    records(store, "2024-01-10", "2024-06-01", "2025-01-10")
    assert found(store, date(2025, 1, 10), since=date(2025, 1, 11)) == {}


@pytest.mark.parametrize("of", [FIRM, code(2)])
def test_the_records_of_what_merged_are_the_successors(store: Store, of: str) -> None:
    records(store, "2024-01-10", "2024-06-01", "2025-01-10")
    with store.unit() as unit:
        unit.add_change(s.change(uscc=FIRM, kind="merger", successor=code(2)))
    assert list(found(store, date(2025, 1, 10), of=of)) == ["three_records"]
