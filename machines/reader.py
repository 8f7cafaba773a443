"""Reads YAML strictly: duplicate and unknown keys are refused, each error names file and line, what
is wrong, and the nearest known name, in both languages. What pydantic found is put into words in
`machines/shape_errors.py`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from machines.defects import Defect, defect
from machines.shape_errors import first_of

Model = TypeVar("Model", bound=BaseModel)
Path_ = tuple[str | int, ...]


class DefinitionError(ValueError):
    """A definition cannot be used. The message names file, line and what would be right; `code` is
    stable, `zh` and `en` are the sentence in each language."""

    def __init__(self, file: str, line: int, wrong: Defect) -> None:
        super().__init__(f"{file}:{line}: {wrong.zh} {wrong.en}")
        self.file, self.line = file, line
        self.code, self.zh, self.en = wrong.code, wrong.zh, wrong.en


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
        self.file, self.text = file, text
        self.lines: dict[Path_, int] = {}
        try:
            node = yaml.compose(text, Loader=_Loader)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            line = mark.line + 1 if mark is not None else 1
            problem = getattr(error, "problem", None) or str(error)
            raise DefinitionError(file, line, defect("not_yaml", problem=problem)) from error
        if node is None:
            raise DefinitionError(file, 1, defect("empty_file"))
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
                    raise DefinitionError(self.file, where, defect("duplicate_key", key=key))
                plain[key] = self._plain(value_node, (*path, key))
                self.lines[(*path, key)] = key_node.start_mark.line + 1
            return plain
        if isinstance(node, yaml.SequenceNode):
            return [self._plain(item, (*path, index)) for index, item in enumerate(node.value)]
        return _CONSTRUCTOR.construct_object(node)

    def _key(self, node: yaml.Node) -> str:
        if not isinstance(node, yaml.ScalarNode):
            where = node.start_mark.line + 1
            raise DefinitionError(self.file, where, defect("key_not_a_word"))
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
    try:
        content = Path(file).read_text(encoding="utf-8") if text is None else text
    except FileNotFoundError as error:
        wrong = defect("file_missing", name=_short(name))
        raise DefinitionError(_short(name), 1, wrong) from error
    parsed = Parsed(_short(name), content)
    return validate(model, parsed), parsed


def validate(model: type[Model], parsed: Parsed) -> Model:
    """A parsed document as a model. Raises DefinitionError for the first thing that is wrong.

    Nothing is bent into shape: a quoted number is no number, a 1 is not `true`."""
    try:
        return model.model_validate(_as_tuples(parsed.value), strict=True)
    except ValidationError as error:
        path, wrong = first_of(error, model)
        raise DefinitionError(parsed.file, parsed.line(_real(path, parsed)), wrong) from error


def _as_tuples(value: Any) -> Any:
    """The same with every sequence as the models keep it."""
    if isinstance(value, dict):
        return {key: _as_tuples(item) for key, item in value.items()}
    return tuple(map(_as_tuples, value)) if isinstance(value, list) else value


def _short(name: str) -> str:
    """The last three parts of a path: enough to find the file, no machine paths."""
    return "/".join(Path(name).parts[-3:])


def _real(path: Path_, parsed: Parsed) -> Path_:
    """A pydantic location without the parts that name union members."""
    real: Path_ = ()
    for part in path:
        if (*real, part) in parsed.lines:
            real = (*real, part)
    return real
