"""What a case has been told, as far as conditions can tell it apart.

A condition whose facts always come together in one act is represented by its answer; where an act
can state one of them and leave the others as they were, by the facts themselves.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

from machines.case import Case
from machines.codec import canonical
from machines.compiler import Compiled
from machines.exploration.refs import all_guards
from machines.exploration.symbolic import START
from machines.frozen import replace
from machines.views import view_of
from machines.words import GuardRef
from rules.guards import first_unmet, reads
from rules.view import View, World

_OF_THE_CASE = frozenset({"event", "track", "obligation", "licence", "party", "materials"})
"""Arguments by which a condition looks at more than facts and the file of the applicant."""


class Told:
    """The conditions on facts of one workflow."""

    def __init__(self, compiled: Compiled) -> None:
        self.compiled = compiled
        facts = compiled.definition.facts.keys()
        self._answers: list[tuple[GuardRef, frozenset[str]]] = []
        self._known: dict[Hashable, bool] = {}
        self._raw: dict[str, None] = {}
        seen = set()
        for one in all_guards(compiled.definition):
            looked_at = reads(one.args) & facts
            mark = (one.name, canonical(dict(one.args)))
            if not looked_at or mark in seen:
                continue
            seen.add(mark)
            if self._together(looked_at):
                self._answers.append((one, looked_at))
            else:
                self._raw.update(dict.fromkeys(sorted(looked_at)))

    def _together(self, facts: frozenset[str]) -> bool:
        definition = self.compiled.definition
        acts = [(definition.opening.needs, definition.opening.may)]
        acts += [(event.needs, event.may) for event in definition.events.values()]
        return len(facts) == 1 or all(
            facts <= {*needs} or not facts & {*needs, *may} for needs, may in acts
        )

    def view(self, case: Case, world: World) -> View:
        """The case as its conditions see it."""
        return view_of(self.compiled, case, START, world)

    def of(self, view: View, stated: Mapping[str, Any], live: frozenset[str] | None) -> Hashable:
        """Equal where no condition on the live facts can tell. `stated`: what an act adds."""
        facts = {**view.facts, **stated}
        view = replace(view, facts=facts)
        answers = tuple(
            self._holds(place, one, looked_at, view)
            for place, (one, looked_at) in enumerate(self._answers)
            if live is None or looked_at & live
        )
        raw = [n for n in self._raw if (live is None or n in live) and n in facts]
        return (answers, canonical({name: facts[name] for name in raw}))

    def _holds(self, place: int, one: GuardRef, looked_at: frozenset[str], view: View) -> bool:
        """Whether a condition holds; asked once of the same facts, unless it looks at the past."""
        if one.args.keys() & _OF_THE_CASE:
            return first_unmet(view, (one,)) is None
        stated = tuple(repr(view.facts.get(name)) for name in sorted(looked_at))
        known = (place, id(view.credit), stated)
        if known not in self._known:
            self._known[known] = first_unmet(view, (one,)) is None
        return self._known[known]
