"""What a story's automatic entries and refusals must say for themselves."""

from __future__ import annotations

import re

from machines.book import rulebook
from machines.case import Entry
from machines.explain import Explained, explained
from tests.scenarios.runner import Stage

CHINESE = re.compile(r"[\u4e00-\u9fff]")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
TITLES = {
    key: (one.definition.title.zh, one.definition.title.en)
    for key, one in rulebook().workflows.items()
}
_ARTICLE = re.compile(r"^[\u4e00-\u9fff]+法\d+$")  # of a statute


def judge_explained(stage: Stage) -> None:
    """Every automatic entry says why in both languages, and so does every refusal; each names a
    clause there is, or the rule it rests on."""
    known = {one.id for flow in rulebook().workflows.values() for one in flow.clauses.clauses}
    overlay = rulebook().overlay
    known |= {one.id for one in overlay.clauses.clauses} if overlay is not None else set()
    for _, entry, said in explained(stage.workflow.compiled, stage.entries, TITLES):
        by_itself = entry.actor.role == "engine" or entry.kind in ("automatic", "enforced")
        assert (said is not None) == by_itself, entry
        if said is not None:
            _judge(stage, entry, said)
            assert all(one in known or _ARTICLE.match(one) for one in said.clauses), said
    for refused in stage.refusals:
        assert CHINESE.search(refused.zh), refused
        assert refused.en, refused
        assert (refused.clause is None) != (refused.rule is None), refused
        assert refused.rule is None or all(refused.rule), refused


def _judge(stage: Stage, entry: Entry, said: Explained) -> None:
    """The sentence names the duty, the day and what came of it."""
    assert CHINESE.search(said.zh), said
    assert said.en.endswith("."), said
    assert all(said.rule), said
    for text in (said.zh, said.en):
        assert DAY.search(text), said
        assert not re.search(r"None|\{|：[。；]|: [.;]|“”|\(\)|（）", text), said
    because, labels = entry.because, stage.workflow.compiled.labels
    if because is None:
        return
    name = because.obligation
    if because.rung == "served":
        name = str(entry.facts["document"])
    zh, en = labels[name]
    assert zh in said.zh, said
    assert en in said.en, said
    duty = next((one for one in entry.duties if one.obligation == name), None)
    if duty is not None and duty.due.on is not None and duty.due.at is None:
        assert str(duty.due.on) in said.zh, said
        assert str(duty.due.on) in said.en, said
    for effect in entry.effects:
        assert str(effect.what.get("zh", "")) in said.zh, (effect, said)
