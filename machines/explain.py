"""Why something happened by itself: one sentence in Chinese and English for every automatic entry,
with the duty, the day and the consequence, and the clauses or the rule it rests on.

Computed from the entry and the text that governs the case, both of which are kept for ever; only
what neither of them holds (why dates were counted anew) stands in the entry itself (decision 0032).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from machines.case import Duty, Entry, Service
from machines.codec import from_plain
from machines.compiler import Compiled
from machines.definition import Obligation
from machines.effect_words import effect_words, joined
from machines.explain_words import RULES, SENTENCES
from machines.service import CHANNELS
from rules.periods import shanghai_date
from rules.view import Words


@dataclass(frozen=True, slots=True)
class Explained:
    """Why an entry was written without a person: a sentence, the clauses, the rule it came by."""

    zh: str
    en: str
    clauses: tuple[str, ...]
    rule: Words


@dataclass(frozen=True, slots=True)
class _Asked:
    compiled: Compiled
    entry: Entry
    titles: Mapping[str, Words]
    known: Mapping[tuple[str, int], Duty]

    def named(self, name: str) -> Words:
        return self.compiled.labels.get(name, (name, name))

    @property
    def duty(self) -> Duty | None:
        """The duty or period that the entry answers, as the entry leaves it; as the one before
        left it where an act brought the miss about."""
        because = self.entry.because
        if because is None:
            return None
        key = (because.obligation, because.occurrence)
        return next((one for one in self.entry.duties if one.key == key), self.known.get(key))

    @property
    def spec(self) -> Obligation | None:
        because = self.entry.because
        found = self.compiled.duties.get(because.obligation) if because is not None else None
        return found if isinstance(found, Obligation) else None


def explained(
    compiled: Compiled, journal: Iterable[Entry], titles: Mapping[str, Words]
) -> Iterator[tuple[int, Entry, Explained | None]]:
    """Why each entry of a journal was written by the engine, with its number; None for a person's
    act. `titles`: of the workflows by key, for cases that open each other."""
    known: dict[tuple[str, int], Duty] = {}
    for seq, entry in enumerate(journal, 1):
        yield seq, entry, _explain(_Asked(compiled, entry, titles, known))
        known.update({duty.key: duty for duty in entry.duties})


def _explain(asked: _Asked) -> Explained | None:
    kind = _kind(asked.entry)
    if kind is None:
        return None
    pairs = _SAY[kind](asked)
    zh, en = SENTENCES[_form(kind, asked)]
    return Explained(
        zh.format(**{name: pair[0] for name, pair in pairs.items()}),
        en.format(**{name: pair[1] for name, pair in pairs.items()}),
        _clauses(asked),
        RULES[kind],
    )


def _kind(entry: Entry) -> str | None:
    """Which rule of the engine wrote an entry."""
    if entry.kind == "recounted":
        return "recounted"
    if entry.because is not None:
        return entry.because.rung.partition(":")[0]
    if entry.kind in ("automatic", "enforced"):
        return "automatic"
    if entry.actor.role != "engine":
        return None
    return "opened" if entry.kind == "opened" else "signalled"


def _form(kind: str, asked: _Asked) -> str:
    """Which sentence of a kind: a miss that an event brings about has no date of its own; a
    reminder may not have gone out."""
    due = asked.duty.due if asked.duty is not None else None
    undated = due is None or (due.on is None and due.at is None)
    if kind == "warn" and asked.entry.marks.get("unsent"):
        return "warn_unsent"
    return f"{kind}_undated" if undated and f"{kind}_undated" in SENTENCES else kind


def _clauses(asked: _Asked) -> tuple[str, ...]:
    """The clauses of the entry and of what it orders; of a service, the article of its channel."""
    entry = asked.entry
    found = [*entry.clauses, *(clause for one in entry.effects for clause in one.clauses)]
    if asked.spec is not None and entry.because is not None and entry.because.rung != "served":
        found += asked.spec.on_miss.clauses
    if entry.because is not None and entry.because.rung == "served":
        found.append(CHANNELS[str(entry.facts["channel"])].article)
    return tuple(dict.fromkeys(found))


def _both(value: object) -> Words:
    return str(value), str(value)


def _day(duty: Duty | None) -> Words:
    if duty is None:
        return "", ""
    if duty.due.at is not None:
        return _both(f"{duty.due.at:%Y-%m-%d %H:%M}")
    return _both(duty.due.on or duty.missed_on or "")


def _on(at: datetime) -> Words:
    return _both(shanghai_date(at))


def _consequence(asked: _Asked) -> Words:
    """What the text attaches to the miss of the duty."""
    spec = asked.spec
    if spec is None or spec.on_miss.nothing:
        return "原文没有规定后果", "the text names no consequence"
    words = [
        effect_words(asked.compiled, one.do, one.own, asked.titles)
        for one in spec.on_miss.effects
    ]  # fmt: skip
    if spec.on_miss.event is not None:
        words.insert(0, asked.named(spec.on_miss.event))
    return joined(words)


def _done(asked: _Asked) -> Words:
    """What an entry changed: its event, the states it led to, what it ordered."""
    entry, tracks = asked.entry, asked.compiled.definition.tracks
    words = [
        effect_words(asked.compiled, one.do, one.what, asked.titles) for one in entry.effects
    ]  # fmt: skip
    for track, (source, target) in entry.moves.items():
        if source != target:
            state = tracks[track].states[target]
            words.append((f"进入“{state.zh}”", f"now “{state.en}”"))
    return joined(words) if words else ("只作记录", "recorded, nothing else")


def _event(asked: _Asked) -> Words:
    """The event, where it has a name of its own."""
    return asked.named(asked.entry.event)


def _of_duty(asked: _Asked) -> dict[str, Words]:
    because, duty = asked.entry.because, asked.duty
    assert because is not None, "an entry of a rung says which"
    said = {
        "duty": asked.named(because.obligation),
        "day": _day(duty),
        "consequence": _consequence(asked),
        "done": _done(asked),
        "on": _on(asked.entry.at),
        "days": _both(because.rung.partition(":")[2]),
        "to": joined(asked.named(str(one)) for one in asked.entry.marks.get("warns", ())),
        "missed_on": _both((duty.missed_on if duty is not None else None) or ""),
        "outcome": _outcome(asked, duty),
    }
    if because.rung == "enforced" and asked.spec is not None and asked.spec.on_miss.event:
        said["done"] = joined([_event(asked), said["done"]])
    return said


def _outcome(asked: _Asked, duty: Duty | None) -> Words:
    """What a miss leads to, and from when on it may be done."""
    zh, en = _consequence(asked)
    if asked.spec is None or asked.spec.on_miss.nothing:
        return zh, en
    first = duty.due.enforceable_from if duty is not None else None
    if first is None:
        return f"后果（{zh}）尚不能作出", f"the consequence ({en}) is not possible yet"
    return (
        f"后果（{zh}）最早于{first}作出",
        f"the consequence ({en}) is taken on {first} at the earliest",
    )


def _of_service(asked: _Asked) -> dict[str, Words]:
    entry = asked.entry
    service = from_plain(Service, entry.marks["service"])
    armed = [asked.named(duty.obligation) for duty in entry.duties if duty.status == "open"]
    return {
        "document": asked.named(service.document),
        "to": asked.named(service.to),
        "day": _both(service.runs_to or ""),
        "done": joined(armed) if armed else _done(asked),
    }


def _of_recount(asked: _Asked) -> dict[str, Words]:
    """The sentence in the entry, and the dates that it moved."""
    entry = asked.entry
    marks = entry.marks.get("recount") or entry.marks.get(entry.event) or {}
    moved: list[Words] = []
    for line in marks.get("lines", ()):
        zh, en = asked.named(str(line["obligation"]))
        old, new = line.get("old") or ("未定", "none"), line.get("new") or ("未定", "none")
        old, new = (_both(day) if isinstance(day, str) else day for day in (old, new))
        moved.append((f"“{zh}”{old[0]}→{new[0]}", f"“{en}” {old[1]} -> {new[1]}"))
    said = entry.explains
    return {"why": (said.get("zh", ""), said.get("en", "")), "done": joined(moved)}


def _of_edge(asked: _Asked) -> dict[str, Words]:
    return {"event": _event(asked), "on": _on(asked.entry.at), "done": _done(asked)}


def _of_case(asked: _Asked) -> dict[str, Words]:
    title = asked.compiled.definition.title
    parent = str(asked.entry.marks.get("opens", {}).get("parent") or "")
    return {
        "title": (title.zh, title.en), "on": _on(asked.entry.at),
        "parent": (parent, f" {parent}" if parent else ""), "done": _done(asked),
    }  # fmt: skip


_SAY: Mapping[str, Callable[[_Asked], dict[str, Words]]] = {
    "warn": _of_duty, "missed": _of_duty, "enforced": _of_duty, "raised": _of_duty,
    "served": _of_service, "recounted": _of_recount, "automatic": _of_edge,
    "signalled": _of_edge, "opened": _of_case,
}  # fmt: skip
