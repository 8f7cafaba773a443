"""`chengnuo export` and `chengnuo log`: definitions and histories as other tools read them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from tempfile import TemporaryFile
from typing import Annotated, Any, Literal

import typer

from api.cli_answers import Database, guarded, misuse, serving

Language = Annotated[Literal["zh", "en"], typer.Option("--lang", help="zh or en")]
Out = Annotated[Path | None, typer.Option("-o", "--out", help="a file; standard output without")]
Format = Literal["svg", "mermaid", "bpmn", "scxml", "json", "schema"]


def register(app: typer.Typer) -> None:
    """Adds the commands `export` and `log`."""
    app.command("export")(export)
    app.command("log")(log)


def export(
    key: Annotated[str, typer.Argument(help="the workflow")],
    format_: Annotated[Format, typer.Option("--format", help="what to write")],
    language: Language = "zh",
    out: Out = None,
    case: Annotated[
        str | None, typer.Option("--case", help="svg, mermaid: mark where this case is")
    ] = None,
    db: Database = None,
) -> None:
    """Writes a definition for another tool. 导出流程定义，供其他工具使用。"""
    from api.exports import written

    with guarded():
        from machines.book import rulebook

        known = rulebook().workflows
    if key not in known:
        near = difflib.get_close_matches(key, known, 1)
        misuse(f"no workflow {key}; {f'did you mean {near[0]}?' if near else 'see: workflows'}")
    if case is not None and format_ not in ("svg", "mermaid"):
        misuse(f"--case marks a drawing: --format svg or mermaid, not {format_}")
    current, taken = _where(case, key, db) if case is not None else ({}, frozenset())
    _write(out, [written(known[key].compiled, format_, language, current, taken)])


def _where(case: str, key: str, db: str | None) -> tuple[Any, Any]:
    """The states of a case and the moves it made. Misuse for a case of another workflow."""
    from api.console.timeline import taken
    from cases.identity import Identity

    with serving(db) as service:
        auditor = Identity("export", frozenset({"auditor"}))
        plain = service.casework.look(case, auditor).plain
        journal = service.casework.journal(case, auditor)
    if plain["workflow"] != key:
        misuse(f"case {case} is of {plain['workflow']}, not of {key}")
    return plain["tracks"], taken(journal)


def log(
    format_: Annotated[Literal["xes", "ocel"], typer.Option("--format", help="xes or ocel")],
    out: Out = None,
    workflow: Annotated[str | None, typer.Option("--workflow", help="only this one")] = None,
    zone: Annotated[str | None, typer.Option("--zone", help="only this zone")] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="DATE", help="cases opened on or after it")
    ] = None,
    with_names: Annotated[
        bool, typer.Option("--with-names", help="users and parties by name, not by pseudonym")
    ] = False,
    db: Database = None,
) -> None:
    """Writes the histories of cases for process mining. 导出办理日志，供流程挖掘。"""
    from cases.event_log import Extract, histories
    from machines.exports.ocel import ocel
    from machines.exports.xes import xes

    with serving(db) as service:
        wanted = Extract(workflow, zone, _day(since))
        if workflow is not None:
            service.casework.workflow(workflow)
        found = histories(service.store, wanted, with_names=with_names)
        with TemporaryFile("w+", encoding="utf-8") as spool:
            _write(out, xes(found) if format_ == "xes" else ocel(found, spool))


def _day(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        misuse(f"--since {text} is no date such as 2025-01-31")


def _write(out: Path | None, parts: Iterable[str]) -> None:
    """To a file beside its place first, so that no half of one is left; or to standard output."""
    if out is None:
        for part in parts:
            typer.echo(part, nl=False)
        return
    if not out.parent.is_dir():
        misuse(f"no folder {out.parent}")
    begun = out.with_name(out.name + ".part")
    try:
        with begun.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(parts)
        begun.replace(out)
    finally:
        begun.unlink(missing_ok=True)
