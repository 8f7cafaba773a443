"""What has become of a period since it began: pauses, extensions, requests, in a line each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from api.console.visit import Visit
from machines import engine_events


def changes(visit: Visit, plain: Mapping[str, Any]) -> tuple[str, ...]:
    """The lines of one obligation as the service answers it, oldest first."""
    return (*_pauses(visit, plain), *_extensions(visit, plain), *_request(visit, plain))


def _pauses(visit: Visit, plain: Mapping[str, Any]) -> Iterator[str]:
    for one in plain["pauses"]:
        said = {"since": one["since"], "why": one["reason"], "notice": one["notice"]}
        if one["until"] is None:
            yield visit.say("change.rests", **said)
        else:
            policy = visit.say(f"move.{one['policy']}")
            yield visit.say("change.rested", until=one["until"], policy=policy, **said)


def _extensions(visit: Visit, plain: Mapping[str, Any]) -> Iterator[str]:
    grounds = engine_events.FACTS["ground"].choices
    for one in plain["extensions"]:
        ground = visit.text(grounds[one["ground"]]) if one["ground"] in grounds else one["ground"]
        yield visit.say("change.extended", before=one["from_on"], after=one["to_on"],
                        ground=ground, paper=one["paper"])  # fmt: skip


def _request(visit: Visit, plain: Mapping[str, Any]) -> Iterator[str]:
    asked = plain["request"]
    if asked is not None:
        yield visit.say("change.asked", by=asked["by"], why=asked["reason"])
