"""A definition as JSON, under the names of its file, and the JSON Schema that such a file obeys."""

from __future__ import annotations

import json

from machines.compiler import Compiled
from machines.texts import schemas


def definition_json(compiled: Compiled) -> str:
    """What `machine.yaml` says, as JSON, what is unset left out."""
    plain = compiled.definition.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return json.dumps(plain, ensure_ascii=False, indent=1) + "\n"


def definition_schema() -> str:
    """The JSON Schema of a `machine.yaml`, the same as in `workflows/schemas/`."""
    return json.dumps(schemas()["machine"], ensure_ascii=False, indent=1, sort_keys=True) + "\n"
