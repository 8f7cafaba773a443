"""Why a case is where it is though nobody acted: each automatic entry of its journal in a sentence,
computed from what is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cases.casework import Casework
from cases.identity import Identity
from machines.book import Rulebook
from machines.case import Entry
from machines.codec import from_plain
from machines.compiler import Compiled
from machines.explain import explained as whole

_CHAIN = ("seq", "hash", "prev_hash")


def explained(
    compiled: Compiled, journal: Sequence[Mapping[str, Any]], book: Rulebook
) -> list[dict[str, Any]]:
    """Each automatic entry of a journal by its number: `{seq, zh, en, clauses, rule: {zh, en}}`."""
    titles = {
        key: (one.definition.title.zh, one.definition.title.en)
        for key, one in book.workflows.items()
    }
    entries = (
        from_plain(Entry, {name: one for name, one in line.items() if name not in _CHAIN})
        for line in journal
    )
    found = []
    for seq, _, said in whole(compiled, entries, titles):
        if said is not None:
            rule = {"zh": said.rule[0], "en": said.rule[1]}
            found.append({"seq": seq, "zh": said.zh, "en": said.en,
                          "clauses": list(said.clauses), "rule": rule})  # fmt: skip
    return found


def explained_journal(
    casework: Casework, case_id: str, identity: Identity
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """A case's journal, and its automatic entries explained. Raises NotFound, Forbidden."""
    journal = casework.journal(case_id, identity)
    with casework.store.unit(write=False) as unit:
        row = unit.case(case_id)
        assert row is not None, "its journal has just been read"
        _, compiled = casework.load(unit, row)
    return journal, explained(compiled, journal, casework.book)
