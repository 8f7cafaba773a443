"""Whether what a definition says of its own version can be carried out."""

from __future__ import annotations

from machines.definition import Definition
from machines.reader import DefinitionError, Parsed


def check_version(definition: Definition, parsed: Parsed, clauses: frozenset[str]) -> None:
    """Its clauses exist, and the fact whose date decides is a date that every opening states.
    Raises DefinitionError."""
    version = definition.version

    def wrong(key: str, text: str) -> DefinitionError:
        return DefinitionError(parsed.file, parsed.line(("version", key)), text)

    for clause in version.clauses:
        if clause not in clauses:
            raise wrong("clauses", f"unknown clause `{clause}`")
    if version.by_fact is None:
        return
    fact = definition.facts.get(version.by_fact)
    if fact is None or fact.type != "date":
        raise wrong("by_fact", f"`by_fact` names a fact of type date, not `{version.by_fact}`")
    if version.by_fact not in definition.opening.needs:
        raise wrong("by_fact", f"`{version.by_fact}` decides which text governs a case: it belongs "
                               "to `opening.needs`")  # fmt: skip
