"""The one tree of errors a use case can answer with. A refused act is one of them at the edge.

Problem
+-- NotFound            no such case, workflow, enterprise
+-- Forbidden           the identity may not do or see this
+-- ActRefused          the rules say no: reason, sentence, clause; nothing was changed
+-- Misused             the request itself makes no sense
|   +-- KeyReused       the idempotency key was used with another body
+-- Stale               somebody else changed the case first
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from machines.acts import Refused


class Problem(Exception):
    """Something the caller can be told: `reason` is a stable code, `zh` and `en` one sentence."""

    reason = "problem"

    def __init__(self, zh: str, en: str, *, reason: str | None = None, **context: Any) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en
        self.context: Mapping[str, Any] = context
        if reason is not None:
            self.reason = reason


class NotFound(Problem):
    """There is no such thing, or it is not this identity's to see."""

    reason = "not_found"


class Forbidden(Problem):
    """The identity may not do this."""

    reason = "forbidden"


class Misused(Problem):
    """The request makes no sense as it stands."""

    reason = "misused"


class KeyReused(Misused):
    """An idempotency key came again with another body."""

    reason = "idempotency_key_reused"


class Stale(Problem):
    """The case has changed since it was read."""

    reason = "stale_version"


class ActRefused(Problem):
    """The rules refuse the act; the case is unchanged."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.zh, refused.en, reason=refused.reason, **dict(refused.context))
        self.clause, self.rule = refused.clause, refused.rule
        self.refused = refused
