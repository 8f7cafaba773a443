"""What a use case of people answers: the case as its caller may see it, drawn when it is read.

Drawing costs about as much as the act itself. A caller who goes on without looking does not wait
for it, and nobody waits for a database that is locked for the sake of a page.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cases.errors import KeyReused, Misused
from cases.rows import IdempotencyRow
from machines.codec import canonical


class Answer:
    """A case as its caller may see it. `repeated`: the stored answer of an earlier request."""

    def __init__(self, draw: Callable[[], Mapping[str, Any]], *, repeated: bool = False) -> None:
        self._draw, self.repeated = draw, repeated

    @classmethod
    def kept(cls, text: str) -> Answer:
        """The stored answer."""
        answer = cls(lambda: json.loads(text), repeated=True)
        answer.__dict__["text"] = text
        return answer

    @cached_property
    def _drawn(self) -> Mapping[str, Any]:
        return self._draw()

    @property
    def id(self) -> str:
        """The number of the case."""
        return str(self._drawn["id"])

    @property
    def version(self) -> int:
        """The version of the case."""
        return int(self._drawn["version"])

    @cached_property
    def text(self) -> str:
        """As JSON text: what is kept under an Idempotency-Key, and what goes over the wire."""
        return canonical(self._drawn)

    def drawn(self) -> Answer:
        """The same, with its text at hand."""
        assert self.text
        return self

    @cached_property
    def plain(self) -> Mapping[str, Any]:
        """As plain JSON."""
        found: Mapping[str, Any] = json.loads(self.text)
        return found


@dataclass(frozen=True, slots=True)
class Request:
    """What came under an Idempotency-Key: another content has another digest."""

    key: str
    digest: str


def requested(key: str | None, *content: Any) -> Request | None:
    """None without a key. Raises Misused for one that cannot be kept."""
    if key is None:
        return None
    if not 1 <= len(key) <= 200:
        raise Misused("Idempotency-Key 须为 1 至 200 个字符。",
                      "an Idempotency-Key has 1 to 200 characters")  # fmt: skip
    return Request(key, hashlib.sha256(canonical(content).encode("utf-8")).hexdigest())


def stored_answer(kept: IdempotencyRow | None, request: Request) -> Answer | None:
    """What is stored under a key, to the same request. Raises KeyReused for another one."""
    if kept is None:
        return None
    if kept.body_hash != request.digest:
        raise KeyReused("该 Idempotency-Key 已用于另一内容的请求。",
                        "this Idempotency-Key was used with another request")  # fmt: skip
    return Answer.kept(kept.response)
