"""How a date was computed, row by row, in the order in which a person would do it again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from api.console.texts import TABLE
from api.console.visit import Visit
from api.console.wording import event_words, label, role_words
from machines.compiler import Compiled

# As said on paper; what the table of the page shows anyway is left out of it.
ORDER = ("starts", "start", "day_zero", "period", "rule", "source", "pauses", "make_up_days",
         "rest_days", "nominal", "rolled", "counted_from_next_day", "range", "ends_at",
         "late_record", "told", "rejected", "recounted", "moves",
         "calendar")  # fmt: skip
SHOWN_ELSEWHERE = frozenset({"amount", "unit", "bearer", "clauses", "result", "word", "before",
                             "waits_for", "opens", "opens_source", "warns",
                             "extended"})  # fmt: skip
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
    if name in _SPECIAL:
        yield said, _SPECIAL[name](visit, compiled, value)
    elif isinstance(value, Mapping) and set(value) == {"zh", "en"}:
        yield said, visit.text(value)
    else:
        yield said, _flat(value)


def _moved(visit: Visit, move: Mapping[str, Any]) -> str:
    """One act that moved a date or kept it, by which policy, and from when to when."""
    words = [f"{visit.say('move.' + move['by'])}（{visit.say('move.' + move['policy'])}）"]
    if move["from"] != move["to"]:
        words.append(f"{move['from'] or '—'} → {move['to'] or '—'}")
    return " ".join([str(move["on"]), *words])


def _moment_words(visit: Visit, compiled: Compiled, key: str) -> str:
    """An event by its name; the service of a document as `document → party`."""
    kind, _, rest = key.partition(":")
    if kind != "serve" or not rest:
        return event_words(visit, compiled, key)
    document, _, party = rest.partition(":")
    words = label(visit, compiled, document), role_words(visit, party, compiled)
    return f"{event_words(visit, compiled, 'serve')} {words[0]} → {words[1]}"


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


def _recounted(visit: Visit, value: Mapping[str, Any]) -> Iterator[str]:
    """Both dates, the one that binds, why, and who has taken note of it."""
    yield f"{value['until_now']} → {value['recomputed']} ⇒ {value['effective']}"
    if value.get("cause"):
        yield "、".join(value["cause"])
    if "acknowledged" in value:
        yield visit.say("receipt.acknowledged", by=value["acknowledged"]["by"])


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


_SPECIAL: Mapping[str, Callable[[Visit, Compiled, Any], str]] = {
    "start": lambda visit, _, value: _moment(visit, value),
    "ends_at": lambda visit, _, value: visit.say(f"ends_at.{value}"),
    "moves": lambda visit, _, value: "；".join(_moved(visit, one) for one in value),
    "rolled": lambda _, __, value: f"{value['from']} → {value['to']}",
    "source": lambda visit, compiled, value: " · ".join(_source(visit, compiled, value)),
    "starts": lambda visit, compiled, value: "、".join(
        _moment_words(visit, compiled, one) for one in value["events"]
    ),
    "late_record": lambda visit, _, value: " → ".join(
        _moment(visit, value[at]) for at in ("happened_at", "counted_from")
    ),
    "rejected": lambda _, __, value: " · ".join(
        str(value[day]) for day in ("on", "served_on") if value.get(day)
    ),
    "calendar": lambda visit, _, value: _calendar(visit, value),
    "recounted": lambda visit, _, value: " · ".join(_recounted(visit, value)),
}
