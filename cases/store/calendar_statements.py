"""The statements of the calendar's part of the SQL store, built once."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Date,
    and_,
    bindparam,
    exists,
    func,
    insert,
    literal_column,
    or_,
    select,
)

from cases.store.statements import LIMIT
from cases.store.tables import CALENDARS, CASES, ENTRIES, OBLIGATIONS, RECOUNTS, Instant
from machines.duties import RUNNING

# Held shared by every writing unit that has read the version in force, and alone by whoever
# appends one: no unit writes dates counted on a version that is no longer the newest.
NUMBER = 4848202501020901
HOLD_VERSION = select(func.pg_advisory_xact_lock_shared(literal_column(str(NUMBER), BigInteger())))
WAIT_FOR_OTHERS = select(func.pg_advisory_xact_lock(literal_column(str(NUMBER), BigInteger())))

LIVE = (
    select(CALENDARS.c.seq, CALENDARS.c.version, RECOUNTS.c.through, RECOUNTS.c.finished_at)
    .outerjoin(RECOUNTS, RECOUNTS.c.seq == CALENDARS.c.seq)
    .where(CALENDARS.c.confirmed_by.is_not(None))
    .order_by(CALENDARS.c.seq.desc())
    .limit(literal_column("1"))
)
ALL_CALENDARS = select(CALENDARS).order_by(CALENDARS.c.seq)
ONE_CALENDAR = select(CALENDARS).where(CALENDARS.c.seq == bindparam("seq"))
ADD_CALENDAR = insert(CALENDARS).inline()
ALL_RECOUNTS = select(RECOUNTS).order_by(RECOUNTS.c.seq)
LOCK_RECOUNT = (
    select(RECOUNTS)
    .where(RECOUNTS.c.finished_at.is_(None))
    .order_by(RECOUNTS.c.seq)
    .limit(literal_column("1"))
    .with_for_update()
)

_first = bindparam("first", type_=Date())
_running = OBLIGATIONS.c.status.in_([literal_column(f"'{status}'") for status in RUNNING])
_unknown = and_(
    OBLIGATIONS.c.enforceable_from.is_(None),
    or_(
        OBLIGATIONS.c.status == literal_column("'missed'"),
        and_(_running, OBLIGATIONS.c.due_on.is_not(None)),
    ),
)
_touched = exists(
    select(OBLIGATIONS.c.case_id).where(
        OBLIGATIONS.c.case_id == CASES.c.id,
        or_(
            OBLIGATIONS.c.due_on >= _first,
            OBLIGATIONS.c.latest >= _first,
            OBLIGATIONS.c.enforceable_from >= _first,
            _unknown,
        ),
    )
)
_behind = CASES.c.id > bindparam("after")
TOUCHED = select(CASES).where(_behind, _touched).order_by(CASES.c.id).limit(LIMIT)
LOCK_TOUCHED = TOUCHED.with_for_update(of=CASES)
RECOUNT_ENTRIES = (
    select(ENTRIES)
    .where(
        ENTRIES.c.kind == literal_column("'recounted'"),
        ENTRIES.c.at >= bindparam("since", type_=Instant()),
    )
    .order_by(ENTRIES.c.case_id, ENTRIES.c.seq)
)
