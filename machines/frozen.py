"""A changed copy of a frozen value, as `dataclasses.replace` makes it, at half its cost.

An act changes a case, its entries and its duties some twenty times, and most of what that costs is
the constructor, which sets every field of a frozen class the slow way.
"""

from __future__ import annotations

import dataclasses
import operator
import typing
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple, TypeVar

T = TypeVar("T")


class _Layout(NamedTuple):
    """A class's fields, what reads them all at once, and what sets each where it lies."""

    names: tuple[str, ...]
    known: frozenset[str]
    read: Callable[[Any], tuple[Any, ...]]
    setters: tuple[Callable[[Any, Any], None], ...]


def replace(value: T, /, **changes: Any) -> T:
    """A copy with some fields changed. Raises TypeError for a field the class does not have."""
    kind = type(value)
    layout = _layout(typing.cast("type", kind))
    if layout is None:
        changed: T = dataclasses.replace(value, **changes)  # type: ignore[type-var]
        return changed
    if not changes.keys() <= layout.known:
        raise TypeError(
            f"{kind.__name__} has no {', '.join(sorted(changes.keys() - layout.known))}"
        )
    copy = object.__new__(kind)
    for name, put, old in zip(layout.names, layout.setters, layout.read(value), strict=True):
        put(copy, changes.get(name, old))
    return copy


@cache
def _layout(kind: type) -> _Layout | None:
    """None for a class that keeps its fields elsewhere, or does something when it is made."""
    fields = [item.name for item in dataclasses.fields(kind)]
    places = [kind.__dict__.get(name) for name in fields]
    plain = hasattr(kind, "__post_init__") or any(not hasattr(one, "__set__") for one in places)
    if plain or len(fields) < 2:
        return None
    return _Layout(
        tuple(fields),
        frozenset(fields),
        operator.attrgetter(*fields),
        tuple(one.__set__ for one in places if one is not None),
    )
