"""The tree is the one that was designed: its folders, its modules' names, its sizes."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.repo.tree import PACKAGES, ROOT, files, python_files

FOLDERS = {*PACKAGES, "tests", "benchmarks", "docs", ".ci"}
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "base", "misc", "core"}
LINES_OF_A_FILE = 400
LINES_OF_A_FUNCTION = 50


def test_the_top_level_holds_the_designed_folders_and_no_other() -> None:
    present = {name.parts[0] for name in files() if len(name.parts) > 1}
    assert present <= FOLDERS
    assert {*PACKAGES, "tests"} <= present


def test_every_folder_of_tests_is_a_package() -> None:
    """Without this, `import rules` would find `tests/rules` instead of the code."""
    folders = {name.parent for name in python_files() if name.parts[0] == "tests"}
    assert [
        str(each) for each in sorted(folders) if not (ROOT / each / "__init__.py").is_file()
    ] == []


def test_every_package_says_what_it_answers() -> None:
    silent = [
        str(name)
        for name in python_files(tests=False)
        if name.parts[0] in PACKAGES and not ast.get_docstring(_parsed(name))
    ]
    assert silent == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [str(name) for name in python_files() if {*name.parts, name.stem} & EMPTY_NAMES] == []


def test_no_python_file_is_too_long_to_read() -> None:
    lengths = {name: len((ROOT / name).read_text().splitlines()) for name in python_files()}
    assert {str(name): n for name, n in lengths.items() if n > LINES_OF_A_FILE} == {}


def test_every_function_fits_a_screen() -> None:
    lengths = {
        f"{name}:{function.lineno} {function.name}": length
        for name in python_files(tests=False)
        for function, length in _functions(name)
        if length > LINES_OF_A_FUNCTION
    }
    assert lengths == {}


def _functions(name: Path) -> Iterator[tuple[ast.FunctionDef | ast.AsyncFunctionDef, int]]:
    """Each function with its number of lines, its docstring not counted."""
    for node in ast.walk(_parsed(name)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
            docstring = ast.get_docstring(node, clean=False) or ""
            told = len(docstring.splitlines())
            yield node, node.end_lineno - node.lineno + 1 - told


def _parsed(name: Path) -> ast.Module:
    return ast.parse((ROOT / name).read_text(encoding="utf-8"), filename=str(name))
