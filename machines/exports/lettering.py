"""How much room text takes where no font can be asked: one em a Chinese letter, less a Latin."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

LATIN = 0.58  # em; a little more than the fonts named in the console need
LATIN_ROOM = 1.3  # English says the same in more room; narrower lines would only make it taller


@dataclass(frozen=True, slots=True)
class Letters:
    """A way of writing: size, line height and baseline below the line's top, in px; `limit` is
    the width at which a text goes on in a new line."""

    size: float
    line: float
    rise: float
    limit: float


STATE = Letters(size=13, line=18, rise=14, limit=150)
EVENT = Letters(size=11.5, line=16, rise=12, limit=128)
TITLE = Letters(size=14, line=20, rise=15, limit=400)


def width(text: str, letters: Letters) -> float:
    """The width of one line, in px."""
    ems = sum(1.0 if unicodedata.east_asian_width(c) in "WF" else LATIN for c in text)
    return ems * letters.size


def extent(lines: Sequence[str], letters: Letters) -> tuple[float, float]:
    """The width and height of some lines, in px."""
    widest = max((width(line, letters) for line in lines), default=0.0)
    return round(widest + 6, 1), letters.line * len(lines)


def wrap(text: str, letters: Letters) -> tuple[str, ...]:
    """A text in lines of about equal length within the limit: broken between words, or between
    Chinese letters. A single word longer than the limit stays whole."""
    total = width(text, letters)
    limit = letters.limit * (1 if any(_wide(letter) for letter in text) else LATIN_ROOM)
    if total <= limit:
        return (text,)
    lines = _filled(text, letters, limit)
    for narrower in range(int(total / len(lines)), int(limit), 4):
        tried = _filled(text, letters, narrower)
        if len(tried) <= len(lines):
            return tried
    return lines


def _filled(text: str, letters: Letters, limit: float) -> tuple[str, ...]:
    """Lines as full as the limit allows."""
    lines, line = [], ""
    for piece in _pieces(text):
        if line and width((line + piece).rstrip(), letters) > limit:
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    return tuple(one for one in (*lines, line.rstrip()) if one)


def _pieces(text: str) -> list[str]:
    """What must not be broken: a Latin word with its space, or one Chinese letter with the
    punctuation that follows it."""
    pieces: list[str] = []
    for letter in text:
        wide = unicodedata.east_asian_width(letter) in "WF"
        closing = letter in "，。；：、）》”！？)"
        if pieces and (closing or not (wide or pieces[-1].endswith(" ") or _wide(pieces[-1]))):
            pieces[-1] += letter
        else:
            pieces.append(letter)
    return pieces


def _wide(piece: str) -> bool:
    return unicodedata.east_asian_width(piece[-1]) in "WF"
