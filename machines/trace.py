"""Which line carries which clause, which clause is carried by which lines, and what the text
leaves open with the reading taken."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from machines.book import Workflow
from machines.definition import Obligation
from machines.words import Text

At = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a definition that rests on a clause: what it is, and where it stands."""

    what: str
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Traced:
    """One clause with the lines that carry it. A clause in force without one is a hole."""

    clause: str
    force: str
    zh: str
    en: str
    lines: tuple[Line, ...]

    @property
    def hole(self) -> bool:
        """In force, and carried by nothing."""
        return self.force == "in_force" and not self.lines


@dataclass(frozen=True, slots=True)
class Gap:
    """Something the text leaves open, and how it was read.

    `kind`: inferred (the text does not state the line), reading (an unclear text), no_period,
    period_unset (left to the zone), no_consequence."""

    kind: str
    what: str
    zh: str
    en: str
    clauses: tuple[str, ...]
    file: str
    line: int


def trace(workflow: Workflow, beside: Iterable[Workflow] = ()) -> tuple[Traced, ...]:
    """Every clause of a reform, in order, with its lines; `beside`: further workflows that cite
    the same clauses."""
    carried = [carriers(one) for one in (workflow, *beside)]
    return tuple(
        Traced(
            one.id, one.force, one.zh, one.en,
            tuple(line for lines in carried for line in lines.get(one.id, ())),
        )
        for one in workflow.clauses.clauses
    )  # fmt: skip


def shared(workflow: Workflow, others: Iterable[Workflow]) -> tuple[Workflow, ...]:
    """The other workflows that cite this one's clauses (`clauses_of`)."""
    return tuple(one for one in others if one.definition.clauses_of == workflow.key)


def carriers(workflow: Workflow) -> Mapping[str, tuple[Line, ...]]:
    """Clause id -> the lines of the machine and the parameters that name it."""
    found: dict[str, list[Line]] = defaultdict(list)
    parsed = workflow.parsed
    for at, clause in _cited(parsed.value, ()):
        line = Line(_name(parsed.value, at), parsed.file, parsed.line(at))
        if line not in found[clause]:
            found[clause].append(line)
    file = parsed.file.replace("machine.yaml", "parameters.yaml")
    for name, parameter in workflow.parameters.items():
        for value in parameter.values:
            found[value.clause].append(Line(f"parameter {name} = {value.value}", file, 1))
    return {clause: tuple(lines) for clause, lines in found.items()}


def citing(workflow: Workflow) -> tuple[tuple[Line, tuple[str, ...]], ...]:
    """The other way round: every line of the machine that cites clauses, in the file's order."""
    parsed = workflow.parsed
    found: dict[Line, list[str]] = defaultdict(list)
    for at, clause in _cited(parsed.value, ()):
        found[Line(_name(parsed.value, at), parsed.file, parsed.line(at))].append(clause)
    ordered = sorted(found.items(), key=lambda one: one[0].line)
    return tuple((line, tuple(clauses)) for line, clauses in ordered)


def _cited(plain: Any, at: At) -> Iterator[tuple[At, str]]:
    if isinstance(plain, dict):
        for key, value in plain.items():
            if key in ("clauses", "clause"):
                for clause in [value] if isinstance(value, str) else value:
                    yield at, clause
            else:
                yield from _cited(value, (*at, key))
    elif isinstance(plain, list):
        for index, value in enumerate(plain):
            yield from _cited(value, (*at, index))


def _name(plain: Any, at: At) -> str:
    """A short name for a place: the section, and the names met on the way down."""
    names = [str(at[0])] if at else ["definition"]
    for part in at:
        plain = plain[part]
        if isinstance(plain, dict):
            name = plain.get("id") or plain.get("event") or plain.get("do")
            names += [str(name)] if name is not None else []
        if isinstance(part, str) and part not in names and at.index(part) > 0:
            names.append(part)
    return " ".join(dict.fromkeys(names))


def gaps(workflow: Workflow) -> tuple[Gap, ...]:
    """What the text of a reform leaves open: for a lawyer to confirm or correct."""
    return tuple((*_readings(workflow), *_silences(workflow)))


def _readings(workflow: Workflow) -> Iterator[Gap]:
    parsed = workflow.parsed
    for at, plain in _dicts(parsed.value, ()):
        clauses = plain.get("clauses", ())
        cited = (clauses,) if isinstance(clauses, str) else tuple(clauses)
        reading = plain.get("reading")
        where = _name(parsed.value, at)
        if reading is not None:
            yield Gap("reading", where, reading["zh"], reading["en"], cited, parsed.file,
                      parsed.line(at))  # fmt: skip
        elif plain.get("inferred"):
            yield Gap("inferred", where, "原文未载，为使流程完整而设",
                      "not in the text; added so that the procedure is whole", cited,
                      parsed.file, parsed.line(at))  # fmt: skip


def _dicts(plain: Any, at: At) -> Iterator[tuple[At, dict[str, Any]]]:
    if isinstance(plain, dict):
        yield at, plain
        for key, value in plain.items():
            yield from _dicts(value, (*at, key))
    elif isinstance(plain, list):
        for index, value in enumerate(plain):
            yield from _dicts(value, (*at, index))


def _silences(workflow: Workflow) -> Iterator[Gap]:
    definition, parsed = workflow.definition, workflow.parsed
    for index, duty in enumerate(definition.obligations):
        at: At = ("obligations", index)
        for kind, text in _silent(duty):
            yield Gap(kind, f"obligations {duty.id}", text.zh, text.en, duty.clauses,
                      parsed.file, parsed.line(at))  # fmt: skip
    for index, setting in enumerate(definition.settings):
        yield Gap(
            "period_unset", f"settings {setting.id}",
            f"{setting.zh}：原文未定，由片区设定（演示假定 {setting.assumed}）",
            f"{setting.en}: left to the zone (the sandbox assumes {setting.assumed})",
            setting.clauses, parsed.file, parsed.line(("settings", index)),
        )  # fmt: skip


def _silent(duty: Obligation) -> Iterator[tuple[str, Text]]:
    if duty.due.word == "none":
        yield (
            "no_period",
            Text(zh=f"{duty.zh}：原文未定期限", en=f"{duty.en}: the text sets no period"),
        )
    if duty.on_miss.nothing:
        yield (
            "no_consequence",
            Text(zh=f"{duty.zh}：原文未定逾期后果", en=f"{duty.en}: the text names no consequence"),
        )
