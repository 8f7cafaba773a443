"""How several people's acts find what they need: keys, cases and what is around them, in as many
round trips as one act alone takes. Nothing here waits for what somebody else has."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Executable,
    Text,
    any_,
    bindparam,
    func,
    select,
    tuple_,
)

from cases.crowd_port import Claimed, Key
from cases.rows import CaseRow, IdempotencyRow
from cases.store import calendar_statements as calendar
from cases.store import statements as s
from cases.store.around import AroundSession
from cases.store.calendar_unit import live_of
from cases.store.tables import CASES, IDEMPOTENCY

Asked = list[tuple[Executable, Mapping[str, Any]]]
_Found = tuple[set[Key], Sequence[Sequence[Any]], Sequence[Sequence[Any]]]
"""Keys that are free, answers stored under them, and cases that are free."""


def _try_keys() -> Executable:
    number = func.unnest(bindparam("numbers", type_=ARRAY(BigInteger))).column_valued("number")
    return select(number, func.pg_try_advisory_xact_lock(number))


def _kept() -> Executable:
    """The answers stored under any of some keys."""
    actors, keys = (bindparam(name, type_=ARRAY(Text)) for name in ("actors", "keys"))
    each = func.unnest(actors, keys).table_valued("actor", "key").render_derived()
    named = select(each.c.actor, each.c.key)
    return select(IDEMPOTENCY).where(tuple_(IDEMPOTENCY.c.actor, IDEMPOTENCY.c.key).in_(named))


def _free(postgres: bool) -> Executable:
    """Of some cases those that nobody else is at."""
    if postgres:
        among = CASES.c.id == any_(bindparam("ids", type_=ARRAY(Text)))
    else:
        each = func.json_each(bindparam("ids", type_=Text())).table_valued("value")
        among = CASES.c.id.in_(select(each.c.value))
    return select(CASES).where(among).order_by(CASES.c.id).with_for_update(skip_locked=True)


_TRY_KEYS = _try_keys()
_KEPT = _kept()
_FREE = {postgres: _free(postgres) for postgres in (False, True)}


def number_of(key: Key) -> int:
    """What stands for a key where PostgreSQL locks it."""
    digest = hashlib.sha256("\n".join(key).encode()).digest()
    return int.from_bytes(digest[:8], signed=True)


class CrowdSession(AroundSession):
    """A session in which several people act."""

    def claim_acts(self, keys: Sequence[Key], case_ids: Sequence[str]) -> Claimed:
        """Keys first, then cases by id, then what is around them, as one act alone does it."""
        self._must_write()
        numbers = {number_of(key): key for key in sorted(set(keys))}
        ids = sorted(set(case_ids))
        of_engine = self._of_postgres if self._known.postgres else self._of_sqlite
        free, kept, cases = of_engine(numbers, ids)
        rows = [CaseRow(*each) for each in cases]
        answers = (IdempotencyRow(*each) for each in kept)
        self._look_at(rows)
        return Claimed(
            {**dict.fromkeys(free), **{(one.actor, one.key): one for one in answers}},
            {row.id: row for row in rows},
        )

    def _of_sqlite(self, numbers: Mapping[int, Key], ids: list[str]) -> _Found:
        """There is one writer, who has everything. Key by key: of many at once the planner reads
        every answer ever stored where it believes that there are few."""
        asked: Asked = [(s.IDEMPOTENT, {"actor": a, "key": k}) for a, k in numbers.values()]
        *kept, cases = self._together([*asked, (_FREE[False], {"ids": json.dumps(ids)})])
        return set(numbers.values()), [row for each in kept for row in each], cases

    def _of_postgres(self, numbers: Mapping[int, Key], ids: list[str]) -> _Found:
        """In one round trip, and each statement after the locks of those before it."""
        actors, keys = (
            [actor for actor, _ in numbers.values()],
            [key for _, key in numbers.values()],
        )
        asked: Asked = [
            (_TRY_KEYS, {"numbers": list(numbers)}),
            (_KEPT, {"actors": actors, "keys": keys}),
            (_FREE[True], {"ids": ids}),
            (calendar.HOLD_VERSION, {}),
            (calendar.LIVE, {}),
            (s.SERVER_NOW, {}),
        ]
        tried, kept, cases, _, live, ((self._soon,),) = self._together(asked)
        self._live = (live_of(*live[0]) if live else None,)
        return {numbers[number] for number, locked in tried if locked}, kept, cases
