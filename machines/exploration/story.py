"""A way through a workflow, told so that a lawyer can follow it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from machines.acts import Act, Open
from machines.case import ENGINE
from machines.compiler import Compiled
from machines.exploration.search import Step, Walked
from machines.exploration.symbolic import Passing, Turn
from machines.words import Text

_PASSES = {
    "missed": ("逾期", "its date passes"),
    "over": ("提交后尚未答复，期限已过", "its date passes while the answer is awaited"),
    "enforced": ("自动处理", "the consequence is taken"),
    "raised": ("期间届满", "the period is over"),
}


def told(walked: Walked, number: int | None, last: Step | None = None) -> tuple[Text, ...]:
    """The way to a case, then the step in question: one line a step, in both languages."""
    path = () if number is None else walked.path(number)
    if last is not None:
        path = (*(() if last.source is None else walked.path(last.source)), last)
    return tuple(
        Text(zh=f"{n}. {zh}", en=f"{n}. {en}")
        for n, (zh, en) in enumerate((_line(walked.compiled, step) for step in path), 1)
    )


def _line(compiled: Compiled, step: Step) -> tuple[str, str]:
    zh, en = _move(compiled, step)
    moved = list(_moved(compiled, step))
    if moved:
        zh += f" → {'；'.join(one for one, _ in moved)}"
        en += f" -> {'; '.join(one for _, one in moved)}"
    done = [effect for entry in step.entries for effect in entry.effects if effect.adverse]
    if done:
        listed = ", ".join(f"{one.do} [{' '.join(one.clauses)}]" for one in done)
        zh, en = f"{zh}；不利处理：{listed}", f"{en}; adverse: {listed}"
    return zh, en


def _move(compiled: Compiled, step: Step) -> tuple[str, str]:
    move = step.move
    if isinstance(move, Passing):
        zh, en = _label(compiled, move.duty[0])
        passes_zh, passes_en = _PASSES[move.what]
        return f"“{zh}”{passes_zh}", f"{en}: {passes_en}"
    if isinstance(move, Turn):
        return move.words.zh, move.words.en
    if isinstance(move, Open):
        who, name = move.actor.role, ("提出申请", "opens the case")
    else:
        who, name = move.actor.role, _label(compiled, move.event)
    zh, en = _label(compiled, who) if isinstance(move, Open) or move.actor != ENGINE else (
        "关联案件", "a linked case",
    )  # fmt: skip
    stated = _stated(move.facts)
    papers = isinstance(move, Act) and move.documents
    return (
        f"{zh}：{name[0]}{stated}{'，材料齐' if papers else ''}",
        f"{en}: {name[1]}{stated}{', with the papers' if papers else ''}",
    )


def _stated(facts: Mapping[str, Any]) -> str:
    shown = [f"{name}={value}" for name, value in facts.items()]
    return f" ({', '.join(shown)})" if shown else ""


def _moved(compiled: Compiled, step: Step) -> Iterator[tuple[str, str]]:
    for entry in step.entries:
        for track, (source, target) in entry.moves.items():
            if source != target:
                state = compiled.definition.tracks[track].states[target]
                yield f"{state.zh}", f"{track}.{target}"


def _label(compiled: Compiled, name: str) -> tuple[str, str]:
    return compiled.labels.get(name, (name, name))
