"""A case and its journal: the frozen values `decide` reads and `evolve` folds.

A case is the fold of its entries. An entry carries whole new values (a duty with its computed
date and receipt, a licence with its status), so that replay recomputes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Literal

from msgspec import Struct, field, structs

DutyStatus = Literal["open", "filed", "met", "missed", "waived", "suspended"]
DueKind = Literal["firm", "provisional", "event", "given", "standing", "none"]
LicenceStatus = Literal["live", "suspended", "revoked", "withdrawn", "cancelled"]


class Value(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A value of a case. Its text leaves out what says no more than a default."""


class Party(Value, frozen=True):
    """Somebody a case is about. `uscc`: the credit code, where the kind has one; `ref`: another
    identifier (a ship's number, a project code)."""

    kind: str
    name: str
    uscc: str | None = None
    ref: str | None = None

    @property
    def credit_key(self) -> str | None:
        """Under what the credit file knows it: its credit code; a person's or a ship's number."""
        return self.uscc or self.ref


class Actor(Value, frozen=True):
    """Who acts, in which role. `enterprise`: the credit code an applicant acts for."""

    user: str
    role: str
    enterprise: str | None = None


ENGINE = Actor("engine", "engine")


class DueDate(Value, frozen=True):
    """By when a duty is due.

    `on`: Shanghai date (the estimate while provisional); `at`: instant, for hours; `opens_on`: the
    first day of a window; `earliest`/`latest`: the range while provisional; `told_on`: the date
    the bearer was told; `enforceable_from`: first day of an adverse act, None while none can be
    named; `event`: for duties bound to an event or another obligation."""

    kind: DueKind
    on: date | None = None
    at: datetime | None = None
    opens_on: date | None = None
    earliest: date | None = None
    latest: date | None = None
    told_on: date | None = None
    enforceable_from: date | None = None
    event: str | None = None


class Pause(Value, frozen=True):
    """One interval in which a period stands still: after `since` up to and including `until`.

    `by`, `resumed_by`: who paused and resumed it; `policy`: what became of the period: only under
    keep_remaining do its days not count."""

    since: date
    until: date | None
    reason: str
    notice: str
    by: str = ""
    resumed_by: str = ""
    policy: Literal["keep_remaining", "keep_date", "restart"] = "keep_remaining"


class ExtensionRequest(Value, frozen=True):
    """The bearer asks for a later date; open until an officer answers. `until`: the day asked
    for, None where it is left to the office."""

    at: datetime
    by: str
    role: str
    reason: str
    until: date | None = None


class Extension(Value, frozen=True):
    """A later date, granted before the old one had passed. `named_on`: the day the act names,
    `to_on` that day after rolling; `requested_by`, `granted_by`: both parties to it."""

    granted_on: date
    from_on: date
    named_on: date
    to_on: date
    ground: str
    reason: str
    paper: str
    requested_by: str
    granted_by: str


class Duty(Value, frozen=True):
    """One occurrence of an obligation, or of a timer (`bearer` None).

    `anchor`: the instant its period starts from; `period`: unit:amount as counted, None where no
    period runs; `fired`: the rungs already taken (warn:N, missed, enforced, raised); `warn_on`: the
    Shanghai date of each warning, by working days before the due date; `request`: an extension
    asked for and not yet answered."""

    obligation: str
    occurrence: int
    status: DutyStatus
    bearer: str | None
    due: DueDate
    anchor: datetime
    period: str | None = None
    round: int = 1
    missed_on: date | None = None
    acted_at: datetime | None = None
    fired: tuple[str, ...] = ()
    pauses: tuple[Pause, ...] = ()
    warn_on: tuple[tuple[int, date], ...] = ()
    receipt: Mapping[str, Any] = field(default_factory=dict)
    extensions: tuple[Extension, ...] = ()
    request: ExtensionRequest | None = None

    @property
    def key(self) -> tuple[str, int]:
        """Obligation id and occurrence: unique in a case."""
        return (self.obligation, self.occurrence)


class Licence(Value, frozen=True):
    """What was issued, and what became of it."""

    licence: str
    status: LicenceStatus
    issued_at: datetime
    annotation: str | None = None
    ended_at: datetime | None = None


class Service(Value, frozen=True):
    """One delivery of a document to a party, as recorded; `n` numbers them in their case.

    `on`: the day of the signed receipt, of arrival in the system or on the return card, of the
    publication, or of the attempt; `recorded_at`, `by`: who put it on record when; `proof`: what
    else the channel asks for (reference, witness, system, reason, ...); `runs_to`: the last day
    of the period of a public notice; `served_at`: when the service was complete, None before."""

    n: int
    document: str
    to: str
    channel: str
    status: Literal["served", "waiting", "failed"]
    on: date
    recorded_at: datetime
    by: str
    proof: Mapping[str, str] = field(default_factory=dict)
    runs_to: date | None = None
    served_at: datetime | None = None
    receipt: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The name under which a case remembers this service, once it is complete."""
        return f"serve:{self.document}:{self.to}"


class HandedIn(Value, frozen=True):
    """A material in hand: when it came and the hash of the file, where there is one."""

    material: str
    at: datetime
    sha256: str | None = None


class EffectRecord(Value, frozen=True):
    """One effect as ordered: `n` numbers it in its entry; `against` is a role or party name and
    `uscc` its code at that moment (a person's or a ship's number); `what` are the effect's own
    fields."""

    n: int
    do: str
    what: Mapping[str, Any]
    against: str
    uscc: str | None
    clauses: tuple[str, ...]
    adverse: bool
    reading: Mapping[str, str] | None = None


class Because(Value, frozen=True):
    """Which rung of which occurrence an automatic act answers. `rung`: warn:N, missed, enforced,
    raised (a timer), served (a public notice has run out: `obligation` is the key of the service,
    `occurrence` its number)."""

    obligation: str
    occurrence: int
    rung: str


class Entry(Value, frozen=True):
    """One line of the journal.

    `moves`: track -> (from, to); `duties`, `licences`, `documents`: whole new values;
    `marks`: changes of the remaining fields of the case, by field name; `inputs`: the versions of
    the world the decision saw; `explains`: one sentence in each language."""

    kind: Literal["opened", "act", "automatic", "enforced", "recounted", "migrated"]
    event: str
    at: datetime
    happened_at: datetime
    actor: Actor
    facts: Mapping[str, Any] = field(default_factory=dict)
    documents: tuple[HandedIn, ...] = ()
    moves: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    duties: tuple[Duty, ...] = ()
    licences: tuple[Licence, ...] = ()
    effects: tuple[EffectRecord, ...] = ()
    marks: Mapping[str, Any] = field(default_factory=dict)
    clauses: tuple[str, ...] = ()
    because: Because | None = None
    evidence: Mapping[str, Any] | None = None
    inputs: Mapping[str, str] = field(default_factory=dict)
    explains: Mapping[str, str] = field(default_factory=dict)


class Past(Value, frozen=True):
    """What an act changed, in full: the duties as they were before it, the effects it ordered."""

    duties: tuple[Duty, ...]
    effects: tuple[EffectRecord, ...]


class Undo(Value, frozen=True, dict=True):
    """An adverse act, or the label of a miss, that a restoration can take back: the entry's number
    and reason; the tracks and licences as they were before it; where it left the tracks (`left`);
    the duties it armed, those it touched; whether it has effects to retract; when it took effect
    (`at`)."""

    seq: int
    because: Because | None
    armed: tuple[tuple[str, int], ...]
    tracks: Mapping[str, str]
    licences: tuple[Licence, ...]
    touched: tuple[tuple[str, int], ...] = ()
    retractable: bool = False
    left: Mapping[str, str] = field(default_factory=dict)
    at: datetime | None = None

    @property
    def past(self) -> Past | None:
        """The rest of what has to be put back. That stands in the journal: it is no field, neither
        compared nor kept with the case again, and None where a case was read from its record.
        Whoever restores reads the journal first (`fold.remembered`)."""
        found: Past | None = self.__dict__.get("_past")
        return found

    def with_past(self, past: Past) -> Undo:
        """The same, knowing what has to be put back."""
        known = structs.replace(self)
        known.__dict__["_past"] = past
        return known


class Case(Value, frozen=True):
    """One application and everything that followed. `version` is the number of its entries;
    `definition` the hash of the text that governs it; `parent` the case that opened it, `linked`
    the cases it opened, by link; `recounted` the number of the calendar its dates were last
    counted anew on, 0 for none; `recorded`: of what happened earlier than it was recorded, when
    it was recorded."""

    id: str
    workflow: str
    definition: str
    zone: str
    subject: Party
    opened_at: datetime
    version: int
    tracks: Mapping[str, str]
    parties: Mapping[str, Party] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    documents: Mapping[str, HandedIn] = field(default_factory=dict)
    licences: Mapping[str, Licence] = field(default_factory=dict)
    duties: tuple[Duty, ...] = ()
    happened: Mapping[str, datetime] = field(default_factory=dict)
    track_last: Mapping[str, datetime] = field(default_factory=dict)
    hands: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    stayed: str | None = None
    ended: str | None = None
    undo: tuple[Undo, ...] = ()
    parent: str | None = None
    linked: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    recounted: int = 0
    services: tuple[Service, ...] = ()
    recorded: Mapping[str, datetime] = field(default_factory=dict)

    def latest(self, obligation: str) -> Duty | None:
        """The latest occurrence of an obligation or timer, None before it was first armed."""
        found = [duty for duty in self.duties if duty.obligation == obligation]
        return found[-1] if found else None

    def party(self, role: str) -> Party:
        """The party of a role; the subject where no other is named."""
        return self.parties.get(role, self.subject)
