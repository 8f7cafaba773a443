"""The diary by how pressing it is, over HTTP: on a Friday before a make-up Saturday, before a long
holiday, after the date."""

from typing import Any

from tests.api.desk import COMMITMENT, UPFRONT, Desk

PROMISE = "supply_promised_materials"


def lines(desk: Desk, due: str | None = None, by: str = "approval", **more: Any) -> list[Any]:
    """The lines of the diary about the promised materials."""
    query = {**({} if due is None else {"due": due}), **more}
    answer = desk.get("/v1/obligations", by, params=query)
    assert answer.status_code == 200, answer.text
    return [(one["case"], one["urgency"], one["working_days_left"])
            for one in answer.json()["items"] if one["id"] == PROMISE]  # fmt: skip


def until(desk: Desk, day: str) -> dict[str, Any]:
    """A freight case whose promised materials are due on a day of 2025."""
    case = desk.licensed()
    facts = {"obligation": PROMISE, "new_due_on": day, "ground": "force_majeure", "reason": "台风",
             "paper": "延-1", "requested_by": "applicant"}  # fmt: skip
    return desk.done(case, "extend", "approval", **facts)


def test_on_a_friday_the_make_up_saturday_is_this_week(desk: Desk) -> None:
    """Saturday 11 October 2025 is worked; asked on Friday the 10th."""
    case = until(desk, "2025-10-11")["id"]
    desk.move(to="2025-10-08")
    assert lines(desk) == [(case, "week", 3)]
    desk.move(to="2025-10-10")
    assert lines(desk) == lines(desk, "week") == [(case, "week", 1)]
    assert lines(desk, "today") == lines(desk, "overdue") == []
    desk.move(to="2025-10-11")
    assert lines(desk, "today") == lines(desk, "week") == [(case, "today", 0)]


def test_before_a_long_holiday_the_week_lasts_until_work_begins_again(desk: Desk) -> None:
    """National Day 2025: off from Wednesday 1 to Wednesday 8 October."""
    case = until(desk, "2025-10-09")["id"]
    desk.move(to="2025-09-30")
    assert lines(desk, "week") == []
    assert lines(desk) == [(case, "later", 1)]


def test_what_is_past_its_date_is_overdue_while_it_is_owed(desk: Desk) -> None:
    """The materials are due on Wednesday 2 July 2025, and revocation is lawful on Friday the 4th.
    What the office has missed stays overdue."""
    case = desk.licensed()["id"]
    desk.move(to="2025-07-02")
    assert lines(desk, "today") == [(case, "today", 0)]
    desk.move(to="2025-07-03")
    assert lines(desk, "overdue") == lines(desk, "overdue", bearer="applicant") == [
        (case, "overdue", -1)]  # fmt: skip
    assert lines(desk, "today") == lines(desk, "overdue", bearer="bank") == []
    assert lines(desk, "overdue", by="rival") == []
    desk.move(to="2025-07-04")
    assert lines(desk, "overdue") == [], "enforced: nothing is owed any more"


def test_what_was_handed_in_or_rests_is_not_pressing(desk: Desk) -> None:
    rests = desk.licensed()
    desk.done(rests, "suspend", "approval", obligation=PROMISE, reason="鉴定", notice="告-1")
    desk.move(to="2025-07-02")
    assert lines(desk, "today") == lines(desk, "overdue") == []
    assert lines(desk) == [(rests["id"], None, None)]


def test_overdue_lines_follow_one_another_page_by_page(desk: Desk) -> None:
    """The office has let four applications lie: each is to be answered on the spot."""
    cases = []
    for _ in range(4):
        case = desk.open()
        desk.done(case, "inform", "approval")
        cases.append(case["id"])
        desk.done(case, "determine_eligible", "approval", risk_controllable=True, documents=UPFRONT)
        desk.done(case, "commit", "applicant", **COMMITMENT)
        desk.done(case, "file_application", "applicant")
    desk.move(to="2025-01-06")
    found, address = [], "/v1/obligations?due=overdue&limit=1"
    while address:
        page = desk.get(address, "approval").json()
        found += [(one["case"], one["id"], one["urgency"]) for one in page["items"]]
        address = page["next"]
    assert found == [(case, "issue_at_once", "overdue") for case in sorted(cases)]


def test_a_word_that_is_none_of_them_is_refused(desk: Desk) -> None:
    assert desk.get("/v1/obligations", "approval", params={"due": "soon"}).status_code == 422
