"""Histories of cases as an event log in XES (IEEE 1849-2016), one trace at a time."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator
from datetime import datetime

from machines.exports.history import Happened, History

_OPENING = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849.2016" xes.features="" xmlns="http://www.xes-standard.org/">
<extension name="Lifecycle" prefix="lifecycle" uri="http://www.xes-standard.org/lifecycle.xesext"/>
<extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
<extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
<global scope="trace">
<string key="concept:name" value=""/>
</global>
<global scope="event">
<string key="concept:name" value=""/>
<date key="time:timestamp" value="1970-01-01T00:00:00.000+00:00"/>
<string key="lifecycle:transition" value="complete"/>
</global>
<classifier name="Activity" keys="concept:name"/>
"""


def xes(histories: Iterable[History]) -> Iterator[str]:
    """The parts of a log, in order; nothing is kept but the trace at hand."""
    yield _OPENING
    for history in histories:
        yield ET.tostring(_trace(history), encoding="unicode") + "\n"
    yield "</log>\n"


def _trace(history: History) -> ET.Element:
    trace = ET.Element("trace")
    _string(trace, "concept:name", history.case)
    _string(trace, "workflow", history.workflow)
    _string(trace, "zone", history.zone)
    _string(trace, "definition", history.definition)
    if history.parent is not None:
        _string(trace, "parent", history.parent)
    for role, (kind, shown) in history.parties.items():
        _string(trace, f"party:{role}", shown)
        _string(trace, f"party:{role}:kind", kind)
        if shown in history.names:
            _string(trace, f"party:{role}:name", history.names[shown])
    for one in history.events:
        trace.append(_event(one))
    return trace


def _event(one: Happened) -> ET.Element:
    event = ET.Element("event")
    _string(event, "concept:name", one.event)
    _date(event, "time:timestamp", one.at)
    _string(event, "lifecycle:transition", "complete")
    _string(event, "org:resource", one.resource)
    _string(event, "org:role", one.role)
    ET.SubElement(event, "int", {"key": "seq", "value": str(one.seq)})
    _string(event, "kind", one.kind)
    if one.happened_at is not None:
        _date(event, "happened_at", one.happened_at)
    if one.because is not None:
        _string(event, "because", one.because)
    for track, state in one.moves.items():
        _string(event, f"state:{track}", state)
    if one.clauses:
        _string(event, "clauses", " ".join(one.clauses))
    return event


def _string(parent: ET.Element, key: str, value: str) -> None:
    ET.SubElement(parent, "string", {"key": key, "value": value})


def _date(parent: ET.Element, key: str, at: datetime) -> None:
    ET.SubElement(parent, "date", {"key": key, "value": at.isoformat(timespec="milliseconds")})
