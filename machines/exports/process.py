"""The parts of a BPMN process before they are written: nodes, flows, and the branch they form."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

NodeKind = Literal[
    "startEvent", "endEvent", "intermediateThrowEvent", "intermediateCatchEvent",
    "parallelGateway", "exclusiveGateway", "eventBasedGateway",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Node:
    """One element of the process. `signal`, `timer`: what an event waits for or sends."""

    id: str
    kind: NodeKind
    name: str = ""
    signal: str | None = None
    timer: str | None = None
    note: str = ""
    terminates: bool = False


@dataclass(frozen=True, slots=True)
class Flow:
    """One sequence flow; `condition` empty: always, or, `otherwise`, when no other holds."""

    id: str
    source: str
    target: str
    condition: str = ""
    otherwise: bool = False


@dataclass(slots=True)
class Branch:
    """The nodes and flows of one region, in the order in which they were made."""

    key: str
    nodes: list[Node] = field(default_factory=list)
    flows: list[Flow] = field(default_factory=list)

    def add(self, node: Node) -> str:
        """Adds a node; its id."""
        self.nodes.append(node)
        return node.id

    def join(
        self, source: str, target: str, condition: str = "", *, otherwise: bool = False
    ) -> str:
        """Adds a flow; its id."""
        flow = Flow(f"F.{self.key}.{len(self.flows)}", source, target, condition, otherwise)
        self.flows.append(flow)
        return flow.id
