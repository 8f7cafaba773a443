"""The import: all rows or none, real dates, no automatic harm for what had run out before."""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from api.service import assemble
from cases.identity import Identity
from machines.acts import Evidence, Refused
from machines.book import rulebook
from machines.case import Actor, Party
from machines.importing import Import, imported, overdue
from machines.rungs import SHANGHAI, midnight, pending
from machines.step import replay
from rules.parameters import Settings, ZoneSetting
from rules.view import World
from rules.working_days import load_calendar
from tests.cli.running import answer, run, sandbox

AUDITOR = Identity("auditor", frozenset({"auditor"}))
FREIGHT = rulebook().workflows["network_freight"].compiled
NOW = datetime(2025, 1, 2, 9, tzinfo=SHANGHAI)
OWED = "supply_promised_materials"
BOTH = "principal_exam_pass_certificate safety_manager_exam_pass_certificate"


def _world() -> World:
    settings = tuple(
        ZoneSetting(key, one.id, one.unit, one.assumed, date(2017, 4, 10), "assumed")
        for key, workflow in rulebook().workflows.items()
        for one in workflow.definition.settings
    )
    return World(load_calendar(), rulebook().parameters, Settings("yingkou", settings))


def _import(**more: Any) -> Import:
    given: dict[str, Any] = {
        "case_id": "case-1", "zone": "yingkou",
        "subject": Party("enterprise", "虚构企业有限公司", "91999999MA0000001N"),
        "actor": Actor("importer", "admin"), "issued_at": midnight(date(2024, 12, 20)),
        "evidence": Evidence("许可证1号", "second"), **more,
    }  # fmt: skip
    return Import(**given)


def test_the_entry_alone_is_the_journal_of_a_case_where_its_licence_was_issued() -> None:
    entry = imported(FREIGHT, _import(), NOW, _world())
    assert not isinstance(entry, Refused)
    case = replay([entry])
    assert (entry.kind, entry.event, entry.at, entry.effects) == ("opened", "import", NOW, ())
    assert case.version == 1
    assert case.tracks == {"main": "licensed_provisional"}
    assert case.licences["network_freight_licence"].issued_at == midnight(date(2024, 12, 20))
    duty = case.latest(OWED)
    assert duty is not None
    assert duty.due.on == date(2025, 6, 20)
    assert overdue(FREIGHT, case, date(2025, 6, 20)) == ()
    assert overdue(FREIGHT, case, date(2025, 6, 21)) == (duty,)


def test_reminders_of_the_past_are_dropped() -> None:
    entry = imported(FREIGHT, _import(issued_at=midnight(date(2024, 7, 22))), NOW, _world())
    assert not isinstance(entry, Refused)
    rungs = [rung.rung for rung in pending(FREIGHT, replay([entry]))]
    assert rungs == ["warn:10", "warn:3", "missed"]


def test_a_duty_of_the_office_that_ran_out_is_recorded_and_raises_nothing() -> None:
    compiled = rulebook().workflows["labour_dispatch"].compiled
    act = _import(issued_by="decide_and_issue", issued_at=midnight(date(2024, 8, 20)),
                  facts={"commitment_due": "2025-02-28"})  # fmt: skip
    entry = imported(compiled, act, NOW, _world())
    assert not isinstance(entry, Refused)
    case = replay([entry])
    check = case.latest("post_licence_check")
    assert check is not None
    assert (check.status, check.missed_on) == ("missed", date(2024, 10, 22))
    assert "post_licence_check" not in {rung.obligation for rung in pending(compiled, case)}


def test_a_later_day_on_the_paper_binds_and_an_earlier_one_is_refused() -> None:
    later = imported(FREIGHT, _import(told={OWED: date(2025, 6, 28)}), NOW, _world())
    assert not isinstance(later, Refused)
    duty = replay([later]).latest(OWED)
    assert duty is not None
    assert (duty.due.on, duty.due.told_on) == (date(2025, 6, 30), date(2025, 6, 28))
    assert duty.receipt["told"]["by_the_text"] == "2025-06-20"
    earlier = imported(FREIGHT, _import(told={OWED: date(2025, 6, 19)}), NOW, _world())
    assert isinstance(earlier, Refused)
    assert earlier.reason == "too_early"


@pytest.mark.parametrize(("more", "reason"), [
    ({"issued_at": midnight(date(2025, 1, 3))}, "in_future"),
    ({"licence": "freight_licence"}, "licence_unknown"),
    ({"issued_by": "inform"}, "issued_by_unknown"),
    ({"materials": ("exam",)}, "material_unknown"),
    ({"parties": {"preparer": Party("agency", "x")}}, "party_unknown"),
    ({"facts": {"colour": "red"}}, "fact_unknown"),
    ({"told": {"pay": date(2025, 6, 28)}}, "obligation_unknown"),
    ({"told": {"verify_truth": date(2025, 6, 28)}}, "no_date"),
    ({"evidence": Evidence(" ", "second")}, "evidence_required"),
    ({"subject": Party("enterprise", " ", "91999999MA0000001N")}, "name_missing"),
    ({"subject": Party("enterprise", "虚构", "91999999MA0000001X")}, "uscc_wrong"),
    ({"subject": Party("enterprise", "虚构")}, "uscc_wrong"),
])  # fmt: skip
def test_what_is_wrong_is_refused_with_its_reason(more: dict[str, Any], reason: str) -> None:
    refused = imported(FREIGHT, _import(**more), NOW, _world())
    assert isinstance(refused, Refused)
    assert refused.reason == reason


def test_what_a_date_needs_is_asked_for() -> None:
    books = rulebook().workflows
    dispatch = imported(books["labour_dispatch"].compiled, _import(), NOW, _world())
    assert isinstance(dispatch, Refused)
    assert dispatch.reason == "issued_by_missing" or dispatch.context["fact"] == "commitment_due"
    bare = World(load_calendar(), rulebook().parameters, Settings("yingkou", ()))
    preparer = {"preparer": Party("agency", "虚构编制单位", "91999999MA0000009F")}
    eia = imported(books["eia_commitment"].compiled, _import(parties=preparer), NOW, bare)
    assert isinstance(eia, Refused)
    assert eia.reason == "setting_missing"
    alone = imported(books["eia_commitment"].compiled, _import(), NOW, _world())
    assert isinstance(alone, Refused)
    assert alone.reason == "party_missing"


HEADER = "workflow,evidence,subject_name,uscc,issued_on,materials,confirmed_by"


def _file(folder: Path, *rows: str, header: str = HEADER) -> str:
    file = folder / "rows.csv"
    file.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return str(file)


def _row(number: int, issued_on: str, rest: str = ",") -> str:
    return f"network_freight,许可证{number}号,虚构企业,91999999MA0000001N,{issued_on},{rest}"


def test_a_dry_run_writes_nothing_and_the_same_paper_comes_in_once(tmp_path: Path) -> None:
    url = sandbox(tmp_path)
    file = _file(tmp_path, _row(1, "2024-12-20"))
    planned = answer("import", file, "--dry-run", "--db", url)
    assert planned["cases"][0]["due"][OWED] == "2025-06-20"
    done = answer("import", file, "--by", "wang", "--db", url)
    assert [one["case_id"] for one in done["cases"]] == [one["case_id"] for one in planned["cases"]]
    again = answer("import", file, "--db", url, code=1)
    assert "rows.csv:2: column evidence" in again["problems"][0]


def test_the_journal_records_the_paper_and_the_importing_person(tmp_path: Path) -> None:
    url = sandbox(tmp_path)
    done = answer("import", _file(tmp_path, _row(1, "2024-12-20")), "--by", "wang", "--db", url)
    service = assemble(url)
    (entry,) = service.casework.journal(done["cases"][0]["case_id"], AUDITOR)
    service.close()
    assert entry["actor"]["user"] == "wang"
    assert entry["evidence"]["reference"] == "许可证1号"
    assert entry["happened_at"].startswith("2024-12-20")


def test_what_had_run_out_is_stayed_and_never_enforced_by_itself(tmp_path: Path) -> None:
    url = sandbox(tmp_path)
    done = answer("import", _file(tmp_path, _row(1, "2024-05-20")), "--db", url)
    (one,) = done["cases"]
    assert one["stayed"] == [OWED]
    assert (
        "for a person" in run("import", _file(tmp_path, _row(2, "2024-05-20")), "--db", url).stdout
    )
    assert [e for e in answer("enforce", "--db", url)["enforced"] if e["adverse"]] == []
    service = assemble(url)
    case = service.casework.look(one["case_id"], AUDITOR).plain
    service.close()
    assert OWED in case["stayed"]
    assert [licence["status"] for licence in case["licences"]] == ["live"]


def test_what_was_done_in_time_is_recorded_with_a_second_person(tmp_path: Path) -> None:
    url = sandbox(tmp_path)
    header = f"{HEADER},done.supply_all"
    file = _file(tmp_path, _row(1, "2024-05-20", f"{BOTH},lisi,2024-11-20"), header=header)
    (one,) = answer("import", file, "--db", url)["cases"]
    assert one["tracks"] == {"main": "licensed_full"}
    assert one["stayed"] == []
    alone = _file(tmp_path, _row(2, "2024-05-20", f"{BOTH},,2024-11-20"), header=header)
    assert "second person" in answer("import", alone, "--db", url, code=1)["problems"][0]
    late = _file(tmp_path, _row(3, "2024-05-20", f"{BOTH},lisi,2024-11-21"), header=header)
    assert "column done.supply_all" in answer("import", late, "--db", url, code=1)["problems"][0]


def test_every_wrong_row_is_named_and_none_comes_in(tmp_path: Path) -> None:
    url = sandbox(tmp_path)
    file = _file(
        tmp_path, _row(1, "2024-12-20"), _row(2, "2024-13-20"), _row(3, "2024-12-20", "x,"),
        _row(1, "2024-12-20"), _row(5, "2016-12-20"), "network_freigt,6,甲,,2024-12-20,,",
    )  # fmt: skip
    problems = answer("import", file, "--db", url, code=1)["problems"]
    assert [one.partition(": ")[2].partition(":")[0] for one in problems] == [
        "column issued_on", "column materials", "column evidence", "column issued_on",
        "column workflow",
    ]  # fmt: skip
    assert [one.split(":")[1] for one in problems] == ["3", "4", "5", "6", "7"]
    service = assemble(url)
    with service.store.unit(write=False) as unit:
        assert unit.counts()["cases"] == 0
    service.close()


@pytest.mark.parametrize(("text", "said"), [
    ("workflow,uscc,isued_on\na,b,c\n", "did you mean issued_on?"),
    ("workflow,workflow\na,b\n", "stands there twice"),
    ("workflow,uscc\na,b\n", "column evidence, subject_name, issued_on is missing"),
    (f"{HEADER}\na,b\n", "not as many fields"),
    (f"{HEADER}\n", "no row to import"),
    (f"{HEADER},colour\n{_row(1, '2024-12-20')},red\n", "column colour: unknown"),
    (f"{HEADER},facts.colour\n{_row(1, '2024-12-20')},red\n", "the workflow has no colour"),
    (f"{HEADER},parties.bank.name\n{_row(1, '2024-12-20')},x\n", "nothing of that name"),
])  # fmt: skip
def test_a_file_that_is_not_in_the_format_is_said_to_be_so(
    tmp_path: Path, text: str, said: str
) -> None:
    url = sandbox(tmp_path)
    file = tmp_path / "rows.csv"
    file.write_text(text, encoding="utf-8")
    assert said in run("import", str(file), "--db", url, code=1).stderr


def test_json_says_the_same_as_csv(tmp_path: Path) -> None:
    url = sandbox(tmp_path)
    rows = [{
        "workflow": "labour_dispatch", "evidence": "派遣1号", "subject_name": "虚构企业",
        "uscc": "91999999MA0000001N", "issued_on": "2024-12-20", "issued_by": "decide_and_issue",
        "materials": ["application_form"],
        "facts": {"commitment_due": "2025-03-20", "video_chosen": True},
    }]  # fmt: skip
    file = tmp_path / "rows.json"
    file.write_text(json.dumps(rows), encoding="utf-8")
    (one,) = answer("import", str(file), "--db", url)["cases"]
    assert one["due"]["supply_five_materials"] == "2025-03-20"
    assert one["due"]["supply_video"] == "2025-02-20"
    file.write_text("{]", encoding="utf-8")
    assert "not JSON" in run("import", str(file), "--db", url, code=1).stderr
    file.write_text('{"workflow": "x"}', encoding="utf-8")
    assert "list of objects" in run("import", str(file), "--db", url, code=1).stderr
    run("import", str(tmp_path / "none.csv"), "--db", url, code=1)


def test_the_example_of_the_document_comes_in(tmp_path: Path) -> None:
    document = (Path(__file__).resolve().parents[2] / "docs" / "IMPORT.md").read_text("utf-8")
    lines = [line.strip() for line in document.splitlines() if line.startswith("    ")]
    file = tmp_path / "example.csv"
    file.write_text("\n".join(lines), encoding="utf-8")
    assert len(answer("import", str(file), "--dry-run", "--db", sandbox(tmp_path))["cases"]) == 1
