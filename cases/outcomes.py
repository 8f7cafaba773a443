"""How acts end, counted in this process: done, repeated, or refused and why. No names, no cases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import wraps
from threading import Lock
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from cases.errors import Problem

DONE, REPEATED = "done", "repeated"


class Outcomes:
    """A count of outcomes. A refusal is counted under its reason, which is a stable code."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._lock = Lock()

    def add(self, outcome: str) -> None:
        """One more."""
        with self._lock:
            self._counts[outcome] += 1

    def count(self, outcome: _Answer | Exception) -> None:
        """One more of what an act came to; what is no outcome of the rules is not counted."""
        if isinstance(outcome, Problem):
            self.add(outcome.reason)
        elif not isinstance(outcome, Exception):
            self.add(REPEATED if outcome.repeated else DONE)

    def counts(self) -> dict[str, int]:
        """Since the process began, by outcome."""
        with self._lock:
            return dict(sorted(self._counts.items()))


class _Counting(Protocol):
    @property
    def outcomes(self) -> Outcomes: ...


class _Answer(Protocol):
    @property
    def repeated(self) -> bool: ...


P = ParamSpec("P")
UseCases = TypeVar("UseCases", bound=_Counting)
Answered = TypeVar("Answered", bound=_Answer)


def counted(
    use_case: Callable[Concatenate[UseCases, P], Answered],
) -> Callable[Concatenate[UseCases, P], Answered]:
    """A use case whose outcome is counted; what is no outcome of the rules passes uncounted."""

    @wraps(use_case)
    def call(owner: UseCases, /, *given: P.args, **named: P.kwargs) -> Answered:
        try:
            answer = use_case(owner, *given, **named)
        except Problem as problem:
            owner.outcomes.count(problem)
            raise
        owner.outcomes.count(answer)
        return answer

    return call
