"""A small folder of definitions that is sound as a whole, with one broken file in its place."""

from __future__ import annotations

import shutil
from pathlib import Path

from machines.book import load, read_lists
from machines.findings import Finding
from machines.graph import examine
from machines.reader import read
from machines.texts import RoleFile
from machines.unused import together

FOLDER = Path(__file__).parents[1] / "broken"
SOUND = FOLDER / "sound.yaml"
PLACES = {
    "broken": "broken/machine.yaml", "clauses": "broken/clauses.yaml", "lists": "lists.yaml",
    "parameters": "broken/parameters.yaml", "roles": "roles.yaml", "rules": "overlay/rules.yaml",
}  # fmt: skip
FILES = [
    path for path in sorted(FOLDER.glob("**/*.yaml"))
    if path != SOUND and "beside" not in path.parts
]  # fmt: skip


def place_of(file: Path) -> str:
    """Which file of the sound folder a broken one stands in for: its own folder says."""
    return PLACES[file.parent.name]


def sound_of(file: Path) -> Path:
    """The sound file that a broken one was made from."""
    return SOUND if file.parent == FOLDER else FOLDER / "beside" / place_of(file)


def with_broken(file: Path, root: Path) -> Path:
    """The sound folder with one file in its place."""
    shutil.copytree(FOLDER / "beside", root, dirs_exist_ok=True)
    shutil.copyfile(SOUND, root / "broken" / "machine.yaml")
    shutil.copyfile(file, root / place_of(file))
    return root


def findings(root: Path) -> list[Finding]:
    """Every finding on a folder. Raises DefinitionError."""
    book = load(root)
    found = [one for workflow in book.workflows.values() for one in examine(workflow).findings]
    roles, stands = read(RoleFile, root / "roles.yaml")
    lists, _ = read_lists(root)
    return [*found, *together(book.workflows, roles, stands, lists)]
