"""What SQLite and PostgreSQL say differently; decided when a store is opened, nowhere else."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from sqlalchemy import (
    ARRAY,
    JSON,
    ColumnElement,
    Dialect,
    Executable,
    Select,
    Table,
    Text,
    any_,
    bindparam,
    cast,
    exists,
    func,
    literal,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite

from cases.rows import SettingRow
from cases.store.prepared import Prepared
from cases.store.statements import (
    CASE_FILTERS,
    DIARY_KEY,
    LIMIT,
    LIST_FILTERS,
    OBLIGATION_FILTERS,
    OUTBOX_FILTERS,
    age,
)
from cases.store.tables import (
    BRAKES,
    CASES,
    CONFORMANCE_RUNS,
    DEFINITIONS,
    LIST_ROWS,
    META,
    OBLIGATIONS,
    OUTAGE_RUNS,
    OUTBOX,
    RECOUNTS,
    RELEASE_RUNS,
    TALLIES,
)


class Statements:
    """The statements of one engine: `sqlite` or `postgresql`."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._prepared: dict[Executable, Prepared] = {}
        self.postgres = dialect.name == "postgresql"
        self._insert = postgresql.insert if self.postgres else sqlite.insert
        self._listings: dict[tuple[str, frozenset[str]], Select[Any]] = {}
        self.case_filters = CASE_FILTERS | self._track_filters()
        self.settings: dict[tuple[str, str], Sequence[SettingRow]] = {}  # by zone and last hash
        self.obligation_filters = OBLIGATION_FILTERS | {"case_ids": self._among()}

    def __getitem__(self, statement: Executable) -> Prepared:
        """A statement ready to run, compiled the first time it is asked for."""
        found = self._prepared.get(statement)
        if found is None:
            found = self._prepared[statement] = Prepared(statement, self._dialect)
        return found

    def listing(self, what: str, active: frozenset[str]) -> Select[Any]:
        """The query of a listing with these filters, built the first time it is asked for."""
        if (what, active) not in self._listings:
            table, filters, order = {
                "cases": (CASES, self.case_filters, (CASES.c.id,)),
                "obligations": (OBLIGATIONS, self.obligation_filters,
                                (OBLIGATIONS.c.earliest.nulls_last(), *DIARY_KEY)),
                "lists": (LIST_ROWS, LIST_FILTERS, (LIST_ROWS.c.since_at, *LIST_ROWS.primary_key)),
                "outbox": (OUTBOX, OUTBOX_FILTERS, age(OUTBOX)),
            }[what]  # fmt: skip
            chosen = select(table).where(
                *(filters[name] for name in sorted(active & filters.keys()))
            )
            self._listings[what, active] = chosen.order_by(*order).limit(LIMIT)
        return self._listings[what, active]

    @cached_property
    def keep_obligation(self) -> Executable:
        """Inserts or replaces the diary row of a key."""
        return self._replacing(OBLIGATIONS)

    @cached_property
    def keep_meta(self) -> Executable:
        """Inserts or replaces what is known under a name."""
        return self._replacing(META)

    @cached_property
    def keep_recount(self) -> Executable:
        """Begins a recount, or replaces what is known of its progress."""
        return self._replacing(RECOUNTS)

    @cached_property
    def keep_outage_run(self) -> Executable:
        """Begins the telling of an outage, or replaces what is known of its progress."""
        return self._replacing(OUTAGE_RUNS)

    @cached_property
    def keep_release_run(self) -> Executable:
        """Begins the release of a brake's cases, or replaces what is known of its progress."""
        return self._replacing(RELEASE_RUNS)

    @cached_property
    def begin_brake(self) -> Executable:
        """Begins a counter, unless there is one."""
        return self._insert(BRAKES).on_conflict_do_nothing()

    @cached_property
    def add_tally(self) -> Executable:
        """Adds to a number, which begins at nothing."""
        new = self._insert(TALLIES)
        return new.on_conflict_do_update(
            index_elements=list(TALLIES.primary_key.c),
            set_={"value": TALLIES.c.value + new.excluded.value},
        )

    @cached_property
    def keep_definition(self) -> Executable:
        """Keeps a text, unless it is kept already."""
        return self._insert(DEFINITIONS).on_conflict_do_nothing()

    @cached_property
    def adopt_definition(self) -> Executable:
        """Keeps a text; of one that is kept already, the numbers that stand beside it now."""
        new = self._insert(DEFINITIONS)
        beside = {name: new.excluded[name] for name in ("in_force_from", "parameters")}
        return new.on_conflict_do_update(index_elements=[DEFINITIONS.c.hash], set_=beside)

    @cached_property
    def keep_conformance_run(self) -> Executable:
        """Begins a conformance run, or replaces what is known of its progress."""
        return self._replacing(CONFORMANCE_RUNS)

    def _replacing(self, table: Table) -> Executable:
        new = self._insert(table)
        rest = {each.name: new.excluded[each.name] for each in table.c if not each.primary_key}
        return new.on_conflict_do_update(index_elements=list(table.primary_key.c), set_=rest)

    def _track_filters(self) -> dict[str, ColumnElement[bool]]:
        """A case with any track in a state, or with a named one in it."""
        if self.postgres:
            path = cast(CASES.c.state, JSON), literal("tracks", Text())
            tracks = func.json_each_text(func.json_extract_path(*path))
        else:
            tracks = func.json_each(CASES.c.state, "$.tracks")
        each = tracks.table_valued("key", "value")
        in_state = each.c.value == bindparam("state", type_=Text())
        named = each.c.key == bindparam("track", type_=Text())
        return {
            "state": exists(select(literal(1)).select_from(each).where(in_state)),
            "track": exists(select(literal(1)).select_from(each).where(in_state, named)),
        }

    def _among(self) -> ColumnElement[bool]:
        """Rows of these cases, given as one value: their number is not limited."""
        if self.postgres:
            return OBLIGATIONS.c.case_id == any_(bindparam("case_ids", type_=ARRAY(Text)))
        each = func.json_each(bindparam("case_ids", type_=Text())).table_valued("value")
        return OBLIGATIONS.c.case_id.in_(select(each.c.value))
