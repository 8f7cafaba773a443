"""The contracts on imports bite: each is shown a small tree that breaks it and no other.

That the real tree keeps them is a gate of its own (`make layers`).
"""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.repo.tree import PACKAGES, ROOT

# One line of one module each; the key is the contract that must be the only broken one.
BREACHES = {
    "floors": ("rules/guards.py", "import cases.store"),
    "no-circles": ("machines/step.py", "import machines.compiler"),
    "data": ("machines/reader.py", "import workflows"),
    "transitions": ("machines/step.py", "import transitions.extensions"),
    "database": ("cases/casework.py", "from sqlalchemy.orm import Session"),
    "alarm-clock": ("scheduler/enforcer.py", "import apscheduler.schedulers"),
    "http": ("scheduler/runner.py", "from fastapi import FastAPI"),
    "pure": ("rules/guards.py", "from time import monotonic"),
    "auditor": ("simulation/auditor.py", "import cases.casework"),
}
# What is allowed, so that no contract is broken by what it must let through.
SOUND = {
    "machines/compiler.py": "import transitions\nimport machines.step\nimport rules.guards",
    "machines/step.py": "",
    "machines/reader.py": "from pathlib import Path\nimport yaml",
    "rules/guards.py": "import datetime",
    "cases/store/__init__.py": "import alembic",
    "cases/store/tables.py": "import sqlalchemy",
    "cases/casework.py": "import machines.step",
    "scheduler/enforcer.py": "import cases.casework",
    "scheduler/runner.py": "import apscheduler.schedulers.background",
    "simulation/auditor.py": "import csv",
    "api/app.py": "import fastapi\nimport cases.store.tables",
}


def _tree(root: Path) -> None:
    shutil.copy(ROOT / "pyproject.toml", root)
    for package in PACKAGES:
        (root / package).mkdir()
        (root / package / "__init__.py").touch()
    for name, source in SOUND.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(source + "\n")


def _verdicts(root: Path) -> tuple[set[str], str]:
    """The names of the broken contracts, and the whole answer."""
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-logo", "--no-cache"],
        cwd=root,
        env={"PYTHONPATH": str(root), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    lines = done.stdout.splitlines()
    broken = {line.partition(" BROKEN")[0] for line in lines if " BROKEN" in line}
    assert (done.returncode != 0) == bool(broken), done.stdout + done.stderr
    return broken, done.stdout


def _names() -> dict[str, str]:
    """Contract id to the name that the answer prints."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return {each["id"]: each["name"] for each in project["tool"]["importlinter"]["contracts"]}


def test_a_sound_tree_keeps_every_contract(tmp_path: Path) -> None:
    _tree(tmp_path)
    broken, answer = _verdicts(tmp_path)
    assert broken == set()
    assert f"Contracts: {len(BREACHES)} kept, 0 broken" in answer


@pytest.mark.parametrize("contract", BREACHES)
def test_a_breach_breaks_its_contract(contract: str, tmp_path: Path) -> None:
    _tree(tmp_path)
    module, line = BREACHES[contract]
    with (tmp_path / module).open("a") as file:
        file.write(f"{line}\n")
    broken, answer = _verdicts(tmp_path)
    assert broken == {_names()[contract]}, answer


def test_every_contract_has_its_breach() -> None:
    assert set(_names()) == set(BREACHES)
