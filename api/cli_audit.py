"""`chengnuo audit`: what a court would ask of a case. Every date again, by other code; one receipt.

`recompute` works from the record alone, the journal and the holiday notices; what the database
shows of the case is held against it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from msgspec import structs

from api.cli_answers import FINDING, AsJson, Database, misuse, serving, show_json
from api.cli_conformance import conformance

if TYPE_CHECKING:
    from api.service import Service
    from simulation.auditor import Audit

WIDTH = 120
ALL = 100_000
Plain = Mapping[str, Any]
Calendars = Annotated[
    Path | None, typer.Option("--calendars", help="a folder of year files; ours without")
]


def register(app: typer.Typer) -> None:
    """Adds the command group `audit`."""
    group = typer.Typer(help="复核 what a court would ask of a case", no_args_is_help=True)
    group.command("recompute")(recompute)
    group.command("receipt")(receipt)
    group.command("conformance")(conformance)
    app.add_typer(group, name="audit")


def recompute(
    case: Annotated[str | None, typer.Argument(help="the case's number")] = None,
    file: Annotated[
        Path | None, typer.Option("--file", help="an exported journal, without a database")
    ] = None,
    calendars: Calendars = None,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """Every date of a case worked out again from its record; exit 1 on a difference. 逐日复算。"""
    from simulation.auditor import Almanacs, NotDerivable, audit
    from simulation.auditor.projections import with_projections

    folder = calendars or _own_calendars()
    record = Record(_exported(file, case)) if file is not None else _stored(case, db)
    try:
        found = audit(record.journal, Almanacs(folder, record.calendars))
        if file is None:
            found = with_projections(found, record.diary, record.shown)
    except NotDerivable as error:
        misuse(f"{folder}: {error}")
    if as_json:
        from simulation.auditor.telling import plain

        show_json(plain(found))
    else:
        _show(found)
    if not found.sound:
        raise typer.Exit(FINDING)


def receipt(
    case: Annotated[str, typer.Argument(help="the case's number")],
    obligation: Annotated[str, typer.Argument(help="an obligation or timer; name#2: its second")],
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """How the date of one obligation of a case was counted. 一项义务的期限如何算出。"""
    name, _, n = obligation.partition("#")
    if n and not n.isdecimal():
        misuse(f"write {name}#2 for the second occurrence, not {obligation}")
    with serving(db) as service:
        shown = _look(service, case)
    duties = [*shown["obligations"], *shown["timers"]]
    found = [one for one in duties if one["id"] == name and n in ("", str(one["occurrence"]))]
    if not found:
        known = ", ".join(sorted({f"{one['id']}#{one['occurrence']}" for one in duties}))
        misuse(f"case {case} has no {obligation}; it has: {known or 'none yet'}")
    duty = found[-1]
    if as_json:
        show_json(duty)
        return
    from api.receipt_table import receipt_rows

    typer.echo(f"{duty['zh']} {duty['en']}  {name}#{duty['occurrence']}")
    _print(receipt_rows(duty["receipt"]))
    _print(_standing(duty))


def _standing(duty: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The date as it stands now, after everything that moved it."""
    due = duty["due"]
    yield from _intervals(duty)
    for move in duty["receipt"].get("moves", ()):
        yield "变动 moved", f"{move['on']} {move['by']}: {move['from']} → {move['to']}"
    if "at" in due or "on" in due:
        lawful = due.get("enforceable_from")
        after = f"，可执行日 enforceable from {lawful}" if lawful else ""
        yield "现行期限 stands at", f"{due.get('at') or due['on']}  {due['kind']}{after}"
    missed = f"，{duty['missed_on']}" if duty["missed_on"] else ""
    yield "状态 status", f"{duty['status']}{missed}"


def _intervals(duty: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each pause and each extension: why, on what paper, by whom."""
    for pause in duty["pauses"]:
        until = pause.get("until") or "未恢复 still paused"
        by = " / ".join(filter(None, (pause["by"], pause.get("resumed_by"))))
        said = [f"{pause['since']} – {until}", pause["reason"], pause["notice"], by]
        yield "中止记录 paused", "，".join(said)
    for one in duty["extensions"]:
        said = [f"{one['from_on']} → {one['to_on']}", f"载明 named {one['named_on']}"]
        said += [one["ground"], one["reason"], one["paper"]]
        said.append(f"申请 asked {one['requested_by']}，批准 granted {one['granted_by']}")
        yield "延长记录 extended", "，".join(said)


def _look(service: Service, case: str) -> Mapping[str, Any]:
    from cases.identity import Identity

    auditor = Identity("audit", frozenset({"auditor"}))
    return service.casework.look(case, auditor).plain


@dataclass(frozen=True)
class Record:
    """The journal of a case; the notices of every calendar its database has kept; and what it shows
    of the case, in the diary and to whoever reads it."""

    journal: Sequence[Plain]
    calendars: Sequence[Any] = ()
    diary: Sequence[Plain] = ()
    shown: Sequence[Plain] = ()


def _stored(case: str | None, db: str | None) -> Record:
    """A case as its database has it."""
    if case is None:
        misuse("name the CASE, or give --file FILE with its exported journal")
    from cases.identity import Identity

    with serving(db) as service:
        auditor = Identity("audit", frozenset({"auditor"}))
        journal = service.casework.journal(case, auditor)
        shown = service.casework.look(case, auditor).plain
        with service.store.unit(write=False) as unit:
            kept = [json.loads(row.body) for row in unit.calendars()]
            rows = unit.obligations(case_ids=[case], running=False, limit=ALL)
    duties = (*shown["obligations"], *shown["timers"])
    return Record(journal, kept, [structs.asdict(row) for row in rows], duties)


def _exported(file: Path, case: str | None) -> Sequence[Plain]:
    """A journal as `GET /v1/cases/{id}/journal` answers it, or its entries alone."""
    try:
        plain = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        misuse(f"{file} is no exported journal: {error}")
    entries = plain.get("items") if isinstance(plain, dict) else plain
    if not isinstance(entries, list) or not all(isinstance(one, dict) for one in entries):
        misuse(f"{file} is no exported journal: expected the answer of GET /v1/cases/ID/journal")
    if case is not None and isinstance(plain, dict) and plain.get("case") != case:
        misuse(f"{file} is the journal of {plain.get('case')}, not of {case}")
    return entries


def _own_calendars() -> Path:
    from rules.working_days import CALENDARS

    return CALENDARS


def _show(found: Audit) -> None:
    """Step by step, then what was found."""
    from simulation.auditor.telling import judged, results, told, working

    for step in told(found):
        typer.echo(f"\n#{step.seq}  {step.at:%Y-%m-%d %H:%M}  {step.event} → {step.duty}")
        _print(working(step))
        _print(results(step))
    values = sum(1 for _ in found.lines)
    typer.echo(f"\n案件 case {found.case_id}：{found.entries} 条记录 entries，{values} 项 values")
    for line in found.findings:
        typer.echo(f"#{line.seq} {line.about} {line.name}：{judged(line)}", err=True)
    verdict = (
        "全部一致 everything agrees" if found.sound else f"{len(found.findings)} 项不符 findings"
    )
    typer.echo(verdict)


def _print(rows: Iterator[tuple[str, str]]) -> None:
    from rich.console import Console

    from api.receipt_table import table_of

    console = Console(markup=False, width=max(WIDTH, Console().width))
    console.print(table_of(rows), highlight=False)
