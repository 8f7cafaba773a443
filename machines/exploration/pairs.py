"""Two workflows together: one that closes the commitment route to a party, one that admits on it.

The first is walked until it has entered a party on each list that closes the route, or restricted
it outright. What that leaves in the credit file is the world of the second, which begins in it; the
restriction may end at any time, and may come at any time before the party has committed itself. No
licence may be issued on a commitment in that world; and once the restriction is over, one can be.
What is asked is whether somebody is admitted: a party that is listed after its commitment, and
before its licence, is not looked at, and all parties of a case share one credit file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from machines.acts import Act
from machines.book import Workflow, parameters_of
from machines.case import Case
from machines.exploration.moves import Moves
from machines.exploration.partition import Partition
from machines.exploration.property import effects_of, place_of
from machines.exploration.routes import committing, issued_on_commitment, promising
from machines.exploration.search import Step, Turning, Walked, walk
from machines.exploration.slices import alike, slice_of, slices_of, together
from machines.exploration.story import told
from machines.exploration.symbolic import START, Turn
from machines.exploration.told import Told
from machines.exploration.worlds import parents_of, worlds_in, worlds_of
from machines.graph import Finding
from machines.lists import ListFile
from machines.words import Text
from rules.view import CreditView, Listed, Restriction, World
from rules.working_days import Calendar

_ROUTE = "commitment_route"
_ENOUGH = (150, 1000, 4000)
"""So many cases a slice of the first workflow are walked in search of what it closes."""

NOT_ADMITTED = Text(
    zh="受限期间，任何流程均不凭承诺准入",
    en="while the commitment route is closed to a party, no workflow admits it on a commitment",
)
ADMITTED_AGAIN = Text(
    zh="限制解除后，可以再凭承诺准入",
    en="when the restriction is over, the party can be admitted on a commitment again",
)


@dataclass(frozen=True, slots=True)
class Closure:
    """A way a workflow closes the commitment route: `by` a list or an order, `ended_by` which
    workflow, with the story that leads there."""

    workflow: str
    by: str
    ended_by: str | None
    restrictions: tuple[Restriction, ...]
    view: CreditView
    story: tuple[Text, ...]

    def reaches(self, workflow: str) -> bool:
        """Whether the route is closed in that workflow."""
        return any(
            one.kind == _ROUTE and one.workflow in (None, workflow) for one in self.restrictions
        )


@dataclass(frozen=True, slots=True)
class Pair:
    """What was walked of two workflows together, and what was found."""

    closes: str
    admits: str
    by: str
    ended_by: str | None
    cases: int
    steps: int
    whole: bool
    findings: tuple[tuple[Finding, tuple[Text, ...]], ...]


def across(
    asked: Mapping[str, Workflow], known: Mapping[str, Workflow], lists: ListFile,
    calendar: Calendar, limit: int | None = None,
) -> Iterator[Pair]:  # fmt: skip
    """Every pair of which one is asked for. `known`: all workflows, by key."""
    admitting = {key: one for key, one in known.items() if admissions(one)}
    for key, one in known.items():
        wanted = admitting if key in asked else {k: a for k, a in admitting.items() if k in asked}
        if not wanted or not _named(one, lists):
            continue
        for closure in closures(one, lists, calendar, limit):
            for admits, other in wanted.items():
                if closure.reaches(admits):
                    yield admitted(closure, other, calendar, limit)


def admissions(workflow: Workflow) -> frozenset[str]:
    """The events that admit on a commitment: those that issue a licence on one; in a workflow that
    issues none, the promise itself, on which the thing is done at once."""
    compiled = workflow.compiled
    if compiled.definition.licences:
        return frozenset(edge.event for edge in issued_on_commitment(compiled))
    return promising(compiled)


def _named(workflow: Workflow, lists: ListFile) -> frozenset[str]:
    """The lists and orders by which a workflow may close the route."""
    definition = workflow.definition
    effects = [effect for edge in definition.transitions for effect in edge.effects]
    effects += [effect for duty in definition.obligations for effect in duty.on_miss.effects]
    found = set()
    for effect in effects:
        if effect.do == "restrict" and effect.restriction == _ROUTE:
            found.add("restrict")
        elif effect.do == "list":
            spec = lists.find(effect.list)
            if spec is not None and any(one.restriction == _ROUTE for one in spec.restrictions):
                found.add(effect.list)
    return frozenset(found)


def closures(
    workflow: Workflow, lists: ListFile, calendar: Calendar, limit: int | None = None
) -> tuple[Closure, ...]:
    """Each list on which a workflow enters a party, and each order, with a shortest way there, or
    without one where the walk is broken off before it has come so far."""
    compiled = workflow.compiled
    wanted, found = _named(workflow, lists), dict[str, Closure]()
    worlds = worlds_of(compiled, calendar, parameters_of([workflow]))
    partition, known = Partition(compiled, worlds[0], START.date()), Told(compiled)
    slices = [together(group) for group in alike(slices_of(compiled))]
    enough = dict.fromkeys(min(one, limit or one) for one in _ENOUGH)
    for most, one in product(enough, slices):
        if wanted <= found.keys():
            break
        walked = walk(compiled, Moves(compiled, one, partition, known), worlds, most)
        for step in walked.steps:
            for closure in _closed_by(workflow, walked, step, lists):
                found.setdefault(closure.by, closure)
    return tuple(found.get(name) or _unwalked(workflow, name, lists) for name in sorted(wanted))


def _unwalked(workflow: Workflow, name: str, lists: ListFile) -> Closure:
    """What a definition says it closes, where the walk has not come so far."""
    title, spec = workflow.definition.title, lists.find(name)
    said = Text(zh=f"{title.zh}：{name}（走查未及此处）",
                en=f"{title.en}: {name} (the walk has not come so far)")  # fmt: skip
    closed = lists.closed_to(name, "") if spec else (
        Restriction(_ROUTE, None, "", title.zh, title.en),)  # fmt: skip
    entries = (Listed(name, START.date()),) if spec else ()
    view = CreditView(lists=tuple(e.list for e in entries), restrictions=closed, entries=entries)
    out = None if spec is None else spec.way_out.workflow
    return Closure(workflow.key, name, out, closed, view, (said,))


def _closed_by(
    workflow: Workflow, walked: Walked, step: Step, lists: ListFile
) -> Iterator[Closure]:
    for effect in effects_of(step, adverse=True):
        clause = " ".join(effect.clauses)
        by, out = "restrict", None
        closed: tuple[Restriction, ...] = ()
        if effect.do == "list":
            by = str(effect.what["list"])
            spec = lists.find(by)
            out = None if spec is None else spec.way_out.workflow
            closed = lists.closed_to(by, clause)
        elif effect.do == "restrict":
            what = effect.what
            title = workflow.definition.title
            closed = (Restriction(str(what["restriction"]), what.get("workflow"), clause, title.zh,
                                  title.en),)  # fmt: skip
        if not any(one.kind == _ROUTE for one in closed):
            continue
        listed = (by,) if effect.do == "list" else ()
        entries = tuple(Listed(name, START.date(), clause) for name in listed)
        view = CreditView(lists=listed, restrictions=closed, entries=entries)
        story = told(walked, step.target, step)
        yield Closure(workflow.key, by, out, closed, view, story)


def admitted(
    closure: Closure, workflow: Workflow, calendar: Calendar, limit: int | None = None
) -> Pair:
    """The second workflow walked in the world the first one leaves behind."""
    compiled = workflow.compiled
    events = admissions(workflow)
    tracks = {edge.track for edge in compiled.definition.transitions if edge.event in events}
    parameters = parameters_of([workflow])
    worlds = worlds_in(compiled, calendar, parameters, (CreditView(), closure.view))
    moves = Moves(compiled, slice_of(compiled, tracks),
                  Partition(compiled, worlds[0], START.date()), Told(compiled))  # fmt: skip
    turning = _turning(closure, parents_of(compiled), committing(compiled))
    walked = walk(compiled, moves, worlds, limit, turning)
    return Pair(closure.workflow, workflow.key, closure.by, closure.ended_by, len(walked.cases),
                len(walked.steps), walked.whole,
                tuple(_judged(closure, workflow, walked, worlds, events)))  # fmt: skip


def _turning(closure: Closure, parents: int, commits: frozenset[str]) -> Turning:
    """The restriction ends at any time; it comes anew while nothing has been promised."""
    by = closure.ended_by or closure.workflow
    ends = Turn(Text(zh=f"限制解除（{by}）", en=f"the restriction ends ({by})"))
    begins = Turn(Text(zh=f"受到限制（{closure.workflow}）",
                       en=f"the restriction begins ({closure.workflow})"))  # fmt: skip

    def onward(case: Case, world: int) -> Iterable[tuple[Turn, int]]:
        view, parent = divmod(world, parents)
        if view:
            yield ends, parent
        elif not commits & case.happened.keys():
            yield begins, parents + parent

    return Turning(frozenset(range(parents, 2 * parents)), onward)


def _judged(
    closure: Closure, workflow: Workflow, walked: Walked, worlds: tuple[World, ...],
    events: frozenset[str],
) -> Iterator[tuple[Finding, tuple[Text, ...]]]:  # fmt: skip
    """The first admission while restricted; and whether there is one when it is over."""
    licences, half = bool(workflow.definition.licences), len(worlds) // 2
    steps = [
        step
        for step in walked.steps
        if isinstance(step.move, Act)
        and step.move.event in events
        and _known(step, restricted=step.world >= half)
        and (not licences or any(one.do == "issue" for one in effects_of(step)))
    ]
    parsed = workflow.parsed
    reasons = {
        step.world >= half: step for step in reversed(steps)
    }  # the first step in each of the two
    if True in reasons:
        step = reasons[True]
        assert isinstance(step.move, Act)
        at = place_of(walked.compiled, step.move.event)
        clauses = tuple(one.clause for one in closure.restrictions if one.kind == _ROUTE)
        text = f"{step.move.event} admits a party restricted by {closure.workflow} ({closure.by})"
        finding = Finding("restricted_not_admitted", text, tuple(filter(None, clauses)),
                          parsed.file, parsed.line(at))  # fmt: skip
        yield finding, (NOT_ADMITTED, *closure.story, *told(walked, step.target, step))
    if False not in reasons and walked.whole:
        text = f"nobody restricted by {closure.workflow} ({closure.by}) is ever admitted again"
        finding = Finding("admitted_again", text, (), parsed.file, parsed.line(("transitions",)))
        yield finding, (ADMITTED_AGAIN, *closure.story)


def _known(step: Step, *, restricted: bool) -> bool:
    """Who has no number has no credit file, and nothing in it restricts anybody."""
    return not restricted or (
        step.before is not None and step.before.subject.credit_key is not None
    )
