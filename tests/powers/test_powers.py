"""Nobody's powers and duties change unnoticed: each list is what its definition lets happen."""

from __future__ import annotations

import pytest
import yaml

from machines.book import rulebook
from tests.powers.listed import FOLDER, PARTS, powers_of

KEYS = sorted(rulebook().workflows)


@pytest.mark.parametrize("key", KEYS)
def test_the_list_of_powers_and_duties_is_what_the_definition_says(key: str) -> None:
    said = yaml.safe_load((FOLDER / f"{key}.yaml").read_text(encoding="utf-8"))
    found = powers_of(rulebook().workflows[key].compiled)
    for part in PARTS:
        assert list(said[part]) == list(found[part]), f"{key}: other {part}"
        for name, wanted in said[part].items():
            assert found[part][name] == wanted, f"{key}: {name}: {found[part][name]}"


def test_every_reform_has_a_list_and_no_list_is_left_over() -> None:
    assert sorted(file.stem for file in FOLDER.glob("*.yaml")) == KEYS


@pytest.mark.parametrize("key", KEYS)
def test_no_applicant_approves_or_inspects(key: str) -> None:
    compiled = rulebook().workflows[key].compiled
    for event, spec in compiled.definition.events.items():
        if spec.duty in ("approve", "inspect"):
            roles = [r for e in compiled.definition.transitions if e.event == event for r in e.role]
            sides = {compiled.sides.get(role) for role in roles if role != "engine"}
            assert "applicant" not in sides, f"{event}: the applicant would {spec.duty}"
