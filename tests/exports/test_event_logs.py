"""XES and OCEL: as many cases, events and objects as the store has, under pseudonyms, read by
pm4py in an environment of its own."""

import json
import subprocess
import tracemalloc
import xml.etree.ElementTree as ET
from collections import Counter
from datetime import date, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from api.service import Service
from cases.event_log import Extract, histories, plainly, pseudonyms
from machines.exports.history import History
from machines.exports.ocel import ocel
from machines.exports.xes import xes
from tests.cli.running import run
from tests.proof.exports import HAS_PM4PY, HOW, PM4PY

XES = "{http://www.xes-standard.org/}"


def _counts(service: Service) -> dict[str, int]:
    with service.store.unit(write=False) as unit:
        counts = dict(unit.counts())
        rows = unit.lists(live=False)
    counts["entered"] = sum(row.list is not None for row in rows)
    return counts


def _ocel(found: list[History]) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads("".join(ocel(found, StringIO())))
    return plain


def test_a_log_has_every_case_and_every_entry_once(service: Service) -> None:
    counts = _counts(service)
    root = ET.fromstring("".join(xes(histories(service.store, Extract()))))
    traces = root.findall(f"{XES}trace")
    events = [event for trace in traces for event in trace.findall(f"{XES}event")]
    assert (len(traces), len(events)) == (counts["cases"], counts["entries"])
    plain = _ocel(list(histories(service.store, Extract())))
    assert len(plain["events"]) == counts["entries"]
    kinds = Counter(one["type"] for one in plain["objects"])
    assert kinds["case"] == counts["cases"]
    assert kinds["obligation"] == counts["obligations"]
    assert kinds["list_entry"] == counts["entered"] > 0
    assert kinds["licence"] > 0


def test_pages_join_without_a_gap(service: Service) -> None:
    whole = [one.case for one in histories(service.store, Extract())]
    assert whole == sorted(set(whole))
    for page in (1, 7, len(whole)):
        assert [one.case for one in histories(service.store, Extract(), page=page)] == whole


def test_everything_a_log_points_at_is_in_it(service: Service) -> None:
    plain = _ocel(list(histories(service.store, Extract())))
    names = [one["id"] for one in plain["objects"]]
    assert len(names) == len(set(names))
    for one in (*plain["objects"], *plain["events"]):
        assert {line["objectId"] for line in one["relationships"]} <= set(names)
    types = {kind["name"]: {one["name"] for one in kind["attributes"]}
             for kind in (*plain["objectTypes"], *plain["eventTypes"])}  # fmt: skip
    for one in (*plain["objects"], *plain["events"]):
        assert {line["name"] for line in one["attributes"]} <= types[one["type"]]


def test_times_are_those_of_the_journal(service: Service) -> None:
    with service.store.unit(write=False) as unit:
        entries = [one for row in unit.cases(limit=1000) for one in unit.entries(row.id)]
    stored = {f"{one.case_id}#{one.seq}": one.at for one in entries}
    plain = _ocel(list(histories(service.store, Extract())))
    told = {one["id"]: datetime.fromisoformat(one["time"]) for one in plain["events"]}
    assert told == stored


def test_nobody_is_named_unless_it_is_asked_for(service: Service) -> None:
    with service.store.unit(write=False) as unit:
        rows = unit.cases(limit=1000)
    known = {one for row in rows for one in (row.subject_name, row.subject_uscc) if one}
    shown = "".join(xes(histories(service.store, Extract())))
    plain = _ocel(list(histories(service.store, Extract())))
    assert [one for one in known if one in shown or one in json.dumps(plain)] == []
    hidden = {line["value"] for one in plain["events"] for line in one["attributes"]
              if line["name"] == "resource"}  # fmt: skip
    assert {one[:2] for one in hidden} == {"p-", "en"}
    assert [one for one in hidden if one.startswith("en")] == ["engine"]
    named = "".join(xes(histories(service.store, Extract(), with_names=True)))
    assert [one for one in known if one not in named] == []


def test_a_pseudonym_holds_within_one_log_and_in_no_other() -> None:
    one, other = pseudonyms(b"a" * 32), pseudonyms(b"b" * 32)
    assert one("officer-1") == one("officer-1") != one("officer-2")
    assert one("officer-1") != other("officer-1")
    assert plainly("officer-1") == "officer-1"


def test_an_extract_is_of_one_workflow_and_from_a_day_on(service: Service) -> None:
    every = list(histories(service.store, Extract()))
    freight = list(histories(service.store, Extract(workflow="network_freight")))
    assert freight == [one for one in freight if one.workflow == "network_freight"]
    assert 0 < len(freight) < len(every)
    late = {one.case for one in histories(service.store, Extract(since=date(2025, 1, 2)), page=3)}
    wanted = {one.case for one in every if one.opened_at.date() >= date(2025, 1, 2)}
    assert late == wanted
    assert 0 < len(late) < len(every)


def test_a_long_log_is_written_without_holding_it(service: Service) -> None:
    sample = next(iter(histories(service.store, Extract())))
    few, many = _peak(sample, 50), _peak(sample, 500)
    assert many < 2 * few  # ten times as many cases, much the same memory


def _peak(sample: History, cases: int) -> int:
    tracemalloc.start()
    try:
        for _ in xes(sample for _ in range(cases)):
            pass
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.skipif(not HAS_PM4PY, reason=f"pm4py {HOW}")
@pytest.mark.parametrize("names", [(), ("--with-names",)])
def test_pm4py_reads_as_much_as_we_wrote(
    names: tuple[str, ...], database: str, service: Service, tmp_path: Path
) -> None:
    counts = _counts(service)
    for kind in ("xes", "ocel"):
        run("log", "--format", kind, "-o", str(tmp_path / f"log.{kind}"), *names, "--db", database)
    (tmp_path / "log.ocel").rename(tmp_path / "log.json")
    script = Path(__file__).with_name("mined.py")
    done = subprocess.run(
        [str(PM4PY), str(script), str(tmp_path / "log.xes"), str(tmp_path / "log.json")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    read = json.loads(done.stdout.splitlines()[-1])
    assert (read["cases"], read["events"]) == (counts["cases"], counts["entries"])
    assert read["ocel_events"] == counts["entries"]
    assert read["ocel_objects"]["case"] == counts["cases"]
    assert read["ocel_objects"]["obligation"] == counts["obligations"]
    assert read["ocel_objects"]["list_entry"] == counts["entered"]
    assert read["activities"] == read["ocel_activities"]
    assert read["net"]
    said = {name: value for name, value in read.items() if not isinstance(value, list)}
    print(f"\npm4py {said}")  # noqa: T201
