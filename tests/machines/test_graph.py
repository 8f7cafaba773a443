"""The reforms of the product have no finding; a broken one of each kind is in `tests/broken`."""

from pathlib import Path

import pytest

from machines.book import load, read_lists, rulebook, workflows_folder
from machines.graph import examine
from machines.reader import read
from machines.texts import RoleFile
from machines.unused import together
from tests.machines.broken_folder import SOUND, with_broken


def test_a_report_counts_what_was_looked_at(tmp_path: Path) -> None:
    report = examine(load(with_broken(SOUND, tmp_path)).workflows["broken"])
    assert report.findings == ()
    assert (report.states, report.transitions, report.obligations) == (4, 3, 1)


@pytest.mark.parametrize("key", sorted(rulebook().workflows))
def test_no_reform_has_a_finding(key: str) -> None:
    assert examine(rulebook().workflows[key]).findings == ()


def test_every_role_is_taken_and_every_clause_in_force_is_carried() -> None:
    home = workflows_folder()
    roles, stands = read(RoleFile, home / "roles.yaml")
    found = together(rulebook().workflows, roles, stands, read_lists(home)[0])
    assert list(found) == []
