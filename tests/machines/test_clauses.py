"""Every clause in force is carried by a line, and every line names clauses that exist."""

from collections.abc import Iterator
from typing import Any

import pytest

from machines.book import Workflow, rulebook
from machines.effects import ADVERSE
from machines.trace import shared

BOOK = rulebook()
KEYS = sorted(BOOK.workflows)


def cited(workflow: Workflow) -> set[str]:
    found: set[str] = set()
    for one in (workflow, *shared(workflow, BOOK.workflows.values())):
        found.update(value.clause for each in one.parameters.values() for value in each.values)
        found.update(_cited(one.parsed.value))
    return found


def _cited(plain: Any) -> Iterator[str]:
    if isinstance(plain, dict):
        for key, value in plain.items():
            if key in ("clauses", "clause"):
                yield from [value] if isinstance(value, str) else value
            else:
                yield from _cited(value)
    elif isinstance(plain, list):
        for value in plain:
            yield from _cited(value)


@pytest.mark.parametrize("key", KEYS)
def test_every_clause_in_force_is_carried_by_a_line(key: str) -> None:
    workflow = BOOK.workflows[BOOK.workflows[key].definition.clauses_of or key]
    in_force = {clause.id for clause in workflow.clauses.clauses if clause.force == "in_force"}
    assert sorted(in_force - cited(workflow), key=_number) == []


def _number(clause: str) -> int:
    return int(clause.split(".")[1])


@pytest.mark.parametrize("key", KEYS)
def test_nothing_rests_on_a_plan(key: str) -> None:
    workflow = BOOK.workflows[key]
    plans = {clause.id for clause in workflow.clauses.clauses if clause.force == "plan"}
    assert plans & cited(workflow) == set()


@pytest.mark.parametrize("key", KEYS)
def test_the_numbers_of_the_clauses_are_the_numbers_that_run(key: str) -> None:
    workflow = BOOK.workflows[key]
    clauses = {clause.id: clause for clause in workflow.clauses.clauses}
    compared = 0
    for parameter in workflow.parameters.values():
        for value in parameter.values:
            clause = clauses[value.clause]
            if clause.amount is not None and isinstance(value.value, int):
                unit = "count" if clause.unit in ("persons", "items") else clause.unit
                counted_in = parameter.unit.removeprefix("office_")  # hours of the office
                assert (value.value, counted_in) == (clause.amount, unit), parameter.name
                compared += 1
    counted = [d for d in workflow.definition.obligations if d.due.parameter is not None]
    assert compared or not counted, "a counted period whose clause states no number"


@pytest.mark.parametrize("key", KEYS)
def test_the_bearer_of_a_duty_is_the_one_its_clause_names(key: str) -> None:
    workflow = BOOK.workflows[key]
    clauses = {clause.id: clause for clause in workflow.clauses.clauses}
    for duty in workflow.definition.obligations:
        named = {clauses[id_].bearer for id_ in duty.clauses} - {None}
        if named:
            assert workflow.compiled.sides[duty.bearer] in named, duty.id


@pytest.mark.parametrize("key", KEYS)
def test_a_consequence_is_ordered_only_under_the_miss_it_answers(key: str) -> None:
    """Automatic means exactly the effects under `on_miss`: an edge the engine takes orders
    nothing adverse of its own."""
    for edge in BOOK.workflows[key].definition.transitions:
        if edge.automatic or edge.role == ("engine",):
            assert [e.do for e in edge.effects if e.do in ADVERSE] == [], edge.event


def test_the_blacklist_belongs_to_dispatch_alone_among_the_first_four() -> None:
    for key in ("network_freight", "eia_commitment", "domicile_commitment"):
        if key in BOOK.workflows:
            assert "black" not in _lists(BOOK.workflows[key])
    if "labour_dispatch" in BOOK.workflows:
        assert "black" in _lists(BOOK.workflows["labour_dispatch"])


def _lists(workflow: Workflow) -> set[str]:
    definition = workflow.definition
    effects = [
        *(effect for edge in definition.transitions for effect in edge.effects),
        *(effect for duty in definition.obligations for effect in duty.on_miss.effects),
    ]
    return {str(getattr(effect, "list", None)) for effect in effects}
