"""What an act states: checked against the definition, and described to programs as JSON Schema."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from datetime import date, datetime
from math import inf
from typing import Any

from machines.acts import Refused
from machines.definition import FactSpec
from rules.credit_code import problem_with

Specs = Mapping[str, FactSpec]


def check(
    stated: Mapping[str, Any], needs: tuple[str, ...], may: tuple[str, ...], specs: Specs
) -> Refused | None:
    """Why these facts cannot be taken: unknown, missing or of the wrong type; None if they can."""
    known = (*needs, *may)
    for name in stated:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f"；是否应为 {near[0]}" if near else ""
            hint_en = f"; did you mean {near[0]}?" if near else ""
            return Refused(
                "fact_unknown",
                f"此操作没有名为 {name} 的事项{hint}。",
                f"this act has no fact named {name}{hint_en}",
                context={"fact": name, "known": list(known)},
            )
    missing = [name for name in needs if stated.get(name) is None]
    if missing:
        zh = "、".join(specs[name].zh for name in missing)
        en = ", ".join(missing)
        return Refused(
            "fact_missing", f"缺少必填事项：{zh}。", f"facts missing: {en}",
            context={"missing": missing},
        )  # fmt: skip
    for name, value in stated.items():
        wrong = _wrong(specs[name], value)
        if value is not None and wrong is not None:
            spec = specs[name]
            clause = spec.clauses[0] if spec.clauses else None
            return Refused(
                "fact_wrong", f"{spec.zh}（{name}）：{wrong[0]}", f"{name}: {wrong[1]}",
                clause, {"fact": name, "schema": schema_of(spec)},
            )  # fmt: skip
    return None


def gathered(stated: Mapping[str, Any], known: Mapping[str, Any], specs: Specs) -> dict[str, Any]:
    """The facts as a case will know them: a list that gathers holds the items of earlier acts
    too, each once, in the order in which they were stated."""
    found = dict(stated)
    for name, value in stated.items():
        if name in specs and specs[name].gathers and isinstance(value, list):
            before = known.get(name) or []
            found[name] = [*before, *(one for one in value if one not in before)]
    return found


def _wrong(spec: FactSpec, value: Any) -> tuple[str, str] | None:
    check_type = _CHECKS[spec.type]
    return check_type(spec, value)


def _flag(_: FactSpec, value: Any) -> tuple[str, str] | None:
    return None if isinstance(value, bool) else ("须为 true 或 false。", "must be true or false")


def _confirmation(_: FactSpec, value: Any) -> tuple[str, str] | None:
    return None if value is True else ("须明确确认（true）。", "must be expressly confirmed (true)")


def _choice(spec: FactSpec, value: Any) -> tuple[str, str] | None:
    if isinstance(value, str) and value in spec.choices:
        return None
    listed = ", ".join(spec.choices)
    return (f"须为以下之一：{listed}。", f"must be one of: {listed}")


def _choices(spec: FactSpec, value: Any) -> tuple[str, str] | None:
    listed = ", ".join(spec.choices)
    fits = isinstance(value, list) and all(
        isinstance(item, str) and item in spec.choices for item in value
    )
    return None if fits and value else (f"须从中选择：{listed}。", f"must be a list of: {listed}")


def _text(_: FactSpec, value: Any) -> tuple[str, str] | None:
    fits = isinstance(value, str) and len(value.strip()) > 0 and len(value) <= 4000
    return None if fits else ("须为 1 至 4000 字的文字。", "must be text of 1 to 4000 characters")


def _date(_: FactSpec, value: Any) -> tuple[str, str] | None:
    try:
        if isinstance(value, str) and date.fromisoformat(value).isoformat() == value:
            return None
    except ValueError:
        pass
    return ("须为日期，如 2025-02-28。", "must be a date such as 2025-02-28")


def _instant(_: FactSpec, value: Any) -> tuple[str, str] | None:
    try:
        if isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None:
            return None
    except ValueError:
        pass
    return (
        "须为带时区的时间，如 2025-02-28T10:00:00+08:00。",
        "must be a time with an offset such as 2025-02-28T10:00:00+08:00",
    )


def _number(spec: FactSpec, value: Any) -> tuple[str, str] | None:
    if spec.type == "integer" and (isinstance(value, bool) or not isinstance(value, int)):
        return ("须为整数。", "must be a whole number")
    if isinstance(value, bool) or not isinstance(value, int | float) or _no_number(value):
        return ("须为数字。", "must be a number")
    if spec.minimum is not None and value < spec.minimum:
        return (f"不得小于 {spec.minimum}。", f"must be at least {spec.minimum}")
    if spec.maximum is not None and value > spec.maximum:
        return (f"不得大于 {spec.maximum}。", f"must be at most {spec.maximum}")
    return None


def _no_number(value: float) -> bool:
    return value != value or abs(value) == inf


def _uscc(_: FactSpec, value: Any) -> tuple[str, str] | None:
    problem = problem_with(value)
    return None if problem is None else (problem.zh, problem.en)


def _several(value: Any) -> bool:
    return isinstance(value, list) and 1 <= len(value) <= MOST_ITEMS


def _list(spec: FactSpec, value: Any) -> tuple[str, str] | None:
    fits = _several(value) and all(_text(spec, one) is None for one in value)
    return None if fits else ("须为文字列表。", f"must be a list of 1 to {MOST_ITEMS} texts")


def _party(_: FactSpec, value: Any) -> tuple[str, str] | None:
    if not isinstance(value, dict) or set(value) - _PARTY_KEYS:
        return ("须为 {name, uscc?, ref?}。", "must be an object {name, uscc?, ref?}")
    if any(not isinstance(one, str) or not one.strip() for one in value.values()):
        return ("名称、代码须为文字。", "name, uscc and ref must be texts")
    if "name" not in value:
        return ("缺少名称。", "its name is missing")
    problem = problem_with(value["uscc"]) if "uscc" in value else None
    return None if problem is None else (problem.zh, problem.en)


def _parties(spec: FactSpec, value: Any) -> tuple[str, str] | None:
    if not _several(value):
        return ("须为当事方列表。", f"must be a list of 1 to {MOST_ITEMS} parties")
    for number, one in enumerate(value, 1):
        wrong = _party(spec, one)
        if wrong is not None:
            return (f"第 {number} 项：{wrong[0]}", f"item {number}: {wrong[1]}")
    return None


MOST_ITEMS = 10_000
_PARTY_KEYS = {"name", "uscc", "ref"}
_PARTY_SHAPE: dict[str, Any] = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "minLength": 1},
        "uscc": {"type": "string", "pattern": "^[0-9A-HJ-NPQRTUWXY]{18}$"},
        "ref": {"type": "string", "minLength": 1},
    },
    "required": ["name"],
    "additionalProperties": False,
}
_SHAPES: dict[str, dict[str, Any]] = {
    "flag": {"type": "boolean"},
    "confirmation": {"type": "boolean", "const": True},
    "choice": {"type": "string"},
    "choices": {"type": "array", "minItems": 1},
    "text": {"type": "string", "minLength": 1, "maxLength": 4000},
    "date": {"type": "string", "format": "date"},
    "instant": {"type": "string", "format": "date-time"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "uscc": {"type": "string", "pattern": "^[0-9A-HJ-NPQRTUWXY]{18}$"},
    "list": {
        "type": "array",
        "minItems": 1,
        "maxItems": MOST_ITEMS,
        "items": {"type": "string", "minLength": 1, "maxLength": 4000},
    },
    "party": _PARTY_SHAPE,
    "parties": {
        "type": "array",
        "minItems": 1,
        "maxItems": MOST_ITEMS,
        "items": _PARTY_SHAPE,
    },
}
_PARTY_EXAMPLE = {"name": "虚构第三方有限公司", "uscc": "91999999MA0000002R"}
_CHECKS = {
    "flag": _flag,
    "confirmation": _confirmation,
    "choice": _choice,
    "choices": _choices,
    "text": _text,
    "date": _date,
    "instant": _instant,
    "integer": _number,
    "number": _number,
    "uscc": _uscc,
    "list": _list,
    "party": _party,
    "parties": _parties,
}


def schema_of(spec: FactSpec) -> dict[str, Any]:
    """One fact as JSON Schema, with its labels, unit and an example."""
    shape: dict[str, Any] = {"title": spec.zh, "description": spec.en, **_SHAPES[spec.type]}
    if spec.type == "choice":
        shape["enum"] = list(spec.choices)
    elif spec.type == "choices":
        shape["items"] = {"type": "string", "enum": list(spec.choices)}
    bounds = {"minimum": spec.minimum, "maximum": spec.maximum}
    shape.update({name: bound for name, bound in bounds.items() if bound is not None})
    if spec.unit:
        shape["x-unit"] = spec.unit
    shape["examples"] = [example_of(spec)]
    return shape


def example_of(spec: FactSpec) -> Any:
    """A value the fact accepts."""
    if spec.example is not None:
        return spec.example
    if spec.type in ("flag", "confirmation"):
        return True
    if spec.type == "choice":
        return next(iter(spec.choices))
    if spec.type == "choices":
        return [next(iter(spec.choices))]
    if spec.type in ("integer", "number"):
        least = spec.minimum if spec.minimum is not None else 1
        return int(least) if spec.type == "integer" else least
    plain: dict[str, Any] = {
        "date": "2025-06-30",
        "instant": "2025-06-30T10:00:00+08:00",
        "uscc": "91999999MA0000001N",
        "list": ["说明"],
        "party": _PARTY_EXAMPLE,
        "parties": [_PARTY_EXAMPLE],
    }
    return plain.get(spec.type, "说明")


def event_schema(
    needs: tuple[str, ...], may: tuple[str, ...], specs: Specs, documents: tuple[str, ...]
) -> dict[str, Any]:
    """The facts of an event as JSON Schema. `documents`: ids of materials it can hand in, stated
    under the reserved fact `documents`."""
    properties = {name: schema_of(specs[name]) for name in (*needs, *may)}
    if documents:
        properties["documents"] = {
            "title": "提交的材料",
            "description": "ids of the materials handed in",
            "type": "array",
            "items": {"type": "string", "enum": list(documents)},
            "examples": [list(documents)],
        }
    return {
        "type": "object",
        "properties": properties,
        "required": list(needs),
        "additionalProperties": False,
    }
