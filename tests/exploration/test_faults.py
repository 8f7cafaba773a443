"""Each property finds the fault seeded for it, tells it with file and line, and is silent else."""

from pathlib import Path
from typing import Any

import pytest

from machines import rungs, step
from machines.case import Case
from machines.exploration.pairs import Closure, across, admitted, closures
from machines.exploration.properties import PROPERTIES
from machines.exploration.property import Register
from machines.frozen import replace
from machines.lists import ListFile
from machines.reader import DefinitionError
from rules.view import CreditView
from tests.exploration.samples import CALENDAR, lists, sample, walked

Change = tuple[str, str]
REVOKE = "revoke_late, from: [licensed, filed, false_found], to: revoked, role: engine"
ON_MISS = """      mark: period_over
      event: revoke_late
      effects:
        - {do: revoke, licence: permit, clauses: ["1.3"]}
        - {do: list, list: black, clauses: ["1.3"]}
"""
LIST = '        - {do: list, list: black, clauses: ["1.3"]}\n'
MARK = "from: plain, to: marked, role: approval, inferred: true}\n"
ESCALATE = "effects: [{do: escalate, to: supervisor}]"
CLOSES = "closes_when: [{main: [done, refused, repaired]}]"
FAULTS: dict[str, tuple[str, list[Change], str, str]] = {
    # name: property, changes, words of the finding, words of the line it points to
    "a licence that only a sanction ends": (
        "settles_unharmed", [("from: filed, to: done,", "from: filed, to: false_found,")],
        "permit just issued can only settle by harming", "closing:"),
    "a state that settles nothing and leads nowhere": (
        "no_dead_case", [("settles_when: [{main: [draft, done, refused,",
                          "settles_when: [{main: [draft, done,")],
        "nothing can settle a case in main.refused", "refused:"),
    "a duty called standing that is not": (
        "standing_said", [(CLOSES, CLOSES + "\n  standing: {obligations: [answer_filing], "
                           'clauses: ["1.2"]}')],
        "answer_filing is called standing", "standing:"),
    "automatic edges in a ring": (
        "automatic_ends",
        [(MARK, "automatic: true, from: plain, to: marked, inferred: true}\n"
          "  - {event: unmark, track: marks, automatic: true, from: marked, to: plain, "
          "inferred: true}\n"),
         ("mark: {zh: 标记, en: mark}", "mark: {zh: 标记, en: mark}\n  unmark: {zh: 去, en: un}")],
        "never rest", "event: mark"),
    "a number between two bands": (
        "bands_fit", [("{at_most: {fact: radius_m", "{below: {fact: radius_m")],
        "radius_m = 100 in main.committed lies in no band", "event: issue"),
    "a number in two bands": (
        "bands_fit", [("{above: {fact: radius_m, parameter: far_m}}",
                       "{above: {fact: radius_m, parameter: near_m}}")],
        "lies in two bands (examine and refuse)", "event: refuse"),
    "an event that no fact lets happen": (
        "offer_kept", [("[{fact_true: {fact: untrue}}]",
                        "[{fact_true: {fact: untrue}}, {fact_false: {fact: untrue}}]")],
        "find_false is offered to supervision and always refused", "event: find_false"),
    "a promise that one of two ways forgets": (
        "licence_armed", [("starts: {earliest: [issue, issue_examined]}", "starts: issue")],
        "permit is issued on a commitment and nothing is owed after it", "event: issue_examined"),
    "a promise waived while the licence lives": (
        "licence_armed", [("waived_by: revoke_false", "waived_by: [revoke_false, dismiss]")],
        "what was promised for it is no longer owed", "id: supply_certificate"),
    "a licence taken though nothing was found": (
        "grounded", [("    from: false_found\n    to: revoked",
                      "    from: [false_found, licensed]\n    to: revoked")],
        "takes a licence just issued, and nothing was found", "event: revoke_false"),
    "a consequence taken by hand before the date": (
        "grounded", [(REVOKE, REVOKE.replace("role: engine", "role: [engine, approval]"))],
        "takes the consequence of supply_certificate before its date", "event: revoke_late"),
    "a consequence taken by hand while the answer is awaited": (
        "answer_awaited", [(REVOKE, REVOKE.replace("role: engine", "role: [engine, approval]"))],
        "while its answer is awaited", "event: revoke_late"),
    "a rejection that nobody has to be told": (
        "notice_served", [("    rejection_served: [{serve: rejection, to: subject}]\n", "")],
        "supply_certificate is enforced and rejection has not been served",
        "id: supply_certificate"),
    "a label that harms": (
        "lawful_day", [("to: same, role: engine,",
                        "to: same, role: engine, effects: [{do: list, list: black}],")],
        "harms somebody before the first lawful day", "id: supply_certificate"),
    "a miss without effect": (
        "miss_has_effect", [(ON_MISS, "      event: revoke_late\n"),
                            (REVOKE, REVOKE.replace("licensed, filed, false_found", "examined"))],
        "missing supply_certificate changes nothing", "on_miss:"),
    "an authority whose lateness lists the applicant": (
        "authority_harmless", [(ESCALATE, "effects: [{do: list, list: black}]")],
        "the authority's lateness with answer_filing harms somebody", "on_miss:"),
    "a consequence for somebody else": (
        "right_party", [(LIST, "        - {do: list, list: black, against: bank}\n"),
                        ("subject: enterprise\n", "subject: enterprise\nparties:\n"
                         "  bank: {zh: 银行, en: bank, kind: enterprise, required: true}\n")],
        "missing supply_certificate hits bank", "on_miss:"),
    "a closing that spares the consequence": (
        "outlives_said", [(CLOSES, CLOSES.replace("[done,", "[done, filed,"))],
        "closing the case ends supply_certificate", "id: supply_certificate"),
    "an entry on a list without a way out": (
        "list_way_out", [("effects: [{do: delist, list: black}]",
                          "effects: [{do: notify, to: [applicant], zh: 已修复, en: repaired}]")],
        "can never be taken off it again", "event: revoke_false"),
}  # fmt: skip


def test_the_sound_definition_keeps_every_property(tmp_path: Path) -> None:
    found = walked(sample(tmp_path))
    assert found.whole
    assert [finding.text for finding, _ in found.findings] == []
    assert found.cases > 60


def test_every_property_has_a_fault_that_breaks_it() -> None:
    assert {one[0] for one in FAULTS.values()} == {one.name for one in PROPERTIES}


@pytest.mark.parametrize("name", FAULTS)
def test_a_seeded_fault_is_found_and_told(name: str, tmp_path: Path) -> None:
    wanted, changes, words, line = FAULTS[name]
    workflow = sample(tmp_path, *changes)
    found = [one for one in walked(workflow).findings
             if one[0].check == wanted and words in one[0].text]  # fmt: skip
    assert found, f"{wanted} finds nothing"
    finding, story = found[0]
    assert finding.file.endswith("sample/machine.yaml")
    assert line in workflow.text.splitlines()[finding.line - 1]
    assert story[0] == next(one.sentence for one in PROPERTIES if one.name == wanted)
    steps = [told for told in story if told.en[0].isdigit()]
    assert wanted == "standing_said" or steps[0].en.startswith("1. applicant: opens the case")
    assert all(told.zh for told in story)


def test_a_standing_duty_that_does_not_exist_is_no_definition(tmp_path: Path) -> None:
    said = CLOSES + '\n  standing: {obligations: [answer_fling], clauses: ["1.2"]}'
    with pytest.raises(DefinitionError, match="did you mean `answer_filing`"):
        sample(tmp_path, (CLOSES, said))


def test_a_list_that_another_workflow_does_not_take_anybody_off_is_found(tmp_path: Path) -> None:
    workflow = sample(tmp_path)
    nobody = Register(lists("credit_repair"), {"credit_repair": frozenset({"abnormal"})})
    texts = [finding.text for finding, _ in walked(workflow, nobody).findings]
    assert texts == ["black says one leaves it by credit_repair, which takes nobody off it"]
    said = Register(lists(None), {})
    assert walked(workflow, said).findings == (), "the list says that the text gives none"


def test_an_engine_that_acts_on_an_estimate_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pending = rungs.pending

    def hasty(compiled: Any, case: Case, of: Any = None) -> Any:
        duties = tuple(
            replace(duty, due=replace(duty.due, kind="firm", enforceable_from=duty.due.on))
            if duty.due.kind == "provisional"
            else duty
            for duty in case.duties
        )
        return pending(compiled, replace(case, duties=duties), of)

    monkeypatch.setattr(step, "pending", hasty)
    texts = {finding.text for finding, _ in walked(sample(tmp_path)).findings}
    assert texts == {"supply_certificate is enforced on a provisional date"}


def closure(folder: Path, known: ListFile) -> Closure:
    (found,) = closures(sample(folder), known, CALENDAR)
    return found


def test_who_is_restricted_is_not_admitted_and_is_again_when_it_is_over(tmp_path: Path) -> None:
    black = closure(tmp_path, lists())
    assert (black.workflow, black.by, black.ended_by) == ("sample", "black", "sample")
    assert "adverse: revoke" in black.story[-1].en
    workflow = sample(tmp_path / "again")
    pair = admitted(black, workflow, CALENDAR)
    assert pair.whole
    assert pair.findings == ()
    assert [one.admits for one in across({"sample": workflow}, {"sample": workflow}, lists(),
                                         CALENDAR)] == ["sample"]  # fmt: skip


def test_a_workflow_without_the_guard_admits_a_restricted_party_and_is_found(
    tmp_path: Path,
) -> None:
    black = closure(tmp_path, lists())
    workflow = sample(tmp_path / "bare", ("guards: [commitment_route_open], ", ""))
    ((finding, story),) = admitted(black, workflow, CALENDAR).findings
    assert finding.check == "restricted_not_admitted"
    assert "event: issue" in workflow.text.splitlines()[finding.line - 1]
    assert finding.text == "issue admits a party restricted by sample (black)"
    assert any("adverse: revoke" in one.en for one in story), "how the party came to be restricted"
    assert "main.licensed" in story[-1].en


def test_a_route_that_never_opens_again_is_found(tmp_path: Path) -> None:
    black = closure(tmp_path, lists())
    stuck = ("guards: [commitment_route_open],", "guards: [commitment_route_closed],")
    texts = {finding.check for finding, _ in
             admitted(black, sample(tmp_path / "stuck", stuck), CALENDAR).findings}  # fmt: skip
    assert "restricted_not_admitted" in texts
    open_to_nobody = replace(black, view=CreditView())
    never = ("guards: [commitment_route_open],",
             "guards: [commitment_route_open, commitment_route_closed],")  # fmt: skip
    pair = admitted(open_to_nobody, sample(tmp_path / "never", never), CALENDAR)
    assert {finding.check for finding, _ in pair.findings} == {"admitted_again"}
