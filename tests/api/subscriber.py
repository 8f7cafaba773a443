"""A calendar program that reads the feed, and what the tests of it do to cases meanwhile."""

from __future__ import annotations

from typing import Any

from icalendar import Calendar

from cases.identity import FEED, Identity, keep_token
from machines.frozen import replace
from tests.api.desk import COMMITMENT, PEOPLE, UPFRONT, Desk

PATH = "/v1/obligations.ics"
OWED = "supply_promised_materials"
MORE = {
    "expert": Identity("expert", frozenset({"expert", "window"}), "yingkou"),
    "enforcement": Identity("enforcement", frozenset({"enforcement"}), "yingkou"),
    "border_inspection": Identity("border", frozenset({"border_inspection"}), "yingkou"),
}


def admit_everybody(desk: Desk) -> None:
    """More people, and for each a token of the feed beside the ordinary one."""
    with desk.service.store.unit() as unit:
        for name, one in MORE.items():
            keep_token(unit, f"test-{name}", one, name, unit.now())
        for name, one in {**PEOPLE, **MORE}.items():
            feed = replace(one, roles=one.roles | {FEED})
            keep_token(unit, f"feed-{name}", feed, name, unit.now())


def fetch(desk: Desk, by: str = "approval", query: str = "", **headers: str) -> Any:
    """The feed as somebody, by the ordinary header."""
    sent = {"Authorization": f"Bearer test-{by}", **headers}
    return desk.client.get(f"{PATH}{query}", headers=sent)


def subscribed(desk: Desk, by: str = "approval", query: str = "") -> dict[str, Any]:
    """The events somebody reads, by identifier."""
    answer = fetch(desk, by, query)
    assert answer.status_code == 200, answer.text
    calendar = Calendar.from_ical(answer.content)
    assert calendar.errors == []
    entries = list(calendar.walk("VEVENT"))
    found = {str(entry["UID"]): entry for entry in entries}
    assert len(found) == len(entries), "no identifier twice"
    return found


def event_of(desk: Desk, case: dict[str, Any], obligation: str = OWED, by: str = "approval") -> Any:
    """The event of the first occurrence of a duty."""
    return subscribed(desk, by)[f"{case['id']}.{obligation}.1@yingkou.chengnuo"]


def applied(desk: Desk, **opening: Any) -> dict[str, Any]:
    """A case that waits for its licence."""
    case = desk.open(**opening)
    desk.done(case, "inform", "approval")
    desk.done(case, "determine_eligible", "approval", risk_controllable=True, documents=UPFRONT)
    desk.done(case, "commit", "applicant", **COMMITMENT)
    return desk.done(case, "file_application", "applicant")


def suspend(desk: Desk, case: dict[str, Any]) -> None:
    """Stops the period of the promised materials."""
    does(desk, case, "suspend", "approval", obligation=OWED)


def does(desk: Desk, case: dict[str, Any], event: str, by: str, **facts: Any) -> None:
    """An act with the example of each fact that is not stated."""
    shown = desk.get(f"/v1/cases/{case['id']}", by).json()
    schema = next(o["facts_schema"] for o in shown["available"] if o["event"] == event)
    examples = {name: schema["properties"][name]["examples"][0] for name in schema["required"]}
    desk.done(case, event, by, **{**examples, **facts})
