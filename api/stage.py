"""Tells stories through the production use cases: people act, days pass, the enforcer works.

The terminal demo and the sandbox zone stand on it. A story names days after its opening or days of
its own obligations (`due:X` its last day, `missed:X` the day after, `enforceable:X`), so that no
date is worked out by hand; what is told is read back from the journal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from api.service import Service
from cases.casework import Doing, Opening
from cases.clock import SandboxClock
from cases.credit import credit_of
from cases.errors import ActRefused, Problem
from cases.identity import Identity
from machines import engine_events
from machines.case import Party
from machines.facts import example_of
from machines.frozen import replace
from machines.rungs import SHANGHAI
from rules.periods import shanghai_date
from rules.view import CreditView
from rules.working_days import CalendarHorizon
from scheduler.sandbox import advance

AUDITOR = Identity("storyteller", frozenset({"auditor"}))


class StoryBroken(Exception):
    """A story does not go as it is written: the definition or the story is wrong."""


@dataclass(frozen=True, slots=True)
class InDays:
    """A date so many natural days after the day of the act: a fact whose value moves along."""

    days: int


@dataclass(frozen=True, slots=True)
class EnteredOn:
    """The date on which the story's subject was entered on a list: a fact read from its file."""

    list: str


@dataclass(frozen=True, slots=True)
class Step:
    """One act, or (no `does`) only time. `at`: days after the opening, or `due:X`, `missed:X`,
    `enforceable:X`; `refused`: the reason it must meet.

    `does: open` opens a further case, of another `workflow` if that is said, and `case` is its
    name. Else `case` is where it happens: in the story's own case (unnamed), in one named so, or
    in one that another case opened under that link."""

    at: int | str
    by: str = ""
    does: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    documents: tuple[str, ...] = ()
    hour: int = 9
    refused: str | None = None
    zh: str = ""
    en: str = ""
    case: str = ""
    workflow: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    """A case from its opening to its end, with what it does to other cases of its subject.

    `applicant`: who acts where a step says `applicant`. After the last step: `ends`, the state each
    track must be in; `others_end`, the same for other cases by name; `listed`, the lists the
    subject must be on (None: not told); `recorded`, the facts its credit file must hold. `heard`:
    how many scenes, the opening among them, an earlier story has told already."""

    key: str
    zh: str
    en: str
    workflow: str
    subject: Party
    applicant: str
    steps: tuple[Step, ...]
    parties: Mapping[str, Party] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    ends: Mapping[str, str] = field(default_factory=dict)
    after: tuple[str, str] | None = None
    others_end: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    listed: tuple[str, ...] | None = None
    recorded: tuple[str, ...] = ()
    heard: int = 0


@dataclass(frozen=True, slots=True)
class Scene:
    """One step as it went: when, what the story says of it, the workflow of its case, the refusal
    if there was one, and the journal entries since the scene before, each with its workflow."""

    at: datetime
    step: Step
    workflow: str
    entries: tuple[tuple[str, Mapping[str, Any]], ...]
    refusal: Problem | None = None


class Telling:
    """A story under way. `cast`: user name -> identity."""

    def __init__(
        self, service: Service, cast: Mapping[str, Identity], story: Story, opens_on: date,
        zone: str,
    ) -> None:  # fmt: skip
        self.service, self.cast, self.story, self.zone = service, cast, story, zone
        self.opens_on, self.index = opens_on, -1
        self.case_ids: dict[str, str] = {}  # each with the workflow of the case
        self._named: dict[str, str] = {}
        self._told: dict[str, int] = {}

    def case(self, name: str = "") -> Mapping[str, Any]:
        """A case as an auditor sees it: the one named so, or the story's own (the last such)."""
        return self.service.casework.look(self._id(name), AUDITOR).plain

    def credit(self) -> CreditView:
        """The credit file of the story's subject; empty where it began without a code."""
        with self.service.store.unit(write=False) as unit:
            return credit_of(unit, self.service.book.lists, self.story.subject.uscc or "")

    def next_at(self) -> datetime | None:
        """When the next step is to be; None after the last one."""
        if self.index + 1 > len(self.story.steps):
            return None
        if self.index < 0:
            return _morning(self._working(self.opens_on))
        step = self.story.steps[self.index]
        if isinstance(step.at, int):
            day = self._working(self.opens_on + timedelta(days=step.at))
        else:
            day = self._of_duty(step.at, step.case)
        return datetime.combine(day, time(step.hour), tzinfo=SHANGHAI)

    def perform(self, at: datetime) -> Scene:
        """The next step. Raises StoryBroken where it does not go as written."""
        step = Step(0, "applicant", "open") if self.index < 0 else self.story.steps[self.index]
        first = self.index < 0
        self.index += 1
        refusal: Problem | None = None
        self._adopt()
        try:
            if first or step.does == "open":
                self._open(self.story.facts if first else step.facts, step, at)
            elif step.does:
                self._act(step, at)
        except ActRefused as problem:
            refusal = problem
        if (refusal.reason if refusal else None) != step.refused:
            said = f"{refusal.reason}: {refusal}" if refusal else "accepted"
            raise StoryBroken(f"{self.story.key}: {step.does}: expected {step.refused}, {said}")
        return Scene(at, step, self._workflow(step), self._news(), refusal)

    def _adopt(self) -> None:
        """Takes in the cases that those of the story have opened, each by the name of its link."""
        with self.service.store.unit(write=False) as unit:
            rows = [row for case_id in self.case_ids if (row := unit.case(case_id)) is not None]
            for case, _ in (self.service.casework.load(unit, row) for row in rows):
                for link, ids in case.linked.items():
                    for row in filter(None, map(unit.case, ids)):
                        self._named[link], self.case_ids[row.id] = row.id, row.workflow

    def _news(self) -> tuple[tuple[str, Mapping[str, Any]], ...]:
        """The entries not told yet, as they happened, each with its workflow."""
        found: list[tuple[str, Mapping[str, Any]]] = []
        for case_id, workflow in self.case_ids.items():
            journal = self.service.casework.journal(case_id, AUDITOR)
            found.extend((workflow, entry) for entry in journal[self._told.get(case_id, 0) :])
            self._told[case_id] = len(journal)
        return tuple(sorted(found, key=lambda one: datetime.fromisoformat(str(one[1]["at"]))))

    def judge(self) -> None:
        """Raises StoryBroken unless everything stands where the story says it ends."""
        story = self.story
        for name, ends in {"": story.ends, **story.others_end}.items():
            tracks = self.case(name)["tracks"]
            for track, state in ends.items():
                if tracks[track] != state:
                    where = f"{name} {track}".strip()
                    raise StoryBroken(f"{story.key}: {where} is {tracks[track]}, not {state}")
        file = self.credit()
        if story.listed is not None and sorted(file.lists) != sorted(story.listed):
            raise StoryBroken(f"{story.key}: listed {file.lists}, not {story.listed}")
        missing = set(story.recorded) - {fact.fact for fact in file.facts}
        if missing:
            raise StoryBroken(f"{story.key}: not in the credit file: {sorted(missing)}")

    def _open(self, facts: Mapping[str, Any], step: Step, at: datetime) -> None:
        story, workflow = self.story, self._workflow(step)
        definition = self.service.book.workflows[workflow].definition
        stated = self._filled(definition.opening.needs, definition.facts, facts, at)
        parties = {role: one for role, one in story.parties.items() if role in definition.parties}
        opening = Opening(workflow, story.subject, self.zone, parties, stated)
        answer = self.service.casework.open(opening, self._identity(step.by))
        self._named[step.case] = str(answer.plain["id"])
        self.case_ids[str(answer.plain["id"])] = workflow

    def _act(self, step: Step, at: datetime) -> None:
        definition = self.service.book.workflows[self._workflow(step)].definition
        if step.does in engine_events.EVENTS:
            needs, specs = engine_events.EVENTS[step.does].needs, engine_events.FACTS
        else:
            needs, specs = definition.events[step.does].needs, definition.facts
        stated = self._filled(needs, specs, step.facts, at)
        doing = Doing(step.does, stated, dict.fromkeys(step.documents))
        self.service.casework.act(self._id(step.case), doing, self._identity(step.by))

    def _id(self, name: str) -> str:
        if name not in self._named:
            raise StoryBroken(f"{self.story.key}: no case {name} at step {self.index}")
        return self._named[name]

    def _workflow(self, step: Step) -> str:
        """The workflow of the case a step opens or happens in."""
        if step.does == "open":
            return step.workflow or self.story.workflow
        return self.case_ids[self._id(step.case)]

    def _identity(self, name: str) -> Identity:
        """Who acts: for a party of the story, in the name of its enterprise."""
        who = self.cast[self.story.applicant if name == "applicant" else name]
        party = self.story.parties.get(name)
        return who if party is None else replace(who, enterprise=party.uscc)

    def _filled(
        self, needs: tuple[str, ...], specs: Mapping[str, Any], stated: Mapping[str, Any],
        at: datetime,
    ) -> dict[str, Any]:  # fmt: skip
        """What an act states: the story's own facts, the definition's examples for the rest."""
        examples = {name: example_of(specs[name]) for name in needs}
        return {**examples, **{name: self._value(one, at) for name, one in stated.items()}}

    def _value(self, value: Any, at: datetime) -> Any:
        if isinstance(value, InDays):
            return (shanghai_date(at) + timedelta(days=value.days)).isoformat()
        if isinstance(value, EnteredOn):
            since = [one.since for one in self.credit().entries if one.list == value.list]
            if not since:
                raise StoryBroken(f"{self.story.key}: not on the list {value.list}")
            return since[-1].isoformat()
        return value

    def _working(self, day: date) -> date:
        """The day, or the first working day after it: the office is open."""
        try:
            return self.service.casework.calendar.roll(day)
        except CalendarHorizon:
            return day

    def _of_duty(self, when: str, case: str) -> date:
        kind, _, name = when.partition(":")
        found = [one for one in self.case(case)["obligations"] if one["id"] == name]
        if not found or found[-1]["due"].get("on") is None:
            raise StoryBroken(f"{self.story.key}: {name} has no date at step {self.index + 1}")
        due = found[-1]["due"]
        last = date.fromisoformat(due["on"])
        if kind == "enforceable":
            first = due.get("enforceable_from")  # none can be named while the date is provisional
            return date.fromisoformat(first) if first else date.max
        return last if kind == "due" else last + timedelta(days=1)


def tell(
    service: Service, tellings: Sequence[Telling], until: datetime | None = None
) -> Iterator[tuple[Telling, Scene]]:
    """Performs the steps of several stories in the order of their instants, moving the sandbox
    clock. `until`: steps after it are left out, and the clock ends there."""
    clock = service.clock
    if not isinstance(clock, SandboxClock):
        raise StoryBroken("stories are told in a sandbox only: its clock can be moved")
    while True:
        waiting = [(at, n) for n, one in enumerate(tellings) if (at := one.next_at()) is not None]
        at, number = min(waiting, default=(None, 0))
        if at is None or (until is not None and at > until):
            break
        with service.store.unit(write=False) as unit:
            at = max(at, clock.now(unit))
        advance(service.enforcer, clock, at)
        yield tellings[number], tellings[number].perform(at)
    if until is not None:
        advance(service.enforcer, clock, until)


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(9), tzinfo=SHANGHAI)
