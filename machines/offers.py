"""What may be done with a case now, by whom, and why the rest may not: pure, for pages and checks.

An event is offered when facts exist with which `decide` takes it: guards that look at what the act
itself would bring are left to the act.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache

from machines import engine_events
from machines.acknowledgement import unacknowledged
from machines.acts import Act, Refused
from machines.case import Actor, Case, Duty
from machines.compiler import Compiled
from machines.definition import Transition
from machines.rungs import closed
from machines.timely import too_late_or_early
from machines.views import view_of
from rules.guards import first_unmet, reads
from rules.view import View, World


@dataclass(frozen=True, slots=True)
class Offer:
    """An event that can happen now, and the role that can bring it about."""

    event: str
    role: str
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Blocked:
    """An event that cannot happen now, and why."""

    event: str
    role: str
    why: Refused


def offers(
    compiled: Compiled, case: Case, actor: Actor, roles: Collection[str], at: datetime,
    world: World,
) -> tuple[tuple[Offer, ...], tuple[Blocked, ...]]:  # fmt: skip
    """What a person with these roles may do now, and what not."""
    able: list[Offer] = []
    barred: list[Blocked] = []
    view = cache(lambda: view_of(compiled, case, at, world))  # made when a guard wants it
    possible = _possible(compiled, case)
    for event, role, clauses in (*_own(compiled, case, roles), *_engine(compiled, case, roles)):
        act = Act(event, replace(actor, role=role))
        why = _refused(compiled, case, act, at)
        if why is None:
            engine = event in engine_events.EVENTS
            why = possible[event] if engine else _why_not(compiled, case, act, at, view)
        if why is None:
            able.append(Offer(event, role, clauses))
        else:
            barred.append(Blocked(event, role, why))
    return tuple(able), tuple(barred)


def _own(
    compiled: Compiled, case: Case, roles: Collection[str]
) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Events of the definition with the role in which these roles would act."""
    for event in compiled.definition.events:
        edges = [e for e in compiled.definition.transitions if e.event == event]
        here = [e for e in edges if case.tracks[e.track] in e.source] or edges
        wanted = [role for edge in here for role in edge.role if role in roles]
        if wanted and not any(edge.automatic for edge in edges):
            yield event, wanted[0], here[0].clauses


def _engine(
    compiled: Compiled, case: Case, roles: Collection[str]
) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    for event in engine_events.EVENTS:
        able = sorted(set(engine_events.roles_of(compiled, case, event)).intersection(roles))
        if able:
            yield event, able[0], ()


def _refused(compiled: Compiled, case: Case, act: Act, at: datetime) -> Refused | None:
    return engine_events.entitled(compiled, case, act, at) or engine_events.open_to(
        compiled, case, act
    )


def _why_not(
    compiled: Compiled, case: Case, act: Act, at: datetime, view: Callable[[], View]
) -> Refused | None:
    """Whether state, hands, dates and guards let an event of the definition happen."""
    event = act.event
    edges = _edges_here(compiled, case, event)
    if not edges:
        return Refused(
            "not_possible_now", "当前状态不允许此操作。", "not possible in the present state",
            _clause(compiled, event),
        )  # fmt: skip
    separated = engine_events.separated(case, act, compiled.definition.events[event].duty)
    if separated is not None:
        return separated
    late = too_late_or_early(compiled, case, (event,), at, "online", view())
    if late is not None:
        return late
    for edges_of_track in edges:
        mine = tuple(edge for edge in edges_of_track if act.actor.role in edge.role)
        refused = _guards(compiled, event, mine, view())
        if refused is not None:
            return refused
    return None


def _edges_here(compiled: Compiled, case: Case, event: str) -> list[tuple[Transition, ...]]:
    """The edges of each track concerned; empty unless every one of them has some."""
    found = [
        compiled.table.get((track, case.tracks[track], event), ())
        for track in compiled.tracks_of.get(event, ())
    ]
    return found if all(found) else []


def _guards(
    compiled: Compiled, event: str, edges: tuple[Transition, ...], view: View
) -> Refused | None:
    """The first reason of the first edge, unless some edge can still be satisfied by the act."""
    spec = compiled.definition.events[event]
    brought = {*spec.needs, *spec.may, *spec.hands_in}
    first: Refused | None = None
    for edge in edges:
        fixed = [ref for ref in edge.guards if not reads(ref.args) & brought]
        unmet = first_unmet(view, fixed)
        if unmet is None:
            return None
        clause = unmet.clause or (edge.clauses[0] if edge.clauses else None)
        first = first or Refused(unmet.reason, unmet.zh, unmet.en, clause)
    return first


def _possible(compiled: Compiled, case: Case) -> dict[str, Refused | None]:
    """Whether each engine event has anything to work on."""
    running = any(
        duty.period is not None and duty.bearer is not None and duty.status == "open"
        for duty in case.duties
    )
    documents = compiled.definition.documents.values()
    issued = any(set(one.issued_by) & set(case.happened) or not one.issued_by for one in documents)
    decided = bool(case.licences) or any(
        event in case.happened for event in compiled.definition.closing.decided_by
    )
    possible = {
        "serve": issued,
        "record_failed_service": issued,
        "suspend": running,
        "extend": running,
        "request_extension": running,
        "refuse_extension": any(_asked(duty) for duty in case.duties),
        "resume": any(duty.status == "suspended" for duty in case.duties),
        "withdraw": not decided,
        "correct_record": bool(case.facts),
        "stay": case.stayed is None,
        "lift_stay": case.stayed is not None,
        "restore": bool(case.undo),
        "cancel_registration": not closed(compiled, case),
        "acknowledge_recount": bool(unacknowledged(case)),
    }
    nothing = Refused(
        "nothing_to_do", "目前没有可适用的对象。", "there is nothing to apply it to now"
    )  # fmt: skip
    return {event: None if some else nothing for event, some in possible.items()}


def _asked(duty: Duty) -> bool:
    return duty.request is not None and duty.status in ("open", "suspended")


def _clause(compiled: Compiled, event: str) -> str | None:
    for edge in compiled.definition.transitions:
        if edge.event == event and edge.clauses:
            return edge.clauses[0]
    return None
