"""The statements of the safety part of the SQL store, built once."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    Text,
    Update,
    and_,
    any_,
    bindparam,
    cast,
    func,
    insert,
    literal_column,
    null,
    or_,
    select,
    tuple_,
    type_coerce,
    update,
)
from sqlalchemy.sql import Select, exists

from cases.store.statements import LIMIT, SOUND
from cases.store.tables import (
    BRAKES,
    CASES,
    NEXT,
    OBLIGATIONS,
    OUTAGE_RUNS,
    OUTAGES,
    RELEASE_RUNS,
    RELEASES,
    TALLIES,
    WORK,
    Instant,
)
from machines.duties import RUNNING

_NAMES = ("zone", "workflow", "consequence")
_of_brake = and_(*(BRAKES.c[name] == bindparam(f"of_{name}") for name in _NAMES))
ALL_BRAKES = select(BRAKES).order_by(*(BRAKES.c[name] for name in _NAMES))
LOCK_BRAKE = select(BRAKES).where(_of_brake).with_for_update()
KEEP_BRAKE: Update = (
    update(BRAKES)
    .where(_of_brake)
    .values({c: bindparam(c.name) for c in BRAKES.c if c.name not in _NAMES})
)

_is_held = CASES.c.held.is_not(None)
_last_release = func.coalesce(
    select(BRAKES.c.last_release)
    .where(BRAKES.c.zone == CASES.c.zone, BRAKES.c.workflow == CASES.c.workflow,
           BRAKES.c.consequence == bindparam("consequence"))
    .scalar_subquery(),
    literal_column("0"),
)  # fmt: skip
HOLD_CASE: Update = (
    update(CASES)
    .where(CASES.c.id == bindparam("of_id"))
    .values(held=bindparam("consequence"), held_after=_last_release, released=null())
)
_some = (
    select(CASES.c.id)
    .where(*(CASES.c[name] == bindparam(f"of_{name}") for name in ("zone", "workflow")),
           CASES.c.held == bindparam("of_consequence"), _is_held,
           CASES.c.held_after < bindparam("before"))
    .order_by(CASES.c.next_enforce_at, CASES.c.id)
    .limit(LIMIT)
    .with_for_update(skip_locked=True)
)  # fmt: skip
# On PostgreSQL an array, so that they are chosen and locked once, whatever way the plan goes.
_chosen = {True: CASES.c.id == any_(func.array(_some.scalar_subquery())),
           False: CASES.c.id.in_(_some)}  # fmt: skip
LET_GO: dict[bool, Update] = {
    postgres: update(CASES)
    .where(chosen)
    .values(released=CASES.c.held, held=null(), held_after=null())
    for postgres, chosen in _chosen.items()
}
_oldest = func.min(CASES.c.next_enforce_at, type_=Instant())
_pile = (CASES.c.zone, CASES.c.workflow, CASES.c.held)
_rounds = (*_pile, CASES.c.held_after)
PILES = (
    select(*_rounds, func.count(), _oldest).where(_is_held).group_by(*_rounds).order_by(*_rounds)
)  # fmt: skip
_held_place = (*_pile, CASES.c.next_enforce_at, CASES.c.id)


def _behind(columns: tuple[ColumnElement[Any], ...], names: tuple[str, ...]) -> ColumnElement[bool]:
    given = (
        bindparam(name, type_=column.type) for name, column in zip(names, columns, strict=True)
    )
    return tuple_(*columns) > tuple_(*given)


_held = select(CASES).where(_is_held).order_by(*_held_place).limit(LIMIT)
HELD_PLACE = ("after_zone", "after_workflow", "after_held", "after_at", "after_id")
HELD_CASES = {False: _held, True: _held.where(_behind(_held_place, HELD_PLACE))}

_has_next = CASES.c.next_enforce_at.is_not(None)
_next = type_coerce(NEXT, Instant())
_due = (
    select(CASES)
    .where(_next <= bindparam("until", type_=Instant()), _has_next, SOUND, CASES.c.held.is_(None))
    .order_by(NEXT, CASES.c.id)
    .limit(LIMIT)
)
DUE_PLACE = ("after_at", "after_id")
DUE_CASES = {False: _due, True: _due.where(_behind((_next, CASES.c.id), DUE_PLACE))}

ALL_RELEASES = select(RELEASES).order_by(RELEASES.c.seq)
ADD_RELEASE = insert(RELEASES).inline()
ALL_RELEASE_RUNS = select(RELEASE_RUNS).order_by(RELEASE_RUNS.c.seq)
LOCK_RELEASE_RUN = (
    ALL_RELEASE_RUNS.where(RELEASE_RUNS.c.finished_at.is_(None))
    .limit(literal_column("1"))
    .with_for_update()
)
ALL_OUTAGES = select(OUTAGES).order_by(OUTAGES.c.seq)
ADD_OUTAGE = insert(OUTAGES).inline()
ALL_OUTAGE_RUNS = select(OUTAGE_RUNS).order_by(OUTAGE_RUNS.c.seq)
LOCK_OUTAGE_RUN = (
    ALL_OUTAGE_RUNS.where(OUTAGE_RUNS.c.finished_at.is_(None))
    .limit(literal_column("1"))
    .with_for_update()
)

_from = bindparam("due_from", type_=Date())
_status: list[ColumnElement[Any]] = [
    literal_column(f"'{status}'") for status in (*RUNNING, "missed")
]
_others: list[ColumnElement[Any]] = [
    literal_column(f"'{side}'") for side in ("applicant", "third_party")
]
_owing = exists(
    select(OBLIGATIONS.c.case_id).where(
        OBLIGATIONS.c.case_id == CASES.c.id,
        OBLIGATIONS.c.side.in_(_others),
        OBLIGATIONS.c.status.in_(_status),
        or_(
            OBLIGATIONS.c.due_on >= _from,
            OBLIGATIONS.c.latest >= _from,
            OBLIGATIONS.c.due_on.is_(None),
        ),
    )
)


def _owing_cases(*, zone: bool, lock: bool) -> Select[Any]:
    found = select(CASES).where(CASES.c.id > bindparam("after"), _owing)
    if zone:
        found = found.where(CASES.c.zone == bindparam("zone"))
    found = found.order_by(CASES.c.id).limit(LIMIT)
    return found.with_for_update(of=CASES) if lock else found


OWING_CASES = {
    (zone, lock): _owing_cases(zone=zone, lock=lock)
    for zone in (False, True)
    for lock in (False, True)
}

_sum = cast(func.coalesce(func.sum(TALLIES.c.value), literal_column("0")), BigInteger())
_named = (TALLIES.c.name, TALLIES.c.zone, TALLIES.c.workflow, TALLIES.c.label)
ALL_TALLIES = (
    select(*_named, literal_column("0", BigInteger()), _sum).group_by(*_named).order_by(*_named)
)
TALLIED = select(_sum).where(
    *(TALLIES.c[name] == bindparam(name, type_=Text()) for name in ("name", "zone", "workflow"))
)


def _count(table: Any, *conditions: ColumnElement[bool]) -> ColumnElement[Any]:
    return select(func.count()).select_from(table).where(*conditions).scalar_subquery()


def _first_of(chosen: Select[Any]) -> ColumnElement[Any]:
    return type_coerce(chosen.scalar_subquery(), Instant())


_until_now = (_next <= bindparam("now", type_=Instant()), _has_next, SOUND)
GAUGES = select(
    _count(CASES, *_until_now),
    _first_of(select(_next).where(*_until_now).order_by(NEXT).limit(literal_column("1"))),
    _count(CASES, _is_held),
    _first_of(select(_oldest).where(_is_held)),
    _count(CASES, CASES.c.broken.is_not(None)),
    _count(WORK, WORK.c.done_at.is_(None)),
    _first_of(select(func.min(WORK.c.at)).where(WORK.c.done_at.is_(None))),
)
