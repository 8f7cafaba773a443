"""Shows a case to the guards: the frozen `View` of a case with an act's additions in it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from machines.case import Case
from machines.compiler import Compiled
from machines.frozen import replace
from rules.guards import first_unmet
from rules.periods import shanghai_date
from rules.view import View, World


def view_of(compiled: Compiled, case: Case, when: datetime, world: World) -> View:
    """The case as a guard sees it at an instant."""
    view = View(
        workflow=case.workflow,
        today=shanghai_date(when),
        facts=case.facts,
        tracks=case.tracks,
        in_hand=frozenset(case.documents),
        groups=compiled.groups,
        duties={duty.obligation: duty.status for duty in case.duties},
        licences={name: licence.status for name, licence in case.licences.items()},
        happened=case.happened,
        credit=world.credit_of(case.subject.credit_key),
        world=world,
        labels=compiled.labels,
        words=compiled.words,
        handed_in={name: one.at for name, one in case.documents.items()},
        acted={duty.obligation: duty.acted_at for duty in case.duties if duty.acted_at is not None},
        codes={role: party.credit_key for role, party in case.parties.items()},
    )
    return replace(view, groups=_owed(compiled, view)) if compiled.conditional else view


def _owed(compiled: Compiled, view: View) -> Mapping[str, tuple[tuple[str, ...], ...]]:
    """The material groups without what is not owed in this case."""
    return {
        name: tuple(item.accepted for item in group if first_unmet(view, item.when) is None)
        for name, group in compiled.definition.materials.groups.items()
    }
