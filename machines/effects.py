"""What a transition or a miss does to the world: effects are data, never calls.

Each effect names its clause where that differs from its line's, and the party it is `against`.
`decide` returns them; the store and the outbox carry them out.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from machines.defects import Wrong
from machines.words import ClauseIds, GuardRef, Name, Names, Strict, Text

_AROUND = {"do", "when", "against", "for_each", "clauses", "reading"}


class _Effect(Strict):
    when: tuple[GuardRef, ...] = ()
    against: Names = ()  # parties; the subject if not said
    for_each: Name | None = None  # a fact that lists parties: once for each of them
    clauses: ClauseIds = ()
    reading: Text | None = None

    @cached_property
    def own(self) -> Mapping[str, Any]:
        """What it says besides its name, whom it reaches and what grounds it, as JSON values."""
        return self.model_dump(mode="json", exclude=_AROUND, exclude_none=True, by_alias=False)


class _Named(_Effect):
    """An effect on something that has an id; `zh`, `en` say what that is called."""

    zh: str | None = None
    en: str | None = None

    @model_validator(mode="after")
    def _in_both_languages(self) -> Self:
        if (self.zh is None) != (self.en is None):
            raise Wrong("one_language")
        return self


class LicenceEffect(_Effect):
    """Issue, suspend, reinstate, revoke (撤销), withdraw (吊销) or cancel (注销) a licence."""

    do: Literal["issue", "suspend_licence", "reinstate", "revoke", "withdraw_licence", "cancel"]
    licence: Name


class Annotate(_Effect):
    """Print the licence's annotation on it."""

    do: Literal["annotate"]
    licence: Name


class RecordCredit(_Effect):
    """Write a fact into the credit (integrity) file. `on`: the fact that states the date of what
    is reported (else the day of the act); `value`: the fact that states its value (a grade)."""

    do: Literal["record_credit"]
    fact: Name
    on: Name | None = None
    value: Name | None = None


class ListEffect(_Effect):
    """Enter a party on a list, or take it off."""

    do: Literal["list", "delist"]
    list: Name


class JointPunishment(_Effect):
    """Report a party to the departments that punish jointly (联合惩戒)."""

    do: Literal["joint_punishment"]


class Restrict(_Effect):
    """Close a route to a party: `commitment_route` of one workflow or of all (`workflow` unset)."""

    do: Literal["restrict"]
    restriction: Literal["commitment_route", "acceptance", "benefits", "credit"]
    workflow: Name | None = None


class Freeze(_Named):
    """Freeze or release something, our own or by request to another party's system."""

    do: Literal["freeze", "unfreeze"]
    what: Name
    request_of: Name | None = None
    confirmed_by: Name | None = None


class OpenCase(_Effect):
    """Open a linked case of another workflow about the same party. `facts`: the facts it opens
    with, each from a fact of this case."""

    do: Literal["open_case"]
    workflow: Name
    link: Name
    facts: dict[Name, Name] = Field(default_factory=dict)


class Signal(_Effect):
    """Raise an event in a linked case: in the one that opened this (`to: parent`), or in those it
    opened under a link. `facts`: what the event states there, each from a fact of this case;
    `contrary`: the event there that takes it back when this act is restored."""

    do: Literal["signal"]
    to: Name
    event: Name
    contrary: Name | None = None
    facts: dict[Name, Name] = Field(default_factory=dict)


class Push(_Effect, Text):
    """Send data to a department."""

    do: Literal["push"]
    to: Name


class Publish(_Effect, Text):
    """Make something public."""

    do: Literal["publish"]


class EnterRegister(_Named):
    """Enter the party in a named register, directory or ledger."""

    do: Literal["enter_register"]
    register_name: Name = Field(alias="register")


class Notify(_Effect, Text):
    """Tell roles or parties something."""

    do: Literal["notify"]
    to: Names


class Refer(_Effect, Text):
    """Hand a matter to another organ."""

    do: Literal["refer"]
    to: Name


class Task(_Effect, Text):
    """Ask a person of a role to decide or do something the text leaves to judgement."""

    do: Literal["task"]
    role: Name


class Escalate(_Effect):
    """Tell the supervisor that the authority is late; it never harms the applicant."""

    do: Literal["escalate"]
    to: Name


class Order(_Effect, Text):
    """Issue an order of the authority to a party (correct, stop, restore)."""

    do: Literal["order"]
    document: Name


class BindSubject(_Effect):
    """Registration gives the subject its credit code: taken from the named fact."""

    do: Literal["bind_subject"]
    uscc: Name


Effect = Annotated[
    LicenceEffect
    | Annotate
    | RecordCredit
    | ListEffect
    | JointPunishment
    | Restrict
    | Freeze
    | OpenCase
    | Signal
    | Push
    | Publish
    | EnterRegister
    | Notify
    | Refer
    | Task
    | Escalate
    | Order
    | BindSubject,
    Field(discriminator="do"),
]

ADVERSE = frozenset(
    {"suspend_licence", "revoke", "withdraw_licence", "cancel", "record_credit", "list",
     "joint_punishment", "restrict", "freeze", "refer"}
)  # fmt: skip
"""Effects that harm a party: held, braked, never on a provisional date."""
