"""The lists: read strictly, held against the reforms, and what they mean when they meet."""

from pathlib import Path

import pytest

from machines.book import hold_lists, load, read_lists, rulebook, workflows_folder
from machines.lists import ListFile, ListSpec
from machines.reader import DefinitionError, read
from rules.view import Privilege, Restriction

SOUND = """\
conflict: {reading: {zh: 从严, en: strictly}}
lists:
  - id: praise
    zh: 红名单
    en: red
    side: red
    field: trade
    keeper: registry
    clauses: ["8.22"]
    privileges: [{privilege: green_channel, zh: 绿色通道, en: green channel, clause: "8.22"}]
    way_out: {zh: 移出, en: removed}
  - id: blame
    zh: 黑名单
    en: black
    side: black
    field: trade
    keeper: registry
    clauses: ["8.22"]
    restrictions:
      - {restriction: acceptance, workflow: domicile_commitment, clause: "8.24"}
    way_out: {workflow: domicile_commitment, zh: 移出, en: removed}
    criteria:
      - id: records
        zh: 两次
        en: twice
        workflow: labour_dispatch
        guards:
          - {has_record: {credit_facts: [bad_record], within: check_months}}
        clauses: ["8.22"]
facts:
  - {id: bad_record, zh: 不良记录, en: a bad record, clauses: ["7.21"]}
"""
FILE = "some/lists.yaml"
BOOK = rulebook()


def folder_with(text: str, tmp_path: Path) -> Path:
    """The product's definitions with other lists."""
    for path in workflows_folder().iterdir():
        if path.name != "lists.yaml":
            (tmp_path / path.name).symlink_to(path)
    (tmp_path / "lists.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def error_of(text: str, tmp_path: Path) -> DefinitionError:
    """What is wrong with some lists, beside the definitions of the product."""
    folder = folder_with(text, tmp_path)
    with pytest.raises(DefinitionError) as caught:
        hold_lists(*read_lists(folder), BOOK.roles, BOOK.workflows)
    return caught.value


def line_of(text: str, words: str) -> int:
    return next(n for n, line in enumerate(text.splitlines(), 1) if words in line)


def test_sound_lists_are_read(tmp_path: Path) -> None:
    text = SOUND.replace(", within: check_months", "")
    (tmp_path / "lists.yaml").write_text(text, encoding="utf-8")
    listed, parsed = read_lists(tmp_path)
    hold_lists(listed, parsed, BOOK.roles, {})
    assert [one.id for one in listed.lists] == ["praise", "blame"]
    assert listed.words == {
        ("list", "praise"): ("红名单", "red"), ("list", "blame"): ("黑名单", "black"),
        ("privilege", "green_channel"): ("绿色通道", "green channel"),
        ("credit", "bad_record"): ("不良记录", "a bad record"),
    }  # fmt: skip


# what is written instead of what, what the error says, and the line it names
BROKEN = [
    ("side: black", "side: grey", "red", "side: grey"),
    ("keeper: registry\n    clauses: [\"8.22\"]\n    priv", "keeper: registrar\n    priv",
     "`clauses` is missing", "id: praise"),
    ("privilege: green_channel, zh", "privlege: green_channel, zh",
     "did you mean `privilege`", "privlege"),
    ("en: green channel, ", "", "`en` is missing", "privilege: green_channel"),
    ("en: a bad record, ", "", "`en` is missing", "id: bad_record"),
    (", clauses: [\"7.21\"]}", "}", "`clauses` is missing", "id: bad_record"),
    ("facts:\n", "facts:\n  - {id: bad_record, zh: 甲, en: a, clauses: [\"7.21\"]}\n",
     "the credit fact `bad_record` stands here twice", "conflict:"),
    ("restriction: acceptance, workflow: domicile_commitment, clause: \"8.24\"",
     "restriction: acceptance, reading: {zh: 读法, en: reading}", "only a clause can refuse",
     "restriction: acceptance"),
    (", clause: \"8.24\"}", "}", "`clause` is missing", "restriction: acceptance"),
    ("id: blame", "id: praise", "stands here twice", "lists:"),
    ("    privileges: [{privilege: green_channel, zh: 绿色通道, en: green channel, "
     "clause: \"8.22\"}]\n",
     "    restrictions: [{restriction: benefits, clause: \"8.22\"}]\n", "closes nothing",
     "id: praise"),
    ("    restrictions:\n      - {restriction: acceptance, workflow: domicile_commitment, "
     "clause: \"8.24\"}\n", "", "what does entry on this list close", "id: blame"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "says", "at"), BROKEN)
def test_what_is_no_list_is_refused_with_its_line(old: str, new: str, says: str, at: str) -> None:
    assert old in SOUND
    text = SOUND.replace(old, new, 1)
    with pytest.raises(DefinitionError) as caught:
        read(ListFile, FILE, text)
    assert says in str(caught.value)
    assert caught.value.file == FILE
    assert abs(caught.value.line - line_of(text, at)) <= 1, str(caught.value)


NAMES = [
    ("keeper: registry", "keeper: registrar", "unknown role `registrar`; did you mean `registry`?"),
    ('clause: "8.24"', 'clause: "8.240"', "unknown clause `8.240`"),
    ("has_record", "has_records", "unknown guard `has_records`; did you mean `has_record`?"),
    ("credit_facts: [bad_record]", "facts: [bad_record]", "unknown argument of `has_record`"),
    ("credit_facts: [bad_record], ", "", "needs the argument `credit_facts`"),
    ("check_months", "check_weeks", "unknown parameter `check_weeks`"),
    (
        "[bad_record]",
        "[bad_records]",
        "unknown credit fact `bad_records`; did you mean `bad_record`?",
    ),
    ('clauses: ["7.21"]', 'clauses: ["7.210"]', "unknown clause `7.210`"),
]


@pytest.mark.parametrize(("old", "new", "says"), NAMES)
def test_a_name_that_means_nothing_is_refused(
    old: str, new: str, says: str, tmp_path: Path
) -> None:
    assert old in SOUND
    text = SOUND.replace(old, new, 1)
    error = error_of(text, tmp_path)
    assert says in str(error)
    assert error.line in range(1, len(text.splitlines()) + 1)


@pytest.mark.parametrize(
    ("key", "says", "line"),
    [
        ("labour_dispatch", "unknown list `black`", "do: list, list: black"),
        ("approval_supervision_loop", "unknown privilege `no_threshold_acceptance`",
         "privilege: no_threshold_acceptance"),
        ("credit_repair", "unknown list `serious_breach`", "listed_for: {list: serious_breach"),
    ],
)  # fmt: skip
def test_a_reform_names_no_list_or_privilege_that_is_none(
    key: str, says: str, line: str, tmp_path: Path
) -> None:
    folder = folder_with(SOUND.replace(", within: check_months", ""), tmp_path)
    with pytest.raises(DefinitionError) as caught:
        hold_lists(*read_lists(folder), BOOK.roles, {key: BOOK.workflows[key]})
    assert says in str(caught.value)
    assert caught.value.file == f"workflows/{key}/machine.yaml"
    assert abs(caught.value.line - line_of(BOOK.workflows[key].text, line)) <= 3


PRODUCT = (workflows_folder() / "lists.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "file", "says"),
    [
        ("id: violation_punished", "id: violation_punish",
         "workflows/approval_supervision_loop/machine.yaml",
         "unknown credit fact `violation_punished`; did you mean `violation_punish`?"),
        ("\nfacts:\n",
         "\nfacts:\n  - {id: violation_forgiven, zh: 甲, en: a, clauses: [\"3.22\"]}\n",
         None, "`violation_forgiven`; did you mean `violation_"),
    ],
)  # fmt: skip
def test_what_reforms_record_and_what_it_is_called_are_the_same_facts(
    old: str, new: str, file: str | None, says: str, tmp_path: Path
) -> None:
    assert PRODUCT.count(old) == 1
    text = PRODUCT.replace(old, new)
    error = error_of(text, tmp_path)
    assert says in str(error)
    if file is None:
        assert error.line == line_of(text, "violation_forgiven")
        assert error.file.endswith("lists.yaml")
    else:
        key = file.split("/")[1]
        lines = BOOK.workflows[key].text.splitlines()
        assert (error.file, "violation_punished" in lines[error.line - 1]) == (file, True)


def test_a_fact_of_a_reform_that_is_not_here_is_left_alone(tmp_path: Path) -> None:
    folder = folder_with(PRODUCT, tmp_path)
    for key in ("tolerant_penalty", "individual_credit_approval"):
        hold_lists(*read_lists(folder), BOOK.roles, {key: BOOK.workflows[key]})


def test_without_lists_there_are_none(tmp_path: Path) -> None:
    assert read_lists(tmp_path)[0].lists == ()
    hold_lists(*read_lists(tmp_path), BOOK.roles, BOOK.workflows)


def test_lists_are_part_of_the_rulebook_whichever_folder_it_is_read_from(tmp_path: Path) -> None:
    (tmp_path / "roles.yaml").symlink_to(workflows_folder() / "roles.yaml")
    (tmp_path / "lists.yaml").symlink_to(workflows_folder() / "lists.yaml")
    assert load(tmp_path).lists == BOOK.lists


def test_the_lists_of_the_product() -> None:
    sides = {one.id: one.side for one in BOOK.lists.lists}
    assert sides == {
        "red": "red", "black": "black", "abnormal": "watch", "serious_breach": "black",
        "environmental_dishonest": "black", "civil_air_defence_red": "red",
        "civil_air_defence_black": "black",
    }  # fmt: skip


def test_what_no_clause_closes_says_that_it_is_a_reading() -> None:
    """The default of every list but the red ones is the commitment route, and never acceptance."""
    for spec in BOOK.lists.lists:
        for one in spec.restrictions:
            if one.restriction == "acceptance":
                assert (spec.id, one.clause, one.reading) == ("black", "3.27", None)
            if one.restriction == "commitment_route" and one.workflow is None:
                assert one.reading is not None, spec.id
        general = [r.restriction for r in spec.restrictions if r.workflow is None]
        assert ("commitment_route" in general) is (spec.side != "red"), spec.id


@pytest.mark.parametrize("spec", BOOK.lists.lists, ids=lambda spec: spec.id)
def test_every_clause_and_workflow_that_a_list_names_is_there(spec: ListSpec) -> None:
    """`check_lists` leaves out reforms that are not in the folder; in the product all of them
    are, and nothing rests on what is only planned."""
    force = {one.id: one.force for w in BOOK.workflows.values() for one in w.clauses.clauses}
    cited = [*spec.clauses, *spec.way_out.clauses, *(one.clause for one in spec.restrictions)]
    cited += [one.clause for one in spec.privileges]
    cited += [clause for one in spec.criteria for clause in one.clauses]
    assert {force[clause] for clause in cited if clause is not None} <= {"in_force", "effect"}
    named = {spec.way_out.workflow, *(one.workflow for one in spec.criteria)}
    assert named <= set(BOOK.workflows)


def test_what_rests_on_an_effect_alone_says_that_it_is_a_reading() -> None:
    force = {one.id: one.force for w in BOOK.workflows.values() for one in w.clauses.clauses}
    for spec in BOOK.lists.lists:
        rests_on = [(one.clause, one.reading) for one in spec.restrictions]
        rests_on += [(one.clause, one.reading) for one in spec.privileges]
        for clause, reading in rests_on:
            if clause is None or force[clause] != "in_force":
                assert reading is not None, (spec.id, clause)


def test_a_party_on_a_red_and_a_black_list_of_one_field_enjoys_nothing_of_the_red() -> None:
    lists = BOOK.lists
    assert {one.kind for one in lists.granted(["red"])} == {
        "no_threshold_acceptance", "green_channel", "gap_acceptance", "lower_inspection_rate",
        "award_priority",
    }  # fmt: skip
    assert lists.granted(["red", "black"]) == ()
    assert lists.resting(["red", "black"]) == ("red",)
    assert lists.granted(["red", "environmental_dishonest", "abnormal"]) == lists.granted(["red"])
    both = lists.granted(["red", "civil_air_defence_red", "black"])
    assert both == lists.granted(["civil_air_defence_red"])
    assert Privilege("lower_inspection_rate", "18.9", "人防行业红名单") in both


def test_a_list_closes_what_its_file_says_and_an_unknown_one_the_commitment_route() -> None:
    black = BOOK.lists.closed_to("black", "10.34")
    closed = Restriction("acceptance", None, "3.27", "失信黑名单", "black list (dishonest)")
    assert closed in black
    assert {one.kind for one in BOOK.lists.closed_to("abnormal", "8.22")} == {"commitment_route"}
    assert BOOK.lists.closed_to("red", "4.26") == ()
    assert BOOK.lists.closed_to("of_an_older_text", "9.31 9.32") == (
        Restriction("commitment_route", None, "9.31 9.32", "of_an_older_text"),
    )
