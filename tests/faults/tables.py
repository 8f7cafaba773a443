"""What the tables say, read with the plain drivers and judged without any code of the product.

Whatever was killed, cut off or raced for: the journal is whole, every rung was taken once, not
before its day and in due order, and every effect stands where it belongs, once.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from functools import cache
from typing import Any

import chinese_calendar
import psycopg

Row = Mapping[str, Any]
Rung = tuple[str, str, int, str]
BEIJING = timezone(timedelta(hours=8))
TABLES = ("cases", "entries", "obligations", "fired", "credit_facts", "outbox", "work", "list_rows")
CREDIT = {"record_credit", "joint_punishment"}
WORKED = {"list", "delist", "restrict", "retract", "open_case", "signal"}
ON_THE_LICENCE = {"issue", "annotate", "suspend_licence", "reinstate", "revoke", "withdraw_licence",
                  "cancel", "bind_subject"}  # fmt: skip


@dataclass(frozen=True)
class Tables:
    """Every row of one moment, by table."""

    rows: Mapping[str, list[Row]]

    def __getitem__(self, table: str) -> list[Row]:
        return self.rows[table]

    def by_case(self, table: str) -> dict[str, list[Row]]:
        """The rows of a table by case."""
        found: dict[str, list[Row]] = {}
        for row in self.rows[table]:
            found.setdefault(row["case_id"], []).append(row)
        return found


def read(url: str) -> Tables:
    """All tables in one transaction, with sqlite3 or psycopg and nothing else."""
    if url.startswith("sqlite:///"):
        connection: Any = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        begin = "BEGIN"
    else:
        connection = psycopg.connect(url.replace("+psycopg", ""), autocommit=True)
        begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
    try:
        connection.execute(begin)
        rows = {table: _rows(connection, table) for table in TABLES}
        connection.execute("COMMIT")
    finally:
        connection.close()
    return Tables(rows)


def _rows(connection: Any, table: str) -> list[Row]:
    cursor = connection.execute(f"SELECT * FROM {table}")
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]


def faults(tables: Tables, now: datetime) -> list[str]:
    """Everything that is wrong; `now`: nothing can have been done later."""
    return [*_journals(tables, now), *_rungs(tables), *_days(tables), *_effects(tables),
            *_lists(tables)]  # fmt: skip


def unfinished(
    tables: Tables,
    now: datetime,
    owed: Mapping[str, tuple[str, ...]],
    *,
    late_acts: bool = False,
) -> list[str]:
    """What should have been done by `now`: the rungs of duties still owed (`owed`: obligation ->
    its rungs), and every work item. `late_acts`: people acted on cases that were late, which takes
    the miss first; nobody is reminded of what is missed."""
    taken = {_key(row) for row in tables["fired"]}
    found = [
        f"{row['case_id']}: {row['obligation']}#{row['occurrence']} {rung} was not taken"
        for row in tables["obligations"]
        for rung in owed.get(row["obligation"], ())
        if row["status"] in ("open", "missed")
        and row["kind"] != "provisional"  # nothing follows from a date that is not certain
        and first_instant(row, rung) <= now
        and (row["case_id"], row["obligation"], row["occurrence"], rung) not in taken
        and not (late_acts and row["status"] == "missed" and rung.startswith("warn:"))
    ]
    waiting = [row for row in tables["work"] if row["done_at"] is None]
    return found + [f"{row['case_id']}/{row['seq']}.{row['n']}: work not done" for row in waiting]


def _journals(tables: Tables, now: datetime) -> Iterator[str]:
    """Chains from the first hash to the head of the case, without a gap, in the order of time."""
    journals = tables.by_case("entries")
    for case in tables["cases"]:
        last, head = None, "0" * 64
        entries = sorted(journals.pop(case["id"], []), key=lambda row: int(row["seq"]))
        for number, row in enumerate(entries, 1):
            text = f"{head}\n{case['id']}\n{number}\n{row['body']}"
            if (row["seq"], row["prev_hash"]) != (number, head):
                yield f"{case['id']}: entry {number} is missing or doubled"
            head = hashlib.sha256(text.encode()).hexdigest()
            if row["hash"] != head:
                yield f"{case['id']}: entry {number} is not what was hashed"
            at = instant(row["at"])
            if last is not None and at < last:
                yield f"{case['id']}: entry {number} is older than the one before it"
            if at > now:
                yield f"{case['id']}: entry {number} is of {at.isoformat()}, after now"
            last = at
        if (case["version"], case["head_hash"]) != (len(entries), head):
            yield f"{case['id']}: at version {case['version']} with {len(entries)} entries"
    yield from (f"{case_id}: entries of no case" for case_id in journals)


def _rungs(tables: Tables) -> Iterator[str]:
    """A rung is taken by exactly one entry, and kept once."""
    entries = Counter(
        (row["case_id"], because["obligation"], because["occurrence"], because["rung"], row["seq"])
        for row in tables["entries"]
        if (because := json.loads(row["body"]).get("because")) is not None
    )
    kept = Counter((*_key(row), row["seq"]) for row in tables["fired"])
    for key in entries.keys() | kept.keys():
        if entries[key] != 1 or kept[key] != 1:
            yield f"{key}: {entries[key]} entries, {kept[key]} rows"
    for rung, n in Counter(_key(row) for row in tables["fired"]).items():
        if n != 1:
            yield f"{rung}: taken {n} times"


def _days(tables: Tables) -> Iterator[str]:
    """No rung before its first instant, and those of a case in the order of these instants."""
    duties = {(r["case_id"], r["obligation"], r["occurrence"]): r for r in tables["obligations"]}
    for case_id, fired in tables.by_case("fired").items():
        before: tuple[datetime, datetime] | None = None
        for row in sorted(fired, key=lambda row: int(row["seq"])):
            first = first_instant(duties[_key(row)[:3]], row["rung"])
            at = instant(row["at"])
            if at < first:
                yield f"{case_id}: {row['obligation']} {row['rung']} at {at}, before {first}"
            if before is not None and before[0] == at and first < before[1]:
                yield f"{case_id}: {row['obligation']} {row['rung']} after one that fell due later"
            before = (at, first)


def _effects(tables: Tables) -> Iterator[str]:
    """Each effect of an entry has its rows, each row its effect."""
    wanted: Counter[tuple[str, Any, Any, Any]] = Counter()
    for row in tables["entries"]:
        body = json.loads(row["body"])
        for effect in body.get("effects", ()):
            for table in _homes(effect):
                wanted[table, row["case_id"], row["seq"], effect["n"]] += 1
        if body.get("marks", {}).get("warns") and "because" in body:
            wanted["outbox", row["case_id"], row["seq"], 0] += 1
    there = Counter(
        (table, row["case_id"], row["seq"], row["n"])
        for table in ("credit_facts", "outbox", "work")
        for row in tables[table]
    )
    for key in wanted.keys() | there.keys():
        if wanted[key] != there[key]:
            yield f"{key}: {there[key]} rows for {wanted[key]} effects"


def _homes(effect: Mapping[str, Any]) -> Iterator[str]:
    """The tables in which an effect stands."""
    done = effect["what"].get("do") if effect["do"] == "retract" else effect["do"]
    if done in CREDIT and effect.get("uscc"):
        yield "credit_facts"
    if effect["do"] in WORKED:
        yield "work"
    elif effect["do"] not in ON_THE_LICENCE:
        yield "outbox"


def _lists(tables: Tables) -> Iterator[str]:
    """An order to list is entered once when it is done, and never before."""
    entered = Counter((r["case_id"], r["seq"], r["n"]) for r in tables["list_rows"])
    orders = {
        (row["case_id"], row["seq"], row["n"]): row["done_at"] is not None
        for row in tables["work"]
        if row["do"] in ("list", "restrict")
    }
    for key in orders.keys() | entered.keys():
        if entered[key] != int(orders.get(key, False)):
            yield f"{key}: entered {entered[key]} times"


def first_instant(duty: Row, rung: str) -> datetime:
    """The first instant at which a rung of a duty may be taken: a reminder so many working days
    before the last day, a miss on the day after it, a consequence on the first lawful day."""
    if rung == "enforced" and duty["enforceable_from"] is None:
        return datetime.max.replace(tzinfo=BEIJING)  # no day is lawful yet
    if rung == "enforced":
        return midnight(day(duty["enforceable_from"]))
    if rung.startswith("warn:"):
        return midnight(working_day_before(day(duty["due_on"]), int(rung.removeprefix("warn:"))))
    if duty["due_at"] is not None:
        return instant(duty["due_at"])
    return midnight(day(duty["due_on"]) + timedelta(days=1))


@cache
def working_day_before(last: date, n: int) -> date:
    """The n-th working day before a day, by the calendar of a package that is not ours."""
    found = last
    while n:
        found -= timedelta(days=1)
        n -= chinese_calendar.is_workday(found)
    return found


def _key(row: Row) -> Rung:
    return row["case_id"], row["obligation"], row["occurrence"], row["rung"]


def day(value: Any) -> date:
    """A date as either driver gives it."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def instant(value: Any) -> datetime:
    """An instant as either driver gives it."""
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def midnight(of: date) -> datetime:
    """00:00 in Beijing."""
    return datetime(of.year, of.month, of.day, tzinfo=BEIJING)
