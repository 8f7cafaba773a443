"""The findings on the shape of a definition, each seen on a definition made to have it."""

from pathlib import Path

import pytest

from machines.book import Workflow, load_workflow, read_roles, rulebook, workflows_folder
from machines.graph import examine

ROLES = read_roles(workflows_folder())
SOUND = (Path(__file__).parents[1] / "broken" / "sound.yaml").read_text(encoding="utf-8")
CLAUSES = """
document: an example
title: {zh: 示例, en: example}
clauses:
  - {id: "1.1", where: intro, force: in_force, kind: role, zh: 甲, en: a}
  - {id: "1.2", where: intro, force: in_force, kind: role, zh: 乙, en: b}
  - {id: "1.3", where: intro, force: in_force, kind: role, zh: 丙, en: c}
"""
PARAMETERS = """
months:
  zh: 期限
  en: period
  unit: months
  values: [{from: 2020-01-01, value: 6, clause: "1.2"}]
  reviewed: 2026-11-21
"""


def workflow(folder: Path, *changes: tuple[str, str]) -> Workflow:
    text = SOUND
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    here = folder / "broken"
    here.mkdir()
    (here / "machine.yaml").write_text(text, encoding="utf-8")
    (here / "clauses.yaml").write_text(CLAUSES, encoding="utf-8")
    (here / "parameters.yaml").write_text(PARAMETERS, encoding="utf-8")
    return load_workflow(here, ROLES)


def found(one: Workflow) -> dict[str, int]:
    return {finding.check: finding.line for finding in examine(one).findings}


def test_the_sound_definition_has_no_finding(tmp_path: Path) -> None:
    report = examine(workflow(tmp_path))
    assert report.findings == ()
    assert (report.states, report.transitions, report.obligations) == (4, 3, 1)


@pytest.mark.parametrize("key", sorted(rulebook().workflows))
def test_no_reform_has_a_finding(key: str) -> None:
    assert examine(rulebook().workflows[key]).findings == ()


def test_a_state_that_nothing_reaches_is_found_with_its_line(tmp_path: Path) -> None:
    orphan = "      orphan: {zh: 孤立, en: orphan}\n"
    one = workflow(tmp_path, ("      done:", orphan + "      done:"))
    line = 1 + one.text.splitlines().index(orphan.rstrip())
    assert found(one)["unreachable"] == line


def test_a_state_without_a_way_out_is_found(tmp_path: Path) -> None:
    one = workflow(tmp_path, ("settles_when: [{main: [done, revoked]}]",
                              "settles_when: [{main: [revoked]}]"))  # fmt: skip
    assert "dead_end" in found(one)


def test_a_case_that_can_only_end_in_a_sanction_is_found(tmp_path: Path) -> None:
    one = workflow(tmp_path, ("settles_when: [{main: [done, revoked]}]",
                              "settles_when: [{main: [revoked]}]"))  # fmt: skip
    assert "cannot_settle" in found(one)


def test_an_obligation_without_consequence_or_reading_is_found(tmp_path: Path) -> None:
    old = """      event: revoke_late
      effects: [{do: revoke, licence: permit, clauses: ["1.3"]}]
      clauses: ["1.3"]
"""
    new = "      nothing: true\n      inferred: true\n"
    assert "no_consequence" in found(workflow(tmp_path, (old, new)))


def test_an_authority_whose_delay_would_harm_is_found(tmp_path: Path) -> None:
    one = workflow(tmp_path, ("    bearer: applicant\n", "    bearer: approval\n"))
    assert "authority_harms" in found(one)


def test_an_engine_event_that_nothing_raises_is_found(tmp_path: Path) -> None:
    one = workflow(tmp_path, ("      event: revoke_late\n", ""))
    assert "never_raised" in found(one)


def test_materials_that_no_event_takes_are_found(tmp_path: Path) -> None:
    one = workflow(tmp_path, ("hands_in: [committed], ", ""))
    assert "never_handed_in" in found(one)
