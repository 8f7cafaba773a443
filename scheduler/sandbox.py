"""The sandbox clock as people move it: instant by instant, each with everything it enforces."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cases.clock import SandboxClock
from cases.enforcement import Enforced
from cases.errors import Misused
from scheduler.enforcer import Enforcer


@dataclass(frozen=True, slots=True)
class Advanced:
    """Where the clock stands now, and everything that was enforced on the way."""

    now: datetime
    enforced: tuple[Enforced, ...]


def advance(enforcer: Enforcer, clock: SandboxClock, to: datetime) -> Advanced:
    """Moves the clock to an instant and stops at each instant on the way at which something is
    due. Answers when everything has been enforced. Raises Misused for a step back."""
    with enforcer.turn:
        return _advance(enforcer, clock, to)


def _advance(enforcer: Enforcer, clock: SandboxClock, to: datetime) -> Advanced:
    done: list[Enforced] = list(enforcer.sweep().enforced)
    store = enforcer.store
    while True:
        instant = enforcer.next_instant()
        with store.unit() as unit:
            now = clock.now(unit)
            if to < now:
                raise Misused(
                    f"时钟只能向前：现在是 {now.isoformat()}。",
                    f"the clock only runs forward: it is {now.isoformat()}",
                )
            target = to if instant is None or instant > to else max(instant, now)
            clock.set(unit, target)
        done.extend(enforcer.sweep().enforced)
        if target == to and (instant is None or instant > to or instant <= now):
            return Advanced(to, tuple(done))
        if instant is not None and enforcer.next_instant() == instant and target == instant:
            raise RuntimeError(f"what is due at {instant.isoformat()} does not go away")
