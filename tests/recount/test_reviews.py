"""What is over is not rewritten: where another calendar would turn it round, a person is asked.

In January 2020 the notice of the 27th lengthened the Spring Festival. Some offices loaded it late.
"""

from datetime import date
from pathlib import Path

import pytest

from cases.calendar_loading import Loading, Report, load
from cases.ports import Store
from machines.recount_notices import Line
from rules.holiday_notices import read_notices
from tests.recount.office import Office, at, before, published


@pytest.fixture
def office(quick: Store) -> Office:
    """Fifteen working days from 13 January 2020: told 6 February, truly 10 February."""
    names = ("supply_days", "answer_days", "bank_days", "public_days")
    return Office(quick, before(date(2020, 1, 27)), dict.fromkeys(names, 15))


def loaded(office: Office, on: str, file: Path | None = None) -> Report:
    office.clock.at = at(on, 15)
    asked = Loading(read_notices(file or published(2020)), "wang", "li")
    return load(office.casework, asked, sandbox=False)


def reviews(report: Report) -> dict[str, Line]:
    return {one.line.obligation: one.line for one in report.lines if one.line.review}


def test_what_was_marked_late_too_soon_is_stayed_and_reviewed(office: Office) -> None:
    """From 14 January: told Friday 7 February, truly Tuesday the 11th."""
    case_id = office.grant("2020-01-14")
    assert "supply_papers:missed" in office.sweep("2020-02-08")
    before_it = office.duty(case_id, "supply_papers")
    line = reviews(loaded(office, "2020-02-08"))["supply_papers"]
    assert (line.review, str(line.old), str(line.new), str(line.effective)) == (
        "in_time", "2020-02-07", "2020-02-11", "2020-02-07",
    )  # fmt: skip
    assert office.duty(case_id, "supply_papers") == before_it
    (task,) = [row.body for row in office.outbox(case_id, "task") if "supply_papers" in row.body]
    assert '"role":"supervisor"' in task
    assert "复核" in str(office.case(case_id).stayed)
    office.sweep("2020-03-30")
    assert office.case(case_id).licences["permit"].status == "live"
    assert [one.event for one in office.entries(case_id)].count("recount") == 1


def test_a_consequence_carried_out_too_soon_is_reviewed_and_left_as_it_is(office: Office) -> None:
    """Lawful on the calendar then known, and the case is closed by it; a person may restore it."""
    case_id = office.grant("2020-01-13")
    office.sweep("2020-02-07")
    closed = office.case(case_id)
    assert closed.tracks["main"] == "revoked"
    report = loaded(office, "2020-02-10")
    assert {one.line.obligation for one in report.lines} == set(reviews(report))
    assert reviews(report)["supply_papers"].review == "in_time"
    after = office.case(case_id)
    assert (after.duties, after.tracks, after.licences, after.stayed) == (
        closed.duties, closed.tracks, closed.licences, None,
    )  # fmt: skip


def test_what_is_late_on_both_calendars_stays_late_and_waits_for_a_lawful_day(
    office: Office,
) -> None:
    case_id = office.grant("2020-01-14")
    assert "supply_papers:missed" in office.sweep("2020-02-08")
    report = loaded(office, "2020-02-12")
    assert "supply_papers" not in reviews(report)
    duty = office.duty(case_id, "supply_papers")
    assert (duty.status, str(duty.due.on), str(duty.due.enforceable_from)) == (
        "missed", "2020-02-07", "2020-02-12",
    )  # fmt: skip
    assert office.case(case_id).stayed is None


def kept(office: Office) -> str:
    """A case of 13 January whose applicant has done its part."""
    case_id = office.grant("2020-01-13")
    office.act(case_id, "supply", "2020-01-20")
    office.act(case_id, "accept", "2020-01-21")
    return case_id


def test_what_was_done_late_but_in_time_on_the_new_calendar_is_reviewed(office: Office) -> None:
    case_id = kept(office)
    office.sweep("2020-02-07")
    office.act(case_id, "answer", "2020-02-08")
    report = loaded(office, "2020-03-02")
    assert reviews(report)["answer_request"].review == "in_time"
    assert office.duty(case_id, "answer_request").status == "missed"


def test_a_period_that_was_ended_too_soon_is_reviewed(office: Office) -> None:
    case_id = kept(office)
    assert "publicity:raised" in office.sweep("2020-02-07")
    report = loaded(office, "2020-02-20")
    assert reviews(report)["publicity"].review == "too_soon"
    assert office.case(case_id).tracks["public"] == "over"


def test_an_authority_that_acted_after_the_true_day_is_reviewed_an_applicant_is_not(
    quick: Store,
) -> None:
    """19 March 2019 and 30 working days: told 2 May, truly 30 April."""
    office = Office(quick, before(date(2019, 3, 22)))
    case_id = office.grant("2019-03-19")
    office.act(case_id, "supply", "2019-05-02")
    office.act(case_id, "answer", "2019-05-02")
    office.act(case_id, "accept", "2019-05-02")
    report = loaded(office, "2019-05-03", published(2019))
    found = reviews(report)
    assert found["answer_request"].review == "late"
    assert found["remind_of_papers"].review == "late"
    assert "supply_papers" not in found
    assert office.duty(case_id, "answer_request").status == "met"


def test_what_ended_before_the_days_that_changed_is_not_looked_at(office: Office) -> None:
    case_id = office.grant("2019-12-02")
    office.act(case_id, "answer", "2019-12-04")
    office.act(case_id, "supply", "2019-12-04")
    office.act(case_id, "accept", "2019-12-05")
    entries = list(office.entries(case_id))
    report = loaded(office, "2020-02-20")
    assert {one.case_id for one in report.lines} <= {case_id}
    assert {one.line.obligation for one in report.lines} <= {"report_work"}
    assert len(list(office.entries(case_id))) - len(entries) <= 1
