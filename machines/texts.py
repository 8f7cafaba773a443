"""The other files of a reform: its clauses, its dated parameters; and the shared list of roles."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal, Self

from pydantic import BaseModel, Field, RootModel, model_validator

from machines.defects import Wrong
from machines.definition import Definition
from machines.file_schemas import schema_of
from machines.lists import ListFile
from machines.words import ClauseId, Grounded, Name, Strict, Text


class ParameterValue(Strict):
    """One value and the day from which it applies, with the clause that says so. `value: null`:
    from that day on there is no such number."""

    since: date = Field(alias="from")
    value: int | float | tuple[str, ...] | None
    clause: ClauseId
    reading: Text | None = None


class Parameter(Text):
    """A dated number or list. `reviewed`: the day a person last held it against the text."""

    unit: Literal[
        "working_days", "natural_days", "months", "years", "hours", "office_hours", "count",
        "list", "yuan", "m", "kVA", "percent",
    ]  # fmt: skip
    values: tuple[ParameterValue, ...]
    reviewed: date

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        dates = [value.since for value in self.values]
        if not dates or dates != sorted(set(dates)):
            raise Wrong("values_out_of_order")
        return self


class ParameterFile(RootModel[dict[Name, Parameter]]):
    """`parameters.yaml`: the dated parameters of one reform."""


class Clause(Text):
    """One normative statement of the reform text, in our own words."""

    id: str
    where: str
    force: Literal["in_force", "plan", "effect", "background"]
    kind: str
    amount: int | float | None = None
    unit: str | None = None
    bearer: Literal["applicant", "authority", "third_party"] | None = None


class ClauseBook(Strict):
    """`clauses.yaml`: every clause of one reform."""

    reform: int | None = None
    document: str
    title: Text
    clauses: tuple[Clause, ...]


class ServiceRuleText(Grounded, Text):
    """One service rule that a workflow may switch on: what it does there, and where it is from."""

    rule: Literal["acceptance_receipt", "one_time_notice", "first_asked", "deemed_decision"]
    source: Text


class ServiceRuleFile(Strict):
    """`rules.yaml` of the overlay: every service rule, off unless a workflow names it."""

    title: Text
    rules: tuple[ServiceRuleText, ...]


class Role(Text):
    """Somebody who acts or bears a duty. `department`: the role whose office it is."""

    id: Name
    side: Literal["applicant", "authority", "third_party", "engine"]
    department: Name | None = None


class RoleFile(Strict):
    """`workflows/roles.yaml`: the one shared list. `maps`: draft names of each reform."""

    roles: tuple[Role, ...]
    maps: dict[Name, dict[str, Name]] = Field(default_factory=dict)


def file_models() -> dict[str, type[BaseModel]]:
    """File stem -> the model that reads it: the JSON Schemas are generated from these."""
    return {
        "machine": Definition,
        "before": Definition,
        "clauses": ClauseBook,
        "parameters": ParameterFile,
        "roles": RoleFile,
        "lists": ListFile,
        "rules": ServiceRuleFile,
    }


def schemas() -> dict[str, dict[str, Any]]:
    """File stem -> JSON Schema; `before.yaml` is read like `machine.yaml`."""
    models = {name: model for name, model in file_models().items() if name != "before"}
    return {name: schema_of(model) for name, model in models.items()}
