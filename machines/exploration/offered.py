"""What a page offers a person can be done: some act with that event is taken by `decide`.

The offers are those of the desk itself (`machines/offers.py`), asked for every case of the walk by
one person on each side. An offer is kept where the walk has made a step with the event, or where an
act with other facts or papers is taken; all combinations are tried, up to a number.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import chain, islice, product
from typing import Any

from machines.acts import Act, Refused
from machines.case import Actor, Case
from machines.exploration.property import Broken, Seen, place_of
from machines.exploration.symbolic import START
from machines.offers import Offer, offers
from machines.step import decide
from rules.view import World

Stated = tuple[dict[str, Any], dict[str, str | None]]
MOST_TRIED = 2000
"""So many combinations of facts and papers are tried before an offer is called empty."""


def offer_kept(seen: Seen) -> Iterator[Broken]:
    """No event is offered that nobody's act can bring about."""
    made: dict[int | None, set[str]] = defaultdict(set)
    for step in seen.walked.steps:
        if isinstance(step.move, Act):
            made[step.source].add(step.move.event)
    tracks_of, told = seen.compiled.tracks_of, set()
    taken: dict[str, list[Stated]] = defaultdict(list)
    for number, case in enumerate(seen.walked.cases):
        if number >= seen.walked.gone_on_from:
            break
        world = seen.worlds[seen.walked.came[number].world]
        for offer in _offered(seen, case, world):
            tracks = tracks_of.get(offer.event, ())
            if not tracks or not seen.walked.slice.tracks.issuperset(tracks):
                continue
            if offer.event in made[number] or offer.event in told:
                continue
            why = _refused(seen, case, world, offer, taken[offer.event])
            if why is None:
                continue
            told.add(offer.event)
            text = f"{offer.event} is offered to {offer.role} and always refused: {why.en}"
            yield Broken(offer.event, text, place_of(seen.compiled, offer.event), number, None,
                         offer.clauses)  # fmt: skip


def _offered(seen: Seen, case: Case, world: World) -> Iterator[Offer]:
    """What is offered to a person on each side who has not acted in the case before."""
    roles = {role for edge in seen.compiled.definition.transitions for role in edge.role}
    for code, held in _by_code(case, roles).items():
        actor = Actor("somebody else", min(held), code)
        able, _ = offers(seen.compiled, case, actor, sorted(held), START, world)
        yield from able


def _by_code(case: Case, roles: set[str]) -> Mapping[str | None, list[str]]:
    found: dict[str | None, list[str]] = defaultdict(list)
    for role in sorted(roles - {"engine"}):
        party = case.subject if role == "applicant" else case.parties.get(role)
        found[None if party is None else party.uscc].append(role)
    return found


def _refused(
    seen: Seen, case: Case, world: World, offer: Offer, taken: list[Stated]
) -> Refused | None:
    """The last refusal of everything that can be tried; None as soon as something is taken. What
    was `taken` in another case is tried first."""
    spec = seen.compiled.definition.events[offer.event]
    party = case.subject if offer.role == "applicant" else case.parties.get(offer.role)
    actor = Actor("somebody else", offer.role, None if party is None else party.uscc)
    groups = [demand for group in spec.hands_in for demand in seen.compiled.groups[group]]
    papers: list[dict[str, str | None]] = [
        dict.fromkeys(one) for one in product(*({d[0], d[-1]} for d in groups))
    ]
    partition, last = seen.moves.partition, None
    every = product(partition.every(spec.needs, spec.may, case.facts), [*papers[:4], {}])
    for facts, documents in chain(tuple(taken), islice(every, MOST_TRIED)):
        act = Act(offer.event, actor, facts, documents)
        answer = decide(seen.compiled, case, act, START, world, hot=True)
        if not isinstance(answer, Refused):
            if (facts, documents) not in taken:
                taken.append((facts, documents))
            return None
        last = answer
    return last
