"""What acts of several people need of a store to be carried out in one transaction. Part of
`cases.ports.Unit`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from cases.rows import CaseRow, IdempotencyRow

Key = tuple[str, str]
"""Whose Idempotency-Key, and the key."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """What may be worked on, kept from others until the unit ends. `kept`: the stored answer of
    each key, None where there is none yet. What is missing in either is with somebody else, or
    is not there: whoever wants it asks for it alone, and waits."""

    kept: Mapping[Key, IdempotencyRow | None]
    cases: Mapping[str, CaseRow]


class CrowdShelf(Protocol):
    """The part of a unit of work in which several people act."""

    def claim_acts(self, keys: Sequence[Key], case_ids: Sequence[str]) -> Claimed:
        """Locks those of the keys and cases that nobody else has; it waits for none of them."""
