"""What can be wrong with a definition: a stable code, and what is wrong and what would be right in
Chinese and in English.

The words are two tables (`machines/defect_words.py`, `machines/finding_words.py`); nothing is said
of a definition that is not in them.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from machines.defect_words import DEFECTS, KINDS
from machines.finding_words import FINDINGS

Said = str | int | tuple[str, str]
"""A word as it stands in both languages, or one for each."""
EVERY: Mapping[str, tuple[str, str]] = {**DEFECTS, **FINDINGS}


@dataclass(frozen=True, slots=True)
class Defect:
    """One thing that is wrong, without its place: a stable code and a sentence in each language."""

    code: str
    zh: str
    en: str


class Wrong(ValueError):
    """A line of a definition that its model refuses; the reader adds file and line."""

    def __init__(self, code: str, **words: Said) -> None:
        self.defect = defect(code, **words)
        super().__init__(self.defect.en)

    @classmethod
    def of(cls, wrong: Defect) -> Wrong:
        """One that is said in words of its own."""
        found = cls.__new__(cls)
        found.defect = wrong
        ValueError.__init__(found, wrong.en)
        return found


def defect(code: str, **words: Said) -> Defect:
    """The sentences of a code with their words filled in. KeyError for a code without words."""
    zh, en = EVERY[code]
    pairs = {name: one if isinstance(one, tuple) else (one, one) for name, one in words.items()}
    return Defect(
        code,
        zh.format(**{name: pair[0] for name, pair in pairs.items()}),
        en.format(**{name: pair[1] for name, pair in pairs.items()}),
    )


def unknown(kind: str, name: str, known: Iterable[str]) -> Defect | None:
    """A name that nothing is called, with the nearest that something is; None for a known one."""
    names = list(known)
    if name in names:
        return None
    return defect("unknown_name", kind=kind_words(kind), name=name, hint=hint(name, names))


def hint(name: str, known: Iterable[str]) -> tuple[str, str]:
    """The nearest known name, or all of them, as the end of a sentence."""
    names = list(known)
    near = difflib.get_close_matches(name, names, 1)
    if near:
        return f"；是否应为 `{near[0]}`？", f"; did you mean `{near[0]}`?"
    return f"；可用：{'、'.join(names) or '无'}", f"; known: {', '.join(names) or 'none'}"


def kind_words(kind: str) -> tuple[str, str]:
    """What a kind of name is called. A kind of something (`argument of NAME`) keeps the name."""
    plain, of, name = kind.partition(" of ")
    zh, en = KINDS.get(kind) or KINDS.get(plain, (plain, plain))
    return (f"{name} 的{zh}", f"{en} of {name}") if of and kind not in KINDS else (zh, en)
