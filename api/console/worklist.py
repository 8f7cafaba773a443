"""The queue of a person: the open cases they may see, by what is most urgent in each."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from api.console.time_left import SEVERITIES, Left, Severity, time_left
from api.console.visit import Visit
from api.console.wording import (
    event_words,
    label,
    role_words,
    state_words,
    track_words,
)
from api.scope import visible
from cases.ports import Unit
from cases.rows import CaseRow, ObligationRow
from machines.compiler import Compiled
from machines.definition import Obligation
from machines.moments import EventRef
from machines.rungs import owes

CAP, PAGE = 2000, 20
SETTLED = "settled"
_STRIDE = 400
WANTED: Mapping[str, tuple[Severity, ...]] = {
    "overdue": ("overdue",),
    "today": ("due_today",),
    "week": ("due_today", "rest_of_week"),
    "": SEVERITIES,
    SETTLED: ("undated",),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """The filter, as in the address of the page."""

    due: str = ""
    workflow: str = ""
    side: str = ""
    q: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """A case and the duty that is most urgent in it."""

    row: CaseRow
    duty: ObligationRow | None
    left: Left
    overdue: int


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the queue, in words."""

    entry: Entry
    title: str
    states: tuple[str, ...]
    owed: str
    bearer: str
    next_step: str
    by: str


@dataclass(frozen=True, slots=True)
class Worklist:
    """What a person has before them. `counts` by filter; `groups`: this page, by severity."""

    counts: Mapping[str, int]
    groups: Sequence[tuple[Severity, Sequence[Line]]]
    page: int
    pages: int
    cut: bool


def worklist(visit: Visit, unit: Unit, asked: Asked) -> Worklist:
    """The queue under a filter. Reads at most CAP open cases."""
    found = visible(
        visit.service, unit, visit.who, settled=asked.due == SETTLED, zone=visit.who.zone,
        workflow=asked.workflow or None, text=asked.q or None,
    )  # fmt: skip
    rows = list(islice(found, CAP + 1))
    entries = _entries(visit, unit, rows[:CAP])
    if asked.side:
        entries = [one for one in entries if one.duty is not None and one.duty.side == asked.side]
    counts = {
        name: sum(one.left.severity in wanted for one in entries) for name, wanted in WANTED.items()
    }
    chosen = [one for one in entries if one.left.severity in WANTED[asked.due]]
    chosen.sort(key=_urgency)
    pages = max(1, -(-len(chosen) // PAGE))
    page = min(max(asked.page, 1), pages)
    shown = [_line(visit, unit, one) for one in chosen[(page - 1) * PAGE : page * PAGE]]
    groups = [
        (severity, [line for line in shown if line.entry.left.severity == severity])
        for severity in SEVERITIES
    ]
    return Worklist(counts, [g for g in groups if g[1]], page, pages, len(rows) > CAP)


def _urgency(entry: Entry) -> tuple[int, str, str]:
    duty = entry.duty
    when = str(duty.due_at or duty.earliest or "9999") if duty is not None else "9999"
    return (SEVERITIES.index(entry.left.severity), when, entry.row.id)


def _entries(visit: Visit, unit: Unit, rows: Sequence[CaseRow]) -> list[Entry]:
    entries: list[Entry] = []
    for start in range(0, len(rows), _STRIDE):
        part = rows[start : start + _STRIDE]
        duties: dict[str, list[ObligationRow]] = defaultdict(list)
        ids = [row.id for row in part]
        for duty in unit.obligations(case_ids=ids, running=False, limit=100 * _STRIDE):
            if duty.bearer is not None and duty.status in ("open", "filed", "suspended", "missed"):
                duties[duty.case_id].append(duty)
        entries.extend(_entry(visit, unit, row, duties[row.id]) for row in part)
    return entries


def _entry(visit: Visit, unit: Unit, row: CaseRow, duties: Sequence[ObligationRow]) -> Entry:
    duties = () if row.settled else duties
    missed = [duty for duty in duties if duty.status == "missed"]
    if missed:
        case, compiled = visit.service.casework.load(unit, row)
        owed = {duty.key for duty in case.duties if owes(compiled, case, duty)}
        missed = [duty for duty in missed if (duty.obligation, duty.occurrence) in owed]
    dated = [d for d in duties if d.status == "open" and (d.earliest or d.due_at)]
    others = [d for d in duties if d.status != "missed" and d not in dated]
    for candidates in (missed, dated, others):
        if candidates:
            duty = min(candidates, key=lambda one: (str(one.due_at or one.earliest or "9999"),
                                                    one.obligation))  # fmt: skip
            resting = duty.status in ("filed", "suspended")
            left = Left(visit.say(f"status.{duty.status}"), "", "undated")
            return Entry(row, duty, left if resting else _left(visit, duty), len(missed))
    words = visit.say("case.settled") if row.settled else "—"
    return Entry(row, None, Left(words, "", "undated"), 0)


def _left(visit: Visit, duty: ObligationRow) -> Left:
    """Time left until the earliest day it may be due. A provisional period that may be over waits
    for the calendar: an authority's from that day on, others' from the day they were told."""
    on = duty.earliest or duty.due_on
    if duty.kind == "provisional" and on is not None and visit.today > on:
        on = on if duty.side == "authority" else duty.due_on
        if on is not None and visit.today > on:
            return Left(visit.say("held.calendar"), f"{duty.earliest} – {duty.latest}", "undated")
    left = time_left(visit, on, duty.due_at, missed=duty.status == "missed")
    if duty.kind != "provisional":
        return left
    return replace(left, beside=f"{left.beside} · {visit.say('due.provisional')}")


def _line(visit: Visit, unit: Unit, entry: Entry) -> Line:
    compiled = visit.service.casework.pinned(unit, entry.row.definition)
    tracks = json.loads(entry.row.state)["tracks"]
    first, *rest = _moved(compiled, tracks)
    states = (
        state_words(visit, compiled, *first),
        *(f"{track_words(visit, compiled, one[0])}: {state_words(visit, compiled, *one)}"
          for one in rest),
    )  # fmt: skip
    owed, bearer = "", ""
    if entry.duty is not None:
        owed = label(visit, compiled, entry.duty.obligation)
        bearer = role_words(visit, str(entry.duty.bearer), compiled)
    step, by = ("", "") if entry.row.settled else _next(visit, compiled, tracks, entry.duty)
    return Line(entry, visit.text(compiled.definition.title), states, owed, bearer, step, by)


def _moved(compiled: Compiled, tracks: Mapping[str, str]) -> list[tuple[str, str]]:
    """The first track, and those of the others that have left their beginning."""
    specs = compiled.definition.tracks
    return [
        (track, tracks[track])
        for place, track in enumerate(specs)
        if place == 0 or tracks[track] != specs[track].initial
    ]


def _next(
    visit: Visit, compiled: Compiled, tracks: Mapping[str, str], duty: ObligationRow | None
) -> tuple[str, str]:
    """The act that is waited for, and who does it."""
    possible = compiled.possible(tracks)
    for event in (*_answers(compiled, duty), *possible):
        roles = roles_of(compiled, tracks, event)
        if event in possible and roles:
            words = [role_words(visit, role, compiled) for role in roles[:2]]
            return event_words(visit, compiled, event), " / ".join(words)
    return "", ""


def _answers(compiled: Compiled, duty: ObligationRow | None) -> Iterable[str]:
    """The events that keep or answer a promise, those waited for first."""
    spec = compiled.duties[duty.obligation] if duty is not None else None
    if not isinstance(spec, Obligation) or duty is None:
        return ()
    order: tuple[EventRef, ...] = (*spec.filed_by, *spec.met_by)
    if duty.status == "filed":
        order = spec.met_by
    return [ref.event for ref in order if ref.event is not None]


def roles_of(compiled: Compiled, tracks: Mapping[str, str], event: str) -> list[str]:
    """The people who may raise an event in these states; nobody for what the engine does."""
    return list(
        dict.fromkeys(
            role
            for track in compiled.tracks_of.get(event, ())
            for edge in compiled.table.get((track, tracks[track], event), ())
            if not edge.automatic
            for role in edge.role
            if role != "engine"
        )
    )


def instant_words(visit: Visit, instant: datetime) -> str:
    """An instant as a day, or to the minute where it is not the start of one."""
    local = instant.astimezone(visit.now.tzinfo)
    return f"{local:%Y-%m-%d}" if (local.hour, local.minute) == (0, 0) else f"{local:%m-%d %H:%M}"
