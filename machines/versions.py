"""Which of the texts of a procedure governs a case: the law's choice, as the newest text states it.

    governing(editions, applied_on, facts) -> Governing

By the day of the application; by a transitional rule with its own clause; or the milder one for
whoever commits (从旧兼从轻), decided by comparing the two texts line by line. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from machines.compiler import Compiled
from machines.differences import Edition, milder_of
from machines.milder import Verdict
from rules.parameters import DatedParameter

Words = Mapping[str, str]
WORDS: Mapping[Verdict, tuple[str, str]] = {
    "milder": ("较轻", "milder"), "harsher": ("较重", "harsher"), "equal": ("相同", "equal"),
    "incomparable": ("无法机械比较", "not comparable"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Text:
    """One text of a procedure with the numbers beside it."""

    compiled: Compiled
    parameters: Mapping[str, DatedParameter]

    @property
    def since(self) -> date:
        """Its first day."""
        return self.compiled.definition.version.in_force_from or date.min


@dataclass(frozen=True, slots=True)
class Governing:
    """The text that governs a case. `because`: the rule that chose it, None where there was no
    choice; `reading`: set where the rule did not settle it and the day of the application did."""

    text: Text
    because: Words | None = None
    clauses: tuple[str, ...] = ()
    reading: Words | None = None

    @property
    def mark(self) -> dict[str, Any] | None:
        """What the opening entry keeps of the choice."""
        if self.because is None:
            return None
        mark: dict[str, Any] = {**self.because, "clauses": list(self.clauses)}
        return mark if self.reading is None else {**mark, "reading": dict(self.reading)}


def governing(
    texts: Sequence[Text], applied_on: date, facts: Mapping[str, Any]
) -> Governing | None:
    """The text for an application of that day; None while none is in force. `texts`: by first day,
    of two with the same day the later one counts."""
    newest = _in_force(texts, applied_on)
    if newest is None:
        return None
    before = _before(texts, newest)
    rule = newest.compiled.definition.version
    if before is None or rule.chosen_by in ("application", "act"):
        return Governing(newest)
    stated = _day(facts.get(rule.by_fact)) if rule.by_fact is not None else None
    if rule.by_fact is not None and stated is None:
        return Governing(newest)  # it is refused for the missing fact
    older = before if stated is None else (_in_force(texts, stated) or texts[0])
    if rule.chosen_by == "transitional":
        return _transitional(newest, older, applied_on, stated)
    return _milder(newest, older, applied_on, stated)


def _in_force(texts: Sequence[Text], day: date) -> Text | None:
    found = [text for text in texts if text.since <= day]
    return max(enumerate(found), key=lambda one: (one[1].since, one[0]))[1] if found else None


def _before(texts: Sequence[Text], newest: Text) -> Text | None:
    return _in_force([one for one in texts if one.since < newest.since], date.max)


def _day(stated: Any) -> date | None:
    try:
        return date.fromisoformat(str(stated))
    except ValueError:
        return None


def _transitional(newest: Text, older: Text, applied_on: date, stated: date | None) -> Governing:
    """The text before goes on for what lies before the first day, as long as the rule says."""
    rule = newest.compiled.definition.version
    stays = (stated is None or stated < newest.since) and (
        rule.old_until is None or applied_on <= rule.old_until
    )
    day = applied_on if stated is None else stated
    chosen = older if stays else newest
    return Governing(
        chosen,
        {"zh": f"按过渡规定（{day}），适用{_named(chosen)[0]}。",
         "en": f"by the transitional rule, for {day}: {_named(chosen)[1]}."},
        rule.clauses,
    )  # fmt: skip


def _milder(newest: Text, older: Text, applied_on: date, stated: date | None) -> Governing:
    rule = newest.compiled.definition.version
    if older is newest or stated is None or stated >= newest.since:
        return Governing(newest)
    editions = [Edition(one.compiled, one.parameters, applied_on) for one in (older, newest)]
    found = milder_of(*editions)
    chosen = older if found == "harsher" else newest
    words = WORDS[found]
    reading = None
    if found == "incomparable":
        reading = {
            "zh": "新旧文本轻重互见，无法机械比较；暂按申请之日的文本，请核对。",
            "en": "one text is milder here, the other there; read as governed by the text of the "
                  "day of the application: please check.",
        }  # fmt: skip
    return Governing(
        chosen,
        {"zh": f"从旧兼从轻：{stated} 的事项，新文本{words[0]}，适用{_named(chosen)[0]}。",
         "en": f"the milder text: for {stated} the newer one is {words[1]}; {_named(chosen)[1]}."},
        rule.clauses,
        reading,
    )  # fmt: skip


def _named(text: Text) -> tuple[str, str]:
    name = text.compiled.hash[:12]
    if text.since == date.min:
        return f"原文本 {name}", f"the text before, {name}"
    return f"{text.since} 起施行的文本 {name}", f"the text in force from {text.since}, {name}"
