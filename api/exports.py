"""A definition as text in the formats of other tools: for the command line and for HTTP."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Literal

from machines.compiler import Compiled
from machines.exports.bpmn import bpmn
from machines.exports.diagram import Drawing, Marks, Taken, draw, svg
from machines.exports.mermaid import mermaid
from machines.exports.plain import definition_json, definition_schema
from machines.exports.scxml import scxml

Format = Literal["svg", "mermaid", "bpmn", "scxml", "json", "schema"]
Language = Literal["zh", "en"]


def written(
    compiled: Compiled, format_: Format, language: Language = "zh",
    current: Mapping[str, str] | None = None, taken: Iterable[Taken] = (),
) -> str:  # fmt: skip
    """A definition in a format. `current` (track -> state) and `taken`, the moves made, mark a
    case in the two formats that are pictures."""
    if format_ == "svg":
        marks = Marks(current or {}, frozenset(taken))
        return svg(drawing(compiled, language), marks) + "\n"
    if format_ == "mermaid":
        return mermaid(compiled.definition, language, current=current)
    if format_ == "json":
        return definition_json(compiled)
    return definition_schema() if format_ == "schema" else _as_xml(compiled, format_, language)


@lru_cache(maxsize=128)
def drawing(compiled: Compiled, language: str) -> Drawing:
    """The layout of a definition, made once for each language."""
    return draw(compiled.definition, language)


@lru_cache(maxsize=256)
def _as_xml(compiled: Compiled, format_: Format, language: Language) -> str:
    """Laying out a process takes a second, and a definition never changes."""
    return bpmn(compiled, language) if format_ == "bpmn" else scxml(compiled, language)
