"""Forms made from an act's schema: what each fact asks for, and what came back."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from starlette.datastructures import FormData

from api.console.visit import Visit
from api.console.wording import choice_words, label, party_line, specs_of
from machines import engine_events
from machines.compiler import Compiled
from machines.rungs import SHANGHAI

Kind = Literal[
    "confirm", "flag", "choice", "choices", "date", "instant", "number", "text", "line",
    "lines", "party", "parties",
]  # fmt: skip
PREFIX = "fact."


@dataclass(frozen=True, slots=True)
class Field:
    """One input. `value` and `values` are what was entered before; `options`: value and words."""

    name: str
    kind: Kind
    label: str
    required: bool
    options: tuple[tuple[str, str], ...] = ()
    unit: str = ""
    example: str = ""
    minimum: float | None = None
    maximum: float | None = None
    step: str = "any"
    clauses: tuple[str, ...] = ()
    value: str = ""
    values: tuple[str, ...] = ()


def fields_of(
    visit: Visit, compiled: Compiled, event: str, schema: Mapping[str, Any], kept: Mapping[str, Any]
) -> list[Field]:
    """The inputs of an act by its JSON Schema; `kept`: form values to show again."""
    return [
        _field(visit, compiled, event, name, shape, name in schema["required"], kept)
        for name, shape in schema["properties"].items()
    ]


def _field(
    visit: Visit, compiled: Compiled, event: str, name: str, shape: Mapping[str, Any],
    required: bool, kept: Mapping[str, Any],
) -> Field:  # fmt: skip
    kind = _kind(shape)
    spec = specs_of(compiled, event).get(name)
    before = kept.get(PREFIX + name, ())
    chinese, english = str(shape["title"]), str(shape["description"])
    if name == "documents":
        english = "Documents handed in"
    listed = shape.get("enum") or shape.get("items", {}).get("enum", ())
    examples = shape.get("examples", [""])
    return Field(
        name=PREFIX + name,
        kind=kind,
        label=chinese if visit.language == "zh" else english,
        required=required,
        options=tuple((value, _option(visit, compiled, event, name, value)) for value in listed),
        unit=str(shape.get("x-unit", "")),
        example=_example(kind, examples[0]),
        minimum=shape.get("minimum"),
        maximum=shape.get("maximum"),
        step="1" if shape.get("type") == "integer" else "any",
        clauses=spec.clauses if spec is not None else (),
        value=str(before[0]) if before else "",
        values=tuple(map(str, before)),
    )


def _example(kind: Kind, value: Any) -> str:
    """An example as one would type it."""
    if kind in ("text", "line", "number"):
        return str(value)
    if kind == "lines":
        return "；".join(map(str, value[:2]))
    if kind in ("party", "parties"):
        return party_line(value if kind == "party" else value[0])
    return ""


def _kind(shape: Mapping[str, Any]) -> Kind:
    if shape["type"] == "boolean":
        return "confirm" if shape.get("const") is True else "flag"
    if shape["type"] == "object":
        return "party"
    if shape["type"] == "array":
        items = shape["items"]
        return "choices" if "enum" in items else "parties" if "properties" in items else "lines"
    if shape["type"] in ("integer", "number"):
        return "number"
    if "enum" in shape:
        return "choice"
    by_format: dict[str, Kind] = {"date": "date", "date-time": "instant"}
    if shape.get("format") in by_format:
        return by_format[shape["format"]]
    return "line" if "pattern" in shape else "text"


def _option(visit: Visit, compiled: Compiled, event: str, name: str, value: str) -> str:
    spec = specs_of(compiled, event).get(name)
    if spec is not None and value in spec.choices:
        return visit.text(spec.choices[value])
    if event in engine_events.EVENTS:
        return choice_words(visit, compiled, name, value)
    return label(visit, compiled, value)


def kept_values(form: FormData) -> dict[str, list[str]]:
    """What was entered, to be shown again."""
    return {name: [str(value) for value in form.getlist(name)] for name in form}


def read_facts(fields: Sequence[Field], form: FormData) -> dict[str, Any]:
    """Facts from a form. What does not fit its type is passed on as written: the rules say what is
    wrong with it, in the words they use for everybody."""
    facts: dict[str, Any] = {}
    for field in fields:
        if field.kind == "choices":
            chosen = [str(value) for value in form.getlist(field.name)]
            if chosen:
                facts[field.name.removeprefix(PREFIX)] = chosen
            continue
        written = str(form.get(field.name, "")).strip()
        if written:
            facts[field.name.removeprefix(PREFIX)] = _value(field, written)
    return facts


def _party(line: str) -> dict[str, str]:
    """`name, code`: a code where it has the length and letters of one, else another number."""
    name, *rest = (part.strip() for part in re.split(r"[,，\t]", line))
    numbers = [part for part in rest if part]
    keys = ["uscc" if re.fullmatch(r"[0-9A-Z]{18}", one) else "ref" for one in numbers]
    return {"name": name, **dict(zip(keys, numbers, strict=True))}


def _value(field: Field, written: str) -> Any:
    lines = [line.strip() for line in written.splitlines() if line.strip()]
    if field.kind == "lines":
        return lines
    if field.kind == "parties":
        return [_party(line) for line in lines]
    if field.kind == "party":
        return _party(written)
    if field.kind in ("confirm", "flag"):
        return {"true": True, "false": False}.get(written, written)
    if field.kind == "number":
        try:
            number = float(written)
        except ValueError:
            return written
        return int(number) if number.is_integer() else number
    if field.kind == "instant":
        try:
            local = datetime.fromisoformat(written)
        except ValueError:
            return written
        return local.replace(tzinfo=local.tzinfo or SHANGHAI).isoformat()
    return written
