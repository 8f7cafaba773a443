"""Plays a scenario file through the pure heart: `decide`, `evolve`, and the rungs in due order.

A file holds `stories` (named lists of steps to begin from) and `scenarios`. A step is an act
(`at`, `by`, `does`, `facts`, `documents`, `refused`), or `until: DATE`, which lets the scheduler
work up to that instant. Facts a step leaves out are taken from the definition's examples, so that
a story says only what matters; `bare: true` turns that off.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import yaml

from cases.settings import declared
from machines import engine_events
from machines.acts import Act, AnyAct, Enforce, Evidence, Open, Refused
from machines.book import Rulebook, Workflow
from machines.case import ENGINE, Actor, Case, Entry, Party
from machines.definition import Definition
from machines.facts import example_of
from machines.frozen import replace
from machines.rungs import SHANGHAI, closed, pending, settled
from machines.step import decide, replay
from machines.targets import targets
from rules.parameters import ParameterBook, Settings, ZoneSetting
from rules.view import CreditView, World
from rules.working_days import Calendar
from tests.scenarios.surroundings import credit_view, parent_view

FOLDER = Path(__file__).parent
NO_BOOK = Rulebook({}, {}, {}, ParameterBook({}))
CODES = ("91999999MA0000001N", "91999999MA0000002R", "91999999MA0000003W", "91999999MA00000040")


@dataclass(frozen=True)
class Scenario:
    """One story of a file, with the steps of the story it begins from."""

    workflow: str
    name: str
    opening: Mapping[str, Any]
    steps: tuple[Mapping[str, Any], ...]
    then: Mapping[str, Any]
    settings: Mapping[str, int]
    credit: Mapping[str, Any]
    parent: Mapping[str, Any] | None
    clauses: tuple[str, ...]


def scenarios() -> Iterator[Scenario]:
    """Every scenario of every file."""
    for file in sorted(FOLDER.glob("*.yaml")):
        plain = yaml.safe_load(file.read_text(encoding="utf-8"))
        stories = plain.get("stories", {})
        for one in plain["scenarios"]:
            unknown = set(one) - {
                "name", "given", "when", "then", "opening", "settings", "credit", "clauses",
                "parent",
            }  # fmt: skip
            assert not unknown, f"{file.name}: {one['name']}: unknown keys {sorted(unknown)}"
            yield Scenario(
                workflow=plain["workflow"],
                name=one["name"],
                opening={**plain.get("opening", {}), **one.get("opening", {})},
                steps=(*_steps(one.get("given", []), stories), *_steps(one["when"], stories)),
                then=one["then"],
                settings={**plain.get("settings", {}), **one.get("settings", {})},
                credit=one.get("credit", {}),
                parent=one.get("parent"),
                clauses=tuple(one.get("clauses", ())),
            )


def _steps(plain: Any, stories: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    found: list[Mapping[str, Any]] = []
    for step in [plain] if isinstance(plain, str) else plain:
        if isinstance(step, str):
            found.extend(_steps(stories[step], stories))
        else:
            found.append(step)
    return tuple(found)


def instant(value: Any) -> datetime:
    """A date (nine in the morning) or a local time, in Shanghai."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=value.tzinfo or SHANGHAI)
    if isinstance(value, date):
        return datetime.combine(value, time(9), tzinfo=SHANGHAI)
    return datetime.fromisoformat(str(value)).replace(tzinfo=SHANGHAI)


@dataclass
class Stage:
    """A case being played: its journal, and what was refused."""

    workflow: Workflow
    scenario: Scenario
    world: World
    entries: list[Entry] = field(default_factory=list)
    refusals: list[Refused] = field(default_factory=list)
    case: Case | None = None
    now: datetime = datetime(2000, 1, 1, tzinfo=SHANGHAI)

    def do(self, act: AnyAct, at: datetime) -> Refused | None:
        """One act; both executors must agree, and a refusal leaves everything as it was."""
        compiled = self.workflow.compiled
        answer = decide(compiled, self.case, act, at, self.world)
        assert answer == decide(compiled, self.case, act, at, self.world, hot=True)
        if isinstance(answer, Refused):
            self.refusals.append(answer)
            return answer
        self.entries.extend(answer.entries)
        self.case = replay(self.entries)
        rungs = [entry.because for entry in self.entries if entry.because is not None]
        assert len(rungs) == len(set(rungs)), "a rung was taken twice"
        return None

    def until(self, at: datetime) -> None:
        """What the scheduler does up to an instant, rung by rung, in due order."""
        while self.case is not None:
            due = [r for r in pending(self.workflow.compiled, self.case) if r.instant <= at]
            if not due:
                break
            self.now = max(self.now, due[0].instant)
            refused = self.do(Enforce(due[0].because, "scenario"), self.now)
            assert refused is None, f"{due[0]} was refused: {refused}"
        self.now = max(self.now, at)

    def effects(self) -> list[str]:
        """Every effect ordered so far, as `do` or `do:detail`."""
        return [
            name
            for entry in self.entries
            for effect in entry.effects
            for name in effect_names(effect.do, effect.what, effect.against)
        ]


_DETAILS = (
    "list", "fact", "workflow", "link", "event", "to", "role", "document", "what", "licence",
    "register_name", "restriction", "zh",
)  # fmt: skip


def effect_names(do: str, what: Mapping[str, Any], against: str) -> Iterator[str]:
    """What a scenario may call an effect: by its name, with a detail (its list, licence, text,
    addressees), with the party it is against."""
    yield do
    yield f"{do}@{against}"
    for name in _DETAILS:
        value = what.get(name)
        for detail in () if value is None else [value] if isinstance(value, str) else value:
            yield f"{do}:{detail}"


def world_of(book: Rulebook, calendar: Calendar, scenario: Scenario) -> World:
    """The zone of a scenario: assumed settings unless it says others, and its credit file."""
    definition = book.workflows[scenario.workflow].definition
    entries = tuple(
        ZoneSetting(
            definition.key, one.id, one.unit, scenario.settings.get(one.id, one.assumed),
            date(2017, 4, 10), "scenario",
        )
        for one in definition.settings
        if scenario.settings.get(one.id, 0) is not None
    )  # fmt: skip
    credit = credit_file(book.workflows[scenario.workflow], scenario.credit)
    settings = Settings("yingkou", (*entries, *zone_settings(scenario)))
    parent = parent_view(scenario.parent)
    return World(calendar, book.parameters, settings, credit, parent)


def zone_settings(scenario: Scenario) -> Iterator[ZoneSetting]:
    """The settings of the zone itself, such as when the office closes: those a scenario names."""
    for path, setting in declared(NO_BOOK).items():
        if setting.id in scenario.settings:
            value = scenario.settings[setting.id]
            yield ZoneSetting(path.partition(".")[0], setting.id, setting.unit, value,
                              date(2017, 4, 10), "scenario")  # fmt: skip


def credit_file(workflow: Workflow, plain: Mapping[str, Any]) -> dict[str, CreditView]:
    """The credit file as a scenario describes it: the subject's, and that of named parties."""
    own = subject_of(workflow.definition).credit_key or CODES[0]  # or what registration assigns
    found = {own: credit_view(plain)}
    named = parties_of(workflow.definition)
    for role, one in plain.get("parties", {}).items():
        key = named[role].credit_key if role in named else role  # or a number, written out
        assert key is not None, f"{role} has no number in the credit file"
        found[key] = credit_view(one)
    return found


def subject_of(definition: Definition) -> Party:
    """The fictional applicant of a scenario: with a code where its kind has one."""
    kind = definition.subject
    code = None if kind in ("pre_establishment", "person", "project") else CODES[0]
    ref = "虚构证件-1" if kind == "person" else None
    return Party(kind, "虚构企业有限公司", code, ref)


def parties_of(definition: Definition, more: Sequence[str] = ()) -> dict[str, Party]:
    """The fictional other parties, by role: those that must be named when a case opens, and
    `more` that can be."""
    return {
        role: Party(spec.kind, f"虚构{spec.zh}有限公司", CODES[1 + index % 3])
        for index, (role, spec) in enumerate(definition.parties.items())
        if (spec.required or role in more) and not spec.same_as_subject
    }


def play(book: Rulebook, calendar: Calendar, scenario: Scenario) -> Stage:
    """Plays a scenario's steps; each expected refusal must be that one."""
    workflow = book.workflows[scenario.workflow]
    stage = Stage(workflow, scenario, world_of(book, calendar, scenario))
    play_on(stage)
    return stage


def play_on(stage: Stage) -> None:
    """The opening and every step of the stage's scenario."""
    _open(stage, stage.scenario)
    for step in stage.scenario.steps:
        _step(stage, step)


def _open(stage: Stage, scenario: Scenario) -> None:
    opening, definition = scenario.opening, stage.workflow.definition
    at = instant(opening.get("at", date(2025, 1, 2)))
    subject = subject_of(definition)
    spec = definition.opening
    facts = filled(
        stage.workflow, spec.needs, opening.get("facts", {}), bare=bool(opening.get("bare"))
    )
    role = opening.get("by", spec.role[0])
    actor = ENGINE if role == "engine" else Actor(
        f"{role}-1", role, subject.uscc if role == "applicant" else None
    )  # fmt: skip
    parent = "parent-1" if scenario.parent is not None else None
    parties = parties_of(definition, opening.get("parties", ()))
    act = Open("case-1", "yingkou", subject, actor, parties, facts, parent=parent)
    refused = stage.do(act, at)
    _expect(opening, refused, "the opening")
    stage.now = at


def filled(
    workflow: Workflow, needs: tuple[str, ...], stated: Mapping[str, Any], *, bare: bool
) -> dict[str, Any]:
    own = workflow.definition.facts
    specs = own if set(needs) <= set(own) else engine_events.FACTS
    examples = {} if bare else {name: example_of(specs[name]) for name in needs}
    plain = {**examples, **stated}
    return {k: v.isoformat() if isinstance(v, date) else v for k, v in plain.items()}


def _step(stage: Stage, step: Mapping[str, Any]) -> None:
    if "until" in step:
        stage.until(instant(step["until"]))
        return
    if "credit" in step:
        stage.world = replace(stage.world, credit=credit_file(stage.workflow, step["credit"]))
        return
    unknown = set(step) - {
        "at", "by", "user", "does", "facts", "documents", "refused", "bare", "happened",
        "evidence", "clause", "enterprise", "channel",
    }  # fmt: skip
    assert not unknown, f"unknown keys in a step: {sorted(unknown)}"
    at = instant(step["at"]) if "at" in step else stage.now
    stage.until(at)
    refused = stage.do(_act(stage, step), at)
    _expect(step, refused, str(step["does"]))


def needs_of(workflow: Workflow, event: str) -> tuple[str, ...]:
    """The facts an event asks for, the engine's events included."""
    if event in engine_events.EVENTS:
        return engine_events.EVENTS[event].needs
    spec = workflow.definition.events.get(event)
    return spec.needs if spec is not None else ()


def _act(stage: Stage, step: Mapping[str, Any]) -> Act:
    event, role, case = step["does"], step["by"], stage.case
    assert case is not None
    needs = needs_of(stage.workflow, event)
    party = case.subject if role == "applicant" else case.parties.get(role)
    code = step.get("enterprise", party.uscc if party is not None else None)
    proof = step.get("evidence")
    facts = step.get("facts", {})
    return Act(
        event=event,
        actor=ENGINE if role == "engine" else Actor(step.get("user", f"{role}-1"), role, code),
        facts=filled(stage.workflow, needs, facts, bare=bool(step.get("bare"))),
        documents=dict.fromkeys(step.get("documents", ())),
        happened_at=instant(step["happened"]) if "happened" in step else None,
        evidence=Evidence(**proof) if proof else None,
        channel=step.get("channel", "online"),
    )


def _expect(step: Mapping[str, Any], refused: Refused | None, what: str) -> None:
    wanted = step.get("refused")
    said = f"{refused.reason}: {refused.en}" if refused is not None else "accepted"
    assert (refused.reason if refused else None) == wanted, f"{what}: expected {wanted}, {said}"
    if refused is not None and "clause" in step:
        assert refused.clause == step["clause"], f"{what}: refused on clause {refused.clause}"


def judge(stage: Stage) -> None:
    """Holds the case against `then`."""
    then, case = stage.scenario.then, stage.case
    if case is None:
        assert then == {"opened": False}, "no case was opened"
        return
    unknown = set(then) - {
        "tracks", "obligations", "due", "enforceable_from", "missed_on", "licences", "effects",
        "no_effects", "settled", "closed", "annotation", "opened", "parties", "targets", "warned",
    }  # fmt: skip
    assert not unknown, f"unknown expectations: {sorted(unknown)}"
    compiled = stage.workflow.compiled
    for track, state in then.get("tracks", {}).items():
        assert case.tracks[track] == state, f"{track} is in {case.tracks[track]}, not in {state}"
    for name, field_name in (("obligations", "status"), ("missed_on", "missed_on")):
        for obligation, wanted in then.get(name, {}).items():
            duty = case.latest(obligation)
            found = getattr(duty, field_name) if duty is not None else "none"
            assert found == wanted, f"{obligation}: {field_name} is {found}, not {wanted}"
    for name, field_name in (("due", "on"), ("enforceable_from", "enforceable_from")):
        for obligation, wanted in then.get(name, {}).items():
            duty = case.latest(obligation)
            assert duty is not None, f"{obligation} was never armed"
            found = getattr(duty.due, field_name)
            assert found == wanted, f"{obligation}: {name} is {found}, not {wanted}"
    _judge_rest(stage, case, then)
    if "settled" in then:
        assert settled(compiled, case) is then["settled"], f"settled is not {then['settled']}"
    if "closed" in then:
        assert closed(compiled, case) is then["closed"], f"closed is not {then['closed']}"


def _judge_rest(stage: Stage, case: Case, then: Mapping[str, Any]) -> None:
    for licence, status in then.get("licences", {}).items():
        held = case.licences.get(licence)
        found = held.status if held is not None else "none"
        assert found == status, f"{licence} is {found}, not {status}"
    for licence, text in then.get("annotation", {}).items():
        assert case.licences[licence].annotation == text
    reported = targets(stage.workflow.compiled, case, stage.world, stage.now)
    outcomes = {one.id: one.outcome for one in reported}
    for target, outcome in then.get("targets", {}).items():
        assert outcomes[target] == outcome, f"{target} is {outcomes[target]}, not {outcome}"
    warned = {f"{e.because.obligation}:{e.because.rung.removeprefix('warn:')}"
              for e in stage.entries if e.because is not None}  # fmt: skip
    for wanted in then.get("warned", ()):
        assert wanted in warned, f"no warning {wanted}; given: {sorted(warned)}"
    for role, name in then.get("parties", {}).items():
        assert case.party(role).name == name, f"{role} is {case.party(role).name}, not {name}"
    effects = stage.effects()
    for wanted in then.get("effects", ()):
        assert wanted in effects, f"no effect {wanted}; ordered: {effects}"
    for unwanted in then.get("no_effects", ()):
        assert unwanted not in effects, f"{unwanted} was ordered"
