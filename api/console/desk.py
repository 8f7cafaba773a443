"""What waits on the officers' desk besides dates: failed deliveries, requests for more time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from api.console.visit import Visit
from api.console.wording import label, role_words
from api.delivery_rows import Row, rows
from api.scope import visible
from cases.desk import ASKED, requests
from cases.ports import Unit
from machines import engine_events

CAP, SHOWN = 200, 20


@dataclass(frozen=True, slots=True)
class Matter:
    """One line: the case, whose it is, what it is about, and the latest news of it."""

    case_id: str
    subject: str
    what: str
    news: str


@dataclass(frozen=True, slots=True)
class Desk:
    """How much waits (`counts` by kind, in words) and the most pressing of it."""

    counts: tuple[str, ...]
    matters: tuple[Matter, ...]


def desk(visit: Visit, unit: Unit) -> Desk | None:
    """The desk of an officer; None where nothing waits."""
    failed = _documents(visit, unit, "failed")
    waiting = _documents(visit, unit, "waiting")
    asked = list(islice(_asked(visit, unit), CAP + 1))
    found = {"failed": len(failed), "waiting": len(waiting), "asked": len(asked)}
    if not any(found.values()):
        return None
    counts = tuple(visit.say(f"desk.{kind}", n=_number(n)) for kind, n in found.items() if n)
    lines = [*(_failed(visit, one) for one in failed), *asked,
             *(_waiting(visit, one) for one in waiting)]  # fmt: skip
    return Desk(counts, tuple(lines[:SHOWN]))


def _number(n: int) -> str:
    return str(n) if n <= CAP else f"{CAP}+"


def _documents(visit: Visit, unit: Unit, state: str) -> list[Row]:
    found = rows(visit.service, unit, visit.who, state, zone=visit.who.zone)
    return list(islice(found, CAP + 1))


def _matter(visit: Visit, row: Row, news: str) -> Matter:
    what = label(visit, row.compiled, row.delivery.document)
    if row.delivery.to is not None:
        what = f"{what} → {role_words(visit, row.delivery.to, row.compiled)}"
    return Matter(row.case.id, row.case.subject.name, what, news)


def _failed(visit: Visit, row: Row) -> Matter:
    last = row.delivery.last
    if last is None:
        return _matter(visit, row, "")
    channel = visit.text(engine_events.FACTS["channel"].choices[last.channel])
    why = last.proof.get("reason", "")
    return _matter(visit, row, visit.say("desk.last", on=last.on, channel=channel, why=why))


def _waiting(visit: Visit, row: Row) -> Matter:
    last = row.delivery.last
    running = last is not None and last.runs_to is not None
    news = visit.say("desk.runs", on=last.runs_to) if last is not None and running else ""
    return _matter(visit, row, news)


def _asked(visit: Visit, unit: Unit) -> Iterator[Matter]:
    """Requests for an extension that nobody has answered."""
    for row in visible(visit.service, unit, visit.who, zone=visit.who.zone, desk=ASKED):
        case, compiled = visit.service.casework.load(unit, row)
        for duty in requests(case):
            assert duty.request is not None, "only what was asked for"
            news = visit.say("desk.request", by=duty.request.by, why=duty.request.reason)
            yield Matter(case.id, case.subject.name, label(visit, compiled, duty.obligation), news)
