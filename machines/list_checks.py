"""Whether `workflows/lists.yaml` and the reforms fit together: every name on either side means
something on the other.

What reforms that are not in the folder would have to bear out (their clauses, parameters, the facts
they record) is checked as soon as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from machines.defects import Defect, defect, hint, unknown
from machines.lists import Criterion, ListFile
from machines.reader import DefinitionError, Parsed
from rules.guards import GUARDS

At = tuple[str | int, ...]
Problem = tuple[At, Defect]
_ASKS = {
    "listed": "list",
    "not_listed": "list",
    "listed_for": "list",
    "not_listed_for": "list",
    "privileged": "privilege",
}
_COUNTS = ("count", "window", "period", "years", "within")
_STATED = ("since", "fact")
_RECORDS = ("credit_facts", "credit_fact")


@dataclass(frozen=True, slots=True)
class Reform:
    """What a reform in the folder bears out: its definition as read, its clauses and parameters."""

    parsed: Parsed
    clauses: frozenset[str]
    parameters: frozenset[str]


def check_lists(
    listed: ListFile, parsed: Parsed, roles: Iterable[str], reforms: Mapping[str, Reform]
) -> None:
    """Raises DefinitionError for the first name in `lists.yaml` that means nothing, or for the
    first list, privilege or credit fact that a reform names and `lists.yaml` does not."""
    known = {
        "list": [one.id for one in listed.lists],
        "privilege": sorted({one.privilege for spec in listed.lists for one in spec.privileges}),
        "credit fact": [one.id for one in listed.facts],
    }
    for at, wrong in _problems(listed, known["credit fact"], roles, reforms):
        raise DefinitionError(parsed.file, parsed.line(at), wrong)
    for reform in reforms.values():
        for at, kind, name in sorted(_named(reform.parsed.value), key=_lists_first):
            for _, wrong in _one(at, kind, name, known[kind]):
                raise DefinitionError(reform.parsed.file, reform.parsed.line(at), wrong)
    for at, wrong in _never_recorded(listed, reforms):
        raise DefinitionError(parsed.file, parsed.line(at), wrong)


def _lists_first(named: tuple[At, str, str]) -> bool:
    """Lists and privileges before the facts recorded."""
    return named[1] == "credit fact"


def _problems(
    listed: ListFile, recorded: Iterable[str], roles: Iterable[str], reforms: Mapping[str, Reform]
) -> Iterator[Problem]:
    known_roles = list(roles)
    for index, spec in enumerate(listed.lists):
        at: At = ("lists", index)
        yield from _one((*at, "keeper"), "role", spec.keeper, known_roles)
        yield from _cited((*at, "clauses"), spec.clauses, reforms)
        yield from _cited((*at, "way_out"), spec.way_out.clauses, reforms)
        for n, closes in enumerate(spec.restrictions):
            yield from _cited((*at, "restrictions", n), [closes.clause], reforms)
        for n, grants in enumerate(spec.privileges):
            yield from _cited((*at, "privileges", n), [grants.clause], reforms)
        for n, criterion in enumerate(spec.criteria):
            where: At = (*at, "criteria", n)
            yield from _cited(where, criterion.clauses, reforms)
            yield from _criterion(where, criterion, reforms.get(criterion.workflow))
            for _, kind, name in _named([{ref.name: dict(ref.args)} for ref in criterion.guards]):
                if kind == "credit fact":
                    yield from _one(where, kind, name, recorded)
    for index, fact in enumerate(listed.facts):
        yield from _cited(("facts", index), fact.clauses, reforms)


def _criterion(at: At, criterion: Criterion, reform: Reform | None) -> Iterator[Problem]:
    for ref in criterion.guards:
        if ref.name not in GUARDS:
            yield from _one(at, "guard", ref.name, GUARDS)
            continue
        guard = GUARDS[ref.name]
        for argument in ref.args:
            yield from _one(at, f"argument of `{ref.name}`", argument, guard.allowed)
        for argument in sorted(guard.required - set(ref.args)):
            yield at, defect("guard_needs", guard=ref.name, argument=argument)
        if reform is None:
            continue
        stated = reform.parsed.value.get("facts", {})
        for kind, arguments, known in (
            ("parameter", _COUNTS, reform.parameters),
            ("fact", _STATED, stated),
        ):
            for argument in arguments:
                if argument in ref.args:
                    yield from _one(at, kind, str(ref.args[argument]), known)


def _never_recorded(listed: ListFile, reforms: Mapping[str, Reform]) -> Iterator[Problem]:
    """A fact that no reform here records, though every text it cites is here with its reform."""
    here = {
        clause
        for reform in reforms.values()
        if "clauses_of" not in reform.parsed.value
        for clause in reform.clauses
    }
    written = {
        name
        for reform in reforms.values()
        for at, _, name in _named(reform.parsed.value)
        if at[-1] == "fact"
    }
    for index, fact in enumerate(listed.facts):
        if fact.id not in written and here.issuperset(fact.clauses):
            near = hint(fact.id, sorted(written))
            yield ("facts", index), defect("never_recorded", name=fact.id, hint=near)


def _cited(
    at: At, clauses: Iterable[str | None], reforms: Mapping[str, Reform]
) -> Iterator[Problem]:
    """A clause of a reform that is here must stand in its `clauses.yaml`."""
    for clause in clauses:
        if clause is None:
            continue
        text = clause.rpartition(".")[0]
        here = [
            known
            for reform in reforms.values()
            for known in reform.clauses
            if known.rpartition(".")[0] == text
        ]
        if here and clause not in here:
            yield from _one(at, "clause", clause, sorted(here))


def _one(at: At, kind: str, name: str, known: Iterable[str]) -> Iterator[Problem]:
    wrong = unknown(kind, name, known)
    if wrong is not None:
        yield at, wrong


def _named(plain: Any, at: At = ()) -> Iterator[tuple[At, str, str]]:
    """The lists, privileges and credit facts that a definition's effects and conditions name: each
    with its place, what it is, and its name."""
    if isinstance(plain, dict):
        if plain.get("do") in ("list", "delist") and "list" in plain:
            yield (*at, "list"), "list", str(plain["list"])
        if plain.get("do") == "record_credit" and "fact" in plain:
            yield (*at, "fact"), "credit fact", str(plain["fact"])
        for key, value in plain.items():
            asks = _ASKS.get(key)
            if asks is not None and isinstance(value, dict) and asks in value:
                yield (*at, key, asks), asks, str(value[asks])
            elif key in _RECORDS:
                names = [value] if isinstance(value, str) else value
                yield from (((*at, key), "credit fact", str(name)) for name in names)
            else:
                yield from _named(value, (*at, key))
    elif isinstance(plain, list):
        for index, value in enumerate(plain):
            yield from _named(value, (*at, index))
