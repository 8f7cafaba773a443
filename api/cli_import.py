"""`chengnuo import`: licences and commitments issued before (docs/IMPORT.md)."""

from __future__ import annotations

import getpass
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from api.cli_answers import FINDING, AsJson, Database, Zone, serving, show_json

ZONE = "yingkou"


def register(app: typer.Typer) -> None:
    """Adds the command `import`."""
    app.command("import")(import_file)


def import_file(
    file: Annotated[Path, typer.Argument(help="CSV or JSON, see docs/IMPORT.md")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="check it, write nothing")] = False,
    by: Annotated[
        str | None, typer.Option("--by", metavar="USER", help="who imports (the login name)")
    ] = None,
    db: Database = None,
    zone: Zone = ZONE,
    as_json: AsJson = False,
) -> None:
    """All rows or none; exit 1 when rows are wrong. What had run out is stayed. 导入已发许可。"""
    from cases.identity import Identity
    from cases.importing import ImportFailed, bring_in

    identity = Identity(by or getpass.getuser(), frozenset({"admin"}))
    with serving(db) as service:
        if not dry_run:
            service.put_in_service()
        try:
            report = bring_in(service.casework, file, identity, zone, dry_run=dry_run)
        except ImportFailed as failed:
            if as_json:
                show_json({"imported": 0, "problems": list(failed.problems)})
            else:
                for problem in failed.problems:
                    typer.echo(problem, err=True)
                typer.echo("未导入任何一行 nothing was imported", err=True)
            raise typer.Exit(FINDING) from None
    if as_json:
        show_json(asdict(report))
        return
    for one in report.cases:
        due = "  ".join(f"{name} {day}" for name, day in one.due.items())
        typer.echo(f"{one.line:>5}  {one.case_id}  {one.subject}  {due}")
    for one in report.cases:
        if one.stayed:
            names = ", ".join(one.stayed)
            typer.echo(f"{one.line:>5}  {one.case_id}  期限已过，已停止执行，由人决定 "
                       f"past its date, stayed for a person: {names}")  # fmt: skip
    done = "可导入（未写入）would be imported" if dry_run else "已导入 imported"
    typer.echo(f"{done}: {len(report.cases)}")
