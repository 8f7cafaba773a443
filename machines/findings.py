"""A finding of `chengnuo check`: what is wrong with a definition that loads, and where."""

from __future__ import annotations

from dataclasses import dataclass

from machines.defects import Said, defect
from machines.reader import Parsed

At = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """One defect: a stable name, what it means in English (`text`) and in Chinese, the clauses it
    touches, file and line."""

    check: str
    text: str
    clauses: tuple[str, ...]
    file: str
    line: int
    zh: str = ""


def found(
    parsed: Parsed, check: str, at: At, clauses: tuple[str, ...] = (), **words: Said
) -> Finding:
    """A finding in the words of its code, at the line of its place."""
    wrong = defect(check, **words)
    return Finding(check, wrong.en, clauses, parsed.file, parsed.line(at), wrong.zh)
