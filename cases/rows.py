"""What is kept: one frozen row type per table, the same for memory, SQLite and PostgreSQL.

Rows are derived from entries by `cases/records.py`; a store only writes and reads them. JSON
bodies are canonical text, so that a hash of what was stored can be taken again.
"""

from __future__ import annotations

from datetime import date, datetime

from msgspec import Struct

from cases.safety_rows import BrakeRow as BrakeRow
from cases.safety_rows import OutageRow as OutageRow
from cases.safety_rows import OutageRunRow as OutageRunRow
from cases.safety_rows import ReleaseRow as ReleaseRow
from cases.safety_rows import ReleaseRunRow as ReleaseRunRow
from cases.safety_rows import TallyRow as TallyRow


class CaseRow(Struct, frozen=True):
    """The projection of a journal. `state`: the case as canonical JSON; `head_hash`: hash of the
    last entry; `next_enforce_at`: the next rung of any kind; `next_mild_at`: the next rung that
    harms nobody; `broken`: why enforcement set the case aside, `retry_at`: when it tries again;
    `held`: the consequence a brake keeps back, `held_after`: the number of that brake's last
    release before; `released`: the consequence a person let go;
    `desk`: what waits for an officer (`cases/desk.py`)."""

    id: str
    zone: str
    workflow: str
    definition: str
    subject_kind: str
    subject_name: str
    subject_uscc: str | None
    state: str
    version: int
    head_hash: str
    settled: bool
    closed: bool
    opened_at: datetime
    updated_at: datetime
    next_enforce_at: datetime | None
    next_mild_at: datetime | None
    broken: str | None = None
    retry_at: datetime | None = None
    retries: int = 0
    held: str | None = None
    released: str | None = None
    desk: str | None = None
    held_after: int | None = None


class EntryRow(Struct, frozen=True):
    """One journal entry. `hash` = sha256 of prev_hash, case id, seq and body."""

    case_id: str
    seq: int
    at: datetime
    kind: str
    event: str
    actor: str
    body: str
    prev_hash: str
    hash: str


class ObligationRow(Struct, frozen=True):
    """One occurrence of an obligation (or timer, `bearer` None): the diary. `side`: applicant,
    authority or third_party; `earliest` is the day a reminder and a queue use."""

    case_id: str
    obligation: str
    occurrence: int
    zone: str
    workflow: str
    bearer: str | None
    side: str
    status: str
    kind: str
    due_on: date | None
    due_at: datetime | None
    earliest: date | None
    latest: date | None
    enforceable_from: date | None
    missed_on: date | None


class FiredRow(Struct, frozen=True):
    """A rung taken: unique by case, obligation, occurrence and rung. Exactly-once is this row."""

    case_id: str
    obligation: str
    occurrence: int
    rung: str
    seq: int
    at: datetime


class CreditFactRow(Struct, frozen=True):
    """A fact of the credit file: unique by its source entry and effect number. `retracts`: the
    number of the entry and effect it takes back, as seq.n of the same case; `on_date`: the
    Shanghai date of what it reports; `value`: what it says besides its name (a grade)."""

    case_id: str
    seq: int
    n: int
    uscc: str
    fact: str
    workflow: str
    at: datetime
    clauses: str
    retracts: str | None = None
    on_date: date | None = None
    value: str | None = None


class OutboxRow(Struct, frozen=True):
    """An effect to be carried out towards people or other systems (push, notify, task, ...)."""

    case_id: str
    seq: int
    n: int
    do: str
    zone: str
    workflow: str
    uscc: str | None
    body: str
    at: datetime
    done_at: datetime | None = None


class WorkRow(Struct, frozen=True):
    """Work on another aggregate, one enterprise or target at a time: unique by source entry and
    effect number (of a change of an enterprise: by the change, and numbered through). `do`: list,
    delist, restrict, retract, open_case, signal, change."""

    case_id: str
    seq: int
    n: int
    do: str
    target: str
    body: str
    at: datetime
    done_at: datetime | None = None


class ListRow(Struct, frozen=True):
    """An entry on a list, or a restriction, of one enterprise; unique by source entry and effect
    number. `list` is None for a restriction outside a list; `restriction`/`for_workflow` say what
    it closes; `ended_at` when it was taken back."""

    case_id: str
    seq: int
    n: int
    uscc: str
    name: str
    list: str | None
    restriction: str | None
    for_workflow: str | None
    workflow: str
    clauses: str
    since_at: datetime
    ended_at: datetime | None = None
    ended_by: str | None = None


class ChangeRow(Struct, frozen=True):
    """A change of an enterprise itself, as the register has it, numbered through. `kind`: rename
    (`name` is the new one), merger (`successor` takes over, `name` is its name) or deregistration
    (nobody takes over)."""

    seq: int
    uscc: str
    kind: str
    name: str | None
    successor: str | None
    on_date: date
    paper: str
    recorded_by: str
    confirmed_by: str
    at: datetime


class SettingRow(Struct, frozen=True):
    """A zone setting, chained like a journal per zone. `unit` and `value` are the number."""

    zone: str
    seq: int
    workflow: str
    name: str
    unit: str
    value: int
    since: date
    basis: str
    assumed: bool
    set_by: str
    confirmed_by: str | None
    at: datetime
    prev_hash: str
    hash: str


class CalendarRow(Struct, frozen=True):
    """A version of the calendar, numbered through; live once `confirmed_by` names somebody.

    `version`: the hash of its notices; `body`: the notices as canonical JSON; `cause`: the numbers
    of those it adds, by spaces; `compared_with`: sha256 of a second source that agrees."""

    seq: int
    version: str
    body: str
    cause: str
    loaded_by: str
    confirmed_by: str | None
    compared_with: str | None
    at: datetime


class RecountRow(Struct, frozen=True):
    """The recount of all cases on the calendar version `seq`: one operation, with its progress.

    `before_seq`: the version in force until then, 0 where nobody knows; `through`: the last case
    id it has come to; `cases`: those it changed; `aside`: those it could not read."""

    seq: int
    operation: str
    before_seq: int
    through: str
    cases: int
    aside: int
    started_at: datetime
    finished_at: datetime | None = None


class DefinitionRow(Struct, frozen=True):
    """A definition's text, kept for ever under its hash. `in_force_from`: the first day on which it
    governs new cases, None: always; `parameters`: the dated numbers beside it when it was last
    kept, as written."""

    hash: str
    workflow: str
    text: str
    first_used_at: datetime
    in_force_from: date | None = None
    parameters: str | None = None


class ConformanceRow(Struct, frozen=True):
    """How far a conformance run has come, numbered through. `through`: the last case id looked at;
    `conforming`: those in which nothing deviates; `deviations`: how many were found."""

    seq: int
    through: str
    cases: int
    conforming: int
    deviations: int
    started_at: datetime
    finished_at: datetime | None = None


class TokenRow(Struct, frozen=True):
    """A bearer token, by the sha256 of its secret. `roles`: ids joined by spaces."""

    sha256: str
    user: str
    roles: str
    zone: str | None
    enterprise: str | None
    label: str
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None


class IdempotencyRow(Struct, frozen=True):
    """A successful answer kept under the actor's key; `body_hash` detects another body."""

    actor: str
    key: str
    body_hash: str
    response: str
    at: datetime


class Batch(Struct, frozen=True):
    """Everything one transaction writes. `cases`: (row, version it replaces; 0 for a new case);
    `tallies`: what is to be added to each number."""

    cases: tuple[tuple[CaseRow, int], ...] = ()
    entries: tuple[EntryRow, ...] = ()
    obligations: tuple[ObligationRow, ...] = ()
    fired: tuple[FiredRow, ...] = ()
    credit_facts: tuple[CreditFactRow, ...] = ()
    outbox: tuple[OutboxRow, ...] = ()
    work: tuple[WorkRow, ...] = ()
    definitions: tuple[DefinitionRow, ...] = ()
    idempotency: tuple[IdempotencyRow, ...] = ()
    tallies: tuple[TallyRow, ...] = ()
