"""The composition root: which store, clock, rulebook and enforcer one process works with."""

from __future__ import annotations

from dataclasses import dataclass

from api.second_opinion import dates_again
from cases.calendar_loading import take_over
from cases.casework import Casework
from cases.clock import Clock, SandboxClock, SystemClock, machine_time
from cases.ports import Store
from cases.store import open_store
from machines.book import Rulebook, rulebook
from rules.working_days import load_calendar
from scheduler.enforcer import Enforcer
from scheduler.nightly import conform
from scheduler.runner import Runner


@dataclass(frozen=True)
class Service:
    """Everything a process needs, wired once. `sandbox`: the clock lives in the database."""

    store: Store
    casework: Casework
    enforcer: Enforcer
    clock: Clock
    sandbox: bool

    @property
    def book(self) -> Rulebook:
        """The rulebook in use."""
        return self.casework.book

    def put_in_service(self) -> None:
        """A database of which nobody has said what it is for is production from now on; what the
        shipped calendar knows more comes into force; the texts of this release are kept. Raises
        CalendarError, Conflict."""
        with self.store.unit(write=False) as unit:
            unborn = "birth" not in unit.meta()
        if unborn:
            self.store.upgrade("production")
        take_over(self.casework)
        with self.store.unit() as unit:
            self.casework.texts.keep_own(unit, self.clock.now(unit))

    def runner(self) -> Runner:
        """A background sweeper: a sandbox is looked at often, its clock rings no alarm."""
        if self.sandbox:
            return Runner(self.enforcer, beat_seconds=5.0, alarm=False)
        return Runner(self.enforcer, nightly=conform(self.casework, dates_again))

    def close(self) -> None:
        """Gives back the database connections."""
        self.store.close()


def assemble(url: str, *, sandbox: bool | None = None) -> Service:
    """A service on a migrated database. `sandbox` None takes the database as it was born; said, it
    is also what a database that nobody has served yet is born as.

    Raises NotMigrated, WrongBirth, StoreError, DefinitionError."""
    store = open_store(url, clock=machine_time)
    birth = None if sandbox is None else "sandbox" if sandbox else "production"
    store.check(birth)
    if birth is not None:
        store.upgrade(birth)
    with store.unit(write=False) as unit:
        born = unit.meta().get("birth") == "sandbox"
    clock: Clock = SandboxClock() if born else SystemClock()
    casework = Casework(store, rulebook(), load_calendar(), clock)
    return Service(store, casework, Enforcer(casework), clock, born)
