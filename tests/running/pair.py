"""The running system and the pure model side by side: each request is put to both, and the
answers must agree."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from random import Random
from typing import Any, ClassVar
from unittest import mock

from cases.casework import Doing, Opening
from cases.errors import ActRefused, Forbidden, Stale
from cases.identity import Identity
from cases.ports import Store
from machines.acts import Act, Open
from machines.book import Rulebook
from machines.case import Party
from machines.facts import example_of
from rules.working_days import Calendar
from tests.properties.walker import CODES, START, Walk, plain
from tests.running.compared import codes_of, differences, expected, judge, kept
from tests.running.intents import ends, possible, rightly
from tests.running.model import ZONE, Model
from tests.running.system import System, furnish, numbered

Answer = tuple[str, ...]
"""How a request ended: done; refused (reason, clause); stale; forbidden; or impossible (which
number or calendar is missing)."""
SWEEP = "sweep-" + "0" * 12


def answer_of(does: Callable[[], Any]) -> Answer:
    """What the running system answers."""
    try:
        does()
    except ActRefused as error:
        return ("refused", error.refused.reason, str(error.refused.clause))
    except Stale:
        return ("stale",)
    except Forbidden:
        return ("forbidden",)
    except LookupError as error:
        return ("impossible", type(error).__name__)
    return ("done",)


class Pair:
    """One town twice. `over`: the cases that were closed when it was last compared."""

    key: str
    book: Rulebook
    calendar: Calendar
    emptied: Callable[[], Callable[[], Store]]
    seen: ClassVar[Counter[str]] = Counter()  # what happened, in all towns of this process

    def __init__(self) -> None:
        super().__init__()
        self._chance = mock.patch.object(secrets, "token_hex", numbered())
        self._chance.start()
        opens = self.emptied()
        zone = furnish(opens(), self.book, START)
        self.system = System(opens, self.book, self.calendar, START)
        self.model = Model(self.book, self.calendar, zone, START)
        self.over: set[str] = set()
        self.keys = 0

    def teardown(self) -> None:
        """Leaves the place to the next town; says what there was in this one."""
        for walk in self.model.walks.values():
            for entry in walk.entries:
                self.seen[f"entries: {entry.kind}"] += 1
                self.seen["entries that harm"] += any(one.adverse for one in entry.effects)
        self.seen.update(towns=1, cases=len(self.model.walks))
        self.system.store.close()
        self._chance.stop()

    def open(self) -> Answer:
        definition = self.book.workflows[self.key].definition
        spec, kind = definition.opening, definition.subject
        code = CODES[0] if kind == "enterprise" else None
        parties = {
            role: Party(one.kind, f"虚构{one.zh}", CODES[1 + index % 3])
            for index, (role, one) in enumerate(definition.parties.items())
            if not one.same_as_subject
        }
        facts = {name: plain(example_of(definition.facts[name])) for name in spec.needs}
        subject = Party(kind, "虚构企业", code)
        who = Identity(f"{spec.role[0]}-1", frozenset({spec.role[0]}), enterprise=code)
        asked = Opening(self.key, subject, ZONE, parties, facts)
        known: list[str] = []
        answer = answer_of(lambda: known.append(self.system.casework.open(asked, who).id))
        act = Open(known[0] if known else "none", ZONE, subject, who.actor(spec.role), parties,
                   facts)  # fmt: skip
        refused = self.model.open(self.key, act)
        assert answer[0] == ("done" if refused is None else "refused"), (answer, refused)
        assert refused is None or refused.reason == answer[1]
        return answer

    def asked(self, case_id: str, act: Act, version: int | None = None) -> Callable[[], Any]:
        """The same act as a request to the running system."""
        who = Identity(act.actor.user, frozenset({act.actor.role}), enterprise=act.actor.enterprise)
        doing = Doing(act.event, act.facts, act.documents, act.happened_at, act.evidence, version,
                      act.channel)  # fmt: skip
        key = f"request-{self.keys}"
        self.keys += 1
        return lambda: self.system.casework.act(case_id, doing, who, key=key)

    def model_act(self, case_id: str, act: Act) -> Answer:
        actor = act.actor
        who = Identity(actor.user, frozenset({actor.role}), enterprise=actor.enterprise)
        try:
            self.model.actor_of(case_id, act.event, who)
            refused = self.model.act(case_id, act)
        except Forbidden:
            return ("forbidden",)
        except LookupError as error:
            return ("impossible", type(error).__name__)
        if refused is not None:
            return ("refused", refused.reason, str(refused.clause))
        if act.event == "restore":
            self.over.discard(case_id)  # a wrongful end undone is the one way back
        return ("done",)

    def walk(self, case_id: str) -> Walk:
        walk = self.model.walks[case_id]
        walk.now, walk.world = self.model.now, self.model.sees(case_id)
        return walk

    def goes_on(self, case_id: str, seed: int, acts: int) -> None:
        """So many acts, each rightly done: what is new rather than what was done before, and what
        ends the case only where nothing else is left."""
        luck = Random(f"{self.key} {seed}")
        for _ in range(acts):
            walk = self.walk(case_id)
            able = [rightly(walk, *one) for one in possible(walk)]
            luck.shuffle(able)
            happened = self.model.case(case_id).happened
            ranked = [(ends(walk, act), act.event in happened, act) for act in able]
            leads = [one for one in ranked if one[0] is not None]
            if leads:
                act = min(leads, key=lambda one: one[:2])[2]
                answer = answer_of(self.asked(case_id, act))
                assert answer == self.model_act(case_id, act), act

    def set_clock(self, at: datetime) -> None:
        self.model.now = self.system.clock.at = at

    def came_second(self, case_id: str, act: Act, version: int, answer: Answer) -> None:
        """An act that was sent for a version of the case."""
        self.seen[f"came second: {answer[0]}"] += 1
        if self.model.case(case_id).version == version:
            assert answer == self.model_act(case_id, act), act
        else:
            assert answer in (("stale",), ("forbidden",)), (answer, act)

    def agree(self) -> None:
        """The store says what the model says; what is closed stays closed."""
        if not self.model.walks:
            return
        codes = codes_of(self.model)
        found = kept(self.system.store, codes)
        said = differences(found, expected(self.model, codes))
        assert not said, "\n".join(said)
        judge(self.model, found)
        now = {case_id for case_id in self.model.walks if self.model.is_closed(case_id)}
        assert self.over <= now, f"closed, and open again: {self.over - now}"
        self.over = now

    def different(self) -> list[str]:
        codes = codes_of(self.model)
        return differences(kept(self.system.store, codes), expected(self.model, codes))
