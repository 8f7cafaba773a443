"""What a reform's `machine.yaml` may say: the closed vocabulary, as frozen pydantic models.

The models know words, not law: a condition is the name of a function in `rules/`, a number is the
name of a dated parameter. They refuse unknown keys and operators. How a definition is read with
file and line is in `machines/reader.py`; whether it makes sense is in `machines/checks.py`.
"""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from machines.defects import Wrong
from machines.effects import ADVERSE, Effect
from machines.moments import Counting, Due, EventRef, EventRefs, Start, require_counting
from machines.service_words import ServiceRule
from machines.version_words import Version
from machines.words import (
    ClauseIds,
    Grounded,
    GuardRef,
    Name,
    Names,
    Strict,
    Text,
    plain_lists,
)

FactType = Literal[
    "flag",  # true or false
    "confirmation",  # a statement that must be made: only true is accepted
    "choice",  # one of the listed choices
    "choices",  # several of the listed choices
    "text",
    "date",  # a Shanghai civil date
    "instant",  # a time with an offset
    "integer",
    "number",
    "uscc",  # a unified social credit code (GB 32100-2015)
    "list",  # several texts
    "party",  # {name, uscc?, ref?}
    "parties",  # several such
]


Example = Annotated[
    str | int | float | bool | dict[str, str] | list[str] | list[dict[str, str]] | None,
    BeforeValidator(plain_lists),
]


class FactSpec(Text):
    """One fact an act may state; `unit` names what a number counts (m, kVA, yuan, ...). A list
    that `gathers` grows: an act adds its items to those stated before."""

    type: FactType
    unit: str | None = None
    choices: dict[Name, Text] = Field(default_factory=dict)
    minimum: float | None = None
    maximum: float | None = None
    gathers: bool = False
    personal: Literal["none", "personal", "sensitive"] = "none"
    example: Example = None
    clauses: ClauseIds = ()

    @model_validator(mode="after")
    def _choices_where_they_belong(self) -> Self:
        if (self.type in ("choice", "choices")) != bool(self.choices):
            raise Wrong("choices_misplaced")
        if self.gathers and self.type not in ("choices", "list", "parties"):
            raise Wrong("gathers_misplaced")
        return self


class State(Text):
    """One state of a track. `final`: nothing leaves it except an engine event. `confidential`:
    while a track is in it, the case is not shown to those it is about (an unannounced visit)."""

    final: bool = False
    confidential: bool = False


class Track(Strict):
    """One of the parallel procedures of a case: a flat machine."""

    zh: str = ""
    en: str = ""
    initial: Name
    states: dict[Name, State]


class Event(Text):
    """What an act means and must bring with it. `needs`: facts the act must state; `may`: facts it
    can state; `hands_in`: material groups it can hand in (reserved fact `documents`). `duty` is
    what the separation of duties looks at: the person who approves does not inspect. `names`:
    parties it names, each by a fact of type party. `signalled_by`: workflows whose linked cases
    raise it."""

    needs: Names = ()
    may: Names = ()
    hands_in: Names = ()
    duty: Literal["apply", "approve", "inspect", "other"] = "other"
    names: dict[Name, Name] = Field(default_factory=dict)
    signalled_by: Names = ()


class Transition(Grounded):
    """One edge of one track. `to: same` records an event without a move. An `automatic` edge is
    fired by the engine when its guards hold."""

    event: Name
    track: Name = "main"
    source: Names = Field(alias="from")
    to: Name
    role: Names = ()
    guards: tuple[GuardRef, ...] = ()
    effects: tuple[Effect, ...] = ()
    automatic: bool = False

    @model_validator(mode="after")
    def _somebody_acts(self) -> Self:
        if self.automatic and self.role not in ((), ("engine",)):
            raise Wrong("automatic_with_role")
        if not self.automatic and not self.role:
            raise Wrong("nobody_acts")
        return self


class Alternative(Text):
    """One of the documents that can stand in a material's place."""

    id: Name


class Material(Text):
    """A document the applicant owes or is spared. `one_of` offers alternatives in its place;
    `when`: it is owed only if these hold."""

    id: Name
    one_of: tuple[Alternative, ...] = ()
    when: tuple[GuardRef, ...] = ()
    clauses: ClauseIds = ()

    @property
    def accepted(self) -> tuple[str, ...]:
        """The ids of which one must be in hand."""
        return tuple(one.id for one in self.one_of) or (self.id,)


class Materials(Strict):
    """The classes of material of one procedure. `named`: further groups, where the procedure has
    several sets; `open_list` names groups the text ends in 等."""

    upfront: tuple[Material, ...] = ()
    committed: tuple[Material, ...] = ()
    verified_online: tuple[Material, ...] = ()
    optional: tuple[Material, ...] = ()
    named: dict[Name, tuple[Material, ...]] = Field(default_factory=dict)
    open_list: Names = ()

    @property
    def groups(self) -> dict[str, tuple[Material, ...]]:
        """Every group by its name."""
        return {
            "upfront": self.upfront,
            "committed": self.committed,
            "verified_online": self.verified_online,
            "optional": self.optional,
            **self.named,
        }


class Warning_(Strict):
    """A reminder `before` the due date, in working days, to the named roles or parties."""

    before_working_days: Annotated[int, Field(ge=0, le=250)]
    to: Names


class OnMiss(Grounded):
    """What a miss does: `mark` is the engine event of the day after (a label, never adverse);
    `event` and `effects` are the consequence, from the first day on which one is lawful."""

    mark: Name | None = None
    event: Name | None = None
    effects: tuple[Effect, ...] = ()
    nothing: bool = False  # the text attaches no consequence to the miss, and says or implies so

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.nothing == bool(self.event or self.effects):
            raise Wrong("consequence_unclear")
        return self

    @cached_property
    def harms(self) -> bool:
        """Whether it harms a party."""
        return any(effect.do in ADVERSE for effect in self.effects)


class Obligation(Grounded, Text):
    """Something somebody owes by a date."""

    id: Name
    bearer: Name  # a role or a party
    sanctioned: Name | None = None  # the party a miss hits, where it is not the bearer
    applies_if: tuple[GuardRef, ...] = ()
    starts: Start
    due: Due
    counting: Counting | None = None
    filed_by: EventRefs = ()
    met_by: EventRefs = ()
    reopened_by: EventRefs = ()
    rejection_served: EventRefs = ()
    waived_by: EventRefs = ()
    late: Literal["refused", "accepted"]
    recurs: bool = False  # a new occurrence each period, counted from the first anchor
    survives_close: bool = False
    warnings: tuple[Warning_, ...] = ()
    on_miss: OnMiss

    @model_validator(mode="after")
    def _counted_periods_say_how(self) -> Self:
        require_counting(self.due, self.counting)
        if self.reopened_by and not self.filed_by:
            raise Wrong("reopened_without_filing")
        if not self.met_by and self.due.word != "standing":
            raise Wrong("no_met_by")
        if self.recurs and not (self.due.parameter or self.due.unset):
            raise Wrong("recurs_without_period")
        return self


class Timer(Grounded, Text):
    """A period that is nobody's duty and raises an event when it is over."""

    id: Name
    starts: Start
    due: Due
    counting: Counting
    raises: Name
    stopped_by: EventRefs = ()

    @model_validator(mode="after")
    def _counted(self) -> Self:
        if not (self.due.parameter or self.due.unset or self.due.given):
            raise Wrong("timer_due")
        return self


class Setting(Text):
    """A number the text leaves to the zone. `assumed` is what the sandbox ships, marked so. A
    `clock` time is a whole number: 830 is half past eight."""

    id: Name
    unit: Literal[
        "working_days", "natural_days", "months", "years", "hours", "count", "percent", "yuan",
        "clock",
    ]  # fmt: skip
    assumed: Annotated[int, Field(ge=0)]
    clauses: ClauseIds = ()


class Target(Grounded, Text):
    """A promised result: reported, never enforced."""

    id: Name
    starts: EventRef
    ends: EventRef
    within: Name  # a parameter


class Licence(Text):
    """What the procedure issues. `annotation` is printed on it word for word."""

    annotation: str | None = None
    clauses: ClauseIds = ()


class Document(Text):
    """A paper of the authority: a notice, an order, review comments. `headings` are its parts;
    it exists from `issued_by` on, and only then can be served."""

    issued_by: Names = ()
    headings: tuple[Text, ...] = ()
    clauses: ClauseIds = ()


class PartySpec(Text):
    """Another party of the case, by role. `same_as_subject`: the subject unless one is named."""

    kind: Literal["enterprise", "person", "agency"]
    required: bool = False
    same_as_subject: bool = False


class Opening(Grounded):
    """How a case begins: who may open it, with which facts, under which conditions."""

    role: Names
    needs: Names = ()
    may: Names = ()
    guards: tuple[GuardRef, ...] = ()


class Standing(Grounded):
    """A file that is kept for as long as its subject is in the trade: the act that keeps one of
    these duties of the authority starts it anew, so that something is always owed."""

    obligations: Names


class Closing(Strict):
    """Alternatives, each a set of states by track. Settled: nothing owed. Closed: nothing can
    happen. `decided_by`: events after which the application can no longer be withdrawn, where
    the matter is decided without a licence."""

    decided_by: Names = ()
    settles_when: tuple[dict[Name, Names], ...]
    closes_when: tuple[dict[Name, Names], ...]
    standing: Standing | None = None


class Definition(Strict):
    """One procedure, whole."""

    key: Name
    reform: int | None = None
    clauses_of: Name | None = None  # the folder whose clauses.yaml this one cites too
    title: Text
    basis: tuple[str, ...] = ()
    version: Version = Version()
    subject: Literal[
        "enterprise", "pre_establishment", "person", "project", "ship", "waybill", "zone"
    ]
    parties: dict[Name, PartySpec] = Field(default_factory=dict)
    unique_open: bool = False
    opening: Opening
    facts: dict[Name, FactSpec] = Field(default_factory=dict)
    materials: Materials = Materials()
    licences: dict[Name, Licence] = Field(default_factory=dict)
    documents: dict[Name, Document] = Field(default_factory=dict)
    settings: tuple[Setting, ...] = ()
    tracks: dict[Name, Track]
    events: dict[Name, Event]
    transitions: tuple[Transition, ...]
    obligations: tuple[Obligation, ...] = ()
    timers: tuple[Timer, ...] = ()
    targets: tuple[Target, ...] = ()
    closing: Closing
    carried: tuple[Carried, ...] = ()
    service_rules: tuple[ServiceRule, ...] = ()

    @property
    def duties(self) -> tuple[Obligation | Timer, ...]:
        """Obligations, then timers: everything that runs on a clock."""
        return (*self.obligations, *self.timers)

    def material(self, name: str) -> Material:
        """The material of that id, looked for in every group; KeyError if there is none."""
        for group in self.materials.groups.values():
            for one in group:
                if name in (one.id, *one.accepted):
                    return one
        raise KeyError(name)


class Carried(Text):
    """A clause carried by the engine or the service itself rather than by a line of this file."""

    by: str
    clauses: ClauseIds


Definition.model_rebuild()
