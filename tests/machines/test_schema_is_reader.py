"""The JSON Schemas beside the reforms accept exactly what the reader accepts as to shape.

Real files are changed in one or two places, in every way a slip of the pen could. The reader alone
knows three things, each listed here, and the test asserts precisely these: rules between several
keys of one line, that a day is written without quotes, and that a whole number has no point.
"""

from __future__ import annotations

import copy
import random
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from machines.book import workflows_folder
from machines.defect_words import BETWEEN_KEYS
from machines.reader import DefinitionError, Parsed, validate
from machines.texts import file_models, schemas

At = tuple[Any, ...]
SCHEMAS = schemas()
FILES = sorted(workflows_folder().glob("**/*.yaml"))
ALONE = {*BETWEEN_KEYS, "stands_twice"}
"""Rules between several keys or lines, which no schema of one value can say."""
VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 7, 5.5, 5.0, 999999, "", "word", "Two Words", "12", "yes", "true",
    "2025-02-28", date(2025, 2, 28), [], ["word"], [1], [[]], {}, {"word": 1}, {"a b": {}},
    {"name": "word"}, {"name": "word", "args": {}}, {"name": {}}, {"word": None}, {"word": []},
    {"event": "word"}, {"serve": "word", "to": "word"}, {"earliest": "word"},
    {"counted_from": "word", "event": "word"}, {"do": "revoke"}, {"zh": "字", "en": "word"},
)  # fmt: skip


@cache
def written(file: Path) -> Any:
    return Parsed(str(file), file.read_text(encoding="utf-8")).value


@cache
def validator(name: str) -> jsonschema.Draft202012Validator:
    checker = jsonschema.FormatChecker()
    return jsonschema.Draft202012Validator(SCHEMAS[name], format_checker=checker)


def places(plain: Any, at: At = ()) -> list[At]:
    """Every place in a file, the file itself left out."""
    inner: list[At] = []
    pairs = plain.items() if isinstance(plain, dict) else enumerate(plain)
    for key, value in pairs:
        inner.append((*at, key))
        if isinstance(value, dict | list):
            inner.extend(places(value, (*at, key)))
    return inner


def at_place(plain: Any, at: At) -> Any:
    for part in at:
        plain = plain[part]
    return plain


def slip(plain: Any, draw: random.Random) -> str:
    """One slip of the pen, made in place; what it was."""
    everywhere = places(plain)
    at = draw.choice(everywhere)
    holder, key = at_place(plain, at[:-1]), at[-1]
    value = holder[key]
    kind = draw.choice(["drop", "rename", "add", "replace", "replace", "swap", "wrap", "unwrap"])
    if kind == "drop":
        del holder[key]
    elif kind == "rename" and isinstance(holder, dict):
        renamed = draw.choice([f"{key}x", str(key)[:-1] or "x", str(key).upper(), "from", "name"])
        holder[renamed] = holder.pop(key)
    elif kind == "add" and isinstance(value, dict):
        added = draw.choice(["clauses", "reading", "when", "x", "to", "word", "zh", "until"])
        value[added] = copy.deepcopy(draw.choice(VALUES))
    elif kind == "swap":
        holder[key] = copy.deepcopy(at_place(plain, draw.choice(everywhere)))
    elif kind == "wrap":
        holder[key] = [value]
    elif kind == "unwrap" and isinstance(value, list) and value:
        holder[key] = value[0]
    else:
        holder[key] = copy.deepcopy(draw.choice(VALUES))
    return f"{kind} at {'.'.join(map(str, at))}"


def refusal(name: str, plain: Any) -> DefinitionError | None:
    """Why the reader refuses a file; None where it accepts it."""
    parsed = Parsed.__new__(Parsed)
    parsed.file, parsed.text, parsed.lines, parsed.value = name, "", {}, plain
    try:
        validate(file_models()[name], parsed)
    except DefinitionError as error:
        return error
    return None


def as_json(plain: Any) -> Any:
    """A file as JSON has it: a day is a text there."""
    if isinstance(plain, dict):
        return {key: as_json(value) for key, value in plain.items()}
    if isinstance(plain, list):
        return [as_json(value) for value in plain]
    return plain.isoformat() if isinstance(plain, date) else plain


def reader_alone(error: DefinitionError) -> bool:
    """Whether only the reader can know what it refuses."""
    day = "datetime.date(" in error.en or "a date such as" in error.en
    point = error.en.endswith("(here: 5.0)")
    return error.code in ALONE or (error.code in ("wrong_kind", "needs_quotes", "not_one_of",
                                                  "unknown_effect") and (day or point))  # fmt: skip


@pytest.mark.parametrize("file", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_what_is_written_here_is_accepted_by_both(file: Path) -> None:
    schema = "machine" if file.stem == "before" else file.stem
    assert refusal(file.stem, written(file)) is None
    assert validator(schema).is_valid(as_json(written(file)))


@settings(max_examples=150, deadline=None)
@given(file=st.sampled_from(FILES), seed=st.integers(0, 2**32), slips=st.integers(1, 2))
@example(file=FILES[0], seed=0, slips=1)
def test_a_slip_of_the_pen_is_refused_by_both_or_by_none(file: Path, seed: int, slips: int) -> None:
    draw, plain = random.Random(seed), copy.deepcopy(written(file))
    made = [slip(plain, draw) for _ in range(slips)]
    schema = "machine" if file.stem == "before" else file.stem
    error, fits = refusal(file.stem, plain), validator(schema).is_valid(as_json(plain))
    if error is None:
        assert fits, (made, next(validator(schema).iter_errors(as_json(plain))).message)
    elif fits:
        assert reader_alone(error), (made, error.en)
