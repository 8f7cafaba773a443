"""Every entry on a list has a way out, or the list says in words that the text gives none."""

from __future__ import annotations

from collections.abc import Iterator

from machines.case import EffectRecord
from machines.exploration.property import At, Broken, Seen, effects_of
from machines.exploration.search import Step, Walked


def list_way_out(seen: Seen) -> Iterator[Broken]:
    """A way out that leads through this workflow must lead on from the entry itself; one through
    another must take a party off there."""
    walked = seen.walked
    lists = seen.register.lists
    ahead: dict[str, set[int]] = {}
    for step in walked.steps:
        for effect in effects_of(step):
            if effect.do != "list":
                continue
            name = str(effect.what["list"])
            spec = lists.find(name)
            if spec is None:
                text = f"{name} is entered and is no list that says how one leaves it"
                yield Broken(name, text, _at(seen, step), step.target, step, effect.clauses)
                continue
            by = spec.way_out.workflow
            if by == seen.compiled.definition.key and walked.whole:
                if name not in ahead:
                    ahead[name] = _leading_off(walked, name)
                if step.target not in ahead[name]:
                    text = f"who is entered on {name} here can never be taken off it again"
                    yield Broken(name, text, _at(seen, step), step.target, step, effect.clauses)
            elif by is not None and name not in _takes_off(seen, by):
                text = f"{name} says one leaves it by {by}, which takes nobody off it"
                yield Broken(name, text, _at(seen, step), step.target, step, effect.clauses)


def _takes_off(seen: Seen, workflow: str) -> frozenset[str]:
    if workflow == seen.compiled.definition.key:
        return frozenset(
            str(effect.list)
            for edge in seen.compiled.definition.transitions
            for effect in edge.effects
            if effect.do == "delist"
        )
    return (seen.register.takes_off or {}).get(workflow, frozenset())


def _leading_off(walked: Walked, name: str) -> set[int]:
    """The cases from which a step that takes somebody off the list can be reached."""
    back: dict[int, set[int]] = {}
    new = []
    for step in walked.steps:
        if step.source is not None:
            back.setdefault(step.target, set()).add(step.source)
            if any(_leaves(effect, name) for effect in effects_of(step)):
                new.append(step.source)
    found = set(new) | {n for n in walked.pruned if n is not None}
    new = list(found)
    while new:
        for source in back.get(new.pop(), ()):
            if source not in found:
                found.add(source)
                new.append(source)
    return found


def _leaves(effect: EffectRecord, name: str) -> bool:
    return effect.do == "delist" and effect.what["list"] == name


def _at(seen: Seen, step: Step) -> At:
    events = {entry.event for entry in step.entries}
    for index, edge in enumerate(seen.compiled.definition.transitions):
        if edge.event in events and any(effect.do == "list" for effect in edge.effects):
            return ("transitions", index)
    for index, duty in enumerate(seen.compiled.definition.obligations):
        if any(effect.do == "list" for effect in duty.on_miss.effects):
            return ("obligations", index, "on_miss")
    return ("transitions",)
