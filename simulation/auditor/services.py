"""When a document counts as served: on the day of its delivery, or when a notice has run out.

The whole of the last day of a public notice has to pass (民事诉讼法 95): the service is of the day
after it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from simulation.auditor.counting import Term, day_of, last_day, midnight
from simulation.auditor.days import DAY, Almanac
from simulation.auditor.record import Line, Plain, happened, held, recorded


def service(entry: Plain, known: Plain | None, almanac: Almanac) -> Iterator[Line]:
    """The days of a delivery as an entry records or completes it. `known`: as recorded before."""
    plain: dict[str, Any] = entry["marks"]["service"]
    seq, about = int(entry["seq"]), name_of(plain)
    if known is None:
        on = day_of(happened(entry))
        yield held(seq, about, "on", plain["on"], on)
        yield held(seq, about, "recorded_at", plain["recorded_at"], recorded(entry))
    else:
        on = date.fromisoformat(known["on"])
        yield held(seq, about, "on", plain["on"], on)
    runs_to = None
    if "receipt" in plain:
        days = int(plain["receipt"]["source"]["value"])
        runs_to = last_day(Term(midnight(on), "cd-noroll", days), almanac, "estimate").on
    yield held(seq, about, "runs_to", plain.get("runs_to"), runs_to)
    done: datetime | None = happened(entry)
    if plain["status"] != "served":
        done = None
    elif runs_to is not None:
        done = midnight(runs_to + DAY)
    yield held(seq, about, "served_at", plain.get("served_at"), done)


def name_of(plain: Plain) -> str:
    """A delivery as a person would call it: the document, the party, its number."""
    return f"serve:{plain['document']}:{plain['to']}#{plain['n']}"


def over(plain: Plain) -> datetime:
    """The instant at which a public notice has run out."""
    return midnight(date.fromisoformat(plain["runs_to"]) + DAY)
