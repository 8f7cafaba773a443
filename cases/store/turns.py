"""Writers of one process queue here: a database that has one writer answers a crowd by polling,
and the unlucky wait long."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from cases.ports import StoreError


class Turns:
    """One at a time. A second unit of work inside the first would wait for itself."""

    def __init__(self, patience_s: float, impatient: StoreError) -> None:
        self._lock = threading.Lock()
        self._holder: int | None = None
        self._patience_s, self._impatient = patience_s, str(impatient)

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Waits for its turn. Raises StoreError after the patience of a busy database."""
        me = threading.get_ident()
        if self._holder == me:
            raise StoreError("a unit of work is open in this thread already: end it first")
        if not self._lock.acquire(timeout=self._patience_s):
            raise StoreError(self._impatient)
        self._holder = me
        try:
            yield
        finally:
            self._holder = None
            self._lock.release()
