"""What a journal once led to it leads to for ever: state, dates, text, chain, second opinion."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from machines.book import Rulebook, hash_of, rulebook, workflows_folder
from machines.codec import canonical
from machines.fold import replay
from machines.rungs import closed, settled
from rules.working_days import CALENDARS
from simulation.auditor import Almanacs, audit
from tests.histories.kept import (
    INDEX,
    JOURNALS,
    History,
    chained,
    hashes,
    histories,
    outcome,
    text_of,
    write,
)

ALL = histories()
NAMES = [one.name for one in ALL]
# Some of the invented lives go by calendars that were never published.
PUBLISHED = [one for one in ALL if not one.name.startswith("life_")]


@pytest.fixture(scope="module")
def book() -> Rulebook:
    return rulebook()


@pytest.mark.parametrize("history", ALL, ids=NAMES)
def test_a_history_comes_out_as_it_did(history: History, book: Rulebook) -> None:
    case = replay(history.entries)
    assert json.loads(canonical(case)) == history.state
    for text_hash in history.definitions:
        text = text_of(text_hash)
        assert hash_of(text) == text_hash
        compiled = book.with_text(text).by_hash[text_hash]
    ends = outcome(case, closed=closed(compiled, case), settled=settled(compiled, case))
    assert ends == history.ends
    assert chained(history.entries, case.id) == list(history.journal)


@pytest.mark.parametrize("history", PUBLISHED, ids=[one.name for one in PUBLISHED])
def test_its_dates_are_still_what_the_second_opinion_derives(history: History) -> None:
    assert audit(list(history.journal), Almanacs(CALENDARS)).findings == []


def test_nobody_has_written_a_history_again() -> None:
    assert hashes() == json.loads(INDEX.read_text(encoding="utf-8"))
    taken = ALL[0]
    before = (JOURNALS / f"{taken.name}.json").read_bytes()
    with pytest.raises(FileExistsError):
        write(taken, [])
    assert (JOURNALS / f"{taken.name}.json").read_bytes() == before


def test_the_selection_shows_what_can_happen() -> None:
    reforms = {file.parent.name for file in workflows_folder().glob("*/machine.yaml")}
    assert reforms <= {one.workflow for one in ALL}
    told = set(_told())
    assert {"opened", "act", "automatic", "enforced", "recounted", "migrated"} <= told
    assert {"missed", "outage", "recount", "restore", "suspend", "extend"} <= told


def _told() -> Iterator[str]:
    for one in ALL:
        for entry in one.journal:
            yield from (entry["kind"], entry["event"], entry.get("because", {}).get("rung", ""))
