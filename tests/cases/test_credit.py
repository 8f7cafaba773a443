"""What the credit file says: entries and what waits to be entered, facts that stand, conflicts,
and what merged into an enterprise."""

import json
from datetime import date, datetime
from typing import Any

from cases.credit import credit_of
from cases.ports import Store
from cases.rows import Batch, WorkRow
from machines.book import rulebook
from machines.rungs import SHANGHAI
from rules.view import CreditFact, CreditView, Listed
from tests.faults.town import code
from tests.stores import samples as s

LISTS = rulebook().lists
FIRM, HEIR, THIRD = code(1), code(2), code(3)
NIGHT = datetime(2025, 1, 3, 0, 30, tzinfo=SHANGHAI)
"""The third of January in Shanghai, and still the second in UTC."""


def credit(store: Store, of: str = FIRM) -> CreditView:
    with store.unit(write=False) as unit:
        return credit_of(unit, LISTS, of)


def waits(do: str, seq: int, target: str = FIRM, **what: Any) -> WorkRow:
    body = {"what": what, "clauses": ["10.34"], "name": "虚构公司", "workflow": "freight"}
    return WorkRow("c9", seq, 1, do, target, json.dumps(body), s.later(hours=seq))


def write(store: Store, **rows: Any) -> None:
    with store.unit() as unit:
        unit.write(Batch(**rows))


def enter(store: Store, *rows: Any) -> None:
    with store.unit() as unit:
        for row in rows:
            unit.add_list(row)


def merged(store: Store, seq: int, gone: str, heir: str) -> None:
    with store.unit() as unit:
        unit.add_change(s.change(seq, uscc=gone, kind="merger", successor=heir))


def test_nobody_has_heard_of_it(store: Store) -> None:
    assert credit(store) == CreditView()


def test_an_entry_counts_from_the_shanghai_date_of_its_act(store: Store) -> None:
    enter(store, s.listed(uscc=FIRM, since_at=NIGHT))
    found = credit(store)
    assert found.lists == ("black",)
    assert found.entries == (Listed("black", date(2025, 1, 3), "6.3"),)
    assert {one.kind for one in found.restrictions} == {
        "commitment_route", "acceptance", "inspection_rate",
    }  # fmt: skip


def test_what_waits_to_be_entered_counts_already(store: Store) -> None:
    write(store, work=(waits("list", 1, list="black"),))
    waiting = credit(store)
    with store.unit() as unit:
        (row,) = unit.claim_work(9)
        unit.add_list(s.listed("c9", uscc=FIRM, clauses="10.34", since_at=row.at))
        unit.finish_work(row, s.later(days=40))
    assert credit(store) == waiting
    assert waiting.entries == (Listed("black", date(2025, 1, 2), "10.34"),)


def test_what_waits_to_be_taken_off_does_not_count_any_more(store: Store) -> None:
    enter(store, s.listed(uscc=FIRM), s.listed("c2", uscc=FIRM, list="abnormal"))
    write(store, work=(waits("delist", 1, list="black"),))
    assert credit(store).lists == ("abnormal",)
    write(store, work=(waits("list", 2, list="black"),))
    assert credit(store).lists == ("abnormal", "black")


def test_an_entry_taken_back_never_counted(store: Store) -> None:
    enter(store, s.listed("c9", seq=3, uscc=FIRM))
    write(store, work=(waits("list", 1, list="red"), waits("retract", 2, entry=1, effect=1)))
    assert credit(store).lists == ("black",)
    write(store, work=(waits("retract", 5, entry=3, effect=1),))
    assert credit(store).lists == ()


def test_a_restriction_outside_of_a_list(store: Store) -> None:
    enter(store, s.listed(uscc=FIRM, list=None, restriction="benefits", for_workflow="freight"))
    write(store, work=(waits("restrict", 1, restriction="commitment_route", workflow="water"),))
    found = credit(store)
    assert (found.lists, found.entries) == ((), ())
    assert [(one.kind, one.workflow, one.clause) for one in found.restrictions] == [
        ("benefits", "freight", "6.3"), ("commitment_route", "water", "10.34")
    ]  # fmt: skip


def test_the_same_list_twice_closes_the_same_once(store: Store) -> None:
    enter(store, s.listed(uscc=FIRM), s.listed("c2", uscc=FIRM))
    found = credit(store)
    assert len(found.entries) == 2
    assert len(found.restrictions) == 3


def test_black_beats_red_until_the_black_entry_ends(store: Store) -> None:
    enter(store, s.listed(uscc=FIRM, list="red"))
    granted = credit(store).privileges
    assert {one.kind for one in granted} >= {"green_channel", "no_threshold_acceptance"}
    write(store, work=(waits("list", 1, list="black"),))
    both = credit(store)
    assert (both.lists, both.privileges) == (("red", "black"), ())
    write(store, work=(waits("delist", 2, list="black"),))
    assert credit(store).privileges == granted


def test_facts_stand_by_the_day_of_what_they_report(store: Store) -> None:
    recorded = s.credit_fact(uscc=FIRM, at=NIGHT)
    graded = s.credit_fact(seq=2, uscc=FIRM, fact="annual_grade", on_date=date(2024, 6, 1),
                           value="A")  # fmt: skip
    undone = s.credit_fact(seq=3, uscc=FIRM)
    back = s.credit_fact(seq=4, uscc=FIRM, retracts="3.1")
    write(store, credit_facts=(recorded, graded, undone, back))
    assert credit(store).facts == (
        CreditFact("annual_grade", date(2024, 6, 1), "A", "freight"),
        CreditFact("broken_commitment", date(2025, 1, 3), None, "freight"),
    )


def test_a_taking_back_in_another_case_takes_back_nothing(store: Store) -> None:
    fact = s.credit_fact(seq=3, uscc=FIRM)
    other = s.credit_fact("c2", seq=4, uscc=FIRM, retracts="3.1")
    write(store, credit_facts=(fact, other))
    assert len(credit(store).facts) == 1


def test_a_merger_carries_blame_and_records_over_and_no_praise(store: Store) -> None:
    enter(store, s.listed(uscc=FIRM), s.listed("c2", uscc=FIRM, list="civil_air_defence_red"))
    graded = s.credit_fact(seq=2, uscc=FIRM, fact="annual_grade", value="A")
    write(store, credit_facts=(s.credit_fact(uscc=FIRM), graded))
    merged(store, 1, FIRM, HEIR)
    found = credit(store, HEIR)
    assert found.lists == ("black",)
    assert [one.fact for one in found.facts] == ["broken_commitment"]
    assert found.privileges == ()
    assert credit(store, FIRM) == found, "the old code stands for the successor"


def test_mergers_follow_one_another_and_work_on_an_old_code_counts(store: Store) -> None:
    merged(store, 1, FIRM, HEIR)
    merged(store, 2, HEIR, THIRD)
    write(store, work=(waits("list", 1, target=FIRM, list="abnormal"),))
    enter(store, s.listed("c3", uscc=THIRD, list="red"))
    assert set(credit(store, THIRD).lists) == {"abnormal", "red"}
    write(store, work=(waits("delist", 2, target=THIRD, list="abnormal"),))
    assert credit(store, FIRM).lists == ("red",)
