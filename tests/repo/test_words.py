"""The repository speaks of the product alone, leaves nothing unfinished, prints in one place."""

import ast
import re
from pathlib import Path

import pytest

from tests.repo.tree import ROOT, files, python_files, text

# Character classes keep these patterns from finding themselves.
FORBIDDEN = {
    "a path of somebody's machine": r"(?<![\w.:/])/(?:wor[k]\b|tm[p]\b|roo[t]/|hom[e]/|User[s]/)",
    "a package registry": (
        r"pyp[i]\.org|pythonhoste[d]|npmj[s]\.|deb\.debia[n]|index-ur[l]|find-link[s]"
    ),
    "unfinished work": (
        r"\b(?:TOD[O]|FIXM[E]|XX[X]|NotImplementedErro[r])\b|pytest\.(?:mark\.)?ski[p]\b"
    ),
    "the number of a task": r"\b(?:issue|PR|pull request) #\d",
}
COMMANDS = ("api/cli.py", "api/cli/", "benchmarks/")


@pytest.mark.parametrize("kind", FORBIDDEN)
def test_no_file_contains(kind: str) -> None:
    pattern = re.compile(FORBIDDEN[kind])
    found = [
        f"{name}:{number}: {line.strip()[:100]}"
        for name in files()
        for number, line in enumerate((text(name) or "").splitlines(), 1)
        if pattern.search(line)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("a path of somebody's machine", "see /" + "work/main/rules"),
        ("a path of somebody's machine", '"/' + 'tmp/x.db"'),
        ("a package registry", "https://pypi" + ".org/simple"),
        ("unfinished work", "raise NotImplemented" + "Error"),
        ("unfinished work", "@pytest.mark." + "skip"),
        ("the number of a task", "as issue " + "#7 asks"),
    ],
)
def test_the_patterns_find_what_they_are_for(kind: str, line: str) -> None:
    assert re.search(FORBIDDEN[kind], line)


def test_only_the_command_line_prints() -> None:
    found = [
        f"{name}:{node.lineno}"
        for name in python_files(tests=False)
        if not name.as_posix().startswith(COMMANDS)
        for node in ast.walk(ast.parse((ROOT / name).read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "print"
    ]
    assert found == []


def test_nothing_but_text_and_pictures_is_kept() -> None:
    pictures = {".png", ".svg", ".woff2", ".ico"}
    assert [str(n) for n in files() if n.suffix not in pictures and text(n) is None] == []


def test_the_readme_names_the_two_commands_and_every_folder() -> None:
    assert Path("README.md") in files()
    readme = text(Path("README.md")) or ""
    packages = {name.parts[0] for name in python_files(tests=False) if len(name.parts) > 1}
    needed = ["make run", "make test", *(f"{package}/" for package in sorted(packages))]
    assert [word for word in needed if word not in readme] == []


def test_every_make_target_that_a_document_names_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", text(Path("Makefile")) or "", re.MULTILINE))
    documents = [name for name in files() if name.suffix == ".md"]
    named = {t for n in documents for t in re.findall(r"`make ([a-z]+)`", text(n) or "")}
    assert named - targets == set()
