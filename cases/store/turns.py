"""Writers of one process queue here: a database that has one writer answers a crowd by polling,
and the unlucky wait long."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from cases.ports import StoreError
from cases.store.failures import PATIENCE_S


class Turns:
    """One at a time. A second unit of work inside the first would wait for itself."""

    def __init__(self, impatient: StoreError) -> None:
        self._lock = threading.Lock()
        self._holder: int | None = None
        self._impatient = str(impatient)

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Waits for its turn. Raises StoreError after the patience of a busy database."""
        me = threading.get_ident()
        if self._holder == me:
            raise StoreError("a unit of work is open in this thread already: end it first")
        if not self._lock.acquire(timeout=PATIENCE_S):
            raise StoreError(self._impatient)
        self._holder = me
        try:
            yield
        finally:
            self._holder = None
            self._lock.release()
