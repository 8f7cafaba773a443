"""One benchmark's question and answer, and what every benchmark does alike: repeat, compare, tell.

A repetition runs ours and its bare limit one after the other; the answer is the medians over the
repetitions, with the smallest and the largest. Knows no database.
"""

from __future__ import annotations

import json
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import Any

_PACKAGES = ("sqlalchemy", "psycopg", "fastapi", "uvicorn", "numpy", "pydantic", "orjson")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line asks. `db`: an address, or the bare word sqlite or postgresql for one
    of its own; `open`, `due`: how many cases, None for the benchmark's own size."""

    db: str | None = None
    open: int | None = None
    due: int | None = None
    seed: int = 1
    repeat: int = 3
    processes: int = 1


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was measured: amounts per second of each repetition, ours and the bare limit's.

    `per`: the thing counted; `rows`: how much there was and what was written; `notes`: what a
    reader must know to judge the figures."""

    per: str
    ours: tuple[float, ...]
    bare: tuple[float, ...]
    rows: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def ratio(self) -> float:
        """Ours in parts of the bare limit, by the medians."""
        return statistics.median(self.ours) / statistics.median(self.bare)


def repeated(
    times: int, ours: Callable[[], float], bare: Callable[[], float]
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Both, alternating, so that a slow minute of the machine falls on either."""
    first: list[float] = []
    second: list[float] = []
    for number in range(1, times + 1):
        first.append(ours())
        second.append(bare())
        say(f"repetition {number} of {times}: {first[-1]:,.0f}/s, bare {second[-1]:,.0f}/s")
    return tuple(first), tuple(second)


def say(line: str) -> None:
    """Progress, on standard error: standard output ends with the answer."""
    print(line, file=sys.stderr, flush=True)


def told(what: str, total: int, every_s: float = 2.0) -> Callable[[int], None]:
    """A progress line every so often: call it with the number done."""
    last = time.perf_counter()

    def progress(done: int) -> None:
        nonlocal last
        if time.perf_counter() - last >= every_s:
            last = time.perf_counter()
            say(f"  {what}: {done:,} of {total:,}")

    return progress


@contextmanager
def step(what: str) -> Iterator[None]:
    """Names a long part, and says how long it took."""
    begun = time.perf_counter()
    yield
    say(f"{what}: {time.perf_counter() - begun:.1f} s")


def plain(name: str, asked: Asked, outcome: Outcome) -> dict[str, Any]:
    """The answer as one JSON object."""
    return {
        "name": name,
        "per": outcome.per,
        "per_s": _round(statistics.median(outcome.ours)),
        "per_s_range": [_round(min(outcome.ours)), _round(max(outcome.ours))],
        "bare_per_s": _round(statistics.median(outcome.bare)),
        "bare_per_s_range": [_round(min(outcome.bare)), _round(max(outcome.bare))],
        "ratio": round(outcome.ratio, 3),
        "repetitions": len(outcome.ours),
        "seed": asked.seed,
        "rows": dict(outcome.rows),
        "notes": list(outcome.notes),
        "versions": versions(),
    }


def show(name: str, asked: Asked, outcome: Outcome, *, as_json: bool) -> None:
    """Prints the answer: a few lines for people, one JSON object on the last."""
    answer = plain(name, asked, outcome)
    if not as_json:
        per = outcome.per
        print(f"{name}: {_range(answer, 'per_s')} {per} a second")
        print(f"{'bare':>{len(name)}}: {_range(answer, 'bare_per_s')}")
        print(f"ratio {answer['ratio']}, seed {asked.seed}, {json.dumps(answer['rows'])}")
        for note in outcome.notes:
            print(f"  {note}")
    print(json.dumps(answer, ensure_ascii=False))


def versions() -> dict[str, str]:
    """Of what takes part."""
    found = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "absent"
    return found


def _round(rate: float) -> float:
    return round(rate, 1 if rate < 1000 else 0)


def _range(answer: Mapping[str, Any], what: str) -> str:
    low, high = answer[f"{what}_range"]
    return f"{answer[what]:,.0f} ({low:,.0f}..{high:,.0f})"
