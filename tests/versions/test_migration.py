"""Open cases move to another text by a plan: dates, names, what does not map, and the journal."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from cases.casework import Casework, Doing, journal_of
from cases.clock import FixedClock
from cases.errors import Misused
from cases.identity import Identity
from cases.migrating import Result, execute, preview
from cases.ports import Store
from machines.book import Rulebook
from machines.case import Case, Duty
from machines.codec import from_json
from machines.fold import replay
from machines.migration import Migration
from machines.migration_words import Plan, check_plan
from machines.reader import DefinitionError, read
from rules.working_days import CALENDARS
from simulation.auditor import Almanacs, audit
from tests.versions.editions import (
    APPLICANT,
    AUDITOR,
    FROM_JULY,
    INSPECTOR,
    Change,
    at,
    book,
    licensed,
    office,
    served,
    swept,
)

KEEP = {"supply_materials": {"timer": "keep"}, "check_permit": {"timer": "keep"}}
ANEW = {"supply_materials": {"timer": "count_anew"}, "check_permit": {"timer": "keep"}}
GROUND = {"clauses": ["9998.2"], "zh": "过渡条款明定", "en": "the transitional clause says so"}
RENAMED: tuple[Change, ...] = (
    FROM_JULY, ("id: supply_materials", "id: hand_in_rest"), ("licensed", "granted"),
    ("signed_on", "promised_on"), ("  permit: {zh: 许可证", "  paper: {zh: 许可证"),
    ("licence: permit", "licence: paper"), ("id: rules", "id: house_rules"),
)  # fmt: skip


def plan(duties: Any = KEEP, **more: Any) -> dict[str, Any]:
    """A plan as a file would say it."""
    return {"reason": {"zh": "新办法施行", "en": "the new measures are in force"},
            "clauses": ["9998.2"], "duties": duties, **more}  # fmt: skip


SUPERVISOR = Identity("zhou", frozenset({"supervisor"}))
NAMES = {
    "states": {"main": {"licensed": "granted"}}, "facts": {"signed_on": "promised_on"},
    "licences": {"permit": "paper"}, "materials": {"rules": "house_rules"},
}  # fmt: skip


class Move:
    """Two texts, cases under the old one, and a plan between them."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.store, self.folder = store, folder
        self.old = book(folder / "old")
        self.new: Rulebook | None = None

    def case(self) -> str:
        """Licensed on 2025-06-16: materials due on 2025-08-15, the check on 2025-07-14."""
        return licensed(served(office(self.store, self.old, at(6, 16))))

    def order(self, said: dict[str, Any], *changes: Change, **rest: Any) -> Migration:
        """The migration to a text with these changes."""
        self.new = book(self.folder / "new", *(changes or (FROM_JULY,)), **rest)
        file = self.folder / "plan.yaml"
        file.write_text(yaml.safe_dump(said, allow_unicode=True), "utf-8")
        found, parsed = read(Plan, file)
        before, after = (b.workflows["permit"].compiled for b in (self.old, self.new))
        check_plan(found, parsed, before, after)
        return Migration(found, "p" * 64, before, after, "wang", "li", "营综〔2025〕7号")

    def office(self) -> Casework:
        """The service on the new text, on 2025-07-02."""
        assert self.new is not None
        return office(self.store, self.new, at(7, 2))

    def done(self, order: Migration, **more: Any) -> list[Result]:
        """Carried out."""
        casework = self.office()
        text = casework.text_of(casework.workflow("permit"), at(7, 2))
        return list(execute(casework, order, text, **more))

    def case_of(self, case_id: str) -> Case:
        """A case as it is kept; its journal must lead to the same one."""
        with self.store.unit(write=False) as unit:
            row = unit.case(case_id)
            assert row is not None
            kept = from_json(Case, row.state)
            assert replay(journal_of(unit, case_id)) == kept
            assert row.definition == kept.definition
        return kept

    def journal(self, case_id: str) -> list[dict[str, Any]]:
        """As anybody may export it; the second opinion agrees with every date."""
        found = self.office().journal(case_id, AUDITOR)
        assert audit(found, Almanacs(CALENDARS)).findings == []
        return found

    def diary(self, case_id: str) -> dict[str, tuple[str, str]]:
        """Obligation -> status and day, as the diary shows it."""
        with self.store.unit(write=False) as unit:
            rows = unit.obligations(case_ids=[case_id], running=False)
        return {row.obligation: (row.status, str(row.due_on)) for row in rows}


@pytest.fixture
def move(store: Store, tmp_path: Path) -> Move:
    return Move(store, tmp_path)


def _duty(case: Case, name: str) -> Duty:
    found = case.latest(name)
    assert found is not None, f"{name} was never armed"
    return found


def _reasons(results: list[Result]) -> str:
    return " ".join(why["en"] for one in results for why in one.reasons)


def test_looking_changes_nothing_and_says_what_would_be(move: Move) -> None:
    case_id = move.case()
    order = move.order(plan(ANEW), FROM_JULY, numbers=(("value: 60", "value: 90"),))
    before = move.case_of(case_id)
    (found,) = preview(move.office(), order)
    assert found.maps
    assert [(one["obligation"], one.get("old"), one.get("new")) for one in found.lines] == [
        ("supply_materials", "2025-08-15", "2025-09-15"),
        ("check_permit", "2025-07-14", "2025-07-14"),
    ]
    assert move.case_of(case_id) == before


def test_a_date_is_counted_anew_from_its_original_start(move: Move) -> None:
    case_id = move.case()
    order = move.order(plan(ANEW), FROM_JULY, numbers=(("value: 60", "value: 90"),))
    assert all(one.maps for one in move.done(order))
    case = move.case_of(case_id)
    assert case.definition == order.new.hash
    assert str(_duty(case, "supply_materials").due.on) == "2025-09-15"  # 06-16 + 90: a Sunday
    entry = move.journal(case_id)[-1]
    assert (entry["kind"], entry["event"]) == ("migrated", "migrate")
    said = entry["marks"]["migration"]
    assert (said["by"], said["confirmed_by"], said["paper"]) == ("wang", "li", "营综〔2025〕7号")
    assert (said["from"], said["to"], said["plan"]) == (order.old.hash, order.new.hash, "p" * 64)
    assert "2025-09-15" in entry["effects"][0]["what"]["zh"]
    assert entry["effects"][0]["what"]["to"][0] == "applicant"


def test_a_party_never_has_less_time_without_a_ground(move: Move) -> None:
    case_id = move.case()
    shorter = (("value: 60", "value: 30"),)
    results = move.done(move.order(plan(ANEW), FROM_JULY, numbers=shorter))
    assert "names no ground" in _reasons(results)
    assert move.case_of(case_id).definition == move.old.workflows["permit"].compiled.hash
    allowed = {"timer": "count_anew", "against_applicant": GROUND}
    order = move.order(plan({**ANEW, "supply_materials": allowed}), FROM_JULY, numbers=shorter)
    assert all(one.maps for one in move.done(order))
    assert str(_duty(move.case_of(case_id), "supply_materials").due.on) == "2025-07-16"
    assert move.journal(case_id)[-1]["clauses"] == ["9998.2"]


def test_a_date_that_would_be_over_already_is_not_set(move: Move) -> None:
    move.case()
    allowed = {"timer": "count_anew", "against_applicant": GROUND}
    said = plan({**ANEW, "supply_materials": allowed})
    order = move.order(said, FROM_JULY, numbers=(("value: 60", "value: 10"),))
    assert "would have been over" in _reasons(move.done(order))


def test_names_of_every_kind_are_taken_along(move: Move) -> None:
    case_id = move.case()
    duties = {"supply_materials": {"to": "hand_in_rest", "timer": "keep"},
              "check_permit": {"timer": "keep"}}  # fmt: skip
    (found,) = move.done(move.order(plan(duties, **NAMES), *RENAMED))
    assert found.maps
    case = move.case_of(case_id)
    assert case.tracks == {"main": "granted"}
    assert case.facts == {"promised_on": "2025-05-20"}
    assert set(case.licences) == {"paper"}
    assert [duty.obligation for duty in case.duties] == ["hand_in_rest", "check_permit"]
    assert move.diary(case_id) == {
        "supply_materials": ("waived", "2025-08-15"), "hand_in_rest": ("open", "2025-08-15"),
        "check_permit": ("open", "2025-07-14"),
    }  # fmt: skip
    move.journal(case_id)
    move.office().act(case_id, Doing("supply", documents={"house_rules": None}), APPLICANT)
    assert move.case_of(case_id).tracks == {"main": "complete"}


def test_the_new_text_enforces_what_was_kept(move: Move) -> None:
    case_id = move.case()
    duties = {"supply_materials": {"to": "hand_in_rest", "timer": "keep"},
              "check_permit": {"timer": "keep"}}  # fmt: skip
    move.done(move.order(plan(duties, **NAMES), *RENAMED))
    assert move.new is not None
    swept(move.store, move.new, at(7, 16), at(8, 16), at(8, 18))
    case = move.case_of(case_id)
    assert case.tracks == {"main": "revoked"}
    assert case.licences["paper"].status == "revoked"
    move.journal(case_id)


def test_a_duty_can_end_with_a_reason(move: Move) -> None:
    case_id = move.case()
    reason = {"zh": "不再要求检查", "en": "no check any more"}
    duties = {**KEEP, "check_permit": {"timer": "end", "reason": reason}}
    move.done(move.order(plan(duties)))
    assert [d.obligation for d in move.case_of(case_id).duties] == ["supply_materials"]
    assert move.diary(case_id)["check_permit"][0] == "waived"
    line = move.journal(case_id)[-1]["marks"]["migration"]["lines"][1]
    assert line["reason"] == reason


def test_what_has_no_place_stays_and_is_told_and_the_rest_go_on(move: Move) -> None:
    stays, moves = move.case(), move.case()
    office(move.store, move.old, at(6, 17)).act(
        stays, Doing("supply", documents={"rules": None}), APPLICANT
    )
    duties = {"supply_materials": {"to": "hand_in_rest", "timer": "keep"},
              "check_permit": {"timer": "keep"}}  # fmt: skip
    said = plan(duties, **{**NAMES, "materials": {}})
    results = {one.case_id: one for one in move.done(move.order(said, *RENAMED))}
    assert results[moves].maps
    assert "no material rules" in _reasons([results[stays]])
    again = move.done(move.order(plan(duties, **NAMES), *RENAMED))
    assert [(one.case_id, one.maps) for one in again] == [(stays, True)]
    assert move.done(move.order(plan(duties, **NAMES), *RENAMED)) == []


def test_a_duty_of_which_the_plan_is_silent_keeps_the_case_where_it_is(move: Move) -> None:
    move.case()
    results = move.done(move.order(plan({"check_permit": {"timer": "keep"}})))
    assert "the plan is silent on its timer" in _reasons(results)


def test_batches_come_to_the_same_end(move: Move) -> None:
    cases = [move.case() for _ in range(5)]
    results = move.done(move.order(plan()), batch=2)
    assert sorted(one.case_id for one in results) == sorted(cases)
    assert all(one.maps for one in results)


def test_a_miss_of_before_can_still_be_undone_after(move: Move) -> None:
    """The label was set under the old text, by its names; the consequence follows under the new."""
    case_id = move.case()
    swept(move.store, move.old, at(7, 16), at(8, 16))
    duties = {"supply_materials": {"to": "hand_in_rest", "timer": "keep"},
              "check_permit": {"timer": "keep"}}  # fmt: skip
    assert [one.maps for one in move.done(move.order(plan(duties, **NAMES), *RENAMED))] == [True]
    (label,) = (one for one in move.case_of(case_id).undo if one.because is not None
                and one.because.obligation == "hand_in_rest")  # fmt: skip
    assert (label.tracks, label.left) == ({"main": "granted"}, {"main": "overdue"})
    assert move.new is not None
    swept(move.store, move.new, at(8, 18))
    assert move.case_of(case_id).tracks == {"main": "revoked"}
    wrong = move.journal(case_id)[-1]["seq"]
    facts = {"entry": wrong, "policy": "restart", "reason": "材料已按期提交", "paper": "决定-1",
             "confirmed_by": "li"}  # fmt: skip
    office(move.store, move.new, at(8, 20)).act(case_id, Doing("restore", facts), SUPERVISOR)
    case = move.case_of(case_id)
    assert case.licences["paper"].status == "live"
    assert _duty(case, "hand_in_rest").status == "open"
    move.journal(case_id)


def test_two_people_and_a_paper(move: Move) -> None:
    move.case()
    order = move.order(plan())
    casework = move.office()
    text = casework.text_of(casework.workflow("permit"), at(7, 2))
    for wrong in ({"confirmed_by": "wang"}, {"by": " "}, {"paper": ""}):
        asked = Migration(**{**{n: getattr(order, n) for n in Migration.__slots__}, **wrong})
        with pytest.raises(Misused):
            list(execute(casework, asked, text))


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (plan({"supply": {"timer": "keep"}}), "has no `supply`"),
        (plan({"supply_materials": {"timer": "end"}}), "reason"),
        (plan({"supply_materials": {"to": "check_permit", "timer": "keep"}}), "another side"),
        (plan(states={"main": {"licensed": "gone"}}), "no `main:gone`"),
        (plan(facts={"signed": "signed_on"}), "no `facts: signed`"),
        (plan(KEEP, clauses=[]), "clauses"),
        ({**plan(), "timer": "keep"}, "unknown key"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(move: Move, said: Any, words: str) -> None:
    with pytest.raises(DefinitionError, match=words):
        move.order(said)


def test_a_harsher_miss_needs_its_ground(move: Move) -> None:
    harsher = ("effects: [{do: revoke, licence: permit}]",
               "effects: [{do: revoke, licence: permit}, {do: joint_punishment}]")  # fmt: skip
    with pytest.raises(DefinitionError, match="joint_punishment"):
        move.order(plan(), FROM_JULY, harsher)
    allowed = {**KEEP, "supply_materials": {"timer": "keep", "against_applicant": GROUND}}
    assert move.order(plan(allowed), FROM_JULY, harsher)


def test_a_migrated_journal_that_was_tampered_with_is_found(move: Move) -> None:
    case_id = move.case()
    move.done(move.order(plan(ANEW), FROM_JULY, numbers=(("value: 60", "value: 90"),)))
    journal = json.loads(json.dumps(move.journal(case_id)))
    journal[-1]["duties"][0]["due"]["on"] = "2025-08-01"
    found = audit(journal, Almanacs(CALENDARS)).findings
    assert {"due.on", "not earlier", "hash"} <= {line.name for line in found}


def test_the_check_done_before_is_not_owed_again(move: Move) -> None:
    case_id = move.case()
    office(move.store, move.old, at(6, 18)).act(case_id, Doing("check"), INSPECTOR)
    move.done(move.order(plan()))
    assert _duty(move.case_of(case_id), "check_permit").status == "met"
    assert isinstance(move.office().clock, FixedClock)
