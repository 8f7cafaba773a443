"""The rulebook: every reform read from its folder, compiled once, found by key or by hash.

A case is pinned to the hash of the text it was opened under; texts no longer in the folder are
added from the store with `with_text`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from pathlib import Path

from machines.checks import check_names
from machines.compiler import Compiled, Side, side_of_role
from machines.definition import Definition
from machines.reader import Parsed, read
from machines.texts import ClauseBook, ParameterFile, Role, RoleFile
from rules.parameters import DatedParameter, DatedValue, ParameterBook


@dataclass(frozen=True)
class Workflow:
    """One reform: its compiled definition, its clauses, the old procedure, and where each line of
    the definition stands. `text`: the definition as written, kept with every case."""

    key: str
    compiled: Compiled
    clauses: ClauseBook
    before: Definition | None
    parameters: Mapping[str, DatedParameter]
    text: str
    parsed: Parsed

    @property
    def definition(self) -> Definition:
        """The definition itself."""
        return self.compiled.definition


@dataclass(frozen=True)
class Rulebook:
    """Every workflow by key, every compiled text by hash, the roles, the dated parameters."""

    workflows: Mapping[str, Workflow]
    by_hash: Mapping[str, Compiled]
    roles: Mapping[str, Role]
    parameters: ParameterBook

    @property
    def sides(self) -> dict[str, Side]:
        """Role id -> whose side it is on."""
        return {name: side_of_role(role) for name, role in self.roles.items()}

    def with_text(self, text: str) -> Rulebook:
        """The same book with one more definition, as kept in a store."""
        definition, _ = read(Definition, "stored/definition.yaml", text)
        compiled = Compiled(definition, hash_of(text), self.roles)
        return replace(self, by_hash={**self.by_hash, compiled.hash: compiled})


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
    roles = read_roles(folder)
    workflows = {
        path.parent.name: load_workflow(path.parent, roles)
        for path in sorted(folder.glob("*/machine.yaml"))
    }
    return Rulebook(
        workflows=workflows,
        by_hash={workflow.compiled.hash: workflow.compiled for workflow in workflows.values()},
        roles=roles,
        parameters=ParameterBook({key: one.parameters for key, one in workflows.items()}),
    )


def read_roles(folder: Path) -> dict[str, Role]:
    """The shared list of roles."""
    listed, _ = read(RoleFile, folder / "roles.yaml")
    return {role.id: role for role in listed.roles}


def load_workflow(folder: Path, roles: Mapping[str, Role]) -> Workflow:
    """One reform from its folder, its names checked. Raises DefinitionError."""
    file = folder / "machine.yaml"
    text = file.read_text(encoding="utf-8")
    definition, parsed = read(Definition, file, text)
    clauses, _ = read(ClauseBook, folder / "clauses.yaml")
    parameters = _parameters(folder)
    before = None
    if (folder / "before.yaml").exists():
        before = read(Definition, folder / "before.yaml")
    workflow = Workflow(
        key=folder.name,
        compiled=Compiled(definition, hash_of(text), roles),
        clauses=clauses,
        before=before[0] if before is not None else None,
        parameters=parameters,
        text=text,
        parsed=parsed,
    )
    known = frozenset(clause.id for clause in clauses.clauses)
    names = (known, frozenset(parameters), frozenset(roles))
    check_names(folder.name, definition, parsed, *names)
    if before is not None:
        check_names(f"{folder.name}_before", *before, *names)
    return workflow


def _parameters(folder: Path) -> dict[str, DatedParameter]:
    if not (folder / "parameters.yaml").exists():
        return {}
    listed, _ = read(ParameterFile, folder / "parameters.yaml")
    return {
        name: DatedParameter(
            name,
            parameter.unit,
            tuple(DatedValue(v.since, v.value, v.clause) for v in parameter.values),
        )
        for name, parameter in listed.root.items()
    }
