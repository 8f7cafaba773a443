"""The texts of every procedure: kept for ever, found by hash, and which of them governs a new case.

A folder of `workflows/` is the newest text a release brings; what cases were opened under, or was
adopted ahead of its first day, stands in the database. A process reads a text of the database when
it first needs it, and so learns of one that another process has kept without a restart.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from threading import Lock
from typing import Any

from cases.errors import Misused, NotFound
from cases.ports import Unit
from cases.rows import DefinitionRow
from machines.book import Rulebook, Workflow, numbers_of
from machines.compiler import Compiled
from machines.frozen import replace
from machines.reader import DefinitionError
from machines.versions import Text, governing
from rules.parameters import DatedParameter
from rules.periods import shanghai_date

log = logging.getLogger("chengnuo.versions")


class Texts:
    """The rulebook of a process, and the texts of its database as far as they were needed."""

    def __init__(self, book: Rulebook) -> None:
        self.book = book
        self._growing = Lock()
        self._kept: dict[str, tuple[DefinitionRow, Mapping[str, DatedParameter]]] = {}

    def pinned(self, unit: Unit, text_hash: str) -> Compiled:
        """The compiled definition of a hash. Raises NotFound if its text was never kept."""
        found = self.book.by_hash.get(text_hash)
        if found is None:
            self._read(unit, text_hash)
            found = self.book.by_hash[text_hash]
        return found

    def text(self, unit: Unit, text_hash: str) -> Text:
        """A text with the numbers beside it. Raises NotFound, DefinitionError."""
        own = next((w for w in self.book.workflows.values() if w.compiled.hash == text_hash), None)
        if own is not None:
            return Text(own.compiled, own.parameters)
        compiled = self.pinned(unit, text_hash)
        if text_hash not in self._kept:
            self._read(unit, text_hash)
        numbers = self._kept[text_hash][1]
        return Text(compiled, numbers or self.book.parameters.tables.get(compiled.definition.key,
                                                                         {}))  # fmt: skip

    def _read(self, unit: Unit, text_hash: str) -> None:
        row = unit.definition(text_hash)
        if row is None:
            raise NotFound("案件所依据的流程文本缺失。", f"no text with hash {text_hash}")
        numbers = numbers_of(row.parameters)
        with self._growing:  # several requests may each need another text
            self.book = self.book.with_text(row.text, row.parameters)
        self._kept[text_hash] = (row, numbers)

    def governing(
        self, unit: Unit, workflow: Workflow, at: datetime, facts: Mapping[str, Any]
    ) -> tuple[Workflow, Mapping[str, Any] | None, Mapping[str, Any]]:
        """The workflow as the text has it that governs an application; what the opening keeps of
        the choice; and the facts, without the one that only the choice asked for."""
        own = Text(workflow.compiled, workflow.parameters)
        others = [one.hash for one in unit.versions(workflow.key) if one.hash != own.compiled.hash]
        if not others:
            return workflow, None, facts
        texts = [*self._readable(unit, others), own]
        found = governing(texts, shanghai_date(at), facts)
        if found is None:
            return workflow, None, facts
        chosen = self._as_workflow(workflow, found.text)
        return chosen, found.mark, _without_choice(texts, chosen, facts)

    def _readable(self, unit: Unit, hashes: list[str]) -> list[Text]:
        """A text that this release cannot read any more governs no new case."""
        found = []
        for text_hash in hashes:
            try:
                found.append(self.text(unit, text_hash))
            except DefinitionError as error:
                log.error("text %s cannot be read: %s", text_hash[:12], error)
        return found

    def _as_workflow(self, workflow: Workflow, text: Text) -> Workflow:
        if text.compiled is workflow.compiled:
            return workflow
        row = self._kept[text.compiled.hash][0]
        return replace(workflow, compiled=text.compiled, text=row.text, numbers=row.parameters,
                       parameters=text.parameters)  # fmt: skip

    def keep_own(self, unit: Unit, now: datetime) -> int:
        """Keeps the text of every folder, before a case needs it; how many were not kept yet."""
        known = {row.hash: row for row in unit.definitions()}
        fresh = [
            row
            for row in (kept_as(one, now) for one in self.book.workflows.values())
            if _beside(known.get(row.hash)) != _beside(row)
        ]
        if fresh:
            unit.adopt(fresh)
        return len(fresh)

    def adopt(self, unit: Unit, workflow: Workflow, now: datetime) -> DefinitionRow:
        """Keeps the text of a folder elsewhere ahead of its first day: every process opens cases
        under it from then on. Raises Misused where it would govern the past, or count by other
        numbers than those in use."""
        own = self.book.workflows.get(workflow.key)
        since = workflow.definition.version.in_force_from
        if own is None:
            raise Misused(f"没有名为 {workflow.key} 的事项。", f"no workflow named {workflow.key}",
                          reason="unknown_workflow")  # fmt: skip
        if since is None or since <= shanghai_date(now):
            raise Misused("新文本须写明将来的施行日期（version.in_force_from）。",
                          "a text is adopted ahead: `version.in_force_from` must lie after today",
                          reason="not_in_future")  # fmt: skip
        for name, number in workflow.parameters.items():
            if own.parameters.get(name, number) != number:
                raise Misused(
                    f"参数 {name} 与现行取值不同；请用新的参数名。",
                    f"parameter {name} differs from the one in use: give the new number a name of "
                    "its own, or install the folder with the next release",
                    reason="parameter_differs",
                )
        row = kept_as(workflow, now)
        unit.adopt([row])
        return row


def _beside(row: DefinitionRow | None) -> object:
    return None if row is None else (row.in_force_from, row.parameters)


def kept_as(workflow: Workflow, at: datetime) -> DefinitionRow:
    """A text as the store keeps it."""
    since = workflow.definition.version.in_force_from
    return DefinitionRow(
        workflow.compiled.hash, workflow.key, workflow.text, at, since, workflow.numbers
    )


def _without_choice(
    texts: list[Text], chosen: Workflow, facts: Mapping[str, Any]
) -> Mapping[str, Any]:
    """A fact by whose date the text was chosen means nothing to a text that does not know it."""
    asked = {one.compiled.definition.version.by_fact for one in texts}
    known = {*chosen.definition.opening.needs, *chosen.definition.opening.may}
    return {name: value for name, value in facts.items() if name in known or name not in asked}
