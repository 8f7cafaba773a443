"""The JSON Schemas beside the reforms are generated from the models that read them."""

import json

import pytest

from machines.book import workflows_folder
from machines.texts import file_models


@pytest.mark.parametrize("name", sorted(set(file_models()) - {"before"}))
def test_the_schema_is_fresh(name: str) -> None:
    kept = (workflows_folder() / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8")
    fresh = file_models()[name].model_json_schema(by_alias=True)
    assert json.loads(kept) == fresh, "stale: run `chengnuo workflows --schemas workflows/schemas`"
