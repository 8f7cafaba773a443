"""What the scheduler needs of a store to know whether there is anything to do. Part of
`cases.ports.Unit`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Ahead:
    """What is to come. `now`: by the store's own clock; `next_at`, `next_mild_at`: the first rung
    of any case, and the first that harms nobody; `retry_at`: when the first case set aside is
    tried again; `waiting`: there is work to apply, or an operation to finish; `hold` and
    `heartbeat`: as `meta` keeps them."""

    now: datetime
    next_at: datetime | None
    next_mild_at: datetime | None
    retry_at: datetime | None
    waiting: bool
    hold: str | None
    heartbeat: str | None


class WakeShelf(Protocol):
    """The part of a unit of work that an idle scheduler asks, over and over."""

    def ahead(self) -> Ahead:
        """What is to come, in one statement that costs the same however many cases are open."""
