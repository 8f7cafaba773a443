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
from cases.errors import ActRefused, Problem
from cases.identity import Identity
from machines import engine_events
from machines.case import Party
from machines.definition import Definition
from machines.facts import example_of
from machines.rungs import SHANGHAI
from rules.periods import shanghai_date
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
class Step:
    """One act, or (no `does`) only time. `at`: days after the opening, or `due:X`, `missed:X`,
    `enforceable:X`; `does: open` opens a further case; `refused`: the reason it must meet."""

    at: int | str
    by: str = ""
    does: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    documents: tuple[str, ...] = ()
    hour: int = 9
    refused: str | None = None
    zh: str = ""
    en: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    """A case from its opening to its end. `applicant`: who acts where a step says `applicant`;
    `ends`: the state each track must be in after the last step."""

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


@dataclass(frozen=True, slots=True)
class Scene:
    """One step as it went: when, what the story says of it, the refusal if there was one, and the
    journal entries since the scene before, each with the case it belongs to."""

    at: datetime
    step: Step
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
        self.case_ids: list[str] = []
        self._told: dict[str, int] = {}

    def case(self) -> Mapping[str, Any]:
        """The case acted on last, as an auditor sees it."""
        return self.service.casework.look(self.case_ids[-1], AUDITOR).plain

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
            day = self._of_duty(step.at)
        return datetime.combine(day, time(step.hour), tzinfo=SHANGHAI)

    def perform(self, at: datetime) -> Scene:
        """The next step. Raises StoryBroken where it does not go as written."""
        step = Step(0, "applicant", "open") if self.index < 0 else self.story.steps[self.index]
        first = self.index < 0
        self.index += 1
        refusal: Problem | None = None
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
        return Scene(at, step, tuple(self.news()), refusal)

    def news(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """The entries not told yet, with the case of each."""
        for case_id in self.case_ids:
            journal = self.service.casework.journal(case_id, AUDITOR)
            for entry in journal[self._told.get(case_id, 0) :]:
                yield case_id, entry
            self._told[case_id] = len(journal)

    def judge(self) -> None:
        """Raises StoryBroken unless the case stands where the story says it ends."""
        tracks = self.case()["tracks"]
        for track, state in self.story.ends.items():
            if tracks[track] != state:
                raise StoryBroken(f"{self.story.key}: {track} is {tracks[track]}, not {state}")

    def _open(self, facts: Mapping[str, Any], step: Step, at: datetime) -> None:
        story = self.story
        definition = self._definition()
        stated = _filled(definition.opening.needs, definition.facts, facts, at)
        opening = Opening(story.workflow, story.subject, self.zone, story.parties, stated)
        answer = self.service.casework.open(opening, self._identity(step.by))
        self.case_ids.append(str(answer.plain["id"]))

    def _act(self, step: Step, at: datetime) -> None:
        definition = self._definition()
        if step.does in engine_events.EVENTS:
            stated = _filled(engine_events.EVENTS[step.does].needs, engine_events.FACTS,
                             step.facts, at)  # fmt: skip
        else:
            needs = definition.events[step.does].needs
            stated = _filled(needs, definition.facts, step.facts, at)
        doing = Doing(step.does, stated, dict.fromkeys(step.documents))
        self.service.casework.act(self.case_ids[-1], doing, self._identity(step.by))

    def _definition(self) -> Definition:
        return self.service.book.workflows[self.story.workflow].definition

    def _identity(self, name: str) -> Identity:
        return self.cast[self.story.applicant if name == "applicant" else name]

    def _working(self, day: date) -> date:
        """The day, or the first working day after it: the office is open."""
        try:
            return self.service.casework.calendar.roll(day)
        except CalendarHorizon:
            return day

    def _of_duty(self, when: str) -> date:
        kind, _, name = when.partition(":")
        found = [one for one in self.case()["obligations"] if one["id"] == name]
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


def _filled(
    needs: tuple[str, ...], specs: Mapping[str, Any], stated: Mapping[str, Any], at: datetime
) -> dict[str, Any]:
    """What an act states: the story's own facts, the definition's examples for the rest."""
    examples = {name: example_of(specs[name]) for name in needs}
    today = shanghai_date(at)
    moved = {
        name: (today + timedelta(days=value.days)).isoformat()
        if isinstance(value, InDays) else value
        for name, value in stated.items()
    }  # fmt: skip
    return {**examples, **moved}


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(9), tzinfo=SHANGHAI)
