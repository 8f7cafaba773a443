"""The histories of many cases, read page by page: what `chengnuo log` writes down.

Who acted and whom a case is about appear under pseudonyms, the same throughout one log and in no
other: they are keyed with a secret that is made for the log and kept nowhere.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from cases.ports import Store
from cases.rows import CaseRow
from machines.case import Case, Entry
from machines.codec import from_json
from machines.exports.history import Alias, History, history_of
from rules.periods import shanghai_date

PAGE = 200


@dataclass(frozen=True, slots=True)
class Extract:
    """Which cases a log holds: of one workflow, of one zone, opened on or after a Shanghai day."""

    workflow: str | None = None
    zone: str | None = None
    since: date | None = None

    def holds(self, row: CaseRow) -> bool:
        """Whether a case belongs to it."""
        return self.since is None or shanghai_date(row.opened_at) >= self.since


def histories(
    store: Store, wanted: Extract, *, with_names: bool = False, page: int = PAGE
) -> Iterator[History]:
    """The cases by id, each as it stands when its page is read; at most one page is in memory."""
    alias = plainly if with_names else pseudonyms(secrets.token_bytes(32))
    after = None
    while True:
        with store.unit(write=False) as unit:
            rows = unit.cases(zone=wanted.zone, workflow=wanted.workflow, after=after, limit=page)
            found = [
                history_of(
                    from_json(Case, row.state),
                    [from_json(Entry, one.body) for one in unit.entries(row.id)],
                    alias, with_names=with_names,
                )
                for row in rows if wanted.holds(row)
            ]  # fmt: skip
        yield from found
        if len(rows) < page:
            return
        after = rows[-1].id


def pseudonyms(key: bytes) -> Alias:
    """What turns a user or a code into a word that says nothing of it and cannot be guessed
    without the key."""

    def alias(name: str) -> str:
        return "p-" + hmac.new(key, name.encode(), hashlib.sha256).hexdigest()[:16]

    return alias


def plainly(name: str) -> str:
    """A user or a code as it is."""
    return name
