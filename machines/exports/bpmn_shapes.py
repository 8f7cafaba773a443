"""Where the elements of a BPMN process are drawn: its diagram interchange part."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass

from machines.exports.layered import Link, Place, Point, layered
from machines.exports.layered import Node as Box
from machines.exports.lettering import EVENT, extent, wrap
from machines.exports.process import Branch, Node

DIAGRAM = "http://www.omg.org/spec/BPMN/20100524/DI"
SHAPE = "http://www.omg.org/spec/DD/20100524/DC"
LINE = "http://www.omg.org/spec/DD/20100524/DI"
EVENT_PX, GATEWAY_PX, ASIDE, APART, TRUNK = 36.0, 50.0, 6.0, 60.0, 220.0


@dataclass(frozen=True, slots=True)
class Shapes:
    """The diagram of one process: the trunk on the left, its branches below one another."""

    process: str
    trunk: Branch
    branches: list[Branch]

    def write(self, root: ET.Element) -> None:
        """Adds the diagram to the definitions."""
        for prefix, name in (("bpmndi", DIAGRAM), ("dc", SHAPE), ("di", LINE)):
            ET.register_namespace(prefix, name)
        diagram = ET.SubElement(
            root, f"{{{DIAGRAM}}}BPMNDiagram", {"id": f"diagram_{self.process}"}
        )
        plane = ET.SubElement(diagram, f"{{{DIAGRAM}}}BPMNPlane", {
            "id": f"plane_{self.process}", "bpmnElement": self.process,
        })  # fmt: skip
        places: dict[str, Place] = {}
        top = APART  # room above for what is higher than the first milestone
        for branch in self.branches:
            top += self._branch(plane, branch, places, top) + APART
        self._trunk(plane, places)

    def _branch(
        self, plane: ET.Element, branch: Branch, places: dict[str, Place], top: float
    ) -> float:
        """Draws a branch below `top`; its height."""
        boxes = [_box(node) for node in branch.nodes]
        links = [Link(flow.source, flow.target, 1.0, 1.0) for flow in branch.flows
                 if flow.source != flow.target]  # fmt: skip
        layout = layered(boxes, links)
        for node in branch.nodes:
            around = layout.boxes[node.id]
            size = _size(node)
            place = Place(TRUNK + around.x, top + around.y + around.height - size, size, size)
            places[node.id] = place
            _shape(plane, node, place)
        routes = iter(layout.routes)
        for flow in branch.flows:
            if flow.source == flow.target:
                raise ValueError(f"{flow.id} leads from {flow.source} to itself")
            route = [(TRUNK + x, top + y) for x, y in next(routes).points]
            _edge(plane, flow.id, _bent(places[flow.source], places[flow.target], route))
        return layout.height

    def _trunk(self, plane: ET.Element, places: dict[str, Place]) -> None:
        """The start, the fork, and one way to each branch."""
        start, fork = self.trunk.nodes
        middle = places[self.branches[0].nodes[0].id].centre[1]
        for node, x in ((start, 0.0), (fork, 90.0)):
            size = _size(node)
            places[node.id] = Place(x, middle - size / 2, size, size)
            _shape(plane, node, places[node.id])
        for flow in self.trunk.flows:
            here, there = places[flow.source], places[flow.target]
            x, y = here.x + here.width, here.centre[1]
            bend = x + 20 if flow.source == fork.id else x
            goal = (there.x, there.centre[1])
            _edge(plane, flow.id, _distinct([(x, y), (bend, y), (bend, goal[1]), goal]))


def _size(node: Node) -> float:
    return GATEWAY_PX if node.kind.endswith("Gateway") else EVENT_PX


def _box(node: Node) -> Box:
    """The room of an element with its name, which stands to its right."""
    size = _size(node)
    if not node.name:
        return Box(node.id, size, size)
    width, height = extent(wrap(node.name, EVENT), EVENT)
    return Box(node.id, size + ASIDE + width, max(size, height))


def _shape(plane: ET.Element, node: Node, place: Place) -> None:
    shape = ET.SubElement(plane, f"{{{DIAGRAM}}}BPMNShape", {
        "id": f"shape.{node.id}", "bpmnElement": node.id,
    })  # fmt: skip
    if node.kind == "exclusiveGateway":
        shape.set("isMarkerVisible", "true")
    _bounds(shape, place)
    if node.name:
        width, height = extent(wrap(node.name, EVENT), EVENT)
        label = ET.SubElement(shape, f"{{{DIAGRAM}}}BPMNLabel")
        if node.kind == "startEvent":
            _bounds(label, Place(place.x, place.y + place.height + 4, width, height))
            return
        below = place.y + place.height - max(height, place.height) / 2 - height / 2
        _bounds(label, Place(place.x + place.width + ASIDE, below, width, height))


def _bounds(parent: ET.Element, place: Place) -> None:
    numbers = {"x": place.x, "y": place.y, "width": place.width, "height": place.height}
    ET.SubElement(parent, f"{{{SHAPE}}}Bounds", {k: f"{v:.1f}" for k, v in numbers.items()})


def _bent(source: Place, target: Place, route: list[Point]) -> list[Point]:
    """A route between the boxes of two elements, led up to their outlines."""
    down = route[-1][1] > route[0][1]
    out = (source.centre[0], source.y + source.height if down else source.y)
    into = (target.centre[0], target.y if down else target.y + target.height)
    return _distinct([out, *route[1:-1], into])


def _distinct(points: list[Point]) -> list[Point]:
    rounded = [(round(x, 1), round(y, 1)) for x, y in points]
    return [p for p, before in zip(rounded, [None, *rounded], strict=False) if p != before]


def _edge(plane: ET.Element, flow: str, points: list[Point]) -> None:
    edge = ET.SubElement(plane, f"{{{DIAGRAM}}}BPMNEdge", {
        "id": f"edge.{flow}", "bpmnElement": flow,
    })  # fmt: skip
    for x, y in points:
        ET.SubElement(edge, f"{{{LINE}}}waypoint", {"x": f"{x:.1f}", "y": f"{y:.1f}"})
