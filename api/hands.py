"""The threads in which acts are carried out, and who goes first where a sweep works beside them.

As many as the database takes at once: where there is one writer, a crowd of threads would only
fight for its lock, and the unlucky among them wait a hundred times as long as the others.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar, cast

from fastapi import Request

from cases.clock import monotonic_seconds

T = TypeVar("T")
_WRITERS: Final = 8  # at once on PostgreSQL: fewer than the connections of a pool
_REST: Final = 3.0  # a sweep rests so many times as long as it has worked,
_LONGEST_S: Final = 0.5  # but no longer than this
_LOOK_S: Final = 0.005


class Hands:
    """Acts wait here for a thread. `store`: the address of the database they write to."""

    def __init__(self, store: str) -> None:
        writers = _WRITERS if store.startswith("postgresql") else 1
        self._threads = ThreadPoolExecutor(writers, thread_name_prefix="act")
        self._under_way = 0  # changed by the event loop alone

    async def do(self, work: Callable[[], T]) -> T:
        """Carries it out. Raises whatever it raises."""
        self._under_way += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._under_way -= 1

    def give_way(self, worked_s: float) -> None:
        """Called between two batches of a sweep that took so long: while people act, it rests for
        a multiple of that. So they have most of the time, and the sweep a part of it."""
        until = monotonic_seconds() + min(_LONGEST_S, _REST * worked_s)
        while self._under_way and monotonic_seconds() < until:
            time.sleep(_LOOK_S)

    def stop(self) -> None:
        """Finishes what is under way."""
        self._threads.shutdown(wait=True)


def hands_of(request: Request) -> Hands:
    """Those of the application that was asked."""
    return cast("Hands", request.app.state.hands)
