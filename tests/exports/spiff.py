"""SpiffWorkflow (LGPL, tests only) as an engine that follows: a process of ours in it, on a clock
that the test turns."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Any

import SpiffWorkflow.bpmn.specs.event_definitions.timer as timers
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser, BpmnValidator
from SpiffWorkflow.bpmn.specs.event_definitions.item_aware_event import SignalEventDefinition
from SpiffWorkflow.bpmn.util import BpmnEvent
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow


class Turned(datetime):
    """What SpiffWorkflow takes for `datetime`: `now` is what the test says."""

    shown = datetime(2025, 1, 2, tzinfo=UTC)

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Any:
        return cls.shown.astimezone(tz)


@lru_cache(maxsize=1)
def validator() -> BpmnValidator:
    """The official BPMN 2.0 schemas, as SpiffWorkflow ships them."""
    return BpmnValidator()


def parsed(text: str, key: str) -> Any:
    """The process as SpiffWorkflow reads it, held against the schemas first."""
    parser = BpmnParser(validator=validator())
    parser.add_bpmn_str(text.encode())
    return parser.get_spec(key)


class Spiff:
    """One case in SpiffWorkflow."""

    def __init__(self, spec: Any) -> None:
        self._workflow = BpmnWorkflow(spec)
        self._states: dict[str, str] = {}
        self.raised: list[str] = []

    def start(self, flags: Mapping[str, bool]) -> None:
        """Begins the case; every boolean is there from the first moment."""
        self._workflow.task_tree.set_data(**flags)
        self._steps()

    def send(self, event: str, flags: Mapping[str, bool], dates: Mapping[str, datetime]) -> None:
        """A signal with its payload; one that nobody waits for is lost, as BPMN has it."""
        told = {**flags, **{name: at.isoformat() for name, at in dates.items()}}
        definition = SignalEventDefinition(event)
        self._workflow.event_manager.catch(BpmnEvent(definition, payload=told), internal=False)
        self._steps()

    def tick(self, at: datetime) -> None:
        """Turns the clock and lets timers fire; they ask for later than, not at."""
        Turned.shown = at + timedelta(microseconds=1)
        self._workflow.refresh_timers()
        self._steps()

    def states(self) -> Mapping[str, str]:
        """The last milestone that each branch passed."""
        return self._states

    def _steps(self) -> None:
        self._workflow.do_engine_steps(did_complete_task=self._passed)
        self._workflow.refresh_timers()
        self._workflow.do_engine_steps(did_complete_task=self._passed)

    def _passed(self, task: Any) -> None:
        name = str(task.task_spec.name)
        if name.startswith("S."):
            region, _, state = name[2:].rpartition(".")
            self._states[region] = state
        elif name.startswith("T."):
            self.raised.append(task.task_spec.event_definition.name)


def on_our_clock(patch: Any) -> None:
    """Puts SpiffWorkflow's timers on the turned clock."""
    patch.setattr(timers, "datetime", Turned)
