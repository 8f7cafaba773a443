"""The chart: nothing of a definition's tracks is lost, and every name stands for one thing."""

import pytest

from machines.book import rulebook
from machines.exports.chart import Flag, Within, chart_of

KEYS = sorted(rulebook().workflows)


@pytest.mark.parametrize("key", KEYS)
def test_every_edge_is_a_move_of_its_track(key: str) -> None:
    compiled = rulebook().workflows[key].compiled
    chart = chart_of(compiled)
    for region in chart.regions[: len(compiled.definition.tracks)]:
        wanted = [
            (source, source if edge.to == "same" else edge.to, edge.event)
            for edge in compiled.definition.transitions if edge.track == region.key
            for source in edge.source
        ]  # fmt: skip
        assert [(one.source, one.target, one.event) for one in region.moves] == wanted


@pytest.mark.parametrize("key", KEYS)
def test_every_duty_with_a_clock_has_a_region_and_the_rest_is_named(key: str) -> None:
    compiled = rulebook().workflows[key].compiled
    chart = chart_of(compiled)
    drawn = {one.key.removeprefix("duty.") for one in chart.regions if one.kind == "duty"}
    left = {name for name, _ in chart.left}
    assert drawn | left == set(compiled.duties)
    assert not drawn & left


@pytest.mark.parametrize("key", KEYS)
def test_a_flag_stands_for_one_condition(key: str) -> None:
    asked: dict[str, set[str]] = {}
    for region in chart_of(rulebook().workflows[key].compiled).regions:
        for need in (need for move in region.moves for need in move.needs):
            assert need.name.isidentifier()
            if isinstance(need, Within):
                said = f"in {need.track} {need.states}"
            else:
                assert isinstance(need, Flag)
                guard = need.guard
                said = "told" if guard is None else f"{guard.name} {guard.args} {need.after}"
            asked.setdefault(need.name, set()).add(said)
    assert {name: said for name, said in asked.items() if len(said) > 1} == {}


@pytest.mark.parametrize("key", KEYS)
def test_no_region_leads_to_a_state_it_does_not_have(key: str) -> None:
    for region in chart_of(rulebook().workflows[key].compiled).regions:
        assert region.initial in region.states
        ends = {state for move in region.moves for state in (move.source, move.target)}
        assert ends <= set(region.states)
        assert all((move.event is None) != (move.timer is None) for move in region.moves)
