"""A definition as SCXML (W3C 2015): one parallel state with a region a track and a duty.

The parts of `machines/exports/chart.py` in the standard's own words: conditions are flags of the
event's data, states of other tracks are asked by `In()`, what the engine does by itself where only
states matter has no event at all, and a period is a delayed event that is sent and cancelled. No
state is `final`: a restoration leaves even the last one.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable
from typing import Any

from machines.compiler import Compiled
from machines.exports.chart import (
    Chart,
    Move,
    Need,
    Region,
    Within,
    acts_as,
    chart_of,
    dated,
    lawful_in,
    over_in,
    together,
)
from machines.words import Text

SCXML = "http://www.w3.org/2005/07/scxml"
CASE = "case"
DATA = "_event.data."
RESTS = ("idle", "filed", "paused")  # a period in these has no timer


def scxml(compiled: Compiled, language: str = "zh") -> str:
    """A definition as SCXML. `language` (zh or en) is that of the comments."""
    chart = chart_of(compiled)
    root = ET.Element(f"{{{SCXML}}}scxml", {
        "version": "1.0", "name": chart.key, "datamodel": "ecmascript", "initial": CASE,
    })  # fmt: skip
    root.append(_comment(f"{_say(chart.title, language)}, definition {chart.hash}"))
    for key, text in chart.left:
        root.append(_comment(f"owed without a date, in no region: {key} {_say(text, language)}"))
    case = ET.SubElement(root, f"{{{SCXML}}}parallel", {"id": CASE})
    for region in chart.regions:
        _region(case, region, chart, language)
    ET.register_namespace("", SCXML)
    ET.indent(root, " ")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _say(text: Text, language: str) -> str:
    return text.zh if language == "zh" else text.en


def _comment(text: str) -> ET.Element[Any]:
    """A comment; two hyphens would end it."""
    return ET.Comment(f" {text.replace('--', '- -')} ")


def state_id(region: str, state: str) -> str:
    """The id of a state."""
    return f"{region}.{state}"


def _region(case: ET.Element, region: Region, chart: Chart, language: str) -> None:
    whole = ET.SubElement(case, f"{{{SCXML}}}state", {
        "id": region.key, "initial": state_id(region.key, region.initial),
    })  # fmt: skip
    whole.append(_comment(_say(region.title, language)))
    ends = region.kind == "duty" and not region.survives and chart.closes
    if ends:
        over = state_id(region.key, "over")
        closed = f"({_closed(chart)}) && In('{over}') === false"
        inward = {"type": "internal", "cond": closed, "target": over}  # else the parallel is left
        _transition(whole, inward, _stopped(region))
    for state, text in region.states.items():
        here = ET.SubElement(whole, f"{{{SCXML}}}state", {"id": state_id(region.key, state)})
        here.append(_comment(_say(text, language)))
        for move in region.moves:
            if move.source == state:
                _move(here, region, move, chart)
    if ends:
        ET.SubElement(whole, f"{{{SCXML}}}state", {"id": over})


def _closed(chart: Chart) -> str:
    """Whether one of the alternatives of closing holds."""
    return " || ".join(
        "(" + " && ".join(_in(track, states) for track, states in one.items()) + ")"
        for one in chart.closes
    )


def _in(track: str, states: Iterable[str]) -> str:
    said = " || ".join(f"In('{state_id(track, state)}')" for state in states)
    return f"({said})"


def _asked(need: Need) -> str:
    return _in(need.track, need.states) if isinstance(need, Within) else DATA + need.name


def _condition(move: Move, chart: Chart, track: str) -> str:
    """The condition of a move; of an event of several tracks also that the others can take it."""
    said = [_asked(need) for need in move.needs if need.name != together(move.event or "")]
    if move.roles:
        said.insert(0, "(" + " || ".join(DATA + acts_as(role) for role in move.roles) + ")")
        said += _elsewhere(move, chart, track)
    return " && ".join(said)


def _elsewhere(move: Move, chart: Chart, track: str) -> list[str]:
    """For each other track of the event: one of its states with a move whose conditions hold."""
    found = []
    for region in chart.regions:
        if region.key == track or region.key not in chart.tracks_of.get(move.event or "", ()):
            continue
        ways: dict[str, None] = {}
        for other in region.moves:
            if other.event == move.event:
                needs = [_asked(n) for n in other.needs if n.name != together(move.event or "")]
                roles = " || ".join(DATA + acts_as(role) for role in other.roles)
                parts = [
                    _in(region.key, [other.source]),
                    *([f"({roles})"] if roles else []),
                    *needs,
                ]
                ways[" && ".join(parts)] = None
        found.append("(" + " || ".join(f"({way})" for way in ways) + ")")
    return found


def _move(here: ET.Element, region: Region, move: Move, chart: Chart) -> None:
    given: dict[str, str] = {}
    eventless = move.automatic and all(isinstance(need, Within) for need in move.needs)
    if not eventless:
        given["event"] = move.event or _timer(region, move)
    condition = _condition(move, chart, region.key) if region.kind == "track" else (
        " && ".join(_asked(need) for need in move.needs)
    )  # fmt: skip
    if condition:
        given["cond"] = condition
    if move.target != move.source or region.kind == "duty":
        given["target"] = state_id(region.key, move.target)
    does: list[ET.Element] = []
    if region.kind == "duty":
        does += _clock(region, move)
    does += [ET.Element(f"{{{SCXML}}}raise", {"event": raised}) for raised in move.raises]
    _transition(here, given, does)


def _transition(here: ET.Element, given: dict[str, str], does: Iterable[ET.Element]) -> None:
    ET.SubElement(here, f"{{{SCXML}}}transition", given).extend(does)


def _timer(region: Region, move: Move) -> str:
    """The event of a timer of a region: of the end of its period, or of its consequence."""
    lawful = move.timer is not None and move.timer.endswith("_lawful_at")
    return f"{region.key}.{'lawful' if lawful else 'over'}.due"


def _stopped(region: Region) -> list[ET.Element]:
    return [ET.Element(f"{{{SCXML}}}cancel", {"sendid": f"{region.key}.{which}"})
            for which in ("over", "lawful")]  # fmt: skip


def _clock(region: Region, move: Move) -> list[ET.Element]:
    """What a move does to the timers: sets them when a period runs, anew when its dates are told;
    stops them when it no longer does."""
    duty = region.key.removeprefix("duty.")
    told = move.event == dated(duty)
    if move.target == "running":
        sent = [_sent(region, "over", over_in(duty))]
        if "missed" in region.states:
            sent.append(_sent(region, "lawful", lawful_in(duty)))
        return [*_stopped(region), *sent]
    if move.target == "missed":
        again = [*_stopped(region), _sent(region, "lawful", lawful_in(duty))] if told else []
        return again
    return _stopped(region) if move.target in RESTS else []


def _sent(region: Region, which: str, variable: str) -> ET.Element:
    """A delayed event, where the date is known: the data name seconds, such as `86400s`."""
    given = ET.Element(f"{{{SCXML}}}if", {"cond": DATA + variable})
    ET.SubElement(given, f"{{{SCXML}}}send", {
        "id": f"{region.key}.{which}", "event": f"{region.key}.{which}.due",
        "delayexpr": DATA + variable,
    })  # fmt: skip
    return given
