"""A town under way, derived from any definition: what people and processes may try next, in any
order, done to the running system and to the pure model, which must agree after each step."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from cases.ports import Store
from machines.acts import Act
from machines.book import Rulebook
from rules.working_days import Calendar
from tests.properties.walker import acts
from tests.running.intents import offered
from tests.running.pair import SWEEP, Pair, answer_of
from tests.running.system import Crash, Rival, crash

SPANS = [timedelta(0), timedelta(microseconds=1), timedelta(hours=9), timedelta(days=1),
         timedelta(days=11), timedelta(days=40), timedelta(days=200)]  # fmt: skip
JUST = [timedelta(microseconds=-1), timedelta(0), timedelta(microseconds=1), timedelta(hours=10)]


class Town(Pair, RuleBasedStateMachine):
    """See `derived`, which fills in the definition and the store."""

    def _case(self, data: st.DataObject) -> str:
        return data.draw(st.sampled_from(list(self.model.walks)), label="case")

    def _anything(self, data: st.DataObject, case_id: str) -> Act:
        """What somebody tries: as often something possible as something absurd."""
        walk = self.walk(case_id)
        if data.draw(st.sampled_from([True, True, False]), label="possible"):
            return data.draw(offered(walk), label="act")
        act = data.draw(acts(walk), label="act")
        ends = act.event in ("withdraw", "cancel_registration")  # after which little can be seen
        return data.draw(offered(walk)) if ends and data.draw(st.integers(0, 5)) else act

    @initialize(seed=st.integers(0, 9999), acts=st.integers(0, 12))
    def begins(self, seed: int, acts: int) -> None:
        """A case somewhere on its way."""
        assert self.open() == ("done",), f"{self.key} cannot be opened with its own examples"
        self.goes_on(next(iter(self.model.walks)), seed, acts)

    @rule(data=st.data(), seed=st.integers(0, 999), acts=st.integers(2, 7))
    def business_goes_on(self, data: st.DataObject, seed: int, acts: int) -> None:
        """Several acts, each one that is offered, done rightly: so that cases come far."""
        self.goes_on(self._case(data), seed, acts)

    @rule(data=st.data())
    def somebody_acts(self, data: st.DataObject) -> None:
        case_id = self._case(data)
        act = self._anything(data, case_id)
        answer = answer_of(self.asked(case_id, act))
        assert answer == self.model_act(case_id, act), act

    @rule(span=st.sampled_from(SPANS), stops=st.booleans())
    def time_passes(self, span: timedelta, stops: bool) -> None:
        """Days go by; the enforcer works on the way, or is down and comes late."""
        until = self.model.now + span
        while stops and (at := self.model.next_instant()) is not None and at <= until:
            self.set_clock(max(at, self.model.now))
            self.enforcer_sweeps()
            if (after := self.model.next_instant()) is not None and after <= self.model.now:
                break
        self.set_clock(until)

    @rule(instants=st.integers(2, 9))
    def dates_come_and_go(self, instants: int) -> None:
        """Whatever falls due next, and next, is swept in its moment."""
        for _ in range(instants):
            at = self.model.next_instant()
            if at is not None:
                self.set_clock(max(at, self.model.now))
                self.enforcer_sweeps()

    @rule(by=st.sampled_from(JUST))
    def it_is_nearly_or_just_due(self, by: timedelta) -> None:
        """To the instant before, of and after what falls due next."""
        at = self.model.next_instant()
        if at is not None:
            self.set_clock(max(self.model.now, at + by))

    @rule()
    def enforcer_sweeps(self) -> None:
        report = self.system.enforcer.sweep()
        for _ in self.model.sweep(SWEEP):
            pass
        assert all(key.startswith("work ") for key in report.set_aside), report.set_aside
        if report.set_aside:
            assert self.model.shelf.open_work(), report.set_aside

    @rule()
    def process_is_started_anew(self) -> None:
        self.system.start()

    @rule(data=st.data())
    def process_dies_in_an_act(self, data: st.DataObject) -> None:
        """After the write and before the commit, or before its answer: asked once more, it is done
        once."""
        case_id = self._case(data)
        act = self._anything(data, case_id)
        asked = self.asked(case_id, act)
        when = data.draw(st.sampled_from(["before", "after"]))
        self.system.store.plan(when, crash)
        try:
            answer = answer_of(asked)
            self.system.store.forget()
            assert answer[0] != "done", "it was to die first"
        except Crash:
            self.seen[f"died in an act, {when} the commit"] += 1
            self.system.start()
            if when == "before":
                self.agree()
            answer = answer_of(asked)
        assert answer == self.model_act(case_id, act), act

    @rule(units=st.integers(1, 4), when=st.sampled_from(["before", "after"]))
    def process_dies_in_a_sweep(self, units: int, when: str) -> None:
        """What was committed stays, whole; the next process does the rest."""
        self.system.store.plan(when, crash, units)
        try:
            self.system.enforcer.sweep()
            dead = False
        except Crash:
            dead = True
        self.system.store.forget()
        sweep = self.model.sweep(SWEEP)
        if dead:
            self.seen[f"died in a sweep, {when} a commit"] += 1
            self.system.start()
            while self.different() and next(sweep, "over") != "over":
                pass
            self.agree()
            self.system.enforcer.sweep()
        for _ in sweep:
            pass
        for _ in self.model.sweep(SWEEP):
            pass

    @rule(data=st.data())
    def two_act_on_one_version(self, data: st.DataObject) -> None:
        """Whoever comes second has not seen what the first did, and is told so."""
        case_id = self._case(data)
        version = self.model.case(case_id).version
        first, second = self._anything(data, case_id), self._anything(data, case_id)
        asked = self.asked(case_id, second, version)
        rival = Rival(self.system.store, lambda: answer_of(asked))
        self.system.store.plan("before", rival.begin)
        answer = answer_of(self.asked(case_id, first, version))
        self.system.store.forget()
        rival.end()
        assert answer == self.model_act(case_id, first), first
        self.came_second(case_id, second, version, rival.answer)

    @rule(data=st.data())
    def act_meets_the_enforcer(self, data: st.DataObject) -> None:
        """The enforcer comes to the case while somebody acts on it: both happen, one after the
        other."""
        case_id = self._case(data)
        act = self._anything(data, case_id)
        rows = self.model.shelf.cases.items()
        if any(row.next_enforce_at is not None and row.next_enforce_at <= self.model.now
               for number, row in rows if number != case_id):  # fmt: skip
            return  # it would begin with another case: who is first is not said
        rival = Rival(self.system.store, self.system.enforcer.sweep)
        self.system.store.plan("before", rival.begin)
        answer = answer_of(self.asked(case_id, act))
        self.system.store.forget()
        rival.end()
        assert answer == self.model_act(case_id, act), act
        self.enforcer_sweeps()

    @rule(data=st.data())
    def enforcer_meets_an_act(self, data: st.DataObject) -> None:
        """Somebody acts while the enforcer holds the case: he has not seen what it did."""
        case_id = self._case(data)
        act = self._anything(data, case_id)
        version = self.model.case(case_id).version
        asked = self.asked(case_id, act, version)
        rival = Rival(self.system.store, lambda: answer_of(asked))
        self.system.store.plan("before", rival.begin)
        self.system.store.plan("after", rival.end)
        self.system.enforcer.sweep()
        sweep = self.model.sweep(SWEEP)
        next(sweep)
        self.came_second(case_id, act, version, rival.answer)
        for _ in sweep:
            pass

    @precondition(lambda self: len(self.model.walks) < 6)
    @rule()
    def second_case_of_the_enterprise(self) -> None:
        self.open()

    @invariant()
    def both_agree(self) -> None:
        """After each step."""
        self.agree()


def derived(
    key: str, book: Rulebook, calendar: Calendar, emptied: Callable[[], Callable[[], Store]]
) -> type[Town]:
    """The state machine of one definition on one kind of store. `emptied`: empties the place where
    it is kept, and says how a process opens it."""
    filled = {"key": key, "book": book, "calendar": calendar, "emptied": staticmethod(emptied)}
    return type(f"Town_{key}", (Town,), filled)
