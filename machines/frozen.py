"""A changed copy of a frozen value, as `dataclasses.replace` makes it, at a tenth of its cost.

An act changes a case, its entries and its duties some twenty times, and most of what that costs is
the constructor, which sets every field of a frozen class the slow way. So the values of a case keep
their fields in a dictionary, which is copied whole.
"""

from __future__ import annotations

import dataclasses
from typing import Any, TypeVar

T = TypeVar("T")


def replace(value: T, /, **changes: Any) -> T:
    """A copy with some fields changed. Raises TypeError for a field the class does not have."""
    kind = type(value)
    if not hasattr(value, "__dict__") or hasattr(kind, "__post_init__"):
        changed: T = dataclasses.replace(value, **changes)  # type: ignore[type-var]
        return changed
    copy = object.__new__(kind)
    fields = copy.__dict__
    fields.update(value.__dict__)
    known = len(fields)
    fields.update(changes)
    if len(fields) != known:
        raise TypeError(f"{kind.__name__} has no {', '.join(changes.keys() - vars(value).keys())}")
    return copy
