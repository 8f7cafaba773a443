"""What the conditions of a definition look at, line by line: facts, events, duties, papers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from machines.compiler import Compiled
from machines.definition import Definition, Obligation, Timer
from machines.moments import EventRef
from machines.words import GuardRef
from rules import credit_guards, linked_guards, restriction_guards
from rules.guards import GUARDS, reads

_CREDIT = (credit_guards.__name__, restriction_guards.__name__)


@dataclass(frozen=True, slots=True)
class Looks:
    """What some conditions look at. `facts` are names of facts and of groups of materials;
    `anew`: (group, obligation) of papers that have to be newer than the last act on a duty."""

    facts: frozenset[str] = frozenset()
    events: frozenset[str] = frozenset()
    duties: frozenset[str] = frozenset()
    tracks: frozenset[str] = frozenset()
    licences: frozenset[str] = frozenset()
    anew: frozenset[tuple[str, str]] = frozenset()
    credit: bool = False
    parent: bool = False

    def __or__(self, other: Looks) -> Looks:
        return Looks(
            self.facts | other.facts, self.events | other.events, self.duties | other.duties,
            self.tracks | other.tracks, self.licences | other.licences, self.anew | other.anew,
            self.credit or other.credit, self.parent or other.parent,
        )  # fmt: skip


NOTHING = Looks()


def looks_of(guards: Iterable[GuardRef]) -> Looks:
    """What these conditions look at together."""
    found = NOTHING
    for one in guards:
        found = found | _of_one(one.name, one.args)
    return found


def _of_one(name: str, args: Mapping[str, Any]) -> Looks:
    def said(key: str) -> frozenset[str]:
        return frozenset([str(args[key])]) if key in args else frozenset()

    facts = reads(args)
    anew = frozenset[tuple[str, str]]()
    if name == "all_in_hand_anew":
        anew = frozenset([(str(args["materials"]), str(args["obligation"]))])
    place = GUARDS[name].function.__module__
    parent = place == linked_guards.__name__
    return Looks(
        facts=facts,
        events=said("event"),
        duties=said("obligation"),
        tracks=frozenset() if parent else said("track"),
        licences=frozenset() if parent else said("licence"),
        anew=anew,
        credit=place in _CREDIT,
        parent=parent,
    )


def moments_of(duty: Obligation | Timer) -> tuple[EventRef, ...]:
    """Every moment at which something becomes of a duty."""
    if isinstance(duty, Timer):
        return (*duty.starts.refs, *duty.stopped_by)
    return (*duty.starts.refs, *duty.filed_by, *duty.met_by, *duty.reopened_by,
            *duty.rejection_served, *duty.waived_by)  # fmt: skip


def events_of(duty: Obligation | Timer) -> frozenset[str]:
    """The events by which a duty moves, and those it raises."""
    named = {ref.event for ref in moments_of(duty) if ref.event is not None}
    named.update(one for one in (duty.starts.counted_from, duty.due.until, duty.due.before) if one)
    if isinstance(duty, Timer):
        named.add(duty.raises)
    else:
        named.update(one for one in (duty.on_miss.mark, duty.on_miss.event) if one)
    return frozenset(named)


def guards_of_duty(duty: Obligation | Timer) -> Iterator[GuardRef]:
    """Every condition a duty has."""
    for ref in moments_of(duty):
        yield from ref.when
    if isinstance(duty, Obligation):
        yield from duty.applies_if
        for effect in duty.on_miss.effects:
            yield from effect.when


def all_guards(definition: Definition) -> Iterator[GuardRef]:
    """Every condition of a definition, wherever it stands."""
    yield from definition.opening.guards
    for edge in definition.transitions:
        yield from edge.guards
        for effect in edge.effects:
            yield from effect.when
    for duty in definition.duties:
        yield from guards_of_duty(duty)
    for group in definition.materials.groups.values():
        for item in group:
            yield from item.when


_TOUCH_THE_CASE = frozenset(
    {"issue", "annotate", "suspend_licence", "reinstate", "revoke", "withdraw_licence", "cancel",
     "bind_subject"}
)  # fmt: skip


def quiet_duties(definition: Definition) -> frozenset[str]:
    """The duties of which a miss changes nothing that can still happen: it moves no track, touches
    no licence, no condition and no other duty looks at it, and the act is still accepted late."""
    looks = looks_of(all_guards(definition))
    asked = {duty.due.before for duty in definition.obligations} | looks.duties
    return frozenset(
        duty.id
        for duty in definition.obligations
        if duty.id not in asked
        and duty.late == "accepted"
        and not (duty.on_miss.mark or duty.on_miss.event or duty.reopened_by)
        and not any(effect.do in _TOUCH_THE_CASE for effect in duty.on_miss.effects)
    )


def issuing(compiled: Compiled, duty: Obligation | Timer) -> frozenset[str]:
    """The events that issue the papers on whose service a duty waits."""
    documents = compiled.definition.documents
    served = {ref.serve for ref in moments_of(duty) if ref.serve is not None}
    return frozenset(event for name in served for event in documents[name].issued_by)


def written_by(compiled: Compiled, event: str) -> frozenset[str]:
    """The facts and groups of materials an event can bring."""
    spec = compiled.definition.events[event]
    return frozenset((*spec.needs, *spec.may, *spec.hands_in))
