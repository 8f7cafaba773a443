"""The edits of transitions and of what they stand on: roles, states, conditions, effects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tests.proof.mutation.edits import OUT, At, Edit, each_out, flipped, following, listed

_MILDER = ["issue", "suspend_licence", "reinstate", "revoke", "withdraw_licence", "cancel"]
_PAIRS = [["list", "delist"], ["freeze", "unfreeze"]]
_ROUTES = ["commitment_route", "acceptance", "benefits", "credit"]


def edge_edits(plain: Mapping[str, Any], lists: list[str]) -> Iterator[Edit]:
    """Everything that can be changed in the transitions of a definition."""
    names = Known(plain, lists)
    for index, edge in enumerate(plain["transitions"]):
        at: At = ("transitions", index)
        yield Edit("drop an edge", at, OUT)
        yield from _roles(edge, at, names)
        yield from _states(plain, edge, at)
        yield from guard_edits(edge.get("guards"), (*at, "guards"), names)
        yield from effect_edits(edge.get("effects"), (*at, "effects"), names)


class Known:
    """The names of a definition that can be put in each other's place."""

    def __init__(self, plain: Mapping[str, Any], lists: list[str]) -> None:
        edges = plain["transitions"]
        roles = [role for edge in edges for role in listed(edge.get("role"))]
        every = dict.fromkeys([*roles, *plain["opening"]["role"]])
        self.roles = [role for role in every if role != "engine"]
        self.parties = ["subject", *plain.get("parties", {})]
        self.lists = lists
        self.facts = plain.get("facts", {})
        self.materials = plain.get("materials", {})
        self.licences = list(plain.get("licences", {}))


def _roles(edge: Mapping[str, Any], at: At, names: Known) -> Iterator[Edit]:
    roles = listed(edge.get("role"))
    if not roles or roles == ["engine"]:
        return
    more = following([*roles, *(one for one in names.roles if one not in roles)], roles[-1])
    if more is not None and more not in roles:
        yield Edit("widen a role", (*at, "role"), [*roles, more])
        yield Edit("swap a role", (*at, "role"), [more])
    if len(roles) > 1:
        for role in roles:
            rest = [one for one in roles if one != role]
            yield Edit("narrow a role", (*at, "role"), rest)


def _states(plain: Mapping[str, Any], edge: Mapping[str, Any], at: At) -> Iterator[Edit]:
    states = list(plain["tracks"][edge.get("track", "main")]["states"])
    source = listed(edge["from"])
    other = following(states, edge["to"]) if edge["to"] != "same" else source[0]
    if edge["to"] == "same":
        other = following(states, source[0])
    if other is not None:
        yield Edit("lead an edge elsewhere", (*at, "to"), other)
    for state in source if len(source) > 1 else ():
        yield Edit("narrow where an edge begins", (*at, "from"), [s for s in source if s != state])
    outside = [state for state in states if state not in source]
    if outside:
        after = following([source[-1], *outside], source[-1])
        yield Edit("widen where an edge begins", (*at, "from"), [*source, after])


def guard_edits(guards: Any, at: At, names: Known) -> Iterator[Edit]:
    """Conditions taken out, and their arguments changed."""
    for index, one in enumerate(guards or ()):
        here = (*at, index)
        yield Edit("drop a guard", here, OUT)
        if isinstance(one, dict):
            for name, args in one.items():
                yield from _arguments(args or {}, (*here, name), names)


def _arguments(args: Mapping[str, Any], at: At, names: Known) -> Iterator[Edit]:
    for key, value in args.items():
        here = (*at, key)
        if isinstance(value, list):
            yield from each_out("drop an item of a guard", here, value, 1)
        elif isinstance(value, bool):
            yield Edit("turn a guard's value", here, not value)
        elif key == "value":
            spec = names.facts.get(args.get("fact"), {})
            other = following(list(spec.get("choices", {})), value)
            if other is not None:
                yield Edit("turn a guard's value", here, other)
        elif key == "list" and (other := following(names.lists, value)):
            yield Edit("swap a list", here, other)
        elif key == "materials" and (other := following(_groups(names.materials), value)):
            yield Edit("swap a guard's materials", here, other)


def _groups(materials: Mapping[str, Any]) -> list[str]:
    own = [name for name in materials if name not in ("named", "open_list")]
    return [*own, *materials.get("named", {})]


def effect_edits(effects: Any, at: At, names: Known) -> Iterator[Edit]:
    """Effects taken out, turned against others, made something else."""
    for index, one in enumerate(effects or ()):
        here = (*at, index)
        yield Edit("drop an effect", here, OUT)
        yield from guard_edits(one.get("when"), (*here, "when"), names)
        against = listed(one.get("against"))
        other = following(names.parties, against[0] if against else "subject")
        if other is not None:
            yield Edit("swap the target", (*here, "against"), [other])
        if len(against) > 1:
            yield from each_out("drop one of several targets", (*here, "against"), against, 1)
        yield from _other_effect(one, here, names)


def _other_effect(one: Mapping[str, Any], at: At, names: Known) -> Iterator[Edit]:
    yield from flipped("swap what is done", (*at, "do"), one["do"], _MILDER)
    for pair in _PAIRS:
        yield from flipped("swap what is done", (*at, "do"), one["do"], pair)
    yield from flipped("swap a restriction", (*at, "restriction"), one.get("restriction"), _ROUTES)
    if one["do"] in ("list", "delist") and (other := following(names.lists, one["list"])):
        yield Edit("swap a list", (*at, "list"), other)
    if one["do"] == "record_credit":
        yield from (Edit("drop what a fact reports", (*at, key), OUT)
                    for key in ("on", "value") if key in one)  # fmt: skip
    if "licence" in one and (other := following(names.licences, one["licence"])):
        yield Edit("swap a licence", (*at, "licence"), other)
    if one["do"] in ("notify", "task", "escalate", "push", "refer"):
        key = "role" if one["do"] == "task" else "to"
        told = listed(one[key])
        other = following([*told, *(r for r in names.roles if r not in told)], told[-1])
        if other is not None and other not in told:
            new: Any = [*told[:-1], other] if isinstance(one[key], list) else other
            yield Edit("tell somebody else", (*at, key), new)
        yield from each_out("drop one of those told", (*at, key), one[key], 1)
