"""The commands that answer at once: what they say, what they refuse, with which exit code."""

import json
import re
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from cases.clock import machine_time
from cases.identity import Identity, identify
from cases.store import open_store
from machines.book import rulebook, workflows_folder
from rules.guards import GUARDS
from scheduler.holds import impose
from tests.cli.running import answer, run, sandbox
from tests.machines.broken_folder import FOLDER, with_broken


def test_every_condition_a_definition_may_name_is_listed_with_its_meaning() -> None:
    rows = answer("workflows", "--guards")
    assert {row["name"] for row in rows} == set(GUARDS)
    assert all(row["means"] for row in rows)
    assert "drawn_from_seed(drawn, pool, seed, take)" in run("workflows", "--guards").stdout


def test_the_workflows_are_listed_and_one_is_shown_whole() -> None:
    listed = answer("workflows")
    assert {one["key"] for one in listed} == {*rulebook().workflows, "service_rules_overlay"}
    reforms = [one["reform"] for one in listed if one["reform"] is not None]
    assert reforms == sorted(reforms)
    assert set(reforms) == set(range(1, 22)), "every reform of the area is here"
    assert listed[-1]["key"] == "service_rules_overlay"
    rules = answer("workflows", "service_rules_overlay")["rules"]
    assert len(rules) == 4
    assert all(rule["source"]["zh"] for rule in rules)
    assert {"domicile_commitment", "eia_commitment", "labour_dispatch", "network_freight"} <= {
        one["key"] for one in listed
    }
    shown = answer("workflows", "network_freight")
    assert shown["parameters"]["supplement_months"]["values"][0]["value"] == 6
    assert "revoke_for_breach" in run("workflows", "network_freight").stdout


def test_a_misspelt_workflow_is_misuse_with_the_nearest_name() -> None:
    assert "did you mean network_freight?" in run("workflows", "network_frieght", code=2).stderr
    assert "did you mean eia_commitment?" in run("check", "eia_comitment", code=2).stderr


def test_every_definition_passes_its_check() -> None:
    checked = answer("check", "--shape")
    assert checked["findings"] == 0
    assert {row["workflow"] for row in checked["workflows"]} >= {"network_freight"}
    assert all(row["states"] and row["transitions"] for row in checked["workflows"])
    assert "network_freight" in run("check", "network_freight", "--shape").stdout


def test_the_everyday_check_walks_in_processes_and_says_the_same_as_alone() -> None:
    keys = ("cluster_application", "drainage_permit", "individual_credit_approval")
    rows = answer("check", *keys)["workflows"]
    assert [row["workflow"] for row in rows] == list(keys), "in their order, whichever ends first"
    (alone,) = answer("check", "drainage_permit")["workflows"]
    for name in ("cases_walked", "steps_walked", "slices", "whole", "findings"):
        assert rows[1][name] == alone[name]
    assert all(row["whole"] and row["seconds"] >= 0 for row in rows)


def _broken(folder: Path, old: str, new: str) -> Path:
    shutil.copytree(workflows_folder() / "network_freight", folder / "network_freight")
    file = folder / "network_freight" / "machine.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    return folder


def test_a_state_nobody_reaches_is_a_finding_with_its_line(tmp_path: Path) -> None:
    state = "      inquiry: {zh: 咨询, en: inquiry}\n"
    folder = _broken(tmp_path, state, state + "      limbo: {zh: 无处, en: nowhere}\n")
    checked = answer("check", "--folder", str(folder), "--shape", code=1)
    (row,) = checked["workflows"]
    found = {one["check"]: one for one in row["findings"]}
    lines = (folder / "network_freight" / "machine.yaml").read_text(encoding="utf-8").splitlines()
    assert "limbo" in lines[found["unreachable"]["line"] - 1]
    said = run("check", "--folder", str(folder / "network_freight"), "--shape", code=1).stdout
    assert re.search(r"machine\.yaml:\d+: unreachable", said)


def test_the_check_says_how_far_it_came() -> None:
    (row,) = answer("check", "drainage_permit")["workflows"]
    assert row["whole"]
    assert row["findings"] == []
    assert row["steps_walked"] > row["cases_walked"] > 50
    (short,) = answer("check", "drainage_permit", "--at-most", "20")["workflows"]
    assert not short["whole"]
    assert short["slices_broken_off"] >= 1
    assert "bounded" in run("check", "drainage_permit", "--at-most", "20").stdout
    assert "--shape" in run("check", "--shape", "--at-most", "50", code=2).stderr


def test_the_deep_check_looks_across_workflows() -> None:
    checked = answer("check", "individual_credit_approval", "--deep", "--at-most", "5")
    across = checked["across"]
    assert {one["admits"] for one in across} == {"individual_credit_approval"}
    assert {"credit_system", "labour_dispatch"} <= {one["closes"] for one in across}
    assert all(
        one["findings"] == [] and one["ended_by"] for one in across if one["by"] != "restrict"
    )


def test_the_check_tells_what_is_broken_as_a_story(tmp_path: Path) -> None:
    folder = _broken(tmp_path, "from: licensed_provisional\n    to: licensed_full",
                     "from: licensed_provisional\n    to: breach")  # fmt: skip
    said = run("check", "--folder", str(folder), code=1).stdout
    assert re.search(r"machine\.yaml:\d+: settles_unharmed", said)
    assert "1. applicant: opens the case" in said


def test_a_definition_that_cannot_be_read_is_a_finding_and_the_rest_go_on(tmp_path: Path) -> None:
    folder = _broken(tmp_path, "key: network_freight", "key: network_freight\nkee: 1")
    shutil.copytree(workflows_folder() / "eia_commitment", folder / "eia_commitment")
    rows = answer("check", "--folder", str(folder), "--shape", code=1)["workflows"]
    assert {row["workflow"]: bool(row["findings"]) for row in rows} == {
        "eia_commitment": False, "network_freight": True,
    }  # fmt: skip
    (bad,) = [row for row in rows if row["findings"]]
    assert bad["findings"][0]["check"] == "unknown_key"
    assert bad["findings"][0]["line"] > 1


def test_findings_are_told_in_both_languages_or_in_the_one_asked_for(tmp_path: Path) -> None:
    folder = str(with_broken(FOLDER / "unknown_role.yaml", tmp_path))
    both = run("check", "--folder", folder, code=1).stdout
    assert "没有名为 `aproval` 的角色；是否应为 `approval`？ unknown role `aproval`; did" in both
    assert "unknown role" not in run("check", "--folder", folder, "--lang", "zh", code=1).stdout
    assert "没有名为" not in run("check", "--folder", folder, "--lang", "en", code=1).stdout
    rows = answer("check", "--folder", folder, code=1)["workflows"]
    (finding,) = [one for row in rows for one in row["findings"]]
    assert finding["check"] == "unknown_name"
    assert finding["zh"].startswith("没有名为")


def test_what_only_all_definitions_together_can_tell_is_found(tmp_path: Path) -> None:
    folder = with_broken(FOLDER / "roles" / "role_that_nobody_takes.yaml", tmp_path)
    rows = answer("check", "--folder", str(folder), code=1)["workflows"]
    (found,) = [one for row in rows for one in row["findings"]]
    assert (found["check"], found["line"]) == ("unused", 6)
    assert rows[-1]["workflow"] == "*"
    assert answer("check", "broken", "--folder", str(folder))["findings"] == 0


def test_a_folder_without_definitions_is_misuse(tmp_path: Path) -> None:
    assert "machine.yaml" in run("check", "--folder", str(tmp_path), code=2).stderr
    assert "no folder" in run("check", "--folder", str(tmp_path / "none"), code=2).stderr


def test_the_calendar_names_its_notices_and_its_last_firm_day() -> None:
    calendar = answer("calendar", "check")
    assert calendar["firm_until"] == f"{calendar['notices'][-1]['year']}-12-24"
    assert calendar["firm_until"] in run("calendar", "check").stdout


def test_due_is_one_of_the_commands() -> None:
    assert run("due", "2026-01-20", "wd:30").stdout.startswith("2026-03-")


@pytest.mark.parametrize("words", [
    ("enforce",), ("settings", "list"), ("worker",), ("db", "upgrade"), ("serve",),
    ("token", "--user", "u", "--role", "auditor"), ("import", "x.csv"),
])  # fmt: skip
def test_without_a_database_a_command_says_how_to_name_one(words: tuple[str, ...]) -> None:
    assert "CHENGNUO_DB" in run(*words, code=2).stderr


def test_an_unmigrated_database_is_told_what_to_run(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/empty.db"
    assert "chengnuo db upgrade --db" in run("settings", "list", "--db", url, code=2).stderr


def test_a_database_stays_what_it_was_born(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/new/born.db"
    assert "not yet in service" in run("db", "upgrade", "--db", url).stdout
    run("enforce", "--db", url)
    assert "(production)" in run("db", "upgrade", "--db", url).stdout
    assert "born production" in run("db", "upgrade", "--sandbox", "--db", url, code=2).stderr
    assert "born production" in run("serve", "--sandbox", "--port", "0", "--db", url, code=2).stderr


def test_the_database_may_come_from_the_environment(tmp_path: Path) -> None:
    url = sandbox(tmp_path)
    listed = run("settings", "list", "--json", env={"CHENGNUO_DB": url}).stdout
    assert json.loads(listed)["settings"]["eia_commitment.publicity_days"][0]["value"] == 10


def test_a_setting_needs_a_known_path_a_basis_and_a_second_person(tmp_path: Path) -> None:
    url = sandbox(tmp_path)

    def refused(path: str, value: str, basis: str, second: str) -> str:
        return run("settings", "set", path, value, "--since", "2025-01-01", "--basis", basis,
                   "--by", "a", "--confirmed-by", second, "--db", url, code=2).stderr  # fmt: skip

    path = "eia_commitment.publicity_days"
    assert "known:" in refused("eia_commitment.publicity", "5", "办法", "b")
    assert "at least 1" in refused(path, "0", "办法", "b")
    assert "legal basis" in refused(path, "5", " ", "b")
    assert "second person" in refused(path, "5", "办法", "a")
    rows = answer("settings", "list", "--db", url)["settings"][path]
    assert [row["value"] for row in rows] == [10]


def test_a_token_is_printed_once_and_only_its_hash_is_kept(tmp_path: Path) -> None:
    url = sandbox(tmp_path)
    made = answer("token", "--user", "robot", "--role", "auditor", "--days", "2", "--db", url)
    store = open_store(url, clock=machine_time)
    with store.unit(write=False) as unit:
        (row,) = unit.tokens()
        known = identify(unit, made["token"], unit.now())
        opens_a_feed = identify(unit, made["token"], unit.now(), feed=True)
    store.close()
    assert row.user == "robot"
    assert row.expires_at is not None
    assert row.expires_at - row.created_at == timedelta(days=2), "in real time, as it is checked"
    assert known == Identity("robot", frozenset({"auditor"}))
    assert opens_a_feed is None
    assert made["token"] not in repr(row)


def test_a_token_for_a_calendar_opens_the_feed_and_nothing_else(tmp_path: Path) -> None:
    url = sandbox(tmp_path)
    made = answer("token", "--user", "wang", "--role", "approval", "--zone", "yingkou", "--feed",
                  "--db", url)  # fmt: skip
    assert made["feed"]
    store = open_store(url, clock=machine_time)
    with store.unit(write=False) as unit:
        elsewhere = identify(unit, made["token"], unit.now())
        known = identify(unit, made["token"], unit.now(), feed=True)
    store.close()
    assert elsewhere is None
    assert known == Identity("wang", frozenset({"approval"}), "yingkou")


def test_a_token_for_an_unknown_role_or_a_wrong_code_is_misuse(tmp_path: Path) -> None:
    url = sandbox(tmp_path)
    words = ("token", "--user", "robot", "--db", url)
    assert "did you mean auditor?" in run(*words, "--role", "auditr", code=2).stderr
    assert "no role engine" in run(*words, "--role", "engine", code=2).stderr
    wrong = run(*words, "--role", "applicant", "--enterprise", "91999999MA0000001X", code=2)
    assert "it should be N" in wrong.stderr


def test_a_held_enforcement_goes_on_only_when_somebody_says_why(tmp_path: Path) -> None:
    url = sandbox(tmp_path)
    assert "nothing is held" in run("enforce", "--release", "--by", "a", "--reason", "b",
                                    "--db", url, code=2).stderr  # fmt: skip
    store = open_store(url, clock=machine_time)
    with store.unit() as unit:
        impose(unit, machine_time(), "outage", "the office was closed")
    store.close()
    assert answer("enforce", "--db", url, code=1)["hold"]["reason"] == "outage"
    assert "--by USER" in run("enforce", "--release", "--db", url, code=2).stderr
    released = answer("enforce", "--release", "--by", "a", "--reason", "checked", "--db", url)
    assert released["released"]["reason"] == "outage"
    assert answer("enforce", "--db", url)["hold"] is None


def test_options_of_enforce_that_contradict_each_other_are_misuse() -> None:
    assert "exclude" in run("enforce", "--release", "--dry-run", code=2).stderr
    assert "belong" in run("enforce", "--by", "a", code=2).stderr


def test_an_unknown_command_or_option_is_misuse() -> None:
    run("enforec", code=2)
    run("check", "--deeper", code=2)


def test_a_command_has_help_in_both_languages() -> None:
    said = run("enforce", "--help").stdout
    assert "执行到期事项" in said
    assert "One sweep now" in said
