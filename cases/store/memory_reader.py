"""What the memory store answers, call by call as the port describes them."""

from __future__ import annotations

import heapq
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from cases.ports import StoreError
from cases.rows import (
    CaseRow,
    ChangeRow,
    CreditFactRow,
    DefinitionRow,
    EntryRow,
    ListRow,
    ObligationRow,
    OutboxRow,
    SettingRow,
    TokenRow,
    WorkRow,
)
from cases.store.asked import COUNTED, in_utc, lowered, mention, named_state
from cases.wake_port import Ahead
from machines.duties import RUNNING

if TYPE_CHECKING:
    from cases.store.shelves import Shelves

_BY_AGE = attrgetter("at", "case_id", "seq", "n")


class MemoryReader:
    """The half of `cases.ports.Unit` that changes nothing."""

    def __init__(
        self, shelves: Shelves, clock: Callable[[], datetime] | None, *, write: bool
    ) -> None:
        self._s, self._clock, self._write = shelves, clock, write
        self._spoiled: Exception | None = None

    def _may_read(self) -> Shelves:
        if self._spoiled is not None:
            raise StoreError(f"this unit of work has failed already: {self._spoiled}")
        return self._s

    def entries(self, case_id: str) -> Sequence[EntryRow]:
        """The journal of a case."""
        return sorted(self._may_read().entries.group("case", case_id), key=attrgetter("seq"))

    def next_instant(self, *, mild_only: bool) -> datetime | None:
        """When to look again."""
        s = self._may_read()
        return s.agenda[mild_only].first(s.cases.get)

    def ahead(self) -> Ahead:
        """Read off what is there; nothing waits for anybody here."""
        s = self._may_read()
        retries = [row.retry_at for row in s.cases.group("aside", True) if row.retry_at is not None]
        finished = [row.finished_at for row in s.recounts.rows.values()]
        finished += [row.finished_at for row in s.outage_runs.rows.values()]
        finished += [row.finished_at for row in s.release_runs.rows.values()]
        return Ahead(
            now=self.now(),
            next_at=s.agenda[False].first(s.cases.get),
            next_mild_at=s.agenda[True].first(s.cases.get),
            retry_at=min(retries, default=None),
            waiting=None in finished or any(s.work.group("open", True)),
            hold=s.meta.get("hold"),
            heartbeat=s.meta.get("heartbeat"),
        )

    def broken_cases(self) -> Sequence[CaseRow]:
        """The cases set aside, by id."""
        return sorted(self._may_read().cases.group("aside", True), key=attrgetter("id"))

    def open_work(self, target: str) -> Sequence[WorkRow]:
        """What a target still has to expect, oldest first."""
        return [row for row in self._open(self._may_read()) if row.target == target]

    def _open(self, s: Shelves) -> list[WorkRow]:
        return sorted(s.work.group("open", True), key=_BY_AGE)

    def lists(
        self, *, uscc: str | None = None, list_name: str | None = None, live: bool = True
    ) -> Sequence[ListRow]:
        """List rows, by the day of entry."""
        lists = self._may_read().lists
        found = (
            row
            for row in (lists.rows.values() if uscc is None else lists.group("uscc", uscc))
            if list_name in (None, row.list) and not (live and row.ended_at is not None)
        )
        return sorted(found, key=attrgetter("since_at", "case_id", "seq", "n"))

    def is_blank(self, uscc: str) -> bool:
        """Nothing is known without looking."""
        del uscc
        return False

    def credit_facts(self, uscc: str) -> Sequence[CreditFactRow]:
        """The credit file."""
        return sorted(self._may_read().credit_facts.group("uscc", uscc), key=_BY_AGE)

    def changes(self, uscc: str | None = None) -> Sequence[ChangeRow]:
        """Changes of an enterprise and of those merged into it, or of all."""
        every = self._may_read().changes.rows.values()
        found = (row for row in every if uscc in (None, row.uscc, row.successor))
        return sorted(found, key=attrgetter("seq"))

    def cases(
        self, *, zone: str | None = None, workflow: str | None = None, uscc: str | None = None,
        involves: str | None = None, text: str | None = None, track_state: str | None = None,
        due_before: date | None = None, settled: bool | None = None, desk: str | None = None,
        after: str | None = None, limit: int = 50,
    ) -> Sequence[CaseRow]:  # fmt: skip
        """Cases by filter. `text` disregards the case of Latin letters."""
        s = self._may_read()
        found = (
            row
            for row in (s.cases.rows.values() if uscc is None
                        else s.cases.group("uscc", uscc))
            if (after is None or row.id > after)
            and zone in (None, row.zone)
            and workflow in (None, row.workflow)
            and settled in (None, row.settled)
            and (desk is None or desk in (row.desk or ""))
            and (involves is None or _involves(row, involves))
            and (text is None or _mentions(row, lowered(text)))
            and (track_state is None or _is_in(row, track_state))
            and (due_before is None or self._owes(row.id, due_before))
        )  # fmt: skip
        return heapq.nsmallest(limit, found, key=attrgetter("id"))

    def _owes(self, case_id: str, before: date) -> bool:
        return any(
            row.status in RUNNING and row.earliest is not None and row.earliest < before
            for row in self._s.obligations.group("case", case_id)
        )

    def obligations(
        self, *, case_ids: Iterable[str] | None = None, zone: str | None = None,
        due_from: date | None = None, due_before: date | None = None, side: str | None = None,
        running: bool = True, uscc: str | None = None, after: tuple[str, str, int] | None = None,
        limit: int = 200,
    ) -> Sequence[ObligationRow]:  # fmt: skip
        """The diary; what has no date comes last. Raises ValueError for an `after` that is no
        obligation."""
        start = None if after is None else self._place(after)
        found = (
            row
            for row in self._of_cases(case_ids, uscc)
            if zone in (None, row.zone)
            and side in (None, row.side)
            and not (running and row.status not in RUNNING)
            and (due_before is None or (row.earliest is not None and row.earliest < due_before))
            and (due_from is None or (row.earliest is not None and row.earliest >= due_from))
            and (start is None or _diary(row) > start)
        )
        return heapq.nsmallest(limit, found, key=_diary)

    def _of_cases(
        self, case_ids: Iterable[str] | None, uscc: str | None
    ) -> Iterator[ObligationRow]:
        """The diary rows of some cases, of an enterprise's, of both, or all."""
        s = self._may_read()
        if case_ids is None and uscc is None:
            return iter(s.obligations.rows.values())
        owned = s.cases.rows.values() if uscc is None else s.cases.group("uscc", uscc)
        asked = None if case_ids is None else set(case_ids)
        chosen = [row.id for row in owned if asked is None or row.id in asked]
        return (row for case_id in chosen for row in s.obligations.group("case", case_id))

    def _place(self, key: tuple[str, str, int]) -> tuple[Any, ...]:
        """Where a row stands in the diary."""
        row = self._may_read().obligations.get(*key)
        if row is None:
            raise ValueError(f"there is no obligation {key} to go on after")
        return _diary(row)

    def outbox(
        self, *, case_id: str | None = None, do: str | None = None, limit: int = 200
    ) -> Sequence[OutboxRow]:
        """Effects towards people and systems."""
        box = self._may_read().outbox
        rows = box.rows.values() if case_id is None else box.group("case", case_id)
        return heapq.nsmallest(limit, (row for row in rows if do in (None, row.do)), key=_BY_AGE)

    def settings(self, zone: str) -> Sequence[SettingRow]:
        """The settings of a zone."""
        return sorted(self._may_read().settings.group("zone", zone), key=attrgetter("seq"))

    def definition(self, text_hash: str) -> DefinitionRow | None:
        """A text by its hash."""
        return self._may_read().definitions.get(text_hash)

    def definitions(self) -> Sequence[DefinitionRow]:
        """Every text, by first use."""
        kept = self._may_read().definitions.rows.values()
        return sorted(kept, key=attrgetter("first_used_at", "hash"))

    def token(self, sha256: str) -> TokenRow | None:
        """A token."""
        return self._may_read().tokens.get(sha256)

    def tokens(self) -> Sequence[TokenRow]:
        """All tokens, by creation."""
        return sorted(self._may_read().tokens.rows.values(), key=attrgetter("created_at", "sha256"))

    def meta(self) -> Mapping[str, str]:
        """What the store knows of itself."""
        return dict(self._may_read().meta)

    def counts(self) -> Mapping[str, int]:
        """Rows by table."""
        shelves = {shelf.name: shelf for shelf in self._may_read().counted()}
        return {name: len(shelves[name].rows) for name in COUNTED}

    def now(self) -> datetime:
        """Raises StoreError where the store was given no clock."""
        if self._clock is None:
            raise StoreError("this store was opened without a clock: open_store(url, clock=...)")
        return in_utc(self._clock())


def _diary(row: ObligationRow) -> tuple[Any, ...]:
    """By date, what has none last."""
    return (row.earliest or date.max, row.case_id, row.obligation, row.occurrence)


def _mentions(row: CaseRow, text: str) -> bool:
    told = (row.subject_name, row.subject_uscc or "", row.id)
    return any(text in lowered(each) for each in told)


def _involves(row: CaseRow, code: str) -> bool:
    return not (row.closed and row.settled) and mention(code) in row.state


def _is_in(row: CaseRow, track_state: str) -> bool:
    track, state = named_state(track_state)
    tracks = json.loads(row.state).get("tracks", {})
    return state in (tracks.values() if track is None else [tracks.get(track)])
