"""Short forms for lists: a case in one line, a duty of the diary with its case."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cases.present import obligation
from machines.book import Rulebook
from machines.case import Case, Duty
from machines.codec import to_plain
from machines.compiler import Compiled
from machines.definition import Obligation
from machines.rungs import SHANGHAI, closed, settled
from rules.periods import shanghai_date
from rules.urgency import urgency, working_days_left
from rules.working_days import Calendar


def summary(compiled: Compiled, case: Case) -> dict[str, Any]:
    """A case without what the caller may do: who, where it stands, what is due next."""
    tracks = compiled.definition.tracks
    return {
        "id": case.id,
        "version": case.version,
        "workflow": case.workflow,
        "title": bilingual(compiled.definition.title),
        "definition": case.definition,
        "zone": case.zone,
        "subject": to_plain(case.subject),
        "parties": to_plain(case.parties),
        "tracks": dict(case.tracks),
        "labels": {
            track: bilingual(tracks[track].states[state]) for track, state in case.tracks.items()
        },
        "settled": settled(compiled, case),
        "closed": closed(compiled, case),
        "opened_at": case.opened_at.isoformat(),
        "next_due": _next_due(compiled, case),
    }


def _next_due(compiled: Compiled, case: Case) -> Mapping[str, Any] | None:
    """The running duty with the earliest date."""
    dated = [
        (due, duty.obligation, duty.bearer)
        for duty in case.duties
        if duty.bearer is not None and duty.status in ("open", "filed")
        for due in [duty.due.earliest or duty.due.on]
        if due is not None
    ]
    if not dated:
        return None
    on, name, bearer = min(dated)
    spec = compiled.duties[name]
    return {"id": name, "on": on.isoformat(), "bearer": bearer, **bilingual(spec)}


def diary_line(compiled: Compiled, case: Case, duty: Duty, book: Rulebook) -> dict[str, Any]:
    """A duty by the contract, with the case it belongs to."""
    assert isinstance(compiled.duties[duty.obligation], Obligation), "a timer is nobody's duty"
    return {
        "case": case.id,
        "workflow": case.workflow,
        "zone": case.zone,
        "subject": to_plain(case.subject),
        **obligation(compiled, duty, book),
    }


def local(instant: datetime) -> str:
    """An instant as people here read it: with Shanghai's offset, however it was kept."""
    return instant.astimezone(SHANGHAI).isoformat()


def bilingual(text: Any) -> dict[str, str]:
    """`{zh, en}` of anything that has both."""
    return {"zh": text.zh, "en": text.en}


def how_pressing(duty: Duty, now: datetime, calendar: Calendar) -> dict[str, Any]:
    """How pressing a duty's date is, and how many working days are left or have passed; null where
    it has none, was handed in, or rests."""
    when = duty.due.at or duty.due.earliest or duty.due.on
    if when is None or duty.status not in ("open", "missed"):
        return {"urgency": None, "working_days_left": None}
    days = working_days_left(shanghai_date(now), shanghai_date(when), calendar)
    pressing = "overdue" if duty.status == "missed" else urgency(when, now, calendar)
    return {"urgency": pressing, "working_days_left": days}
