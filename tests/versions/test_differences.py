"""What differs between two texts, and for whom: one change at a time, each with its weight."""

from pathlib import Path

import pytest

from machines.differences import Edition, differences, milder_of
from tests.cli.running import answer, run
from tests.versions.editions import Change, at, permit

NUMBER = ("value: 60", "value: 30")
ROLL = "roll: next_working_day"
REVOKES = "effects: [{do: revoke, licence: permit}]"
ESCALATES = "effects: [{do: escalate, to: supervisor}]"


def _edition(folder: Path, *changes: Change, numbers: tuple[Change, ...] = ()) -> Edition:
    workflow = permit(folder, *changes, numbers=numbers)
    return Edition(workflow.compiled, workflow.parameters, at(7, 1).date())


def _texts(tmp_path: Path, *changes: Change, **rest: tuple[Change, ...]) -> list[Edition]:
    return [_edition(tmp_path / "old"), _edition(tmp_path / "new", *changes, **rest)]


def test_the_same_text_does_not_differ(tmp_path: Path) -> None:
    assert differences(*_texts(tmp_path)) == ()
    assert milder_of(*_texts(tmp_path)) == "equal"


@pytest.mark.parametrize(
    ("changes", "numbers", "kind", "weight"),
    [
        ((), (NUMBER,), "days", "harsher"),
        ((), (("value: 60", "value: 90"),), "days", "milder"),
        ((), (("value: 20", "value: 30"),), "days", "harsher"),
        ((), (("value: 20", "value: 10"),), "days", "milder"),
        ((), (("natural_days", "months"), ("value: 60", "value: 2")), "days", "unclear"),
        (((ROLL, "roll: none"),), (), "counting", "harsher"),
        ((("late: refused", "late: accepted"),), (), "late", "milder"),
        (((REVOKES, "effects: [{do: suspend_licence, licence: permit}]"),), (),
         "consequence", "milder"),
        (((REVOKES, REVOKES[:-1] + ", {do: joint_punishment}]"),), (), "consequence", "harsher"),
        (((ESCALATES, "effects: [{do: record_credit, fact: bad_record}]"),), (),
         "consequence", "harsher"),
        ((("bearer: supervision", "bearer: applicant"),), (), "bearer", "harsher"),
        ((("    starts: issue", "    starts: check"),), (), "starts", "unclear"),
        ((("needs: [signed_on]", "may: [signed_on]"),), (), "facts", "milder"),
        ((("from: [licensed, overdue], to: complete", "from: licensed, to: complete"),), (),
         "transition_removed", "harsher"),
        ((("zh: 补交承诺材料", "zh: 补交材料"),), (), None, None),
        ((("en: applied}", "en: applied}\n      new: {zh: 新, en: new}"),), (),
         "state_added", "neutral"),
    ],
)  # fmt: skip
def test_each_change_is_named_and_weighed(
    tmp_path: Path, changes: tuple[Change, ...], numbers: tuple[Change, ...], kind: str | None,
    weight: str | None,
) -> None:  # fmt: skip
    found = differences(*_texts(tmp_path, *changes, numbers=numbers))
    if kind is None:
        assert found == ()
        return
    assert (kind, weight) in {(one.kind, one.weight) for one in found}, found
    assert all(one.zh and one.en for one in found)


def test_a_material_due_at_once_is_harsher_than_one_promised(tmp_path: Path) -> None:
    form = '    - {id: form, zh: 申请书, en: application form, clauses: ["9998.1"]}\n'
    rules = '    - {id: rules, zh: 管理制度, en: management rules, clauses: ["9998.1"]}\n'
    moved = (f"{form}  committed:\n{rules}", form + rules)
    (found,) = [
        one for one in differences(*_texts(tmp_path, moved, ("[committed]", "[upfront]")))
        if one.kind == "material"
    ]  # fmt: skip
    assert (found.name, found.weight) == ("rules", "harsher")
    assert found.zh == "材料“管理制度”：承诺后补 → 当场提交"


def test_a_longer_period_with_a_harsher_consequence_is_not_compared(tmp_path: Path) -> None:
    harsher = (REVOKES, REVOKES[:-1] + ", {do: joint_punishment}]")
    texts = _texts(tmp_path, harsher, numbers=(("value: 60", "value: 90"),))
    assert milder_of(*texts) == "incomparable"


@pytest.mark.parametrize(
    ("old", "new", "verdict"),
    [
        ("working_days", "natural_days", "harsher"),  # 20 working days are never under 20 days
        ("natural_days", "working_days", "milder"),
    ],
)
def test_units_are_compared_where_that_is_certain(
    tmp_path: Path, old: str, new: str, verdict: str
) -> None:
    texts = [
        _edition(tmp_path / name, ("roll: next_working_day", "roll: none"),
                 numbers=(("natural_days", unit),))
        for name, unit in (("old", old), ("new", new))
    ]  # fmt: skip
    assert milder_of(*texts) == verdict


def test_the_command_tells_it_in_both_languages(tmp_path: Path) -> None:
    for name, numbers in (("old", ()), ("new", (NUMBER,))):
        permit(tmp_path / name, numbers=numbers)
    places = [str(tmp_path / name / "permit") for name in ("old", "new")]
    told = run("workflows", "diff", *places).stdout
    assert "“补交承诺材料”：期限由 60 个自然日 改为 30 个自然日" in told
    assert "60 natural days became 30 natural days" in told
    assert "较重" in told
    plain = answer("workflows", "diff", *places)
    assert plain["verdict"] == "harsher"
    assert [one["affects"] for one in plain["changes"]] == [["applicant"]]


def test_two_procedures_are_not_compared_and_an_unknown_text_is_named() -> None:
    run("workflows", "diff", "network_freight", "labour_dispatch", code=2)
    run("workflows", "diff", "network_freight", "ffffffffff", code=2)


def test_a_definition_is_still_listed_and_shown() -> None:
    assert len(answer("workflows")) > 30
    assert "network_freight" in run("workflows", "network_freight").stdout


def test_texts_are_kept_listed_and_adopted(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/v.db"
    run("db", "upgrade", "--sandbox", "--db", url)
    people = ("--by", "wang", "--confirmed-by", "li", "--db", url)
    run("workflows", "adopt", str(tmp_path), *people, code=2)
    permit(tmp_path / "new")  # a procedure that no release has
    run("workflows", "adopt", str(tmp_path / "new" / "permit"), *people, code=2)
    rows = answer("workflows", "versions", "network_freight", "--db", url)["versions"]
    assert [(row["installed"], row["open_cases"]) for row in rows] == [(True, 0)]
