"""One transaction of the SQL store, call by call as the port describes them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Executable

from cases.ports import Conflict
from cases.rows import (
    Batch,
    CaseRow,
    ChangeRow,
    DefinitionRow,
    EntryRow,
    IdempotencyRow,
    ListRow,
    ObligationRow,
    OutboxRow,
    SettingRow,
    TokenRow,
    WorkRow,
)
from cases.store import statements as s
from cases.store import tables as t
from cases.store.asked import (
    COUNTED,
    looked_at,
    lowered,
    mention,
    must_be_settable,
    named_state,
)
from cases.store.crowd import CrowdSession, number_of
from cases.store.dialect import Statements
from cases.store.safety_unit import SafetySession
from cases.store.session import Givens, Rows, plain
from cases.store.versions_unit import VersionsSession


class SqlUnit(CrowdSession, SafetySession, VersionsSession):
    """See `cases.ports.Unit`: what is said there is not said again here."""

    def __init__(
        self,
        driver: Any,
        known: Statements,
        shown: str,
        clock: Callable[[], datetime] | None,
        *,
        write: bool,
    ) -> None:
        super().__init__(driver, known, shown, write=write)
        self._clock = clock

    def case(self, case_id: str, *, lock: bool = False) -> CaseRow | None:
        """One case."""
        if not lock:
            return self._first(CaseRow, s.ONE_CASE, id=case_id)
        self._must_write()
        return self._locked(case_id)

    def entries(self, case_id: str) -> Sequence[EntryRow]:
        """The journal of a case."""
        return self._rows(EntryRow, s.ENTRIES_OF, {"case_id": case_id})

    def write(self, batch: Batch) -> None:
        """Everything or a conflict, in the lock order."""
        self._must_write()
        old = sorted((pair for pair in batch.cases if pair[1] != 0), key=lambda pair: pair[0].id)
        asked: list[Rows | Givens] = [
            Rows(s.INSERT[t.IDEMPOTENCY], batch.idempotency),
            Rows(self._known.keep_definition, batch.definitions),
            Rows(s.INSERT[t.CASES], [row for row, version in batch.cases if version == 0]),
            Givens(s.REPLACE_CASE, _replacing(old)),
            Rows(s.INSERT[t.ENTRIES], batch.entries),
            Rows(self._known.keep_obligation, batch.obligations),
            Rows(s.INSERT[t.FIRED], batch.fired),
            Rows(s.INSERT[t.CREDIT_FACTS], batch.credit_facts),
            Rows(s.INSERT[t.OUTBOX], batch.outbox),
            Rows(s.INSERT[t.WORK], batch.work),
            Rows(self._known.add_tally, batch.tallies),
        ]
        asked = [one for one in asked if one.given]
        if not asked:
            return
        counts = zip(asked, self._write_together(asked), strict=True)
        changed = sum(count for one, count in counts if isinstance(one, Givens))
        if changed == len(old):
            return
        if len(old) == 1:
            what = f"case {old[0][0].id} is not at version {old[0][1]}"
        else:
            what = f"{len(old) - changed} of {len(old)} cases are not at the version they replace"
        raise self._spoil(Conflict(f"{what}: somebody else wrote first"))

    def claim_cases(
        self, until: datetime, limit: int, *, mild_only: bool, now: datetime
    ) -> Sequence[CaseRow]:
        """Cases to enforce, and those set aside whose time has come again. One set aside without
        a time waits for a person."""
        self._must_write()
        given = {"until": until, "limit": limit}
        retried = self._rows(CaseRow, s.CLAIM_RETRIED[mild_only], {**given, "now": now})
        sound = self._rows(CaseRow, s.CLAIM[mild_only], given)
        sound = self._not_overtaking(sound, mild_only)
        self._look_at([*retried, *sound])
        if not retried:
            return sound
        both = [*retried, *sound]
        return sorted(both, key=lambda r: (looked_at(r, mild_only=mild_only), r.id))[:limit]

    def _not_overtaking(self, claimed: list[CaseRow], mild_only: bool) -> list[CaseRow]:
        """Where one writer has all, nobody else is at an earlier case."""
        if not (self._known.postgres and claimed):
            return claimed
        found = self._all(s.OVERTAKING[mild_only], {"ids": [row.id for row in claimed]})
        late = {case_id for (case_id,) in found}
        return [row for row in claimed if row.id not in late]

    def next_instant(self, *, mild_only: bool) -> datetime | None:
        """When to look again."""
        found = self._one(s.NEXT_INSTANT[mild_only])
        return None if found is None else found[0]

    def set_aside(self, case_id: str, why: str | None, retry_at: datetime | None) -> None:
        """Marks or clears, and counts how often. Raises LookupError for an unknown case."""
        given = {"of_id": case_id, "why": why, "again": None if why is None else retry_at}
        if self._change(s.SET_ASIDE, given) == 0:
            raise LookupError(f"there is no case {case_id} to set aside")

    def broken_cases(self) -> Sequence[CaseRow]:
        """The cases set aside, by id."""
        return self._rows(CaseRow, s.BROKEN_CASES, {})

    def claim_work(self, limit: int) -> Sequence[WorkRow]:
        """The first open item of each target that nobody else works on."""
        self._must_write()
        return self._rows(WorkRow, s.CLAIM_WORK, {"limit": limit})

    def finish_work(self, row: WorkRow, at: datetime) -> None:
        """Raises Conflict where the item is not open any more."""
        given = {"of_case_id": row.case_id, "of_seq": row.seq, "of_n": row.n, "done": at}
        if self._change(s.FINISH_WORK, given) == 0:
            source = f"{row.case_id}/{row.seq}.{row.n}"
            raise self._spoil(Conflict(f"there is no open work item {source} to finish"))

    def add_list(self, row: ListRow) -> None:
        """Enters a list row."""
        self._insert(t.LIST_ROWS, [row])

    def end_list(self, case_id: str, seq: int, n: int, at: datetime, by: str) -> None:
        """Ends a list row; one that is not there, or has ended before, stays as it is."""
        given = {"of_case_id": case_id, "of_seq": seq, "of_n": n, "ended": at, "by": by}
        self._change(s.END_LIST, given)

    def add_change(self, row: ChangeRow) -> None:
        """Appends to what became of an enterprise."""
        self._insert(t.CHANGES, [row])

    def cases(
        self, *, zone: str | None = None, workflow: str | None = None, uscc: str | None = None,
        involves: str | None = None, text: str | None = None, track_state: str | None = None,
        due_before: date | None = None, settled: bool | None = None, desk: str | None = None,
        after: str | None = None, limit: int = 50,
    ) -> Sequence[CaseRow]:  # fmt: skip
        """Cases by filter. `text` disregards the case of Latin letters."""
        track, state = named_state(track_state)
        given = {
            "zone": zone, "workflow": workflow, "uscc": uscc, "text": _pattern(text),
            "involves": None if involves is None else _like(mention(involves)),
            "state": state, "track": track, "due_before": due_before, "settled": settled,
            "after": after, "desk": None if desk is None else _like(desk),
        }  # fmt: skip
        return self._listing(CaseRow, "cases", given, limit)

    def obligations(
        self, *, case_ids: Iterable[str] | None = None, zone: str | None = None,
        due_from: date | None = None, due_before: date | None = None, side: str | None = None,
        running: bool = True, uscc: str | None = None, after: tuple[str, str, int] | None = None,
        limit: int = 200,
    ) -> Sequence[ObligationRow]:  # fmt: skip
        """The diary; what has no date comes last. Raises ValueError for an `after` that is no
        obligation."""
        given = {
            "zone": zone, "due_from": due_from, "due_before": due_before, "side": side,
            "running": running or None, "uscc": uscc, "case_ids": self._ids(case_ids),
        }  # fmt: skip
        place = {} if after is None else self._place(*after)
        return self._listing(ObligationRow, "obligations", given, limit, place)

    def _ids(self, case_ids: Iterable[str] | None) -> object:
        """Any number of ids as the one parameter an engine understands."""
        if case_ids is None:
            return None
        return list(case_ids) if self._known.postgres else json.dumps(list(case_ids))

    def _place(self, case_id: str, obligation: str, occurrence: int) -> dict[str, object]:
        """Where a row stands in the diary."""
        key = {"case_id": case_id, "obligation": obligation, "occurrence": occurrence}
        found = self._one(s.EARLIEST_OF, **key)
        if found is None:
            raise ValueError(f"there is no obligation {tuple(key.values())} to go on after")
        return {"after": found[0] or date.max, **{f"after_{k}": v for k, v in key.items()}}

    def outbox(
        self, *, case_id: str | None = None, do: str | None = None, limit: int = 200
    ) -> Sequence[OutboxRow]:
        """Effects towards people and systems."""
        return self._listing(OutboxRow, "outbox", {"case_id": case_id, "do": do}, limit)

    def idempotent(self, actor: str, key: str) -> IdempotencyRow | None:
        """On PostgreSQL the lock is on a number made of actor and key; SQLite has one writer."""
        self._must_write()
        asked: list[tuple[Executable, Mapping[str, Any]]] = [
            (s.IDEMPOTENT, {"actor": actor, "key": key})
        ]
        if self._known.postgres:
            asked.insert(0, (s.LOCK_KEY, {"number": number_of((actor, key))}))
        found = self._together(asked)[-1]
        return IdempotencyRow(*found[0]) if found else None

    def add_setting(self, row: SettingRow) -> None:
        """Appends to a zone's chain."""
        self._insert(t.SETTINGS, [row])

    def definition(self, text_hash: str) -> DefinitionRow | None:
        """A text by its hash."""
        return self._first(DefinitionRow, s.ONE_DEFINITION, hash=text_hash)

    def definitions(self) -> Sequence[DefinitionRow]:
        """Every text, by first use."""
        return self._rows(DefinitionRow, s.ALL_DEFINITIONS, {})

    def token(self, sha256: str) -> TokenRow | None:
        """A token; with the beginning of the transaction in one round trip."""
        (found,) = self._together([(s.ONE_TOKEN, {"sha256": sha256})])
        return TokenRow(*found[0]) if found else None

    def add_token(self, row: TokenRow) -> None:
        """Keeps a token; a hash that is there already is a Conflict."""
        self._insert(t.TOKENS, [row])

    def tokens(self) -> Sequence[TokenRow]:
        """All tokens, by creation."""
        return self._rows(TokenRow, s.ALL_TOKENS, {})

    def meta(self) -> Mapping[str, str]:
        """What the database knows of itself."""
        return {name: value for name, value in self._all(s.ALL_META, {})}

    def set_meta(self, values: Mapping[str, str | None]) -> None:
        """Raises StoreError for `birth` and `instance`, which never change."""
        must_be_settable(values)
        kept = [
            {"name": name, "value": value} for name, value in values.items() if value is not None
        ]
        dropped = [{"name": name} for name, value in values.items() if value is None]
        if kept:
            self._change(self._known.keep_meta, *kept)
        if dropped:
            self._change(s.DROP_META, *dropped)

    def counts(self) -> Mapping[str, int]:
        """Rows by table."""
        return dict(zip(COUNTED, self._one(s.COUNTS) or (), strict=True))


def _pattern(text: str | None) -> str | None:
    """What LIKE looks for: the text itself, nothing in it a wildcard."""
    return None if text is None else _like(lowered(text))


def _like(text: str) -> str:
    for special in "\\%_":
        text = text.replace(special, f"\\{special}")
    return f"%{text}%"


def _replacing(cases: Sequence[tuple[CaseRow, int]]) -> list[dict[str, Any]]:
    """Cases as they are to be, and the version each of them replaces."""
    changes = plain(t.CASES, [row for row, _ in cases])
    for change, (row, version) in zip(changes, cases, strict=True):
        change.update(of_id=row.id, of_version=version)
    return changes
