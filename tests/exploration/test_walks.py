"""The walk through every case a definition can reach: it is whole, and it finds what is broken."""

import shutil
from collections.abc import Mapping
from itertools import zip_longest
from pathlib import Path

import pytest

from machines.book import (
    Workflow,
    load_workflow,
    parameters_of,
    read_overlay,
    read_roles,
    rulebook,
    workflows_folder,
)
from machines.exploration.examine import Explored, explore
from machines.exploration.moves import Moves
from machines.exploration.partition import Partition
from machines.exploration.search import walk
from machines.exploration.slices import alike, slices_of, together
from machines.exploration.symbolic import START
from machines.exploration.told import Told
from machines.exploration.worlds import worlds_of
from machines.fold import evolve
from rules.working_days import load_calendar
from tests.scenarios.runner import play, scenarios

BOOK = rulebook()
CALENDAR = load_calendar()
STORIES = tuple(scenarios())
SMALL = [
    "bank_account", "border_permits", "cluster_application", "drainage_permit",
    "ecommerce_tax_window", "individual_credit_approval", "marine_pollutant_channel",
    "medicine_ecommerce", "network_freight", "network_freight_supervision_platform",
    "package_cancellation", "seafood_two_stage", "ship_entry_notify_commit",
    "special_equipment_filing", "tolerant_penalty",
]  # fmt: skip


def walked(workflow: Workflow) -> Explored:
    return explore(workflow, CALENDAR, parameters_of([workflow]))


@pytest.mark.parametrize("key", SMALL)
def test_every_case_that_can_come_about_keeps_every_property(key: str) -> None:
    found = walked(BOOK.workflows[key])
    assert found.whole
    assert [finding.text for finding, _ in found.findings] == []


@pytest.mark.parametrize("key", SMALL)
def test_no_story_leads_to_states_that_the_walk_has_not_seen(key: str) -> None:
    """The walk leaves out what no condition can tell apart, and nothing else: whatever a scenario
    comes to, but for the engine's own remedies, the walk comes to as well."""
    workflow = BOOK.workflows[key]
    compiled = workflow.compiled
    worlds = worlds_of(compiled, CALENDAR, BOOK.parameters)
    partition, told = Partition(compiled, worlds[0], START.date()), Told(compiled)
    seen = {
        one.tracks: {_place(case.tracks, one.tracks) for case in walk(
            compiled, Moves(compiled, one, partition, told), worlds).cases}
        for one in (together(group) for group in alike(slices_of(compiled)))
    }  # fmt: skip
    asked = 0
    for scenario in (one for one in STORIES if one.workflow == key):
        case, entries = None, play(BOOK, CALENDAR, scenario).entries
        for entry, then in zip_longest(entries, entries[1:]):
            if entry.event == "restore":
                break
            case = evolve(case, entry)
            if then is not None and then.kind == "automatic":
                continue  # not at rest yet
            for tracks, places in seen.items():
                asked += 1
                assert _place(case.tracks, tracks) in places, f"{scenario.name}: {entry.event}"
    assert asked >= 10


def _place(states: Mapping[str, str], tracks: frozenset[str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((track, state) for track, state in states.items() if track in tracks))


def broken(folder: Path, key: str, old: str, new: str) -> Explored:
    """A reform with one passage of its machine changed, walked."""
    home = workflows_folder()
    shutil.copytree(home / key, folder / key)
    file = folder / key / "machine.yaml"
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{text.count(old)} times"
    file.write_text(text.replace(old, new), encoding="utf-8")
    return walked(load_workflow(folder / key, read_roles(home), read_overlay(home)))


def names(found: Explored) -> set[str]:
    return {finding.check for finding, _ in found.findings}


def test_a_promise_that_cannot_be_kept_is_told_as_a_story(tmp_path: Path) -> None:
    found = broken(tmp_path, "network_freight",
                   "from: licensed_provisional\n    to: licensed_full",
                   "from: licensed_provisional\n    to: breach")  # fmt: skip
    assert "settles_unharmed" in names(found)
    finding, story = next(one for one in found.findings if one[0].check == "settles_unharmed")
    assert "network_freight_licence" in finding.text
    assert finding.line > 300, "the line of `closing`"
    assert story[0].en == "every case can settle without an adverse act"
    assert story[1].en.startswith("1. applicant: opens the case")
    assert "main.licensed_provisional" in story[-1].en
    assert "颁发" in story[-1].zh


def test_an_authority_whose_lateness_harms_is_found(tmp_path: Path) -> None:
    found = broken(
        tmp_path, "network_freight",
        'effects: [{do: escalate, to: supervisor}]\n      inferred: true\n    clauses: ["9.13"]',
        'effects: [{do: record_credit, fact: commitment_not_performed}]\n      inferred: true\n'
        '    clauses: ["9.13"]',
    )  # fmt: skip
    assert names(found) == {"authority_harmless"}


def test_a_period_counted_from_the_wrong_act_is_told_as_the_story_of_a_licence(
    tmp_path: Path,
) -> None:
    """The six months of the network freight reform run from the licence (9.24); counted from the
    confirmation of a push, they never begin where nobody confirms it."""
    found = broken(tmp_path, "network_freight",
                   "    bearer: applicant\n    starts: issue_licence",
                   "    bearer: applicant\n    starts: confirm_push")  # fmt: skip
    assert names(found) == {"licence_armed"}
    finding, story = found.findings[0]
    assert finding.text == (
        "network_freight_licence is issued and what was promised for it is not owed"
    )
    assert "main.licensed_provisional" in story[-1].en


def test_a_walk_that_was_broken_off_says_so() -> None:
    workflow = BOOK.workflows["labour_dispatch"]
    found = explore(workflow, CALENDAR, parameters_of([workflow]), 50)
    assert not found.whole
    assert found.cases > 50
