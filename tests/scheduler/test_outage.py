"""An outage on record: the hold ends, dates move for everybody but the office, nobody twice."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from cases.clock import machine_time
from cases.errors import Misused
from cases.outages import Recording, go_on, record
from cases.ports import Conflict, Store, Unit
from cases.rows import OutageRow
from cases.store import open_store
from machines.rungs import SHANGHAI
from scheduler.enforcer import Enforcer
from scheduler.holds import current, release
from scheduler.outages import begin, run_of, tell
from simulation.auditor import Almanacs, audit
from tests.faults.siege import CALENDARS
from tests.faults.town import (
    dispatch_all,
    due_on,
    journals,
    judge,
    license_all,
    town,
)

DUE_ON = date(2025, 7, 2)
OUT_FROM = datetime(2025, 7, 1, 10, tzinfo=SHANGHAI)
OUT_TO = datetime(2025, 7, 5, 16, tzinfo=SHANGHAI)  # five days, Tuesday to Saturday
BACK_AT = datetime(2025, 7, 6, 9, tzinfo=SHANGHAI)


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    urls = {"memory": "memory://", "sqlite": f"sqlite:///{tmp_path / 'town.db'}"}
    url = urls.get(request.param) or str(request.getfixturevalue("postgres_url"))
    opened = open_store(url, clock=machine_time)
    opened.upgrade("production")
    yield opened
    opened.close()


def asked(**fields: object) -> Recording:
    given: dict[str, object] = {
        "from_at": OUT_FROM, "to_at": OUT_TO, "reason": "机房断电", "by": "chief",
        "confirmed_by": "deputy", **fields,
    }  # fmt: skip
    return Recording(**given)  # type: ignore[arg-type]


def back(store: Store) -> Enforcer:
    """The office is back: its last heartbeat was when it went out."""
    with store.unit() as unit:
        unit.set_meta({"heartbeat": OUT_FROM.isoformat()})
    return Enforcer(town(store, BACK_AT)[0])


def sound(store: Store) -> None:
    """Every date in every journal, worked out again by code that shares nothing with ours."""
    almanacs = Almanacs(CALENDARS)
    for case_id, journal in journals(store).items():
        findings = audit(journal, almanacs).findings
        assert not findings, f"{case_id}: {findings}"


def test_the_date_fell_into_the_outage_nobody_is_late_and_nobody_is_harmed(store: Store) -> None:
    ids = license_all(store, range(1, 4))
    worker = back(store)
    report = worker.sweep()
    assert report.hold is not None
    assert judge(store) == {"breach": 3}  # labels go on; nothing adverse
    row = begin(worker.casework, asked())
    tell(worker.casework)
    assert judge(store) == {"licensed_provisional": 3}
    # Due on Wednesday 2 July; five days out: Monday 7 July
    assert [due_on(store, case_id) for case_id in ids] == [DUE_ON] * 3  # the occurrence missed
    with store.unit(write=False) as unit:
        assert current(unit) is None
        run = run_of(unit, row)
        assert (run.cases, run.aside, run.finished_at) == (3, 0, BACK_AT)
        (kept,) = unit.releases()
        assert (kept.kind, kept.consequence, kept.released_by) == (
            "hold", "heartbeat_gap", "deputy"
        )  # fmt: skip
        assert "outage 1" in kept.because
        again = [
            (one.occurrence, one.due_on, one.status)
            for one in unit.obligations(case_ids=ids, running=False, limit=100)
            if one.obligation == "supply_promised_materials" and one.status == "open"
        ]
    assert again == [(2, date(2025, 7, 7), "open")] * 3
    assert worker.sweep().enforced == []
    sound(store)
    late = Enforcer(town(store, datetime(2025, 7, 9, 0, 0, 1, tzinfo=SHANGHAI))[0])
    with store.unit() as unit:
        unit.set_meta({"heartbeat": late.casework.clock.now(unit).isoformat()})
    late.sweep()
    assert judge(store) == {"revoked": 3}
    sound(store)


def test_the_authoritys_own_dates_stay_where_they_are(store: Store) -> None:
    (case_id,) = dispatch_all(store, range(1, 2), 1)
    checked = datetime(2025, 2, 20, 9, tzinfo=SHANGHAI)
    casework, clock = town(store, checked)

    def dates() -> dict[str, date | None]:
        with store.unit(write=False) as unit:
            rows = unit.obligations(case_ids=[case_id], limit=100)
        return {row.obligation: row.due_on for row in rows}

    before = dates()
    assert {"supply_five_materials", "post_licence_check"} <= set(before)
    out = (datetime(2025, 2, 10, tzinfo=SHANGHAI), datetime(2025, 2, 13, tzinfo=SHANGHAI))
    begin(casework, asked(from_at=out[0], to_at=out[1]))
    tell(casework)
    after = dates()
    assert after["post_licence_check"] == before["post_licence_check"]
    assert before["supply_five_materials"] == date(2025, 6, 30)
    assert after["supply_five_materials"] == date(2025, 7, 3)
    assert clock.at == checked
    sound(store)


def test_the_same_outage_again_changes_nothing(store: Store) -> None:
    license_all(store, range(1, 3))
    worker = back(store)
    first = begin(worker.casework, asked())
    tell(worker.casework)
    journal = journals(store)
    assert begin(worker.casework, asked(reason="another word for it")) == first
    tell(worker.casework)
    assert journals(store) == journal
    with store.unit(write=False) as unit:
        assert current(unit) is None
        assert len(unit.outages()) == 1


def test_a_telling_that_was_interrupted_is_finished_by_the_next_sweep(store: Store) -> None:
    license_all(store, range(1, 6))
    worker = back(store)
    casework = worker.casework
    row = begin(casework, asked())

    def fails(unit: Unit, row: OutageRow, now: datetime) -> None:
        raise Conflict("the machine went down in the last batch")

    with pytest.raises(Conflict):
        go_on(casework, fails, batch=2)
    with store.unit(write=False) as unit:
        run = run_of(unit, row)
        assert (run.cases, run.finished_at) == (4, None)
        hold = current(unit)
        assert hold is not None
        assert hold.reason == "outage"
    with store.unit() as unit, pytest.raises(Misused, match="is being told"):
        release(unit, BACK_AT, "chief", "in a hurry")
    report = worker.sweep()
    assert report.enforced == []  # nobody's date has passed, now that all have been told
    with store.unit(write=False) as unit:
        assert current(unit) is None
        assert (run_of(unit, row).cases, len(unit.releases())) == (5, 1)
    sound(store)


def test_an_outage_of_one_zone_is_told_there_alone(store: Store) -> None:
    license_all(store, range(1, 5), to_a_zone=2)
    with store.unit(write=False) as unit:
        zones = sorted({row.zone for row in unit.cases(limit=10)})
    assert len(zones) > 1
    worker = back(store)
    begin(worker.casework, asked(zone=zones[0]))
    tell(worker.casework)
    with store.unit(write=False) as unit:
        moved = {
            row.zone: [one.event for one in unit.entries(row.id)].count("outage")
            for row in unit.cases(limit=10)
        }
    assert moved == {zone: int(zone == zones[0]) for zone in zones}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"to_at": OUT_FROM}, "ends after it begins"),
        ({"to_at": BACK_AT + timedelta(seconds=1)}, "after now"),
        ({"reason": " "}, "state the reason"),
        ({"confirmed_by": "chief"}, "second person"),
        ({"by": ""}, "second person"),
    ],
)
def test_an_outage_that_makes_no_sense_is_not_recorded(fields, words: str) -> None:
    store = open_store("memory://", clock=machine_time)
    store.upgrade("production")
    with pytest.raises(Misused, match=words), store.unit() as unit:
        record(unit, asked(**fields), BACK_AT)
    with store.unit(write=False) as unit:
        assert list(unit.outages()) == []
