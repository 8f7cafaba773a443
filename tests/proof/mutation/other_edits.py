"""The edits of everything around the procedure: facts, events, materials, papers, opening, closing,
and the dated numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from machines.frozen import replace
from rules.parameters import DatedParameter
from tests.proof.mutation.edge_edits import Known, guard_edits
from tests.proof.mutation.edits import OUT, At, Edit, each_out, following, listed


def other_edits(plain: Mapping[str, Any], lists: list[str]) -> Iterator[Edit]:
    """Everything that can be changed besides edges and duties."""
    names = Known(plain, lists)
    yield from _opening(plain["opening"], names)
    for name, fact in plain.get("facts", {}).items():
        yield from _fact(fact, ("facts", name))
    for name, event in plain["events"].items():
        yield from _event(event, ("events", name))
    yield from _materials(plain.get("materials", {}), names)
    for name, paper in plain.get("documents", {}).items():
        if "issued_by" in paper:
            yield Edit("drop what issues a paper", ("documents", name, "issued_by"), OUT)
    yield from _closing(plain["closing"])
    yield from _tracks(plain["tracks"])
    yield Edit("turn unique_open", ("unique_open",), not plain.get("unique_open", False))
    for index, setting in enumerate(plain.get("settings", ())):
        at: At = ("settings", index, "assumed")
        yield Edit("one more of a number", at, setting["assumed"] + 1)
    for role, party in plain.get("parties", {}).items():
        for flag in ("required", "same_as_subject"):
            new = not party.get(flag, False)
            yield Edit(f"turn whether a party is {flag}", ("parties", role, flag), new)
    yield from each_out("drop a service rule", ("service_rules",), plain.get("service_rules"))


def _opening(opening: Mapping[str, Any], names: Known) -> Iterator[Edit]:
    roles = listed(opening["role"])
    more = following([*roles, *(one for one in names.roles if one not in roles)], roles[-1])
    if more is not None and more not in roles:
        yield Edit("widen a role", ("opening", "role"), [*roles, more])
    for role in roles if len(roles) > 1 else ():
        yield Edit("narrow a role", ("opening", "role"), [one for one in roles if one != role])
    for key in ("needs", "may"):
        yield from each_out(f"drop a fact an act {key}", ("opening", key), opening.get(key))
    yield from guard_edits(opening.get("guards"), ("opening", "guards"), names)


def _fact(fact: Mapping[str, Any], at: At) -> Iterator[Edit]:
    if fact["type"] == "confirmation":
        yield Edit("let a confirmation be denied", (*at, "type"), "flag")
    if "gathers" in fact:
        yield Edit("let a list not gather", (*at, "gathers"), OUT)
    for key, step in (("minimum", -1), ("maximum", 1)):
        if key in fact:
            yield Edit("widen what a fact may be", (*at, key), fact[key] + step)
    for choice in fact.get("choices", {}) if len(fact.get("choices", {})) > 1 else ():
        yield Edit("drop a choice", (*at, "choices", choice), OUT)


def _event(event: Mapping[str, Any], at: At) -> Iterator[Edit]:
    for key in ("needs", "may"):
        for fact in listed(event.get(key)):
            rest = [one for one in listed(event[key]) if one != fact]
            yield Edit(f"drop a fact an act {key}", (*at, key), rest)
    yield from each_out("drop what an act hands in", (*at, "hands_in"), event.get("hands_in"))
    if event.get("duty") in ("approve", "inspect"):
        yield Edit("forget whose hand it was", (*at, "duty"), "other")
    for role in event.get("names", {}):
        yield Edit("drop a party an act names", (*at, "names", role), OUT)


def _materials(materials: Mapping[str, Any], names: Known) -> Iterator[Edit]:
    groups: list[tuple[At, Any]] = [
        (("materials", group), items) for group, items in materials.items()
        if group not in ("named", "open_list")
    ]  # fmt: skip
    groups += [(("materials", "named", name), items)
               for name, items in materials.get("named", {}).items()]  # fmt: skip
    for at, items in groups:
        for index, item in enumerate(items):
            yield Edit("drop a material", (*at, index), OUT)
            yield from each_out("drop an alternative", (*at, index, "one_of"), item.get("one_of"))
            yield from guard_edits(item.get("when"), (*at, index, "when"), names)


def _closing(closing: Mapping[str, Any]) -> Iterator[Edit]:
    yield from each_out("drop what decides", ("closing", "decided_by"), closing.get("decided_by"))
    for key in ("settles_when", "closes_when"):
        sets = closing[key]
        yield from each_out("drop a way to end", ("closing", key), sets, 1)
        for index, one in enumerate(sets):
            at: At = ("closing", key, index)
            for track, states in one.items():
                if len(one) > 1:
                    yield Edit("drop a track of an end", (*at, track), OUT)
                if len(listed(states)) > 1:
                    yield from each_out("drop a state of an end", (*at, track), states, 1)


def _tracks(tracks: Mapping[str, Any]) -> Iterator[Edit]:
    for track, spec in tracks.items():
        other = following(list(spec["states"]), spec["initial"])
        if other is not None:
            yield Edit("begin elsewhere", ("tracks", track, "initial"), other)
        for state, one in spec["states"].items():
            at: At = ("tracks", track, "states", state)
            if one.get("confidential"):
                yield Edit("show what is confidential", (*at, "confidential"), OUT)
            yield Edit("turn whether a state is final", (*at, "final"), not one.get("final", False))


def number_edits(parameter: DatedParameter) -> Iterator[tuple[str, str, DatedParameter]]:
    """A dated number one more, one less, a day later in force; an item off a list. Operator, in
    words, the parameter."""
    for index, dated in enumerate(parameter.values):

        def other(index: int = index, **changes: Any) -> DatedParameter:
            values = list(parameter.values)
            values[index] = replace(values[index], **changes)
            return replace(parameter, values=tuple(values))

        value = dated.value
        if isinstance(value, tuple):
            for item in value:
                rest = tuple(one for one in value if one != item)
                yield "drop an item of a list", f"without {item}", other(value=rest)
        elif isinstance(value, int | float):
            yield "one more of a number", f"{value} + 1", other(value=value + 1)
            yield "one less of a number", f"{value} - 1", other(value=value - 1)
        if index:
            later = dated.since + timedelta(days=1)
            yield "a number a day later in force", f"from {later}", other(since=later)
