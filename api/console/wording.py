"""What the record says, in a person's words: effects, rungs, facts, roles, states."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.console.texts import TABLE
from api.console.visit import Visit
from machines import engine_events
from machines.compiler import Compiled
from machines.definition import FactSpec, Obligation
from rules.wording import amount, unit_words


def role_words(visit: Visit, role: str, compiled: Compiled | None = None) -> str:
    """The name of a role or of a party of a definition."""
    if role == "subject":
        role = "applicant"
    if role in visit.service.book.roles:
        return visit.text(visit.service.book.roles[role])
    party = compiled.definition.parties.get(role) if compiled is not None else None
    return visit.text(party) if party is not None and hasattr(party, visit.language) else role


def event_words(visit: Visit, compiled: Compiled, event: str) -> str:
    """The name of an event, of the definition or of the engine."""
    if event in engine_events.EVENTS:
        return visit.text(engine_events.EVENTS[event].label)
    if event == "open":
        return visit.say("case.opened")
    return label(visit, compiled, event)


def label(visit: Visit, compiled: Compiled, name: str) -> str:
    """The words of a fact, licence, document, event, duty or material; its name if it has none.
    What a public notice answers is named by its document and party."""
    if name.startswith("serve:"):
        _, document, to = name.split(":", 2)
        return visit.say("service.key", what=label(visit, compiled, document),
                         to=role_words(visit, to, compiled))  # fmt: skip
    zh, en = compiled.labels.get(name, (name, name))
    return zh if visit.language == "zh" else en


def state_words(visit: Visit, compiled: Compiled, track: str, state: str) -> str:
    """The name of a state."""
    return visit.text(compiled.definition.tracks[track].states[state])


def track_words(visit: Visit, compiled: Compiled, track: str) -> str:
    """The name of a track, empty where it has none or is the only one."""
    tracks = compiled.definition.tracks
    return visit.text(tracks[track]) if len(tracks) > 1 else ""


def effect_words(visit: Visit, compiled: Compiled, do: str, what: Mapping[str, Any]) -> str:
    """One effect in words. `what`: its own fields, as in a definition or in an entry."""
    words = {
        "licence": label(visit, compiled, str(what.get("licence", ""))),
        "list": list_words(visit, str(what.get("list") or "")),
        "restriction": _named(visit, "restriction", what.get("restriction")),
        "workflow": _workflow(visit, what.get("workflow")),
        "to": _roles(visit, compiled, what.get("to", ())),
        "role": role_words(visit, str(what.get("role", "")), compiled),
        "fact": _recorded(visit, compiled, what),
        "text": _text(visit, what),
    }
    key = f"effect.{do}"
    return visit.say(key, **words).rstrip("：: ") if key in TABLE["zh"] else do


def _text(visit: Visit, what: Mapping[str, Any]) -> str:
    """The words of an effect itself; the name of what it is about where it has none."""
    named = what.get("what") or what.get("register_name")
    return str(what.get(visit.language) or what.get("zh") or named or "")


def _recorded(visit: Visit, compiled: Compiled, what: Mapping[str, Any]) -> str:
    """A fact of the credit file, with what it says where it says more than its name (a grade)."""
    name, value = str(what.get("fact", "")), str(what.get("value"))
    zh, en = compiled.words.get(("credit", name), (name, name))
    grade = compiled.words.get(("grade", name, value))
    if grade is not None:
        zh, en = f"{zh}（{grade[0]}）", f"{en} ({grade[1]})"
    return zh if visit.language == "zh" else en


def list_words(visit: Visit, name: str) -> str:
    """What a list is called."""
    spec = visit.service.book.lists.find(name)
    return visit.text(spec) if spec is not None else name


def _named(visit: Visit, kind: str, name: Any) -> str:
    key = f"{kind}.{name}"
    return visit.say(key) if key in TABLE["zh"] else str(name or "")


def _workflow(visit: Visit, key: Any) -> str:
    known = visit.service.book.workflows.get(str(key))
    return visit.text(known.definition.title) if known is not None else str(key or "")


def _roles(visit: Visit, compiled: Compiled, names: Any) -> str:
    listed = [names] if isinstance(names, str) else list(names)
    comma = "、" if visit.language == "zh" else ", "
    return comma.join(role_words(visit, str(name), compiled) for name in listed)


def miss_words(visit: Visit, compiled: Compiled, duty: str) -> dict[str, list[str]]:
    """What a miss of a duty brings about, in words, by the name of the effect."""
    spec = compiled.duties[duty]
    words: dict[str, list[str]] = {}
    for one in spec.on_miss.effects if isinstance(spec, Obligation) else ():
        said = effect_words(visit, compiled, one.do, one.model_dump())
        words.setdefault(one.do, []).append(said)
    return words


def rung_words(visit: Visit, rung: str) -> str:
    """A rung in words: a reminder, the mark of a miss, its consequence, the end of a period."""
    kind, _, days = rung.partition(":")
    return visit.say(f"rung.{kind}", n=days)


def specs_of(compiled: Compiled, event: str) -> Mapping[str, FactSpec]:
    """The facts an event may state, by name."""
    own = event not in engine_events.EVENTS
    return compiled.definition.facts if own else engine_events.FACTS


def party_line(party: Mapping[str, Any]) -> str:
    """A party as one line: its name and, after a comma, its code or number."""
    return "，".join(str(party[key]) for key in ("name", "uscc", "ref") if party.get(key))


def fact_words(visit: Visit, compiled: Compiled, event: str, name: str, value: Any) -> str:
    """The value of a fact in words."""
    if isinstance(value, bool):
        return visit.say("yes" if value else "no")
    spec = specs_of(compiled, event).get(name)
    if isinstance(value, dict):
        return party_line(value)
    if isinstance(value, list):
        return "、".join(fact_words(visit, compiled, event, name, one) for one in value)
    if spec is not None and str(value) in spec.choices:
        return visit.text(spec.choices[str(value)])
    if event in engine_events.EVENTS:
        return choice_words(visit, compiled, name, str(value))
    if spec is None or spec.unit is None or not isinstance(value, int | float):
        return str(value)
    return amount(value, unit_words(spec.unit))[0 if visit.language == "zh" else 1]


def fact_label(visit: Visit, compiled: Compiled, event: str, name: str) -> str:
    """The name of a fact."""
    spec = specs_of(compiled, event).get(name)
    return visit.text(spec) if spec is not None else label(visit, compiled, name)


def choice_words(visit: Visit, compiled: Compiled, fact: str, value: str) -> str:
    """A choice of an engine event: one of its own, or a name of this workflow."""
    spec = engine_events.FACTS.get(fact)
    if spec is not None and value in spec.choices:
        return visit.text(spec.choices[value])
    if fact == "to":
        return role_words(visit, value, compiled)
    return label(visit, compiled, value)
