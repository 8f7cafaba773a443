"""`python -m tests.proof.kills [N] [--seed S]`: N processes killed in mid-act and mid-sweep.

One town after another, on SQLite and on PostgreSQL in turn, each with one to four processes at a
time; after each kill the tables are judged by independent code, at the end of each town by the
engine's replay and the auditor as well. Prints its progress; exits 1 with what was found, and the
seed that finds it again.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.faults.siege import Siege
from tests.postgres import PostgresServer, running_server

A_TOWN = 12  # kills in acts, and as many in sweeps


@contextmanager
def database(kind: str, server: PostgresServer) -> Iterator[str]:
    """An empty database of a kind, gone afterwards."""
    if kind == "postgresql":
        with server.database() as url:
            yield url
    else:
        with tempfile.TemporaryDirectory(prefix="town-") as folder:
            yield f"sqlite:///{Path(folder) / 'town.db'}"


def besieged(kind: str, seed: int, server: PostgresServer, most: int) -> tuple[Siege, str]:
    """One town; what was found there, or nothing."""
    with database(kind, server) as url:
        siege = Siege(url, random.Random(seed))
        each = max(1, min(A_TOWN, most // 2))
        try:
            siege.run(each, each)
        except (AssertionError, EOFError, TimeoutError) as error:
            return siege, f"{type(error).__name__}: {error}"
        return siege, ""


def main(wanted: int, seed: int) -> int:
    """1 if anything was found."""
    kills, crowds, found = Counter[str](), Counter[str](), 0
    begun = time.monotonic()
    with running_server() as server:
        for town in range(seed, seed + 10 * wanted):
            kind = ("sqlite", "postgresql")[town % 2]
            siege, wrong = besieged(kind, town, server, wanted - kills.total())
            kills.update({f"{kind} {doing}": n for doing, n in siege.kills.items()})
            crowds.update(siege.crowds)
            took = time.monotonic() - begun
            _say(f"town {town} on {kind}: {siege.kills.total()} kills; "
                 f"{kills.total()} of {wanted} after {took:.0f} s")  # fmt: skip
            if wrong:
                found += 1
                _say(f"FOUND, again with --seed {town}: {wrong}")
            if kills.total() >= wanted:
                break
    for name, n in (*sorted(kills.items()), *sorted(crowds.items())):
        _say(f"  {name}: {n}")
    each = (time.monotonic() - begun) / max(1, kills.total())
    _say(f"{kills.total()} kills, {each:.2f} s each; {found} towns with findings")
    return 1 if found else 0


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("wanted", type=int, nargs="?", default=1000, metavar="N")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    sys.exit(main(given.wanted, given.seed))
