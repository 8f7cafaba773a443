"""SIGKILL in the middle of acts and sweeps: afterwards nothing is lost, doubled or half-written.

`python -m tests.proof.kills` does the same a thousand times.
"""

import random
from pathlib import Path

import pytest

from tests.faults.siege import Siege

KILLS = 6


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_processes_killed_in_acts_and_sweeps_lose_nothing_and_double_nothing(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'town.db'}"
    if kind == "postgres":
        url = str(request.getfixturevalue("postgres_url"))
    siege = Siege(url, random.Random(7))
    siege.run(acts=KILLS, sweeps=KILLS)
    assert siege.kills["act"] >= KILLS
    assert siege.kills["sweep"] >= KILLS // 2
    assert len(siege.confirmed) >= KILLS
