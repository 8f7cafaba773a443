"""Whether what a definition says of its own version can be carried out."""

from __future__ import annotations

from machines.defects import Defect, defect, unknown
from machines.definition import Definition
from machines.reader import DefinitionError, Parsed


def check_version(definition: Definition, parsed: Parsed, clauses: frozenset[str]) -> None:
    """Its clauses exist, and the fact whose date decides is a date that every opening states.
    Raises DefinitionError."""
    version = definition.version

    def wrong(key: str, what: Defect) -> DefinitionError:
        return DefinitionError(parsed.file, parsed.line(("version", key)), what)

    for clause in version.clauses:
        missing = unknown("clause", clause, clauses)
        if missing is not None:
            raise wrong("clauses", missing)
    if version.by_fact is None:
        return
    fact = definition.facts.get(version.by_fact)
    if fact is None or fact.type != "date":
        raise wrong("by_fact", defect("version_fact_no_date", fact=version.by_fact))
    if version.by_fact not in definition.opening.needs:
        raise wrong("by_fact", defect("version_fact_not_opened", fact=version.by_fact))
