"""Many act at the same moment over HTTP: everybody gets an own answer, whatever becomes of the
others in the same transaction."""

import asyncio
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.app import create_app
from api.service import Service
from cases.casework import Casework
from cases.clock import FixedClock, machine_time
from cases.identity import keep_token
from cases.store import open_store
from scheduler.enforcer import Enforcer
from tests.faults.town import LICENSED_AT, OFFICER, judge, open_case, steps, town

TOKEN = "a-token-of-a-test"
BODY = {"event": "issue_licence", "facts": {"formal_review_passed": True}}


@pytest.fixture(params=["sqlite", "postgresql"])
def service(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Service]:
    """A service in production with an officer's token, and one that has expired."""
    url = f"sqlite:///{tmp_path / 'cases.db'}"
    if request.param == "postgresql":
        url = str(request.getfixturevalue("postgres_url"))
    store = open_store(url, clock=machine_time)
    store.upgrade("production")
    clock = FixedClock(LICENSED_AT)
    casework = Casework(
        store, town(store, LICENSED_AT)[0].book, town(store, LICENSED_AT)[0].calendar, clock
    )
    with store.unit() as unit:
        now = unit.now()
        keep_token(unit, TOKEN, OFFICER, "test", now)
        keep_token(unit, "old", OFFICER, "test", now, now - timedelta(days=1))
    yield Service(store, casework, Enforcer(casework), clock, sandbox=False)
    store.close()


def applied(service: Service, firms: int) -> list[str]:
    """Firms that have done everything before the licence."""
    found = []
    for number in range(1, firms + 1):
        found.append(open_case(service.casework, number).id)
        for identity, doing in steps(number)[:-1]:
            service.casework.act(found[-1], doing, identity)
    return found


def posted(
    service: Service, requests: Sequence[tuple[str, dict[str, Any], dict[str, str]]]
) -> list[httpx.Response]:
    """All of them at the same moment, each a case, a body and headers."""

    async def post() -> list[httpx.Response]:
        app = create_app(service, with_runner=False)
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://desk") as client:
            answers = await asyncio.gather(*(
                client.post(
                    f"/v1/cases/{case_id}/events", json=body,
                    headers={"Authorization": f"Bearer {TOKEN}", **headers},
                )
                for case_id, body, headers in requests
            ))  # fmt: skip
        app.state.hands.stop()
        return answers

    return asyncio.run(post())


def test_everybody_gets_an_own_answer(service: Service) -> None:
    cases = applied(service, 12)
    wrong: list[tuple[str, dict[str, Any], dict[str, str]]] = [
        (cases[8], BODY, {"Authorization": "Bearer nobody"}),
        (cases[8], BODY, {"Authorization": "Bearer old"}),
        (cases[9], {**BODY, "event": "inform"}, {}),
        (cases[10], BODY, {"If-Match": "three"}),
        (cases[11], BODY, {"If-Match": '"1"'}),
        ("20250102-00000000", BODY, {}),
        (cases[7], {**BODY, "facts": {"documents": [7]}}, {}),
    ]
    right = [(case, BODY, {"Idempotency-Key": case}) for case in cases[:6]]
    answers = posted(service, [*right[:3], *wrong, *right[3:], right[0]])
    statuses = [one.status_code for one in answers]
    assert statuses == [200] * 3 + [401, 401, 409, 422, 412, 404, 422] + [200] * 4
    done = [*answers[:3], *answers[-4:-1]]
    assert [one.json()["id"] for one in done] == cases[:6]
    assert [one.headers["etag"] for one in done] == [f'"{one.json()["version"]}"' for one in done]
    replayed = ["Idempotent-Replayed" in one.headers for one in answers]
    assert replayed.count(True) == 1
    assert replayed[0] or replayed[-1], "whichever of the two came second"
    assert answers[-1].content == answers[0].content
    assert judge(service.store) == {"licensed_provisional": 6, "formal_review": 6}


def test_many_acts_on_one_case_are_carried_out_once(service: Service) -> None:
    """The same event from twenty people at once, without a key: one of them does it."""
    (case,) = applied(service, 1)
    answers = posted(service, [(case, BODY, {})] * 20)
    statuses = sorted(one.status_code for one in answers)
    assert statuses == [200] + [409] * 19
    assert judge(service.store) == {"licensed_provisional": 1}


def test_acts_wait_for_a_case_that_somebody_else_is_at(service: Service) -> None:
    """Another process holds one of the cases: the others do not wait for it."""
    if not service.store.url.startswith("postgresql"):
        return  # one writer: the others wait for the whole database
    cases = applied(service, 5)
    held, free = threading.Event(), threading.Event()

    def somebody_else() -> None:
        with service.store.unit() as unit:
            unit.case(cases[0], lock=True)
            held.set()
            free.wait(20)

    async def under_way() -> list[int]:
        app = create_app(service, with_runner=False)
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://desk") as client:
            tasks = [
                asyncio.ensure_future(client.post(
                    f"/v1/cases/{case}/events", json=BODY,
                    headers={"Authorization": f"Bearer {TOKEN}"},
                ))
                for case in cases
            ]  # fmt: skip
            _, waiting = await asyncio.wait(tasks[1:], timeout=20)
            assert not waiting
            assert not tasks[0].done()
            free.set()
            return [one.status_code for one in await asyncio.gather(*tasks)]

    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(somebody_else)
        assert held.wait(20)
        try:
            assert asyncio.run(under_way()) == [200] * 5
        finally:
            free.set()
        other.result()
    assert judge(service.store) == {"licensed_provisional": 5}
