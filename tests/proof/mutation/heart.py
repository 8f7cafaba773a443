"""Mutants of the heart: each change of a function of `machines/step.py` or of a pure module it
stands on, planted into the running process.

The new code is put into the function that is there already, so that everybody who imported it runs
it; what was remembered of its earlier answers is forgotten.
"""

from __future__ import annotations

import functools
import gc
import random
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import FunctionType
from typing import Any

from tests.proof.mutation.syntax import Site, mutated, sites

MODULES = (
    "machines.step", "machines.fold", "machines.rungs", "machines.occurrence", "machines.duties",
    "machines.counting", "machines.taking", "machines.timely", "machines.admission",
    "machines.facts", "machines.engine_events", "machines.late_record", "machines.remedies",
    "machines.remedy", "machines.suspension", "machines.extension", "machines.service",
    "machines.notices", "machines.acknowledgement", "machines.succession", "machines.views",
    "machines.ordering",
    "rules.due", "rules.last_day", "rules.periods", "rules.day_table", "rules.working_days",
    "rules.office_hours", "rules.parameters", "rules.guard", "rules.guards", "rules.number_guards",
    "rules.credit_guards", "rules.restriction_guards", "rules.linked_guards", "rules.draw_guards",
    "rules.draws", "rules.credit",
)  # fmt: skip
"""What runs when an act is decided or folded. Not: what only words an answer, reads a file, or
describes a definition."""

_KEPT = ("machines.book", "rules.working_days", "rules.festivals", "rules.holiday_notices")
Planted = tuple[str, str]  # file and qualified name of a function


@dataclass(frozen=True, slots=True)
class HeartMutant:
    """One change of one function."""

    module: str
    file: Path
    site: Site

    @property
    def key(self) -> str:
        """What it is called in the record of a run: not by its line, which moves."""
        site = self.site
        return f"{self.module}.{site.function} / {site.operator} #{site.number}: {site.text}"

    @property
    def where(self) -> str:
        """What it is a change of."""
        return self.module

    @property
    def operator(self) -> str:
        """By what kind of change."""
        return self.site.operator

    @property
    def function(self) -> Planted:
        """The function it changes."""
        return str(self.file), self.site.function


def heart_mutants(modules: Iterable[str], seed: int) -> list[HeartMutant]:
    """Every mutant of some modules, in an order that a number decides."""
    found = []
    for name in modules:
        file = Path(str(import_module(name).__file__))
        found += [HeartMutant(name, file, site) for site in sites(file)]
    random.Random(seed).shuffle(found)
    return found


class Live:
    """The functions of this process by where they were written, and what remembers answers."""

    def __init__(self) -> None:
        self.functions: dict[Planted, list[FunctionType]] = {}
        self._caches: list[Any] = []
        for one in gc.get_objects():
            if isinstance(one, FunctionType):
                code = one.__code__
                self.functions.setdefault((code.co_filename, code.co_qualname), []).append(one)
            elif isinstance(one, functools._lru_cache_wrapper) and one.__module__ not in _KEPT:
                self._caches.append(one)

    def plant(self, mutant: HeartMutant) -> None:
        """Puts a mutant in the place of its function. Raises LookupError where that is not
        there."""
        code = mutated(mutant.file, mutant.site)
        for function in self.functions[mutant.function]:
            function.__code__ = code
        for one in self._caches:
            one.cache_clear()


class Reach:
    """Notes which functions of some files are entered while it is on."""

    def __init__(self, files: Iterable[str]) -> None:
        self._files = frozenset(files)
        self.entered: set[Planted] = set()

    def __enter__(self) -> Reach:
        sys.settrace(self._trace)
        return self

    def __exit__(self, *error: object) -> None:
        sys.settrace(None)

    def _trace(self, frame: object, event: str, arg: object) -> None:
        code = frame.f_code  # type: ignore[attr-defined]
        if code.co_filename in self._files:
            name = code.co_qualname.partition(".<locals>")[0]
            self.entered.add((code.co_filename, name))
