"""What is wrong with an address or behind it is said in words."""

import sqlite3
import time
from pathlib import Path

import pytest

from cases.ports import Conflict, Store, StoreError
from cases.store import open_store
from tests.stores import samples as s


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("", "is no address of a database; use memory://, sqlite:///"),
        ("cases.db", "is no address of a database"),
        ("postgresql+psycopg://me@host:port/db", "is no address of a database"),
        ("mysql://host/db", "there is no store for mysql://; use memory://"),
        ("sqlite+aiosqlite:///cases.db", "there is no store for sqlite"),
        ("memory://somewhere", "there is no store for memory"),
        ("sqlite://", "a SQLite database is a file"),
        ("sqlite:///:memory:", "for one that is gone afterwards use memory://"),
        ("sqlite:///cases.db?mode=ro", "a SQLite database is a file"),
    ],
)
def test_an_address_that_is_none_is_refused(url: str, told: str) -> None:
    with pytest.raises(StoreError) as error:
        open_store(url)
    assert told in str(error.value)


def test_a_file_in_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=f"no folder {tmp_path}/none to keep cases.db in"):
        open_store(f"sqlite:///{tmp_path}/none/cases.db")


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="is a folder, not a database file"):
        open_store(f"sqlite:///{tmp_path}")


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "cases.db"
    path.write_text("minutes of a meeting, kept in the wrong place" * 99)
    store = open_store(f"sqlite:///{path}")
    for call in (store.check, store.upgrade):
        with pytest.raises(StoreError, match="file is not a database"):
            call()
    store.close()
    assert path.read_text().startswith("minutes")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://me:secret@127.0.0.1:1/cases?connect_timeout=2",
        "postgresql://me:secret@/cases?host=/nowhere",
    ],
)
def test_a_server_that_does_not_answer(url: str) -> None:
    store = open_store(url)
    for call in (store.check, store.upgrade):
        with pytest.raises(StoreError, match=r"server of .* cannot be reached") as error:
            call()
        assert "secret" not in str(error.value)
    store.close()


def test_a_password_is_not_shown() -> None:
    store = open_store("postgresql+psycopg://me:secret@host/cases")
    assert store.url == "postgresql+psycopg://me:***@host/cases"
    store.close()


def test_a_database_that_is_not_there(postgres_url: str) -> None:
    store = open_store(postgres_url.replace("/test_", "/nobodys_"))
    with pytest.raises(StoreError, match="does not exist"):
        store.upgrade()
    store.close()


_CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname LIKE 'test_%'"
_CONNECTED = "SELECT count(*) FROM pg_stat_activity WHERE datname LIKE 'test_%'"


def test_connections_that_the_server_cut_are_replaced(postgres_url: str, postgres_server) -> None:
    store = open_store(postgres_url)
    store.upgrade()
    with store.unit() as unit:
        unit.write(s.opened())
    with postgres_server.connect() as server:
        server.execute(_CUT)
        until = time.monotonic() + 10
        while server.execute(_CONNECTED).fetchone() != (0,):  # the server cuts in its own time
            assert time.monotonic() < until
            time.sleep(0.01)
    with store.unit() as unit:
        assert unit.case("c1") == s.case()
    store.close()


def test_a_connection_cut_in_the_middle_is_an_error_of_the_store(
    postgres_url: str, postgres_server
) -> None:
    store = open_store(postgres_url)
    store.upgrade()

    def cut() -> None:
        with store.unit() as unit:
            unit.write(s.opened())
            with postgres_server.connect() as server:
                server.execute(_CUT)
            unit.case("c1")

    with pytest.raises(StoreError, match="cannot be reached"):
        cut()
    with store.unit() as unit:
        assert unit.case("c1") is None
    store.close()


def test_a_store_without_a_clock_says_so(tmp_path: Path) -> None:
    for url in ("memory://", f"sqlite:///{tmp_path / 'cases.db'}"):
        store = open_store(url)
        store.upgrade()
        with store.unit() as unit, pytest.raises(StoreError, match="opened without a clock"):
            unit.now()
        store.close()


def test_a_busy_sqlite_file_is_waited_for_and_then_given_up(tmp_path: Path) -> None:
    path = tmp_path / "cases.db"
    store = open_store(f"sqlite:///{path}", patience_s=0.2)
    store.upgrade()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="busy with other writers for too long"), store.unit():
        pass
    with store.unit(write=False) as unit:
        assert unit.case("c1") is None  # readers go on
    other.execute("COMMIT")
    other.close()
    with store.unit() as unit:
        unit.write(s.opened())
    store.close()


def test_a_row_locked_for_too_long_is_a_conflict(postgres_url: str) -> None:
    store = open_store(postgres_url, patience_s=0.2)
    store.upgrade()
    with store.unit() as unit:
        unit.write(s.opened())

    def second() -> None:
        with store.unit() as unit:
            unit.case("c1", lock=True)

    with store.unit() as unit:
        unit.case("c1", lock=True)
        with pytest.raises(Conflict, match="try again"):
            second()
    second()
    store.close()


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
def test_a_unit_inside_a_unit_would_wait_for_itself(kind: str, tmp_path: Path) -> None:
    url = "memory://" if kind == "memory" else f"sqlite:///{tmp_path / 'cases.db'}"
    store: Store = open_store(url)
    store.upgrade()

    def inner() -> None:
        with store.unit():
            pass

    with store.unit() as unit:
        unit.write(s.opened())
        with pytest.raises(StoreError, match="open in this thread already"):
            inner()
    with store.unit() as unit:
        assert unit.case("c1") == s.case()
    store.close()
