"""Mutants of a definition: each edit as a rulebook, or the reason why such a text does not load."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from machines.book import Rulebook, Workflow
from machines.checks import check_names
from machines.compiler import Compiled, side_of_role
from machines.counting_checks import check_counting
from machines.definition import Definition
from machines.frozen import replace
from machines.graph import examine
from machines.links import check_links
from machines.reader import DefinitionError, Parsed, validate
from machines.service_rules import RuleProblem
from rules.parameters import DatedParameter, ParameterBook
from tests.proof.mutation.duty_edits import duty_edits
from tests.proof.mutation.edge_edits import edge_edits
from tests.proof.mutation.edits import Edit, changed
from tests.proof.mutation.other_edits import number_edits, other_edits


@dataclass(frozen=True, slots=True)
class Mutant:
    """One changed definition. `edit` of its text, or `number`: a dated parameter that is changed
    instead."""

    operator: str
    workflow: str
    name: str
    edit: Edit | None = None
    number: DatedParameter | None = None

    @property
    def key(self) -> str:
        """What it is called in the record of a run."""
        return f"{self.workflow} / {self.name}"

    @property
    def where(self) -> str:
        """What it is a change of."""
        return self.workflow


class Refused(Exception):
    """The text does not load, or `chengnuo check` finds something: who noticed, and what."""

    def __init__(self, by: str, why: str) -> None:
        super().__init__(why)
        self.by, self.why = by, why


def mutants(book: Rulebook, key: str) -> Iterator[Mutant]:
    """Every mutant of one workflow, each once."""
    workflow = book.workflows[key]
    plain = workflow.parsed.value
    lists = [one.id for one in book.lists.lists]
    units = {name: one.unit for name, one in workflow.parameters.items()}
    seen: set[str] = set()
    for edit in (*edge_edits(plain, lists), *duty_edits(plain, lists, units),
                 *other_edits(plain, lists)):  # fmt: skip
        name = edit.name(plain)
        if name not in seen:
            seen.add(name)
            yield Mutant(edit.operator, key, name, edit)
    used = _words(plain)
    for name, parameter in workflow.parameters.items():
        if name not in used:
            continue  # only the procedure before the reform, or a comparison with it, uses it
        for operator, what, other in number_edits(parameter):
            yield Mutant(operator, key, f"{operator}: {name}: {what}", number=other)


def shuffled(book: Rulebook, keys: list[str], seed: int) -> list[Mutant]:
    """The mutants of some workflows in an order that a number decides: any beginning of it is a
    fair sample."""
    found = [one for key in keys for one in mutants(book, key)]
    random.Random(seed).shuffle(found)
    return found


def _words(plain: Any) -> set[str]:
    """Every word of a file that could be a name."""
    if isinstance(plain, dict):
        return {word for value in plain.values() for word in _words(value)}
    if isinstance(plain, list):
        return {word for value in plain for word in _words(value)}
    return {plain} if isinstance(plain, str) else set()


def made(book: Rulebook, mutant: Mutant) -> Rulebook:
    """The book with a mutant in place of its workflow. Raises Refused where that does not load, or
    where the check of its shape finds what it did not find before."""
    workflow = book.workflows[mutant.workflow]
    if mutant.number is not None:
        table = {**workflow.parameters, mutant.number.name: mutant.number}
        return _with_parameters(book, workflow, table)
    assert mutant.edit is not None
    plain = changed(workflow.parsed.value, mutant.edit.at, mutant.edit.new)
    other = _loaded(book, workflow, plain)
    known = {(one.check, one.text) for one in examine(workflow).findings}
    for one in examine(other).findings:
        if (one.check, one.text) not in known:
            raise Refused("check", f"{one.check}: {one.text}")
    return replace(book, workflows={**book.workflows, workflow.key: other})


def _loaded(book: Rulebook, workflow: Workflow, plain: Mapping[str, Any]) -> Workflow:
    """The workflow with this text, held to everything that `machines.book.load` holds it to."""
    parsed = Parsed.__new__(Parsed)
    parsed.file, parsed.lines, parsed.value = workflow.parsed.file, {}, plain
    clauses = {clause.id for clause in workflow.clauses.clauses}
    if book.overlay is not None and plain.get("service_rules"):
        clauses |= {clause.id for clause in book.overlay.clauses.clauses}
    sides = {name: side_of_role(role) for name, role in book.roles.items()}
    units = {name: one.unit for name, one in workflow.parameters.items()}
    try:
        definition = validate(Definition, parsed)
        names = (frozenset(clauses), frozenset(workflow.parameters), frozenset(book.roles))
        check_names(workflow.key, definition, parsed, *names)
        check_counting(definition, parsed, units, sides)
        known = {key: (one.definition, one.parsed) for key, one in book.workflows.items()}
        check_links({**known, workflow.key: (definition, parsed)})
        compiled = Compiled(definition, workflow.compiled.hash, book.roles, book.lists)
    except (DefinitionError, RuleProblem) as error:
        raise Refused("reader", str(error)) from error
    return replace(workflow, compiled=compiled, parsed=parsed)


def _with_parameters(
    book: Rulebook, workflow: Workflow, table: Mapping[str, DatedParameter]
) -> Rulebook:
    tables = {**book.parameters.tables, workflow.key: table}
    other = replace(workflow, parameters=table)
    return replace(
        book,
        workflows={**book.workflows, workflow.key: other},
        parameters=ParameterBook(tables),
    )
