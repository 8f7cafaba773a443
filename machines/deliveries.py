"""What has been served and what has not: every document of a case, party by party.

A document that has been issued waits until it is served on each party whose clock its service
starts or whose rejection it tells; where no rule names a party, until it is served on anybody. A
new issue begins anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from machines.case import Case, Service
from machines.compiler import Compiled
from machines.definition import Document
from machines.notices import issued_at, running_notices

State = Literal["failed", "waiting", "served"]
STATES: Final[tuple[State, ...]] = ("failed", "waiting", "served")


@dataclass(frozen=True, slots=True)
class Delivery:
    """A document towards one party (`to` None: nobody in particular). `since`: when its state
    began; `attempts`: deliveries recorded since the issue, oldest first; `last`: the one the state
    rests on, None before the first."""

    document: str
    to: str | None
    state: State
    since: datetime
    attempts: tuple[Service, ...] = ()
    last: Service | None = None


def deliveries(compiled: Compiled, case: Case) -> tuple[Delivery, ...]:
    """Every document issued in a case, by party. When a case has ended before its time (withdrawn,
    deregistered), what was not served needs no service any more."""
    sent = {one.document for one in case.services}
    over = case.ended is not None
    if over and not sent:
        return ()
    notices = {one.n for one in running_notices(compiled, case)}
    found: list[Delivery] = []
    for name, document in compiled.definition.documents.items():
        if not _is_issued(case, name, document, sent):
            continue
        issued = issued_at(case, document)
        made = [s for s in case.services if s.document == name and s.recorded_at >= issued]
        for to in _parties(compiled, case, name, made):
            own = tuple(one for one in made if to in (None, one.to))
            state = _state(own, notices)
            last = next((one for one in reversed(own) if one.status == state), None)
            since = (last.served_at or last.recorded_at) if last is not None else issued
            if state == "served" or (not over and (own or document.issued_by)):
                found.append(Delivery(name, to, state, since, own, last))
    return tuple(found)


def _is_issued(case: Case, name: str, document: Document, sent: set[str]) -> bool:
    """What no event issues exists from the opening on, and waits for nobody until it is sent."""
    if not document.issued_by:
        return name in sent
    return any(event in case.happened for event in document.issued_by)


def _parties(
    compiled: Compiled, case: Case, document: str, made: list[Service]
) -> tuple[str | None, ...]:
    """Whom a document must reach, as far as they are named, and whomever it was sent to."""
    wanted = [to for to in compiled.addressees.get(document, ())
              if to == "subject" or to in case.parties]  # fmt: skip
    reached = [one.to for one in made]
    return tuple(dict.fromkeys((*wanted, *reached))) or (None,)


def _state(made: tuple[Service, ...], notices: set[int]) -> State:
    if any(one.status == "served" for one in made):
        return "served"
    if any(one.n in notices for one in made):
        return "waiting"
    return "failed" if made and made[-1].status == "failed" else "waiting"
