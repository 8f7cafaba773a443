"""Plain JSON for the frozen values of a case, and back: exact, typed, without a schema of its own.

Dates and instants become ISO strings; empty fields and defaults are left out, so that an old
record can still be read when a field is added.
"""

from __future__ import annotations

import dataclasses
import json
import typing
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from typing import Any, TypeVar

import msgspec
import orjson
from msgspec import Struct

T = TypeVar("T")


class CodecError(ValueError):
    """A stored value does not have the shape of its type."""


def canonical(value: object) -> str:
    """The one JSON text of a value, plain or not: sorted keys, no spaces, UTF-8. Hashes are taken
    of it. The same text as of `to_plain(value)`, without making that first. Raises CodecError for
    what has no plain form."""
    try:
        if isinstance(value, Struct):
            return _STRUCTS.encode(value).decode()
        return orjson.dumps(value, _opened, _CANONICAL).decode()
    except (orjson.JSONEncodeError, OverflowError):  # a whole number of more than 64 bits
        return _ENCODER.encode(value)


class Written:
    """A value as its text, to stand in others: for what is written many times over."""

    __slots__ = ("fragment", "text")

    def __init__(self, value: object) -> None:
        self.text = canonical(value)
        self.fragment = orjson.Fragment(self.text)


def to_plain(value: Any) -> Any:
    """The values of a case, dataclasses, tuples, mappings, dates and instants as JSON values."""
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind in _SEQUENCES:
        return [to_plain(item) for item in value]
    if kind is dict:
        return {str(key): to_plain(item) for key, item in value.items()}
    if isinstance(value, str | int | float):  # of a kind of its own
        return value
    if isinstance(value, Struct):
        return msgspec.to_builtins(value, enc_hook=_no_form)
    return to_plain(_opened_without_fragments(value))


def _opened(value: Any) -> Any:
    """The outermost layer of what JSON does not know, as JSON knows it."""
    kind = type(value)
    opened = _openers.get(kind)
    if opened is None and dataclasses.is_dataclass(kind):
        opened = _openers[kind] = _opener(kind)
    if opened is not None:
        return opened(value)
    if isinstance(value, Struct):
        return orjson.Fragment(_STRUCTS.encode(value))
    if isinstance(value, date):  # an instant is a date, too
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): item for key, item in value.items()}
    if isinstance(value, tuple | list | frozenset):
        return list(value)
    if isinstance(value, Written):
        return value.fragment
    return _no_form(value)


def _no_form(value: object) -> typing.NoReturn:
    raise CodecError(f"no plain form for {type(value).__name__}")


def _opened_without_fragments(value: Any) -> Any:
    """The same for readers that know no `orjson.Fragment`."""
    return json.loads(value.text) if isinstance(value, Written) else _opened(value)


def _opener(kind: type) -> Callable[[Any], dict[str, Any]]:
    """What turns a value of a dataclass into the fields that say more than their defaults."""
    fields = _fields(kind)

    def opened(value: Any) -> dict[str, Any]:
        said = {name: getattr(value, name) for name, _ in fields}
        for name, default in fields:
            if default is not dataclasses.MISSING and said[name] == default:
                del said[name]
        return said

    return opened


_openers: dict[type, Callable[[Any], dict[str, Any]]] = {}
_STRUCTS = msgspec.json.Encoder(order="sorted", enc_hook=_no_form)
_CANONICAL = orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATACLASS
# A value is a tree: nothing to check for circles.
_ENCODER = json.JSONEncoder(
    sort_keys=True, ensure_ascii=False, separators=(",", ":"), check_circular=False,
    default=to_plain,
)  # fmt: skip
_PLAIN = frozenset({str, int, float, bool, type(None)})
_SEQUENCES = frozenset({tuple, list, frozenset})


def from_plain(cls: type[T], plain: Any) -> T:
    """A value of a case from its plain form. Raises CodecError where it does not fit, as a field
    does that nobody knows."""
    try:
        return msgspec.convert(plain, cls)
    except msgspec.ValidationError as error:
        raise CodecError(f"{cls.__name__}: {error}") from error


def from_json(cls: type[T], text: str) -> T:
    """A value of a case from its JSON text, in one go. Raises CodecError where it does not fit, as
    a field does that nobody knows."""
    try:
        found: T = _decoder(typing.cast("Any", cls)).decode(text)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise CodecError(f"{cls.__name__}: {error}") from error
    return found


def make_ready(*kinds: type) -> None:
    """Builds the readers of some values, which otherwise the first text of each waits for."""
    for kind in kinds:
        _decoder(kind)


@cache
def _decoder(kind: type[T]) -> msgspec.json.Decoder[T]:
    return msgspec.json.Decoder(kind)


@cache
def _fields(kind: type) -> tuple[tuple[str, Any], ...]:
    """The fields of a dataclass with their defaults."""
    found = []
    for item in dataclasses.fields(kind):
        default: Any = item.default
        if item.default_factory is not dataclasses.MISSING:
            default = item.default_factory()
        found.append((item.name, default))
    return tuple(found)
