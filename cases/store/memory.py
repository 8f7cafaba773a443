"""The store without a database: for tests, simulations and a look around. Gone with the process."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime

from cases.ports import NotMigrated, Unit
from cases.store.asked import must_be_a_birth, must_match, not_migrated
from cases.store.failures import busy
from cases.store.memory_versions import MemoryVersionsUnit
from cases.store.shelves import Shelves
from cases.store.turns import Turns


class MemoryStore:
    """See `cases.ports.Store`. One unit of work at a time, readers included: nobody sees what is
    not committed."""

    def __init__(self, clock: Callable[[], datetime] | None, patience_s: float) -> None:
        self.url = "memory://"
        self._clock = clock
        self._shelves = Shelves()
        self._turns = Turns(patience_s, busy(self.url))

    def unit(self, *, write: bool = True) -> AbstractContextManager[Unit]:
        """A transaction: what it did is undone, last first, when it fails."""
        return self._unit(write)

    @contextmanager
    def _unit(self, write: bool) -> Iterator[MemoryVersionsUnit]:
        with self._turns.taken():
            if not self._shelves.meta:
                raise NotMigrated(not_migrated(self.url))
            undo = self._shelves.undo
            try:
                unit = MemoryVersionsUnit(self._shelves, self._clock, write=write)
                yield unit
                unit.settle()
            except BaseException:
                while undo:
                    undo.pop()()
                raise
            finally:
                undo.clear()

    def upgrade(self, birth: str | None = None) -> None:
        """Without a word a store is what it is; the first to serve it gives it a birth."""
        must_be_a_birth(birth)
        with self._turns.taken():
            meta = self._shelves.meta
            meta.setdefault("instance", str(uuid.uuid4()))
            if birth is not None:
                must_match(meta.get("birth"), birth, self.url)
                meta["birth"] = birth

    def check(self, birth: str | None = None) -> None:
        """Raises what the other stores raise."""
        must_be_a_birth(birth)
        with self.unit(write=False) as unit:
            if birth is not None:
                must_match(unit.meta().get("birth"), birth, self.url)

    def close(self) -> None:
        """Forgets everything."""
        self._shelves = Shelves()
