"""Contestants timed in turn, so that a noisy machine disturbs them alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Contestant:
    """Something to time. `run` does `dates` dates; `note`: what must be known to read the row."""

    name: str
    dates: int
    run: Callable[[], object]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Timed:
    """Microseconds for each date: one figure a repetition."""

    contestant: Contestant
    us: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle repetition, microseconds for each date."""
        return median(self.us)


def contest(contestants: Sequence[Contestant], repetitions: int) -> list[Timed]:
    """Each contestant once to warm up, then all of them in turn, so many times over."""
    for one in contestants:
        one.run()
    taken: dict[str, list[float]] = {one.name: [] for one in contestants}
    for _ in range(repetitions):
        for one in contestants:
            begun = perf_counter()
            one.run()
            taken[one.name].append((perf_counter() - begun) / one.dates * 1e6)
    return [Timed(one, tuple(taken[one.name])) for one in contestants]


def show(title: str, timed: Sequence[Timed], console: Console) -> None:
    """A table: microseconds for each date, and how many times the first row's median."""
    table = Table(title=title, title_justify="left")
    table.add_column("what")
    for name in ("dates", "min us", "median us", "max us", "x the first"):
        table.add_column(name, justify="right")
    table.add_column("note")
    for one in timed:
        table.add_row(
            one.contestant.name, f"{one.contestant.dates:,}",
            *(f"{figure:.4g}" for figure in (min(one.us), one.median, max(one.us))),
            f"{one.median / timed[0].median:.2f}", one.contestant.note,
        )  # fmt: skip
    console.print(table)
