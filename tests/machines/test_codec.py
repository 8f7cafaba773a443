"""The one text of a value: what any reader of JSON would write, sorted, without spaces."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import field

from machines.case import Value
from machines.codec import CodecError, Written, canonical, from_json, from_plain, to_plain

ZONES = st.sampled_from([timezone(timedelta(hours=n)) for n in (-11, 0, 8)])
NUMBERS = st.floats(allow_nan=False, allow_infinity=False).filter(
    lambda number: number == 0 or abs(number) >= 1e-4  # nobody states less than that of anything
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | NUMBERS | st.text() | st.dates()
    | st.datetimes(timezones=ZONES),
    lambda inner: st.lists(inner) | st.lists(inner).map(tuple)
    | st.dictionaries(st.text(), inner),
    max_leaves=12,
)  # fmt: skip


def _by_the_library(value: object) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


@given(VALUES)
def test_the_text_is_the_standard_librarys(value: object) -> None:
    assert canonical(value) == _by_the_library(to_plain(value))


class _Inner(Value, frozen=True):
    on: date
    note: str | None = None


class _Outer(Value, frozen=True):
    name: str
    at: datetime
    one: _Inner | None = None
    many: tuple[_Inner, ...] = ()
    said: dict[str, Any] = field(default_factory=dict)
    count: int = 1


@dataclass(frozen=True, slots=True)
class _Around:
    inside: _Outer
    note: str | None = None


OUTERS = st.builds(
    _Outer, one=st.none() | st.builds(_Inner), many=st.lists(st.builds(_Inner)).map(tuple),
    said=st.dictionaries(st.text(), st.integers() | st.text()), at=st.datetimes(timezones=ZONES),
)  # fmt: skip


@given(OUTERS)
def test_a_value_is_read_back_from_its_text_and_says_no_default(value: _Outer) -> None:
    text = canonical(value)
    assert text == _by_the_library(to_plain(value))
    assert from_json(_Outer, text) == value
    assert from_plain(_Outer, json.loads(text)) == value
    assert value.count != 1 or '"count"' not in json.dumps(list(to_plain(value)))


@given(OUTERS, st.text())
def test_it_has_the_same_text_wherever_it_stands(value: _Outer, key: str) -> None:
    text = canonical(value)
    assert canonical({key: (value,)}) == _by_the_library({key: [json.loads(text)]})
    assert canonical(_Around(value)) == f'{{"inside":{text}}}'
    assert to_plain(_Around(value, key)) == {"inside": to_plain(value), "note": key}


@pytest.mark.parametrize("text", ['{"name":"n"}', '{"name":1,"at":"2025-01-02T00:00:00+08:00"}',
    '{"name":"n","at":"2025-01-02T00:00:00+08:00","unknown":1}', "null", "{", "[]"])  # fmt: skip
def test_what_does_not_fit_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(CodecError, match="_Outer: "):
        from_json(_Outer, text)


def test_a_number_of_any_length_keeps_its_digits() -> None:
    long = _Outer("n", datetime(2025, 1, 2, tzinfo=UTC), said={"a": 10**30})
    assert f'"a":{10**30}' in canonical(long)
    assert from_json(_Outer, canonical(long)) == long


@pytest.mark.parametrize("number", [1, 2**70])
def test_what_is_written_already_stands_in_a_text_as_it_would_anyway(number: int) -> None:
    """Also where the text is the standard library's, for the sake of a long number."""
    part = {"字": ["期限", None], "a": date(2025, 1, 2)}
    whole = {"z": number, "list": [part, part]}
    quick = {"z": number, "list": [Written(part), Written(part)]}
    assert canonical(quick) == canonical(whole)
    assert to_plain(quick) == to_plain(whole)


def test_what_has_no_plain_form_is_named() -> None:
    with pytest.raises(CodecError, match="no plain form for object"):
        canonical({"a": object()})
    with pytest.raises(CodecError, match="no plain form for object"):
        to_plain([object()])
