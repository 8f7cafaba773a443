"""Plain JSON for the frozen values of a case, and back: exact, typed, without a schema of its own.

Dates and instants become ISO strings; empty fields and defaults are left out, so that an old
record can still be read when a field is added.
"""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any, TypeVar

import orjson
from pydantic import ConfigDict, TypeAdapter, ValidationError

T = TypeVar("T")


class CodecError(ValueError):
    """A stored value does not have the shape of its type."""


def canonical(value: object) -> str:
    """The one JSON text of a value, plain or not: sorted keys, no spaces, UTF-8. Hashes are taken
    of it. The same text as of `to_plain(value)`, without making that first. Raises CodecError for
    what has no plain form."""
    try:
        return orjson.dumps(value, _opened, _CANONICAL).decode()
    except orjson.JSONEncodeError:  # also a whole number of more than 64 bits
        return _ENCODER.encode(value)


class Written:
    """A value as its text, to stand in others: for what is written many times over."""

    __slots__ = ("fragment", "text")

    def __init__(self, value: object) -> None:
        self.text = canonical(value)
        self.fragment = orjson.Fragment(self.text)


def to_plain(value: Any) -> Any:
    """Dataclasses, tuples, mappings, dates and instants as JSON values."""
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind in _SEQUENCES:
        return [to_plain(item) for item in value]
    if kind is dict:
        return {str(key): to_plain(item) for key, item in value.items()}
    if isinstance(value, str | int | float):  # of a kind of its own
        return value
    return to_plain(_opened_without_fragments(value))


def _opened(value: Any) -> Any:
    """The outermost layer of what JSON does not know, as JSON knows it."""
    kind = type(value)
    opened = _openers.get(kind)
    if opened is None and dataclasses.is_dataclass(kind):
        opened = _openers[kind] = _opener(kind)
    if opened is not None:
        return opened(value)
    if isinstance(value, date):  # an instant is a date, too
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): item for key, item in value.items()}
    if isinstance(value, tuple | list | frozenset):
        return list(value)
    if isinstance(value, Written):
        return value.fragment
    raise CodecError(f"no plain form for {kind.__name__}")


def _opened_without_fragments(value: Any) -> Any:
    """The same for readers that know no `orjson.Fragment`."""
    return json.loads(value.text) if isinstance(value, Written) else _opened(value)


def _opener(kind: type) -> Callable[[Any], dict[str, Any]]:
    """What turns a value of a dataclass into the fields that say more than their defaults."""
    fields = _fields(kind)
    optional = [(name, item) for name, item in fields if item is not dataclasses.MISSING]
    unkept = [item.name for item in dataclasses.fields(kind) if not item.compare]
    open_all = vars if kind.__dictoffset__ else _slots(kind)

    def opened(value: Any) -> dict[str, Any]:
        said = open_all(value).copy()
        for name in unkept:
            del said[name]
        for name, default in optional:
            item = said[name]
            if item is default or item == default:
                del said[name]
        return said

    return opened


def _slots(kind: type) -> Callable[[Any], dict[str, Any]]:
    names = [item.name for item in dataclasses.fields(kind)]
    return lambda value: {name: getattr(value, name) for name in names}


_openers: dict[type, Callable[[Any], dict[str, Any]]] = {}
_CANONICAL = orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATACLASS
# A value is a tree: nothing to check for circles.
_ENCODER = json.JSONEncoder(
    sort_keys=True, ensure_ascii=False, separators=(",", ":"), check_circular=False,
    default=_opened_without_fragments,
)  # fmt: skip
_PLAIN = frozenset({str, int, float, bool, type(None)})
_SEQUENCES = frozenset({tuple, list, frozenset})


def from_plain(cls: type[T], plain: Any) -> T:
    """A value of a dataclass from its plain form. Raises CodecError where it does not fit."""
    try:
        read: Callable[[Any], T] = _reader(typing.cast("Any", cls))
        return read(plain)
    except (KeyError, TypeError, ValueError) as error:
        raise CodecError(f"{cls.__name__}: {error}") from error


def from_json(cls: type[T], text: str) -> T:
    """A value of a dataclass from its JSON text, in one go and several times as fast as by way of
    its plain form. Raises CodecError where it does not fit, as a field does that nobody knows."""
    try:
        found: T | None = _adapter(typing.cast("Any", cls)).validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise CodecError(f"{cls.__name__}: {place}: {first['msg']}") from error
    if found is None:
        raise CodecError(f"{cls.__name__}: null is none")
    return found


def make_ready(*kinds: type) -> None:
    """Builds the readers of some dataclasses, which otherwise the first text of each waits for."""
    for kind in kinds:
        _adapter(kind)


@cache
def _adapter(kind: type) -> TypeAdapter[Any]:
    """A dataclass takes its strictness from what it is a part of: here, of a choice."""
    choice: Any = kind | None
    return TypeAdapter(choice, config=ConfigDict(extra="forbid", strict=True))


def _kept(kind: type) -> list[dataclasses.Field[Any]]:
    """What does not count when values are compared is not kept either."""
    return [item for item in dataclasses.fields(kind) if item.compare]


@cache
def _fields(kind: type) -> tuple[tuple[str, Any], ...]:
    """The fields of a dataclass with their defaults."""
    found = []
    for item in _kept(kind):
        default: Any = item.default
        if item.default_factory is not dataclasses.MISSING:
            default = item.default_factory()
        found.append((item.name, default))
    return tuple(found)


def _same(value: Any) -> Any:
    return value


@cache
def _reader(hint: Any) -> Callable[[Any], Any]:
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if hint is datetime:
        return datetime.fromisoformat
    if hint is date:
        return date.fromisoformat
    if dataclasses.is_dataclass(hint):
        return _dataclass_reader(typing.cast("type", hint))
    if origin is typing.Literal:
        return _same
    if origin in (typing.Union, types.UnionType):
        present = [arg for arg in args if arg is not type(None)]
        if len(present) != 1:
            return _same
        read = _reader(present[0])
        return lambda plain: None if plain is None else read(plain)
    if origin is tuple:
        if len(args) == 2 and args[1] is Ellipsis:
            read = _reader(args[0])
            return lambda plain: tuple(read(item) for item in plain)
        reads = [_reader(arg) for arg in args]
        return lambda plain: tuple(r(item) for r, item in zip(reads, plain, strict=True))
    if origin is not None and issubclass(typing.cast("type", origin), Mapping):
        read = _reader(args[1])
        return lambda plain: {key: read(item) for key, item in plain.items()}
    return _same


def _dataclass_reader(cls: type) -> Callable[[Any], Any]:
    hints = typing.get_type_hints(cls)
    fields = [item.name for item in _kept(cls)]
    reads: dict[str, Callable[[Any], Any]] = {}

    def read(plain: Any) -> Any:
        if not reads:
            reads.update({name: _reader(hints[name]) for name in fields})
        return cls(**{name: reads[name](item) for name, item in plain.items()})

    return read
