"""The running system under test: use cases and enforcer on a real store, which can be cut off at
any commit, and started anew from what is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date, datetime
from itertools import count
from threading import Event, Thread
from typing import Any

from cases.casework import Casework
from cases.clock import FixedClock
from cases.ports import Store, Unit
from cases.rows import SettingRow
from cases.settings import declared, set_setting
from machines.book import Rulebook
from rules.working_days import Calendar
from scheduler.enforcer import Enforcer
from tests.running.model import ZONE

Hook = Callable[[], None]


class Crash(BaseException):
    """The process is gone: nothing in it can catch this."""


def crash() -> None:
    """Ends the process, as far as the store can tell."""
    raise Crash


class Cut:
    """A store, but for what a test has planned: `before` or `after` the commit of the n-th writing
    unit from now on something happens, once."""

    def __init__(self, store: Store) -> None:
        self._store, self.url = store, store.url
        self._plans: list[tuple[int, str, Hook]] = []
        self._units = 0
        self.knocked = Event()

    def plan(self, when: str, hook: Hook, units: int = 1) -> None:
        """`when`: before or after the commit; `units`: of which writing unit from now on."""
        self._plans.append((self._units + units, when, hook))

    def forget(self) -> None:
        """Nothing is planned any more."""
        self._plans.clear()

    def unit(self, *, write: bool = True) -> AbstractContextManager[Unit]:
        """A unit of work of the store behind."""
        return self._unit(write)

    @contextmanager
    def _unit(self, write: bool) -> Iterator[Unit]:
        self.knocked.set()
        with self._store.unit(write=write) as unit:
            yield unit
            number = self._units = self._units + write
            self._happen(number, "before", write=write)
        self._happen(number, "after", write=write)

    def _happen(self, number: int, when: str, *, write: bool) -> None:
        for plan in [one for one in self._plans if write and one[:2] == (number, when)]:
            self._plans.remove(plan)
            plan[2]()

    def upgrade(self, birth: str | None = None) -> None:
        """As the store behind."""
        self._store.upgrade(birth)

    def check(self, birth: str | None = None) -> None:
        """As the store behind."""
        self._store.check(birth)

    def close(self) -> None:
        """As the store behind."""
        self._store.close()


class System:
    """One process on a store. `open_again`: the store as a new process opens it."""

    def __init__(
        self, open_again: Callable[[], Store], book: Rulebook, calendar: Calendar, at: datetime
    ) -> None:
        self._open, self._book, self._calendar = open_again, book, calendar
        self.clock = FixedClock(at)
        self.start()

    def start(self) -> None:
        """A new process: nothing is left but what is kept."""
        self.store = Cut(self._open())
        self.casework = Casework(self.store, self._book, self._calendar, self.clock)
        self.enforcer = Enforcer(self.casework, batch=1)  # one case at a time: the model's order


class Rival:
    """Somebody else, at the same moment: what he does, and how it ended."""

    def __init__(self, store: Cut, does: Callable[[], Any]) -> None:
        self._store, self._does = store, does
        self._thread = Thread(target=self._run, daemon=True)
        self.answer: Any = None

    def _run(self) -> None:
        self.answer = self._does()

    def begin(self) -> None:
        """He begins while another holds what he wants."""
        self._store.knocked.clear()
        self._thread.start()
        assert self._store.knocked.wait(20), "the rival never came to the store"

    def end(self) -> None:
        """Waits for his end."""
        if self._thread.ident is None:
            self._thread.start()
        self._thread.join(30)
        assert not self._thread.is_alive(), "the rival waits for ever"


def furnish(store: Store, book: Rulebook, at: datetime) -> list[SettingRow]:
    """Gives an empty store the settings a sandbox assumes, each stated once."""
    store.upgrade("sandbox")
    with store.unit() as unit:
        for path, setting in declared(book).items() if not unit.settings(ZONE) else ():
            set_setting(unit, book, ZONE, path, max(1, setting.assumed), since=date(2017, 4, 10),
                        basis="assumed", set_by="test", confirmed_by=None, at=at,
                        assumed=True)  # fmt: skip
    with store.unit(write=False) as unit:
        return list(unit.settings(ZONE))


def numbered() -> Callable[[int], str]:
    """What chance gives a process, in an order that is the same every time: case numbers count up,
    all sweeps are called alike."""
    numbers = count(1)
    return lambda size: f"{next(numbers):08x}" if size == 4 else "0" * 2 * size
