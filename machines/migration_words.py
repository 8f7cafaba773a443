"""What a plan of migration may say: where open cases of one text go in another (strict YAML)."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping
from typing import Literal, Self

from pydantic import Field, model_validator

from machines.compiler import Compiled
from machines.defects import Defect, Wrong
from machines.definition import Definition
from machines.duties import side_of
from machines.frozen import replace
from machines.milder import harms
from machines.reader import DefinitionError, Parsed
from machines.words import ClauseIds, Name, Names, Strict, Text


def _wrong(code: str, zh: str, en: str) -> Wrong:
    """What a plan says that cannot be: its words are of a plan alone, and stand here."""
    return Wrong.of(Defect(code, zh, en))


class Ground(Text):
    """Why something may get worse for whoever commits: the clause, and the law's ground."""

    clauses: ClauseIds


class DutyRule(Strict):
    """What becomes of a duty that still runs. `to`: what the new text calls it, where that differs;
    `timer`: it keeps its date, is counted anew from its original start under the new number, or
    ends, with a reason. `against_applicant`: what allows an earlier date or a harsher miss."""

    to: Name | None = None
    timer: Literal["keep", "count_anew", "end"]
    reason: Text | None = None
    against_applicant: Ground | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.timer == "end") != (self.reason is not None):
            raise _wrong("plan_reason", "`reason` 仅用于 `timer: end`，且不可缺少",
                         "`reason` belongs to `timer: end`, and only there")  # fmt: skip
        if self.timer == "end" and (self.to is not None or self.against_applicant is not None):
            raise _wrong(
                "plan_end",
                "终止的义务不转往他处：不写 `to` 和 `against_applicant`",
                "a duty that ends goes nowhere: no `to`, no `against_applicant`",
            )
        return self


class Drop(Strict):
    """Names of the old text that the new one does not have and nobody needs any more."""

    tracks: Names = ()
    facts: Names = ()
    materials: Names = ()


class Plan(Strict):
    """A plan. `reason`, `clauses`: why open cases may change their text; each map is from the old
    name to the new one, and what is not named keeps its name; `states` by old track; `new_tracks`:
    where a track begins that the old text does not have (its initial state if not said)."""

    reason: Text
    clauses: ClauseIds
    tracks: dict[Name, Name] = Field(default_factory=dict)
    states: dict[Name, dict[Name, Name]] = Field(default_factory=dict)
    new_tracks: dict[Name, Name] = Field(default_factory=dict)
    facts: dict[Name, Name] = Field(default_factory=dict)
    licences: dict[Name, Name] = Field(default_factory=dict)
    materials: dict[Name, Name] = Field(default_factory=dict)
    events: dict[Name, Name] = Field(default_factory=dict)
    drop: Drop = Drop()
    duties: dict[Name, DutyRule] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _grounded(self) -> Self:
        if not self.clauses:
            raise _wrong(
                "plan_no_clause",
                "`clauses` 为空：在办案件改用新文本依据何条？",
                "`clauses` is empty: where does the text say that open cases change?",
            )
        return self


def check_plan(plan: Plan, parsed: Parsed, old: Compiled, new: Compiled) -> None:
    """Every name exists on its side; a consequence that is harsher has its ground. Raises
    DefinitionError with the line."""

    if old.definition.key != new.definition.key:
        keys = (old.definition.key, new.definition.key)
        raise DefinitionError(parsed.file, 1, Defect(
            "plan_of_two_procedures", "{} 与 {} 是两个不同的流程".format(*keys),
            "{} and {} are two procedures".format(*keys),
        ))  # fmt: skip
    for path, problem in (
        *_names(plan, old, new), *_states(plan, old.definition, new.definition),
        *((("duties", name), wrong) for name in plan.duties
          if (wrong := _duty(plan, name, old, new)) is not None),
    ):  # fmt: skip
        raise DefinitionError(parsed.file, parsed.line(path), problem)


Problems = Iterator[tuple[tuple[str, ...], Defect]]


def _missing(side: Literal["old", "new"], what: str) -> Defect:
    chinese = {"old": "原文本", "new": "新文本"}[side]
    return Defect(
        "plan_unknown_name", f"{chinese}没有 `{what}`", f"the {side} text has no `{what}`"
    )


def _names(plan: Plan, old: Compiled, new: Compiled) -> Problems:
    was, now = old.definition, new.definition
    sides: tuple[tuple[str, Mapping[str, str], Container[str], Container[str]], ...] = (
        ("tracks", plan.tracks, was.tracks, now.tracks),
        ("facts", plan.facts, was.facts, now.facts),
        ("licences", plan.licences, was.licences, now.licences),
        ("materials", plan.materials, _materials(old), _materials(new)),
        ("events", plan.events, was.events, now.events),
    )
    for kind, names, before, after in sides:
        for source, target in names.items():
            if source not in before:
                yield (kind, source), _missing("old", f"{kind}: {source}")
            if target not in after:
                yield (kind, source), _missing("new", f"{kind}: {target}")


def _states(plan: Plan, was: Definition, now: Definition) -> Problems:
    def lacks(definition: Definition, track: str, state: str) -> bool:
        found = definition.tracks.get(track)
        return found is None or state not in found.states

    for track, states in plan.states.items():
        called = plan.tracks.get(track, track)
        for source, target in states.items():
            if lacks(was, track, source):
                yield ("states", track, source), _missing("old", f"{track}:{source}")
            if lacks(now, called, target):
                yield ("states", track, source), _missing("new", f"{called}:{target}")
    for track, state in plan.new_tracks.items():
        if lacks(now, track, state):
            yield ("new_tracks", track), _missing("new", f"{track}:{state}")


def _materials(compiled: Compiled) -> list[str]:
    groups = compiled.definition.materials.groups.values()
    return [name for group in groups for one in group for name in (one.id, *one.accepted)]


def _duty(plan: Plan, name: str, old: Compiled, new: Compiled) -> Defect | None:
    rule = plan.duties[name]
    if name not in old.duties:
        return _missing("old", name)
    if rule.timer == "end":
        return None
    target = rule.to or name
    if target not in new.duties:
        missing = _missing("new", target)
        return replace(missing, zh=f"{missing.zh}：请写明 `to` 或 `timer: end`",
                       en=f"{missing.en}; say `to`, or `timer: end`")  # fmt: skip
    was, now = old.duties[name], new.duties[target]
    if type(was) is not type(now) or side_of(was, old.sides) != side_of(now, new.sides):
        return Defect(
            "plan_of_another_side",
            f"`{target}` 与 `{name}` 的义务人不在同一方，不能承接其日期",
            f"`{target}` is owed by another side than `{name}`: it cannot take over its date",
        )
    more = harms(new, now) - {_renamed(one, plan.licences) for one in harms(old, was)}
    if more and rule.against_applicant is None:
        named = ", ".join(sorted(more))
        return Defect(
            "plan_harsher",
            f"`{target}` 逾期的后果重于 `{name}`（{named}）："
            "须在 `against_applicant` 写明条款与理由",
            f"a miss of `{target}` brings more than one of `{name}` ({named}): name the clause "
            "and the ground under `against_applicant`",
        )
    return None


def _renamed(harm: str, licences: Mapping[str, str]) -> str:
    """What befalls a licence, by the licence's new name."""
    return re.sub(
        r"\blicence=(\w+)", lambda found: f"licence={licences.get(found[1], found[1])}", harm
    )
