"""The cases that a brake holds are let go: recorded at once by a second person, done in batches.

A batch is one transaction, with how far it has come, so that whoever finds it unfinished goes on
from there. Those are let go that the brake held when it was released, and no later ones: each case
is marked with the release it was held after.
"""

from __future__ import annotations

from datetime import datetime

from cases.casework import Casework
from cases.clock import monotonic_seconds
from cases.errors import Misused
from cases.ports import Unit
from cases.rows import ReleaseRow, ReleaseRunRow
from cases.safety_port import Consequence
from machines.frozen import replace
from scheduler.brake import standing

_FIRST = 200  # how many cases are let go before it is known how long one takes
_MOST = 1000
_BATCH_S = 0.15  # and what the store needs for the commit: nobody waits half a second


def let_go(unit: Unit, of: Consequence, now: datetime, user: str, reason: str) -> ReleaseRow:
    """A second person lets go the cases that a brake holds: these, and no later ones. Recorded
    here; `go_on` brings it to the cases.

    What the day has brought stays counted. Raises Misused where it does not stand."""
    if not user.strip() or not reason.strip():
        raise Misused("须写明由谁、因何解除。", "say who releases the brake, and why")
    row = unit.lock_brake(of)  # from here on nothing more is held after the release before
    stands = {one.name: one for one in standing(unit)}
    one = stands.get(str(of))
    if one is None:
        names = ", ".join(stands) or "none"
        raise Misused(f"没有名为 {of} 的制动（有：{names}）。",
                      f"no brake {of} stands; standing: {names}",
                      reason="brake_not_standing", standing=list(stands))  # fmt: skip
    assert row is not None, "a brake that stands has a counter"
    release = ReleaseRow(
        seq=len(unit.releases()) + 1, kind="brake", zone=of.zone, workflow=of.workflow,
        consequence=of.name, cases=one.cases, since=one.since, released_by=user, because=reason,
        at=now,
    )  # fmt: skip
    unit.add_release(release)
    unit.keep_brake(replace(row, stopped_at=None, last_release=release.seq))
    unit.keep_release_run(ReleaseRunRow(release.seq, 0, now))
    return release


def run_of(unit: Unit, row: ReleaseRow) -> ReleaseRunRow:
    """How far the release of a brake has come."""
    return next(run for run in unit.release_runs() if run.seq == row.seq)


def go_on(casework: Casework) -> None:
    """Lets go what is still to be let go. Ends early where somebody else is writing one of the
    cases: whoever sweeps next goes on."""
    with casework.store.unit(write=False) as unit:
        if all(run.finished_at is not None for run in unit.release_runs()):
            return
    at_once = _FIRST
    while True:
        with casework.store.unit() as unit:
            begun = monotonic_seconds()
            cases = _one_batch(unit, casework.clock.now(unit), at_once)
        if cases is None:
            return
        took = max(monotonic_seconds() - begun, 1e-6)
        at_once = min(_MOST, max(1, int(cases * _BATCH_S / took))) if cases else _FIRST


def _one_batch(unit: Unit, now: datetime, limit: int) -> int | None:
    """How many cases were let go; None where there is nothing to do, or not now."""
    run = unit.lock_release_run()
    if run is None:
        return None
    row = next(one for one in unit.releases() if one.seq == run.seq)
    of = Consequence(str(row.zone), str(row.workflow), row.consequence)
    cases = unit.let_go(of, run.seq, limit)
    if cases == 0:
        if any(pile.consequence == of and pile.after < run.seq for pile in unit.piles()):
            return None
        run = replace(run, finished_at=now)
    unit.keep_release_run(replace(run, cases=run.cases + cases))
    return cases
