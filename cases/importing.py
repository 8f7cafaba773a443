"""Brings in licences and commitments issued before: a CSV or JSON file, all rows or none.

The format is in docs/IMPORT.md. Each row becomes a case that stands where its licence was issued;
what was done since is recorded through the same `decide` as any late record. A duty whose date has
passed and that would harm somebody is stayed, so that a person decides.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from cases.casework import Casework
from cases.errors import NotFound
from cases.identity import Identity
from cases.import_file import Cells, ImportFailed, Row, read_rows
from cases.ports import Unit
from cases.records import rows_of
from cases.world import world_for
from machines.acts import Act, Evidence, Refused
from machines.book import Workflow
from machines.case import Actor, Case, Entry, Party
from machines.importing import Import, imported, overdue
from machines.rungs import midnight
from machines.step import decide, replay
from rules.parameters import ParameterError
from rules.periods import shanghai_date
from rules.view import World
from rules.working_days import CalendarHorizon

__all__ = ["ImportFailed", "Imported", "Report", "bring_in"]


@dataclass(frozen=True, slots=True)
class Imported:
    """One row as it came in. `stayed`: the duties already past their date, for a person."""

    line: int
    case_id: str
    workflow: str
    subject: str
    tracks: Mapping[str, str]
    due: Mapping[str, str]
    stayed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that came in, or (`dry_run`) would."""

    file: str
    dry_run: bool
    cases: tuple[Imported, ...]


class _Undo(Exception):
    """Leaves the unit of work without writing."""


def bring_in(
    casework: Casework, file: Path, identity: Identity, zone: str, *, dry_run: bool = False
) -> Report:
    """Imports a file in one transaction. Raises ImportFailed with every problem of every row."""
    rows = read_rows(file)
    found: list[Imported] = []
    problems: list[str] = []
    try:
        with casework.store.unit() as unit:
            now = casework.clock.now(unit)
            taken: dict[str, int] = {}
            for row in rows:
                cells = Cells(file.name, row)
                _one(casework, unit, cells, identity, zone, now, taken, found)
                problems.extend(cells.problems)
            if problems:
                raise ImportFailed(problems)
            if dry_run:
                raise _Undo
    except _Undo:
        pass
    return Report(str(file), dry_run, tuple(found))


def _one(
    casework: Casework, unit: Unit, cells: Cells, identity: Identity, zone: str, now: datetime,
    taken: dict[str, int], found: list[Imported],
) -> None:  # fmt: skip
    """One row: either a case written in the unit, or problems noted on its cells."""
    try:
        workflow = casework.workflow(cells.text("workflow"))
    except NotFound as error:
        cells.wrong("workflow", str(error))
        return
    done = cells.dates("done", workflow.definition.events)
    act = _import(workflow, cells, identity, zone, frozenset(done))
    cells.finish()
    if cells.problems:
        return
    if act.case_id in taken or unit.case(act.case_id) is not None:
        where = f"on line {taken[act.case_id]}" if act.case_id in taken else "as a case"
        cells.wrong("evidence", f"this paper is there already {where} ({act.case_id})")
        return
    taken[act.case_id] = cells.row.line
    world = world_for(unit, casework.book, casework.calendars.of(unit), zone,
                      (act.subject, *act.parties.values()))  # fmt: skip
    entries = _entries(workflow, act, done, cells, now, world)
    if entries is None:
        return
    text = casework.text_of(workflow, now)
    written = rows_of(workflow.compiled, None, None, entries, now, definition=text)
    unit.write(written.batch)
    found.append(_report(cells.row, written.case, workflow, shanghai_date(now)))


def _import(
    workflow: Workflow, cells: Cells, identity: Identity, zone: str, done: frozenset[str]
) -> Import:
    definition = workflow.definition
    issued_on = cells.day("issued_on")
    paper = cells.text("evidence")
    digest = hashlib.sha256(f"{zone}\n{workflow.key}\n{paper}".encode()).hexdigest()[:12]
    return Import(
        case_id=f"{issued_on:%Y%m%d}-{digest}",
        zone=zone,
        subject=Party(definition.subject, cells.text("subject_name"),
                      cells.optional("uscc"), cells.optional("ref")),
        actor=identity.actor(("admin",)),
        issued_at=midnight(issued_on),
        evidence=Evidence(paper, cells.optional("confirmed_by") or identity.user),
        licence=cells.optional("licence"),
        issued_by=cells.optional("issued_by"),
        parties=cells.parties(definition.parties),
        facts=cells.facts(definition.facts),
        materials=cells.names("materials"),
        told=cells.dates("due", _duties(workflow)),
        done=done,
    )  # fmt: skip


def _duties(workflow: Workflow) -> Mapping[str, Any]:
    return {one.id: one for one in workflow.definition.obligations}


def _entries(
    workflow: Workflow, act: Import, done: Mapping[str, date], cells: Cells, now: datetime,
    world: World,
) -> list[Entry] | None:  # fmt: skip
    """The journal of an imported case, or None with the problem noted."""
    compiled = workflow.compiled
    try:
        opening = imported(compiled, act, now, world)
    except (ParameterError, CalendarHorizon) as error:
        cells.wrong("issued_on", f"no date can be counted from it: {error}")
        return None
    if isinstance(opening, Refused):
        cells.refused(opening)
        return None
    entries = [opening]
    for event, day in sorted(done.items(), key=lambda item: item[1]):
        case = replay(entries)
        later = Act(event, _actor(workflow, case, act, event), _facts(workflow, act, event),
                    happened_at=midnight(day), evidence=act.evidence)  # fmt: skip
        moved = decide(compiled, case, later, now, world)
        if isinstance(moved, Refused):
            cells.refused(moved, f"done.{event}")
            return None
        entries.extend(moved.entries)
    case = replay(entries)
    past = overdue(compiled, case, shanghai_date(now))
    if past:
        names = ", ".join(duty.obligation for duty in past)
        stay = Act("stay", act.actor, {
            "reason": f"导入时期限已过（{names}），由人决定 past its date when imported",
            "paper": act.evidence.reference,
        })  # fmt: skip
        moved = decide(compiled, case, stay, now, world)
        if isinstance(moved, Refused):
            cells.refused(moved)
            return None
        entries.extend(moved.entries)
    return entries


def _actor(workflow: Workflow, case: Case, act: Import, event: str) -> Actor:
    """Recorded by the importing person, in the role whose act it was."""
    compiled = workflow.compiled
    for track in compiled.tracks_of.get(event, ()):
        for edge in compiled.table.get((track, case.tracks[track], event), ()):
            if edge.role:
                role = edge.role[0]
                party = case.subject if role == "applicant" else case.party(role)
                return Actor(act.actor.user, role, party.uscc)
    return act.actor


def _facts(workflow: Workflow, act: Import, event: str) -> Mapping[str, Any]:
    spec = workflow.definition.events[event]
    return {name: act.facts[name] for name in (*spec.needs, *spec.may) if name in act.facts}


def _report(row: Row, case: Case, workflow: Workflow, today: date) -> Imported:
    compiled = workflow.compiled
    running = [duty for duty in case.duties if duty.status in ("open", "filed")]
    past = overdue(compiled, case, today) if case.stayed is not None else ()
    return Imported(
        line=row.line, case_id=case.id, workflow=case.workflow, subject=case.subject.name,
        tracks=dict(case.tracks),
        due={d.obligation: str(d.due.on) for d in running if d.due.on is not None},
        stayed=tuple(duty.obligation for duty in past),
    )  # fmt: skip
