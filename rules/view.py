"""What a rule may see: the world outside a case, and the case as a guard sees it.

Both are frozen snapshots. A guard that needs more than this is looking at the wrong thing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import msgspec

from rules.parameters import ParameterBook, Settings
from rules.working_days import Calendar

Words = tuple[str, str]
"""What something is called, in Chinese and in English."""


@dataclass(frozen=True, slots=True)
class Restriction:
    """A route closed to a party, with the clause that closes it and what closes it.

    `kind`: commitment_route, acceptance, benefits or credit; `workflow` None means every one;
    `because`: in Chinese, `because_en` in English where that is known."""

    kind: str
    workflow: str | None
    clause: str
    because: str
    because_en: str = ""


@dataclass(frozen=True, slots=True)
class CreditFact:
    """One fact of the credit file that stands (not taken back). `on`: the Shanghai date of what
    it reports; `value`: what it says, where it says more than its name (a grade)."""

    fact: str
    on: date
    value: str | None = None
    workflow: str | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """One live entry on a list: since which Shanghai date, on which clauses."""

    list: str
    since: date
    clause: str = ""


@dataclass(frozen=True, slots=True)
class Privilege:
    """What a list (a red one) grants to a party on it, with the clause that grants it."""

    kind: str
    clause: str
    because: str


@dataclass(frozen=True, slots=True)
class CreditView:
    """What the credit file says of one party now. `version` counts its facts and list entries."""

    lists: tuple[str, ...] = ()
    restrictions: tuple[Restriction, ...] = ()
    version: int = 0
    entries: tuple[Listed, ...] = ()
    facts: tuple[CreditFact, ...] = ()
    privileges: tuple[Privilege, ...] = ()


NO_CREDIT = CreditView()


@dataclass(frozen=True, slots=True)
class ParentView:
    """The case that opened this one, as far as a rule may see it: states by track, licences by
    status, whether it has ended, and what its states are called (as in `View.words`)."""

    id: str
    workflow: str
    tracks: Mapping[str, str]
    licences: Mapping[str, str]
    closed: bool
    words: Mapping[tuple[str, ...], Words] = field(default_factory=dict)

    def word(self, *key: str) -> Words:
        """What something of that case is called; its id where nobody says."""
        return self.words.get(key, (key[-1], key[-1]))


@dataclass(frozen=True)
class World:
    """Everything else a rule may see when an act is decided.

    `credit`: by credit code, for the parties of this case; a party not in it is unlisted.
    `parent`: the case that opened this one, where one did."""

    calendar: Calendar
    parameters: ParameterBook
    settings: Settings
    credit: Mapping[str, CreditView] = field(default_factory=dict)
    parent: ParentView | None = None

    def credit_of(self, code: str | None) -> CreditView:
        """The credit of a party by its code; nothing is known of one without a code."""
        return self.credit.get(code, NO_CREDIT) if code is not None else NO_CREDIT

    def versions(self) -> dict[str, str]:
        """The versions an entry records so that the decision can be repeated."""
        return {
            "calendar": self.calendar.version,
            "parameters": self.parameters.version,
            "settings": self.settings.version,
        }


@dataclass(frozen=True, slots=True)
class Unmet:
    """Why a guard said no: a stable code, one sentence in each language, its own clause."""

    reason: str
    zh: str
    en: str
    clause: str | None = None


class View(msgspec.Struct, frozen=True):
    """A case as a guard sees it, with what the act adds already in it.

    `facts`: everything stated so far; `in_hand`: ids of materials; `groups`: what each material
    group asks for, each demand as its acceptable alternatives; `duties`: the status of the latest
    occurrence of each obligation; `happened`: when each event last happened; `codes`: the credit
    code of each named party; `handed_in`: when each material came; `acted`: when each obligation
    was last acted on. `labels`: what facts, materials, events, duties and roles are called;
    `words`: the rest, by kind and name: ("choice", fact, value), ("unit", fact), ("track", track),
    ("state", track, state), ("list", id), ("privilege", id), ("credit", credit fact),
    ("grade", credit fact, value)."""

    workflow: str
    today: date
    facts: Mapping[str, Any]
    tracks: Mapping[str, str]
    in_hand: frozenset[str]
    groups: Mapping[str, tuple[tuple[str, ...], ...]]
    duties: Mapping[str, str]
    licences: Mapping[str, str]
    happened: Mapping[str, datetime]
    credit: CreditView
    world: World
    labels: Mapping[str, Words] = msgspec.field(default_factory=dict)
    words: Mapping[tuple[str, ...], Words] = msgspec.field(default_factory=dict)
    codes: Mapping[str, str | None] = msgspec.field(default_factory=dict)
    handed_in: Mapping[str, datetime] = msgspec.field(default_factory=dict)
    acted: Mapping[str, datetime] = msgspec.field(default_factory=dict)

    def credit_of(self, party: str | None) -> CreditView:
        """The credit of a party of the case by its role; of the subject without one."""
        if party is None:
            return self.credit
        return self.world.credit_of(self.codes.get(party))

    def label(self, name: str) -> Words:
        """What a fact or material is called, in Chinese and English."""
        return self.labels.get(name, (name, name))

    def word(self, *key: str) -> Words:
        """What something of that kind is called, in Chinese and English; its id where nobody
        says."""
        return self.words.get(key, (key[-1], key[-1]))
