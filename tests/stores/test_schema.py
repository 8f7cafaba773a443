"""The schema: made from the package alone, equal to the tables, append-only, born once."""

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DBAPIError

from cases.clock import machine_time
from cases.ports import NotMigrated, Store, StoreError, WrongBirth
from cases.store import open_store
from cases.store.dialect import Statements
from cases.store.migrate import config
from cases.store.safety_statements import HELD_CASES
from cases.store.statements import CLAIM, CLAIM_RETRIED, CLAIM_WORK
from cases.store.tables import APPEND_ONLY, METADATA
from machines.case import Case, Entry
from machines.codec import from_json, to_plain
from machines.fold import remembered
from tests.faults.tables import BEIJING
from tests.faults.town import enforcer, license_all
from tests.stores import samples as s


@contextmanager
def _raw(url: str) -> Iterator[Connection]:
    """A connection past the store."""
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, where there is SQL to be spoken."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'cases.db'}"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def database(database_url: str) -> Iterator[Store]:
    """A migrated one."""
    store = open_store(database_url)
    store.upgrade("production")
    yield store
    store.close()


def test_an_empty_store_says_how_to_migrate(empty: Store) -> None:
    for asked in (None, "sandbox"):
        with pytest.raises(NotMigrated, match="upgrade"):
            empty.check(asked)


def test_an_empty_store_cannot_be_worked_on(empty: Store) -> None:
    with pytest.raises(NotMigrated), empty.unit() as unit:
        unit.case("c1")


def test_the_command_that_migrates_is_named(database_url: str, tmp_path: Path) -> None:
    store = open_store(database_url)
    with pytest.raises(NotMigrated, match=re.escape(f"`chengnuo db upgrade --db {store.url}`")):
        store.check()
    store.close()
    assert not (tmp_path / "cases.db").exists()  # looking makes no file


@pytest.mark.parametrize("birth", ["sandbox", "production"])
def test_upgrading_again_changes_nothing(empty: Store, birth: str) -> None:
    empty.upgrade(birth)
    with empty.unit() as unit:
        unit.write(s.opened())
        first = dict(unit.meta())
    empty.upgrade(birth)
    empty.upgrade()
    empty.check(birth)
    empty.check()
    with empty.unit(write=False) as unit:
        assert dict(unit.meta()) == first
        assert first["birth"] == birth
        assert unit.case("c1") == s.case()


def test_a_new_store_is_born_production_without_a_word(empty: Store) -> None:
    empty.upgrade()
    empty.check("production")


def test_a_store_is_what_it_was_born(store: Store) -> None:
    told = "was born sandbox, and this process is for production"
    with pytest.raises(WrongBirth, match=told):
        store.check("production")
    with pytest.raises(WrongBirth, match=told):
        store.upgrade("production")
    store.check("sandbox")


def test_there_are_two_births(empty: Store) -> None:
    for call in (empty.upgrade, empty.check):
        with pytest.raises(StoreError, match="born sandbox or production, not 'test'"):
            call("test")


def test_every_database_has_a_name_of_its_own(tmp_path: Path) -> None:
    names = set()
    for url in ("memory://", f"sqlite:///{tmp_path / '1.db'}", f"sqlite:///{tmp_path / '2.db'}"):
        store = open_store(url)
        store.upgrade()
        with store.unit(write=False) as unit:
            names.add(unit.meta()["instance"])
        store.close()
    assert len(names) == 3


def test_an_older_schema_is_refused_and_a_newer_one_explained(
    database: Store, database_url: str
) -> None:
    with _raw(database_url) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'from_tomorrow'"))
    for call in (database.check, database.upgrade):
        with pytest.raises(StoreError, match="schema from_tomorrow, which this version does not"):
            call()
    with _raw(database_url) as connection:
        connection.execute(text("DELETE FROM alembic_version"))
    with pytest.raises(NotMigrated):
        database.check()


def test_an_older_database_keeps_its_facts_when_it_is_brought_up_to_date(
    database_url: str,
) -> None:
    revisions = config()
    with _raw(database_url) as connection:
        revisions.attributes["connection"] = connection
        command.upgrade(revisions, "0001")
        connection.execute(text(
            "INSERT INTO credit_facts VALUES"
            f" ('c1', 1, 1, '{s.USCC}', 'broken_commitment', 'freight',"
            " '2025-01-02T01:00:00.000000+00:00', '6.1 6.2', NULL)"
        ))  # fmt: skip
    store = open_store(database_url)
    with pytest.raises(NotMigrated):
        store.check()
    store.upgrade()
    with store.unit(write=False) as unit:
        assert list(unit.credit_facts(s.USCC)) == [s.credit_fact()]
    store.close()


def test_an_older_case_gives_up_what_stands_in_its_journal(database_url: str) -> None:
    store = open_store(database_url, clock=machine_time)
    store.upgrade("production")
    (case_id,) = license_all(store, range(1, 2))
    enforcer(store, datetime(2025, 7, 3, 1, tzinfo=BEIJING)).sweep()
    with store.unit(write=False) as unit:
        row, journal = unit.case(case_id), unit.entries(case_id)
    assert row is not None
    full = remembered(from_json(Case, row.state), [from_json(Entry, one.body) for one in journal])
    state = json.loads(row.state)
    for one, undo in zip(state["undo"], full.undo, strict=True):
        assert undo.past is not None
        one.pop("touched")
        one |= {"duties": to_plain(undo.past.duties), "effects": to_plain(undo.past.effects)}
    with _raw(database_url) as connection:
        change = text("UPDATE cases SET state = :state")
        connection.execute(change, {"state": json.dumps(state)})
        head = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
        connection.execute(text("UPDATE alembic_version SET version_num = '0005'"))
        revisions = config()
        revisions.attributes["connection"] = connection
        command.upgrade(revisions, "0006")
        stamp = text("UPDATE alembic_version SET version_num = :head")
        connection.execute(stamp, {"head": head})
    with store.unit(write=False) as unit:
        assert unit.case(case_id) == row
    store.close()


def test_a_failed_upgrade_leaves_nothing_behind(database_url: str) -> None:
    with _raw(database_url) as connection:
        connection.execute(text("CREATE TABLE tokens (mine integer)"))
    store = open_store(database_url)
    with pytest.raises(StoreError, match="tokens"):
        store.upgrade()
    with _raw(database_url) as connection:
        connection.execute(text("DROP TABLE tokens"))
    store.upgrade()
    store.check()
    store.close()


SCHEMA = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL",
    "postgresql": """
        SELECT table_name || '.' || column_name, concat_ws(' ', ordinal_position, data_type,
               collation_name, is_nullable)
          FROM information_schema.columns WHERE table_schema = 'public'
         UNION ALL SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
         UNION ALL SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
         WHERE connamespace = 'public'::regnamespace AND contype IN ('p', 'f')""",
}


def _schema(connection: Connection) -> dict[str, str]:
    found = connection.execute(text(SCHEMA[connection.dialect.name]))
    return {
        name: " ".join(sql.replace(", \n", ", ").split())
        for name, sql in found
        if "alembic" not in name and "_no_" not in name
    }


def test_the_migrations_make_the_tables_that_the_code_knows(
    database: Store, database_url: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """The same tables made from the code, in a database of their own."""
    with _raw(database_url) as connection:
        migrated = _schema(connection)
        if connection.dialect.name == "postgresql":
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
    other = database_url.replace("cases.db", "other.db")
    with _raw(other) as connection:
        METADATA.create_all(connection)
        assert _schema(connection) == migrated
    assert len(migrated) > len(METADATA.tables)


CHANGES = [
    change
    for table in APPEND_ONLY
    for change in (f"DELETE FROM {table}", f"UPDATE {table} SET seq = 9")
]


@pytest.mark.parametrize("change", CHANGES)
def test_what_was_recorded_can_be_neither_changed_nor_deleted(
    database: Store, database_url: str, change: str
) -> None:
    with database.unit() as unit:
        unit.write(
            s.opened(entries=(s.entry(),), fired=(s.fired(),), credit_facts=(s.credit_fact(),))
        )
        unit.add_setting(s.setting())
        unit.add_change(s.change())
        unit.add_calendar(s.calendar())
        unit.add_release(s.release())
        unit.add_outage(s.outage())
    table = next(table for table in APPEND_ONLY if f" {table}" in change)
    with pytest.raises(DBAPIError, match=f"{table} is append-only"), _raw(database_url) as raw:
        raw.execute(text(change))
    with _raw(database_url) as raw:
        assert raw.execute(text(f"SELECT seq FROM {table}")).scalars().all() == [1]


def test_a_table_of_records_cannot_be_emptied_at_once(postgres_url: str) -> None:
    store = open_store(postgres_url)
    store.upgrade()
    store.close()
    with pytest.raises(DBAPIError, match="append-only"), _raw(postgres_url) as raw:
        raw.execute(text("TRUNCATE fired"))


def test_a_sqlite_database_is_set_up_for_many_readers_and_one_writer(tmp_path: Path) -> None:
    path = tmp_path / "cases.db"
    store = open_store(f"sqlite:///{path}")
    store.upgrade()
    with _raw(f"sqlite:///{path}") as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
    store.close()


def test_what_is_polled_is_found_by_its_index(database: Store, database_url: str) -> None:
    """An idle poll must not read every case: every claim has a partial index that fits it."""
    given = {"until": s.AT, "now": s.AT, "limit": 9, "due_before": s.DAY}
    with _raw(database_url) as connection:
        dialect = connection.dialect
        postgres = dialect.name == "postgresql"
        if postgres:  # it reads an empty table rather than an index
            connection.execute(text("SET enable_seqscan = off"))
        diary = Statements(dialect).listing("obligations", frozenset({"running", "due_before"}))
        for index, query in {
            "ix_cases_enforce": CLAIM[False],
            "ix_cases_mild": CLAIM[True],
            "ix_cases_broken": CLAIM_RETRIED[False],
            "ix_cases_held": HELD_CASES[False],
            "ix_work_": CLAIM_WORK,
            "ix_obligations_running": diary,
        }.items():
            asked = query.params({name: given[name] for name in query.compile().params})
            sql = asked.compile(dialect=dialect, compile_kwargs={"literal_binds": True})
            explain = "EXPLAIN" if postgres else "EXPLAIN QUERY PLAN"
            plan = connection.exec_driver_sql(f"{explain} {sql}".replace("%", "%%")).all()
            assert index in str(plan), plan


def test_two_that_upgrade_at_once_agree(empty: Store) -> None:
    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(empty.upgrade, "sandbox") for _ in range(4)]:
            done.result(timeout=60)
    empty.check("sandbox")


def test_a_database_nobody_has_served_yet_is_neither_until_the_first_says(empty: Store) -> None:
    empty.upgrade()
    empty.check("sandbox")
    empty.check("production")
    with empty.unit(write=False) as unit:
        assert "birth" not in unit.meta()
    empty.upgrade("sandbox")
    empty.upgrade()
    with pytest.raises(WrongBirth):
        empty.check("production")
    with pytest.raises(WrongBirth):
        empty.upgrade("production")
