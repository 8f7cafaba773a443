"""What is wrong with the promises of a definition: periods, notices, grounds, consequences."""

from __future__ import annotations

from collections.abc import Iterator

from machines.book import Workflow
from machines.definition import Obligation
from machines.effects import ADVERSE
from machines.findings import At, Finding, found
from machines.links import effects_of

_APPLICANT = {"applicant", "subject"}


def promises(workflow: Workflow) -> Iterator[Finding]:
    """Every finding on the obligations, timers and targets, and on what rests on no clause."""
    for index, duty in enumerate(workflow.definition.obligations):
        at: At = ("obligations", index)
        yield from _consequence(workflow, duty, at)
        yield from _warnings(workflow, duty, at)
        if duty.on_miss.harms:
            yield from _notice(workflow, duty, at)
            yield from _service(workflow, duty, at)
    yield from _numbers(workflow)
    yield from _ungrounded(workflow)
    yield from _automatic_harm(workflow)


def _consequence(workflow: Workflow, duty: Obligation, at: At) -> Iterator[Finding]:
    miss, where = duty.on_miss, (*at, "on_miss")
    said = {"duty": duty.id}
    if miss.nothing and miss.reading is None:
        yield found(workflow.parsed, "no_consequence", where, duty.clauses, **said)
    if duty.due.word == "none" and not miss.nothing:
        yield found(workflow.parsed, "never_enforced", where, duty.clauses, **said)
    if workflow.compiled.sides.get(duty.bearer) == "authority" and miss.harms:
        yield found(workflow.parsed, "authority_harms", where, duty.clauses, **said)


def _warnings(workflow: Workflow, duty: Obligation, at: At) -> Iterator[Finding]:
    """A reminder before the period has begun is never given."""
    parameter = workflow.parameters.get(duty.due.parameter or duty.due.closes or "")
    if parameter is None or parameter.unit != "working_days":
        return
    numbers = [one.value for one in parameter.values if isinstance(one.value, int)]
    for index, warning in enumerate(duty.warnings):
        if numbers and warning.before_working_days >= max(numbers):
            yield found(
                workflow.parsed, "warning_too_early", (*at, "warnings", index), duty.clauses,
                duty=duty.id, period=max(numbers), days=warning.before_working_days,
            )  # fmt: skip


def _notice(workflow: Workflow, duty: Obligation, at: At) -> Iterator[Finding]:
    """Whoever a miss would harm is reminded before: the bearer, and the party that is hit."""
    told = {name for warning in duty.warnings for name in warning.to}
    for party in dict.fromkeys((duty.bearer, duty.sanctioned or duty.bearer)):
        names = _APPLICANT if party in _APPLICANT else {party}
        if not names & told:
            yield found(workflow.parsed, "without_notice", at, duty.clauses, duty=duty.id,
                        party=party)  # fmt: skip


def _service(workflow: Workflow, duty: Obligation, at: At) -> Iterator[Finding]:
    """A period that a paper of the authority starts runs from its service."""
    starts = {ref.event for ref in duty.starts.refs if ref.event is not None}
    for name, document in workflow.definition.documents.items():
        if starts & set(document.issued_by):
            yield found(workflow.parsed, "without_service", (*at, "starts"), duty.clauses,
                        duty=duty.id, document=name)  # fmt: skip


def _numbers(workflow: Workflow) -> Iterator[Finding]:
    """A period needs a number, at least on some day; 0 is the same day."""
    definition, stands = workflow.definition, workflow.beside.parameters
    counted = {one.within: one.id for one in definition.targets}
    for duty in definition.duties:
        due = duty.due
        counted.update({name: duty.id for name in (due.parameter, due.closes) if name is not None})
    for name, parameter in workflow.parameters.items():
        numbers = [one.value for one in parameter.values if isinstance(one.value, int | float)]
        if stands is not None and name in counted and not any(one >= 0 for one in numbers):
            yield found(stands, "no_number", (name, "values"), line=counted[name], parameter=name)


def _ungrounded(workflow: Workflow) -> Iterator[Finding]:
    """Nobody is harmed without a clause, of the effect or of its line."""
    definition = workflow.definition
    for at, effect in effects_of(definition):
        if at[0] == "transitions":
            edge = definition.transitions[int(at[1])]
            line, clauses = edge.event, edge.clauses
        else:
            duty = definition.obligations[int(at[1])]
            line, clauses = duty.id, duty.on_miss.clauses
        if effect.do in ADVERSE and not (effect.clauses or clauses):
            yield found(workflow.parsed, "no_ground", at, line=line, effect=effect.do)


def _automatic_harm(workflow: Workflow) -> Iterator[Finding]:
    """Only the miss of a duty harms by itself: it has a date, a notice, a hold and a brake."""
    for index, edge in enumerate(workflow.definition.transitions):
        if not edge.automatic and edge.role != ("engine",):
            continue
        for number, effect in enumerate(edge.effects):
            if effect.do in ADVERSE:
                yield found(
                    workflow.parsed, "automatic_harm", ("transitions", index, "effects", number),
                    edge.clauses, event=edge.event, effect=effect.do,
                )  # fmt: skip
