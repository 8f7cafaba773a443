"""The seven cases of counting-time rules 4.3: from the date told to the date that binds."""

from datetime import date
from pathlib import Path

import pytest

from cases.calendar_loading import Loading, Report, load
from cases.ports import Store
from machines.case import Duty
from machines.recount_notices import Line
from rules.holiday_notices import read_notices
from tests.recount.office import Office, at, before, made_up, published


def loaded(office: Office, file: Path, on: str) -> Report:
    """A year file, loaded and confirmed on a day."""
    office.clock.at = at(on, 15)
    return load(office.casework, Loading(read_notices(file), "wang", "li"), sandbox=False)


def line_of(report: Report, case_id: str, name: str) -> Line:
    (found,) = [
        one.line for one in report.lines if (one.case_id, one.line.obligation) == (case_id, name)
    ]
    return found


def days(duty: Duty) -> tuple[str, str]:
    return (str(duty.due.on), str(duty.due.told_on))


def office_of(store: Store, known: date, n: int) -> Office:
    """An office that knows what was published before a day; every period has n working days."""
    names = ("supply_days", "answer_days", "bank_days", "public_days")
    return Office(store, before(known), dict.fromkeys(names, n))


def test_an_earlier_date_leaves_the_applicant_what_it_was_told_and_holds_the_authority(
    store: Store,
) -> None:
    """19 March 2019 and 30 working days, then the notice of 22 March moved the Labour Day week."""
    office = office_of(store, date(2019, 3, 22), 30)
    case_id = office.grant("2019-03-19")
    for name in ("supply_papers", "answer_request", "check_account"):
        assert days(office.duty(case_id, name)) == ("2019-05-02", "2019-05-02")
    report = loaded(office, published(2019), "2019-03-22")
    assert report.cause == ("国办发明电〔2019〕3号",)
    assert days(office.duty(case_id, "supply_papers")) == ("2019-05-02", "2019-05-02")
    assert days(office.duty(case_id, "check_account")) == ("2019-05-02", "2019-05-02")
    assert days(office.duty(case_id, "answer_request")) == ("2019-04-30", "2019-05-02")
    line = line_of(report, case_id, "answer_request")
    assert (line.direction, str(line.new), str(line.effective)) == (
        "earlier", "2019-04-30", "2019-04-30",
    )  # fmt: skip
    kept = office.duty(case_id, "supply_papers")
    recounted = kept.receipt["recounted"]
    assert (recounted["told_on"], recounted["recomputed"], recounted["effective"]) == (
        "2019-05-02", "2019-04-30", "2019-05-02",
    )  # fmt: skip
    # 2 May is a holiday now: were it moved on, the make-up Sunday 5 May would be the last day
    assert str(kept.due.enforceable_from) == "2019-05-06"
    tasks = [row for row in office.outbox(case_id, "task") if "supply_papers" in row.body]
    assert len(tasks) == 1
    office.act(case_id, "acknowledge_recount", "2019-03-25")
    seen = office.duty(case_id, "supply_papers").receipt["recounted"]["acknowledged"]
    assert seen["by"] == "qian"


def test_a_later_date_moves_for_both_sides(store: Store) -> None:
    office = office_of(store, date(2019, 3, 22), 30)
    case_id = office.grant("2019-03-20")
    assert days(office.duty(case_id, "supply_papers")) == ("2019-05-03", "2019-05-03")
    report = loaded(office, published(2019), "2019-03-22")
    for name in ("supply_papers", "answer_request", "check_account"):
        assert days(office.duty(case_id, name)) == ("2019-05-05", "2019-05-05")
        assert line_of(report, case_id, name).direction == "later"
    assert set(line_of(report, case_id, "answer_request").told) == {"applicant", "approval"}
    assert set(line_of(report, case_id, "supply_papers").told) == {"applicant", "approval"}
    told = [row for row in office.outbox(case_id, "notify") if "supply_papers" in row.body]
    assert len(told) == 1


@pytest.mark.parametrize(
    ("start", "n", "told", "then"),
    [
        ("2020-01-13", 15, "2020-02-06", "2020-02-10"),
        ("2020-01-10", 30, "2020-02-26", "2020-02-28"),
    ],
)
def test_the_long_spring_festival_of_2020_moves_dates_and_corrects_them(
    store: Store, start: str, n: int, told: str, then: str
) -> None:
    office = office_of(store, date(2020, 1, 27), n)
    case_id = office.grant(start)
    assert days(office.duty(case_id, "supply_papers")) == (told, told)
    report = loaded(office, published(2020), "2020-01-27")
    assert report.cause == ("国办发明电〔2020〕1号",)
    assert days(office.duty(case_id, "supply_papers")) == (then, then)
    (row,) = [row for row in office.outbox(case_id, "notify") if "supply_papers" in row.body]
    assert f"{told}" in row.body
    assert f"{then}" in row.body


def test_an_estimate_that_comes_true_earlier(store: Store) -> None:
    """16 December 2024 and 30 working days, as if the notice for 2025 were not out."""
    office = office_of(store, date(2024, 11, 12), 30)
    case_id = office.grant("2024-12-16")
    told = office.duty(case_id, "supply_papers").due
    assert (told.kind, str(told.on), told.enforceable_from) == ("provisional", "2025-02-03", None)
    loaded(office, published(2025), "2024-12-17")
    supply, answer = (office.duty(case_id, name) for name in ("supply_papers", "answer_request"))
    assert (supply.due.kind, *days(supply)) == ("firm", "2025-02-03", "2025-02-03")
    assert (answer.due.kind, *days(answer)) == ("firm", "2025-01-27", "2025-02-03")
    assert supply.due.earliest is None
    # 3 February is a holiday now: were it moved on, 5 February would be the last day
    assert str(supply.due.enforceable_from) == "2025-02-06"


def test_nothing_adverse_before_the_notice_and_a_firm_date_after_it(
    store: Store, tmp_path: Path
) -> None:
    office = Office(store, before(date(2026, 12, 1)))
    case_id = office.grant("2026-12-21")
    told = office.duty(case_id, "supply_papers").due
    assert (told.kind, str(told.on), str(told.earliest), str(told.latest)) == (
        "provisional", "2027-02-02", "2027-01-29", "2027-02-22",
    )  # fmt: skip
    assert office.sweep("2027-03-15") == []
    assert office.duty(case_id, "supply_papers").status == "open"
    report = loaded(office, made_up(tmp_path), "2027-03-15")
    firm = office.duty(case_id, "supply_papers").due
    assert (firm.kind, str(firm.on)) == ("firm", "2027-02-02")
    assert line_of(report, case_id, "supply_papers").direction == "confirmed"
    assert line_of(report, case_id, "supply_papers").told == ("applicant",)
    # not even on the day on which the date became firm
    assert str(firm.enforceable_from) == "2027-03-16"
    assert "supply_papers:missed" in office.sweep("2027-03-15")
    assert office.case(case_id).licences["permit"].status == "live"
    assert "supply_papers:enforced" in office.sweep("2027-03-16")
    assert office.case(case_id).licences["permit"].status == "revoked"


def test_a_december_date_is_provisional_too_until_the_notice_is_there(
    store: Store, tmp_path: Path
) -> None:
    office = office_of(store, date(2026, 12, 1), 15)
    case_id = office.grant("2026-12-10")
    told = office.duty(case_id, "supply_papers").due
    assert (told.kind, str(told.on), str(told.earliest), str(told.latest)) == (
        "provisional", "2026-12-31", "2026-12-29", "2027-01-08",
    )  # fmt: skip
    loaded(office, made_up(tmp_path), "2026-12-11")
    firm = office.duty(case_id, "supply_papers").due
    assert (firm.kind, str(firm.on), str(firm.enforceable_from)) == (
        "firm", "2026-12-31", "2027-01-04",
    )  # fmt: skip
