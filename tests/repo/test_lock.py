"""The lock pins all that pyproject.toml asks for, exactly, and names no source."""

import re
import tomllib

from tests.repo.tree import ROOT

PIN = re.compile(r"(?P<name>[A-Za-z0-9._-]+)==(?P<version>[A-Za-z0-9.+!-]+)")


def _normal(name: str) -> str:
    """A project's name as registries compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _lines() -> list[str]:
    return (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()


def test_every_line_is_one_exact_version() -> None:
    assert [line for line in _lines() if not PIN.fullmatch(line)] == []


def test_the_lines_are_sorted_and_none_is_twice() -> None:
    names = [_normal(line.split("==")[0]) for line in _lines()]
    assert len(names) == len(set(names))
    assert _lines() == sorted(_lines(), key=str.upper)


def test_everything_the_project_asks_for_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    names = {_normal(re.split(r"[\[<>=~!; ]", requirement)[0]) for requirement in asked}
    assert names - {_normal(line.split("==")[0]) for line in _lines()} == set()
