"""Every way to take one cited line out of a workflow.

A line is a part of `machine.yaml` that names a clause (or stands inside one that does): an edge, a
guard, an effect, a duty, a material, a fact, a warning, a document. A dated parameter cannot be
left out; its number is changed by one, or one item is taken off its list.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from machines.book import Rulebook, Workflow
from machines.checks import check_names
from machines.compiler import Compiled
from machines.definition import Definition
from machines.frozen import replace
from machines.reader import DefinitionError, Parsed, validate
from rules.parameters import DatedParameter, ParameterBook

At = tuple[str | int, ...]
_ITEMS = ("guards", "effects", "applies_if", "when", "warnings")
_NO_LINE = ("carried", "title", "basis", "closing", "settings")


@dataclass(frozen=True)
class Mutant:
    """A workflow without one of its lines. `book` None: such a text does not load, which is how
    the removal is noticed."""

    what: str
    line: int
    book: Rulebook | None


def mutants(book: Rulebook, key: str) -> Iterator[Mutant]:
    """Every mutant of one workflow."""
    workflow = book.workflows[key]
    for at in _places(workflow.parsed.value):
        plain = copy.deepcopy(workflow.parsed.value)
        _remove(plain, at)
        what = f"{'.'.join(map(str, at))} {_named(workflow.parsed.value, at)}"
        yield Mutant(what, workflow.parsed.line(at), _with(book, workflow, plain))
    for name, parameter in workflow.parameters.items():
        if name not in _words(workflow.parsed.value):
            continue  # only the procedure before the reform, or a comparison with it, uses it
        for what, changed in _changed(parameter):
            table = {**workflow.parameters, name: changed}
            yield Mutant(f"parameter {name}: {what}", 1, _with_parameters(book, workflow, table))


def _places(plain: Mapping[str, Any]) -> Iterator[At]:
    for section in ("transitions", "obligations", "timers", "targets"):
        for index, one in enumerate(plain.get(section, ())):
            yield (section, index)
            yield from _inside(one, (section, index))
    for section in ("facts", "documents", "licences"):
        for name, one in plain.get(section, {}).items():
            if one.get("clauses"):
                yield (section, name)
    yield from _materials(plain.get("materials", {}))
    yield from _inside(plain["opening"], ("opening",))


def _words(plain: Any) -> set[str]:
    """Every word of a file that could be a name."""
    if isinstance(plain, dict):
        return {word for value in plain.values() for word in _words(value)}
    if isinstance(plain, list):
        return {word for value in plain for word in _words(value)}
    return {plain} if isinstance(plain, str) else set()


def _inside(plain: Mapping[str, Any], at: At) -> Iterator[At]:
    for name, value in plain.items():
        if name in _ITEMS and isinstance(value, list):
            for index, one in enumerate(value):
                yield (*at, name, index)
                if isinstance(one, dict):
                    yield from _inside(one, (*at, name, index))
                    yield from _of_a_list(one, (*at, name, index))
        elif name == "on_miss":
            yield from _inside(value, (*at, name))


def _of_a_list(guard: Mapping[str, Any], at: At) -> Iterator[At]:
    """Each of several facts that a condition lists."""
    for name, args in guard.items():
        facts = args.get("facts") if isinstance(args, dict) else None
        if isinstance(facts, list) and len(facts) > 1:
            yield from ((*at, name, "facts", index) for index, _ in enumerate(facts))


def _materials(plain: Mapping[str, Any]) -> Iterator[At]:
    for group, items in plain.items():
        if group == "named":
            for name, inner in items.items():
                for index, _ in enumerate(inner):
                    yield ("materials", group, name, index)
        elif group in ("upfront", "committed"):
            for index, _ in enumerate(items):
                yield ("materials", group, index)


def _remove(plain: Any, at: At) -> None:
    for part in at[:-1]:
        plain = plain[part]
    del plain[at[-1]]


def _named(plain: Any, at: At) -> str:
    for part in at:
        plain = plain[part]
    if isinstance(plain, dict):
        named = plain.get("id") or plain.get("event") or plain.get("do")
        return str(named or next(iter(plain)))
    return str(plain)


def _with(book: Rulebook, workflow: Workflow, plain: dict[str, Any]) -> Rulebook | None:
    """The book with this text in place of the workflow's own; None where it does not load."""
    parsed = Parsed.__new__(Parsed)
    parsed.file, parsed.lines, parsed.value = workflow.parsed.file, {}, plain
    try:
        definition = validate(Definition, parsed)
        clauses = frozenset(clause.id for clause in workflow.clauses.clauses)
        names = (clauses, frozenset(workflow.parameters), frozenset(book.roles))
        check_names(workflow.key, definition, parsed, *names)
    except DefinitionError:
        return None
    compiled = Compiled(definition, workflow.compiled.hash, book.roles, book.lists)
    changed = replace(workflow, compiled=compiled, parsed=parsed)
    return replace(book, workflows={**book.workflows, workflow.key: changed})


def _changed(parameter: DatedParameter) -> Iterator[tuple[str, DatedParameter]]:
    for index, dated in enumerate(parameter.values):
        value = dated.value
        if isinstance(value, tuple):
            others: list[tuple[str, Any]] = [
                (f"without {item}", tuple(one for one in value if one != item)) for item in value
            ]
        elif isinstance(value, int | float):
            others = [(f"{value} becomes {value + 1}", value + 1)]
        else:
            continue
        for what, other in others:
            values = list(parameter.values)
            values[index] = replace(dated, value=other)
            yield what, replace(parameter, values=tuple(values))


def _with_parameters(
    book: Rulebook, workflow: Workflow, table: Mapping[str, DatedParameter]
) -> Rulebook:
    tables = {**book.parameters.tables, workflow.key: table}
    changed = replace(workflow, parameters=table)
    return replace(
        book,
        workflows={**book.workflows, workflow.key: changed},
        parameters=ParameterBook(tables),
    )
