"""The words with which a definition says which cases it governs."""

from __future__ import annotations

from datetime import date
from typing import Literal, Self

from pydantic import model_validator

from machines.defects import Wrong
from machines.words import ClauseIds, Name, Strict


class Version(Strict):
    """Which cases this text governs; none opens before `in_force_from`. `chosen_by`: the day of the
    application (or of the authority's act that opens the case), a transitional rule, or, of this
    text and the one before, the milder. `by_fact`: the fact whose date decides in the last two;
    `old_until`: the last day on which an application may still go by the text before."""

    chosen_by: Literal["application", "act", "transitional", "milder"] = "application"
    in_force_from: date | None = None
    by_fact: Name | None = None
    old_until: date | None = None
    clauses: ClauseIds = ()

    @model_validator(mode="after")
    def _rule_is_whole(self) -> Self:
        rule = self.chosen_by
        if rule not in ("transitional", "milder"):
            if self.by_fact or self.old_until or self.clauses:
                raise Wrong("version_rule_unused")
            return self
        if self.in_force_from is None or not self.clauses:
            raise Wrong("version_rule_incomplete", rule=rule)
        if rule == "milder" and (self.by_fact is None or self.old_until is not None):
            raise Wrong("version_milder_needs_fact")
        if self.by_fact is None and self.old_until is None:
            raise Wrong("version_transition_empty")
        return self
