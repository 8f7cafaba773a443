"""Lays the service rules a workflow has switched on over its definition.

Pure: a definition in, a definition out, made of the same words as any other; the rest of the
engine does not know where a line came from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from machines.defects import Defect, defect, unknown
from machines.definition import Definition, Document, Obligation, OnMiss, Transition
from machines.effects import Escalate
from machines.moments import Due, EventRef, Start
from machines.service_words import (
    AcceptanceReceipt,
    DeemedDecision,
    FirstAsked,
    OneTimeNotice,
)
from machines.words import GuardRef, Text

RECEIPT = "acceptance_receipt"


class RuleProblem(ValueError):
    """A service rule cannot be laid over this definition; `place` is its number in the file."""

    place = 0

    def __init__(self, wrong: Defect) -> None:
        super().__init__(wrong.en)
        self.wrong = wrong


def laid_over(definition: Definition, sides: Mapping[str, str]) -> Definition:
    """The definition with its service rules carried out. `sides`: role -> whose side it is on.

    Raises RuleProblem where a rule names what is not there or harms an applicant."""
    for place, rule in enumerate(definition.service_rules):
        try:
            definition = _LAY[type(rule)](definition, rule, sides)
        except RuleProblem as problem:
            problem.place = place
            raise
    return definition


def _edges(definition: Definition, event: str) -> list[Transition]:
    found = [edge for edge in definition.transitions if edge.event == event]
    wrong = unknown("event", event, {edge.event: None for edge in definition.transitions})
    if wrong is not None:
        raise RuleProblem(wrong)
    return found


def _duty(definition: Definition, name: str) -> Obligation:
    known = {one.id: one for one in definition.obligations}
    wrong = unknown("obligation", name, known)
    if wrong is not None:
        raise RuleProblem(wrong)
    return known[name]


def _with_duty(definition: Definition, duty: Obligation) -> Definition:
    duties = [duty if one.id == duty.id else one for one in definition.obligations]
    if duty.id not in {one.id for one in duties}:
        duties.append(duty)
    return definition.model_copy(update={"obligations": tuple(duties)})


def _receipt(definition: Definition, rule: AcceptanceReceipt, sides: Any) -> Definition:
    """Accepting issues the receipt; serving it is due at once, and lateness only escalates."""
    roles = [edge.role[0] for event in rule.accepted_by for edge in _edges(definition, event)]
    officers = [role for role in roles if sides.get(role) == "authority"]
    if not officers:
        raise RuleProblem(defect("receipt_by_nobody", event="`, `".join(rule.accepted_by)))
    text = Text(zh="受理回执", en="acceptance receipt")
    paper = Document(zh=text.zh, en=text.en, issued_by=rule.accepted_by, clauses=rule.clauses)
    duty = Obligation(
        id="give_acceptance_receipt",
        zh="出具受理回执",
        en="give the acceptance receipt",
        bearer=officers[0],
        starts=Start(earliest=tuple(EventRef(event=event) for event in rule.accepted_by)),
        due=Due(word="immediate"),
        met_by=(EventRef(serve=RECEIPT, to="subject"),),
        late="accepted",
        on_miss=OnMiss(effects=(Escalate(do="escalate", to="supervisor"),), clauses=rule.clauses),
        clauses=rule.clauses,
        reading=rule.reading,
    )
    papers = {**definition.documents, RECEIPT: paper}
    return _with_duty(definition.model_copy(update={"documents": papers}), duty)


def _one_time(definition: Definition, rule: OneTimeNotice, sides: Any) -> Definition:
    """A second notice of what is missing is refused; the authority's clock waits for the papers."""
    _edges(definition, rule.told_by)
    clause = rule.clauses[0] if rule.clauses else None
    once = GuardRef(name="not_happened", args={"event": rule.told_by}, clause=clause)
    edges = tuple(
        edge.model_copy(update={"guards": (*edge.guards, once)})
        if edge.event == rule.told_by
        else edge
        for edge in definition.transitions
    )
    definition = definition.model_copy(update={"transitions": edges})
    if rule.clock is None:
        return definition
    duty = _duty(definition, rule.clock)
    if sides.get(duty.bearer) != "authority":
        raise RuleProblem(defect("clock_not_the_authoritys", duty=duty.id))
    again = tuple(EventRef(event=event) for event in rule.completed_by)
    starts = duty.starts.model_copy(update={"earliest": (*duty.starts.earliest, *again)})
    waits = (*duty.waived_by, EventRef(event=rule.told_by))
    return _with_duty(definition, duty.model_copy(update={"starts": starts, "waived_by": waits}))


def _deemed(definition: Definition, rule: DeemedDecision, sides: Any) -> Definition:
    """The authority's silence decides: the miss of its duty raises the decision."""
    duty = _duty(definition, rule.obligation)
    if sides.get(duty.bearer) != "authority":
        raise RuleProblem(defect("silence_not_the_authoritys", duty=duty.id))
    edges = _edges(definition, rule.decides)
    if any(effect.do == "bind_subject" for edge in edges for effect in edge.effects):
        raise RuleProblem(defect("cannot_be_deemed", event=rule.decides))
    said = {"role": ("engine",), "guards": (), "clauses": rule.clauses, "reading": rule.reading}
    silent = [edge.model_copy(update=said) for edge in edges]
    consequence = OnMiss(
        mark=duty.on_miss.mark,
        event=rule.decides,
        effects=duty.on_miss.effects,
        clauses=rule.clauses,
        reading=rule.reading,
    )
    definition = definition.model_copy(update={"transitions": (*definition.transitions, *silent)})
    return _with_duty(definition, duty.model_copy(update={"on_miss": consequence}))


def _first_asked(definition: Definition, rule: FirstAsked, sides: Any) -> Definition:
    """Nothing in the definition changes: who acted first is remembered as the case goes."""
    del rule, sides
    return definition


_LAY: dict[type, Callable[[Definition, Any, Any], Definition]] = {
    AcceptanceReceipt: _receipt,
    OneTimeNotice: _one_time,
    DeemedDecision: _deemed,
    FirstAsked: _first_asked,
}
