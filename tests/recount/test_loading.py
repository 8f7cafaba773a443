"""What goes live, who must have seen it, and what a wrong file is answered with."""

import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from cases.calendar_loading import SANDBOX, SHIPPED, Loading, load, plan, take_over
from cases.errors import Misused
from cases.ports import Store
from machines.frozen import replace
from rules.holiday_notices import CalendarError, read_notices
from rules.second_source import read_second_source
from rules.working_days import load_calendar
from tests.recount.office import NOTICE_2027, Office, at, before, made_up, published


@pytest.fixture
def office(store: Store) -> Office:
    """An office that knows the calendar up to 2026, on 21 December 2026."""
    office = Office(store, load_calendar(as_of=date(2026, 12, 1)))
    office.clock.at = at("2026-12-21")
    return office


def loading(file: Path, by: str = "wang", confirmed_by: str | None = "li") -> Loading:
    return Loading(read_notices(file), by, confirmed_by)


def versions(office: Office) -> list[tuple[int, str, str | None]]:
    with office.store.unit(write=False) as unit:
        return [(row.seq, row.loaded_by, row.confirmed_by) for row in unit.calendars()]


def test_a_fresh_database_counts_on_the_shipped_calendar_and_keeps_it(office: Office) -> None:
    with office.store.unit(write=False) as unit:
        assert unit.live_calendar() is None
        assert office.casework.calendars.of(unit) == office.casework.calendars.shipped
    take_over(office.casework)
    take_over(office.casework)
    assert versions(office) == [(1, SHIPPED, SHIPPED)]
    with office.store.unit(write=False) as unit:
        live = unit.live_calendar()
        assert live is not None
        assert (live.version, live.through) == (office.casework.calendars.shipped.version, None)


def test_a_new_year_goes_live_with_its_second_person(office: Office, tmp_path: Path) -> None:
    report = load(office.casework, loading(made_up(tmp_path)), sandbox=False)
    assert (report.live, report.number, report.cause) == (True, 2, ("虚构〔2026〕1号",))
    assert str(report.calendar.firm_until) == "2027-12-24"
    assert versions(office) == [(1, SHIPPED, SHIPPED), (2, "wang", "li")]
    with office.store.unit(write=False) as unit:
        assert office.casework.calendars.of(unit).version == report.calendar.version
    assert office.casework.calendar.version == report.calendar.version


def test_loading_the_same_file_again_changes_nothing(office: Office, tmp_path: Path) -> None:
    case_id = office.grant("2026-12-21")
    file = made_up(tmp_path)
    first = load(office.casework, loading(file), sandbox=False)
    entries, told = list(office.entries(case_id)), office.outbox(case_id, "notify")
    again = load(office.casework, loading(file), sandbox=False)
    assert (again.operation, again.lines) == (first.operation, first.lines)
    assert first.lines
    assert list(office.entries(case_id)) == entries
    assert office.outbox(case_id, "notify") == told


def test_a_dry_run_says_the_same_and_changes_nothing(office: Office, tmp_path: Path) -> None:
    case_id = office.grant("2026-12-21")
    asked = loading(made_up(tmp_path))
    before_it = office.case(case_id)
    planned = plan(office.casework, asked)
    assert (planned.live, planned.number, planned.operation) == (False, None, None)
    assert office.case(case_id) == before_it
    assert versions(office) == []
    assert planned.lines == load(office.casework, asked, sandbox=False).lines


def test_a_version_waits_for_a_person_other_than_the_one_who_loads_it(
    office: Office, tmp_path: Path
) -> None:
    case_id = office.grant("2026-12-21")
    file = made_up(tmp_path)
    waiting = load(office.casework, loading(file, confirmed_by=None), sandbox=False)
    assert (waiting.live, waiting.number) == (False, None)
    assert waiting.lines
    assert office.duty(case_id, "supply_papers").due.kind == "provisional"
    again = load(office.casework, loading(file, confirmed_by=None), sandbox=False)
    assert again.lines == waiting.lines
    assert versions(office)[1:] == [(2, "wang", None)]
    with pytest.raises(Misused, match="second person must confirm it, not wang"):
        load(office.casework, loading(file, by="zhao", confirmed_by="wang"), sandbox=False)
    live = load(office.casework, loading(file, by="zhao", confirmed_by="li"), sandbox=False)
    assert (live.live, live.lines) == (True, waiting.lines)
    assert versions(office)[1:] == [(2, "wang", None), (3, "wang", "li")]
    assert office.duty(case_id, "supply_papers").due.kind == "firm"


def test_two_people_who_typed_different_days_must_find_out_which(
    office: Office, tmp_path: Path
) -> None:
    load(office.casework, loading(made_up(tmp_path), confirmed_by=None), sandbox=False)
    other = made_up(tmp_path, NOTICE_2027.replace("through: 2027-02-13", "through: 2027-02-11"))
    with pytest.raises(Misused, match="disagree about 2027-02-12") as refused:
        load(office.casework, loading(other, confirmed_by="li"), sandbox=False)
    assert refused.value.reason == "sources_differ"
    assert len(versions(office)) == 2
    load(office.casework, loading(other, confirmed_by=None), sandbox=False)  # typed anew
    assert load(office.casework, loading(other, confirmed_by="li"), sandbox=False).live


def test_nobody_confirms_their_own_loading(office: Office, tmp_path: Path) -> None:
    for second in ("wang", " "):
        asked = loading(made_up(tmp_path), confirmed_by=second)
        with pytest.raises(Misused) as refused:
            load(office.casework, asked, sandbox=False)
        assert refused.value.reason == "second_person_required"
    assert versions(office) == [(1, SHIPPED, SHIPPED)]


def test_a_sandbox_needs_no_second_person_and_may_be_ahead_of_its_clock(
    office: Office, tmp_path: Path
) -> None:
    office.clock.at = at("2026-03-02")
    asked = loading(made_up(tmp_path), confirmed_by=None)
    with pytest.raises(Misused, match="published on 2026-11-03, after today") as refused:
        load(office.casework, asked, sandbox=False)
    assert refused.value.reason == "in_future"
    assert load(office.casework, asked, sandbox=True).live
    assert versions(office)[-1] == (2, "wang", SANDBOX)


def a_json(folder: Path, change: Callable[[dict[str, bool]], None]) -> Path:
    """The invented year as public collections write it."""
    days = {
        str(day): working
        for notice in read_notices(made_up(folder))
        for day, working, _ in notice.days()
    }
    change(days)
    file = folder / "days.json"
    plain = {"year": 2027, "days": [
        {"name": "-", "date": day, "isOffDay": not working} for day, working in days.items()
    ]}  # fmt: skip
    file.write_text(json.dumps(plain), encoding="utf-8")
    return file


def test_a_second_source_that_agrees_is_noted(office: Office, tmp_path: Path) -> None:
    source = read_second_source(a_json(tmp_path, lambda days: None))
    asked = replace(loading(made_up(tmp_path)), second=source)
    assert load(office.casework, asked, sandbox=False).live
    with office.store.unit(write=False) as unit:
        assert unit.calendars()[-1].compared_with == source.sha256


def test_a_second_source_that_disagrees_stops_it(office: Office, tmp_path: Path) -> None:
    def otherwise(days: dict[str, bool]) -> None:
        days["2027-02-14"] = False
        del days["2027-10-09"]

    asked = replace(
        loading(made_up(tmp_path)), second=read_second_source(a_json(tmp_path, otherwise))
    )
    for attempt in (plan, lambda *a: load(*a, sandbox=False)):
        with pytest.raises(Misused, match="2027-02-14, 2027-10-09"):
            attempt(office.casework, asked)
    assert load(
        office.casework,
        replace(asked, second=read_second_source(made_up(tmp_path, name="other.yaml"))),
        sandbox=False,
    ).live


def test_a_second_source_must_be_one(tmp_path: Path) -> None:
    for text in ("[]", '{"days": [{"date": "soon"}]}', "nothing"):
        file = tmp_path / "days.json"
        file.write_text(text)
        with pytest.raises(CalendarError, match=r"days.json: expected `days`"):
            read_second_source(file)


def test_years_come_in_order_and_known_notices_stay(office: Office, tmp_path: Path) -> None:
    text = re.sub(r", make_up_days: [^}]*", "", NOTICE_2027).replace("2027", "2029")
    later = made_up(tmp_path, text, "2029.yaml")
    with pytest.raises(CalendarError, match="2029 does not follow 2026"):
        load(office.casework, loading(later), sandbox=False)
    short = published(2020).read_text(encoding="utf-8")
    short = short[: short.index("  - number: 国办发明电〔2020〕1号")]
    with pytest.raises(CalendarError, match="leaves out 国办发明电〔2020〕1号"):
        load(office.casework, loading(made_up(tmp_path, short, "2020.yaml")), sandbox=False)
    assert versions(office) == [(1, SHIPPED, SHIPPED)]


def test_a_statutory_holiday_that_is_worked_through_is_pointed_out(
    office: Office, tmp_path: Path
) -> None:
    lines = [one for one in NOTICE_2027.splitlines(keepends=True) if "端午节" not in one]
    planned = plan(office.casework, loading(made_up(tmp_path, "".join(lines))))
    (doubt,) = planned.doubts
    assert doubt.startswith("2027-06-09 (端午节) is a statutory holiday")


def test_a_newer_program_brings_its_calendar_along(store: Store) -> None:
    """The database was served when 2026 was not out; the next start ships it."""
    old = Office(store, before(date(2025, 11, 4)))
    take_over(old.casework)
    case_id = old.grant("2025-12-22")
    assert old.duty(case_id, "supply_papers").due.kind == "provisional"
    new = Office(store, load_calendar())
    new.clock.at = at("2026-01-05")
    take_over(new.casework)
    assert new.duty(case_id, "supply_papers").due.kind == "firm"
    assert versions(new) == [(1, SHIPPED, SHIPPED), (2, SHIPPED, SHIPPED)]
    with new.store.unit(write=False) as unit:
        assert unit.calendars()[-1].cause == "国办发明电〔2025〕7号"
    take_over(old.casework)  # an older program that still runs takes nothing back
    assert len(versions(new)) == 2


def test_a_shipped_year_leaves_what_was_loaded_by_hand(office: Office, tmp_path: Path) -> None:
    load(office.casework, loading(made_up(tmp_path)), sandbox=False)
    take_over(office.casework)
    assert len(versions(office)) == 2
    assert str(office.casework.calendar.last_day) == "2027-12-31"


def test_an_older_database_with_cases_is_counted_once_when_it_is_first_served(
    store: Store,
) -> None:
    """Cases from before versions were kept: their receipts say what they were counted on."""
    office = Office(store, before(date(2025, 11, 4)))
    old, same = office.grant("2025-12-22", 1), office.grant("2025-12-22", 2)
    office.casework.calendars.shipped = office.casework.calendars.latest = load_calendar()
    new = office.grant("2026-01-05", 3)
    take_over(office.casework)
    assert [one.kind for one in office.entries(old)][-1] == "recounted"
    assert [one.kind for one in office.entries(same)][-1] == "recounted"
    assert [one.kind for one in office.entries(new)][-1] == "act"
    assert office.duty(old, "supply_papers").due.kind == "firm"
