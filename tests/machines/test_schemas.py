"""The JSON Schemas beside the reforms are generated from the models that read them."""

import json

import pytest

from machines.book import workflows_folder
from machines.texts import schemas

FRESH = schemas()


@pytest.mark.parametrize("name", sorted(FRESH))
def test_the_schema_is_fresh(name: str) -> None:
    kept = (workflows_folder() / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8")
    stale = "stale: run `chengnuo workflows --schemas workflows/schemas`"
    assert json.loads(kept) == FRESH[name], stale
