"""What the other files of a reform must agree on: every clause once, every number with a clause
that is there. An error stops the loading."""

from __future__ import annotations

from collections.abc import Iterable

from machines.defects import defect, kind_words, unknown
from machines.reader import DefinitionError, Parsed
from machines.texts import ClauseBook, ParameterFile, ServiceRuleFile


def check_clauses(book: ClauseBook, parsed: Parsed) -> None:
    """Raises DefinitionError for the first clause that has its id from another."""
    seen = set()
    for index, clause in enumerate(book.clauses):
        if clause.id in seen:
            wrong = defect("stands_twice", kind=kind_words("clause"), name=clause.id)
            raise DefinitionError(parsed.file, parsed.line(("clauses", index)), wrong)
        seen.add(clause.id)


def check_parameters(listed: ParameterFile, parsed: Parsed, clauses: Iterable[str]) -> None:
    """Raises DefinitionError for the first number that rests on a clause there is not."""
    known = sorted(clauses)
    for name, parameter in listed.root.items():
        for index, value in enumerate(parameter.values):
            wrong = unknown("clause", value.clause, known)
            if wrong is not None:
                line = parsed.line((name, "values", index, "clause"))
                raise DefinitionError(parsed.file, line, wrong)


def check_rules(rules: ServiceRuleFile, parsed: Parsed, clauses: Iterable[str]) -> None:
    """Raises DefinitionError for the first service rule that rests on a clause there is not."""
    known = sorted(clauses)
    for index, rule in enumerate(rules.rules):
        for clause in rule.clauses:
            wrong = unknown("clause", clause, known)
            if wrong is not None:
                line = parsed.line(("rules", index, "clauses"))
                raise DefinitionError(parsed.file, line, wrong)
