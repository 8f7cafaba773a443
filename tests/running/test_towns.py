"""Every definition on every store: whatever people, processes and days do, in whatever order, the
running system says what the pure model says. `python -m tests.proof.towns` looks much longer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from machines.book import rulebook
from rules.working_days import load_calendar
from tests.running.machine import derived
from tests.running.places import KINDS, Emptied, memory, postgresql, sqlite

BOOK, CALENDAR = rulebook(), load_calendar()
LIVES = {"memory": (6, 24), "sqlite": (2, 16), "postgresql": (2, 12)}  # examples, steps


@pytest.fixture(scope="module", params=KINDS)
def place(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Emptied]]:
    """One place of each kind for all definitions."""
    if request.param == "memory":
        yield "memory", memory
    elif request.param == "sqlite":
        with sqlite(tmp_path_factory.mktemp("towns")) as emptied:
            yield "sqlite", emptied
    else:
        with postgresql(request.getfixturevalue("postgres_server")) as emptied:
            yield "postgresql", emptied


@pytest.mark.parametrize("key", sorted(BOOK.workflows))
def test_the_running_system_is_its_model(key: str, place: tuple[str, Emptied]) -> None:
    kind, emptied = place
    examples, steps = LIVES[kind]
    run_state_machine_as_test(
        derived(key, BOOK, CALENDAR, emptied),
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
