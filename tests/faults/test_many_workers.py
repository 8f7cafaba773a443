"""Many at once on one database: workers, people, both. Nothing twice, nothing lost, no deadlock.

The workers are the command `chengnuo worker` as it is, by the database's own clock; what they
leave behind is judged from the tables by code that shares nothing with the product.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from cases.casework import Casework, Doing, Opening
from cases.clock import SystemClock, machine_time
from cases.identity import Identity
from cases.ports import Store
from cases.store import open_store
from machines.book import rulebook
from machines.case import Party
from tests.faults import tables
from tests.faults.siege import OWED
from tests.faults.town import calendar, code, dispatch_all, license_all
from tests.faults.victim import Race, Victim, chengnuo, race, starting_line

FREIGHT, DISPATCH, TIMES = range(1, 17), range(17, 20), 3
EVERYTHING = {
    **OWED,
    "supply_five_materials": ("warn:20", "warn:10", "warn:3", "missed", "enforced"),
    "urge_completion": ("warn:10", "missed", "enforced"),
    "post_licence_check": ("warn:15", "warn:5", "missed", "enforced"),
}
PLATFORM = Identity("platform", frozenset({"information_supervision"}))


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{tmp_path / 'town.db'}"


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    opened = open_store(url, clock=machine_time)
    opened.upgrade("production")
    yield opened
    opened.close()


@contextmanager
def workers(url: str, folder: Path, count: int) -> Iterator[None]:
    """So many `chengnuo worker`, told to stop once each is at work and the block is done; each must
    end with 0, within seconds."""
    logs = [folder / f"worker-{n}.log" for n in range(count)]
    running = [Victim(chengnuo, str(log), "worker", "--db", url) for log in logs]
    try:
        yield
        _begun(logs)
    finally:
        for each in running:
            each.stop()
        codes = [each.ended(10) for each in running]
        said = "\n".join(path.read_text() for path in logs if path.exists())
        for each in running:
            each.kill()
    assert codes == [0] * count, said
    assert "Traceback" not in said, said


def _begun(logs: Sequence[Path], patience_s: float = 60) -> None:
    """Returns once each worker has said so. Raises AssertionError after a minute."""
    until = time.monotonic() + patience_s
    while not all(log.exists() and "worker started" in log.read_text() for log in logs):
        assert time.monotonic() < until, [log.name for log in logs if log.exists()]
        time.sleep(0.05)


def settled(url: str) -> tables.Tables:
    """The tables once nothing is left to do. Raises AssertionError after a minute."""
    until = time.monotonic() + 60
    while left := tables.unfinished(
        found := tables.read(url), machine_time(), EVERYTHING, late_acts=True
    ):
        assert time.monotonic() < until, "\n".join(left)
        time.sleep(0.1)
    return found


def deadlocks(url: str) -> int:
    """How often PostgreSQL had to break one in this database."""
    if url.startswith("sqlite"):
        return 0
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        (count,) = connection.execute(
            "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        ).fetchone() or (0,)
    return int(count)


def main_states(store: Store, ids: Sequence[str]) -> set[str]:
    casework = Casework(store, rulebook(), calendar(), SystemClock())
    with store.unit(write=False) as unit:
        rows = [unit.case(case_id) for case_id in ids]
        return {casework.load(unit, row)[0].tracks["main"] for row in rows if row is not None}


def test_three_workers_and_people_on_the_same_cases_do_everything_once(
    url: str, store: Store, tmp_path: Path
) -> None:
    freight = license_all(store, FREIGHT, to_a_zone=8)
    dispatch = dispatch_all(store, DISPATCH, TIMES)
    start = starting_line(2)
    people = [
        Victim(race, url, start, [(case_id, PLATFORM, Doing("confirm_push"), f"{who}-{case_id}")
                                  for case_id in freight[::step]])
        for who, step in ((1, 1), (2, -1))
    ]  # fmt: skip
    for each in people:
        assert each.listen() == "ready"
    with workers(url, tmp_path, 3):
        found = settled(url)
        assert [each.ended() for each in people] == [0, 0]
    assert tables.faults(found, machine_time()) == []
    assert main_states(store, freight) == {"revoked"}
    assert main_states(store, dispatch) == {"licensed_provisional"}
    told = [word for each in people for word in each.heard() if isinstance(word, tuple)]
    assert len(told) == 2 * len(freight)
    pushes = [row["case_id"] for row in found["entries"] if row["event"] == "confirm_push"]
    assert sorted(pushes) == sorted(case_id for case_id, _, how in told if how == "done")
    listed = [(row["uscc"], row["list"]) for row in found["list_rows"]]
    assert sorted(listed) == sorted((code(n), "black") for n in DISPATCH for _ in range(TIMES))
    assert deadlocks(url) == 0


REGION = Opening(
    "civil_air_defence_red_black_list",
    Party("enterprise", "虚构人防有限公司", code(90)),
    "yingkou",
    facts={"list": "black", "activity": "construction", "in_trade_since": "2020-01-02",
           "evaluation_due_on": "2099-12-31"},
)  # fmt: skip


def officer(role: str, user: str = "") -> Identity:
    return Identity(user or role, frozenset({role}))


def record(day: str) -> Doing:
    return Doing("bad_record_entered", {"happened_on": day, "finding": "未按规定施工"})


def test_the_second_and_third_record_of_an_enterprise_at_once_lead_to_one_entry_on_the_list(
    url: str, store: Store, tmp_path: Path
) -> None:
    casework = Casework(store, rulebook(), calendar(), SystemClock())
    area = officer("civil_air_defence")
    ids = [str(casework.open(REGION, area).plain["id"]) for _ in range(3)]
    casework.act(ids[0], record("2025-03-03"), area)
    start = starting_line(2)
    doings: list[list[Race]] = [
        [(ids[1], area, record("2025-05-06"), "second")],
        [(ids[2], area, record("2025-08-08"), "third")],
    ]
    with workers(url, tmp_path, 2):
        people = [Victim(race, url, start, each) for each in doings]
        assert [each.ended() for each in people] == [0, 0]
        for case_id, identity, doing in publication(ids[0]):
            casework.act(case_id, doing, identity)
        found = settled(url)
    assert tables.faults(found, machine_time()) == []
    facts = [row["fact"] for row in found["credit_facts"] if row["uscc"] == code(90)]
    assert facts == ["civil_air_defence_bad_record"] * 3
    rows = [(row["list"], row["restriction"]) for row in found["list_rows"]]
    assert sorted(rows, key=str) == [("civil_air_defence_black", None)] + [(None, "benefits")] * 3
    assert deadlocks(url) == 0


def publication(case_id: str) -> Iterator[tuple[str, Identity, Doing]]:
    """From the ground found in the file to the publication of the entry."""
    for role, event, facts in (
        ("civil_air_defence", "find_three_records", {"finding": "一年内三次记录"}),
        ("civil_air_defence", "collect", {"finding": "已采集"}),
        ("civil_air_defence", "verify", {"ground_holds": True}),
        ("civil_air_defence", "submit_to_group", {}),
        ("leading_group", "group_pass", {}),
        ("civil_air_defence", "report_up", {}),
        ("provincial_authority", "recognise", {"standard_met": True}),
        ("provincial_authority", "notify", {}),
        ("provincial_authority", "file", {"filed_with": "虚构备案机关"}),
        ("provincial_authority", "publish", {"published_where": "虚构网站"}),
    ):
        yield case_id, officer(role), Doing(event, facts)
