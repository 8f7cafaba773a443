"""Which number applies on which day: dated parameters and zone settings.

A value is looked up on the date that governs the case, never on today's by default, and before
the first known date there is an error rather than a guess (decision record 0005).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

Number = int | float


class ParameterError(LookupError):
    """No value applies: the message names the parameter, the date and what is known."""


@dataclass(frozen=True, slots=True)
class DatedValue:
    """`value` applies from `since` on; `clause` says so."""

    since: date
    value: Number | tuple[str, ...] | None
    clause: str


@dataclass(frozen=True, slots=True)
class DatedParameter:
    """A number or list with its history. `unit`: working_days, months, list, ..."""

    name: str
    unit: str
    values: tuple[DatedValue, ...]

    def on(self, day: date) -> DatedValue:
        """The value in force on `day`. Raises ParameterError before the first known date."""
        known = [value for value in self.values if value.since <= day]
        if not known:
            first = min(value.since for value in self.values)
            raise ParameterError(
                f"parameter {self.name} has no value on {day}: the first known date is {first}"
            )
        return max(known, key=lambda value: value.since)


@dataclass(frozen=True)
class ParameterBook:
    """Every dated parameter of every workflow. `version` is a hash of the whole content."""

    tables: Mapping[str, Mapping[str, DatedParameter]]

    def value(self, workflow: str, name: str, on: date) -> tuple[DatedParameter, DatedValue]:
        """The parameter and its value on a day. Raises ParameterError if either is unknown."""
        try:
            parameter = self.tables[workflow][name]
        except KeyError:
            raise ParameterError(f"{workflow} has no parameter named {name}") from None
        return parameter, parameter.on(on)

    def override(self, changes: Mapping[str, Number]) -> ParameterBook:
        """The same book with `workflow.name` set to another number throughout, for what-if runs.

        Raises ParameterError for a path that names no numeric parameter."""
        tables = {key: dict(table) for key, table in self.tables.items()}
        for path, number in changes.items():
            workflow, _, name = path.partition(".")
            if name not in tables.get(workflow, {}):
                raise ParameterError(f"{path} is not a parameter (write workflow.parameter)")
            old = tables[workflow][name]
            values = tuple(replace(value, value=number) for value in old.values)
            tables[workflow][name] = replace(old, values=values)
        return ParameterBook(tables)

    @cached_property
    def version(self) -> str:
        """Twelve hex digits that change when any value changes."""
        plain = {
            workflow: {
                name: [parameter.unit]
                + [[str(v.since), v.value, v.clause] for v in parameter.values]
                for name, parameter in table.items()
            }
            for workflow, table in self.tables.items()
        }
        return _digest(plain)


@dataclass(frozen=True, slots=True)
class ZoneSetting:
    """A number the text leaves to the zone, with its legal basis. `assumed`: the sandbox's own."""

    workflow: str
    name: str
    unit: str
    value: int
    since: date
    basis: str
    assumed: bool = False


@dataclass(frozen=True)
class Settings:
    """The settings of one zone."""

    zone: str
    entries: tuple[ZoneSetting, ...] = field(default=())

    def value(self, workflow: str, name: str, on: date) -> ZoneSetting | None:
        """The setting in force on a day, or None: a workflow that needs it may not open a case.

        Of two entries of the same day the one recorded later wins."""
        known = [
            entry
            for entry in self.entries
            if entry.workflow == workflow and entry.name == name and entry.since <= on
        ]
        latest = max((entry.since for entry in known), default=None)
        return next((entry for entry in reversed(known) if entry.since == latest), None)

    @cached_property
    def version(self) -> str:
        """Twelve hex digits that change when any setting changes."""
        return _digest(
            [[e.workflow, e.name, e.unit, e.value, str(e.since), e.basis] for e in self.entries]
        )


def settings_of(zone: str, entries: Iterable[ZoneSetting]) -> Settings:
    """Settings of a zone, oldest first."""
    return Settings(zone, tuple(sorted(entries, key=lambda entry: entry.since)))


def _digest(plain: object) -> str:
    text = json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:12]
