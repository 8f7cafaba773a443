"""Which text governs a case: the day before, the day itself; old cases go on under theirs."""

from pathlib import Path
from typing import Any

import pytest

from cases.casework import Doing
from cases.errors import Misused
from cases.ports import Store
from machines.book import Rulebook
from machines.reader import DefinitionError
from tests.versions.editions import (
    APPLICANT,
    AUDITOR,
    FROM_JULY,
    applied,
    at,
    book,
    definition_of,
    licensed,
    office,
    permit,
    served,
    swept,
)

OLD = "version: {chosen_by: application}"
BY_DATE = (OLD, "version: {chosen_by: transitional, in_force_from: 2025-07-01, "
                'by_fact: signed_on, clauses: ["9998.2"]}')  # fmt: skip
UNTIL = (OLD, "version: {chosen_by: transitional, in_force_from: 2025-07-01, "
              'old_until: 2025-09-30, clauses: ["9998.2"]}')  # fmt: skip
MILDER = (OLD, "version: {chosen_by: milder, in_force_from: 2025-07-01, "
               'by_fact: signed_on, clauses: ["9998.2"]}')  # fmt: skip
LONGER = ("due: {parameter: supply_days}", "due: {parameter: longer_days}")
NINETY = """
longer_days:
  zh: 新的期限
  en: the new period
  unit: natural_days
  values: [{from: 2017-04-10, value: %d, clause: "9998.1"}]
  reviewed: 2026-11-21
"""


@pytest.fixture
def old(store: Store, tmp_path: Path) -> Rulebook:
    """The text before, known to the store."""
    texts = book(tmp_path / "old")
    served(office(store, texts, at(1, 2)))
    return texts


def _hash(texts: Rulebook) -> str:
    return texts.workflows["permit"].compiled.hash


def _opened(store: Store, texts: Rulebook, on: Any, signed_on: str = "2025-05-20") -> Any:
    """The text that governs an application, and what its opening keeps of the choice."""
    casework = served(office(store, texts, on))
    case_id = applied(casework, signed_on)
    head = casework.journal(case_id, AUDITOR)[0]["marks"]["opens"]
    return head["definition"], head.get("governed")


def test_the_day_of_the_application_decides(store: Store, old: Rulebook, tmp_path: Path) -> None:
    new = book(tmp_path / "new", FROM_JULY)
    assert _opened(store, new, at(6, 30, 23)) == (_hash(old), None)
    assert _opened(store, new, at(7, 1, 0)) == (_hash(new), None)


def test_a_transitional_rule_looks_at_the_date_it_names(
    store: Store, old: Rulebook, tmp_path: Path
) -> None:
    new = book(tmp_path / "new", BY_DATE)
    assert _opened(store, new, at(6, 30), "2025-06-30")[0] == _hash(old)
    text, governed = _opened(store, new, at(8, 1), "2025-06-30")
    assert text == _hash(old)
    assert governed["clauses"] == ["9998.2"]
    assert "2025-06-30" in governed["zh"]
    assert _opened(store, new, at(8, 1), "2025-07-01")[0] == _hash(new)


def test_a_transitional_rule_ends_on_the_day_it_names(
    store: Store, old: Rulebook, tmp_path: Path
) -> None:
    new = book(tmp_path / "new", UNTIL)
    assert _opened(store, new, at(9, 30, 23))[0] == _hash(old)
    assert _opened(store, new, at(10, 1, 0))[0] == _hash(new)


@pytest.mark.parametrize(("days", "newer"), [(90, True), (30, False)])
def test_of_two_texts_the_milder_one_governs_what_was_done_before(
    store: Store, old: Rulebook, tmp_path: Path, days: int, newer: bool
) -> None:
    new = book(tmp_path / "new", MILDER, LONGER, more=NINETY % days)
    text, governed = _opened(store, new, at(8, 1), "2025-06-30")
    assert text == _hash(new if newer else old)
    assert ("milder" if newer else "harsher") in governed["en"]
    assert "reading" not in governed
    assert _opened(store, new, at(8, 1), "2025-07-01") == (_hash(new), None)


def test_texts_that_cannot_be_compared_are_read_as_of_the_application(
    store: Store, old: Rulebook, tmp_path: Path
) -> None:
    """More time for the materials, but joint punishment besides: a person has to look."""
    blacklist = ("effects: [{do: revoke, licence: permit}]",
                 "effects: [{do: revoke, licence: permit}, {do: joint_punishment}]")  # fmt: skip
    new = book(tmp_path / "new", MILDER, LONGER, blacklist, more=NINETY % 90)
    text, governed = _opened(store, new, at(8, 1), "2025-06-30")
    assert text == _hash(new)
    assert "核对" in governed["reading"]["zh"]


def test_a_case_runs_to_its_end_on_a_text_that_no_folder_has_any_more(
    store: Store, old: Rulebook, tmp_path: Path
) -> None:
    """The newer release has neither the text nor its number; the miss is enforced all the same."""
    case_id = licensed(office(store, old, at(3, 3)))
    new = book(tmp_path / "new", FROM_JULY, LONGER,
               numbers=(("supply_days:", "unheard_of_days:"),), more=NINETY % 90)  # fmt: skip
    later = office(store, new, at(4, 1))
    assert definition_of(later, case_id) == _hash(old)
    fresh = licensed(office(store, new, at(4, 1)))  # before July: counted by the kept number
    assert definition_of(later, fresh) == _hash(old)
    later.act(fresh, Doing("supply", documents={"rules": None}), APPLICANT)
    swept(store, new, at(5, 7), at(5, 9))
    shown = later.look(case_id, AUDITOR).plain
    assert shown["tracks"] == {"main": "revoked"}
    assert later.look(fresh, AUDITOR).plain["tracks"] == {"main": "complete"}


def test_a_text_adopted_ahead_reaches_a_running_process(
    store: Store, old: Rulebook, tmp_path: Path
) -> None:
    running = office(store, old, at(7, 1))
    new = permit(tmp_path / "new", FROM_JULY)
    with store.unit() as unit:
        running.texts.adopt(unit, new, at(6, 1))
    assert definition_of(running, applied(running)) == new.compiled.hash
    with pytest.raises(Misused, match="ahead"), store.unit() as unit:
        running.texts.adopt(unit, new, at(7, 1))


def test_an_adopted_text_does_not_change_a_number_in_use(
    store: Store, old: Rulebook, tmp_path: Path
) -> None:
    new = permit(tmp_path / "new", FROM_JULY, numbers=(("value: 60", "value: 30"),))
    with pytest.raises(Misused, match="supply_days"), store.unit() as unit:
        office(store, old, at(6, 1)).texts.adopt(unit, new, at(6, 1))


@pytest.mark.parametrize(
    ("version", "words"),
    [
        ("{chosen_by: milder, in_force_from: 2025-07-01, clauses: ['9998.2']}", "by_fact"),
        ("{chosen_by: transitional, clauses: ['9998.2'], old_until: 2025-09-30}", "in_force_from"),
        ("{chosen_by: transitional, in_force_from: 2025-07-01, clauses: ['9998.2']}", "old_until"),
        ("{chosen_by: application, old_until: 2025-09-30}", "belong to"),
        ("{chosen_by: milder, in_force_from: 2025-07-01, by_fact: signed_on, clauses: ['9.9']}",
         "unknown clause"),
        ("{chosen_by: milder, in_force_from: 2025-07-01, by_fact: form, clauses: ['9998.2']}",
         "type date"),
    ],
)  # fmt: skip
def test_a_rule_that_is_not_whole_is_refused_with_its_line(
    tmp_path: Path, version: str, words: str
) -> None:
    with pytest.raises(DefinitionError, match=words) as found:
        book(tmp_path, (OLD, f"version: {version}"))
    assert found.value.line == 5
