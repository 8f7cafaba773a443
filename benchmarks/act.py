"""Durable single acts by one caller: a licence is issued, one transaction each.

An act reads the case and the world, decides, counts the six months with their receipt, and writes
the case, its entry in the chained journal, its obligations and its messages.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from typing import Any

from api.staying import settle_in
from benchmarks import bare_postgres, bare_sqlite, samples
from benchmarks.databases import Workshop, copied, dsn, path_of, workshop
from benchmarks.field import case_id, code, grow, rows_of, settle, weighed
from benchmarks.measure import Asked, Outcome, repeated, step, told
from benchmarks.script import Script
from tests.faults.town import OFFICER

OPEN, ACTS = 5_000, 1_000


def run(asked: Asked) -> Outcome:
    """Acts on random cases of a full database, then the bare limit on a copy of the same."""
    total = asked.open or OPEN
    acts = min(asked.due or ACTS, total)
    numbers = random.Random(asked.seed).sample(range(2, total + 2), acts)
    with workshop(asked.db) as place:
        template, script = prepared(place, total)
        cases = [(case_id(number), code(number)) for number in numbers]
        weights: list[dict[str, Any]] = []

        def ours() -> float:
            with copied(place, template) as url:
                rate = acts_a_second(url, [one for one, _ in cases])
                weights.append(weighed(url))
            return rate

        def bare() -> float:
            with copied(place, template) as url:
                rate = bare_acts(url, script, cases)
                weights.append(weighed(url))
            return rate

        rates = repeated(asked.repeat, ours, bare)
        rows = {"db": place.engine, "open": total, "acts": acts, "rows_an_act": script.rows(),
                "bytes_an_act": script.size(), **same(weights)}  # fmt: skip
    return Outcome("acts", *rates, rows)


def prepared(place: Workshop, total: int) -> tuple[str, Script]:
    """A template with cases in formal review, and what issuing one licence writes."""
    with step(f"{total:,} cases in formal review"):
        template = place.make()
        with samples.opened(template) as store:
            store.upgrade("production")
            first = samples.applied(store)
        script = samples.recorded(place, template, first, samples.issue)
        sample = rows_of(template, first)
        grow(template, sample, range(2, total + 2), told("cases", total))
        settle(template)
    return template, script


def acts_a_second(url: str, ids: Sequence[str]) -> float:
    """Ours, one after the other."""
    with samples.opened(url) as store:
        casework = samples.casework_at(store, samples.LICENSED_AT)
        settle_in(casework)  # as every process of ours that stays; bare runs in this one, too
        begun = time.perf_counter()
        for one in ids:
            casework.act(one, samples.ISSUE, OFFICER)
        return len(ids) / (time.perf_counter() - begun)


def bare_acts(url: str, script: Script, cases: Sequence[tuple[str, str]]) -> float:
    """The bare limit."""
    if url.startswith("sqlite"):
        return bare_sqlite.act(path_of(url), script, cases)
    return bare_postgres.act(dsn(url), script, cases)


def same(weights: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Whether all runs left as many rows and characters behind. A bare run repeats the texts of
    the sample: names and numbers in them may differ by a character here and there."""
    first = weights[0]
    rows = all(one[table][0] == first[table][0] for one in weights for table in first)
    characters = [sum(size for _, size in one.values()) for one in weights]
    spread = (max(characters) - min(characters)) / max(characters)
    return {"same_rows": rows, "spread_of_characters": round(spread, 5)}
