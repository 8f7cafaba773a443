"""How a date was computed, row by row, in the order in which a person would do it again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from api.console.texts import TABLE
from api.console.visit import Visit
from api.console.wording import label
from machines.compiler import Compiled

# As said on paper; what the table of the page shows anyway is left out of it.
ORDER = ("start", "day_zero", "period", "rule", "source", "pauses", "make_up_days", "rest_days",
         "nominal", "rolled", "counted_from_next_day", "range", "extended", "told",
         "calendar")  # fmt: skip
SHOWN_ELSEWHERE = frozenset({"amount", "unit", "bearer", "clauses", "result", "word", "before",
                             "waits_for"})  # fmt: skip
Row = tuple[str, str]


def receipt_rows(visit: Visit, compiled: Compiled, receipt: Mapping[str, Any]) -> tuple[Row, ...]:
    """A receipt as names and values. A part without a name of its own keeps its key."""
    known = [name for name in ORDER if receipt.get(name)]
    others = [name for name in receipt if name not in ORDER and name not in SHOWN_ELSEWHERE]
    if not {"start", "period"} & set(known):
        known = [name for name in known if name != "source"]  # nothing was counted
    return tuple(
        row for name in (*known, *others) for row in _rows(visit, compiled, name, receipt[name])
    )


def _rows(visit: Visit, compiled: Compiled, name: str, value: Any) -> Iterator[Row]:
    key = f"receipt.{name}"
    said = visit.say(key) if key in TABLE["zh"] else name
    if not isinstance(value, Mapping):
        yield said, _flat(value)
    elif set(value) == {"zh", "en"}:
        yield said, visit.text(value)
    elif name == "rolled":
        yield said, f"{value['from']} → {value['to']}"
    elif name == "source":
        source = {**value, "parameter": label(visit, compiled, str(value.get("parameter", "")))}
        yield said, " · ".join(str(one) for one in source.values() if one not in (None, ""))
    elif name == "calendar":
        yield said, _calendar(visit, value)
    else:
        yield said, _flat(value)


def _calendar(visit: Visit, used: Mapping[str, Any]) -> str:
    """The notices a date rests on, and the exact calendar."""
    notices = [f"{number}（{on}）" for number, on in used.get("notices", ())]
    version = visit.say(
        "receipt.version", version=str(used.get("version", ""))[:12], until=used.get("firm_until")
    )
    return " · ".join([*notices, version])


def _flat(value: Any) -> str:
    """Rows of days as `first–last reason`, everything else as it is."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_flat(one)}" for name, one in value.items())
    if isinstance(value, list) and value and all(isinstance(one, list) for one in value):
        return "；".join(_days(one) for one in value)
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


def _days(row: list[Any]) -> str:
    first, last, *reason = map(str, row)
    return " ".join([first if first == last else f"{first}–{last}", *reason])
