"""Every definition on every store: whatever people, processes and days do, in whatever order, the
running system says what the pure model says. `python -m tests.proof.towns` looks much longer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from cases.ports import Unit
from cases.rows import Batch
from cases.store.memory_unit import MemoryUnit
from machines.book import rulebook
from machines.frozen import replace
from rules.working_days import load_calendar
from tests.running.machine import derived
from tests.running.places import KINDS, Emptied, memory, postgresql, sqlite
from tests.running.system import Cut

BOOK, CALENDAR = rulebook(), load_calendar()
LIVES = {"memory": (4, 20), "sqlite": (3, 16), "postgresql": (2, 16)}  # examples, steps


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


def run(key: str, emptied: Emptied, examples: int, steps: int) -> None:
    """The same towns every time; what is found is not made smaller here."""
    run_state_machine_as_test(
        derived(key, BOOK, CALENDAR, emptied),
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, derandomize=True,
            database=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate],
        ),
    )  # fmt: skip


@pytest.mark.parametrize("key", sorted(BOOK.workflows))
def test_the_running_system_is_its_model(key: str, place: tuple[str, Emptied]) -> None:
    kind, emptied = place
    run(key, emptied, *LIVES[kind])


@pytest.mark.parametrize("part", ["obligations", "outbox", "credit_facts", "work", "entries"])
def test_a_store_that_loses_something_is_found_out(
    part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = MemoryUnit.write

    def loses(unit: MemoryUnit, batch: Batch) -> None:
        lost: dict[str, Any] = {part: getattr(batch, part)[:-1]}
        whole(unit, replace(batch, **lost))

    monkeypatch.setattr(MemoryUnit, "write", loses)
    with pytest.raises((AssertionError, ExceptionGroup)):
        run("network_freight" if part == "credit_facts" else "credit_system", memory, 40, 24)


def test_an_act_that_was_lost_with_its_process_is_found_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A commit that comes before the last moment: a process that dies there has acted."""

    @contextmanager
    def early(cut: Cut, write: bool) -> Iterator[Unit]:
        with cut._store.unit(write=write) as unit:
            yield unit
        number = cut._units = cut._units + write
        cut._happen(number, "before", write=write)
        cut._happen(number, "after", write=write)

    monkeypatch.setattr(Cut, "_unit", early)
    with pytest.raises((AssertionError, ExceptionGroup)):
        run("labour_dispatch", memory, 40, 24)
