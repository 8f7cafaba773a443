"""A receipt without a case: derived again in every unit; nothing in it can be changed unseen."""

from __future__ import annotations

import copy
import random
import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import pytest

from rules.periods import UNITS
from simulation.auditor.receipts import receipt_alone
from tests.proof.dates import almanacs_of_all, receipt_of

ALMANACS = almanacs_of_all()
CHECKED = ("day_zero", "nominal", "rolled", "pauses", "counted_from_next_day", "weekend_days",
           "rest_days", "make_up_days")  # fmt: skip


@pytest.mark.parametrize("unit", UNITS)
def test_a_receipt_alone_is_derived_again_in_every_unit(unit: str) -> None:
    chance = random.Random(unit)
    for receipt in (receipt_of(chance, unit) for _ in range(60)):
        lines = list(receipt_alone(receipt, ALMANACS))
        assert [line for line in lines if line.verdict != "agree"] == []
        assert {"receipt.result.on", "receipt.calendar"} <= {line.name for line in lines}


@pytest.mark.parametrize("unit", UNITS)
def test_a_receipt_with_any_day_or_reason_changed_is_found_out(unit: str) -> None:
    chance, names = random.Random(unit), set()
    for receipt in (receipt_of(chance, unit) for _ in range(8)):
        for path in _places(receipt):
            changed = copy.deepcopy(receipt)
            _change(changed, path)
            lines = receipt_alone(changed, ALMANACS)
            assert any(line.verdict != "agree" for line in lines), path
            names.add(path[0])
    assert {"result", "calendar"} <= names


def _places(receipt: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    """Every date, number and reason of a receipt that follows from its start and its period."""
    yield from (("result", name) for name in receipt["result"])
    yield ("calendar", "firm_until")
    for name in CHECKED:
        yield from _leaves(receipt.get(name, ()), (name,))
    yield from _leaves(receipt["calendar"].get("notices", ()), ("calendar", "notices"))


def _leaves(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, list | tuple):
        for place, one in enumerate(value):
            yield from _leaves(one, (*path, place))
    elif path[0] == "rolled":
        yield (*path, "to")
    else:
        yield path


def _change(receipt: Any, path: tuple[Any, ...]) -> None:
    *way, last = path
    for part in way:
        receipt = receipt[part]
    old = receipt[last]
    if isinstance(old, int):
        receipt[last] = old + 1
    elif re.match(r"\d{4}-\d\d-\d\d", old):
        receipt[last] = f"{date.fromisoformat(old[:10]) + timedelta(days=1)}{old[10:]}"
    else:
        receipt[last] = f"{old}之外"
