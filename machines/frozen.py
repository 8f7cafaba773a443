"""A changed copy of a frozen value, of a case or of any other kind."""

from __future__ import annotations

import dataclasses
from typing import Any, TypeVar

from msgspec import Struct, structs

T = TypeVar("T")


def replace(value: T, /, **changes: Any) -> T:
    """A copy with some fields changed. Raises TypeError for a field the class does not have."""
    if isinstance(value, Struct):
        return structs.replace(value, **changes)
    changed: T = dataclasses.replace(value, **changes)  # type: ignore[type-var]
    return changed
