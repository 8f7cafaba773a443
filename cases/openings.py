"""What must be true before a case opens, and the number it gets."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cases.errors import ActRefused, Forbidden
from cases.identity import Identity, is_officer
from cases.ports import Unit
from machines.acts import Refused
from machines.book import Rulebook, Workflow
from machines.case import Party


@dataclass(frozen=True, slots=True)
class Opening:
    """A request to open a case."""

    workflow: str
    subject: Party
    zone: str
    parties: Mapping[str, Party] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)


def new_case_id(at: datetime) -> str:
    """A case number: the day, and eight characters that cannot be guessed."""
    return f"{at:%Y%m%d}-{secrets.token_hex(4)}"


def must_be_own(identity: Identity, opening: Opening, book: Rulebook) -> None:
    """Cases open in one's own zone, and an enterprise opens its own. Raises Forbidden."""
    if identity.zone is not None and identity.zone != opening.zone:
        raise Forbidden("不能在其他片区发起案件。", "cases open in your own zone only")
    codes = {opening.subject.uscc, *(party.uscc for party in opening.parties.values())} - {None}
    own = identity.enterprise
    if own is not None and codes and own not in codes and not is_officer(identity, book):
        raise Forbidden("只能为本企业发起案件。", "you open cases of your own enterprise only",
                        reason="not_your_enterprise")  # fmt: skip


def must_be_the_only_one(unit: Unit, workflow: Workflow, opening: Opening) -> None:
    """Where only one open case may exist per subject. Raises ActRefused."""
    code = opening.subject.uscc
    if not workflow.definition.unique_open or code is None:
        return
    for row in unit.cases(workflow=workflow.key, uscc=code):
        if not row.closed:
            raise ActRefused(
                Refused("already_open", f"该主体已有未办结的同类案件（{row.id}）。",
                        f"{code} already has an open case of this kind: {row.id}",
                        context={"case": row.id})
            )  # fmt: skip
