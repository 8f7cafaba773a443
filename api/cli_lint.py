"""What `chengnuo check` says of definitions that load together, and of one that does not; findings
in the language that is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from machines.book import Workflow
    from machines.reader import DefinitionError


class Language(StrEnum):
    """In which language findings are told."""

    zh = "zh"
    en = "en"


InLanguage = Annotated[
    Language | None,
    typer.Option("--lang", help="findings in Chinese or English alone; else in both"),
]


def row_of_error(error: DefinitionError) -> dict[str, Any]:
    """What stops a definition from loading, as a finding."""
    return {"check": error.code, "text": error.en, "clauses": [], "file": error.file,
            "line": error.line, "zh": error.zh}  # fmt: skip


def line_of(one: Mapping[str, Any], lang: Language | None) -> str:
    """A finding as one line: file and line first, as editors read them."""
    said = {"zh": one["zh"], "en": one["text"]}
    words = " ".join(filter(None, said.values())) if lang is None else said[lang]
    clauses = f"  [{' '.join(one['clauses'])}]" if one["clauses"] else ""
    return f"{one['file']}:{one['line']}: {one['check']}: {words or one['text']}{clauses}"


def of_all(home: Path, workflows: Mapping[str, Workflow]) -> Iterator[dict[str, Any]]:
    """A row for what only all workflows of a folder together can tell, where there is anything."""
    from machines.book import read_lists
    from machines.reader import read
    from machines.texts import RoleFile
    from machines.unused import together

    roles, stands = read(RoleFile, home / "roles.yaml")
    found = [asdict(one) for one in together(workflows, roles, stands, read_lists(home)[0])]
    if found:
        yield {"workflow": "*", "states": 0, "transitions": 0, "obligations": 0, "findings": found}
