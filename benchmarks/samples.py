"""The cases that benchmarks copy, and what our own store writes for one piece of work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from benchmarks.databases import Workshop, copied
from benchmarks.field import TABLES, rows_of
from benchmarks.script import Rows, Script, difference
from cases.casework import Casework, Doing
from cases.clock import FixedClock, machine_time
from cases.ports import Store
from cases.store import open_store
from machines.book import rulebook
from machines.rungs import SHANGHAI
from rules.working_days import load_calendar
from scheduler.brake import Limits
from scheduler.enforcer import Enforcer
from tests.faults.town import OFFICER, open_case, steps

LICENSED_AT = datetime(2025, 1, 2, 9, tzinfo=SHANGHAI)
LICENSED_LATER_AT = datetime(2025, 5, 6, 9, tzinfo=SHANGHAI)
MISSED_AT = datetime(2025, 7, 3, 0, 0, 1, tzinfo=SHANGHAI)
ENFORCEABLE_AT = datetime(2025, 7, 4, 0, 0, 1, tzinfo=SHANGHAI)
ISSUE = Doing("issue_licence", {"formal_review_passed": True})


@contextmanager
def opened(url: str) -> Iterator[Store]:
    """Our store on a database, closed afterwards."""
    store = open_store(url, clock=machine_time)
    try:
        yield store
    finally:
        store.close()


def casework_at(store: Store, at: datetime) -> Casework:
    """The use cases at a fixed instant."""
    return Casework(store, rulebook(), load_calendar(), FixedClock(at))


def applied(store: Store, at: datetime = LICENSED_AT, number: int = 1) -> str:
    """A case in formal review, all but licensed; its id."""
    casework = casework_at(store, at)
    case_id = str(open_case(casework, number).plain["id"])
    for identity, doing in steps(number)[:-1]:
        casework.act(case_id, doing, identity)
    return case_id


def licensed(store: Store, at: datetime, number: int = 1) -> str:
    """A case licensed at an instant: its certificates are owed within six months."""
    case_id = applied(store, at, number)
    casework_at(store, at).act(case_id, ISSUE, OFFICER)
    return case_id


def missed(store: Store, number: int = 1) -> str:
    """A case whose promise was not kept, on the day after the date: the label is on, the
    consequence becomes lawful with the next day."""
    case_id = licensed(store, LICENSED_AT, number)
    sweeper(store, MISSED_AT).sweep()
    return case_id


def sweeper(store: Store, at: datetime) -> Enforcer:
    """An enforcer as it is run, whose last heartbeat was a minute ago: nothing is held."""
    with store.unit() as unit:
        unit.set_meta({"heartbeat": (at - timedelta(minutes=1)).isoformat()})
    return enforcer(store, at)


def enforcer(store: Store, at: datetime) -> Enforcer:
    """An enforcer whose brake counts every act, and would stop only after a thousand million."""
    return Enforcer(casework_at(store, at), limits=Limits(most=10**9, at_least=10**9))


def issue(store: Store, case_id: str) -> None:
    """The act that is measured: the licence is issued, six months begin to run."""
    casework_at(store, LICENSED_AT).act(case_id, ISSUE, OFFICER)


def enforce(store: Store, case_id: str) -> None:
    """The enforcement that is measured: the licence is revoked on the first lawful day."""
    del case_id
    sweeper(store, ENFORCEABLE_AT).sweep()


def recorded(
    place: Workshop, template: str, case_id: str, work: Callable[[Store, str], None]
) -> Script:
    """What our store writes for one piece of work on a case, and nothing else happens."""
    with copied(place, template) as url:
        before: Rows = rows_of(url, case_id)
        with opened(url) as store:
            work(store, case_id)
        after = rows_of(url, case_id)
    code = str(before["cases"][0]["subject_uscc"])
    return difference(TABLES, before, after, case_id, code)
