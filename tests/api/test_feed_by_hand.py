"""The feed read by a second reader, ten lines of our own from RFC 5545, and what it must tell a
program that merges: the same identifier for ever, and a number that rises with every move."""

import re
from datetime import timedelta
from typing import Any

import pytest

from tests.api.desk import Desk
from tests.api.subscriber import OWED, admit_everybody, does, fetch, subscribed, suspend

Component = dict[str, list[tuple[str, str]]]  # property -> (parameters, value), as often as given


@pytest.fixture(autouse=True)
def _people(desk: Desk) -> None:
    admit_everybody(desk)


def by_hand(content: bytes) -> tuple[Component, dict[str, Component]]:
    """The properties of the calendar itself, and its events by identifier: lines unfolded, split at
    the first colon outside quotes."""
    text = content.decode("utf-8").replace("\r\n ", "")
    stack: list[tuple[str, Component]] = [("", {})]
    own: Component = {}
    events: dict[str, Component] = {}
    for line in text.removesuffix("\r\n").split("\r\n"):
        named = re.fullmatch(r'([A-Z-]+)((?:;[A-Z-]+=(?:"[^"]*"|[^":;,]*))*):(.*)', line)
        assert named is not None, line
        name, parameters, value = named.groups()
        if name == "BEGIN":
            stack.append((value, {}))
        elif name == "END":
            kind, found = stack.pop()
            assert kind == value, "what is begun last ends first"
            if kind == "VEVENT":
                events[found["UID"][0][1]] = found
            own = found if kind == "VCALENDAR" else own
        else:
            stack[-1][1].setdefault(name, []).append((parameters, value))
    assert len(stack) == 1
    return own, events


def seen(desk: Desk, case: Any, occurrence: int = 1) -> tuple[str, str, int, str]:
    """Status, day, number and title of the promised materials, by hand and as icalendar says."""
    answer = fetch(desk)
    uid = f"{case['id']}.{OWED}.{occurrence}@yingkou.chengnuo"
    mine, theirs = by_hand(answer.content)[1][uid], subscribed(desk)[uid]
    status, day, number = (mine[name][0][1] for name in ("STATUS", "DTSTART", "SEQUENCE"))
    assert mine["DTSTART"][0][0] == ";VALUE=DATE"
    assert (status, int(number)) == (theirs["STATUS"], theirs["SEQUENCE"])
    assert day == theirs.decoded("DTSTART").strftime("%Y%m%d")
    ends = theirs.decoded("DTSTART") + timedelta(days=1)
    assert mine["DTEND"] == [(";VALUE=DATE", ends.strftime("%Y%m%d"))]
    plain = mine["SUMMARY"][0][1].replace("\\,", ",").replace("\\;", ";").replace("\\\\", "\\")
    assert plain == theirs["SUMMARY"]
    return status, day, int(number), plain


def test_the_second_reader_finds_what_the_first_finds(desk: Desk) -> None:
    for _ in range(3):
        desk.licensed()
    own, events = by_hand(fetch(desk).content)
    assert set(events) == set(subscribed(desk))
    assert own["VERSION"] == [("", "2.0")]
    assert own["REFRESH-INTERVAL"] == [(";VALUE=DURATION", "PT1H")]
    assert own["X-PUBLISHED-TTL"] == [("", "PT1H")]
    for event in events.values():
        for name in ("UID", "DTSTAMP", "DTSTART", "SEQUENCE", "STATUS", "SUMMARY"):
            assert len(event[name]) == 1, "once and no more (RFC 5545, 3.6.1)"
        assert re.fullmatch(r"\d{8}T\d{6}Z", event["DTSTAMP"][0][1])


def test_the_number_rises_with_every_move_and_never_falls(desk: Desk) -> None:
    """Extended, paused, resumed, extended again: each move has a number of its own."""
    case = desk.licensed()
    told = [seen(desk, case)]
    desk.move(advance="P1D")
    does(desk, case, "extend", "approval", obligation=OWED, new_due_on="2025-07-31")
    told.append(seen(desk, case))
    suspend(desk, case)
    told.append(seen(desk, case))
    desk.move(advance="P10D")
    does(desk, case, "resume", "approval", obligation=OWED, policy="keep_date")
    told.append(seen(desk, case))
    desk.move(to="2025-07-10")
    does(desk, case, "extend", "approval", obligation=OWED, new_due_on="2025-09-30")
    told.append(seen(desk, case))
    assert [one[2] for one in told] == [0, 1, 2, 3, 4]
    assert [one[0] for one in told] == [
        "CONFIRMED", "CONFIRMED", "CANCELLED", "CONFIRMED", "CONFIRMED",
    ]  # fmt: skip
    assert [one[1] for one in told] == ["20250702", "20250731", "20250731", "20250731", "20250930"]


def test_what_a_restoration_arms_anew_is_an_entry_of_its_own(desk: Desk) -> None:
    """Revoked on 4 July, undone on the 8th: the missed day leaves, the new one has its own name."""
    case = desk.licensed()
    desk.move(to="2025-07-08")
    assert f"{case['id']}.{OWED}.1@yingkou.chengnuo" not in subscribed(desk)
    entries = desk.get(f"/v1/cases/{case['id']}/journal").json()["items"]
    entry = next(one["seq"] for one in entries if one["event"] == "revoke_for_breach")
    does(desk, case, "restore", "approval", entry=entry, policy="restart",
         confirmed_by="supervision")  # fmt: skip
    assert seen(desk, case, 2)[:3] == ("CONFIRMED", "20260108", 0)
    assert f"{case['id']}.{OWED}.1@yingkou.chengnuo" not in subscribed(desk)


def test_a_feed_that_holds_no_more_says_so_and_how_to_see_the_rest(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        desk.licensed()
    monkeypatch.setattr("api.v1.feed.LARGEST_FEED", 1)
    own, events = by_hand(fetch(desk).content)
    assert len(events) == 1
    for name in ("DESCRIPTION", "X-WR-CALDESC"):
        assert "其余未列入" in own[name][0][1]
        assert "bearer=applicant" in own[name][0][1]
    monkeypatch.setattr("api.v1.feed.LARGEST_FEED", 1000)
    assert "DESCRIPTION" not in by_hand(fetch(desk).content)[0]
