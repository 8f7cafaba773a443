"""Which grounds of the lists a credit file bears out today, and the records that do it.

The criteria are data (`workflows/lists.yaml`), their conditions the guards of every definition.
Nothing is entered on a list by this: it tells the person who decides what there is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cases.casework import Casework
from cases.credit import credit_of
from cases.lineage import lineage_of
from cases.ports import Unit
from machines.book import Workflow
from machines.lists import Criterion, ListSpec
from rules.credit_guards import counted
from rules.guards import first_unmet
from rules.parameters import ParameterError, Settings
from rules.periods import shanghai_date
from rules.view import CreditFact, CreditView, View, World


@dataclass(frozen=True, slots=True)
class Ground:
    """A criterion that is met, with the records counted for it (a clean record counts none)."""

    spec: ListSpec
    criterion: Criterion
    counted: tuple[CreditFact, ...]


def grounds(casework: Casework, unit: Unit, code: str, now: datetime) -> tuple[Ground, ...]:
    """The criteria that the credit file of an enterprise meets on this day. Where a condition
    asks for a stated fact (since when it is in the trade), the latest case of that reform says."""
    head = lineage_of(unit, code).head
    credit = credit_of(unit, casework.book.lists, head)
    found: list[Ground] = []
    for spec in casework.book.lists.lists:
        for criterion in spec.criteria:
            workflow = casework.book.workflows.get(criterion.workflow)
            if workflow is None:
                continue
            facts = _stated(casework, unit, workflow, head)
            view = _view(casework, workflow, facts, credit, now)
            if _met(criterion, view):
                records = (counted(view, ref.name, ref.args) for ref in criterion.guards)
                every = dict.fromkeys(one for some in records for one in some)
                found.append(Ground(spec, criterion, tuple(every)))
    return tuple(found)


def _met(criterion: Criterion, view: View) -> bool:
    """A number that does not apply yet makes no ground."""
    try:
        return first_unmet(view, criterion.guards) is None
    except ParameterError:
        return False


def _stated(casework: Casework, unit: Unit, workflow: Workflow, code: str) -> dict[str, Any]:
    rows = unit.cases(workflow=workflow.key, uscc=code)
    if not rows:
        return {}
    case, _ = casework.load(unit, max(rows, key=lambda row: row.opened_at))
    return dict(case.facts)


def _view(
    casework: Casework, workflow: Workflow, facts: dict[str, Any], credit: CreditView, now: datetime
) -> View:
    """The enterprise as a guard sees it, outside of any case."""
    world = World(casework.calendar, casework.book.parameters, Settings(""))
    return View(
        workflow=workflow.key, today=shanghai_date(now), facts=facts, tracks={},
        in_hand=frozenset(), groups={}, duties={}, licences={}, happened={}, credit=credit,
        world=world, labels=workflow.compiled.labels, words=workflow.compiled.words,
    )  # fmt: skip
