"""A journal that says what its text does not allow is found, and becomes a task once."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from api.second_opinion import dates_again
from cases.casework import Casework, Doing, journal_of
from cases.conformance import begin, go_on
from cases.ports import Store
from cases.records import rows_of
from cases.rows import ConformanceRow
from machines.book import Rulebook
from machines.case import Actor, DueDate, Entry
from machines.conformance import Surroundings, deviations
from machines.frozen import replace
from rules.parameters import Settings
from rules.view import World
from rules.working_days import load_calendar
from scheduler.nightly import conform
from tests.cli.running import answer, run
from tests.versions.editions import APPLICANT, at, book, licensed, office, served, swept

Journal = list[Entry]
SUPPLY, OVERDUE, REVOKED = 1, 3, 4  # entries of the revoked case, from 0: issue, ...


@pytest.fixture
def texts(tmp_path: Path) -> Rulebook:
    return book(tmp_path / "old")


@pytest.fixture
def revoked(store: Store, texts: Rulebook) -> Journal:
    """Licensed on 2025-06-16, nothing supplied by 2025-08-15, revoked on the first lawful day."""
    case_id = licensed(served(office(store, texts, at(6, 16))))
    instants = [at(7, 15, 0), at(8, 8, 0), at(8, 16, 0), at(8, 18, 0)]
    swept(store, texts, *instants)
    with store.unit(write=False) as unit:
        return list(journal_of(unit, case_id))


def _around(texts: Rulebook, now: Any = None, **more: Any) -> Surroundings:
    world = World(load_calendar(), texts.parameters, Settings("yingkou"))
    return Surroundings(lambda text: texts.by_hash[text], lambda _: world, now or at(8, 19), **more)


def _found(journal: Journal, texts: Rulebook, **more: Any) -> set[tuple[int, str]]:
    return {(one.seq, one.kind) for one in deviations(journal, _around(texts, **more))}


def _place(journal: Journal, event: str) -> int:
    return next(n for n, entry in enumerate(journal) if entry.event == event)


def _with(journal: Journal, at_event: str, **changes: Any) -> Journal:
    n = _place(journal, at_event)
    return [*journal[:n], replace(journal[n], **changes), *journal[n + 1 :]]


def test_a_journal_as_the_engine_writes_it_conforms(revoked: Journal, texts: Rulebook) -> None:
    assert [entry.event for entry in revoked][-2:] == ["supply_overdue", "revoke"]
    assert _found(revoked, texts) == set()


def _by_a_stranger(journal: Journal) -> Journal:
    return _with(journal, "issue", actor=Actor("zhao", "applicant"))


def _another_way(journal: Journal) -> Journal:
    return _with(journal, "issue", moves={"main": ("applied", "complete")}, duties=())


def _too_early(journal: Journal) -> Journal:
    n = _place(journal, "revoke")
    early = at(8, 17, 0)
    return [*journal[:n], replace(journal[n], at=early, happened_at=early)]


def _too_late(journal: Journal) -> Journal:
    late = at(8, 20, 0)
    return _with(journal, "revoke", at=late, happened_at=late)


def _without_its_effect(journal: Journal) -> Journal:
    return _with(journal, "revoke", effects=(), licences=())


def _another_date(journal: Journal) -> Journal:
    n = _place(journal, "issue")
    duty = next(d for d in journal[n].duties if d.obligation == "supply_materials")
    due = replace(duty.due, on=at(9, 15).date())
    duties = tuple(replace(d, due=due) if d is duty else d for d in journal[n].duties)
    return _with(journal, "issue", duties=duties)


def _backwards(journal: Journal) -> Journal:
    return _with(journal, "issue", at=at(6, 15), happened_at=at(6, 15))


@pytest.mark.parametrize(
    ("tampered", "event", "kind"),
    [
        (_by_a_stranger, "issue", "role"),
        (_another_way, "issue", "transition"),
        (_too_early, "revoke", "early"),
        (_too_late, "revoke", "late"),
        (_without_its_effect, "revoke", "consequence"),
        (_another_date, "issue", "date"),
        (_backwards, "issue", "journal"),
    ],
)
def test_each_kind_of_deviation_is_found_at_its_entry(
    revoked: Journal, texts: Rulebook, tampered: Callable[[Journal], Journal], event: str,
    kind: str,
) -> None:  # fmt: skip
    n = _place(revoked, event) + 1
    assert (n, kind) in _found(tampered(revoked), texts, now=at(8, 21))


def test_a_consequence_that_never_came_is_missing_after_the_tolerance(
    revoked: Journal, texts: Rulebook
) -> None:
    before = revoked[: _place(revoked, "revoke")]
    on_time, a_day_on = at(8, 18, 23), at(8, 19, 1)
    assert _found(before, texts, now=on_time) == set()
    assert _found(before, texts, now=a_day_on) == {(len(before), "missing")}
    assert _found(before, texts, now=a_day_on, held=True) == set()
    assert _found(before, texts, now=a_day_on, tolerance=timedelta(days=9)) == set()


def test_what_a_person_let_go_on_is_not_late(revoked: Journal, texts: Rulebook) -> None:
    late = _too_late(revoked)
    assert _found(late, texts, excused=[at(8, 19)]) == set()
    assert _found(late, texts, excused=[at(8, 21)]) == {(len(late), "late")}


def test_a_journal_written_by_hand_is_read_to_where_it_breaks(
    revoked: Journal, texts: Rulebook
) -> None:
    """The licence is revoked before it is issued; the rest cannot be folded."""
    wrong = [revoked[0], revoked[-1], *revoked[1:-1]]
    kinds = _found(wrong, texts)
    assert (2, "early") in kinds
    assert (2, "journal") in kinds
    assert _found([replace(revoked[1])], texts) == {(1, "journal")}


def _forged(casework: Casework, case_id: str, change: Callable[[Journal], Journal]) -> str:
    """The case once more, under another number, with a journal that somebody has changed."""
    number = f"{case_id}-forged"
    with casework.store.unit() as unit:
        journal = change(list(journal_of(unit, case_id)))
        opens = {**journal[0].marks["opens"], "id": number}
        journal[0] = replace(journal[0], marks={**journal[0].marks, "opens": opens})
        compiled = casework.pinned(unit, str(opens["definition"]))
        written = rows_of(compiled, None, None, journal, journal[-1].at)
        unit.write(replace(written.batch, tallies=()))
    return number


def _night(casework: Casework, **more: Any) -> ConformanceRow:
    row = begin(casework, again=True)
    assert row is not None
    return go_on(casework, row, dates_again, **more)


def test_a_run_tells_the_fitness_and_keeps_each_deviation_once(
    store: Store, texts: Rulebook
) -> None:
    casework = served(office(store, texts, at(6, 16)))
    first, second = licensed(casework), licensed(casework)
    forged = _forged(casework, first, _by_a_stranger)
    for _ in range(2):
        done = _night(casework, batch=2)
        assert (done.cases, done.conforming, done.deviations) == (3, 2, 1)
        with store.unit(write=False) as unit:
            (task,) = unit.deviations()
        assert (task.case_id, task.seq, task.do) == (forged, 2, "task")
        assert "approval" in task.body
    assert second != forged


def test_what_is_mended_is_closed_and_opened_again_when_it_comes_back(
    store: Store, texts: Rulebook
) -> None:
    licensed(served(office(store, texts, at(6, 16))))
    late = office(store, texts, at(7, 17))  # the check was due on 07-14, nobody has swept
    assert _night(late).deviations == 1
    swept(store, texts, at(7, 17))
    after = _night(office(store, texts, at(7, 18)))
    with store.unit(write=False) as unit:
        kinds = [one.body for one in unit.deviations()]
    assert after.deviations == len(kinds)
    assert not any("missing" in body for body in kinds)
    assert any('"late"' in body for body in kinds)


def test_the_second_opinion_sees_a_date_that_was_moved_by_hand(
    store: Store, texts: Rulebook
) -> None:
    casework = served(office(store, texts, at(6, 16)))
    _forged(casework, licensed(casework), _with_a_later_day)
    assert _night(casework).deviations > 0


def _with_a_later_day(journal: Journal) -> Journal:
    """A later entry moves the day, and no event says why."""
    last = journal[-1]
    duty = last.duties[0]
    due: DueDate = replace(duty.due, on=at(12, 31).date())
    moved = replace(duty, due=due)
    act = Entry("recounted", "recount", last.at, last.at, last.actor, duties=(moved,),
                marks={"keys": []}, inputs=last.inputs)  # fmt: skip
    return [*journal, act]


def test_an_interrupted_night_goes_on_where_it_was(store: Store, texts: Rulebook) -> None:
    casework = served(office(store, texts, at(6, 16)))
    for _ in range(5):
        licensed(casework)
    row = begin(casework)
    assert row is not None
    looks = iter([False, True])
    stopped = go_on(casework, row, batch=2, stop=lambda: next(looks))
    assert (stopped.cases, stopped.finished_at) == (2, None)
    conform(casework, dates_again)(Event())
    with store.unit(write=False) as unit:
        (done,) = unit.conformance_runs()
    assert (done.cases, done.conforming) == (5, 5)
    conform(casework, dates_again)(Event())  # it was done this night
    with store.unit(write=False) as unit:
        assert len(unit.conformance_runs()) == 1


def test_the_command_says_what_conforms(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/v.db"
    run("db", "upgrade", "--sandbox", "--db", url)
    found = answer("audit", "conformance", "--db", url)
    assert (found["run"]["cases"], found["run"]["fitness"], found["open"]) == (0, 1.0, [])


def test_an_act_that_the_text_does_not_know(store: Store, texts: Rulebook) -> None:
    casework = served(office(store, texts, at(6, 16)))
    case_id = licensed(casework)
    casework.act(case_id, Doing("supply", documents={"rules": None}), APPLICANT)
    with store.unit(write=False) as unit:
        journal = list(journal_of(unit, case_id))
    assert _found(journal, texts, now=at(6, 17)) == set()
    assert (3, "transition") in _found(_with(journal, "supply", event="give"), texts, now=at(6, 17))
