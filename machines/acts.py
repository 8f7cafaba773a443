"""What can be asked of a case, and what comes back.

A refusal is a value: a stable reason, one sentence in Chinese and English, and the clause, or the
rule of the engine or the law where no clause forbids.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from machines.case import Actor, Because, Case, EffectRecord, Entry, Party
from machines.refusal_rules import rule_of
from rules.view import Words

Channel = Literal["online", "counter", "post"]
"""How an act came in: it decides until when on the last day it is in time."""


@dataclass(frozen=True, slots=True)
class Open:
    """Open a case: who it is about, the other parties, the facts stated. `parent`: the case that
    opens it, where one does; `governed`: why this text governs it, where there was a choice."""

    case_id: str
    zone: str
    subject: Party
    actor: Actor
    parties: Mapping[str, Party] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    happened_at: datetime | None = None
    parent: str | None = None
    governed: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Proof of an act recorded late: a receipt or postmark, confirmed by a second person."""

    reference: str
    confirmed_by: str


@dataclass(frozen=True, slots=True)
class Act:
    """A person's act. `documents`: material id -> sha256 of the file, or None; `channel`: how it
    came in."""

    event: str
    actor: Actor
    facts: Mapping[str, Any] = field(default_factory=dict)
    documents: Mapping[str, str | None] = field(default_factory=dict)
    happened_at: datetime | None = None
    evidence: Evidence | None = None
    channel: Channel = "online"


@dataclass(frozen=True, slots=True)
class Enforce:
    """The scheduler's act: take one rung of one occurrence. `sweep` names the sweep."""

    because: Because
    sweep: str


AnyAct = Open | Act | Enforce


@dataclass(frozen=True, slots=True)
class Moved:
    """The act is lawful: these entries, these effects (entry index, effect). `after`: the case
    after each entry, as `evolve` gives it."""

    entries: tuple[Entry, ...]
    effects: tuple[tuple[int, EffectRecord], ...]
    after: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """The act is not possible. `reason`: stable code; `context`: what a program may want to know
    (missing facts, possible events)."""

    reason: str
    zh: str
    en: str
    clause: str | None = None
    context: Mapping[str, Any] = field(default_factory=dict)

    @property
    def rule(self) -> Words | None:
        """The rule of the engine or the law it rests on, where no clause forbids it."""
        return rule_of(self.reason) if self.clause is None else None
