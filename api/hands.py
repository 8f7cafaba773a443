"""The threads in which acts are carried out, and who goes first where a sweep works beside them.

As many as the database takes at once: where there is one writer, a crowd of threads would only
fight for its lock, and the unlucky among them wait a hundred times as long as the others. Acts
that wait for a thread are handed over together, and told together: a hop between threads costs
as much as a third of an act.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Any, Final, Generic, TypeVar, cast

from fastapi import Request

from cases.clock import monotonic_seconds

T = TypeVar("T")
Done = TypeVar("Done")
Act = TypeVar("Act")
_WRITERS: Final = 8  # at once on PostgreSQL: fewer than the connections of a pool,
_CROWDS: Final = 2  # and so many of them with several acts at a time
_CROWD: Final = 32  # acts at a time: a tenth of a second, in which others wait for the database
_REST: Final = 15.0  # a sweep rests so many times as long as it has worked,
_LONGEST_S: Final = 0.5  # but no longer than this
_LOOK_S: Final = 0.005


class Hands(Generic[Act, T]):
    """Work waits here for a thread. `store`: the address of the database it writes to;
    `together`: carries out several acts, and gives for each its outcome, an exception that is to
    be raised, or None where it has to be carried out by `alone`."""

    def __init__(
        self,
        store: str,
        together: Callable[[Sequence[Act]], Sequence[T | Exception | None]],
        alone: Callable[[Act], T],
    ) -> None:
        postgres = store.startswith("postgresql")
        writers = _WRITERS if postgres else 1
        self._threads = ThreadPoolExecutor(writers, thread_name_prefix="act")
        self._together, self._alone = together, alone
        self._waiting: deque[tuple[Act, asyncio.Future[T]]] = deque()
        self._crowds, self._most_crowds = 0, _CROWDS if postgres else 1
        self._lock = Lock()  # around what waits, and how many crowds there are
        self._under_way = 0  # changed by the event loop alone

    async def act(self, act: Act) -> T:
        """Carries out an act, with whichever wait beside it. Raises whatever it raises."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._under_way += 1
        try:
            with self._lock:
                self._waiting.append((act, future))
                begins = self._crowds < self._most_crowds
                self._crowds += begins
            if begins:
                self._threads.submit(self._crowd, loop)
            return await future
        finally:
            self._under_way -= 1

    async def do(self, work: Callable[[], Done]) -> Done:
        """Carries out any other work. Raises whatever it raises."""
        self._under_way += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._under_way -= 1

    def _crowd(self, loop: asyncio.AbstractEventLoop) -> None:
        """Takes what waits, once; then other work has its turn."""
        with self._lock:
            taken = [self._waiting.popleft() for _ in range(min(_CROWD, len(self._waiting)))]
        if len(taken) == 1:
            self._by_itself(loop, *taken[0])
        else:
            self._by_crowd(loop, taken)
        with self._lock:
            goes_on = bool(self._waiting)
            self._crowds -= not goes_on
        if goes_on:
            self._threads.submit(self._crowd, loop)

    def _by_crowd(
        self, loop: asyncio.AbstractEventLoop, taken: Sequence[tuple[Act, asyncio.Future[T]]]
    ) -> None:
        acts = [act for act, _ in taken]
        outcomes: Sequence[T | Exception | None]
        try:
            outcomes = self._together(acts)
        except Exception as error:
            outcomes = [error for _ in acts]
        loop.call_soon_threadsafe(_tell, [future for _, future in taken], outcomes)
        for outcome, (act, future) in zip(outcomes, taken, strict=True):
            if outcome is None:
                self._threads.submit(self._by_itself, loop, act, future)

    def _by_itself(
        self, loop: asyncio.AbstractEventLoop, act: Act, future: asyncio.Future[T]
    ) -> None:
        outcome: T | Exception
        try:
            outcome = self._alone(act)
        except Exception as error:
            outcome = error
        loop.call_soon_threadsafe(_tell, [future], [outcome])

    def give_way(self, worked_s: float) -> None:
        """Called between two batches of a sweep that took so long: while people act, it rests for
        a multiple of that. So they have most of the time, and the sweep a part of it."""
        until = monotonic_seconds() + min(_LONGEST_S, _REST * worked_s)
        while self._under_way and monotonic_seconds() < until:
            time.sleep(_LOOK_S)

    def stop(self) -> None:
        """Finishes what is under way."""
        self._threads.shutdown(wait=True)


def _tell(futures: Sequence[asyncio.Future[Any]], outcomes: Sequence[Any]) -> None:
    """Everybody in one hop; whoever has gone away is told nothing."""
    for future, outcome in zip(futures, outcomes, strict=True):
        if outcome is None or future.done():
            continue
        if isinstance(outcome, Exception):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)


def hands_of(request: Request) -> Hands[Any, Any]:
    """Those of the application that was asked."""
    return cast("Hands[Any, Any]", request.app.state.hands)
