"""The sandbox clock as people move it: instant by instant, each with everything it enforces."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cases.clock import SandboxClock
from cases.enforcement import Enforced
from cases.errors import Misused
from scheduler.brake import Held
from scheduler.enforcer import Enforcer


@dataclass(frozen=True, slots=True)
class Advanced:
    """Where the clock stands now, and everything that was enforced on the way. `held`: what a
    brake has newly kept back; the clock stopped at that instant, for a person to look at it."""

    now: datetime
    enforced: tuple[Enforced, ...]
    held: tuple[Held, ...] = ()


def advance(enforcer: Enforcer, clock: SandboxClock, to: datetime) -> Advanced:
    """Moves the clock to an instant and stops at each instant on the way at which something is
    due. Answers when everything has been enforced, or where a brake has begun to hold something.
    Raises Misused for a step back."""
    with enforcer.turn:
        return _advance(enforcer, clock, to)


def _advance(enforcer: Enforcer, clock: SandboxClock, to: datetime) -> Advanced:
    report = enforcer.sweep()
    done = list(report.enforced)
    while not report.held:
        instant = enforcer.next_instant()
        with enforcer.store.unit() as unit:
            now = clock.now(unit)
            if to < now:
                raise Misused(
                    f"时钟只能向前：现在是 {now.isoformat()}。",
                    f"the clock only runs forward: it is {now.isoformat()}",
                )
            target = to if instant is None or instant > to else max(instant, now)
            clock.set(unit, target)
        report = enforcer.sweep()
        done.extend(report.enforced)
        if report.held:
            break
        if target == to and (instant is None or instant > to or instant <= now):
            return Advanced(to, tuple(done))
        if instant is not None and enforcer.next_instant() == instant and target == instant:
            raise RuntimeError(f"what is due at {instant.isoformat()} does not go away")
    assert report.at is not None, "a sweep that held something took place"
    return Advanced(report.at, tuple(done), tuple(report.held))
