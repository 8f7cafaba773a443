"""What pydantic found wrong with the shape of a file, in the words of its author.

One table says which of our codes stands for which of pydantic's; whatever is in none is a value of
the wrong kind.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from machines.defects import Defect, Said, Wrong, defect, hint

At = tuple[str | int, ...]
_SHORT = 80
_WANTED: Mapping[str, Said] = {
    "string_type": ("文字", "text"),
    "bool_type": ("true 或者 false", "true or false"),
    "literal_error": ("true", "true"),
    "int_type": ("整数", "a whole number"),
    "float_type": ("数字", "a number"),
    "date_type": ("日期，如 2025-02-28（不加引号）", "a date such as 2025-02-28, not quoted"),
    "dict_type": ("“键: 值”", "keys with values"),
    "model_type": ("“键: 值”", "keys with values"),
    "model_attributes_type": ("“键: 值”", "keys with values"),
    "tuple_type": ("列表", "a list"),
    "list_type": ("列表", "a list"),
}


def first_of(error: ValidationError, model: type[BaseModel]) -> tuple[At, Defect]:
    """The first thing that is wrong, with its place; unknown keys before all: they explain the
    missing ones."""
    errors: list[Mapping[str, Any]] = [dict(one) for one in error.errors()]
    unknown = [one for one in errors if one["type"] == "extra_forbidden"]
    first = (unknown or errors)[0]
    # Where several kinds of value are possible, the one that fits furthest is what was meant.
    place = first["loc"][:-1]
    meant = [one for one in unknown or errors if one["loc"][: len(place)] == place]
    first = max(meant, key=lambda one: len(one["loc"])) if _several(first, meant) else first
    return tuple(first["loc"]), _said(first, model)


def _several(first: Mapping[str, Any], meant: list[Mapping[str, Any]]) -> bool:
    """Whether the first error is one of several about the same value."""
    return sum(one.get("input") is first.get("input") for one in meant) > 1


def _said(error: Mapping[str, Any], model: type[BaseModel]) -> Defect:
    loc = tuple(str(part) for part in error["loc"])
    where: Said = ".".join(loc) or ("本文件", "the file")
    here = _shown(error.get("input"))
    kind, context = error["type"], error.get("ctx", {})
    if kind == "extra_forbidden":
        near = _near(loc[-1], _vocabulary(model))
        return defect("unknown_key", where=where, key=loc[-1], hint=near)
    if kind == "missing":
        return defect("missing_key", where=where, key=loc[-1])
    if kind == "value_error":
        return _own(context["error"], where, here)
    if kind.startswith("union_tag_"):
        return _untagged(kind, context, where)
    if kind == "string_type" and _number(error.get("input")):
        return defect("needs_quotes", where=where, here=here)
    if kind == "string_pattern_mismatch":
        return defect("malformed_name", where=where, here=here, pattern=context["pattern"])
    if kind == "literal_error" and "'" in context["expected"]:
        known = re.findall(r"'([^']*)'", context["expected"])
        near = hint(str(error.get("input")), known)
        return defect("not_one_of", where=where, here=here, hint=near)
    if kind in ("greater_than_equal", "less_than_equal"):
        return defect("out_of_range", where=where, here=here, bound=_bound(context))
    if kind == "too_short":
        return defect("too_few", where=where, here=here, least=str(context["min_length"]))
    wanted = _WANTED.get(kind, str(error["msg"]))
    return defect("wrong_kind", where=where, here=here, wanted=wanted)


def _own(wrong: Exception, where: Said, here: str) -> Defect:
    """A line that one of our own models refuses."""
    assert isinstance(wrong, Wrong), f"a model refuses without words: {wrong}"
    zh, en = (where, where) if isinstance(where, str | int) else where
    found = wrong.defect
    said = ("", "") if here.endswith("...") else (f"（此处：{here}）", f" (here: {here})")
    return Defect(found.code, f"{zh}：{found.zh}{said[0]}", f"{en}: {found.en}{said[1]}")


def _untagged(kind: str, context: Mapping[str, Any], where: Said) -> Defect:
    """An effect or a service rule that says nothing of its kind, or a kind there is not."""
    key = str(context["discriminator"]).strip("'")
    if kind == "union_tag_not_found":
        return defect("missing_key", where=where, key=key)
    known = re.findall(r"'([^']*)'", context["expected_tags"])
    field = {"do": ("处理（effect）", "effect")}.get(key, ("服务规则（rule）", "service rule"))
    name = str(context["tag"])
    return defect("unknown_effect", where=where, field=field, name=name, hint=hint(name, known))


def _bound(context: Mapping[str, Any]) -> tuple[str, str]:
    if "ge" in context:
        return f"不小于 {context['ge']}", f"at least {context['ge']}"
    return f"不大于 {context['le']}", f"at most {context['le']}"


def _near(key: str, known: set[str]) -> tuple[str, str]:
    """The nearest key; nothing where none is near: there are hundreds."""
    near = difflib.get_close_matches(key, sorted(known), 1)
    return hint(key, near) if near else ("", "")


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _shown(value: Any) -> str:
    text = repr(list(value) if isinstance(value, tuple) else value)
    return text if len(text) <= _SHORT else f"{text[: _SHORT - 3]}..."


def _vocabulary(model: type[BaseModel]) -> set[str]:
    """Every key a model and the models inside it know."""
    found: set[str] = set()
    schema = model.model_json_schema()
    for part in (schema, *schema.get("$defs", {}).values()):
        found.update(part.get("properties", {}))
    return found
