"""Workflows walked along what they offer: no value of a fact makes the service fail, and
what is offered is explained by its schema."""

from datetime import date
from typing import Any

import pytest

from cases.identity import Identity, keep_token
from cases.settings import declared, set_setting
from machines.book import rulebook
from machines.engine_events import EVENTS
from machines.facts import example_of
from tests.api.desk import CODE, OTHER_CODE, Desk, desk_on

ODD: tuple[Any, ...] = (
    None, False, -1, 10**30, 1.5, "", "0001-01-01", "9999-12-31", "9999-12-31T23:59:59-14:00",
    [[]], {"a": 1}, "\u202e'\"--", "文" * 4001,
)  # fmt: skip
CASES, STEPS = 4, 20
# The engine's words are all in these; random walks of every reform are in tests/properties.
KEYS = ("domicile_commitment", "eia_commitment", "labour_dispatch", "network_freight")


def _everybody(desk: Desk) -> None:
    """Somebody in every role, and every number a reform leaves to the zone."""
    book = rulebook()
    roles = frozenset(name for name, role in book.roles.items() if role.side != "engine")
    with desk.service.store.unit() as unit:
        keep_token(unit, "test-everybody", Identity("everybody", roles), "", unit.now())
        for path, setting in declared(book).items():
            set_setting(
                unit, book, "yingkou", path, max(1, setting.assumed), since=date(2017, 4, 10),
                basis="test", set_by="a", confirmed_by="b", at=unit.now(),
            )  # fmt: skip


def _opening(key: str) -> dict[str, Any]:
    definition = rulebook().workflows[key].definition

    def party(kind: str, code: str) -> dict[str, Any]:
        has_code = kind in ("enterprise", "agency")
        return {"kind": kind, "name": "虚构方", "uscc": code if has_code else None}

    return {
        "workflow": key,
        "subject": party(definition.subject, CODE),
        "parties": {
            role: party(spec.kind, OTHER_CODE)
            for role, spec in definition.parties.items()
            if spec.required
        },
        "facts": {name: example_of(definition.facts[name]) for name in definition.opening.needs},
    }


@pytest.mark.parametrize("key", KEYS)
def test_no_value_of_a_fact_makes_the_service_fail(key: str) -> None:
    with desk_on("memory://") as desk:
        _everybody(desk)
        opening = _opening(key)
        for name in opening["facts"]:
            for odd in ODD:
                facts = {**opening["facts"], name: odd}
                answer = desk.post("/v1/cases", {**opening, "facts": facts}, "everybody")
                assert answer.status_code in (201, 409, 422), f"{name}={odd!r}: {answer.text}"
        tried: set[str] = set()
        for _ in range(CASES):
            answer = desk.post("/v1/cases", opening, "everybody")
            assert answer.status_code == 201, answer.text
            _walk(desk, answer.json()["id"], tried)
    definition = rulebook().workflows[key].definition
    assert len(tried & set(definition.events)) >= 3, "a workflow that offers next to nothing"


def _walk(desk: Desk, case: str, tried: set[str]) -> None:
    """Takes what is offered until nothing is, new events first; before an event is taken for the
    first time, each of its facts is stated with every odd value."""
    taken: set[str] = set()
    for _ in range(STEPS):
        shown = desk.get(f"/v1/cases/{case}", "everybody").json()
        offers = [one for one in shown["available"] if one["event"] not in taken]
        if not offers:
            return
        offer = min(offers, key=lambda one: one["event"] in tried)
        event, schema = offer["event"], offer["facts_schema"]["properties"]
        facts = {name: spec["examples"][0] for name, spec in schema.items()}
        if event in EVENTS:  # which further facts of a service fit depends on its channel
            facts = {name: facts[name] for name in offer["facts_schema"]["required"]}
        for name in () if event in tried else facts:
            for odd in ODD:
                answer = desk.act(case, event, "everybody", **{**facts, name: odd})
                assert answer.status_code in (200, 409, 422), f"{name}={odd!r}: {answer.text}"
        taken.add(event)
        tried.add(event)
        done = desk.act(case, event, "everybody", **facts)
        # A correction's example value need not fit the example of the fact it corrects.
        lawful = (200, 409, 422) if event == "correct_record" else (200, 409)
        assert done.status_code in lawful, f"{event} {facts}: {done.text}"
        desk.move(advance="P3D")
