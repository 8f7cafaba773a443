"""Reads YAML strictly: duplicate and unknown keys are refused, each error names file and line, what
is wrong, and the nearest known name."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

Model = TypeVar("Model", bound=BaseModel)
Path_ = tuple[str | int, ...]


class DefinitionError(ValueError):
    """A definition cannot be used. The message names file, line and what would be right."""

    def __init__(self, file: str, line: int, text: str) -> None:
        super().__init__(f"{file}:{line}: {text}")
        self.file, self.line, self.text = file, line, text


# libyaml's parser where there is one: the same nodes, and five seconds less to read every reform.
class _Loader(yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader):  # type: ignore[misc]
    """Safe, and without YAML 1.1's surprises: `on`, `yes` and `no` stay words."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, regex) for tag, regex in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
for _first in "tTfF":
    _Loader.yaml_implicit_resolvers.setdefault(_first, []).append(
        ("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"))
    )


class Parsed:
    """A YAML document as plain values, with the line of every node by its path."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.lines: dict[Path_, int] = {}
        try:
            node = yaml.compose(text, Loader=_Loader)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            line = mark.line + 1 if mark is not None else 1
            problem = getattr(error, "problem", None) or str(error)
            raise DefinitionError(file, line, f"this is not YAML: {problem}") from error
        if node is None:
            raise DefinitionError(file, 1, "the file is empty")
        self.value: Any = self._plain(node, ())

    def _plain(self, node: yaml.Node, path: Path_) -> Any:
        line = node.start_mark.line + 1
        self.lines[path] = line
        if isinstance(node, yaml.MappingNode):
            plain: dict[str, Any] = {}
            for key_node, value_node in node.value:
                key = self._key(key_node)
                if key in plain:
                    where = key_node.start_mark.line + 1
                    raise DefinitionError(self.file, where, f"the key `{key}` stands here twice")
                plain[key] = self._plain(value_node, (*path, key))
                self.lines[(*path, key)] = key_node.start_mark.line + 1
            return plain
        if isinstance(node, yaml.SequenceNode):
            return [self._plain(item, (*path, index)) for index, item in enumerate(node.value)]
        return _CONSTRUCTOR.construct_object(node)

    def _key(self, node: yaml.Node) -> str:
        if not isinstance(node, yaml.ScalarNode):
            raise DefinitionError(self.file, node.start_mark.line + 1, "a key must be a word")
        return str(node.value)

    def line(self, path: Path_) -> int:
        """The line of the nearest node above a path."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


_CONSTRUCTOR = yaml.constructor.SafeConstructor()


def read(model: type[Model], file: Path | str, text: str | None = None) -> tuple[Model, Parsed]:
    """One file as a model, with the lines of its nodes. Raises DefinitionError."""
    name = str(file)
    content = Path(file).read_text(encoding="utf-8") if text is None else text
    parsed = Parsed(_short(name), content)
    return validate(model, parsed), parsed


def validate(model: type[Model], parsed: Parsed) -> Model:
    """A parsed document as a model. Raises DefinitionError for the first thing that is wrong."""
    try:
        return model.model_validate(parsed.value)
    except ValidationError as error:
        first = _most_telling(error)
        path = tuple(first["loc"])
        raise DefinitionError(parsed.file, parsed.line(_real(path, parsed)), _say(first, model)
                              ) from error  # fmt: skip


def _short(name: str) -> str:
    """The last three parts of a path: enough to find the file, no machine paths."""
    return "/".join(Path(name).parts[-3:])


def _most_telling(error: ValidationError) -> Mapping[str, Any]:
    """Unknown keys first: they explain the missing ones."""
    errors: list[Mapping[str, Any]] = [dict(one) for one in error.errors()]
    unknown = [one for one in errors if one["type"] == "extra_forbidden"]
    return (unknown or errors)[0]


def _real(path: Path_, parsed: Parsed) -> Path_:
    """A pydantic location without the parts that name union members."""
    real: Path_ = ()
    for part in path:
        if (*real, part) in parsed.lines:
            real = (*real, part)
    return real


def _say(error: Mapping[str, Any], model: type[BaseModel]) -> str:
    where = ".".join(str(part) for part in error["loc"]) or "the file"
    kind, text = error["type"], error["msg"]
    if kind == "extra_forbidden":
        key = str(error["loc"][-1])
        near = difflib.get_close_matches(key, sorted(_vocabulary(model)), 1)
        hint = f"; did you mean `{near[0]}`?" if near else ""
        return f"unknown key `{key}` at {where}{hint}"
    if kind == "missing":
        return f"`{error['loc'][-1]}` is missing at {where}"
    if kind == "string_type" and isinstance(error.get("input"), int | float):
        text = "must be quoted: without quotes it is a number"
    return f"{where}: {text.removeprefix('Value error, ')} (here: {_shown(error.get('input'))})"


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def _vocabulary(model: type[BaseModel]) -> set[str]:
    """Every key a model and the models inside it know."""
    found: set[str] = set()
    schema = model.model_json_schema()
    for part in (schema, *schema.get("$defs", {}).values()):
        found.update(part.get("properties", {}))
    return found
