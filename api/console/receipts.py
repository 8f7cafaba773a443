"""How a date was computed, row by row, in the order in which a person would do it again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from api.console.texts import TABLE
from api.console.visit import Visit
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
        yield said, _moment(visit, value) if name == "start" else _flat(value)
    elif set(value) == {"zh", "en"}:
        yield said, visit.text(value)
    elif name == "rolled":
        yield said, f"{value['from']} → {value['to']}"
    elif name == "source":
        yield said, " · ".join(_source(visit, compiled, value))
    elif name == "calendar":
        yield said, _calendar(visit, value)
    else:
        yield said, _flat(value)


def _source(visit: Visit, compiled: Compiled, source: Mapping[str, Any]) -> Iterator[str]:
    """The number, the clause or setting it comes from, since when, and the date that chose it."""
    if "value" in source:
        unit = str(source.get("unit", ""))
        known = f"unit.{unit}" in TABLE["zh"]
        yield f"{source['value']} {visit.say(f'unit.{unit}') if known else unit}"
    if source.get("clause"):
        yield f"{visit.say('clause')} {source['clause']}"
    if source.get("setting"):
        settings = {one.id: visit.text(one) for one in compiled.definition.settings}
        yield f"{visit.say('receipt.setting')} {settings.get(source['setting'], '')}"
    if source.get("basis"):
        yield str(source["basis"])
    if source.get("since"):
        yield visit.say("receipt.since", on=source["since"])
    if source.get("looked_up_on"):
        yield visit.say("receipt.looked_up", on=source["looked_up_on"])


def _calendar(visit: Visit, used: Mapping[str, Any]) -> str:
    """The notices a date rests on, and the exact calendar."""
    notices = [f"{number}（{on}）" for number, on in used.get("notices", ())]
    version = visit.say(
        "receipt.version", version=str(used.get("version", ""))[:12], until=used.get("firm_until")
    )
    return " · ".join([*notices, version])


def _moment(visit: Visit, start: str) -> str:
    """An instant to the minute; a day as it is."""
    if "T" not in start:
        return start
    return f"{datetime.fromisoformat(start).astimezone(visit.now.tzinfo):%Y-%m-%d %H:%M}"


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
