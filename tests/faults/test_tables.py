"""The judge of the tables finds each kind of damage: who never finds anything proves nothing."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from cases.clock import machine_time
from cases.store import open_store
from tests.faults import tables
from tests.faults.siege import OWED
from tests.faults.town import ENFORCEABLE_AT, LICENSED_AT, beating, enforcer, license_all


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database in which two licences were revoked as they should."""
    path = tmp_path_factory.mktemp("town") / "town.db"
    store = open_store(f"sqlite:///{path}", clock=machine_time)
    store.upgrade("production")
    license_all(store, range(1, 3))
    beating(store, ENFORCEABLE_AT)
    enforcer(store, ENFORCEABLE_AT).sweep()
    store.close()
    return path


@pytest.fixture
def damaged(sound: Path, tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A copy of it without its guards, to be damaged."""
    connection = sqlite3.connect(tmp_path / "town.db", isolation_level=None)
    with sqlite3.connect(sound) as source:
        source.backup(connection)
    source.close()
    triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    for (name,) in triggers.fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    yield connection
    connection.close()


def test_a_sound_database_has_no_faults_and_leaves_nothing_undone(sound: Path) -> None:
    found = tables.read(f"sqlite:///{sound}")
    assert tables.faults(found, ENFORCEABLE_AT) == []
    assert tables.unfinished(found, ENFORCEABLE_AT, OWED) == []
    assert len(found["fired"]) == 2 * 5


def test_nothing_is_of_a_time_to_come(sound: Path) -> None:
    wrong = tables.faults(tables.read(f"sqlite:///{sound}"), LICENSED_AT)
    assert all("after now" in each for each in wrong)
    assert len(wrong) == 2 * 5


_LAST = "WHERE seq = (SELECT max(seq) FROM entries)"
_RUNG = "WHERE rowid = (SELECT min(rowid) FROM fired WHERE rung = '{}')"


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (f"DELETE FROM entries {_LAST}", "at version 11 with 10 entries"),
        ("DELETE FROM entries WHERE seq = 3", "entry 3 is missing"),
        (f"UPDATE entries SET body = body || ' ' {_LAST}", "is not what was hashed"),
        (f"UPDATE entries SET at = '2025-01-01T00:00:00+00:00' {_LAST}", "older than the one"),
        (f"DELETE FROM fired {_RUNG.format('missed')}", "1 entries, 0 rows"),
        (f"UPDATE fired SET seq = 1 {_RUNG.format('missed')}", "0 entries, 1 rows"),
        ("UPDATE fired SET at = '2025-07-02T23:59:59+08:00' WHERE rung = 'missed'", "before 2025"),
        ("UPDATE obligations SET enforceable_from = '2025-07-03'", "fell due later"),
        ("DELETE FROM credit_facts", "0 rows for 1 effects"),
        ("INSERT INTO outbox SELECT case_id, seq, 99, do, zone, workflow, uscc, body, at, done_at "
         "FROM outbox LIMIT 1", "1 rows for 0 effects"),
        ("INSERT INTO list_rows SELECT case_id, seq, n, uscc, '某', 'black', NULL, NULL, workflow, "
         "'', at, NULL, NULL FROM credit_facts LIMIT 1", "entered 1 times"),
    ],
)  # fmt: skip
def test_damage_is_found(
    damaged: sqlite3.Connection, tmp_path: Path, damage: str, words: str
) -> None:
    if "fell due later" in words:  # the two rungs of one day in the wrong order
        damaged.execute("UPDATE obligations SET due_on = '2025-07-03' WHERE due_on = '2025-07-02'")
    assert damaged.execute(damage).rowcount > 0
    wrong = tables.faults(tables.read(f"sqlite:///{tmp_path / 'town.db'}"), ENFORCEABLE_AT)
    assert any(words in each for each in wrong), wrong


def test_what_was_not_done_is_found(damaged: sqlite3.Connection, tmp_path: Path) -> None:
    damaged.execute("DELETE FROM fired WHERE rung = 'enforced'")
    damaged.execute("INSERT INTO work SELECT case_id, seq, n, 'list', uscc, '{}', at, NULL "
                    "FROM credit_facts LIMIT 1")  # fmt: skip
    left = tables.unfinished(tables.read(f"sqlite:///{tmp_path / 'town.db'}"), ENFORCEABLE_AT, OWED)
    assert [each.partition(": ")[2] for each in left[:2]] == [
        "supply_promised_materials#1 enforced was not taken"
    ] * 2
    assert left[2].endswith("work not done")
