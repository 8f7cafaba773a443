"""Who is asking: a user with roles, perhaps bound to a zone or an enterprise; and their tokens."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from cases.errors import Forbidden
from cases.ports import Unit
from cases.rows import TokenRow
from machines import engine_events
from machines.book import Rulebook
from machines.case import Actor, Case
from machines.compiler import Compiled
from machines.definition import Definition
from machines.rungs import confidential

FEED = "feed"  # what a token that opens the calendar feed and nothing else says among its roles
OVERSEERS = frozenset({"admin", "auditor", "analyst", "supervisor"})


@dataclass(frozen=True, slots=True)
class Identity:
    """A person or a program. `zone` None: every zone; `enterprise`: the code an applicant or a
    third party acts for."""

    user: str
    roles: frozenset[str]
    zone: str | None = None
    enterprise: str | None = None

    def actor(self, wanted: frozenset[str] | tuple[str, ...]) -> Actor:
        """The actor in the first of the wanted roles this identity has, else in its first role:
        the rules then say who may."""
        for role in wanted:
            if role in self.roles:
                return Actor(self.user, role, self.enterprise)
        return Actor(self.user, min(self.roles, default="public"), self.enterprise)


def is_officer(identity: Identity, book: Rulebook) -> bool:
    """Whether the identity acts for the authority."""
    sides = book.sides
    return any(sides.get(role) == "authority" for role in identity.roles)


def must_see(identity: Identity, case: Case, compiled: Compiled, book: Rulebook) -> None:
    """Raises Forbidden unless the case is this identity's to see: officers in their zone, parties
    in their own case while it is not confidential."""
    if identity.zone is not None and identity.zone != case.zone:
        raise Forbidden("该案件属于其他片区。", "the case belongs to another zone")
    if is_officer(identity, book):
        return
    if confidential(compiled, case):
        raise Forbidden("只能查看本企业的案件。", "this case belongs to another party")
    codes = {case.subject.uscc, *(party.uscc for party in case.parties.values())}
    if identity.enterprise is not None and identity.enterprise in codes:
        return
    persons = {party.ref for party in case.parties.values() if party.uscc is None}
    if identity.user in case.hands.get("apply", ()) or identity.user in persons:
        return
    raise Forbidden("只能查看本企业的案件。", "this case belongs to another party")


def must_oversee(identity: Identity, *roles: str) -> None:
    """Raises Forbidden unless the identity has one of the roles (admin always does)."""
    if not identity.roles & {"admin", *roles}:
        names = ", ".join(sorted({"admin", *roles}))
        raise Forbidden(f"须具备以下角色之一：{names}。", f"needs one of the roles: {names}")


def known_roles(definition: Definition) -> tuple[str, ...]:
    """Every role that can act in a workflow."""
    roles = [role for edge in definition.transitions for role in edge.role if role != "engine"]
    return tuple(dict.fromkeys((*definition.opening.role, *roles)))


def wanted_roles(compiled: Compiled, case: Case, event: str) -> tuple[str, ...]:
    """Roles that may raise an event now: the identity acts in one of them if it can."""
    if event in engine_events.EVENTS:
        return engine_events.roles_of(compiled, case, event)
    roles = [
        role
        for track in compiled.tracks_of.get(event, ())
        for edge in compiled.table.get((track, case.tracks[track], event), ())
        for role in edge.role
    ]
    return tuple(roles) or known_roles(compiled.definition)


def new_token(
    unit: Unit, identity: Identity, label: str, at: datetime, expires_at: datetime | None = None
) -> str:
    """A new bearer token; only its hash is kept."""
    secret = secrets.token_urlsafe(32)
    keep_token(unit, secret, identity, label, at, expires_at)
    return secret


def keep_token(
    unit: Unit,
    secret: str,
    identity: Identity,
    label: str,
    at: datetime,
    expires_at: datetime | None = None,
) -> None:
    """Keeps a token whose secret is already known (the sandbox's ready-made ones)."""
    unit.add_token(
        TokenRow(
            sha256=_digest(secret),
            user=identity.user,
            roles=" ".join(sorted(identity.roles)),
            zone=identity.zone,
            enterprise=identity.enterprise,
            label=label,
            created_at=at,
            expires_at=expires_at,
        )
    )


def identify(
    unit: Unit, secret: str, at: datetime | None = None, *, feed: bool = False
) -> Identity | None:
    """Whose token this is; None for an unknown, expired or revoked one. `at`: None asks the store's
    own clock, where that matters.

    `feed`: where a calendar program calls. A token made for that is unknown everywhere else, and
    no other token is known there: an address with a token in it is easily passed on."""
    row = unit.token(_digest(secret))
    if row is None or row.revoked_at is not None:
        return None
    if row.expires_at is not None and row.expires_at <= (at or unit.now()):
        return None
    roles = frozenset(row.roles.split())
    if (FEED in roles) != feed:
        return None
    return Identity(row.user, roles - {FEED}, row.zone, row.enterprise)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
