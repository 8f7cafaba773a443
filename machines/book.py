"""The rulebook: every reform read from its folder, compiled once, found by key or by hash.

A case is pinned to the hash of the text it was opened under; texts no longer in the folder are
added from the store with `with_text`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path

from machines.checks import check_names
from machines.compiler import Compiled, Side, side_of_role
from machines.counting_checks import check_counting
from machines.definition import Definition
from machines.file_checks import check_clauses, check_parameters, check_rules
from machines.frozen import replace
from machines.links import check_links
from machines.list_checks import Reform, check_lists
from machines.lists import NO_LISTS, ListFile
from machines.reader import DefinitionError, Parsed, read
from machines.service_rules import RuleProblem
from machines.texts import ClauseBook, ParameterFile, Role, RoleFile, ServiceRuleFile
from machines.version_checks import check_version
from rules.parameters import DatedParameter, DatedValue, ParameterBook
from rules.statutes import ENGINE, STATUTORY


@dataclass(frozen=True)
class Beside:
    """Where the lines of the other files of a reform stand; None for a file there is not."""

    clauses: Parsed
    parameters: Parsed | None
    before: Parsed | None


@dataclass(frozen=True)
class Workflow:
    """One reform: its compiled definition, its clauses, the old procedure, and where each line of
    the definition, and of the files `beside` it, stands. `text`: the definition as written, kept
    with every case; `numbers`: the dated parameters as written."""

    key: str
    compiled: Compiled
    clauses: ClauseBook
    before: Definition | None
    parameters: Mapping[str, DatedParameter]
    text: str
    parsed: Parsed
    beside: Beside
    numbers: str | None = None

    @property
    def definition(self) -> Definition:
        """The definition itself."""
        return self.compiled.definition


@dataclass(frozen=True)
class Overlay:
    """The service rules that any workflow may switch on, with the clauses they come from."""

    key: str
    rules: ServiceRuleFile
    clauses: ClauseBook


@dataclass(frozen=True)
class Rulebook:
    """Every workflow by key, every compiled text by hash; the roles, lists, dated parameters."""

    workflows: Mapping[str, Workflow]
    by_hash: Mapping[str, Compiled]
    roles: Mapping[str, Role]
    parameters: ParameterBook
    lists: ListFile = NO_LISTS
    overlay: Overlay | None = None

    @cached_property
    def sides(self) -> dict[str, Side]:
        """Role id -> whose side it is on."""
        return {name: side_of_role(role) for name, role in self.roles.items()}

    def with_text(self, text: str, parameters: str | None = None) -> Rulebook:
        """The same book with one more definition, as kept in a store. `parameters`: the numbers
        kept with it, of which only those count that no folder has any more."""
        definition, parsed = read(Definition, "stored/definition.yaml", text)
        compiled = _compiled(definition, text, parsed, self.roles, self.lists)
        known = {**self.by_hash, compiled.hash: compiled}
        kept = numbers_of(parameters)
        own = self.parameters.tables.get(definition.key, {})
        if not kept.keys() - own.keys():
            return replace(self, by_hash=known)
        tables = {**self.parameters.tables, definition.key: {**kept, **own}}
        return replace(self, by_hash=known, parameters=ParameterBook(tables))


def hash_of(text: str) -> str:
    """The name of a definition's exact text: sha256, in hex."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def workflows_folder() -> Path:
    """Where the reforms' files are."""
    return Path(str(files("workflows")))


@cache
def rulebook() -> Rulebook:
    """The rulebook of the installed reforms, read once. Raises DefinitionError."""
    return load(workflows_folder())


def load(folder: Path) -> Rulebook:
    """Reads every reform below a folder. Raises DefinitionError with file and line."""
    roles, overlay, (lists, parsed) = read_roles(folder), read_overlay(folder), read_lists(folder)
    workflows = {
        path.parent.name: load_workflow(path.parent, roles, overlay, lists)
        for path in sorted(folder.glob("*/machine.yaml"))
    }
    check_links({key: (one.definition, one.parsed) for key, one in workflows.items()})
    hold_lists(lists, parsed, roles, workflows)
    return Rulebook(
        workflows=workflows,
        by_hash={workflow.compiled.hash: workflow.compiled for workflow in workflows.values()},
        roles=roles,
        parameters=parameters_of(workflows.values()),
        lists=lists,
        overlay=overlay,
    )


def parameters_of(workflows: Iterable[Workflow]) -> ParameterBook:
    """The dated numbers of some reforms, with those of the statutes."""
    return ParameterBook({ENGINE: STATUTORY, **{one.key: one.parameters for one in workflows}})


def read_overlay(folder: Path) -> Overlay | None:
    """The service rules, where the folder has them. Raises DefinitionError."""
    for file in sorted(folder.glob("*/rules.yaml")):
        rules, parsed = read(ServiceRuleFile, file)
        clauses, _ = read(ClauseBook, file.parent / "clauses.yaml")
        check_rules(rules, parsed, {clause.id for clause in clauses.clauses})
        return Overlay(file.parent.name, rules, clauses)
    return None


def read_lists(folder: Path) -> tuple[ListFile, Parsed | None]:
    """The shared lists; none where the folder has no `lists.yaml`. Raises DefinitionError."""
    file = folder / "lists.yaml"
    return read(ListFile, file) if file.exists() else (NO_LISTS, None)


def hold_lists(
    lists: ListFile,
    parsed: Parsed | None,
    roles: Mapping[str, Role],
    workflows: Mapping[str, Workflow],
) -> None:
    """Holds the lists against the reforms, and the other way round. Raises DefinitionError."""
    if parsed is None:
        return
    reforms = {
        key: Reform(
            one.parsed,
            frozenset(clause.id for clause in one.clauses.clauses),
            frozenset(one.parameters),
        )
        for key, one in workflows.items()
    }
    check_lists(lists, parsed, roles, reforms)


def read_roles(folder: Path) -> dict[str, Role]:
    """The shared list of roles."""
    listed, _ = read(RoleFile, folder / "roles.yaml")
    return {role.id: role for role in listed.roles}


def load_workflow(
    folder: Path,
    roles: Mapping[str, Role],
    overlay: Overlay | None = None,
    lists: ListFile = NO_LISTS,
) -> Workflow:
    """One reform from its folder, its names checked. Raises DefinitionError."""
    file = folder / "machine.yaml"
    definition, parsed = read(Definition, file)
    home = folder.parent / (definition.clauses_of or folder.name)
    clauses, stands = read(ClauseBook, home / "clauses.yaml")
    check_clauses(clauses, stands)
    before = None
    if (folder / "before.yaml").exists():
        before = read(Definition, folder / "before.yaml")
    known = {clause.id for clause in clauses.clauses}
    if overlay is not None and definition.service_rules:
        known |= {clause.id for clause in overlay.clauses.clauses}
    parameters, numbers = _parameters(folder, known)
    names = (frozenset(known), frozenset(parameters), frozenset(roles))
    check_names(folder.name, definition, parsed, *names)
    check_version(definition, parsed, names[0])
    units = {name: one.unit for name, one in parameters.items()}
    sides = {name: side_of_role(role) for name, role in roles.items()}
    check_counting(definition, parsed, units, sides)
    if before is not None:
        check_names(f"{folder.name}_before", *before, *names)
        check_counting(*before, units, sides)
    return Workflow(
        key=folder.name,
        compiled=_compiled(definition, parsed.text, parsed, roles, lists),
        clauses=clauses,
        before=before[0] if before is not None else None,
        parameters=parameters,
        text=parsed.text,
        parsed=parsed,
        beside=Beside(stands, numbers, before[1] if before is not None else None),
        numbers=None if numbers is None else numbers.text,
    )


def _compiled(
    definition: Definition, text: str, parsed: Parsed, roles: Mapping[str, Role], lists: ListFile
) -> Compiled:
    try:
        return Compiled(definition, hash_of(text), roles, lists)
    except RuleProblem as problem:
        line = parsed.line(("service_rules", problem.place))
        raise DefinitionError(parsed.file, line, problem.wrong) from problem


def _parameters(
    folder: Path, clauses: Iterable[str]
) -> tuple[dict[str, DatedParameter], Parsed | None]:
    if not (folder / "parameters.yaml").exists():
        return {}, None
    listed, parsed = read(ParameterFile, folder / "parameters.yaml")
    check_parameters(listed, parsed, clauses)
    return _dated(listed), parsed


def numbers_of(text: str | None, file: str = "stored/parameters.yaml") -> dict[str, DatedParameter]:
    """Dated numbers as written; none where there is no text. Raises DefinitionError."""
    return {} if text is None else _dated(read(ParameterFile, file, text)[0])


def _dated(listed: ParameterFile) -> dict[str, DatedParameter]:
    return {
        name: DatedParameter(
            name,
            parameter.unit,
            tuple(DatedValue(v.since, v.value, v.clause) for v in parameter.values),
        )
        for name, parameter in listed.root.items()
    }
