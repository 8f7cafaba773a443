"""What an idle scheduler asks of the SQL store: one statement over the heads of small indexes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, literal_column, null, or_, select

from cases.ports import StoreError
from cases.store.session import Session
from cases.store.statements import NEXT_INSTANT, SERVER_NOW
from cases.store.tables import CASES, META, OUTAGE_RUNS, RECOUNTS, RELEASE_RUNS, WORK, Instant
from cases.wake_port import Ahead


def _kept(name: str) -> ColumnElement[Any]:
    return select(META.c.value).where(META.c.name == literal_column(f"'{name}'")).scalar_subquery()


def _any(column: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether a row is open still: its instant of ending is not there."""
    return exists(select(literal_column("1")).select_from(column.table).where(column.is_(None)))


def _ahead(now: ColumnElement[Any]) -> Select[Any]:
    retry_at = func.min(CASES.c.retry_at, type_=Instant())
    return select(
        now,
        NEXT_INSTANT[False].scalar_subquery(),
        NEXT_INSTANT[True].scalar_subquery(),
        select(retry_at).where(CASES.c.broken.is_not(None)).scalar_subquery(),
        or_(
            _any(WORK.c.done_at),
            _any(RECOUNTS.c.finished_at),
            _any(OUTAGE_RUNS.c.finished_at),
            _any(RELEASE_RUNS.c.finished_at),
        ),
        _kept("hold"),
        _kept("heartbeat"),
    )


_AHEAD = {
    True: _ahead(func.clock_timestamp(type_=Instant())),
    False: _ahead(null().label("now")),
}


class WakeSession(Session):
    """A session that knows what time it is, and what is to come."""

    _clock: Callable[[], datetime] | None

    def now(self) -> datetime:
        """Raises StoreError where the store has no clock and was given none."""
        if self._known.postgres:
            (found,) = self._all(SERVER_NOW, {})
            at: datetime = found[0]
            return at
        if self._clock is None:
            raise StoreError("this store was opened without a clock: open_store(url, clock=...)")
        return self._clock().astimezone(UTC)

    def ahead(self) -> Ahead:
        """SQLite has no clock of its own: there the machine's is asked."""
        ((now, next_at, next_mild_at, retry_at, waiting, hold, heartbeat),) = self._all(
            _AHEAD[self._known.postgres], {}
        )
        return Ahead(
            now or self.now(), next_at, next_mild_at, retry_at, bool(waiting), hold, heartbeat
        )
