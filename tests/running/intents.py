"""What is offered to somebody now, done as it should be, or with a wrong hand, or a wrong fact."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from machines.acts import Act, Refused
from machines.case import Actor
from machines.definition import FactSpec
from machines.engine_events import EVENTS, materials_of
from machines.facts import example_of
from machines.frozen import replace
from machines.offers import offers
from machines.rungs import closed
from machines.step import decide
from tests.properties.walker import Walk, acts, plain

_WRONG: dict[str, Any] = {
    "flag": "yes", "confirmation": False, "choice": "no_such_choice", "choices": "no_list",
    "text": 7, "date": "2025-02-30", "instant": "noon", "integer": "many", "number": "many",
    "uscc": "91999999MA0000001X", "list": "no list", "party": {"uscc": "no code"},
    "parties": [{"name": 3}],
}  # fmt: skip


@st.composite
def offered(draw: st.DrawFn, walk: Walk) -> Act:
    """An event of the definition that is offered to one of its roles; where none is, anything."""
    able = possible(walk)
    if not able:
        return draw(acts(walk))
    event, role = draw(st.sampled_from(able))
    how = draw(st.sampled_from(["right"] * 5 + ["wrong hand", "wrong fact", "fact missing"]))
    if how == "wrong hand":
        role = draw(st.sampled_from(sorted(walk.workflow.compiled.sides)))
    act = rightly(walk, event, role)
    facts = dict(act.facts)
    if how == "wrong fact" and facts:
        name = draw(st.sampled_from(sorted(facts)))
        facts[name] = wrong(walk.workflow.definition.facts[name])
    if how == "fact missing" and facts:
        del facts[draw(st.sampled_from(sorted(facts)))]
    return replace(act, facts=facts)


def possible(walk: Walk) -> list[tuple[str, str]]:
    """The events of the definition offered to its roles now, each with the role."""
    case, compiled = walk.case, walk.workflow.compiled
    assert case is not None
    roles = dict.fromkeys(r for e in compiled.definition.transitions for r in e.role)
    return [
        (offer.event, offer.role)
        for role in roles
        if role != "engine"
        for offer in offers(compiled, case, _actor(walk, role), (role,), walk.now, walk.world)[0]
        if offer.event not in EVENTS
    ]


def rightly(walk: Walk, event: str, role: str) -> Act:
    """An event done as it should be: with the examples of its facts and every material."""
    compiled = walk.workflow.compiled
    spec = compiled.definition.events[event]
    facts = {name: plain(example_of(compiled.definition.facts[name])) for name in spec.needs}
    papers: dict[str, str | None] = dict.fromkeys(materials_of(compiled, event))
    return Act(event, _actor(walk, role, spec.duty), facts, papers)


def ends(walk: Walk, act: Act) -> bool | None:
    """Whether the case would be closed by an act; None where it would be refused."""
    moved = decide(walk.workflow.compiled, walk.case, act, walk.now, walk.world, hot=True)
    return None if isinstance(moved, Refused) else closed(walk.workflow.compiled, moved.after[-1])


def wrong(spec: FactSpec) -> Any:
    """A value that a fact of this type cannot have."""
    return _WRONG[spec.type]


def _actor(walk: Walk, role: str, duty: str = "other") -> Actor:
    """The person who has this role in the case: who approves is not who inspects."""
    assert walk.case is not None
    party = walk.case.subject if role == "applicant" else walk.case.parties.get(role)
    return Actor(f"{role}-{duty}", role, None if party is None else party.uscc)
