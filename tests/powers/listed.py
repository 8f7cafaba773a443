"""Who may do what, from which state, in whose hand, and whom it can hurt; who owes what, and whom
a miss hits: read off a compiled definition."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from machines.compiler import Compiled, open_to
from machines.definition import Obligation, Timer, Transition
from machines.effects import ADVERSE, Effect, Escalate, Notify, Push, Refer, Task

PARTS = ("powers", "choices", "duties")
FOLDER = Path(__file__).parent / "lists"
Listed = dict[str, dict[str, Any]]


def powers_of(compiled: Compiled) -> Listed:
    """Event -> what it takes and what it can do; duty -> who owes it and what a miss does."""
    definition = compiled.definition
    found: Listed = {part: {} for part in PARTS}
    opening = definition.opening
    found["powers"]["open"] = {
        "by": list(opening.role),
        "states": list(opening.needs),
        "one_file": definition.unique_open,
        "parties": [role for role, one in definition.parties.items() if one.required],
    }
    found["choices"] = {
        name: list(fact.choices) for name, fact in definition.facts.items() if fact.choices
    }
    for name, event in definition.events.items():
        edges = [edge for edge in definition.transitions if edge.event == name]
        one: dict[str, Any] = {"may": [_told(compiled, edge) for edge in edges]}
        if event.duty != "other":
            one["hand"] = event.duty
        if event.needs:
            one["states"] = list(event.needs)
        if event.hands_in:
            one["hands_in"] = list(event.hands_in)
        found["powers"][name] = one
    for duty in definition.duties:
        found["duties"][duty.id] = _counted(duty) | (
            _owed(duty) if isinstance(duty, Obligation) else {"raises": duty.raises}
        )
    return found


def _told(compiled: Compiled, edge: Transition) -> str:
    """`supervision: main licensed, breach > revoked; revoke@subject`."""
    roles = [role for role in (*compiled.sides, "engine") if open_to(edge, role)]
    hands = ", ".join(dict.fromkeys(roles))
    text = f"{hands}: {edge.track} {', '.join(sorted(edge.source))} > {edge.to}"
    does = [*harms(edge.effects), *tells(edge.effects)]
    return f"{text}; {', '.join(does)}" if does else text


def _counted(duty: Obligation | Timer) -> dict[str, Any]:
    """From what, to what end of the day, rolled or not."""
    how = duty.counting
    return {"counted": [how.starts_at, how.ends_at, how.roll]} if how is not None else {}


def _owed(duty: Obligation) -> dict[str, Any]:
    one: dict[str, Any] = {"by": duty.bearer, "late": duty.late}
    hits = harms(duty.on_miss.effects)
    if hits:
        one["a_miss_hits"] = duty.sanctioned or "subject"
        one["with"] = hits
    told = tells(duty.on_miss.effects)
    if told:
        one["a_miss_is_told"] = told
    if duty.warnings:
        one["reminded"] = [f"{w.before_working_days}: {', '.join(w.to)}" for w in duty.warnings]
    if duty.survives_close:
        one["survives_close"] = True
    return one


def tells(effects: tuple[Effect, ...]) -> list[str]:
    """Who is told, asked or handed something."""
    found = []
    for effect in effects:
        if isinstance(effect, Notify | Push | Refer | Escalate | Task):
            whom = effect.role if isinstance(effect, Task) else effect.to
            names = whom if isinstance(whom, tuple) else (whom,)
            found.append(f"{effect.do}>{'+'.join(names)}")
    return found


def harms(effects: tuple[Effect, ...]) -> list[str]:
    """What harms, and whom."""
    return [
        f"{effect.do}@{party}"
        for effect in effects
        if effect.do in ADVERSE
        for party in effect.against or ("subject",)
    ]
