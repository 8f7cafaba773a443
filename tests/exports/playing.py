"""Scenarios played with a foreign engine beside ours: did both do the same by themselves?"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from functools import lru_cache

from machines.book import Rulebook, rulebook
from machines.definition import Obligation, Timer
from machines.exports import chart
from machines.exports.chart import chart_of
from rules.working_days import Calendar, load_calendar
from tests.exports.following import Follower, Shadowed, Tally, Unspoken
from tests.scenarios.runner import Scenario, play_on, scenarios, world_of

CORE = ("labour_dispatch", "network_freight", "eia_commitment", "domicile_commitment")
EVERY = 1 if os.environ.get("CHENGNUO_EXPORTS") == "all" else 10  # of so many scenarios one


def played(key: str, beside: Callable[[], Follower]) -> Tally:
    """Plays the scenarios of a workflow, each with a new foreign engine; raises AssertionError on
    the first difference."""
    tally, calendar = Tally(), load_calendar()
    for scenario in stories()[key][::EVERY]:
        stage = follow(rulebook(), calendar, scenario, beside(), tally)
        if stage is not None and stage.case is not None:
            ours, theirs = rungs_of(stage), stage.follower.raised
            assert agreed(stage, tally), f"{scenario.name}: ours {ours}, theirs {theirs}"
    return tally


@lru_cache(maxsize=1)
def stories() -> Mapping[str, tuple[Scenario, ...]]:
    """Every scenario, by workflow."""
    found: dict[str, list[Scenario]] = defaultdict(list)
    for scenario in scenarios():
        found[scenario.workflow].append(scenario)
    return {key: tuple(those) for key, those in found.items()}


def follow(
    book: Rulebook, calendar: Calendar, scenario: Scenario, follower: Follower, tally: Tally
) -> Shadowed | None:
    """Plays a scenario with a foreign engine beside it; None where it uses what no export says."""
    workflow = book.workflows[scenario.workflow]
    stage = Shadowed(workflow, scenario, world_of(book, calendar, scenario))
    stage.follower, stage.tally = follower, tally
    stage.chart = chart_of(workflow.compiled)
    try:
        play_on(stage)
    except Unspoken as event:
        tally.skipped.append(f"{scenario.name}: {event}")
        return None
    return stage


def agreed(stage: Shadowed, tally: Tally) -> bool:
    """Whether both did the same by themselves. What falls due in the very instant in which the
    case closes is done by the foreign engine and not by ours, which keeps an order: counted."""
    ours, theirs = Counter(rungs_of(stage)), Counter(stage.follower.raised)
    if ours == theirs:
        return True
    closing = stage.follower.raised[stage.at_last_tick : stage.closed_after]
    tally.at_closing += (theirs - ours).total()
    return (
        stage.closed_after is not None and not (ours - theirs) and theirs - ours <= Counter(closing)
    )


def rungs_of(stage: Shadowed) -> list[str]:
    """What our engine did by itself on a date, by the names under which an export raises it."""
    found, known, duties = [], set(), stage.workflow.compiled.duties
    for entry in stage.entries:
        for duty in entry.duties:
            spec = duties[duty.obligation]
            fresh = "missed" in duty.fired and duty.key not in known
            if fresh and isinstance(spec, Obligation) and f"duty.{spec.id}" in stage.regions():
                known.add(duty.key)
                found.append(chart.missed(spec))
        if entry.because is not None and entry.because.rung in ("enforced", "raised"):
            spec = duties[entry.because.obligation]
            found.append(spec.raises if isinstance(spec, Timer) else chart.enforced(spec))
    return found
