"""What is written is read back: every kind of row, and everything a port method asks for."""

from datetime import UTC, timedelta

import pytest

from cases.ports import Conflict, Store, StoreError
from cases.rows import Batch
from machines.frozen import replace
from tests.stores import samples as s
from tests.stores.conftest import MACHINE_TIME


def _write(store: Store, batch: Batch) -> None:
    with store.unit() as unit:
        unit.write(batch)


def test_everything_that_a_batch_carries_is_kept(store: Store) -> None:
    batch = s.opened(
        entries=(s.entry(seq=2), s.entry(seq=1)),
        obligations=(s.obligation(),),
        fired=(s.fired(),),
        credit_facts=(s.credit_fact(retracts="1.1"),),
        outbox=(s.outbox(),),
        work=(s.work(),),
        definitions=(s.definition(),),
        idempotency=(s.answer(),),
    )
    _write(store, batch)
    with store.unit() as unit:
        assert unit.case("c1") == s.case()
        assert list(unit.entries("c1")) == [s.entry(seq=1), s.entry(seq=2)]
        assert list(unit.obligations()) == [s.obligation()]
        assert list(unit.credit_facts(s.USCC)) == [s.credit_fact(retracts="1.1")]
        assert list(unit.outbox()) == [s.outbox()]
        assert list(unit.open_work(s.USCC)) == [s.work()]
        assert unit.definition("d1") == s.definition()
        assert unit.idempotent("wang", "k1") == s.answer()
        assert unit.counts() == {
            "cases": 1, "entries": 2, "obligations": 1, "fired": 1, "credit_facts": 1,
            "list_rows": 0,
        }  # fmt: skip


def test_what_is_not_there_is_none_or_empty(store: Store) -> None:
    with store.unit() as unit:
        assert unit.case("c1") is None
        assert unit.case("c1", lock=True) is None
        assert unit.definition("d1") is None
        assert unit.token("t1") is None
        assert unit.idempotent("wang", "k1") is None
        assert list(unit.entries("c1")) == []
        assert list(unit.settings("yingkou")) == []
        assert set(unit.counts().values()) == {0}


def test_an_instant_comes_back_in_utc_whatever_its_offset(store: Store) -> None:
    _write(store, s.opened(s.case(next_enforce_at=s.later(days=1))))
    with store.unit(write=False) as unit:
        row = unit.case("c1")
        assert row is not None
        assert (row.opened_at, row.opened_at.tzinfo) == (s.AT, UTC)
        assert row.next_enforce_at is not None
        assert row.next_enforce_at.tzinfo is UTC


def test_an_instant_without_an_offset_is_refused(store: Store) -> None:
    naive = s.case(opened_at=s.AT.replace(tzinfo=None))
    with pytest.raises(ValueError, match="needs an offset"):
        _write(store, s.opened(naive))


def test_a_case_is_replaced_by_version(store: Store) -> None:
    _write(store, s.opened())
    second = s.case(version=2, settled=True, subject_name="海风货运二", subject_uscc=None)
    _write(store, Batch(cases=((second, 1),)))
    with store.unit() as unit:
        assert unit.case("c1", lock=True) == second


def test_a_batch_of_thousands_opens_and_replaces(store: Store) -> None:
    cases = [s.case(f"c{n:05}") for n in range(3_000)]
    _write(store, s.opened(*cases, entries=tuple(s.entry(row.id) for row in cases)))
    moved = tuple((replace(row, version=2), 1) for row in cases)
    _write(store, Batch(cases=moved, entries=tuple(s.entry(row.id, 2) for row in cases)))
    with store.unit(write=False) as unit:
        assert unit.counts()["entries"] == 6_000
        assert [row.version for row in unit.cases(limit=5_000)] == [2] * 3_000


def test_an_obligation_replaces_the_row_of_its_key(store: Store) -> None:
    _write(store, s.opened(obligations=(s.obligation(), s.obligation(occurrence=2))))
    met = s.obligation(status="met")
    _write(store, Batch(obligations=(met,)))
    with store.unit() as unit:
        assert list(unit.obligations(running=False)) == [met, s.obligation(occurrence=2)]


def test_a_text_used_again_is_kept_as_it_was_first(store: Store) -> None:
    _write(store, Batch(definitions=(s.definition(), s.definition("d2"))))
    _write(store, Batch(definitions=(s.definition(first_used_at=s.later(days=1)),)))
    with store.unit() as unit:
        assert list(unit.definitions()) == [s.definition(), s.definition("d2")]


def test_tokens_are_kept(store: Store) -> None:
    other = s.token("t0", created_at=s.later(days=1), expires_at=s.later(days=9), zone=None)
    with store.unit() as unit:
        unit.add_token(other)
        unit.add_token(s.token())
    with store.unit() as unit:
        assert unit.token("t0") == other
        assert list(unit.tokens()) == [s.token(), other]


def test_settings_are_read_in_the_order_of_recording(store: Store) -> None:
    with store.unit() as unit:
        unit.add_setting(s.setting(2, value=2**40))
        unit.add_setting(s.setting(1))
        unit.add_setting(s.setting(1, zone="dalian"))
    with store.unit() as unit:
        assert list(unit.settings("yingkou")) == [s.setting(1), s.setting(2, value=2**40)]


def test_credit_facts_come_oldest_first(store: Store) -> None:
    facts = (
        s.credit_fact(seq=2, at=s.later(days=-1)),
        s.credit_fact(n=2),
        s.credit_fact(),
        s.credit_fact(seq=3, uscc="another"),
    )
    _write(store, s.opened(credit_facts=facts))
    with store.unit() as unit:
        assert list(unit.credit_facts(s.USCC)) == [facts[0], facts[2], facts[1]]


def test_a_credit_fact_keeps_what_it_reports_and_on_which_day(store: Store) -> None:
    graded = s.credit_fact(fact="annual_grade", on_date=s.DAY, value="A")
    _write(store, s.opened(credit_facts=(graded,)))
    with store.unit() as unit:
        assert list(unit.credit_facts(s.USCC)) == [graded]


def test_changes_of_an_enterprise_are_found_from_both_sides(store: Store) -> None:
    renamed = s.change()
    elsewhere = s.change(2, uscc="another")
    merged = s.change(3, kind="merger", successor="heir", at=s.later(days=1))
    with store.unit() as unit:
        for row in (merged, renamed, elsewhere):
            unit.add_change(row)
    with store.unit(write=False) as unit:
        assert list(unit.changes(s.USCC)) == [renamed, merged]
        assert list(unit.changes("heir")) == [merged]
        assert list(unit.changes("nobody")) == []
        assert list(unit.changes()) == [renamed, elsewhere, merged]


def test_changes_are_recorded_one_at_a_time(store: Store) -> None:
    with store.unit() as unit:
        unit.add_change(s.change())
    with pytest.raises(Conflict), store.unit() as unit:
        unit.add_change(s.change(uscc="another"))


def test_the_outbox_is_filtered_and_comes_oldest_first(store: Store) -> None:
    old = s.outbox("c2", at=s.later(days=-1), do="push")
    _write(store, s.opened(s.case(), s.case("c2"), outbox=(s.outbox(), s.outbox(n=2), old)))
    with store.unit() as unit:
        assert list(unit.outbox()) == [old, s.outbox(), s.outbox(n=2)]
        assert list(unit.outbox(limit=1)) == [old]
        assert list(unit.outbox(do="push")) == [old]
        assert list(unit.outbox(case_id="c1", do="notify", limit=1)) == [s.outbox()]
        assert list(unit.outbox(case_id="c1", do="push")) == []


def test_lists_are_entered_and_ended(store: Store) -> None:
    black = s.listed()
    closed_route = s.listed(
        n=2, list=None, restriction="commitment_route", since_at=s.later(days=-1)
    )
    red = s.listed("c2", uscc="another", list="red")
    with store.unit() as unit:
        for row in (black, closed_route, red):
            unit.add_list(row)
        unit.end_list("c1", 1, 1, s.later(days=1), "c1/2")
    ended = replace(black, ended_at=s.later(days=1), ended_by="c1/2")
    with store.unit(write=False) as unit:
        assert list(unit.lists()) == [closed_route, red]
        assert list(unit.lists(uscc=s.USCC)) == [closed_route]
        assert list(unit.lists(uscc=s.USCC, live=False)) == [closed_route, ended]
        assert list(unit.lists(list_name="red")) == [red]
        assert list(unit.lists(uscc=s.USCC, list_name="red")) == []


def test_a_list_row_ends_once(store: Store) -> None:
    with store.unit() as unit:
        unit.add_list(s.listed())
        unit.end_list("c1", 1, 1, s.later(days=1), "first")
        unit.end_list("c1", 1, 1, s.later(days=2), "second")
        unit.end_list("c1", 9, 9, s.later(days=1), "nobody")
    with store.unit() as unit:
        assert [row.ended_by for row in unit.lists(live=False)] == ["first"]


def test_meta_is_written_replaced_and_removed(store: Store) -> None:
    with store.unit() as unit:
        unit.set_meta({"clock": "one", "hold": "two"})
        unit.set_meta({"clock": "three", "hold": None, "never_there": None})
        unit.set_meta({})
    with store.unit(write=False) as unit:
        meta = dict(unit.meta())
    assert meta.pop("birth") == "sandbox"
    assert len(meta.pop("instance")) == 36
    assert meta == {"clock": "three"}


@pytest.mark.parametrize("name", ["birth", "instance"])
def test_what_a_database_is_never_changes(store: Store, name: str) -> None:
    with pytest.raises(StoreError, match=f"{name} of a database never changes"), store.unit() as u:
        u.set_meta({name: "production"})


def test_the_time_is_the_servers_or_the_machines(store: Store) -> None:
    with store.unit(write=False) as unit:
        first, second = unit.now(), unit.now()
    assert first.utcoffset() == timedelta(0)
    if store.url.startswith("postgresql"):
        assert second > first  # the server's clock goes on inside a transaction
    else:
        assert first == second == MACHINE_TIME


CHANGES = (
    lambda unit: unit.write(Batch()),
    lambda unit: unit.case("c1", lock=True),
    lambda unit: unit.claim_cases(s.AT, 1, mild_only=False, now=s.AT),
    lambda unit: unit.claim_work(1),
    lambda unit: unit.finish_work(s.work(), s.AT),
    lambda unit: unit.set_aside("c1", None, None),
    lambda unit: unit.add_list(s.listed()),
    lambda unit: unit.end_list("c1", 1, 1, s.AT, "c1/2"),
    lambda unit: unit.add_setting(s.setting()),
    lambda unit: unit.add_change(s.change()),
    lambda unit: unit.add_token(s.token()),
    lambda unit: unit.set_meta({"clock": "now"}),
    lambda unit: unit.idempotent("wang", "k1"),
)


def test_a_reading_unit_changes_and_locks_nothing(store: Store) -> None:
    for change in CHANGES:
        with store.unit(write=False) as unit, pytest.raises(StoreError, match="only reads"):
            change(unit)


def test_an_entry_needs_its_case(store: Store) -> None:
    with pytest.raises(StoreError):
        _write(store, Batch(entries=(s.entry(),)))
    with store.unit() as unit:
        assert unit.counts()["entries"] == 0


@pytest.mark.parametrize(
    "batch",
    [
        Batch(cases=((s.case(), 0),)),
        Batch(entries=(s.entry(),)),
        Batch(fired=(s.fired(seq=7),)),
        Batch(credit_facts=(s.credit_fact(fact="another"),)),
        Batch(outbox=(s.outbox(do="push"),)),
        Batch(work=(s.work(do="delist"),)),
        Batch(idempotency=(s.answer(body_hash="b2"),)),
    ],
    ids=lambda batch: next(name for name in batch.__slots__ if getattr(batch, name)),
)
def test_what_is_insert_only_conflicts_on_its_key(store: Store, batch: Batch) -> None:
    first = s.opened(
        entries=(s.entry(),), fired=(s.fired(),), credit_facts=(s.credit_fact(),),
        outbox=(s.outbox(),), work=(s.work(),), idempotency=(s.answer(),),
    )  # fmt: skip
    _write(store, first)
    with pytest.raises(Conflict, match="somebody else wrote it first"):
        _write(store, batch)
    with store.unit() as unit:
        assert unit.case("c1") == s.case()


@pytest.mark.parametrize(
    "add",
    [
        lambda unit: unit.add_list(s.listed(name="another")),
        lambda unit: unit.add_setting(s.setting(value=11)),
        lambda unit: unit.add_token(s.token(user="li")),
    ],
    ids=["list", "setting", "token"],
)
def test_the_other_rows_conflict_on_their_keys_too(store: Store, add) -> None:
    with store.unit() as unit:
        add(unit)
    with pytest.raises(Conflict, match="somebody else wrote it first"), store.unit() as unit:
        add(unit)


@pytest.mark.parametrize("replaced", [1, 3])
def test_a_case_that_moved_on_conflicts(store: Store, replaced: int) -> None:
    _write(store, s.opened(s.case(version=2), s.case("c2")))
    one = Batch(cases=((s.case(version=4), replaced),))
    with pytest.raises(Conflict, match=f"case c1 is not at version {replaced}"):
        _write(store, one)
    many = Batch(cases=((s.case("c2", version=2), 1), *one.cases))
    with pytest.raises(Conflict, match="somebody else wrote first"):
        _write(store, many)
    with store.unit() as unit:
        assert [row.version for row in unit.cases()] == [2, 1]


def test_a_case_that_is_not_there_cannot_be_replaced(store: Store) -> None:
    with pytest.raises(Conflict):
        _write(store, Batch(cases=((s.case(version=2), 1),)))
    with store.unit() as unit:
        assert unit.case("c1") is None
