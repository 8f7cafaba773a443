"""The same act as an authenticated POST: one server process, 32 connections that are kept alive.

Each POST is on a case of its own and has an Idempotency-Key; it is answered when it is committed.
It is measured twice, while nothing is due and while the same process enforces a backlog.
"""

from __future__ import annotations

import pickle
import random
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from benchmarks import samples
from benchmarks.databases import Workshop, copied, dsn, path_of, workshop
from benchmarks.field import case_id, count, grow, row_of, rows_of, settle
from benchmarks.http_client import Load, load, request
from benchmarks.measure import Asked, Outcome, repeated, say, step, told
from benchmarks.script import Script, added
from cases.identity import keep_token
from tests.faults.town import OFFICER

ACTS, BACKLOG, CONNECTIONS = 1_000, 4_000, 32
TOKEN = "a-token-of-a-benchmark-and-of-nothing-else"
BODY = b'{"event": "issue_licence", "facts": {"formal_review_passed": true}}'
AT = samples.ENFORCEABLE_AT  # of the acts, and the first lawful day of the backlog


def run(asked: Asked) -> Outcome:
    """Posts to our server while nothing is due, to the bare one, and to ours during a sweep."""
    acts = min(asked.due or ACTS, asked.open or ACTS)
    total = max(asked.open or ACTS, acts)
    numbers = random.Random(asked.seed).sample(range(2, total + 2), acts)
    posts = [_post(case_id(number)) for number in numbers]
    with workshop(asked.db) as place:
        template, script, answer = prepared(place, total)
        loads: dict[str, list[Load]] = {"ours": [], "bare": [], "during a sweep": []}

        def measured(what: str, module: str, url: str, *given: Any) -> float:
            with served(module, *given) as port:
                found = loaded(port, posts)
            done = count(url, "idempotency", "key LIKE '20250102-%'")
            assert found.errors or done == acts, f"{done} acts were kept, not {acts}"
            loads[what].append(found)
            return len(found.seconds) / found.taken

        def ours() -> float:
            with copied(place, template) as url:
                _beaten(url)
                return measured("ours", "http_server", url, url, AT)

        def bare() -> float:
            with copied(place, template) as url:
                where = str(path_of(url)) if place.engine == "sqlite" else dsn(url)
                return measured("bare", "bare_http", url, where, script, TOKEN, answer)

        rates = repeated(asked.repeat, ours, bare)
        backlog = with_backlog(place, template, total)
        meanwhile = []
        for _ in range(asked.repeat):
            with copied(place, backlog) as url:
                _beaten(url)
                rate = measured("during a sweep", "http_server", url, url, AT)
                meanwhile.append((rate, left(url)))
                say(f"during a sweep: {rate:,.0f}/s, {meanwhile[-1][1]:,} cases left")
    rows = {
        "db": place.engine, "cases": total, "acts": acts, "connections": CONNECTIONS,
        "rows_an_act": script.rows(), "bytes_an_act": script.size(), "bytes_an_answer": len(answer),
        "ms": {what: told_of(some) for what, some in loads.items()},
        "during_a_sweep": {
            "per_s": round(statistics.median(rate for rate, _ in meanwhile), 1),
            "backlog": BACKLOG, "left_when_the_acts_were_done": [one for _, one in meanwhile],
        },
        "errors": {what: dict(sum((one.errors for one in some), start=type(some[0].errors)()))
                   for what, some in loads.items()},
    }  # fmt: skip
    return Outcome("acts over HTTP", *rates, rows)


def _post(case: str) -> bytes:
    headers = {"Authorization": f"Bearer {TOKEN}", "Idempotency-Key": case}
    return request(f"/v1/cases/{case}/events", BODY, headers)


def prepared(place: Workshop, total: int) -> tuple[str, Script, bytes]:
    """A template with cases in formal review; what one act writes, and its answer."""
    with step(f"{total:,} cases in formal review"):
        template = place.make()
        with samples.opened(template) as store:
            store.upgrade("production")
            with store.unit() as unit:
                keep_token(unit, TOKEN, OFFICER, "benchmark", unit.now())
            first = samples.applied(store, AT)
        sample = rows_of(template, first)

        kept: list[Any] = []

        def act(store: Any, one: str) -> None:
            samples.casework_at(store, AT).act(one, samples.ISSUE, OFFICER, one)
            kept.append(row_of(store.url, "idempotency", "key", one))

        script = samples.recorded(place, template, first, act)
        (row,) = kept
        script = added(script, "idempotency", ("actor", "key"), row, first)
        grow(template, sample, range(2, total + 2), told("cases", total))
        settle(template)
    return template, script, str(row["response"]).encode()


def with_backlog(place: Workshop, template: str, total: int) -> str:
    """The same with cases whose promise was not kept and whose consequence is lawful now."""
    with step(f"{BACKLOG:,} cases due"):
        url = place.copy(template)
        first = total + 2
        with samples.opened(url) as store:
            sample = rows_of(url, samples.missed(store, first))
        grow(url, sample, range(first + 1, first + 1 + BACKLOG), told("due", BACKLOG))
        settle(url)
    return url


@contextmanager
def served(module: str, *given: Any) -> Iterator[int]:
    """A server in a process of its own, told to stop afterwards; its port."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener, \
            tempfile.TemporaryDirectory(prefix="bench-") as folder:  # fmt: skip
        needs = Path(folder) / "needs"
        needs.write_bytes(pickle.dumps((listener.fileno(), *given)))
        command = [sys.executable, "-m", f"benchmarks.{module}", str(needs)]
        port = int(listener.getsockname()[1])
        process = subprocess.Popen(command, pass_fds=[listener.fileno()])
        listener.close()  # now a server that dies is a connection that breaks
        try:
            yield port
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def loaded(port: int, posts: Sequence[bytes]) -> Load:
    """Every request sent once, from a process of its own. The first of each connection waits for
    the server to come up and is sent ahead, to an address that is not there."""
    warm = [request("/", b"{}", {})] * CONNECTIONS
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        pool.submit(load, port, warm, 1).result()
        return pool.submit(load, port, posts, CONNECTIONS).result()


def left(url: str) -> int:
    """How many cases of the backlog are not enforced yet."""
    return BACKLOG + 1 - count(url, "fired", "rung = 'enforced'")


def told_of(loads: Sequence[Load]) -> dict[str, float]:
    """Half of the answers and all but one in a hundred came within so many milliseconds; medians
    over the repetitions."""
    found = {}
    for name, part in (("p50", 0.5), ("p99", 0.99)):
        each = [sorted(one.seconds)[int(part * (len(one.seconds) - 1))] for one in loads]
        found[name] = round(statistics.median(each) * 1000, 1)
    return found


def _beaten(url: str) -> None:
    """A heartbeat a minute ago, so that nothing is held."""
    with samples.opened(url) as store:
        samples.sweeper(store, AT)
