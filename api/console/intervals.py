"""The pauses and extensions of a duty in words: from when to when, why, on what paper, by whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from api.console.visit import Visit
from machines.engine_facts import FACTS

Row = tuple[str, str]
_GROUNDS = FACTS["ground"].choices


def interval_rows(visit: Visit, duty: Mapping[str, Any]) -> Iterator[Row]:
    """A row for each pause and each extension of a duty as the API gives it."""
    for pause in duty.get("pauses", ()):
        until = pause.get("until")
        end = until or visit.say("interval.runs")
        by = " / ".join(filter(None, (pause.get("by"), pause.get("resumed_by"))))
        became = visit.say(f"move.{pause.get('policy', 'keep_remaining')}") if until else ""
        yield visit.say("interval.pause"), _joined(
            f"{pause['since']} – {end}", pause["reason"], pause["notice"], by, became)  # fmt: skip
    for one in duty.get("extensions", ()):
        named = visit.say("interval.named", on=one["named_on"])
        yield visit.say("interval.extension"), _joined(
            f"{one['from_on']} → {one['to_on']}",
            named if one["named_on"] != one["to_on"] else "",
            visit.text(_GROUNDS[one["ground"]]),
            one["reason"], one["paper"],
            visit.say("interval.parties", asked=one["requested_by"], granted=one["granted_by"]),
        )  # fmt: skip


def _joined(*words: str) -> str:
    return " · ".join(word for word in words if word)
