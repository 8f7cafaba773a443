"""A definition as a BPMN 2.0 process with its diagram: one parallel branch a track or duty.

A state is a milestone (an event without a trigger) before an event-based gateway; an act is a
signal; a condition a gateway over the flags of `machines/exports/chart.py`; a period a timer whose
instant is a variable. Expressions are conjunctions of plain names, which FEEL, JUEL and Python
read alike.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections import defaultdict
from collections.abc import Iterator

from machines.compiler import Compiled
from machines.exports.bpmn_shapes import Shapes
from machines.exports.chart import OVER, Chart, Move, Region, acts_as, chart_of
from machines.exports.process import Branch, Flow, Node
from machines.words import Text

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
NAMESPACE = "urn:chengnuo:workflow:"


def bpmn(compiled: Compiled, language: str = "zh") -> str:
    """A definition as BPMN 2.0 XML. `language`: zh or en."""
    chart = chart_of(compiled)
    trunk, branches = _branches(chart, language)
    root = ET.Element(f"{{{MODEL}}}definitions", {
        "id": f"definitions_{chart.key}", "targetNamespace": NAMESPACE + chart.key,
        "exporter": "chengnuo", "exporterVersion": chart.hash[:12],
    })  # fmt: skip
    process = ET.SubElement(root, f"{{{MODEL}}}process", {
        "id": chart.key, "name": _say(chart.title, language), "isExecutable": "true",
    })  # fmt: skip
    _document(process, _about(chart, language))
    flows = [flow for branch in (trunk, *branches) for flow in branch.flows]
    into: dict[str, list[Flow]] = defaultdict(list)
    out: dict[str, list[Flow]] = defaultdict(list)
    for flow in flows:
        into[flow.target].append(flow)
        out[flow.source].append(flow)
    for branch in (trunk, *branches):
        for node in branch.nodes:
            _write_node(process, node, into[node.id], out[node.id])
    for flow in flows:
        _write_flow(process, flow)
    for signal in dict.fromkeys(n.signal for b in branches for n in b.nodes if n.signal):
        ET.SubElement(root, f"{{{MODEL}}}signal", {"id": f"signal.{signal}", "name": signal})
    Shapes(chart.key, trunk, branches).write(root)
    ET.register_namespace("bpmn", MODEL)
    ET.register_namespace("xsi", XSI)
    ET.indent(root, " ")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def state_id(region: str, state: str) -> str:
    """The id of the milestone of a state."""
    return f"S.{region}.{state}"


def _say(text: Text, language: str) -> str:
    return text.zh if language == "zh" else text.en


def _about(chart: Chart, language: str) -> str:
    left = "; ".join(f"{key} ({_say(text, language)})" for key, text in chart.left)
    lines = [f"definition {chart.hash}"]
    if left:
        lines.append(f"owed without a date, in no branch: {left}")
    return "\n".join(lines)


def _branches(chart: Chart, language: str) -> tuple[Branch, list[Branch]]:
    """The trunk, which starts every branch at once, and the branches."""
    trunk = Branch("trunk")
    start = trunk.add(Node("start", "startEvent", _say(chart.title, language)))
    fork = trunk.add(Node("fork", "parallelGateway"))
    trunk.join(start, fork)
    branches = [_branch(region, chart, language) for region in chart.regions]
    branches.append(_end(language))
    for branch in branches:
        trunk.join(fork, branch.nodes[0].id)
    return trunk, branches


def _end(language: str) -> Branch:
    """The branch that ends everything once the case is closed."""
    branch = Branch("end")
    name = "案件终结" if language == "zh" else "the case is closed"
    caught = branch.add(Node("C.end", "intermediateCatchEvent", name, signal=OVER))
    branch.join(caught, branch.add(Node("E.end", "endEvent", terminates=True)))
    return branch


def _branch(region: Region, chart: Chart, language: str) -> Branch:
    branch = Branch(region.key)
    ordered = [region.initial, *(state for state in region.states if state != region.initial)]
    for state in ordered:
        name = _say(region.states[state], language)
        if state == region.initial and region.kind == "duty":
            name = f"{_say(region.title, language)}: {name}"
        note = " ".join(region.clauses) if state == region.initial else ""
        branch.add(Node(state_id(region.key, state), "intermediateThrowEvent", name, note=note))
    for state in ordered:
        _leave(branch, region, state, chart, language)
    return branch


def _leave(branch: Branch, region: Region, state: str, chart: Chart, language: str) -> None:
    """What leads out of a state: nothing, one event, or the first of several."""
    here = state_id(region.key, state)
    groups: dict[str, list[Move]] = {}
    for move in region.moves:
        if move.source == state:
            groups.setdefault(move.event or f"{move.timer}", []).append(move)
    if not groups:
        branch.join(here, branch.add(Node(f"E.{region.key}.{state}", "endEvent")))
        return
    at = here
    if len(groups) > 1:
        at = branch.add(Node(f"W.{region.key}.{state}", "eventBasedGateway"))
        branch.join(here, at)
    for trigger, moves in groups.items():
        named = chart.labels.get(trigger)
        caught = branch.add(Node(
            f"C.{region.key}.{state}.{trigger}", "intermediateCatchEvent",
            _say(named, language) if named is not None else trigger,
            signal=moves[0].event, timer=moves[0].timer,
            note=" ".join(dict.fromkeys(clause for move in moves for clause in move.clauses)),
        ))  # fmt: skip
        branch.join(at, caught)
        _choose(branch, region, caught, moves, chart, language)


def _choose(
    branch: Branch, region: Region, caught: str, moves: list[Move], chart: Chart, language: str
) -> None:
    """From a caught event to the next state: by the first move whose condition holds, else back
    to where it was."""
    conditions = [expression(move) for move in moves]
    if conditions[0] == "":
        branch.join(caught, _onward(branch, region, caught, 0, moves[0], chart, language))
        return
    gate = branch.add(Node(f"X{caught[1:]}", "exclusiveGateway"))
    branch.join(caught, gate)
    for number, (move, condition) in enumerate(zip(moves, conditions, strict=True)):
        target = _onward(branch, region, caught, number, move, chart, language)
        branch.join(gate, target, condition, otherwise=condition == "")
        if condition == "":
            return
    branch.join(gate, state_id(region.key, moves[0].source), otherwise=True)


def _onward(
    branch: Branch, region: Region, caught: str, number: int, move: Move, chart: Chart,
    language: str,
) -> str:  # fmt: skip
    """The node a move leads to: its state, or first the events it sets off."""
    target = state_id(region.key, move.target)
    for place, raised in reversed(list(enumerate(move.raises))):
        named = chart.labels.get(raised)
        thrown = branch.add(Node(
            f"T{caught[1:]}.{number}.{place}", "intermediateThrowEvent",
            _say(named, language) if named is not None else raised, signal=raised,
        ))  # fmt: skip
        branch.join(thrown, target)
        target = thrown
    return target


def expression(move: Move) -> str:
    """The condition of a move over its flags; empty where it has none."""
    said = [need.name for need in move.needs]
    if move.roles:
        anyone = " or ".join(acts_as(role) for role in move.roles)
        said.insert(0, f"({anyone})" if len(move.roles) > 1 and said else anyone)
    return " and ".join(said)


def variables(chart: Chart) -> Iterator[str]:
    """Every boolean that the process reads: all of them are stated when it starts."""
    for region in chart.regions:
        for move in region.moves:
            yield from (need.name for need in move.needs)
            yield from (acts_as(role) for role in move.roles)


def _document(parent: ET.Element, text: str) -> None:
    if text:
        ET.SubElement(parent, f"{{{MODEL}}}documentation").text = text


def _write_node(
    process: ET.Element, node: Node, incoming: list[Flow], outgoing: list[Flow]
) -> None:
    given = {"id": node.id}
    if node.name:
        given["name"] = node.name
    otherwise = [flow.id for flow in outgoing if flow.otherwise]
    if otherwise:
        given["default"] = otherwise[0]
    element = ET.SubElement(process, f"{{{MODEL}}}{node.kind}", given)
    _document(element, node.note)
    for flow in incoming:
        ET.SubElement(element, f"{{{MODEL}}}incoming").text = flow.id
    for flow in outgoing:
        ET.SubElement(element, f"{{{MODEL}}}outgoing").text = flow.id
    if node.signal is not None:
        ET.SubElement(element, f"{{{MODEL}}}signalEventDefinition", {
            "id": f"D.{node.id}", "signalRef": f"signal.{node.signal}",
        })  # fmt: skip
    if node.timer is not None:
        waits = ET.SubElement(element, f"{{{MODEL}}}timerEventDefinition", {"id": f"D.{node.id}"})
        date = ET.SubElement(waits, f"{{{MODEL}}}timeDate", {
            f"{{{XSI}}}type": "bpmn:tFormalExpression"})  # fmt: skip
        date.text = node.timer
    if node.terminates:
        ET.SubElement(element, f"{{{MODEL}}}terminateEventDefinition", {"id": f"D.{node.id}"})


def _write_flow(process: ET.Element, flow: Flow) -> None:
    element = ET.SubElement(process, f"{{{MODEL}}}sequenceFlow", {
        "id": flow.id, "sourceRef": flow.source, "targetRef": flow.target,
    })  # fmt: skip
    if flow.condition:
        condition = ET.SubElement(element, f"{{{MODEL}}}conditionExpression", {
            f"{{{XSI}}}type": "bpmn:tFormalExpression"})  # fmt: skip
        condition.text = flow.condition
