"""Several people act in one transaction: each as if alone, and a bad act harms no other."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from cases.answer import Answer
from cases.casework import Asked, Casework, Doing
from cases.clock import machine_time
from cases.errors import ActRefused, KeyReused, NotFound, Stale
from cases.ports import Store, StoreError, Unit
from cases.rows import Batch, ChangeRow, EntryRow
from cases.store import open_store
from cases.together import act_together
from machines.codec import CodecError
from machines.frozen import replace
from tests.faults.town import (
    LICENSED_AT,
    OFFICER,
    code,
    dispatch_all,
    judge,
    open_case,
    steps,
    town,
)

ISSUE = Doing("issue_licence", {"formal_review_passed": True})


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store of each kind, ready for work."""
    urls = {"memory": "memory://", "sqlite": f"sqlite:///{tmp_path / 'cases.db'}"}
    url = urls.get(request.param) or str(request.getfixturevalue("postgres_url"))
    opened = open_store(url, clock=machine_time)
    opened.upgrade("production")
    yield opened
    opened.close()


def applied(casework: Casework, firms: int) -> list[Asked]:
    """The licence of each of some firms, which has done all that comes before it."""
    asked = []
    for number in range(1, firms + 1):
        case_id = open_case(casework, number).id
        for identity, doing in steps(number)[:-1]:
            casework.act(case_id, doing, identity)
        asked.append(Asked(case_id, ISSUE, OFFICER, f"key-{number}"))
    return asked


class Watched:
    """A store whose transactions are counted, and end as the test will have it."""

    def __init__(self, store: Store, at_the_end: Callable[[], None] = lambda: None) -> None:
        self._store, self.url, self.begun = store, store.url, 0
        self._at_the_end = at_the_end
        self.upgrade, self.check, self.close = store.upgrade, store.check, store.close

    @contextmanager
    def unit(self, *, write: bool = True) -> Iterator[Unit]:
        self.begun += 1
        with self._store.unit(write=write) as unit:
            yield unit
        self._at_the_end()


def seen(store: Store, case_id: str) -> tuple[int, int]:
    """The version of a case and how long its journal is."""
    with store.unit(write=False) as unit:
        row = unit.case(case_id)
        assert row is not None
        return row.version, len(unit.entries(case_id))


def test_ten_firms_get_their_licences_in_one_transaction(store: Store) -> None:
    casework, _ = town(store, LICENSED_AT)
    asked = applied(casework, 10)
    casework.store = watched = Watched(store)
    outcomes = act_together(casework, asked)
    assert watched.begun == 1
    for one, outcome in zip(asked, outcomes, strict=True):
        assert isinstance(outcome, Answer)
        assert outcome.plain["tracks"] == {"main": "licensed_provisional"}
        assert outcome.plain == casework.look(one.case_id, OFFICER).plain
    assert judge(store) == {"licensed_provisional": 10}
    assert casework.outcomes.counts()["done"] == 10 * 6


def test_an_answer_is_the_same_as_of_an_act_alone(store: Store) -> None:
    casework, _ = town(store, LICENSED_AT)
    asked = applied(casework, 2)
    with store.unit(write=False) as unit:
        state = unit.case(asked[1].case_id)
    together = act_together(casework, asked[:1])[0]
    alone = casework.act(asked[1].case_id, ISSUE, OFFICER, asked[1].key)
    assert isinstance(together, Answer)
    assert state is not None
    text = together.text.replace(asked[0].case_id, asked[1].case_id)
    assert (
        text.replace("虚构货运1号", "虚构货运2号").replace(
            together.plain["subject"]["uscc"], str(state.subject_uscc)
        )
        == alone.text
    )


def test_a_refused_act_is_told_so_and_harms_no_other(store: Store) -> None:
    casework, _ = town(store, LICENSED_AT)
    asked = applied(casework, 4)
    asked[1] = replace(asked[1], doing=Doing("inform"))
    asked[2] = replace(asked[2], doing=replace(ISSUE, if_version=1))
    asked.append(Asked("20250102-00000000", ISSUE, OFFICER, "key-5"))
    before = [seen(store, one.case_id) for one in asked[1:3]]
    done, refused, stale, well, unknown = act_together(casework, asked)
    assert isinstance(done, Answer)
    assert isinstance(well, Answer)
    assert isinstance(refused, ActRefused)
    assert refused.reason == "not_possible_now"
    assert isinstance(stale, Stale)
    assert unknown is None, "who is not there is asked for alone"
    assert [seen(store, one.case_id) for one in asked[1:3]] == before
    with pytest.raises(NotFound):
        casework.act("20250102-00000000", ISSUE, OFFICER)
    with store.unit() as unit:
        assert unit.idempotent("officer", "key-2") is None, "only successes are stored"
    assert judge(store) == {"licensed_provisional": 2, "formal_review": 2}


def test_a_case_that_cannot_be_read_harms_no_other(store: Store) -> None:
    casework, _ = town(store, LICENSED_AT)
    asked = applied(casework, 3)
    with store.unit() as unit:
        row = unit.case(asked[1].case_id, lock=True)
        assert row is not None
        unit.write(Batch(cases=((replace(row, state="{}"), row.version),)))
    one, broken, two = act_together(casework, asked)
    assert isinstance(broken, CodecError | TypeError)
    assert isinstance(one, Answer)
    assert isinstance(two, Answer)


def test_what_the_database_refuses_is_undone_for_all_and_everybody_acts_alone(
    store: Store,
) -> None:
    """Somebody has written into the journal of one case what nobody should have."""
    casework, _ = town(store, LICENSED_AT)
    asked = applied(casework, 3)
    version, _ = seen(store, asked[1].case_id)
    alien = EntryRow(asked[1].case_id, version + 1, LICENSED_AT, "act", "x", "x", "{}", "", "")
    with store.unit() as unit:
        unit.write(Batch(entries=(alien,)))
    assert act_together(casework, asked) == [None, None, None]
    assert [seen(store, one.case_id)[0] for one in asked] == [version] * 3
    for one in (asked[0], asked[2]):
        casework.act(one.case_id, one.doing, one.identity, one.key)
    with pytest.raises(Stale):
        casework.act(asked[1].case_id, ISSUE, OFFICER, asked[1].key)


def test_a_transaction_that_is_cut_off_leaves_nothing(store: Store) -> None:
    class CutOff(Watched):
        @contextmanager
        def unit(self, *, write: bool = True) -> Iterator[Unit]:
            with store.unit(write=write) as unit:
                yield unit
                raise KeyboardInterrupt

    casework, _ = town(store, LICENSED_AT)
    asked = applied(casework, 3)
    casework.store = CutOff(store)
    with pytest.raises(KeyboardInterrupt):
        act_together(casework, asked)
    casework.store = store
    assert judge(store) == {"formal_review": 3}
    assert all(isinstance(one, Answer) for one in act_together(casework, asked))


def test_what_may_have_been_written_is_not_tried_again(store: Store) -> None:
    """The connection breaks while the commit is under way: it was carried out, and nobody knows.
    A repetition under the same key finds out."""

    def breaks() -> None:
        raise StoreError("the server has gone away")

    casework, _ = town(store, LICENSED_AT)
    asked = applied(casework, 2)
    asked.append(replace(asked[0], case_id="20250102-00000000", key="other"))
    casework.store = Watched(store, breaks)
    one, two, unknown = act_together(casework, asked)
    assert isinstance(one, StoreError)
    assert isinstance(two, StoreError)
    assert unknown is None
    casework.store = store
    assert judge(store) == {"licensed_provisional": 2}
    again, _ = act_together(casework, asked[:2])
    assert isinstance(again, Answer)
    assert again.repeated


def test_a_repetition_gets_the_stored_answer_and_another_request_none(store: Store) -> None:
    casework, _ = town(store, LICENSED_AT)
    asked = applied(casework, 3)
    first = casework.act(asked[0].case_id, ISSUE, OFFICER, asked[0].key)
    other = replace(asked[1], key=asked[0].key)
    same, reused, well = act_together(casework, [asked[0], other, asked[2]])
    assert isinstance(same, Answer)
    assert (same.repeated, same.text) == (True, first.text)
    assert reused is None, "a key is one act's at a time"
    assert isinstance(well, Answer)
    (reused,) = act_together(casework, [other])
    assert isinstance(reused, KeyReused)


def test_the_same_request_twice_in_one_crowd_acts_once(store: Store) -> None:
    casework, _ = town(store, LICENSED_AT)
    asked = applied(casework, 2)
    first, again, other = act_together(casework, [asked[0], asked[0], asked[1]])
    assert isinstance(first, Answer)
    assert isinstance(other, Answer)
    assert again is None
    repeated = casework.act(asked[0].case_id, ISSUE, OFFICER, asked[0].key)
    assert (repeated.repeated, repeated.text) == (True, first.text)
    assert judge(store) == {"licensed_provisional": 2}


def test_two_cases_of_one_enterprise_do_not_move_together(store: Store) -> None:
    """What the first does may close something to the second, which looks when it is done."""
    one, two = dispatch_all(store, range(1, 2), 2)
    casework, _ = town(store, LICENSED_AT)
    serve = Doing("serve", {"document": "licence", "to": "applicant", "channel": "in_person",
                            "receipt": "r-1"})  # fmt: skip
    first, second = act_together(casework, [Asked(one, serve, OFFICER), Asked(two, serve, OFFICER)])
    assert first is not None
    assert second is None


def test_an_enterprise_that_took_over_another_acts_alone(store: Store) -> None:
    """It looks at the files of both."""
    casework, _ = town(store, LICENSED_AT)
    asked = applied(casework, 3)
    merger = ChangeRow(1, code(9), "merger", "虚构货运2号有限公司", code(2), LICENSED_AT.date(),
                       "a paper", "wang", "li", LICENSED_AT)  # fmt: skip
    with store.unit() as unit:
        unit.add_change(merger)
    one, heir, two = act_together(casework, asked)
    assert isinstance(one, Answer)
    assert isinstance(two, Answer)
    assert heir is None
    casework.act(asked[1].case_id, ISSUE, OFFICER)
    assert judge(store) == {"licensed_provisional": 3}


def test_two_processes_act_on_the_same_cases_and_each_act_is_done_once(
    store: Store, request: pytest.FixtureRequest
) -> None:
    """Both send the same requests under the same keys, in opposite order."""
    if store.url == "memory://":
        return  # nobody else can get at it
    address = str(request.getfixturevalue("postgres_url")) if "postgres" in store.url else store.url
    casework, _ = town(store, LICENSED_AT)
    asked = applied(casework, 12)

    def process(mine: list[Asked]) -> list[str]:
        own = open_store(address, clock=machine_time)
        there, _ = town(own, LICENSED_AT)
        answers = {}
        for begin in range(0, len(mine), 4):
            some = mine[begin : begin + 4]
            for one, outcome in zip(some, act_together(there, some), strict=True):
                assert outcome is None or isinstance(outcome, Answer), outcome
                answer = outcome or there.act(one.case_id, one.doing, one.identity, one.key)
                answers[one.case_id] = answer.text
        own.close()
        return [answers[one.case_id] for one in asked]

    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(process, some) for some in (asked, asked[::-1])]
        there, back = (one.result(timeout=60) for one in both)
    assert there == back
    assert judge(store) == {"licensed_provisional": 12}
