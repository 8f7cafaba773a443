"""Whether a store says what the model says: every row of every case, and nothing besides."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from cases.ports import Store
from machines.case import Case
from machines.codec import from_json
from machines.frozen import replace
from tests.running.model import Model

Image = Mapping[str, Any]
_MOST = 100_000
_NO_HASH = "0" * 64


def codes_of(model: Model) -> list[str]:
    """Under which numbers the parties of the town are known."""
    cases = [model.case(case_id) for case_id in model.walks]
    parties = [p for case in cases for p in (case.subject, *case.parties.values())]
    known = {party.credit_key for party in parties} | {row.uscc for row in model.shelf.facts}
    known |= {row.uscc for row in model.shelf.listed.values()}
    return sorted(code for code in known if code is not None)


def kept(store: Store, codes: Iterable[str]) -> Image:
    """What a store says, as a new reader finds it."""
    with store.unit(write=False) as unit:
        cases = unit.cases(limit=_MOST)
        ids = [row.id for row in cases]
        targets = [*codes, *(f"case:{one}" for one in ids)]
        return {
            "cases": {row.id: row for row in cases},
            "journal": {one: list(unit.entries(one)) for one in ids},
            "diary": _set(unit.obligations(case_ids=ids, running=False, limit=_MOST)),
            "facts": {code: list(unit.credit_facts(code)) for code in codes},
            "lists": {code: _set(unit.lists(uscc=code, live=False)) for code in codes},
            "work": _set(row for one in targets for row in unit.open_work(one)),
            "told": _told(unit.outbox(limit=_MOST)),
            "counts": dict(unit.counts()),
            "next": unit.next_instant(mild_only=False),
            "broken": list(unit.broken_cases()),
        }


def expected(model: Model, codes: Iterable[str]) -> Image:
    """The same of the model."""
    shelf = model.shelf
    targets = {*codes, *(f"case:{one}" for one in model.walks)}
    diary = model.diary()
    return {
        "cases": shelf.cases,
        "journal": {one: [row for row in shelf.journal if row.case_id == one]
                    for one in shelf.cases},
        "diary": _set(diary),
        "facts": {code: list(shelf.credit_facts(code)) for code in codes},
        "lists": {code: _set(row for row in shelf.listed.values() if row.uscc == code)
                  for code in codes},
        "work": _set(row for row in shelf.open_work() if row.target in targets),
        "told": _told(shelf.told),
        "counts": {
            "cases": len(shelf.cases), "entries": len(shelf.journal), "obligations": len(diary),
            "fired": len(shelf.fired), "credit_facts": len(shelf.facts),
            "list_rows": len(shelf.listed),
        },
        "next": model.next_instant(),
        "broken": [],
    }  # fmt: skip


def _set(rows: Iterable[Any]) -> set[Any]:
    return set(rows)


def _told(rows: Iterable[Any]) -> list[Any]:
    """What goes out, but for the wording of tasks that a lost signal leaves."""
    plain = (replace(row, body="" if row.do == "task" else row.body) for row in rows)
    return sorted(plain, key=lambda row: (row.at, row.case_id, row.seq, row.n, row.do))


def judge(model: Model, image: Image) -> None:
    """What must be true of what is kept, whatever the model says: the state is the fold of the
    journal, and each chain holds from its first entry to its head."""
    for case_id, row in image["cases"].items():
        assert from_json(Case, row.state) == model.case(case_id), f"{case_id}: another state"
        head = _NO_HASH
        for number, entry in enumerate(image["journal"][case_id], 1):
            text = f"{head}\n{case_id}\n{number}\n{entry.body}"
            assert (entry.seq, entry.prev_hash) == (number, head), f"{case_id}: the chain breaks"
            head = hashlib.sha256(text.encode()).hexdigest()
            assert entry.hash == head, f"{case_id}: entry {number} was altered"
        assert row.head_hash == head, f"{case_id}: its head is not its last entry"
        assert row.version == len(image["journal"][case_id])


def differences(found: Image, wanted: Image) -> list[str]:
    """What a store says otherwise than the model, part by part."""
    said = []
    for part, value in wanted.items():
        if found[part] != value:
            said.append(f"{part}: {_first(found[part], value)}")
    return said


def _first(found: Any, wanted: Any) -> str:
    """The first of many rows that differ, as both have it."""
    if isinstance(wanted, dict):
        for key in [*wanted, *found]:
            if found.get(key) != wanted.get(key):
                return f"{key}: {_first(found.get(key), wanted.get(key))}"
    if isinstance(wanted, set):
        return f"kept {sorted(map(str, found - wanted))} for {sorted(map(str, wanted - found))}"
    if isinstance(wanted, list) and isinstance(found, list):
        for one, other in zip(found, wanted, strict=False):
            if one != other:
                return f"kept {one} for {other}"
    return f"kept {found} for {wanted}"
