"""Before the notice: nothing adverse, and everybody can see what a case waits for."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from cases.calendar_loading import Loading, Report, load
from cases.ports import Store
from machines.held import AWAITING_CALENDAR
from rules.holiday_notices import read_notices
from rules.watchdog import Watch, watch
from rules.working_days import load_calendar
from tests.recount.office import NOTICE_2027, OFFICER, Office, at, made_up


@pytest.fixture
def office(quick: Store) -> Office:
    return Office(quick, load_calendar(as_of=date(2026, 12, 1)))


def loaded(office: Office, folder: Path, on: str, text: str = NOTICE_2027) -> Report:
    office.clock.at = at(on, 15)
    asked = Loading(read_notices(made_up(folder, text)), "wang", "li")
    return load(office.casework, asked, sandbox=False)


def shown(office: Office, case_id: str, on: str) -> tuple[Any, Mapping[str, Any]]:
    """What the case says on a day: of itself, and of each duty and period."""
    office.clock.at = at(on)
    plain = office.casework.look(case_id, OFFICER).plain
    return plain["held"], {
        one["id"]: one.get("held") for one in (*plain["obligations"], *plain["timers"])
    }


def test_a_period_that_may_be_over_is_shown_as_waiting_for_the_calendar(office: Office) -> None:
    """Told 2 February 2027, at the earliest 29 January."""
    case_id = office.grant("2026-12-21", stated_on="2026-12-22")
    assert shown(office, case_id, "2027-01-29")[0] is None
    held, duties = shown(office, case_id, "2027-01-30")
    assert held == AWAITING_CALENDAR
    assert duties["answer_request"] == AWAITING_CALENDAR  # the authority's: from the earliest day
    assert duties["supply_papers"] is None
    assert shown(office, case_id, "2027-02-02")[1]["supply_papers"] is None
    held, duties = shown(office, case_id, "2027-02-03")
    assert duties["supply_papers"] == duties["publicity"] == AWAITING_CALENDAR
    assert duties["keep_day"] is None  # its date is firm


def test_the_engine_does_nothing_until_the_calendar_is_loaded(
    office: Office, tmp_path: Path
) -> None:
    case_id = office.grant("2026-12-21", stated_on="2026-12-22")
    assert set(office.sweep("2027-06-01")) == {"keep_day:missed"}
    case = office.case(case_id)
    assert (case.tracks, case.licences["permit"].status) == (
        {"main": "granted", "public": "running"}, "live",
    )  # fmt: skip
    loaded(office, tmp_path, "2027-06-01")
    assert shown(office, case_id, "2027-06-01")[0] is None
    done = office.sweep("2027-06-01")
    assert {"supply_papers:missed", "publicity:raised", "answer_request:missed"} <= set(done)
    assert "supply_papers:enforced" not in done
    assert "supply_papers:enforced" in office.sweep("2027-06-02")


def test_an_act_while_it_waits_is_in_time(office: Office, tmp_path: Path) -> None:
    case_id = office.grant("2026-12-21")
    office.act(case_id, "supply", "2027-02-20")
    loaded(office, tmp_path, "2027-03-01")
    assert office.duty(case_id, "supply_papers").status == "filed"
    office.act(case_id, "accept", "2027-03-02")
    assert office.duty(case_id, "supply_papers").status == "met"


def test_a_miss_whose_consequence_has_no_day_yet_waits_and_is_released(
    office: Office, tmp_path: Path
) -> None:
    """A period that ends on 24 December is firm; the working day after it is not."""
    case_id = office.grant("2026-11-11")  # and 30 working days: Wednesday 23 December
    other = office.grant("2026-11-12", 2)  # Thursday 24 December
    assert [str(office.duty(one, "supply_papers").due.on) for one in (case_id, other)] == [
        "2026-12-23", "2026-12-24",
    ]  # fmt: skip
    assert office.duty(other, "supply_papers").due.enforceable_from is None
    office.sweep("2026-12-31")
    assert office.case(case_id).licences["permit"].status == "revoked"
    assert office.duty(other, "supply_papers").status == "missed"
    assert office.case(other).licences["permit"].status == "live"
    assert shown(office, other, "2026-12-31")[1]["supply_papers"] == AWAITING_CALENDAR
    loaded(office, tmp_path, "2026-12-31")
    due = office.duty(other, "supply_papers").due
    assert (str(due.on), str(due.enforceable_from)) == ("2026-12-24", "2027-01-04")
    office.sweep("2027-01-03")
    assert office.case(other).licences["permit"].status == "live"
    office.sweep("2027-01-04")
    assert office.case(other).licences["permit"].status == "revoked"


def test_reminders_are_given_once_the_date_is_known_and_none_of_the_past(
    office: Office, tmp_path: Path
) -> None:
    first, second = office.grant("2026-12-21"), office.grant("2026-12-21", 2)
    assert office.duty(first, "supply_papers").warn_on == ()
    loaded(office, tmp_path, "2026-12-22")
    assert [str(day) for _, day in office.duty(first, "supply_papers").warn_on] == ["2027-01-26"]
    late = Office(office.store, load_calendar(as_of=date(2026, 12, 1)))
    assert "supply_papers:warn:5" in late.sweep("2027-01-26")
    assert office.duty(second, "supply_papers").fired == ("warn:5",)


def test_reminders_of_the_past_are_left_out(office: Office, tmp_path: Path) -> None:
    case_id = office.grant("2026-12-21")
    loaded(office, tmp_path, "2027-01-27")
    assert office.duty(case_id, "supply_papers").warn_on == ()


CALENDAR = load_calendar(as_of=date(2026, 12, 1))


@pytest.mark.parametrize(
    ("today", "level", "year"),
    [
        ("2025-12-31", "quiet", None),
        ("2026-01-01", "quiet", 2027),
        ("2026-10-14", "quiet", 2027),
        ("2026-10-15", "look", 2027),
        ("2026-11-30", "look", 2027),
        ("2026-12-01", "warn", 2027),
        ("2026-12-14", "warn", 2027),
        ("2026-12-15", "page", 2027),
        ("2026-12-31", "page", 2027),
        ("2027-03-01", "page", 2027),
    ],
)
def test_the_watchdog_looks_warns_and_pages(today: str, level: str, year: int | None) -> None:
    assert watch(CALENDAR, date.fromisoformat(today)) == Watch(level, year)  # type: ignore[arg-type]
