"""All or nothing, one writer after the other, and nobody twice."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from cases.ports import Conflict, Store, StoreError
from cases.rows import Batch
from tests.stores import samples as s

PATIENCE_S = 10


def _together(*tasks: Callable[[], object]) -> list[object]:
    """Runs the tasks at the same time; answers with their results, or exceptions."""

    def attempt(task: Callable[[], object]) -> object:
        try:
            return task()
        except (Conflict, StoreError) as error:
            return error

    with ThreadPoolExecutor(len(tasks)) as pool:
        return [each.result(timeout=60) for each in [pool.submit(attempt, t) for t in tasks]]


def _everything(unit) -> None:
    """One of every change a unit can make."""
    unit.write(
        s.opened(
            s.case("c2"), entries=(s.entry("c2"),), obligations=(s.obligation("c2"),),
            fired=(s.fired("c2"),), credit_facts=(s.credit_fact("c2"),), outbox=(s.outbox("c2"),),
            work=(s.work("c2"),), definitions=(s.definition("d2"),), idempotency=(s.answer("k2"),),
        )
    )  # fmt: skip
    unit.write(Batch(cases=((s.case(version=2), 1),), obligations=(s.obligation(status="met"),)))
    unit.set_aside("c1", "why", s.AT)
    unit.finish_work(s.work(), s.AT)
    unit.add_list(s.listed("c2"))
    unit.end_list("c1", 1, 1, s.AT, "c2/1")
    unit.add_setting(s.setting())
    unit.add_token(s.token())
    unit.set_meta({"clock": None, "hold": "new"})


def _seen(store: Store) -> list[object]:
    """Everything that can be read."""
    with store.unit() as unit:
        return [
            unit.cases(), unit.obligations(running=False), unit.outbox(), unit.lists(live=False),
            unit.settings("yingkou"), unit.tokens(), unit.definitions(), unit.meta(),
            unit.counts(), unit.open_work(s.USCC), unit.credit_facts(s.USCC),
            unit.idempotent("wang", "k2"), unit.entries("c1"), unit.entries("c2"),
            unit.claim_cases(s.later(days=9), 9, mild_only=False, now=s.AT),
            unit.next_instant(mild_only=False), unit.broken_cases(),
        ]  # fmt: skip


def test_an_exception_leaves_nothing_behind(store: Store) -> None:
    with store.unit() as unit:
        unit.write(s.opened(s.case(next_enforce_at=s.later(days=1)), entries=(s.entry(),),
                            obligations=(s.obligation(),), work=(s.work(),)))  # fmt: skip
        unit.add_list(s.listed())
        unit.set_meta({"clock": "old"})
    before = _seen(store)

    def interrupted() -> None:
        with store.unit() as unit:
            _everything(unit)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert _seen(store) == before
    with store.unit() as unit:
        _everything(unit)
    assert all(one != other for one, other in zip(before[:5], _seen(store)[:5], strict=True))


def test_a_conflict_leaves_nothing_behind(store: Store) -> None:
    with store.unit() as unit:
        unit.write(s.opened(fired=(s.fired(),)))
    half_new = s.opened(s.case("c2"), entries=(s.entry("c2"),), fired=(s.fired(),))
    with pytest.raises(Conflict), store.unit() as unit:
        unit.write(half_new)
    with store.unit() as unit:
        assert unit.case("c2") is None
        assert unit.counts()["entries"] == 0


def test_a_conflict_that_somebody_swallows_is_raised_again_at_the_end(store: Store) -> None:
    with store.unit() as unit:
        unit.write(s.opened())

    def careless() -> None:
        with store.unit() as unit:
            with pytest.raises(Conflict):
                unit.write(s.opened(s.case("c2"), s.case("c1")))
            with pytest.raises(StoreError, match="failed already"):
                unit.case("c1")

    with pytest.raises(Conflict):
        careless()
    with store.unit() as unit:
        assert [row.id for row in unit.cases()] == ["c1"]


def test_a_value_that_cannot_be_stored_spoils_the_whole_batch(store: Store) -> None:
    naive = s.obligation("c2", due_at=s.AT.replace(tzinfo=None))

    def careless() -> None:
        with store.unit() as unit, pytest.raises(ValueError, match="needs an offset"):
            unit.write(s.opened(s.case("c2"), obligations=(s.obligation(), naive)))

    with pytest.raises(ValueError, match="needs an offset"):
        careless()
    with store.unit() as unit:
        assert unit.case("c2") is None


def test_a_unit_sees_what_it_wrote_itself(store: Store) -> None:
    with store.unit() as unit:
        unit.write(s.opened(entries=(s.entry(),)))
        unit.set_meta({"clock": "now"})
        assert unit.case("c1") == s.case()
        assert len(unit.entries("c1")) == 1
        assert unit.meta()["clock"] == "now"


def test_a_reading_unit_sees_one_moment(store: Store) -> None:
    """What is committed meanwhile shows in the next unit, never in the middle of one."""
    with store.unit() as unit:
        unit.write(s.opened())
    begun, written = threading.Event(), threading.Event()

    def read() -> tuple[int, int]:
        with store.unit(write=False) as unit:
            first = len(unit.cases())
            begun.set()
            written.wait(timeout=0.5)
            return first, len(unit.cases())

    def write() -> None:
        begun.wait(timeout=PATIENCE_S)
        with store.unit() as unit:
            unit.write(s.opened(s.case("c2")))
        written.set()

    assert _together(read, write) == [(1, 1), None]
    with store.unit(write=False) as unit:
        assert len(unit.cases()) == 2


def test_of_two_writers_with_one_version_one_wins(store: Store) -> None:
    with store.unit() as unit:
        unit.write(s.opened())
    start = threading.Barrier(2)

    def act(who: str) -> str:
        with store.unit(write=False) as unit:
            row = unit.case("c1")
        assert row is not None
        start.wait(timeout=PATIENCE_S)
        with store.unit() as unit:
            changed = s.case(version=row.version + 1, subject_name=who)
            unit.write(Batch(cases=((changed, row.version),), entries=(s.entry(seq=2, actor=who),)))
        return who

    results = _together(lambda: act("one"), lambda: act("two"))
    (winner,) = [each for each in results if isinstance(each, str)]
    assert sum(isinstance(each, Conflict) for each in results) == 1
    with store.unit() as unit:
        assert [row.subject_name for row in unit.cases()] == [winner]
        assert [row.actor for row in unit.entries("c1")] == [winner]


def test_of_two_writers_that_lock_the_second_waits_and_sees_the_first(store: Store) -> None:
    with store.unit() as unit:
        unit.write(s.opened())
    start = threading.Barrier(2)

    def act() -> int:
        start.wait(timeout=PATIENCE_S)
        with store.unit() as unit:
            row = unit.case("c1", lock=True)
            assert row is not None
            threading.Event().wait(0.05)
            unit.write(Batch(cases=((s.case(version=row.version + 1), row.version),)))
            return row.version

    assert sorted(map(int, map(str, _together(act, act)))) == [1, 2]
    with store.unit() as unit:
        assert [row.version for row in unit.cases()] == [3]


def test_a_rung_is_taken_once_however_many_try(store: Store) -> None:
    with store.unit() as unit:
        unit.write(s.opened())
    start = threading.Barrier(4)

    def fire() -> None:
        start.wait(timeout=PATIENCE_S)
        with store.unit() as unit:
            unit.write(Batch(fired=(s.fired(),)))

    results = _together(*[fire] * 4)
    assert results.count(None) == 1
    assert sum(isinstance(each, Conflict) for each in results) == 3
    with store.unit() as unit:
        assert unit.counts()["fired"] == 1


def test_two_workers_never_claim_the_same_case(store: Store) -> None:
    """Each takes batches until nothing is left; a case is taken when it is written."""
    due = [  # of sixty enterprises: of one of them, a later case waits for an earlier one
        s.case(f"c{n:03}", next_enforce_at=s.later(hours=n), subject_uscc=f"firm-{n:03}")
        for n in range(60)
    ]
    with store.unit() as unit:
        unit.write(s.opened(*due))
    start = threading.Barrier(2)

    def work() -> list[str]:
        start.wait(timeout=PATIENCE_S)
        taken: list[str] = []
        while True:
            with store.unit() as unit:
                rows = unit.claim_cases(s.later(days=9), 7, mild_only=False, now=s.AT)
                if not rows:
                    return taken
                unit.write(Batch(cases=tuple((s.case(r.id, version=2), 1) for r in rows)))
                taken += [row.id for row in rows]

    one, two = _together(work, work)
    assert isinstance(one, list)
    assert isinstance(two, list)
    assert set(one).isdisjoint(two)
    assert sorted(one + two) == [row.id for row in due]


def test_two_workers_never_work_on_one_target(store: Store) -> None:
    items = [
        s.work(n=n, target=f"t{n % 3}", at=s.later(hours=n), body=str(n)) for n in range(1, 31)
    ]
    with store.unit() as unit:
        unit.write(s.opened(work=tuple(items)))
    start = threading.Barrier(2)
    order: list[tuple[str, int]] = []

    def apply() -> None:
        start.wait(timeout=PATIENCE_S)
        while True:
            with store.unit() as unit:
                rows = unit.claim_work(1)
                for row in rows:
                    order.append((row.target, row.n))
                    unit.finish_work(row, s.AT)
            with store.unit(write=False) as unit:
                if not any(unit.open_work(f"t{n}") for n in range(3)):
                    return

    assert _together(apply, apply) == [None, None]
    assert len(order) == len(set(order)) == 30
    for target in ("t0", "t1", "t2"):
        numbers = [n for each, n in order if each == target]
        assert numbers == sorted(numbers)


def test_one_key_is_answered_by_one_of_two_requests(store: Store) -> None:
    """The second waits for the first and finds its answer."""
    start = threading.Barrier(2)

    def request(case_id: str) -> str:
        start.wait(timeout=PATIENCE_S)
        with store.unit() as unit:
            known = unit.idempotent("wang", "k1")
            if known is not None:
                return known.response
            threading.Event().wait(0.05)
            kept = s.answer(response=case_id)
            unit.write(s.opened(s.case(case_id), idempotency=(kept,)))
            return case_id

    one, two = _together(lambda: request("c1"), lambda: request("c2"))
    assert one == two
    with store.unit() as unit:
        assert [row.id for row in unit.cases()] == [one]


def test_the_keys_of_two_actors_are_two(store: Store) -> None:
    with store.unit() as unit:
        unit.write(Batch(idempotency=(s.answer(), s.answer(actor="li", response="{}"))))
    with store.unit() as unit:
        found = unit.idempotent("li", "k1")
        assert found is not None
        assert found.response == "{}"
        assert unit.idempotent("zhang", "k1") is None
