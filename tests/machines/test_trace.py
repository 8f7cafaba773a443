"""Clauses traced to lines and back, and what the text leaves open."""

import pytest

from machines.book import rulebook
from machines.frozen import replace
from machines.texts import Clause
from machines.trace import carriers, gaps, shared, trace

BOOK = rulebook()
FREIGHT = BOOK.workflows["network_freight"]


OWN = sorted(key for key, one in BOOK.workflows.items() if one.definition.clauses_of is None)


@pytest.mark.parametrize("key", OWN)
def test_no_clause_in_force_is_a_hole(key: str) -> None:
    workflow = BOOK.workflows[key]
    rows = trace(workflow, shared(workflow, BOOK.workflows.values()))
    assert [row.clause for row in rows if row.hole] == []
    assert len(rows) == len(BOOK.workflows[key].clauses.clauses)


def test_a_clause_in_force_that_nothing_carries_is_a_hole() -> None:
    extra = Clause(
        id="9.99", where="1", force="in_force", kind="role", zh="新", en="new"
    )  # fmt: skip
    book = FREIGHT.clauses.model_copy(update={"clauses": (*FREIGHT.clauses.clauses, extra)})
    (hole,) = [row for row in trace(replace(FREIGHT, clauses=book)) if row.hole]
    assert hole.clause == "9.99"


def test_the_line_of_a_clause_is_where_the_file_says_it() -> None:
    lines = FREIGHT.text.splitlines()
    found = carriers(FREIGHT)["9.24"]
    named = {one.what.split()[1] for one in found if one.what.startswith("obligations")}
    assert "supply_promised_materials" in named
    for one in found:
        if one.file.endswith("machine.yaml"):
            below = "\n".join(lines[one.line - 1 : one.line + 45])
            assert "9.24" in below
    assert any(one.what.startswith("parameter supplement_months") for one in found)


def test_what_the_text_leaves_open_is_listed_with_its_reading() -> None:
    found = {(gap.kind, gap.what.split()[-1]) for gap in gaps(FREIGHT)}
    assert ("no_period", "verify_truth") in found
    assert ("no_consequence", "push_to_supervision") in found
    readings = [gap for gap in gaps(FREIGHT) if gap.kind == "reading"]
    assert all(gap.zh and gap.en for gap in readings)
    eia = BOOK.workflows["eia_commitment"]
    assert ("period_unset", "publicity_days") in {
        (gap.kind, gap.what.split()[-1]) for gap in gaps(eia)
    }
