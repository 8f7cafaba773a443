"""The register of guards: what a condition is, how it is named, and how several are asked.

A guard is a pure function of a `View` that answers None (yes) or an `Unmet` with its reason. The
names are the vocabulary of `guards:`, `when:` and `applies_if:` in the reforms; arguments save a
twin function, never an expression. `rules/guards.py` is where all of them come together.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from rules.view import Unmet, View, Words
from rules.wording import together

GuardFunction = Callable[..., Unmet | None]


@dataclass(frozen=True, slots=True)
class Guard:
    """A registered guard and the names of its arguments."""

    name: str
    function: GuardFunction
    required: frozenset[str]
    allowed: frozenset[str]
    means: str


GUARDS: dict[str, Guard] = {}
_READS = (
    "fact",
    "facts",
    "materials",
    "other",
    "since",
    "drawn",
    "pool",
    "seed",
    "take",
    "whole",
    "without",
)
"""Arguments that name something an act itself can bring: facts, or groups of materials."""


def guard(function: GuardFunction) -> GuardFunction:
    """Register a guard under its own name. Its docstring is shown beside the name."""
    parameters = list(inspect.signature(function).parameters.values())[1:]
    GUARDS[function.__name__] = Guard(
        name=function.__name__,
        function=function,
        required=frozenset(p.name for p in parameters if p.default is p.empty),
        allowed=frozenset(p.name for p in parameters),
        means=inspect.getdoc(function) or "",
    )
    return function


def reads(args: Mapping[str, Any]) -> frozenset[str]:
    """The facts and material groups a guard call depends on."""
    found: set[str] = set()
    for key in _READS:
        value = args.get(key, ())
        found.update([value] if isinstance(value, str) else value)
    return frozenset(found)


class Call(Protocol):
    """A guard as a definition names it: its name, arguments and own clause."""

    @property
    def name(self) -> str:
        """The guard's name."""

    @property
    def args(self) -> Mapping[str, Any]:
        """Its arguments."""

    @property
    def clause(self) -> str | None:
        """The clause of the condition itself, where it has one."""


def first_unmet(view: View, calls: Iterable[Call]) -> Unmet | None:
    """The first guard of several that says no, with its own clause, or None when all hold."""
    for call in calls:
        no = GUARDS[call.name].function(view, **call.args)
        if no is not None:
            return no if call.clause is None else replace(no, clause=call.clause)
    return None


def named(view: View, names: Iterable[str]) -> Words:
    """Several facts or materials as one phrase in each language."""
    return together(view.label(name) for name in names)


def who(view: View, party: str | None) -> Words:
    """A party of the case as it is called; the applicant where none is named."""
    return ("申请人", "the applicant") if party is None else view.label(party)


def unmet(view: View, reason: str, fact: str, zh: str, en: str) -> Unmet:
    """A refusal that begins with what the fact is called."""
    label_zh, label_en = view.label(fact)
    return Unmet(reason, f"{label_zh}：{zh}", f"{label_en}: {en}")


def limit_of(view: View, parameter: str) -> float:
    """The number in force today. Raises TypeError for a parameter that is no number."""
    value = view.world.parameters.value(view.workflow, parameter, view.today)[1].value
    if not isinstance(value, int | float):
        raise TypeError(f"{view.workflow}.{parameter} is not a number")
    return value
