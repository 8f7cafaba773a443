"""What a unit of the SQL store reads ahead: with a case, the world that a decision about it sees.

Most enterprises have nothing in their credit file, and a zone's settings change a few times a year.
So one look says of which enterprises there is anything to read at all, and whether the settings
are those read before; the rest is asked for only where the answer is yes. What was read ahead
counts until this unit changes something.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    Column,
    ColumnElement,
    Executable,
    Select,
    Text,
    any_,
    bindparam,
    exists,
    func,
    literal_column,
    null,
    or_,
    select,
    true,
    union,
)

from cases.rows import CaseRow, ChangeRow, CreditFactRow, ListRow, SettingRow, WorkRow
from cases.store import calendar_statements as calendar
from cases.store import statements as s
from cases.store.calendar_unit import CalendarSession, live_of
from cases.store.session import Session
from cases.store.tables import CASES, CHANGES, CREDIT_FACTS, LIST_ROWS, SETTINGS, WORK, Instant
from cases.store.wake import WakeSession

_ONE: ColumnElement[Any] = literal_column("1")
Picks = Callable[[Column[Any]], ColumnElement[bool]]


def _files(picks: Picks) -> list[Select[Any]]:
    """Where an enterprise may have something: each names it."""
    return [
        select(CREDIT_FACTS.c.uscc).where(picks(CREDIT_FACTS.c.uscc)),
        select(LIST_ROWS.c.uscc).where(picks(LIST_ROWS.c.uscc), LIST_ROWS.c.ended_at.is_(None)),
        select(WORK.c.target).where(picks(WORK.c.target), WORK.c.done_at.is_(None)),
        select(CHANGES.c.uscc).where(picks(CHANGES.c.uscc)),
        select(CHANGES.c.successor).where(
            picks(CHANGES.c.successor), CHANGES.c.successor.is_not(None)
        ),
    ]


def _among(postgres: bool) -> Executable:
    """Those of some enterprises that have anything in their file."""
    if postgres:
        codes = bindparam("codes", type_=ARRAY(Text))
        return union(*_files(lambda column: column == any_(codes)))
    each = func.json_each(bindparam("codes", type_=Text())).table_valued("value")
    return union(*_files(lambda column: column.in_(select(each.c.value))))


def _around(postgres: bool) -> Executable:
    """The time, the calendar in force, the last setting of the zone, and whether there is anything
    in the file of the subject."""
    of = select(CASES.c.zone, CASES.c.subject_uscc).where(CASES.c.id == bindparam("id")).cte("of")
    live = calendar.LIVE.subquery("live")
    now = func.clock_timestamp(type_=Instant()) if postgres else null()
    last = (
        select(SETTINGS.c.hash)
        .where(SETTINGS.c.zone == of.c.zone)
        .order_by(SETTINGS.c.seq.desc())
        .limit(_ONE)
    )
    files = _files(lambda column: column == of.c.subject_uscc)
    something = or_(*(exists(each.with_only_columns(_ONE)) for each in files))
    return select(now, *live.c, last.scalar_subquery(), something).select_from(
        of.outerjoin(live, true())
    )


_AMONG = {postgres: _among(postgres) for postgres in (False, True)}
_AROUND = {postgres: _around(postgres) for postgres in (False, True)}


class AroundSession(CalendarSession, WakeSession, Session):
    """A session that looks around once, for one case or for all that it has claimed."""

    _clean: frozenset[str] = frozenset()
    _soon: datetime | None = None
    _last_settings: Mapping[str, str] = {}  # by zone

    def _locked(self, case_id: str) -> CaseRow | None:
        """The case, kept from others; and what is around it, after it is: in one round trip."""
        postgres = self._known.postgres
        asked: list[tuple[Executable, dict[str, Any]]] = [
            (s.LOCK_CASE, {"id": case_id}),
            *([(calendar.HOLD_VERSION, {})] if postgres and self._live is None else []),
            (_AROUND[postgres], {"id": case_id}),
        ]
        found = self._together(asked)
        if not found[0]:
            return None
        row = CaseRow(*found[0][0])
        self._soon, *live, last, something = found[-1][0]
        self._live = (None if live[0] is None else live_of(*live),)
        self._last_settings = {row.zone: last or ""}
        if row.subject_uscc is not None and not something:
            self._clean |= {row.subject_uscc}
        return row

    def _look_at(self, rows: Sequence[CaseRow]) -> None:
        """Which subjects have anything in their file, and the last setting of each zone."""
        for zone in sorted({row.zone for row in rows}):
            last = self._one(s.LAST_SETTING_OF, zone=zone)
            self._last_settings = {**self._last_settings, zone: "" if last is None else last[0]}
        codes = sorted({row.subject_uscc for row in rows if row.subject_uscc is not None})
        if codes:
            postgres = self._known.postgres
            given = {"codes": codes if postgres else json.dumps(codes)}
            marked = {code for (code,) in self._all(_AMONG[postgres], given)}
            self._clean |= frozenset(codes) - marked

    def _carry_out(self, change: Callable[[], int]) -> int:
        self._clean, self._last_settings = frozenset(), {}
        return super()._carry_out(change)

    def now(self) -> datetime:
        """The time of the last look, if nobody has asked for it yet."""
        soon, self._soon = self._soon, None
        return super().now() if soon is None else soon

    def open_work(self, target: str) -> Sequence[WorkRow]:
        """What a target still has to expect, oldest first."""
        if target in self._clean:
            return []
        return self._rows(WorkRow, s.OPEN_WORK, {"target": target})

    def lists(
        self, *, uscc: str | None = None, list_name: str | None = None, live: bool = True
    ) -> Sequence[ListRow]:
        """List rows, by the day of entry."""
        if live and uscc in self._clean:
            return []
        given = {"uscc": uscc, "list_name": list_name, "live": live or None}
        return self._listing(ListRow, "lists", given, s.ALL)

    def is_blank(self, uscc: str) -> bool:
        """Whether the last look found nothing in an enterprise's file."""
        return uscc in self._clean

    def credit_facts(self, uscc: str) -> Sequence[CreditFactRow]:
        """The credit file."""
        if uscc in self._clean:
            return []
        return self._rows(CreditFactRow, s.CREDIT_FACTS_OF, {"uscc": uscc})

    def changes(self, uscc: str | None = None) -> Sequence[ChangeRow]:
        """Changes of an enterprise and of those merged into it, or of all."""
        if uscc is None:
            return self._rows(ChangeRow, s.ALL_CHANGES, {})
        if uscc in self._clean:
            return []
        return self._rows(ChangeRow, s.CHANGES_OF, {"uscc": uscc})

    def settings(self, zone: str) -> Sequence[SettingRow]:
        """The settings of a zone. The hash of the last one stands for all before it."""
        last = self._last_settings.get(zone)
        if last is None:
            return self._rows(SettingRow, s.SETTINGS_OF, {"zone": zone})
        known = self._known.settings
        if (zone, last) not in known:
            rows = self._rows(SettingRow, s.SETTINGS_OF, {"zone": zone})
            if (rows[-1].hash if rows else "") != last:
                return rows  # another one was recorded meanwhile
            known[zone, last] = rows
        return known[zone, last]
