"""A folder of broken definitions: each error and each finding names file and line, says what would
be right in both languages, and none is without a file that brings it about."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from machines.defect_words import KINDS
from machines.defects import EVERY
from machines.reader import DefinitionError
from tests.machines.broken_folder import FILES, SOUND, findings, place_of, sound_of, with_broken

CHINESE = re.compile(r"[\u4e00-\u9fff]")
NAMES = re.compile(r"`([^`]*)`")
_FAR = 12  # lines between a mistake and where it shows, unless the line there names it


@dataclass(frozen=True)
class Seen:
    """What is said of a broken file."""

    code: str
    zh: str
    en: str
    file: str
    line: int


def seen(file: Path, root: Path) -> list[Seen]:
    """The error that stops the folder with this file from loading, or the findings on it."""
    folder = with_broken(file, root)
    try:
        found = findings(folder)
    except DefinitionError as error:
        return [Seen(error.code, error.zh, error.en, error.file, error.line)]
    return [Seen(one.check, one.zh, one.text, one.file, one.line) for one in found]


def header(file: Path) -> tuple[str, list[str]]:
    """The code and the words that a broken file's first line asks for."""
    first = file.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")
    code, _, words = first.partition(": ")
    return code, [one.strip() for one in words.split("|")]


def test_the_sound_folder_has_neither_error_nor_finding(tmp_path: Path) -> None:
    assert seen(SOUND, tmp_path) == []


@pytest.mark.parametrize("file", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_what_is_wrong_is_said_with_its_line_and_in_both_languages(
    file: Path, tmp_path: Path
) -> None:
    code, words = header(file)
    found = seen(file, tmp_path)
    assert {one.code for one in found} == {code}, found
    first = found[0]
    assert any(all(word in one.en for word in words) for one in found), found
    assert CHINESE.search(first.zh), first.zh
    assert sorted(NAMES.findall(first.zh)) == sorted(NAMES.findall(first.en)), first
    if code == "file_missing":
        return
    assert first.file.endswith(place_of(file)), first.file
    near = any(abs(first.line - line) <= _FAR for line in _changed_lines(file))
    shows = file.read_text(encoding="utf-8").splitlines()[first.line - 1]
    assert near or any(name in shows for name in NAMES.findall(first.en)), (first, shows)


def test_every_code_has_a_file_and_every_file_a_code() -> None:
    assert {header(file)[0] for file in FILES} == set(EVERY)


def test_every_sentence_is_in_both_languages_and_fills_in_the_same_words() -> None:
    for code, (zh, en) in EVERY.items():
        assert CHINESE.search(zh), code
        assert not CHINESE.search(en), code
        assert sorted(re.findall(r"{\w+}", zh)) == sorted(re.findall(r"{\w+}", en)), code
    assert all(CHINESE.search(zh) and not CHINESE.search(en) for zh, en in KINDS.values())


def test_nothing_is_raised_without_a_code() -> None:
    """A definition is refused by `Wrong`, `DefinitionError` or `RuleProblem` alone."""
    models = ("definition", "effects", "lists", "moments", "texts", "words", "service_words")
    for name in models:
        source = (Path(__file__).parents[2] / "machines" / f"{name}.py").read_text("utf-8")
        raised = re.findall(r"raise (\w+)\(", source)
        assert set(raised) <= {"Wrong", "KeyError"}, (name, raised)


def _changed_lines(file: Path) -> list[int]:
    sound = sound_of(file).read_text(encoding="utf-8").removeprefix("# \n").splitlines()
    broken = file.read_text(encoding="utf-8").splitlines()[1:]  # without its header
    return [
        number + 1
        for number, line in enumerate(broken, 1)
        if number > len(sound) or sound[number - 1] != line
    ] or [len(broken)]
