"""The JSON Schema of a file: what its model accepts, the short forms among it.

The short forms (a name for a list of one, an event for a moment) are what the models make of the
text before they look at it, which pydantic cannot see; here they are said by hand. That schema and
reader agree is tested (`tests/machines/test_schemas.py`), but for the rules between several keys of
one line (`BETWEEN_KEYS`), which only the reader knows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

Plain = dict[str, Any]
_NAME: Plain = {"type": "string", "pattern": r"^[a-z][a-z0-9_]*$"}


class _Closed(GenerateJsonSchema):
    """A table whose keys are names takes no other key."""

    def dict_schema(self, schema: Any) -> JsonSchemaValue:
        said = super().dict_schema(schema)
        return {**said, "additionalProperties": False} if "patternProperties" in said else said


def schema_of(model: type[BaseModel]) -> Plain:
    """The JSON Schema of the files that a model reads."""
    said = model.model_json_schema(by_alias=True, schema_generator=_Closed)
    defs: Plain = said.get("$defs", {})
    whole = {name: defs[name] for name in _SHORT if name in defs}
    for name in whole:
        defs[name] = {"title": name, "anyOf": _SHORT[name](whole)}
    return said


def _moment(whole: Mapping[str, Plain]) -> list[Plain]:
    """The name of an event, or all keys."""
    return [_NAME, whole["EventRef"]]


def _start(whole: Mapping[str, Plain]) -> list[Plain]:
    """One moment, perhaps counted from another; or the earliest or latest of several."""
    moment, several = whole["EventRef"], whole["Start"]
    counted = several["properties"]["counted_from"]
    one = {**moment, "properties": {**moment["properties"], "counted_from": counted}}
    some = {"anyOf": [{"required": ["earliest"]}, {"required": ["latest"]}]}
    return [_NAME, one, {**several, **some}]


def _due(whole: Mapping[str, Plain]) -> list[Plain]:
    """One of the words, or all keys."""
    words = next(one for one in whole["Due"]["properties"]["word"]["anyOf"] if "enum" in one)
    return [words, whole["Due"]]


def _guard(whole: Mapping[str, Plain]) -> list[Plain]:
    """A name; a name with its arguments, its clause among them; or each under a key of its own."""
    clause = whole["GuardRef"]["properties"]["clause"]
    arguments = {"type": ["object", "null"], "properties": {"clause": clause}}
    call = {
        "type": "object",
        "minProperties": 1,
        "maxProperties": 1,
        "patternProperties": {_NAME["pattern"]: arguments},
        "additionalProperties": False,
        "not": {"required": ["name"]},
    }
    return [_NAME, call, whole["GuardRef"]]


_SHORT: Mapping[str, Callable[[Mapping[str, Plain]], list[Plain]]] = {
    "EventRef": _moment, "Start": _start, "Due": _due, "GuardRef": _guard,
}  # fmt: skip
