"""Every date after a recount, worked out again from the record by other code."""

import json
from datetime import date
from pathlib import Path

import pytest

from cases.calendar_loading import Loading, load
from cases.identity import Identity
from cases.ports import Store
from rules.holiday_notices import read_notices
from rules.working_days import CALENDARS, load_calendar
from simulation.auditor import Almanacs, audit
from tests.recount.office import Office, at, before, made_up, published

AUDITOR = Identity("auditor", frozenset({"auditor"}))


def agrees(office: Office, case_id: str) -> None:
    """Every line of the record is borne out."""
    journal = office.casework.journal(case_id, AUDITOR)
    with office.store.unit(write=False) as unit:
        kept = [json.loads(row.body) for row in unit.calendars()]
    found = audit(journal, Almanacs(CALENDARS, kept))
    assert found.sound, found.findings


@pytest.mark.parametrize(
    ("known", "granted", "loaded", "file"),
    [
        (date(2019, 3, 22), "2019-03-19", "2019-03-22", 2019),
        (date(2019, 3, 22), "2019-03-20", "2019-03-25", 2019),
        (date(2020, 1, 27), "2020-01-13", "2020-01-27", 2020),
        (date(2020, 1, 27), "2020-01-10", "2020-02-27", 2020),
        (date(2024, 11, 12), "2024-12-16", "2024-12-17", 2025),
        (date(2026, 12, 1), "2026-11-12", "2026-12-31", None),
        (date(2026, 12, 1), "2026-12-21", "2027-03-15", None),
    ],
)
def test_the_auditor_comes_to_the_same_dates(
    quick: Store, tmp_path: Path, known: date, granted: str, loaded: str, file: int | None
) -> None:
    office = Office(quick, before(known) if file else load_calendar(as_of=known))
    first, second = office.grant(granted, 1), office.grant(granted, 2, stated_on="2027-05-03")
    office.act(second, "supply", granted, 2)
    office.sweep(loaded)
    office.clock.at = at(loaded, 15)
    year = made_up(tmp_path) if file is None else published(file)
    report = load(office.casework, Loading(read_notices(year), "wang", "li"), sandbox=False)
    assert report.lines
    for case_id in (first, second):
        agrees(office, case_id)
    office.act(second, "reject", loaded, 2)
    office.sweep("2027-06-01")
    for case_id in (first, second):
        agrees(office, case_id)
