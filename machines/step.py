"""The heart: what an act does to a case. `decide` says what would be written, `evolve` folds it.

    decide(definition, case, act, at, world) -> Moved(entries, effects) | Refused(reason, clause)
    evolve(case, entry) -> case

Both are pure. The HTTP service, the scheduler, the simulation and the checks all come in here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from machines import engine_events, service
from machines.acts import Act, AnyAct, Enforce, Evidence, Moved, Open, Refused
from machines.admission import admit, first_asked, named_parties, opened
from machines.case import ENGINE, Because, Case, Duty, Entry, HandedIn, Party
from machines.codec import to_plain
from machines.compiler import Compiled
from machines.counting import Moment
from machines.definition import Event, Obligation, Timer
from machines.duties import RUNNING, armed, side_of
from machines.facts import gathered
from machines.fold import evolve, replay
from machines.frozen import replace
from machines.late_record import Late, late_record
from machines.occurrence import Occurrence, carry_out
from machines.rungs import Rung, closed, pending
from machines.taking import taken
from machines.timely import too_late_or_early
from machines.views import view_of
from rules.guards import first_unmet
from rules.view import World

__all__ = ["decide", "evolve", "replay"]

_AUTOMATIC_LIMIT = 50
_BEFORE_AN_ACT = ("missed", "raised", service.SERVED)


class DefinitionLoop(RuntimeError):
    """Automatic transitions of a definition do not come to rest."""


def decide(
    definition: Compiled,
    case: Case | None,
    act: AnyAct,
    at: datetime,
    world: World,
    *,
    hot: bool = False,
) -> Moved | Refused:
    """What an act does to a case at an instant, given the rest of the world.

    `case` is None exactly when `act` is an Open. `hot` uses the table read off the machines, not
    the machines themselves; the answer is the same. Raises ParameterError, CalendarHorizon or
    LookupError where the world lacks what the definition needs; never half-does anything.
    """
    run = _Run(definition, case, at, world, hot)
    if isinstance(act, Open):
        return run.open(act)
    assert case is not None, "only an opening has no case"
    if isinstance(act, Enforce):
        return run.enforce(act)
    return run.act(act)


class _Run:
    """One decision in the making: the entries so far and the case they have led to."""

    def __init__(
        self, compiled: Compiled, case: Case | None, at: datetime, world: World, hot: bool
    ) -> None:
        self.compiled, self.case, self.at, self.world = compiled, case, at, world
        self.hot = hot
        self.begun = case
        self.entries: list[Entry] = []
        self.after: list[Case] = []

    def open(self, act: Open) -> Moved | Refused:
        refused = admit(self.compiled, act, self.at, self.world)
        if refused is not None:
            return refused
        now = opened(self.compiled, act, self.at, self.world)
        return self._occur(now) or self._rest()

    def act(self, act: Act) -> Moved | Refused:
        case = self._known()
        refused = engine_events.entitled(self.compiled, case, act, self.at)
        if refused is not None:
            return refused
        past = late_record(self.compiled, case, act, self.at, self.world)
        if isinstance(past, Refused):
            return past
        if isinstance(past, Occurrence):
            return self._occur(past) or self._rest()
        refused = engine_events.open_to(self.compiled, case, act)
        if refused is not None:
            return refused
        when = act.happened_at or self.at
        self._catch_up(when)
        now = self._as_occurrence(act, when)
        if isinstance(now, Refused):
            return now
        if isinstance(past, Late):
            now = replace(now, lines=(*now.lines, *past.lines))
        return self._occur(now) or self._rest()

    def enforce(self, act: Enforce) -> Moved | Refused:
        case = self._known()
        rungs = pending(self.compiled, case, of=act.because)
        rung = next((rung for rung in rungs if rung.because == act.because), None)
        if rung is None or rung.instant > self.at:
            return Refused(
                "not_due",
                "该期限尚未到期，或已处理完毕。",
                f"nothing is due for {act.because} at {self.at.isoformat()}",
            )
        return self._occur(self._of_rung(rung, {"sweep": act.sweep})) or self._rest()

    def _known(self) -> Case:
        assert self.case is not None
        return self.case

    def _as_occurrence(self, act: Act, when: datetime) -> Occurrence | Refused:
        """A person's act as an occurrence, after every check that needs no guard."""
        case = self._known()
        if act.event in engine_events.EVENTS:
            return engine_events.occurrence(self.compiled, case, act, self.at, self.world)
        refused = engine_events.allowed(self.compiled, case, act)
        if refused is not None:
            return refused
        spec = self.compiled.definition.events[act.event]
        facts = gathered(act.facts, case.facts, self.compiled.definition.facts)
        documents = tuple(HandedIn(name, self.at, sha256) for name, sha256 in act.documents.items())
        stated = replace(
            case,
            facts={**case.facts, **facts},
            documents={**case.documents, **{one.material: one for one in documents}},
        )
        named = named_parties(self.compiled, spec.names, act)
        if isinstance(named, Refused):
            return named
        view = view_of(self.compiled, stated, when, self.world)
        refused = too_late_or_early(
            self.compiled, case, (act.event,), when, act.channel, view
        )  # fmt: skip
        if refused is not None:
            return refused
        return Occurrence(
            kind="act",
            event=act.event,
            at=self.at,
            happened_at=when,
            actor=act.actor,
            facts=act.facts,
            documents=documents,
            marks={**_marks(act, spec, facts, named), **first_asked(self.compiled, case, act)},
            evidence=_evidence(act.evidence),
            inputs=self.world.versions(),
        )

    def _catch_up(self, when: datetime) -> None:
        """An act meets the case as it stands by law: labels and timers due before it come first."""
        while True:
            case = self._known()
            rung = next(
                (
                    rung
                    for rung in pending(self.compiled, case)
                    if rung.instant <= when and rung.rung in _BEFORE_AN_ACT
                ),
                None,
            )
            if rung is None or self._occur(self._of_rung(rung, {"before": "act"})) is not None:
                return
            self._settle_automatic()

    def _of_rung(self, rung: Rung, marks: Mapping[str, Any]) -> Occurrence:
        """What the scheduler does on a rung: a warning, the label of a miss, the consequence."""
        case = self._known()
        if rung.rung == service.SERVED:
            now = service.completed(case, rung.because, self.at, self.world)
            return replace(now, marks={**now.marks, **marks})
        spec = self.compiled.duties[rung.obligation]
        duty = next(d for d in case.duties if d.key == (rung.obligation, rung.occurrence))
        base = Occurrence(
            kind="enforced",
            event=rung.rung.split(":")[0],
            at=self.at,
            happened_at=self.at,
            actor=ENGINE,
            keys=(),
            marks={"keys": [], **marks},
            because=rung.because,
            inputs=self.world.versions(),
            clauses=spec.clauses,
        )
        if isinstance(spec, Timer):
            over = replace(duty, status="met", fired=(*duty.fired, "raised"))
            return replace(base, event=spec.raises, keys=(spec.raises,), duties=(over,),
                           happened_at=rung.instant, must_move=False)  # fmt: skip
        return taken(base, spec, duty, rung)

    def _occur(self, now: Occurrence) -> Refused | None:
        carried = carry_out(self.compiled, self.case, now, self.world, hot=self.hot)
        if isinstance(carried, Refused):
            return carried
        entry, self.case = carried
        self.entries.append(entry)
        self.after.append(self.case)
        return None

    def _rest(self) -> Moved:
        """Labels that an act itself brings about, recurring duties, automatic transitions; then
        what was written."""
        self._label_misses()
        self._recur()
        self._settle_automatic()
        effects = tuple(
            (index, effect) for index, entry in enumerate(self.entries) for effect in entry.effects
        )
        return Moved(tuple(self.entries), effects, tuple(self.after))

    def _label_misses(self) -> None:
        """A miss that an act itself brings about (a rejection after the date) moves the tracks at
        once, as the scheduler would have done on the day after the date."""
        begun = () if self.begun is None else self.begun.duties
        known = {duty.key for duty in begun if duty.status == "missed"}
        known |= {(e.because.obligation, e.because.occurrence) for e in self.entries if e.because}
        for duty in self._known().duties:
            spec = self.compiled.duties[duty.obligation]
            if duty.status != "missed" or duty.key in known or isinstance(spec, Timer):
                continue
            if spec.on_miss.mark is not None:
                label = self._automatic(spec.on_miss.mark, spec.clauses, must_move=False)
                because = Because(duty.obligation, duty.occurrence, "missed")
                self._occur(replace(label, because=because))

    def _recur(self) -> None:
        """The next occurrence of a recurring duty, counted from its first anchor."""
        case = self._known()
        if not self.compiled.recurring or closed(self.compiled, case):
            return
        armed_now: list[Duty] = []
        for spec in self.compiled.recurring:
            latest = _last_round(case, spec)
            if latest is None or latest.status == "waived":
                continue
            side = side_of(spec, self.compiled.sides)
            moment = Moment(case, self.world, latest.anchor, side)
            newest = case.latest(spec.id) or latest
            armed_now.append(armed(spec, moment, newest.occurrence + 1, latest.round + 1))
        if armed_now:
            last = self.entries[-1]
            before = self.after[-2] if len(self.after) > 1 else self.begun
            self.entries[-1] = replace(last, duties=(*last.duties, *armed_now))
            self.after[-1] = self.case = evolve(before, self.entries[-1])

    def _settle_automatic(self) -> None:
        """Automatic edges fire until none can. Raises DefinitionLoop if they never rest."""
        for _ in range(_AUTOMATIC_LIMIT):
            case = self._known()
            edge = next(
                (
                    edge
                    for edge in self.compiled.automatic
                    if case.tracks[edge.track] in edge.source
                    and first_unmet(
                        view_of(self.compiled, case, self.at, self.world),
                        edge.guards,
                    )
                    is None
                ),
                None,
            )
            if edge is None:
                return
            self._occur(self._automatic(edge.event, edge.clauses, must_move=True))
        raise DefinitionLoop(f"{self.compiled.definition.key}: automatic transitions never rest")

    def _automatic(self, event: str, clauses: tuple[str, ...], *, must_move: bool) -> Occurrence:
        return Occurrence(
            kind="automatic",
            event=event,
            at=self.at,
            happened_at=self.at,
            actor=ENGINE,
            inputs=self.world.versions(),
            clauses=clauses,
            must_move=must_move,
        )


def _last_round(case: Case, spec: Obligation) -> Duty | None:
    """The last round of a recurring duty; None while any round of it still runs, which may be an
    earlier one that was restored."""
    rounds = [duty for duty in case.duties if duty.obligation == spec.id]
    if any(duty.status in RUNNING for duty in rounds):
        return None
    return max(rounds, key=lambda duty: (duty.round, duty.occurrence), default=None)


def _marks(
    act: Act, spec: Event, facts: Mapping[str, Any], named: Mapping[str, Party]
) -> dict[str, Any]:
    """What an act changes besides its facts as stated: whose hand it was, lists that grew, parties
    it names."""
    marks: dict[str, Any] = {"hand": spec.duty}
    if facts != act.facts:
        marks["facts"] = facts
    if act.channel != "online":
        marks["channel"] = act.channel
    if named:
        marks["parties"] = to_plain(named)
    return marks


def _evidence(evidence: Evidence | None) -> Mapping[str, Any] | None:
    return None if evidence is None else to_plain(evidence)
