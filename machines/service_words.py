"""The service rules a workflow may switch on: receipt, one-time notice, first-asked, silence.

Options, off unless a `machine.yaml` names them; where they come from is in the overlay's folder.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from machines.words import Grounded, Name, Names


class AcceptanceReceipt(Grounded):
    """受理回执: when one of these events accepts the application, a receipt is due at once."""

    rule: Literal["acceptance_receipt"]
    accepted_by: Names


class OneTimeNotice(Grounded):
    """一次性告知: this event tells everything that is missing, and may happen only once. The
    authority's duty `clock` does not run until `completed_by`."""

    rule: Literal["one_time_notice"]
    told_by: Name
    clock: Name | None = None
    completed_by: Names = ()


class FirstAsked(Grounded):
    """首问负责: the first officer who acts in a case stays answerable for it."""

    rule: Literal["first_asked"]


class DeemedDecision(Grounded):
    """超时默认: when the authority misses `obligation`, `decides` happens by itself. Never for what
    touches safety: whoever switches it on states that."""

    rule: Literal["deemed_decision"]
    obligation: Name
    decides: Name
    not_a_safety_matter: Literal[True]


ServiceRule = Annotated[
    AcceptanceReceipt | OneTimeNotice | FirstAsked | DeemedDecision, Field(discriminator="rule")
]
