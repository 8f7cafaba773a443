"""A folder of broken definitions: each error names file and line and says what would be right."""

import re
from pathlib import Path

import pytest

from machines.book import read_roles, workflows_folder
from machines.checks import check_names
from machines.compiler import side_of_role
from machines.counting_checks import check_counting
from machines.definition import Definition
from machines.reader import DefinitionError, read

FOLDER = Path(__file__).parents[1] / "broken"
CLAUSES = frozenset({"1.1", "1.2", "1.3"})
ROLES = read_roles(workflows_folder())
UNITS = {"months": "months", "days": "working_days", "hours": "hours", "office": "office_hours",
         "share": "percent"}  # fmt: skip
SOUND = FOLDER / "sound.yaml"
FILES = [path for path in sorted(FOLDER.glob("*.yaml")) if path != SOUND]


def load(file: Path) -> None:
    definition, parsed = read(Definition, file)
    check_names("broken", definition, parsed, CLAUSES, frozenset(UNITS), frozenset(ROLES))
    sides = {name: side_of_role(role) for name, role in ROLES.items()}
    check_counting(definition, parsed, UNITS, sides)


def test_the_sound_definition_loads() -> None:
    load(SOUND)


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.stem)
def test_the_error_says_what_is_wrong_and_where(file: Path) -> None:
    wanted = file.read_text(encoding="utf-8").splitlines()[0].removeprefix("#").split("|")
    with pytest.raises(DefinitionError) as caught:
        load(file)
    message = str(caught.value)
    for words in wanted:
        assert words.strip() in message, message
    assert re.match(rf"tests/broken/{file.name}:\d+: ", message), message
    changed = _changed_lines(file)
    assert any(abs(caught.value.line - line) <= 12 for line in changed), message


def _changed_lines(file: Path) -> list[int]:
    sound = SOUND.read_text(encoding="utf-8").splitlines()
    broken = file.read_text(encoding="utf-8").splitlines()
    return [
        number
        for number, line in enumerate(broken, 1)
        if number > len(sound) or sound[number - 1] != line
    ] or [len(broken)]
