"""The PostgreSQL server that the store tests run on is real, separate per test, and works."""

from pathlib import Path

import psycopg
from sqlalchemy.engine import make_url

from tests.postgres import PostgresServer


def _connect(url: str) -> psycopg.Connection:
    address = make_url(url)
    return psycopg.connect(
        host=str(address.query["host"]), user=address.username, dbname=address.database
    )


def test_it_is_postgresql_18_and_skips_locked_rows(postgres_url: str) -> None:
    claim = "SELECT id FROM due ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED"
    with _connect(postgres_url) as first, _connect(postgres_url) as second:
        assert first.info.server_version // 10_000 == 18
        first.execute("CREATE TABLE due (id integer PRIMARY KEY)")
        first.execute("INSERT INTO due VALUES (1), (2)")
        first.commit()
        assert first.execute(claim).fetchall() == [(1,)]
        assert second.execute(claim).fetchall() == [(2,)]


def test_every_database_is_empty_and_gone_afterwards(postgres_server: PostgresServer) -> None:
    with postgres_server.database() as one, postgres_server.database() as two:
        assert one != two
        with _connect(one) as connection:
            connection.execute("CREATE TABLE mine (id integer)")
        with _connect(two) as connection:
            assert connection.execute("SELECT to_regclass('mine')").fetchone() == (None,)
    with postgres_server.connect() as connection:
        named = connection.execute(
            "SELECT count(*) FROM pg_database WHERE datname = ANY(%s)",
            [[make_url(one).database, make_url(two).database]],
        )
        assert named.fetchone() == (0,)


def test_it_listens_on_no_network_address(postgres_server: PostgresServer) -> None:
    with postgres_server.connect() as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
    assert Path(postgres_server.folder, ".s.PGSQL.5432").is_socket()
