"""python-statemachine (MIT, tests only) as an engine that follows: an SCXML document of ours in it,
on a clock that the test turns."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import statemachine.engines.sync as engine
import statemachine.event_data as event_data
from statemachine.io.scxml.processor import SCXMLProcessor

from tests.exports.following import NEVER


class Waiting(Exception):
    """The engine has nothing left to do before its next delayed event."""


class Clock:
    """What python-statemachine takes for the monotonic clock, in seconds."""

    shown = datetime(2025, 1, 2, tzinfo=UTC)

    @classmethod
    def monotonic(cls) -> float:
        """Seconds since the epoch of the turned clock."""
        return cls.shown.timestamp()

    @staticmethod
    def sleep(seconds: float) -> None:
        """Where it would wait for the clock, the test goes on instead."""
        raise Waiting


def on_our_clock(patch: Any) -> None:
    """Puts python-statemachine on the turned clock."""
    patch.setattr(engine, "monotonic", Clock.monotonic)
    patch.setattr(engine, "sleep", Clock.sleep)
    patch.setattr(event_data, "monotonic", Clock.monotonic)


def loaded(text: str, key: str) -> SCXMLProcessor:
    """The document as python-statemachine reads it, without leave to run code of it."""
    processor = SCXMLProcessor(trusted=False)
    processor.parse_scxml(key, text)
    return processor


class Statechart:
    """One case in python-statemachine."""

    def __init__(self, processor: SCXMLProcessor) -> None:
        self._machine: Any = None
        self._processor = processor
        self.raised: list[str] = []

    def start(self, flags: Mapping[str, bool]) -> None:
        """Begins the case."""
        try:
            self._machine = self._processor.start()
        except Waiting:
            raise AssertionError("a timer runs before anything has happened") from None
        self._listen()

    def _listen(self) -> None:
        put, raised = self._machine._engine.internal_queue.put, self.raised

        def heard(trigger: Any) -> None:
            if trigger.event is not None and not str(trigger.event).startswith(("done.", "error.")):
                raised.append(str(trigger.event))
            put(trigger)

        self._machine._engine.internal_queue.put = heard

    def send(self, event: str, flags: Mapping[str, bool], dates: Mapping[str, datetime]) -> None:
        """An event with its data; dates as seconds from now."""
        seconds = {
            name.removesuffix("_at") + "_in": f"{(at - Clock.shown).total_seconds():.6f}s"
            for name, at in dates.items()
            if at < NEVER
        }
        self._run(event, {**flags, **seconds})

    def tick(self, at: datetime) -> None:
        """Turns the clock and lets delayed events come."""
        Clock.shown = at
        if self._machine is not None:
            self._run("clock", {})

    def _run(self, event: str, data: Mapping[str, Any]) -> None:
        with suppress(Waiting):
            self._machine.send(event, **data)

    def states(self) -> Mapping[str, str]:
        """The state of each region."""
        found = {}
        for state in self._machine.configuration:
            region, dot, name = str(state.id).rpartition(".")
            if dot:
                found[region] = name
        return {region: name for region, name in found.items() if region != "duty"}
