"""A random walk of any definition: acts people could try, time passing, the scheduler working."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from machines import engine_events
from machines.acts import Act, AnyAct, Channel, Enforce, Evidence, Moved, Open, Refused
from machines.book import Rulebook, Workflow
from machines.case import Actor, Case, Entry, Party
from machines.definition import FactSpec
from machines.facts import example_of
from machines.rungs import SHANGHAI, closed, owes, pending, settled
from machines.service import CHANNELS
from machines.step import decide, evolve, replay
from rules.parameters import Settings, ZoneSetting
from rules.view import World
from rules.working_days import Calendar

CODES = ("91999999MA0000001N", "91999999MA0000002R", "91999999MA0000003W", "91999999MA00000040")
WAYS: tuple[Channel, ...] = ("online", "online", "counter", "post")
START = datetime(2025, 1, 2, 9, tzinfo=SHANGHAI)


def assumed_world(book: Rulebook, calendar: Calendar, key: str) -> World:
    """The world of a zone that keeps every setting as the sandbox assumes it."""
    definition = book.workflows[key].definition
    entries = tuple(
        ZoneSetting(key, one.id, one.unit, one.assumed, date(2017, 4, 10), "assumed", True)
        for one in definition.settings
    )
    return World(calendar, book.parameters, Settings("yingkou", entries))


@dataclass
class Walk:
    """A case under way, judged after every step."""

    workflow: Workflow
    world: World
    now: datetime = START
    case: Case | None = None
    entries: list[Entry] = field(default_factory=list)
    refusals: int = 0

    def open(self) -> None:
        """Opens the case as its applicant would."""
        definition = self.workflow.definition
        kind = definition.subject
        code = CODES[0] if kind == "enterprise" else None
        parties = {
            role: Party(spec.kind, f"虚构{spec.zh}", CODES[1 + index % 3])
            for index, (role, spec) in enumerate(definition.parties.items())
            if not spec.same_as_subject
        }
        opening = definition.opening
        facts = {name: plain(example_of(definition.facts[name])) for name in opening.needs}
        actor = Actor(f"{opening.role[0]}-1", opening.role[0], code)
        act = Open("walk", "yingkou", Party(kind, "虚构企业", code), actor, parties, facts)
        assert self.do(act), f"{self.workflow.key} cannot be opened with its own examples"

    def do(self, act: AnyAct) -> bool:
        """Tries an act; whether it was taken."""
        return self.does(act) is None

    def does(self, act: AnyAct) -> Refused | None:
        """Tries an act; both executors agree, a refusal changes nothing."""
        before = self.case
        answer = decide(self.workflow.compiled, self.case, act, self.now, self.world)
        again = decide(self.workflow.compiled, self.case, act, self.now, self.world, hot=True)
        assert answer == again, "the table and the machines of `transitions` disagree"
        if isinstance(answer, Refused):
            assert answer.zh
            assert answer.en
            assert answer.reason
            self.refusals += 1
            return answer
        self._write(answer, before)
        return None

    def _write(self, moved: Moved, before: Case | None) -> None:
        case = before
        assert len(moved.entries) == len(moved.after)
        for entry, after in zip(moved.entries, moved.after, strict=True):
            if case is not None:
                judge_entry(self.workflow, case, entry, self.world.calendar)
                judge_clocks(self.workflow, case, entry)
            case = evolve(case, entry)
            assert case == after, "what was decided is not what its entry says"
            self.entries.append(entry)
        self.case = case
        judge_case(self.workflow, self.entries, case)

    def sweep(self) -> None:
        """Everything the scheduler takes at this instant."""
        while self.case is not None:
            due = [r for r in pending(self.workflow.compiled, self.case) if r.instant <= self.now]
            if not due:
                return
            assert self.do(Enforce(due[0].because, "walk")), f"{due[0]} is due but refused"

    def pass_time(self, by: timedelta) -> None:
        """Time passes, the scheduler stops at every instant on the way."""
        until = self.now + by
        while self.case is not None:
            rungs = pending(self.workflow.compiled, self.case)
            if not rungs or rungs[0].instant > until:
                break
            self.now = max(self.now, rungs[0].instant)
            self.sweep()
        self.now = until


def judge_case(workflow: Workflow, entries: list[Entry], case: Case | None) -> None:
    """The journal replays to the case; a settled case owes nothing; no rung twice."""
    assert case is not None
    assert replay(entries) == case
    rungs = [entry.because for entry in entries if entry.because is not None]
    assert len(rungs) == len(set(rungs)), "a rung was taken twice"
    if settled(workflow.compiled, case) and case.ended is None:
        owing = [d for d in case.duties if owes(workflow.compiled, case, d)]
        assert closed(workflow.compiled, case) or not owing, f"settled, yet owes {owing}"


def judge_clocks(workflow: Workflow, before: Case, entry: Entry) -> None:
    """What is recorded later than it happened starts nobody's clock in the past, but the
    authority's own; a public notice that still runs starts none."""
    known = {duty.key for duty in before.duties}
    for duty in entry.duties:
        spec = workflow.compiled.duties[duty.obligation]
        own = workflow.compiled.sides.get(duty.bearer or "") == "authority"
        if duty.key not in known and not own and duty.round == 1 and not spec.starts.counted_from:
            late = entry.happened_at < entry.at and entry.kind == "act"
            assert not late or duty.anchor >= entry.at, f"{duty.obligation} starts in the past"
    if entry.marks.get("service", {}).get("status") == "waiting":
        assert not entry.duties, "a public notice has started a clock before it ran out"


def judge_entry(workflow: Workflow, before: Case, entry: Entry, calendar: Calendar) -> None:
    """An automatic adverse act: after a miss, not before its day, against the party named."""
    harmful = [effect for effect in entry.effects if effect.adverse]
    if entry.kind != "enforced" or not harmful:
        return
    assert entry.because is not None
    assert entry.because.rung == "enforced"
    duty = before.latest(entry.because.obligation)
    assert duty is not None
    assert duty.status == "missed"
    assert duty.due.kind != "provisional"
    assert duty.due.enforceable_from is not None
    assert entry.at.astimezone(SHANGHAI).date() >= duty.due.enforceable_from
    if duty.due.on is not None:
        assert entry.at.astimezone(SHANGHAI).date() > duty.due.on
    assert calendar.is_working(duty.due.enforceable_from)
    spec = next(o for o in workflow.definition.obligations if o.id == duty.obligation)
    assert workflow.compiled.sides[spec.bearer] != "authority", "an authority's delay harms"
    for effect in harmful:
        hit = spec.sanctioned or "subject"
        assert before.party(effect.against) == before.party(hit), "against another party"
        assert effect.clauses, "an adverse effect without its clause"


def plain(value: Any) -> Any:
    """A YAML example as JSON."""
    return value.isoformat() if isinstance(value, date | datetime) else value


def a_value(spec: FactSpec) -> st.SearchStrategy[Any]:
    """Values of a fact: mostly acceptable, sometimes not."""
    example = st.just(plain(example_of(spec)))
    if spec.type == "flag":
        return st.one_of(example, st.booleans())
    if spec.type == "choice":
        return st.one_of(example, st.sampled_from(sorted(spec.choices)))
    if spec.type == "date":
        days = st.integers(-30, 400).map(lambda n: (START.date() + timedelta(n)).isoformat())
        return st.one_of(example, days)
    if spec.type in ("integer", "number"):
        return st.one_of(example, st.integers(-1, 10))
    return st.one_of(example, example, st.none())


@st.composite
def acts(draw: st.DrawFn, walk: Walk) -> Act:
    """Something a person might try now: often possible, sometimes absurd."""
    assert walk.case is not None
    compiled = walk.workflow.compiled
    definition = compiled.definition
    here = compiled.possible(walk.case.tracks)
    names = st.sampled_from(sorted(definition.events))
    events = st.one_of(names, st.sampled_from(sorted(engine_events.EVENTS)))
    if here:
        events = st.one_of(st.sampled_from(here), st.sampled_from(here), events)
    event = draw(events)
    role = draw(st.sampled_from(_roles(walk, event)))
    facts, documents = draw(_content(walk, event))
    back = draw(st.sampled_from([None, None, None, timedelta(0), timedelta(days=3)]))
    proof = draw(st.sampled_from([None, None, Evidence("EMS-1", "second")]))
    return Act(
        event=event,
        actor=Actor(f"{role}-{draw(st.integers(1, 2))}", role, _code(walk, role)),
        facts=facts,
        documents=documents,
        happened_at=None if back is None else walk.now - back,
        evidence=proof,
        channel=draw(st.sampled_from(WAYS)),
    )


def _roles(walk: Walk, event: str) -> list[str]:
    if event in engine_events.EVENTS:
        side = engine_events.EVENTS[event].side
        if side == engine_events.BEARER:
            assert walk.case is not None
            bearers = engine_events.roles_of(walk.workflow.compiled, walk.case, event)
            return sorted({*bearers, "applicant", "approval"})
        return ["applicant"] if side == "applicant" else ["approval", "supervision"]
    roles = [
        role
        for edge in walk.workflow.definition.transitions
        if edge.event == event
        for role in edge.role
        if role != "engine"
    ]
    return sorted({*roles}) or ["approval"]


def _code(walk: Walk, role: str) -> str | None:
    assert walk.case is not None
    if role == "applicant":
        return walk.case.subject.uscc
    party = walk.case.parties.get(role)
    return party.uscc if party is not None else None


def _fitting(stated: dict[str, Any]) -> dict[str, Any]:
    """A service with what its channel asks for and nothing else."""
    channel = CHANNELS[stated["channel"]]
    kept = {k: v for k, v in stated.items()
            if k in ("document", "to", "channel", *channel.may)}  # fmt: skip
    more = {"witness": "虚构见证人"} if kept.get("refused_to_sign") else {}
    return {**kept, **more, **dict.fromkeys(channel.needs, "EMS-1")}


def _engine_value(walk: Walk, shape: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    """A value of a fact of the engine's own: days near today, any of the choices."""
    if "enum" in shape:
        return st.sampled_from(shape["enum"])
    if shape.get("format") == "date":
        today = walk.now.astimezone(SHANGHAI).date()
        return st.integers(-20, 200).map(lambda n: (today + timedelta(n)).isoformat())
    if shape["type"] == "boolean":
        return st.booleans()
    return st.just(shape["examples"][0])


@st.composite
def _content(
    draw: st.DrawFn, walk: Walk, event: str
) -> tuple[Mapping[str, Any], dict[str, str | None]]:
    compiled = walk.workflow.compiled
    if event in engine_events.EVENTS:
        schema = engine_events.schema_of(compiled, event)
        assert isinstance(schema["properties"], dict)
        required: Any = schema["required"]
        stated = {
            name: draw(_engine_value(walk, one))
            for name, one in schema["properties"].items()
            if name in required or draw(st.integers(0, 3)) == 0
        }
        return _fitting(stated) if event == "serve" and draw(st.booleans()) else stated, {}
    spec = compiled.definition.events[event]
    facts = {name: draw(a_value(compiled.definition.facts[name])) for name in spec.needs}
    if draw(st.booleans()):
        facts.update({n: draw(a_value(compiled.definition.facts[n])) for n in spec.may})
    offered = engine_events.materials_of(compiled, event)
    chosen = draw(st.sampled_from([offered, offered, offered[:1], ()]))
    return {k: v for k, v in facts.items() if v is not None}, dict.fromkeys(chosen)
