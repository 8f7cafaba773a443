"""`python -m tests.proof [KEY...]`: changes each definition a little, in every way there is, and
asks who notices; with `--heart`, the functions that decide and fold.

Writes down each verdict at once and goes on where it was broken off. Ends with a table: operators,
mutants, who noticed them, survivors. Exits 1 if any survivor is not explained in
`mutation/survivors.yaml`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TypeVar

from machines.book import rulebook
from tests.proof.mutation.apart import Verdict, judged
from tests.proof.mutation.heart import MODULES, HeartMutant, heart_mutants
from tests.proof.mutation.killers import NOBODY, Stories
from tests.proof.mutation.record import ROOT, Found, Record, table
from tests.proof.mutation.survivors import explained, reasons
from tests.proof.mutation.texts import Mutant, shuffled

One = TypeVar("One", Mutant, HeartMutant)
_EVERY = 100


def main(words: Sequence[str]) -> int:
    """Runs what is asked; 1 if a survivor is not explained."""
    asked = _asked(words)
    stories = Stories(asked.stories, asked.seed, asked.among, not asked.quick)
    if asked.heart:
        modules = asked.keys or list(MODULES)
        record = Record(asked.record or ROOT / ".data" / "heart.jsonl")
        subjects = heart_mutants(modules, asked.seed)
        _say(f"{len(subjects)} mutants of {len(modules)} modules; every story is played first")
        stories.look_around(modules)
        _run(_share(subjects, asked.share), stories.heart, record, stories, asked)
    else:
        keys = asked.keys or sorted(rulebook().workflows)
        record = Record(asked.record or ROOT / ".data" / "definitions.jsonl")
        texts = shuffled(stories.book, keys, asked.seed)
        _say(f"{len(texts)} mutants of {len(keys)} definitions; their stories are played first")
        for key in keys:
            verdict = stories.first(stories.of[key], stories.book)
            assert verdict == NOBODY, f"a story fails as it is: {verdict[1]}"
        _run(_share(texts, asked.share), stories.text, record, stories, asked)
    return _told(record, asked.keys)


def _asked(words: Sequence[str]) -> argparse.Namespace:
    reads = argparse.ArgumentParser(prog="python -m tests.proof", description=__doc__)
    reads.add_argument("keys", nargs="*", help="workflows (with --heart: modules); all if none")
    reads.add_argument("--heart", action="store_true", help="change code, not definitions")
    reads.add_argument("--share", type=float, default=1.0, help="of all mutants, chosen by chance")
    reads.add_argument("--seed", type=int, default=1, help="of the order and of the choice")
    reads.add_argument("--processes", type=int, default=1)
    reads.add_argument("--stories", type=int, default=200, help="at most, for a change of code")
    reads.add_argument("--among", type=int, default=0, help="of so many stories; 0: of all")
    reads.add_argument("--quick", action="store_true", help="a change of code: stories only")
    reads.add_argument("--limit", type=float, default=120, help="seconds for one mutant")
    reads.add_argument("--record", type=Path, help="where verdicts are written down")
    return reads.parse_args(words)


def _share(subjects: Sequence[One], share: float) -> Sequence[One]:
    return subjects[: max(1, round(share * len(subjects)))]


def _run(
    subjects: Sequence[One], judge: Callable[[One], Verdict], record: Record, stories: Stories,
    asked: argparse.Namespace,
) -> None:  # fmt: skip
    """Judges those of which nothing is known yet, or whom nobody has noticed."""
    left = [one for one in subjects if not record.noticed(one.key)]
    _say(f"{len(left)} to judge, {len(subjects) - len(left)} known from before")
    verdicts = judged(left, judge, processes=asked.processes, limit_s=asked.limit)
    for number, (one, (by, what), seconds) in enumerate(verdicts, 1):
        record.add(Found(one.key, one.operator, one.where, by, what, round(seconds, 3)))
        if by in ("story", "auditor"):
            stories.promote(stories.tried(one), what)
        if number % _EVERY == 0:
            _say(f"  {number} of {len(left)}")


def _told(record: Record, keys: Iterable[str]) -> int:
    """The table, and each survivor that nobody explains."""
    wanted = set(keys)
    found = [one for one in record.found.values() if not wanted or one.where in wanted]
    known = explained(found, reasons())
    for line in table(found, known):
        _say(line)
    left = [one for one in found if not one.by and one.key not in known]
    for one in sorted(left, key=lambda one: one.key):
        _say(f"nobody notices  {one.key}")
    _say(f"{len(found)} mutants, {len(known)} explained, {len(left)} left")
    return 1 if left else 0


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
