"""The smallest words of a definition: names, texts in two languages, clause ids, guard references.

Every model of a definition is built from these; they know nothing of cases.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)

from machines.defects import Wrong

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


def _listed(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


Names = Annotated[
    tuple[Name, ...], BeforeValidator(_listed, json_schema_input_type=Name | tuple[Name, ...])
]
ClauseId = Annotated[str, Field(pattern=r"^[A-Za-z0-9]+(\.[0-9A-Za-z]+)*$")]
ClauseIds = Annotated[
    tuple[ClauseId, ...],
    BeforeValidator(_listed, json_schema_input_type=ClauseId | tuple[ClauseId, ...]),
]


def plain_lists(value: Any) -> Any:
    """A value that is kept as it stands in the file: sequences as lists."""
    if isinstance(value, Mapping):
        return {key: plain_lists(item) for key, item in value.items()}
    return [plain_lists(item) for item in value] if isinstance(value, list | tuple) else value


class Strict(BaseModel):
    """Frozen; an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False)


class Text(Strict):
    """The same words in Chinese and in English."""

    zh: str
    en: str


class Grounded(Strict):
    """A line that rests on clauses. `inferred`: the text does not state it. `reading`: how an
    unclear text was read; the console shows both."""

    clauses: ClauseIds = ()
    inferred: bool = False
    reading: Text | None = None

    @model_validator(mode="after")
    def _has_a_ground(self) -> Self:
        if not self.clauses and not self.inferred:
            raise Wrong("no_clause")
        return self


class GuardRef(Strict):
    """A condition: the name of a function in `rules/`, with arguments where that saves a twin.

    Written `name`, or `name: {argument: value}`; the argument `clause` names the condition's own
    clause where it is not its line's."""

    name: Name
    args: Mapping[str, Any] = Field(default_factory=dict)
    clause: ClauseId | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_yaml(cls, data: Any) -> Any:
        if isinstance(data, str):
            return {"name": data, "args": {}}
        if isinstance(data, dict) and len(data) == 1 and "name" not in data:
            ((name, args),) = data.items()
            if not isinstance(args, Mapping | None):
                raise Wrong("arguments_without_names", guard=str(name))
            own = dict(args or {})
            return {"name": name, "clause": own.pop("clause", None), "args": plain_lists(own)}
        return data
