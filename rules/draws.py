"""Random draws that an outsider can repeat: the published seed decides, nobody's hand does.

The candidates are ranked by the SHA-256 of `seed` + line feed + candidate (UTF-8), as lowercase
hexadecimal text; the lowest ranks are drawn. The order in which the directory lists them plays no
part. The seed is published after the directory is fixed; who knows both can repeat the draw with
any SHA-256 tool.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any


def name_of(candidate: Any) -> str:
    """What a candidate is drawn by: a party's credit code, else its name; a text itself."""
    if isinstance(candidate, Mapping):
        return str(candidate.get("uscc") or candidate.get("name"))
    return str(candidate)


def rank(seed: str, candidate: str) -> str:
    """The rank of one candidate: 64 hexadecimal digits, lowest first."""
    return hashlib.sha256(f"{seed}\n{candidate}".encode()).hexdigest()


def draw(pool: Iterable[Any], seed: str, take: int) -> tuple[str, ...]:
    """The names drawn, by rank. Raises ValueError where the pool is too small, names a candidate
    twice, or `take` is not positive."""
    names = [name_of(one) for one in pool]
    if len(set(names)) != len(names):
        raise ValueError("a candidate stands in the directory twice")
    if not 1 <= take <= len(names):
        raise ValueError(f"cannot draw {take} of {len(names)} candidates")
    return tuple(sorted(names, key=lambda name: rank(seed, name))[:take])
