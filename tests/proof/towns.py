"""`python -m tests.proof.towns [KEY...] [--examples N] [--steps N] [--seed S]`: towns at random.

Every definition on every store, many times longer than `make test` does it: whatever people,
processes and days do, the running system must say what the pure model says. Prints what happened
on the way; a finding is shrunk and told step by step, and the exit is 1.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from machines.book import rulebook
from rules.working_days import load_calendar
from tests.postgres import running_server
from tests.running.machine import derived
from tests.running.places import KINDS, Emptied, memory, postgresql, sqlite


@contextmanager
def places(kinds: list[str]) -> Iterator[dict[str, Emptied]]:
    """One place of each kind."""
    with ExitStack() as stack:
        found: dict[str, Emptied] = {}
        if "memory" in kinds:
            found["memory"] = memory
        if "sqlite" in kinds:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="towns-")))
            found["sqlite"] = stack.enter_context(sqlite(folder))
        if "postgresql" in kinds:
            found["postgresql"] = stack.enter_context(postgresql(stack.enter_context(
                running_server()
            )))  # fmt: skip
        yield found


def tried(key: str, emptied: Emptied, asked: argparse.Namespace) -> Callable[[], None]:
    """The towns of one definition on one store."""
    town = seed(asked.seed)(derived(key, rulebook(), load_calendar(), emptied))
    how = settings(
        max_examples=asked.examples, stateful_step_count=asked.steps, deadline=None,
        database=None, derandomize=False, suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
    )  # fmt: skip
    return lambda: run_state_machine_as_test(town, settings=how)


def main(asked: argparse.Namespace) -> int:
    """1 if anything was found."""
    found, begun, seen = 0, time.monotonic(), Counter[str]()
    with places(asked.stores) as every:
        for key in asked.keys or sorted(rulebook().workflows):
            for emptied in every.values():
                try:
                    tried(key, emptied, asked)()
                except Exception as error:
                    found += 1
                    notes = "\n".join(getattr(error, "__notes__", ()))
                    _say(f"FOUND, again with --seed {asked.seed} {key}: {error}\n{notes}")
            seen = derived(key, rulebook(), load_calendar(), memory).seen
            _say(f"{key}: {seen['towns']} towns, {seen['entries: act']} acts after "
                 f"{time.monotonic() - begun:.0f} s")  # fmt: skip
    for name, number in sorted(seen.items()):
        _say(f"  {name}: {number}")
    _say(f"{found} definitions and stores with findings")
    return 1 if found else 0


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.proof.towns", description=__doc__)
    parser.add_argument("keys", nargs="*")
    parser.add_argument("--examples", type=int, default=100)
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--stores", nargs="+", choices=KINDS, default=list(KINDS))
    sys.exit(main(parser.parse_args()))
