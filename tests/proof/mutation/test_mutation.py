"""The mutation run itself: it changes what it says it changes, and tells who noticed."""

from __future__ import annotations

import marshal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import machines.rungs
from machines.book import rulebook
from machines.rungs import is_adverse, midnight
from tests.proof.mutation.apart import Verdict, judged
from tests.proof.mutation.edits import OUT, Edit, changed, place
from tests.proof.mutation.heart import HeartMutant, Live, heart_mutants
from tests.proof.mutation.killers import NOBODY, Stories
from tests.proof.mutation.record import Found, Record, table
from tests.proof.mutation.survivors import explained, reasons
from tests.proof.mutation.syntax import mutated, sites
from tests.proof.mutation.texts import Mutant, Refused, made, mutants

KEY = "network_freight"
PLAIN = {"obligations": [{"id": "supply", "bearer": "applicant", "warnings": [1, 2]}], "key": "k"}


@pytest.fixture(scope="module")
def stories() -> Stories:
    return Stories(most=20, seed=1)


@pytest.fixture(scope="module")
def of_freight() -> dict[str, Mutant]:
    return {one.name: one for one in mutants(rulebook(), KEY)}


def test_an_edit_changes_one_value_and_leaves_the_rest() -> None:
    other = changed(PLAIN, ("obligations", 0, "bearer"), "approval")
    assert other["obligations"][0] == {**PLAIN["obligations"][0], "bearer": "approval"}  # type: ignore[dict-item]
    assert changed(PLAIN, ("obligations", 0, "warnings", 0), OUT)["obligations"][0]["warnings"] == [
        2
    ]
    assert PLAIN["obligations"][0]["warnings"] == [1, 2]  # type: ignore[index]


def test_an_edit_is_called_by_what_its_lines_are_called() -> None:
    at = ("obligations", 0, "bearer")
    assert place(PLAIN, at) == "obligations[supply].bearer"
    assert (
        Edit("swap", at, "approval").name(PLAIN) == "swap: obligations[supply].bearer := approval"
    )


def test_every_operator_the_text_knows_is_there(of_freight: dict[str, Mutant]) -> None:
    operators = {one.operator for one in of_freight.values()}
    assert operators >= {
        "drop a guard", "drop an effect", "drop an edge", "drop a duty", "drop a reminder",
        "drop a material", "drop a clause's consequence", "widen a role", "swap the bearer",
        "swap what is done", "change how it is counted",
        "one more of a number", "one less of a number", "remind a day later",
        "forget whose hand it was", "lead an edge elsewhere", "swap whether late is accepted",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "by"),
    [
        ("drop a duty: obligations[supply_promised_materials]", "check"),
        ("one less of a number: supplement_months: 6 - 1", "story"),
        ("forget whose hand it was: events.issue_licence.duty := other", "story"),
    ],
)
def test_a_mutant_is_noticed(
    stories: Stories, of_freight: dict[str, Mutant], name: str, by: str
) -> None:
    assert stories.text(of_freight[name])[0] == by


def test_a_text_that_means_nothing_does_not_load() -> None:
    broken = Mutant("none", KEY, "none", Edit("none", ("opening", "role"), ["nobody"]))
    with pytest.raises(Refused, match="unknown role `nobody`"):
        made(rulebook(), broken)


def _site(operator: str, where: str, text: str) -> HeartMutant:
    every = heart_mutants(["machines.rungs"], 1)
    return next(
        m for m in every if (m.operator, m.site.function, m.site.text) == (operator, where, text)
    )


def test_a_planted_change_is_what_everybody_runs_and_only_in_its_process() -> None:
    mutant = _site("turn a truth value", "is_adverse", "return False")
    live = Live()

    def judge(one: HeartMutant) -> Verdict:
        live.plant(one)
        timer = next(t for w in rulebook().workflows.values() for t in w.definition.timers)
        return ("seen", "") if is_adverse(timer) else NOBODY

    assert [verdict for _, verdict, _ in judged([mutant], judge, processes=1, limit_s=60)] == [
        ("seen", "")
    ]
    timer = next(t for w in rulebook().workflows.values() for t in w.definition.timers)
    assert not is_adverse(timer)
    assert midnight.__code__ is machines.rungs.midnight.__code__


def test_what_never_ends_is_ended_and_what_breaks_is_told() -> None:
    def judge(one: str) -> Verdict:
        if one == "loops":
            time.sleep(60)
        raise ValueError(one)

    found = {one: verdict for one, verdict, _ in judged(["loops", "breaks"], judge,
                                                        processes=2, limit_s=1)}  # fmt: skip
    assert found["loops"][0] == "time"
    assert found["breaks"][0] == "broken"
    assert "ValueError: breaks" in found["breaks"][1]


def test_every_change_is_a_change_and_no_two_are_one() -> None:
    file = Path(str(machines.rungs.__file__))
    codes = [marshal.dumps(mutated(file, one)) for one in sites(file)]
    own = {name: one[0].__code__ for (of, name), one in Live().functions.items() if of == str(file)}
    assert not {marshal.dumps(one) for one in own.values()} & set(codes)
    assert len(set(codes)) > 0.9 * len(codes)


def test_no_wording_and_no_docstring_is_changed() -> None:
    file = Path(str(machines.rungs.__file__))
    assert all('"""' not in one.text for one in sites(file))


def test_a_run_goes_on_where_it_was_broken_off(tmp_path: Path) -> None:
    record = Record(tmp_path / "run.jsonl")
    record.add(Found("a / x", "drop a guard", "a", "story", "one", 0.1))
    record.add(Found("a / y", "drop a guard", "a", "", "", 0.1))
    again = Record(tmp_path / "run.jsonl")
    assert again.noticed("a / x")
    assert not again.noticed("a / y")
    rows = list(table(again.found.values(), {}))
    assert rows[2].startswith("| drop a guard | 2 |")
    assert rows[-1].endswith("| 1 |")


def _every_reason() -> Iterator[str]:
    yield from (one.why for one in reasons())


def test_every_explanation_gives_a_reason() -> None:
    assert all(len(why) > 20 for why in _every_reason())
    assert explained([Found("a / x", "o", "a", "story", "", 0.0)], reasons()) == {}
