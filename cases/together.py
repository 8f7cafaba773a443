"""Acts of several people in one transaction: each is decided as if it were alone, and answered
once all that were decided are committed.

Who acts on a case, an enterprise or a key of somebody else in the same crowd acts alone
afterwards; so does whoever would have to wait. A refusal is told and writes nothing. What the
database refuses is undone as a whole, and everybody acts alone: a bad act harms no other.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from cases.answer import Answer, stored_answer
from cases.casework import Asked, Casework, Draft
from cases.crowd_port import Claimed
from cases.enforcement import merged
from cases.ports import Conflict, StoreError, Unit, Unwritable
from machines.case import Case
from machines.frozen import replace

Outcome = Answer | Exception
log = logging.getLogger("chengnuo.acts")


def act_together(casework: Casework, asked: Sequence[Asked]) -> list[Outcome | None]:
    """What comes of each act, in one transaction; None where it is to be carried out alone after
    the others. `Casework.act` says which exceptions are outcomes."""
    crowd = _Crowd(casework, asked)
    try:
        with casework.store.unit() as unit:
            crowd.decide(unit)
            crowd.write(unit)
    except Exception as error:
        if crowd.committing:
            return crowd.told(error)  # nobody knows whether it was written: it is not tried again
        if isinstance(error, StoreError) and not isinstance(error, Unwritable):
            return [error for _ in asked]  # the database would answer nobody now
        log.info("%d acts are carried out one by one: %s", len(asked), error)
        return [None for _ in asked]
    return crowd.told()


class _Crowd:
    """Acts on their way into one transaction. `committing`: everything is handed over."""

    def __init__(self, casework: Casework, asked: Sequence[Asked]) -> None:
        self._casework, self._asked = casework, asked
        self._outcomes: list[Outcome | None] = [None for _ in asked]
        self._drafts: dict[int, Draft] = {}
        self._taken: set[tuple[str, ...]] = (
            set()
        )  # cases, enterprises and keys that somebody here is at
        self.committing = False

    def decide(self, unit: Unit) -> None:
        """Each in the order of coming. Raises StoreError, Conflict."""
        keys = [one.owned_key for one in self._asked if one.owned_key is not None]
        claimed = unit.claim_acts(keys, [one.case_id for one in self._asked])
        now = self._casework.clock.now(unit)
        for number, one in enumerate(self._asked):
            try:
                decided = self._decided(unit, one, claimed, now)
            except (StoreError, Conflict):
                raise
            except Exception as error:  # of this act, which has written nothing
                decided = error
            if isinstance(decided, Draft):
                self._drafts[number] = decided
            else:
                self._outcomes[number] = decided

    def _decided(
        self, unit: Unit, one: Asked, claimed: Claimed, now: datetime
    ) -> Draft | Outcome | None:
        request, key, row = one.request(), one.owned_key, claimed.cases.get(one.case_id)
        if not self._takes("case", one.case_id) or not (key is None or self._takes("key", *key)):
            return None
        if request is not None and key is not None:
            if key not in claimed.kept:
                return None
            earlier = stored_answer(claimed.kept[key], request)
            if earlier is not None:
                return earlier
        if row is None:
            return None
        case, compiled = self._casework.load(unit, row)
        owed = self._casework.calendars.owed(unit, case)
        if not self._stands_apart(unit, case) or owed is not None:
            return None
        return self._casework.draft(unit, one, request, row, case, compiled, now, hot=True)

    def _stands_apart(self, unit: Unit, case: Case) -> bool:
        """Whether nobody before it in this crowd acts on what it looks at. A party that merged
        with others looks at their files, too, and is always alone."""
        parties = {party.credit_key for party in (case.subject, *case.parties.values())} - {None}
        free = [self._takes("party", str(key)) for key in parties]
        single = not any(unit.changes(str(key)) for key in parties)
        return all(free) and single and (case.parent is None or self._takes("case", case.parent))

    def _takes(self, *what: str) -> bool:
        """Whether nobody here is at it yet; from now on somebody is."""
        free = what not in self._taken
        self._taken.add(what)
        return free

    def write(self, unit: Unit) -> None:
        """Raises Conflict, StoreError, and ValueError for what cannot be stored."""
        batches = [draft.batch for draft in self._drafts.values()]
        if batches:
            kept = (row for batch in batches for row in batch.idempotency)
            ordered = sorted(kept, key=lambda row: (row.actor, row.key))
            unit.write(replace(merged(batches), idempotency=tuple(ordered)))
            self.committing = True

    def told(self, failed: Exception | None = None) -> list[Outcome | None]:
        """What came of each, once the transaction has ended; `failed`: in the commit."""
        for number, draft in self._drafts.items():
            self._outcomes[number] = failed or draft.answer
        for outcome in self._outcomes:
            if outcome is not None:
                self._casework.outcomes.count(outcome)
        return self._outcomes
