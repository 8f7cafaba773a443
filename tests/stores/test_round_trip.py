"""Whatever a row says, every store gives it back as it was."""

from datetime import UTC, date, datetime, timedelta, timezone
from itertools import count
from typing import Any, get_args, get_type_hints

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import fields

from cases import rows
from cases.ports import Store
from cases.rows import Batch
from tests.stores import samples

# PostgreSQL keeps no NUL in a text, and half a surrogate pair is no text at all.
TEXT = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=40)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
VALUES: dict[type, st.SearchStrategy[Any]] = {
    str: TEXT,
    int: st.integers(0, 2**63 - 1),
    bool: st.booleans(),
    date: st.dates(date(1, 1, 1), date(9999, 12, 31)),
    datetime: st.builds(
        lambda us, zone: (EPOCH + timedelta(microseconds=us)).astimezone(zone),
        st.integers(-62_135_500_000 * 10**6, 253_402_200_000 * 10**6),  # the years 1 to 9999
        OFFSETS,
    ),
}
NUMBERS = count()


def _rows(row: type, **fixed: Any) -> st.SearchStrategy[Any]:
    """Rows of a type with any values that its fields allow."""
    hints = get_type_hints(row)
    parts = {}
    for field in fields(row):
        kinds = get_args(hints[field.name]) or (hints[field.name],)
        of_kinds = [st.none() if kind is type(None) else VALUES[kind] for kind in kinds]
        parts[field.name] = fixed.get(field.name, st.one_of(of_kinds))
    return st.builds(row, **parts)


MANY = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
RUNNING = st.sampled_from(["open", "filed", "suspended", "met"])


@MANY
@given(
    case=_rows(rows.CaseRow, broken=st.none()),
    entries=st.lists(_rows(rows.EntryRow), max_size=3, unique_by=lambda row: row.seq),
    duty=_rows(rows.ObligationRow, status=RUNNING),
    fact=_rows(rows.CreditFactRow),
    effect=_rows(rows.OutboxRow),
    item=_rows(rows.WorkRow, done_at=st.none()),
)
def test_what_an_act_writes(kept: Store, case, entries, duty, fact, effect, item) -> None:
    case_id = f"{next(NUMBERS)}"

    def own(row: Any, **more: Any) -> Any:
        return type(row)(**{**_values(row), "case_id": case_id, **more})

    case = type(case)(**{**_values(case), "id": case_id})
    entries = sorted((own(row) for row in entries), key=lambda row: row.seq)
    duty, fact, effect = own(duty), own(fact, uscc=case_id), own(effect)
    item = own(item, target=case_id)
    with kept.unit() as unit:
        unit.write(
            Batch(cases=((case, 0),), entries=tuple(entries), obligations=(duty,),
                  credit_facts=(fact,), outbox=(effect,), work=(item,))
        )  # fmt: skip
    with kept.unit(write=False) as unit:
        assert unit.case(case_id) == case
        assert list(unit.entries(case_id)) == entries
        assert list(unit.obligations(case_ids=[case_id], running=False)) == [duty]
        assert list(unit.credit_facts(case_id)) == [fact]
        assert list(unit.outbox(case_id=case_id)) == [effect]
        assert list(unit.open_work(case_id)) == [item]


@MANY
@given(
    entered=_rows(rows.ListRow),
    recorded=_rows(rows.SettingRow),
    text=_rows(rows.DefinitionRow),
    token=_rows(rows.TokenRow),
    answer=_rows(rows.IdempotencyRow),
)
def test_what_else_is_kept(kept: Store, entered, recorded, text, token, answer) -> None:
    name = f"{next(NUMBERS)}"

    def named(row: Any, **keys: Any) -> Any:
        return type(row)(**{**_values(row), **keys})

    entered = named(entered, case_id=name, uscc=name)
    recorded, text = named(recorded, zone=name), named(text, hash=name)
    token, answer = named(token, sha256=name), named(answer, key=name)
    with kept.unit() as unit:
        unit.add_list(entered)
        unit.add_setting(recorded)
        unit.add_token(token)
        unit.write(Batch(definitions=(text,), idempotency=(answer,)))
    with kept.unit() as unit:
        assert list(unit.lists(uscc=name, live=False)) == [entered]
        assert list(unit.settings(name)) == [recorded]
        assert unit.definition(name) == text
        assert unit.token(name) == token
        assert unit.idempotent(answer.actor, name) == answer


def _values(row: Any) -> dict[str, Any]:
    return {field.name: getattr(row, field.name) for field in fields(row)}


@MANY
@given(first=VALUES[datetime], second=VALUES[datetime])
def test_the_order_of_instants(kept: Store, first: datetime, second: datetime) -> None:
    """Of two instants in any offsets the earlier one comes first."""
    zone = f"{next(NUMBERS)}"
    items = [
        rows.WorkRow(zone, n, 1, "list", zone, "{}", at) for n, at in enumerate((first, second))
    ]
    with kept.unit() as unit:
        unit.write(Batch(work=tuple(items)))
    with kept.unit(write=False) as unit:
        found = list(unit.open_work(zone))
    assert found == sorted(items, key=lambda row: row.at)


@MANY
@given(names=st.lists(TEXT, min_size=2, max_size=6, unique=True))
def test_the_order_of_names(kept: Store, names: list[str]) -> None:
    """Code point by code point, the same in every store: a page ends where the next begins."""
    zone = f"{next(NUMBERS)}"
    cases = [samples.case(f"{zone} {name}", zone=zone) for name in names]
    with kept.unit() as unit:
        unit.write(Batch(cases=tuple((each, 0) for each in cases)))
    in_order = sorted(each.id for each in cases)
    with kept.unit(write=False) as unit:
        assert [each.id for each in unit.cases(zone=zone)] == in_order
        behind = unit.cases(zone=zone, after=in_order[0])
        assert [each.id for each in behind] == in_order[1:]
