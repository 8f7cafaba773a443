"""What the credit file says of an enterprise now: lists, facts, what is closed and granted.

Read in the transaction of the decision, with work not yet applied reckoned in: an intake must not
slip in between a finding and its entry on a list. What merged into an enterprise counts with it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from cases.lineage import lineage_of
from cases.ports import Unit
from cases.rows import CreditFactRow, ListRow, WorkRow
from machines.lists import ListFile
from rules.periods import shanghai_date
from rules.view import NO_CREDIT, CreditFact, CreditView, Listed, Restriction

_ORDERED = ("已作出的限制决定", "a restriction that was ordered")
Source = tuple[str, int, int]
"""Where something comes from: case, number of the entry, number of the effect."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A live entry on a list, or a restriction outside of one (`list` None). `code`: under which
    it was entered; `since`: the Shanghai date of the act that ordered it."""

    source: Source
    code: str
    list: str | None
    restriction: str | None
    workflow: str | None
    clauses: str
    since: date

    def closes(self, lists: ListFile) -> tuple[Restriction, ...]:
        """What it closes to the party."""
        if self.list is not None:
            return lists.closed_to(self.list, self.clauses)
        kind = self.restriction or "commitment_route"
        return (Restriction(kind, self.workflow, self.clauses, *_ORDERED),)


def credit_of(unit: Unit, lists: ListFile, code: str) -> CreditView:
    """The credit of a party: of the enterprise that bears its rights and duties today."""
    if unit.is_blank(code):
        return NO_CREDIT
    lineage = lineage_of(unit, code)
    stand = standing(unit, lists, lineage.codes)
    facts = facts_of(unit, lineage.codes)
    names = tuple(dict.fromkeys(one.list for one in stand if one.list is not None))
    closed = dict.fromkeys(each for one in stand for each in one.closes(lists))
    return CreditView(
        lists=names,
        restrictions=tuple(closed),
        version=len(stand) + len(facts),
        entries=tuple(Listed(one.list, one.since, one.clauses) for one in stand if one.list),
        facts=facts,
        privileges=lists.granted(names),
    )


def standing(unit: Unit, lists: ListFile, codes: Sequence[str]) -> tuple[Standing, ...]:
    """What stands under these codes, the first of which is today's: entries on lists and
    restrictions, by date. Praise is not inherited: red lists count for today's code alone."""
    stand = [_of_row(row) for code in codes for row in unit.lists(uscc=code)]
    waiting = sorted(
        (row for code in codes for row in unit.open_work(code)),
        key=lambda row: (row.at, row.case_id, row.seq, row.n),
    )
    for row in waiting:
        stand = _applied(stand, row, json.loads(row.body))
    return tuple(
        sorted(
            (one for one in stand if one.code == codes[0] or not _is_red(lists, one.list)),
            key=lambda one: (one.since, one.source),
        )
    )


def _is_red(lists: ListFile, name: str | None) -> bool:
    spec = None if name is None else lists.find(name)
    return spec is not None and spec.side == "red"


def _of_row(row: ListRow) -> Standing:
    return Standing((row.case_id, row.seq, row.n), row.uscc, row.list, row.restriction,
                    row.for_workflow, row.clauses, shanghai_date(row.since_at))  # fmt: skip


def _applied(stand: list[Standing], row: WorkRow, body: dict[str, Any]) -> list[Standing]:
    """What stands once a work item has been applied."""
    what = body.get("what", {})
    if row.do in ("list", "restrict"):
        entered = Standing(
            (row.case_id, row.seq, row.n), row.target, what.get("list"), what.get("restriction"),
            what.get("workflow"), " ".join(body.get("clauses", ())), shanghai_date(row.at),
        )  # fmt: skip
        return [*stand, entered]
    if row.do == "delist":
        return [one for one in stand if one.list != what["list"]]
    if row.do == "retract":
        undone = (row.case_id, int(what["entry"]), int(what["effect"]))
        return [one for one in stand if one.source != undone]
    return stand


def facts_of(unit: Unit, codes: Sequence[str]) -> tuple[CreditFact, ...]:
    """The facts that stand under these codes (the first is today's), by the day of what they
    report. A grade speaks of the one graded and is not inherited."""
    found = [
        CreditFact(row.fact, reported_on(row), row.value, row.workflow)
        for code in codes
        for row in not_taken_back(unit.credit_facts(code))
        if row.value is None or code == codes[0]
    ]
    return tuple(sorted(found, key=lambda fact: fact.on))


def not_taken_back(rows: Iterable[CreditFactRow]) -> tuple[CreditFactRow, ...]:
    """The facts of a credit file that no restoration has taken back."""
    every = tuple(rows)
    undone = {(row.case_id, row.retracts) for row in every if row.retracts is not None}
    return tuple(
        row
        for row in every
        if row.retracts is None and (row.case_id, f"{row.seq}.{row.n}") not in undone
    )


def reported_on(row: CreditFactRow) -> date:
    """The day of what a fact reports; of its recording where it states none."""
    return row.on_date or shanghai_date(row.at)
