"""Shows a case to the guards: the frozen `View` of a case with an act's additions in it."""

from __future__ import annotations

from datetime import datetime

from machines.case import Case
from machines.compiler import Compiled
from rules.periods import shanghai_date
from rules.view import CreditView, View, World

_NO_CREDIT = CreditView()


def view_of(compiled: Compiled, case: Case, when: datetime, world: World) -> View:
    """The case as a guard sees it at an instant."""
    code = case.subject.uscc
    return View(
        workflow=case.workflow,
        today=shanghai_date(when),
        facts=case.facts,
        tracks=case.tracks,
        in_hand=frozenset(case.documents),
        groups=compiled.groups,
        duties={duty.obligation: duty.status for duty in case.duties},
        licences={name: licence.status for name, licence in case.licences.items()},
        happened=case.happened,
        credit=world.credit.get(code, _NO_CREDIT) if code is not None else _NO_CREDIT,
        world=world,
        labels=compiled.labels,
    )
