"""BPMN: every reform is valid by the official schemas and read by SpiffWorkflow; the core ones run
there, on its own timers, to the same states as here. All their scenarios with
CHENGNUO_EXPORTS=all, else one of ten."""

import re
import xml.etree.ElementTree as ET
from functools import cache

import pytest

from machines.book import rulebook
from machines.exports.bpmn import MODEL, bpmn
from machines.exports.bpmn_shapes import DIAGRAM
from tests.exports.playing import CORE, EVERY, played

spiff = pytest.importorskip("tests.exports.spiff", reason="SpiffWorkflow is missing: make setup")
KEYS = sorted(rulebook().workflows)


@cache
def written(key: str, language: str = "zh") -> str:
    """The process of a reform; laying it out takes a second."""
    return bpmn(rulebook().workflows[key].compiled, language)


@pytest.mark.parametrize("key", KEYS)
def test_every_reform_is_valid_and_read(key: str) -> None:
    compiled = rulebook().workflows[key].compiled
    spec = spiff.parsed(written(key), key)
    states = {name for name in spec.task_specs if name.startswith("S.")}
    for track, one in compiled.definition.tracks.items():
        assert {f"S.{track}.{state}" for state in one.states} <= states
    dated = {duty.id for duty in compiled.definition.duties
             if duty.due.word not in ("standing", "none")}  # fmt: skip
    assert {f"S.duty.{duty}.running" for duty in dated} <= states


@pytest.mark.parametrize(
    ("key", "language"), [*((key, "zh") for key in KEYS), *((key, "en") for key in CORE)]
)
def test_every_element_is_drawn_once_and_no_two_lie_on_one_another(key: str, language: str) -> None:
    root = ET.fromstring(written(key, language))
    process = root.find(f"{{{MODEL}}}process")
    assert process is not None
    flows = {one.get("id") for one in process.iter(f"{{{MODEL}}}sequenceFlow")}
    nodes = {one.get("id") for one in process if one.get("id")} - flows
    shapes = list(root.iter(f"{{{DIAGRAM}}}BPMNShape"))
    edges = [one.get("bpmnElement") for one in root.iter(f"{{{DIAGRAM}}}BPMNEdge")]
    assert sorted(str(one.get("bpmnElement")) for one in shapes) == sorted(map(str, nodes))
    assert sorted(map(str, edges)) == sorted(map(str, flows))
    boxes = sorted(tuple(float(shape[0].attrib[k]) for k in ("y", "x", "height", "width"))
                   for shape in shapes)  # fmt: skip
    for number, (y, x, high, wide) in enumerate(boxes):
        for below, beside, _, wide_too in boxes[number + 1 :]:
            if below >= y + high:
                break
            assert beside >= x + wide or x >= beside + wide_too


@pytest.mark.parametrize("key", KEYS)
def test_conditions_are_names_alone(key: str) -> None:
    root = ET.fromstring(written(key))
    for one in root.iter(f"{{{MODEL}}}conditionExpression"):
        words = re.split(r"[ ()]+", (one.text or "").strip("()"))
        assert all(re.fullmatch(r"[a-z][a-z0-9_]*", word) for word in words), one.text


@pytest.mark.parametrize("key", CORE)
def test_the_core_reforms_run_to_the_same_states(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    spiff.on_our_clock(monkeypatch)
    spec = spiff.parsed(written(key), key)
    tally = played(key, lambda: spiff.Spiff(spec))
    assert tally.cases >= 64 // EVERY
    assert tally.sent > tally.cases
    assert tally.timers > 0 or EVERY > 1
    print(f"\n{key}: {tally.told()}")  # noqa: T201


def test_a_process_that_is_a_day_late_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    spiff.on_our_clock(monkeypatch)
    promise = "supply_promised_materials"
    late = written("network_freight").replace(f">{promise}_over_at<", f">{promise}_lawful_at<")
    assert late != written("network_freight")
    spec = spiff.parsed(late, "network_freight")
    with pytest.raises(AssertionError, match="main is in licensed_provisional, not breach"):
        played("network_freight", lambda: spiff.Spiff(spec))
