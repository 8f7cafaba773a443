"""Nobody is revoked by an accident of operation: when adverse enforcement stands still.

After a gap in the heartbeat (a restore, an outage) or a step of the clock, adverse enforcement is
held until a person releases it; reminders, labels and escalations go on. A sandbox moves its own
clock, so it is never held.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from cases.clock import monotonic_seconds
from cases.errors import Misused
from cases.ports import Unit
from cases.rows import ReleaseRow

GAP = timedelta(hours=1)
STEP = timedelta(minutes=5)
BEAT = timedelta(minutes=1)  # how old the last heartbeat may be before the next is recorded
_HOLD, _BEAT = "hold", "heartbeat"


@dataclass(frozen=True, slots=True)
class Hold:
    """Why adverse enforcement stands still, and since when."""

    reason: str
    since: str
    detail: str


class Watch:
    """One process's eye on the clock: compares it with a clock that is never set."""

    def __init__(self) -> None:
        self._last: tuple[datetime, float] | None = None
        self.quiet = False  # whether it is time for a heartbeat

    def look(self, unit: Unit, now: datetime) -> Hold | None:
        """The hold in force, newly found or old."""
        meta = unit.meta()
        found = None if meta.get("birth") == "sandbox" else self._found(meta.get(_BEAT), now)
        self._last = (now, monotonic_seconds())
        held = current(unit)
        if found is not None and held is None:
            unit.set_meta({_HOLD: json.dumps(asdict(found))})
            held = found
        self.quiet = is_quiet(meta.get(_BEAT), now)
        return held

    def beat(self, unit: Unit, now: datetime) -> None:
        """Records a heartbeat, in a unit that does nothing else: whoever is cut off in the middle
        of a batch must not keep this row from all the others."""
        if self.quiet:
            unit.set_meta({_BEAT: now.isoformat()})
            self.quiet = False

    def _found(self, kept: str | None, now: datetime) -> Hold | None:
        if kept is None:
            return None
        last = datetime.fromisoformat(kept)
        if now < last - STEP:
            return Hold("clock_step", now.isoformat(), f"the clock ran back from {kept}")
        if now - last > GAP:
            return Hold("heartbeat_gap", now.isoformat(), f"no heartbeat since {kept}")
        if self._last is not None:
            passed = timedelta(seconds=monotonic_seconds() - self._last[1])
            if abs((now - self._last[0]) - passed) > STEP:
                return Hold("clock_step", now.isoformat(), f"the clock jumped by {now - last}")
        return None


def is_quiet(kept: str | None, now: datetime) -> bool:
    """Whether it is time for a heartbeat."""
    return kept is None or abs(now - datetime.fromisoformat(kept)) >= BEAT


def current(unit: Unit) -> Hold | None:
    """The hold in force, if any."""
    kept = unit.meta().get(_HOLD)
    return None if kept is None else Hold(**json.loads(kept))


def heartbeat(unit: Unit) -> datetime | None:
    """When an enforcer last recorded that it is at work; None where none ever has."""
    kept = unit.meta().get(_BEAT)
    return None if kept is None else datetime.fromisoformat(kept)


def impose(unit: Unit, now: datetime, reason: str, detail: str) -> None:
    """Holds adverse enforcement by decision."""
    unit.set_meta({_HOLD: json.dumps(asdict(Hold(reason, now.isoformat(), detail)))})


def release(unit: Unit, now: datetime, user: str, reason: str) -> Hold:
    """A person confirms that enforcement may go on. Raises Misused if nothing is held."""
    held = current(unit)
    if held is None:
        raise Misused("当前没有暂停的执行。", "nothing is held")
    if not user.strip() or not reason.strip():
        raise Misused("须写明由谁、因何解除。", "say who releases the hold, and why")
    if any(run.finished_at is None for run in unit.outage_runs()):
        raise Misused("中断已登记，案件期限正在顺延；全部顺延后自动恢复。",
                      "an outage is being told to the cases: the hold ends once all have been told",
                      reason="outage_under_way")  # fmt: skip
    unit.add_release(ReleaseRow(
        seq=len(unit.releases()) + 1, kind="hold", zone=None, workflow=None,
        consequence=held.reason, cases=0, since=datetime.fromisoformat(held.since),
        released_by=user, because=reason, at=now,
    ))  # fmt: skip
    unit.set_meta({_HOLD: None, _BEAT: now.isoformat()})
    return held
