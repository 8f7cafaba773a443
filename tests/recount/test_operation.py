"""One operation over all cases: in batches, once, through crashes, and beside everybody's work."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from cases.calendar_loading import Loading, load, take_over
from cases.casework import Doing
from cases.clock import machine_time
from cases.errors import Stale
from cases.ports import Store
from cases.recounting import BATCH, begin, diff_of, go_on, under_way
from cases.rows import CalendarRow
from cases.store import open_store
from machines.codec import canonical
from rules.calendar_change import plain_of, with_year
from rules.holiday_notices import read_notices
from rules.working_days import load_calendar
from tests.postgres import PostgresServer
from tests.recount.office import OFFICER, Office, at, before, made_up, published
from tests.recount.victim import KNOWN

LOADED = "2026-12-22"


def summary(store: Store) -> dict[str, Any]:
    """What is in a store, without what differs from run to run: case numbers and hashes."""
    found: dict[str, Any] = {}
    with store.unit(write=False) as unit:
        for row in unit.cases(limit=10_000):
            found[row.subject_name] = (
                json.loads(row.state) | {"id": ""},
                [json.loads(one.body) for one in unit.entries(row.id)][1:],
                sorted((one.do, one.body) for one in unit.outbox(case_id=row.id, limit=1000)),
                row.next_enforce_at,
            )
    return found


@pytest.fixture
def two(request: pytest.FixtureRequest, tmp_path: Path, kind: str) -> Iterator[tuple[str, str]]:
    """Two empty databases of a kind."""
    if kind == "sqlite":
        yield f"sqlite:///{tmp_path / 'one.db'}", f"sqlite:///{tmp_path / 'two.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    with ExitStack() as stack:
        yield stack.enter_context(server.database()), stack.enter_context(server.database())


def filled(url: str, cases: int) -> Office:
    store = open_store(url, clock=machine_time)
    store.upgrade("production")
    office = Office(store, load_calendar(as_of=KNOWN))
    take_over(office.casework)
    for number in range(1, cases + 1):
        office.grant("2026-12-21" if number % 3 else "2026-12-09", number)
    return office


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_process_killed_between_batches_is_gone_on_with_to_the_same_result(
    two: tuple[str, str], tmp_path: Path
) -> None:
    file, cases = made_up(tmp_path), 24
    straight, broken = filled(two[0], cases), filled(two[1], cases)
    straight.clock.at = at(LOADED, 15)
    asked = Loading(read_notices(file), "wang", "li")
    whole = load(straight.casework, asked, sandbox=False)
    for batches in (2, 3):
        kill_while_loading(two[1], file, batches)
        assert under_way(broken.casework), "the kill came too late"
        with broken.store.unit(write=False) as unit:
            assert 0 < len(unit.recount_entries(at("2020-01-01"))) < cases
    broken.clock.at = at(LOADED, 15)
    again = load(broken.casework, asked, sandbox=False)
    assert summary(broken.store) == summary(straight.store)
    assert [one.line for one in again.lines] != []
    assert sorted(map(str, (one.line for one in again.lines))) == sorted(
        map(str, (one.line for one in whole.lines))
    )
    straight.store.close()
    broken.store.close()


def kill_while_loading(url: str, file: Path, batches: int) -> None:
    """Kills a loading process once it has said that so many batches are written."""
    victim = subprocess.Popen(
        [sys.executable, "-m", "tests.recount.victim", url, "load", str(file), LOADED, "1"],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert victim.stdout is not None
    for _ in range(batches):
        assert victim.stdout.readline() == "batch\n"
    victim.send_signal(signal.SIGKILL)
    victim.communicate(timeout=30)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_another_process_counts_on_the_new_calendar_from_its_next_case_on(
    two: tuple[str, str], tmp_path: Path
) -> None:
    office = filled(two[0], 1)
    with subprocess.Popen(
        [sys.executable, "-m", "tests.recount.victim", two[0], "grant"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as other:  # fmt: skip
        assert other.stdin is not None
        assert other.stdout is not None

        def granted(line: str) -> list[str]:
            print(line, file=other.stdin, flush=True)
            assert other.stdout is not None
            return other.stdout.readline().split()

        first, old = granted("2026-12-21 7")
        office.clock.at = at(LOADED, 15)
        asked = Loading(read_notices(made_up(tmp_path)), "wang", "li")
        report = load(office.casework, asked, sandbox=False)
        second, new = granted("2026-12-22 8")
        other.stdin.close()
    assert old == load_calendar(as_of=KNOWN).version
    assert new == report.calendar.version
    assert office.duty(first, "supply_papers").due.kind == "firm"
    assert office.duty(second, "supply_papers").due.kind == "firm"
    office.store.close()


def begun(office: Office, file: Path, on: str) -> None:
    """A version in force whose recount has come to no case yet: its process has died."""
    office.clock.at = at(on)
    calendar = with_year(office.casework.calendars.shipped, read_notices(file))
    with office.store.unit() as unit:
        shipped = office.casework.calendars.shipped
        first = CalendarRow(1, shipped.version, canonical(plain_of(shipped)), "shipped", "shipped",
                            "shipped", None, office.clock.at)  # fmt: skip
        unit.add_calendar(first)
        row = CalendarRow(2, calendar.version, canonical(plain_of(calendar)), "-", "wang", "li",
                          None, office.clock.at)  # fmt: skip
        begin(unit, row, 1, office.clock.at)


def test_an_act_on_a_case_not_counted_yet_counts_it_first(store: Store, tmp_path: Path) -> None:
    office = Office(store, load_calendar(as_of=KNOWN))
    case_id, other = office.grant("2026-12-21", 1), office.grant("2026-12-21", 2)
    begun(office, made_up(tmp_path), LOADED)
    assert office.duty(case_id, "supply_papers").due.kind == "provisional"
    office.act(case_id, "answer", LOADED)
    assert [one.event for one in office.entries(case_id)][-2:] == ["recount", "answer"]
    assert office.duty(case_id, "supply_papers").due.kind == "firm"
    assert office.duty(other, "supply_papers").due.kind == "provisional"
    assert go_on(office.casework) == 1
    for one in (case_id, other):
        assert [entry.event for entry in office.entries(one)].count("recount") == 1
        assert office.duty(one, "supply_papers").due.kind == "firm"


def test_nothing_is_enforced_on_a_date_that_no_longer_holds(store: Store) -> None:
    """Told 6 February 2020; the notice that made it the 10th is loaded, and its process dies."""
    names = ("supply_days", "answer_days", "bank_days", "public_days")
    office = Office(store, before(date(2020, 1, 27)), dict.fromkeys(names, 15))
    case_id = office.grant("2020-01-13")
    begun(office, published(2020), "2020-02-07")
    done = office.sweep("2020-02-07")
    assert [one for one in done if one.startswith("supply_papers")] in (
        [], ["supply_papers:warn:5"],
    )  # fmt: skip
    assert str(office.duty(case_id, "supply_papers").due.on) == "2020-02-10"
    assert not under_way(office.casework)  # the sweep has finished it, too


def test_a_sweep_counts_a_case_anew_that_the_recount_has_not_come_to(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else holds the recount: the sweep does not wait for it."""
    names = ("supply_days", "answer_days", "bank_days", "public_days")
    office = Office(store, before(date(2020, 1, 27)), dict.fromkeys(names, 15))
    case_id = office.grant("2020-01-13")
    begun(office, published(2020), "2020-02-07")
    monkeypatch.setattr("scheduler.enforcer.go_on", lambda casework: 0)
    assert "supply_papers:missed" not in office.sweep("2020-02-07")
    assert under_way(office.casework)
    assert str(office.duty(case_id, "supply_papers").due.on) == "2020-02-10"


def test_whoever_saw_the_case_before_it_was_counted_anew_is_told_so(
    store: Store, tmp_path: Path
) -> None:
    office = Office(store, load_calendar(as_of=KNOWN))
    case_id = office.grant("2026-12-21")
    seen = office.case(case_id).version
    begun(office, made_up(tmp_path), LOADED)
    with pytest.raises(Stale):
        office.casework.act(case_id, Doing("answer", if_version=seen), OFFICER)
    assert office.case(case_id).version == seen


def test_batches_and_one_go_lead_to_the_same(store: Store, tmp_path: Path) -> None:
    office = Office(store, load_calendar(as_of=KNOWN))
    ids = sorted(office.grant("2026-12-21", number) for number in range(1, 8))
    begun(office, made_up(tmp_path), LOADED)
    assert go_on(office.casework, batch=3) == 3
    assert go_on(office.casework, batch=3) == 0
    with office.store.unit(write=False) as unit:
        row = unit.recounts()[-1]
        assert (row.cases, row.aside, row.through) == (7, 0, ids[-1])
        assert {one.case_id for one in diff_of(unit, row)} == set(ids)
    assert BATCH > 3


def test_a_case_that_cannot_be_read_is_set_aside_and_the_rest_go_on(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = Office(store, load_calendar(as_of=KNOWN))
    ids = [office.grant("2026-12-21", number) for number in range(1, 4)]
    whole = office.casework.load

    def torn(unit: Any, row: Any) -> Any:
        if row.id == ids[1]:
            raise ValueError("its state is torn")
        return whole(unit, row)

    monkeypatch.setattr(office.casework, "load", torn)
    office.clock.at = at(LOADED, 15)
    asked = Loading(read_notices(made_up(tmp_path)), "wang", "li")
    report = load(office.casework, asked, sandbox=False)
    assert report.aside == 1
    assert {one.case_id for one in report.lines} == {ids[0], ids[2]}
    with office.store.unit(write=False) as unit:
        (aside,) = unit.broken_cases()
    assert (aside.id, aside.retry_at) == (ids[1], None)  # a person looks; the engine leaves it
    assert "its state is torn" in str(aside.broken)
