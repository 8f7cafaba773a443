"""A foreign engine is driven with what a scenario does to a case of ours, and compared each step.

The foreign engine is told what our exports say it must be told: who acts, whether the named
conditions hold, the dates as counted. Where it then goes, which consequence of a miss it sets off
and when, is its own doing. Nothing is sent that stops at our door for another reason than a
condition, a role or a state: those acts are counted in `stopped`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

from machines.acts import Act, AnyAct, Enforce, Refused
from machines.case import Case, Duty, Entry, HandedIn
from machines.exports import chart
from machines.exports.chart import Chart, Flag, Within
from machines.facts import gathered
from machines.frozen import replace
from machines.rungs import _over, closed, midnight, pending
from machines.views import view_of
from rules.guards import first_unmet
from tests.scenarios.runner import Stage

NEVER = datetime(9999, 12, 31, tzinfo=UTC)
UNSPOKEN = frozenset({
    "withdraw", "restore", "cancel_registration", "stay", "lift_stay",
})  # fmt: skip


class Follower(Protocol):
    """A foreign engine with one case in it."""

    raised: list[str]

    def start(self, flags: Mapping[str, bool]) -> None:
        """Begins the case."""

    def send(self, event: str, flags: Mapping[str, bool], dates: Mapping[str, datetime]) -> None:
        """One event from outside with everything it states."""

    def tick(self, at: datetime) -> None:
        """The clock shows `at`: whatever is due fires."""

    def states(self) -> Mapping[str, str]:
        """Region -> the state it is in."""


@dataclass
class Tally:
    """What was compared: cases, acts sent, acts refused by both, timers that fired."""

    cases: int = 0
    sent: int = 0
    refused: int = 0
    stopped: int = 0
    timers: int = 0
    at_closing: int = 0
    skipped: list[str] = field(default_factory=list)

    def told(self) -> str:
        """The counts in one line."""
        counts = {name: value for name, value in vars(self).items() if name != "skipped"}
        said = ", ".join(f"{name} {value}" for name, value in counts.items())
        return f"{said}, skipped {len(self.skipped)}"


class Unspoken(Exception):
    """The scenario uses an event of the engine that no export carries."""


class Shadowed(Stage):
    """A stage whose every act a foreign engine follows."""

    follower: Follower
    chart: Chart
    tally: Tally
    names: list[str] | None = None
    at_last_tick: int = 0
    ticked: datetime = datetime(2000, 1, 1, tzinfo=UTC)
    closed_after: int | None = None
    told: dict[str, tuple[Any, Any, int]] | None = None

    def do(self, act: AnyAct, at: datetime) -> Refused | None:
        """Ours first, then the other one; then both must be in the same states."""
        if isinstance(act, Act) and act.event in UNSPOKEN:
            raise Unspoken(act.event)
        before, known = self.case, len(self.entries)
        flags = self._flags(act, before, at) if isinstance(act, Act) and before else {}
        refused = super().do(act, at)
        new = self.entries[known:]
        if self.case is None:
            return refused
        if before is None:
            self.follower.tick(at)
            self.follower.start(self._all_false())
            self.tally.cases += 1
            self._events(("open",), self._all_false(), new, at)
        elif isinstance(act, Act):
            self._act(act, flags, refused, new, at)
        elif isinstance(act, Enforce):
            if self.closed_after is None and at > self.ticked:
                self.at_last_tick, self.ticked = len(self.follower.raised), at
            self.follower.tick(at)
            self.tally.timers += 1
            if act.because.rung == "served":
                self._events(
                    (act.because.obligation.replace(":", "__"),), self._all_false(), new, at
                )
        due = pending(self.workflow.compiled, self.case)
        if not (
            isinstance(act, Enforce) and due and due[0].instant <= at
        ):  # one instant, all of it
            self._settle(at)
            self._compare(f"{self.scenario.name}: {act}")
        return refused

    def _act(
        self, act: Act, flags: Mapping[str, bool], refused: Refused | None, new: list[Entry],
        at: datetime,
    ) -> None:  # fmt: skip
        names = {entry.event for entry in new}
        if refused is not None and self._lets_in(act.event, flags):
            self.tally.stopped += 1  # a fact is missing, the person is the wrong one, too late...
            return
        self.tally.refused += refused is not None
        self.tally.sent += 1
        served = [key.replace(":", "__") for entry in new for key in entry.marks.get("keys", ())
                  if key.startswith("serve:")]  # fmt: skip
        self.follower.tick(at)
        sent = tuple(served) if act.event == "serve" or served else (act.event,)
        if refused is None and act.event not in names:
            sent = ()
        self._events(sent, flags, new, at)

    def _events(
        self, sent: tuple[str, ...], flags: Mapping[str, bool], new: list[Entry], at: datetime
    ) -> None:
        told = {**self._all_false(), **flags, **self._then(at), **self._begun(new)}
        for event in sent:
            self.follower.send(event, told, self._dates())
        self.follower.tick(at)

    def _lets_in(self, event: str, flags: Mapping[str, bool]) -> bool:
        """Whether the foreign engine would take the event, by states, roles and conditions."""
        found = [self._open_moves(track, event, flags) for track in
                 self.chart.tracks_of.get(event, ())]  # fmt: skip
        return not found or all(found)

    def _open_moves(self, track: str, event: str, flags: Mapping[str, bool]) -> bool:
        state = self.follower.states()[track]
        region = next(r for r in self.chart.regions if r.key == track)
        return any(
            move.event == event and move.source == state
            and all(flags[n.name] for n in move.needs if n.name != chart.together(event))
            and (not move.roles or any(flags[chart.acts_as(role)] for role in move.roles))
            for move in region.moves
        )  # fmt: skip

    def _all_false(self) -> dict[str, bool]:
        if not self.names:
            self.names = self._named()
        return dict.fromkeys(self.names, False)

    def _named(self) -> list[str]:
        names = {need.name for region in self.chart.regions for move in region.moves
                 for need in move.needs}  # fmt: skip
        roles = {chart.acts_as(role) for region in self.chart.regions
                 for move in region.moves for role in move.roles}  # fmt: skip
        return sorted(names | roles)

    def _flags(self, act: Act, case: Case, at: datetime) -> dict[str, bool]:
        """Every condition asked of the case with what the act states; who acts; what the foreign
        engine's own states say."""
        when = act.happened_at or at
        definition = self.workflow.compiled.definition
        known = {name: value for name, value in act.facts.items() if name in definition.facts}
        facts = gathered(known, case.facts, definition.facts)
        documents = {name: HandedIn(name, at) for name in act.documents}
        stated = replace(case, facts={**case.facts, **facts},
                         documents={**case.documents, **documents})  # fmt: skip
        flags = {**self._all_false(), **self._asked(stated, when, after=False)}
        if chart.acts_as(act.actor.role) in flags:
            flags[chart.acts_as(act.actor.role)] = True
        whole = self._lets_in(act.event, flags)
        if chart.together(act.event) in flags:
            flags[chart.together(act.event)] = whole
        return flags

    def _asked(self, case: Case, when: datetime, *, after: bool) -> dict[str, bool]:
        view = view_of(self.workflow.compiled, case, when, self.world)
        states = self.follower.states()
        found: dict[str, bool] = {}
        for region in self.chart.regions:
            for need in (need for move in region.moves for need in move.needs):
                if isinstance(need, Within):
                    found[need.name] = states[need.track] in need.states
                elif need.guard is not None and need.after == after:
                    found[need.name] = self._holds(view, need)
        return found

    @staticmethod
    def _holds(view: Any, need: Flag) -> bool:
        assert need.guard is not None
        try:
            return first_unmet(view, (need.guard,)) is None
        except (KeyError, ValueError, TypeError):
            return False  # a fact that nobody has stated yet

    def _then(self, at: datetime) -> dict[str, bool]:
        assert self.case is not None
        return self._asked(self.case, at, after=True)

    @staticmethod
    def _begun(new: list[Entry]) -> dict[str, bool]:
        """The periods that these entries start: a new occurrence, or one whose date is now told."""
        return {chart.starts(duty.obligation): True for entry in new for duty in entry.duties
                if duty.status == "open" and duty.acted_at is None}  # fmt: skip

    def _dates(self) -> dict[str, datetime]:
        found = {}
        assert self.case is not None
        for duty in self._running():
            found[chart.over_at(duty.obligation)] = over_of(duty)
            lawful = duty.due.enforceable_from
            found[chart.lawful_at(duty.obligation)] = NEVER if lawful is None else midnight(lawful)
        return found

    def _running(self) -> list[Duty]:
        """The duty that each region stands for: one that waits for its consequence, else the
        latest occurrence."""
        assert self.case is not None
        states = self.follower.states()
        found: dict[str, Duty] = {}
        for duty in self.case.duties:
            known = found.get(duty.obligation)
            waits = known is not None and known.status == "missed" and "enforced" not in known.fired
            if not (waits and states.get(f"duty.{duty.obligation}") == "missed"):
                found[duty.obligation] = duty
        return [duty for name, duty in found.items() if f"duty.{name}" in self.regions()]

    def regions(self) -> set[str]:
        return {region.key for region in self.chart.regions}

    def _settle(self, at: datetime) -> None:
        """Automatic events are offered while one moves; then the dates of periods that the event
        did not start by itself; then the end of the case."""
        assert self.case is not None
        for _ in range(20):
            before = dict(self.follower.states())
            flags = {**self._all_false(), **self._asked(self.case, at, after=False)}
            for event in self._automatic():
                flags = {**flags, **self._then(at)}
                self.follower.send(event, flags, self._dates())
            if dict(self.follower.states()) == before:
                break
        self._tell_dates()
        self.follower.tick(at)
        if closed(self.workflow.compiled, self.case):
            self._close()

    def _automatic(self) -> list[str]:
        return list(dict.fromkeys(
            str(move.event) for region in self.chart.regions for move in region.moves
            if move.automatic
        ))  # fmt: skip

    def _tell_dates(self) -> None:
        """Dates that changed: periods started by an event of the engine's own, paused, extended."""
        states = self.follower.states()
        told = self.told or {}
        for duty in self._running():
            region, now = states[f"duty.{duty.obligation}"], self._dates_of(duty)
            moved = told.get(duty.obligation) not in (None, now)
            if duty.status == "open" and (region in ("idle", "paused") or moved):
                self.follower.send(chart.dated(duty.obligation), self._all_false(), self._dates())
            elif duty.status == "suspended" and region == "running":
                self.follower.send(chart.paused(duty.obligation), self._all_false(), {})
            elif duty.status == "missed" and region == "missed" and moved:
                self.follower.send(chart.dated(duty.obligation), self._all_false(), self._dates())
            told[duty.obligation] = now
        self.told = told

    @staticmethod
    def _dates_of(duty: Duty) -> tuple[Any, Any, int]:
        return over_of(duty), duty.due.enforceable_from, duty.occurrence

    def _close(self) -> None:
        self.follower.send(chart.OVER, self._all_false(), {})
        if self.closed_after is None:
            self.closed_after = len(self.follower.raised)

    def _compare(self, where: str) -> None:
        assert self.case is not None
        theirs = self.follower.states()
        for track, state in self.case.tracks.items():
            assert theirs[track] == state, f"{where}: {track} is in {theirs[track]}, not {state}"


def over_of(duty: Duty) -> datetime:
    """The instant at which a period is over; NEVER while it has no date that binds."""
    return _over(duty) if duty.due.kind in ("firm", "given") else NEVER
