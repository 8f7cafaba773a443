"""What may be done with a case now, by whom, and why the rest may not: pure, for pages and checks.

An event is offered when facts exist with which `decide` takes it: guards that look at what the act
itself would bring are left to the act.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache

from machines import engine_events
from machines.acknowledgement import unacknowledged
from machines.acts import Refused
from machines.case import Actor, Case, Duty
from machines.compiler import Compiled
from machines.definition import Transition
from machines.extension import owes_it
from machines.frozen import replace
from machines.rungs import closed
from machines.timely import kept_by, too_late_or_early
from machines.views import view_of
from rules.day_table import CalendarHorizon
from rules.guard import Call
from rules.guards import first_unmet, reads
from rules.parameters import ParameterError
from rules.periods import PeriodError
from rules.view import View, World

_NOTHING_LEFT = Refused(
    "nothing_to_do", "目前没有可适用的对象。", "there is nothing to apply it to now"
)  # fmt: skip


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


@dataclass(frozen=True, slots=True)
class _Offered:
    """An event of the definition, as read off it once. `edges`: those of any state, `fixed`: of
    each its guards that no act can bring about by itself; `choices`: of each the choices it
    accepts, of facts that the act states."""

    event: str
    edges: tuple[Transition, ...]
    duty: str
    fixed: Mapping[int, tuple[Call, ...]]
    choices: Mapping[int, Mapping[str, frozenset[str]]]
    clause: str | None


_MISSING = "something_missing"
"""What is not missing before an act is not missing after it, whatever it hands in."""


@lru_cache(maxsize=256)  # the same for every case of a text
def _offered(compiled: Compiled) -> tuple[_Offered, ...]:
    """The events that people raise, in the file's order."""
    edges: dict[str, list[Transition]] = {}
    for edge in compiled.definition.transitions:
        edges.setdefault(edge.event, []).append(edge)
    found = []
    for event, spec in compiled.definition.events.items():
        own = tuple(edges.get(event, ()))
        if any(edge.automatic for edge in own):
            continue
        brought = {*spec.needs, *spec.may, *spec.hands_in}
        fixed = {
            id(edge): tuple(
                ref for ref in edge.guards if ref.name == _MISSING or not reads(ref.args) & brought
            )
            for edge in own
        }
        clause = next((edge.clauses[0] for edge in own if edge.clauses), None)
        choices = {id(edge): _accepted(compiled, edge, spec.needs) for edge in own}
        found.append(_Offered(event, own, spec.duty, fixed, choices, clause))
    return tuple(found)


def _accepted(
    compiled: Compiled, edge: Transition, needs: Iterable[str]
) -> Mapping[str, frozenset[str]]:
    """The choices with which an edge can be taken, of each fact stated that it asks for one."""
    found: dict[str, frozenset[str]] = {}
    for ref in edge.guards:
        fact = str(ref.args.get("fact"))
        if ref.name in ("fact_is", "fact_is_not") and fact in needs:
            known = found.get(fact, frozenset(compiled.definition.facts[fact].choices))
            named = frozenset([ref.args["value"]])
            found[fact] = known & named if ref.name == "fact_is" else known - named
    return found


@lru_cache(maxsize=2048)
def _of_engine(compiled: Compiled, roles: frozenset[str]) -> tuple[tuple[str, str | None], ...]:
    """The engine's events with the role in which these roles would raise them; None where that
    depends on who owes what in the case."""
    found: list[tuple[str, str | None]] = []
    for event, spec in engine_events.EVENTS.items():
        if spec.side == engine_events.BEARER:
            found.append((event, None))
            continue
        able = [role for role in roles if compiled.sides.get(role) == spec.side]
        if able:
            found.append((event, min(able)))
    return tuple(found)


def offers(
    compiled: Compiled, case: Case, actor: Actor, roles: Collection[str], at: datetime,
    world: World,
) -> tuple[tuple[Offer, ...], tuple[Blocked, ...]]:  # fmt: skip
    """What a person with these roles may do now, and what not."""
    desk = _Desk(compiled, case, actor, at, world)
    able: list[Offer] = []
    barred: list[Blocked] = []

    def tell(event: str, role: str, clauses: tuple[str, ...], why: Refused | None) -> None:
        if why is None:
            able.append(Offer(event, role, clauses))
        else:
            barred.append(Blocked(event, role, why))

    for one in _offered(compiled):
        here = [edge for edge in one.edges if case.tracks[edge.track] in edge.source] or one.edges
        role = next((role for edge in here for role in edge.role if role in roles), None)
        if role is not None:
            why = desk.turns_away(role) or desk.shut or _asked(desk, one, role)
            tell(one.event, role, here[0].clauses, why)
    possible = _possible(compiled, case)
    for event, able_role in _of_engine(compiled, frozenset(roles)):
        role = able_role or _bearing(compiled, case, roles)
        if role is not None:
            shut = None if engine_events.EVENTS[event].when_closed else desk.shut
            tell(event, role, (), desk.turns_away(role) or shut or possible[event])
    return tuple(able), tuple(barred)


def _asked(desk: _Desk, one: _Offered, role: str) -> Refused | None:
    """What no number or calendar of the day speaks of cannot be done, and hides nothing else."""
    try:
        return desk.why_not(one, role)
    except (ParameterError, CalendarHorizon, PeriodError) as error:
        return Refused(
            "no_rule_for_date", "该日期没有可适用的参数或已公布的日历，不能据以办理。",
            f"no parameter or published calendar covers the date ({error})", one.clause,
        )  # fmt: skip


def _bearing(compiled: Compiled, case: Case, roles: Collection[str]) -> str | None:
    """The role in which these roles owe something that still runs."""
    owing = [duty for duty in case.duties if duty.status in ("open", "suspended")]
    able = (role for role in roles if any(owes_it(case, duty, role) for duty in owing))
    return min((role for role in able if role in compiled.sides), default=None)


class _Desk:
    """One person before one case: what is asked for every event is found out once."""

    def __init__(
        self, compiled: Compiled, case: Case, actor: Actor, at: datetime, world: World
    ) -> None:
        self._compiled, self._case, self._actor, self._at = compiled, case, actor, at
        self._world = world
        self._turned: dict[str, Refused | None] = {}
        self.shut = engine_events.case_closed() if closed(compiled, case) else None

    @cached_property
    def _view(self) -> View:
        return view_of(self._compiled, self._case, self._at, self._world)

    def turns_away(self, role: str) -> Refused | None:
        """Whether the case is this person's to act in, in a role."""
        if role not in self._turned:
            self._turned[role] = engine_events.stranger(
                self._compiled, self._case, replace(self._actor, role=role)
            )
        return self._turned[role]

    def why_not(self, one: _Offered, role: str) -> Refused | None:
        """Whether state, hands, dates and guards let an event of the definition happen."""
        compiled, case = self._compiled, self._case
        edges = self._edges_here(one.event)
        if not edges:
            return Refused(
                "not_possible_now", "当前状态不允许此操作。", "not possible in the present state",
                one.clause,
            )  # fmt: skip
        separated = engine_events.separated(case, replace(self._actor, role=role), one.duty)
        if separated is not None:
            return separated
        if one.event in kept_by(compiled):
            late = too_late_or_early(
                compiled, case, (one.event,), self._at, "online", self._view
            )  # fmt: skip
            if late is not None:
                return late
        for of_track in edges:
            mine = [edge for edge in of_track if role in edge.role]
            refused = self._guards(one, mine)
            if refused is not None:
                return refused
        return self._no_choice_left(one, role, edges)

    def _no_choice_left(
        self, one: _Offered, role: str, edges: Iterable[Iterable[Transition]]
    ) -> Refused | None:
        """Refuses what no choice of a fact could do on all tracks at once: every item checked."""
        left: dict[str, frozenset[str]] = {}
        for of_track in edges:
            accepted = [one.choices[id(edge)] for edge in of_track if role in edge.role]
            for fact in {name for some in accepted for name in some}:
                every = frozenset(self._compiled.definition.facts[fact].choices)
                here = frozenset[str]().union(*(some.get(fact, every) for some in accepted))
                left[fact] = left.get(fact, every) & here
        if all(left.values()):
            return None
        return replace(_NOTHING_LEFT, clause=one.clause)

    def _edges_here(self, event: str) -> list[tuple[Transition, ...]]:
        """The edges of each track concerned; empty unless every one of them has some."""
        compiled, case = self._compiled, self._case
        found = [
            compiled.table.get((track, case.tracks[track], event), ())
            for track in compiled.tracks_of.get(event, ())
        ]
        return found if all(found) else []

    def _guards(self, one: _Offered, edges: Iterable[Transition]) -> Refused | None:
        """The first reason of the first edge, unless some edge can still be satisfied by the
        act."""
        first: Refused | None = None
        for edge in edges:
            fixed = one.fixed[id(edge)]
            unmet = first_unmet(self._view, fixed) if fixed else None
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
        "refuse_extension": any(_requested(duty) for duty in case.duties),
        "resume": any(duty.status == "suspended" for duty in case.duties),
        "withdraw": not decided,
        "correct_record": bool(case.facts),
        "stay": case.stayed is None,
        "lift_stay": case.stayed is not None,
        "restore": bool(case.undo),
        "cancel_registration": not closed(compiled, case),
        "acknowledge_recount": bool(unacknowledged(case)),
    }
    return {event: None if some else _NOTHING_LEFT for event, some in possible.items()}


def _requested(duty: Duty) -> bool:
    return duty.request is not None and duty.status in ("open", "suspended")
