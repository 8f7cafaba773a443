"""SCXML: every reform is loaded by python-statemachine; the core ones run there, on its own timers,
to the same states as here. All their scenarios with CHENGNUO_EXPORTS=all, else one of ten."""

import xml.etree.ElementTree as ET

import pytest

from machines.book import rulebook
from machines.exports.scxml import SCXML, scxml
from tests.exports.playing import CORE, EVERY, played

statechart = pytest.importorskip(
    "tests.exports.statechart", reason="python-statemachine is missing: make setup"
)
KEYS = sorted(rulebook().workflows)


@pytest.mark.parametrize("key", KEYS)
def test_every_reform_is_loaded_and_begins_where_it_should(key: str) -> None:
    compiled = rulebook().workflows[key].compiled
    one = statechart.Statechart(statechart.loaded(scxml(compiled), key))
    one.start({})
    states = one.states()
    # What only waits for states of other tracks has gone on already, as it does in ours.
    moved = {edge.track for edge in compiled.automatic}
    for track, spec in compiled.definition.tracks.items():
        assert states[track] == spec.initial or track in moved


@pytest.mark.parametrize("key", KEYS)
def test_every_target_is_a_state_and_every_state_has_one_name(key: str) -> None:
    root = ET.fromstring(scxml(rulebook().workflows[key].compiled, "en"))
    names = [one.attrib["id"] for one in root.iter() if one.tag in
             (f"{{{SCXML}}}state", f"{{{SCXML}}}parallel")]  # fmt: skip
    assert len(names) == len(set(names))
    targets = {one.attrib["target"] for one in root.iter(f"{{{SCXML}}}transition")
               if "target" in one.attrib}  # fmt: skip
    assert targets <= set(names)


@pytest.mark.parametrize("key", CORE)
def test_the_core_reforms_run_to_the_same_states(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    statechart.on_our_clock(monkeypatch)
    document = statechart.loaded(scxml(rulebook().workflows[key].compiled), key)
    tally = played(key, lambda: statechart.Statechart(document))
    assert tally.cases >= 64 // EVERY
    assert tally.sent > tally.cases
    assert tally.at_closing == 0
    print(f"\n{key}: {tally.told()}")  # noqa: T201
