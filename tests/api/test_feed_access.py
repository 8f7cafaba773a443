"""The calendar feed over HTTP: who sees what, how they are let in, what is sent again."""

import json
import logging
import re
from datetime import date, timedelta

import pytest
from icalendar import Calendar

from cases.identity import FEED, keep_token
from cases.rows import Batch
from machines.codec import canonical
from machines.frozen import replace
from tests.api.desk import CODE, PEOPLE, Desk
from tests.api.subscriber import (
    OWED,
    PATH,
    admit_everybody,
    does,
    event_of,
    fetch,
    subscribed,
)


@pytest.fixture(autouse=True)
def _people(desk: Desk) -> None:
    admit_everybody(desk)


def test_nobody_sees_another_enterprise_or_another_zone(desk: Desk) -> None:
    case = desk.licensed()
    assert event_of(desk, case, by="applicant")["STATUS"] == "CONFIRMED"
    for other in ("rival", "founder", "stranger"):
        assert subscribed(desk, other) == {}
        answer = desk.client.get(f"{PATH}?token=feed-{other}")
        assert b"VEVENT" not in answer.content
    assert fetch(desk, "stranger", "?zone=yingkou").status_code == 403


def test_a_case_that_became_confidential_leaves_the_feed_of_its_party(desk: Desk) -> None:
    answer = desk.post(
        "/v1/cases",
        {"workflow": "three_random_inspection", "facts": {},
         "subject": {"kind": "enterprise", "uscc": CODE, "name": "虚构被检单位"}},
        "supervision",
    )  # fmt: skip
    case = dict(answer.json())
    for event, by, facts in (
        ("open_cause_inspection", "supervision", {}),
        ("start_inspection", "supervision", {}),
        ("take_part", "expert", {}),
        ("record_result", "enforcement", {"violation_found": True}),
        ("sign_result", "applicant", {}),
        ("submit_expert_advice", "expert", {}),
        ("deliberate", "supervision", {}),
        ("order_rectification", "supervision", {"rectify_by": "2025-01-14"}),
    ):
        does(desk, case, event, by, **facts)
    does(desk, case, "serve", "supervision", document="rectification_order", to="subject")
    assert event_of(desk, case, "rectify", "applicant").decoded("DTSTART") == date(2025, 1, 14)
    with desk.service.store.unit() as unit:
        row = unit.case(case["id"], lock=True)
        assert row is not None
        state = json.loads(row.state)
        state["tracks"]["main"] = "flying_prepared"
        secret = replace(row, state=canonical(state), version=row.version + 1)
        unit.write(Batch(cases=((secret, row.version),)))
    assert subscribed(desk, "applicant") == {}
    assert "rectify" in str(list(subscribed(desk, "supervision")))


def test_the_filters_are_those_of_the_diary(desk: Desk) -> None:
    desk.licensed()
    owed = {uid.split(".")[1] for uid in subscribed(desk, query="?bearer=applicant")}
    assert owed == {OWED}
    assert subscribed(desk, query="?due_before=2025-07-02&bearer=applicant") == {}
    assert len(subscribed(desk, query="?due_before=2025-07-03&bearer=applicant")) == 1
    assert subscribed(desk, query="?zone=yingkou") == subscribed(desk)
    answer = fetch(desk, query="?bearer=uncle")
    assert (answer.status_code, answer.json()["reason"]) == (422, "role_unknown")


def test_a_token_of_the_feed_opens_the_feed_and_nothing_else(desk: Desk) -> None:
    case = desk.licensed()
    by_token = desk.client.get(f"{PATH}?token=feed-approval")
    assert by_token.content == fetch(desk).content
    for path in ("/v1/obligations", "/v1/cases", f"/v1/cases/{case['id']}"):
        assert desk.client.get(f"{path}?token=feed-approval").status_code == 401
        header = {"Authorization": "Bearer feed-approval"}
        refused = desk.client.get(path, headers=header)
        assert (refused.status_code, refused.json()["reason"]) == (401, "token_unknown")
    acted = desk.client.post(
        f"/v1/cases/{case['id']}/events", headers={"Authorization": "Bearer feed-approval"},
        json={"event": "stay", "facts": {}},
    )  # fmt: skip
    assert acted.status_code == 401


def test_an_ordinary_token_has_no_place_in_an_address(desk: Desk) -> None:
    answer = desk.client.get(f"{PATH}?token=test-approval")
    assert (answer.status_code, answer.json()["reason"]) == (401, "token_unknown")
    assert desk.client.get(PATH).json()["reason"] == "token_missing"
    assert desk.client.get(f"{PATH}?token=").json()["reason"] == "token_missing"


def test_an_expired_token_of_the_feed_opens_nothing(desk: Desk) -> None:
    with desk.service.store.unit() as unit:
        one = replace(PEOPLE["approval"], roles=frozenset({"approval", FEED}))
        keep_token(unit, "feed-old", one, "old", unit.now(), unit.now() - timedelta(seconds=1))
    assert desk.client.get(f"{PATH}?token=feed-old").status_code == 401


def test_the_token_is_never_logged_or_answered(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="chengnuo")
    case = desk.licensed()
    for query in ("?token=feed-approval", "?token=feed-nobody", "?token=feed-approval&bearer=x"):
        answer = desk.client.get(f"{PATH}{query}")
        assert "feed-" not in answer.text
        assert not any("feed-" in value for value in answer.headers.values())
    broken = desk.service.store
    with broken.unit() as unit:  # a case that cannot be read makes the feed fail
        row = unit.case(case["id"], lock=True)
        assert row is not None
        unit.write(Batch(cases=((replace(row, state="{}", version=99), row.version),)))
    failed = desk.client.get(f"{PATH}?token=feed-approval")
    assert failed.status_code == 500
    assert "feed-" not in failed.text
    ours = [record for record in caplog.records if record.name.startswith("chengnuo")]
    assert ours
    assert not any("feed-" in record.getMessage() for record in ours)


# HTTP


def test_an_unchanged_feed_is_not_sent_again(desk: Desk) -> None:
    case = desk.licensed()
    first = fetch(desk)
    assert first.headers["content-type"] == "text/calendar; charset=utf-8"
    assert re.fullmatch(r'"[0-9a-f]{32}"', first.headers["etag"])
    assert first.headers["cache-control"] == "private, no-cache"
    for sent in (first.headers["etag"], f'"x", W/{first.headers["etag"]}'):
        again = fetch(desk, **{"If-None-Match": sent})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
    does(desk, case, "extend", "approval", obligation=OWED, new_due_on="2025-07-31")
    assert fetch(desk, **{"If-None-Match": first.headers["etag"]}).status_code == 200


def test_an_empty_diary_is_a_calendar_all_the_same(desk: Desk) -> None:
    calendar = Calendar.from_ical(fetch(desk).content)
    assert (calendar["VERSION"], calendar.calendar_name) == ("2.0", "承诺期限 Chengnuo")
    assert len(calendar.walk("VTIMEZONE")) == 1
    assert calendar.walk("VEVENT") == []


def test_the_feed_is_documented(desk: Desk) -> None:
    operation = desk.operation("GET", PATH)
    assert operation is not None
    assert set(operation["responses"]["200"]["content"]) == {"text/calendar"}
    assert "304" in operation["responses"]
    assert "token" in {one["name"] for one in operation["parameters"]}
