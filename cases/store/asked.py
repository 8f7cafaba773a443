"""What a caller may ask for, read the same way by every store."""

from __future__ import annotations

import string
from collections.abc import Mapping
from datetime import UTC, datetime

from cases.ports import StoreError, WrongBirth
from cases.rows import CaseRow

BIRTHS = ("sandbox", "production")
COUNTED = ("cases", "entries", "obligations", "fired", "credit_facts", "list_rows")
FIXED_META = ("birth", "instance")
# Letters of other alphabets keep their case: engines disagree about them.
_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


def lowered(text: str) -> str:
    """Text as it is compared when searching."""
    return text.translate(_LOWER)


def named_state(track_state: str | None) -> tuple[str | None, str | None]:
    """The track (None for any) and the state of `track:state` or a bare state."""
    if track_state is None:
        return None, None
    track, colon, state = track_state.rpartition(":")
    return (track if colon else None), state


def mention(code: str) -> str:
    """How the state of a case writes the credit code of a party."""
    return f'"uscc":"{code}"'


def looked_at(row: CaseRow, *, mild_only: bool) -> datetime | None:
    """When a case must be looked at; one that a brake holds for what harms nobody only."""
    return row.next_mild_at if mild_only or row.held is not None else row.next_enforce_at


def must_be_settable(values: Mapping[str, str | None]) -> None:
    """Raises StoreError for what a database is from its first day on."""
    fixed = sorted(set(values) & set(FIXED_META))
    if fixed:
        raise StoreError(f"{' and '.join(fixed)} of a database never changes")


def in_utc(at: datetime) -> datetime:
    """The same instant in UTC. Raises ValueError for one without an offset."""
    if at.tzinfo is None:
        raise ValueError(f"an instant needs an offset, {at.isoformat()} has none")
    return at.astimezone(UTC)


def not_migrated(shown: str) -> str:
    """What to do about an empty or old schema."""
    if shown == "memory://":
        return "a store in memory begins empty: call its upgrade() first"
    return (
        f"the database {shown} has no schema yet or an old one: "
        f"run `chengnuo db upgrade --db {shown}`"
    )


def must_be_a_birth(birth: str | None) -> None:
    """Raises StoreError for a word that is neither birth."""
    if birth is not None and birth not in BIRTHS:
        raise StoreError(f"a database is born {' or '.join(BIRTHS)}, not {birth!r}")


def must_match(born: str | None, asked: str, shown: str) -> None:
    """Raises WrongBirth where a database is asked to be what it was not born as; one that nobody
    has served yet is neither."""
    if born not in (None, asked):
        raise WrongBirth(
            f"the database {shown} was born {born}, and this process is for {asked}: "
            f"give it a {asked} database (what a database was born as never changes)"
        )
