"""`chengnuo export` and `chengnuo log`: every format, marks, files, and what is misuse."""

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from machines.book import rulebook
from tests.cli.running import answer, run, sandbox

FORMATS = ("svg", "mermaid", "bpmn", "scxml", "json", "schema")
BEGINS = {"svg": "<svg ", "mermaid": "---\ntitle: ", "bpmn": "<?xml ", "scxml": "<?xml ",
          "json": "{", "schema": "{"}  # fmt: skip


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_goes_to_a_file_or_to_the_screen(name: str, tmp_path: Path) -> None:
    shown = run("export", "network_freight", "--format", name).stdout
    assert shown.startswith(BEGINS[name])
    file = tmp_path / "freight"
    run("export", "network_freight", "--format", name, "-o", str(file))
    assert file.read_text(encoding="utf-8") == shown
    assert list(tmp_path.iterdir()) == [file]


def test_labels_are_chinese_or_english() -> None:
    for name in ("svg", "mermaid", "bpmn"):
        assert "颁发许可证" in run("export", "network_freight", "--format", name).stdout
        said = run("export", "network_freight", "--format", name, "--lang", "en").stdout
        assert "颁发许可证" not in said


def test_the_json_is_the_file_and_obeys_the_schema() -> None:
    plain = json.loads(run("export", "network_freight", "--format", "json").stdout)
    definition = rulebook().workflows["network_freight"].compiled.definition
    assert type(definition).model_validate(plain) == definition
    schema = json.loads(run("export", "network_freight", "--format", "schema").stdout)
    assert set(plain) <= set(schema["properties"])
    assert set(schema["required"]) <= set(plain)


def test_a_case_is_marked_where_it_is(database_with_a_case: tuple[str, str]) -> None:
    url, case = database_with_a_case
    words = ("export", "network_freight", "--case", case, "--db", url, "--format")
    root = ET.fromstring(run(*words, "svg").stdout)
    kinds = {
        one.get("data-state"): one.get("class") for one in root.iter() if one.get("data-state")
    }
    assert [state for state, kind in kinds.items() if kind == "state current"] == ["inquiry"]
    assert "class main__inquiry current\n" in run(*words, "mermaid").stdout
    assert "--case marks a drawing" in run(*words, "bpmn", code=2).stderr
    said = run("export", "eia_commitment", "--case", case, "--db", url, "--format", "svg", code=2)
    assert "is of network_freight, not of eia_commitment" in said.stderr


@pytest.fixture
def database_with_a_case(tmp_path: Path) -> tuple[str, str]:
    """A database and the number of its only case."""
    from api.service import assemble
    from cases.casework import Opening
    from cases.identity import Identity
    from machines.case import Party

    url = sandbox(tmp_path)
    service = assemble(url, sandbox=True)
    try:
        party = Party("enterprise", "虚构货运有限公司", "91999999MA0000001N")
        who = Identity("applicant-1", frozenset({"applicant"}), None, party.uscc)
        opened = service.casework.open(Opening("network_freight", party, "yingkou"), who)
        return url, str(opened.plain["id"])
    finally:
        service.close()


def test_a_log_is_of_the_cases_asked_for(database_with_a_case: tuple[str, str]) -> None:
    url, case = database_with_a_case
    for more, count in (
        ((), 1),
        (("--workflow", "network_freight"), 1),
        (("--zone", "elsewhere"), 0),
    ):
        text = run("log", "--format", "xes", *more, "--db", url).stdout
        assert len(ET.fromstring(text).findall("{http://www.xes-standard.org/}trace")) == count
        plain = json.loads(run("log", "--format", "ocel", *more, "--db", url).stdout)
        assert [one["id"] for one in plain["objects"] if one["type"] == "case"] == [case] * count
    assert "虚构货运" in run("log", "--format", "ocel", "--with-names", "--db", url).stdout


def test_what_cannot_be_exported_is_misuse(tmp_path: Path) -> None:
    said = run("export", "network_fright", "--format", "svg", code=2)
    assert "did you mean network_freight?" in said.stderr
    run("export", "network_freight", "--format", "visio", code=2)
    said = run("export", "network_freight", "--format", "svg", "-o", f"{tmp_path}/a/b", code=2)
    assert "no folder" in said.stderr
    url = sandbox(tmp_path)
    assert "no date" in run("log", "--format", "xes", "--since", "soon", "--db", url, code=2).stderr
    assert "nowhere" in run("log", "--format", "xes", "--workflow", "nowhere", "--db", url,
                            code=2).stderr  # fmt: skip
    assert answer("workflows")
