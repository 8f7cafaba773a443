"""A definition as Mermaid text (`stateDiagram-v2`), which many wikis and code hosts draw."""

from __future__ import annotations

from collections.abc import Mapping

from machines.definition import Definition, Track
from machines.words import Text

_TITLE = {"zh": "主流程", "en": "main procedure"}
# What Mermaid reads as a word of its own, as the numbers that it shows again as the letters.
_ENTITIES = {ord(letter): f"#{ord(letter)};" for letter in '#;:"<>{}[]|`%\\&'}


def mermaid(
    definition: Definition, language: str = "zh", *, current: Mapping[str, str] | None = None
) -> str:
    """Every track as a state diagram. `current`: track -> the state to mark."""
    lines = ["---", f"title: {_quoted(_say(definition.title, language))}", "---", "stateDiagram-v2"]
    several = len(definition.tracks) > 1
    for name, track in definition.tracks.items():
        if several:
            title = _say(track, language) or (_TITLE[language] if name == "main" else name)
            lines += [f'state "{escaped(title)}" as {name} {{']
        lines += _track(definition, name, track, language)
        if several:
            lines.append("}")
    marked = [f"{track}__{state}" for track, state in (current or {}).items()]
    if marked:
        lines += [
            "classDef current fill:#0958d9,color:#ffffff",
            f"class {','.join(marked)} current",
        ]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """A text as YAML reads it, in the lines before the diagram."""
    return "'" + text.replace("'", "''") + "'"


def _say(text: Text | Track, language: str) -> str:
    return text.zh if language == "zh" else text.en


def escaped(text: str) -> str:
    """A text in which no letter means anything to Mermaid."""
    return " ".join(text.translate(_ENTITIES).split())


def _track(definition: Definition, name: str, track: Track, language: str) -> list[str]:
    lines = [f'state "{escaped(_say(state, language))}" as {name}__{key}'
             for key, state in track.states.items()]  # fmt: skip
    lines.append(f"[*] --> {name}__{track.initial}")
    said: dict[tuple[str, str], dict[str, None]] = {}
    for edge in definition.transitions:
        if edge.track == name:
            for source in edge.source:
                target = source if edge.to == "same" else edge.to
                label = escaped(_say(definition.events[edge.event], language))
                said.setdefault((source, target), {})[label] = None
    for (source, target), labels in said.items():
        lines.append(f"{name}__{source} --> {name}__{target} : {' / '.join(labels)}")
    lines += [f"{name}__{key} --> [*]" for key, state in track.states.items() if state.final]
    return lines
