"""Whether the names in conditions and effects mean something: shared by every line that has any."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from machines.defects import Defect, defect, unknown
from machines.definition import Definition
from machines.words import GuardRef
from rules.guards import GUARDS

ENGINE_EVENTS = (
    "open", "serve", "record_failed_service", "suspend", "resume", "extend", "request_extension",
    "refuse_extension", "withdraw", "correct_record", "stay", "lift_stay", "restore",
    "cancel_registration",
)  # fmt: skip
At = tuple[str | int, ...]
Problem = tuple[At, Defect]


@dataclass(frozen=True, slots=True)
class Names:
    """What a definition may refer to."""

    definition: Definition
    clauses: frozenset[str]
    parameters: frozenset[str]
    roles: frozenset[str]

    @property
    def parties(self) -> tuple[str, ...]:
        return ("subject", *self.definition.parties)


def one_known(at: At, kind: str, name: str, known: Iterable[str]) -> Iterator[Problem]:
    """A problem where a name is not among those known."""
    wrong = unknown(kind, name, known)
    if wrong is not None:
        yield at, wrong


def all_known(at: At, kind: str, wanted: Iterable[str], known: Iterable[str]) -> Iterator[Problem]:
    """A problem for each wanted name that is not among those known."""
    names = list(known)
    for name in wanted:
        yield from one_known(at, kind, name, names)


def check_guards(names: Names, guards: Iterable[GuardRef], at: At) -> Iterator[Problem]:
    """Every condition is known, has its arguments, and they name what there is."""
    definition = names.definition
    known: dict[str, Iterable[str]] = {
        "fact": definition.facts,
        "facts": definition.facts,
        "materials": definition.materials.groups,
        "other": definition.facts,
        "since": definition.facts,
        "drawn": definition.facts,
        "pool": definition.facts,
        "seed": definition.facts,
        "take": definition.facts,
        "whole": definition.facts,
        "without": definition.facts,
        "party": names.parties,
        "setting": [one.id for one in definition.settings],
        "parameter": names.parameters,
        "period": names.parameters,
        "window": names.parameters,
        "within": names.parameters,
        "count": names.parameters,
        "years": names.parameters,
        "up_to": names.parameters,
        "above": names.parameters,
        "licence": definition.licences,
        "track": definition.tracks,
        "obligation": [one.id for one in definition.duties],
        "event": (*definition.events, *ENGINE_EVENTS),
    }
    for ref in guards:
        if ref.name not in GUARDS:
            yield from one_known(at, "guard", ref.name, GUARDS)
            continue
        guard = GUARDS[ref.name]
        yield from all_known(at, f"argument of `{ref.name}`", ref.args, guard.allowed)
        missing = guard.required - set(ref.args)
        if missing:
            yield at, defect("guard_needs", guard=ref.name, argument=sorted(missing)[0])
        for argument, value in ref.args.items():
            if argument in known and not ref.name.startswith("parent_"):
                wanted = [value] if isinstance(value, str) else value
                yield from all_known(at, argument, wanted, known[argument])
        if ref.name == "in_state" and ref.args.get("track") in definition.tracks:
            states = definition.tracks[ref.args["track"]].states
            yield from all_known(at, "state", ref.args.get("states", ()), states)


def check_effects(names: Names, effects: Iterable[Any], at: At) -> Iterator[Problem]:
    """Every effect names parties, papers, licences, facts and roles there are."""
    definition = names.definition
    addressees = (*names.roles, *names.parties)
    for index, effect in enumerate(effects):
        where: At = (*at, index)
        yield from check_guards(names, effect.when, where)
        yield from all_known(where, "party", effect.against, names.parties)
        if effect.for_each is not None:
            listed = [name for name, one in definition.facts.items() if one.type == "parties"]
            yield from one_known(where, "fact of type parties", effect.for_each, listed)
        for field, known in (
            ("licence", definition.licences),
            ("document", definition.documents),
            ("role", names.roles),
        ):
            value = getattr(effect, field, None)
            if value is not None:
                yield from one_known(where, field, value, known)
        if effect.do == "bind_subject":
            yield from one_known(where, "fact", effect.uscc, definition.facts)
        if effect.do == "record_credit":
            stated = [one for one in (effect.on, effect.value) if one is not None]
            yield from all_known(where, "fact", stated, definition.facts)
        if effect.do in ("open_case", "signal"):
            yield from all_known(where, "fact", effect.facts.values(), definition.facts)
        to = None if effect.do == "signal" else getattr(effect, "to", None)
        if to is not None:
            yield from all_known(
                where, "addressee", (to,) if isinstance(to, str) else to, addressees
            )
