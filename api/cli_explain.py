"""`chengnuo explain`: why a case is where it is though nobody acted."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from api.cli_answers import AsJson, Database, serving, show_json


def register(app: typer.Typer) -> None:
    """Adds the command `explain`."""
    app.command("explain")(explain)


def explain(
    case: Annotated[str, typer.Argument(metavar="CASE")],
    entry: Annotated[
        int | None, typer.Option("--entry", min=1, help="only this entry of its journal")
    ] = None,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """说明自动处理的理由。Every automatic entry of a case in one sentence, with its clauses."""
    with serving(db) as service:
        from cases.explaining import explained_journal
        from cases.identity import Identity

        asks = Identity("explain", frozenset({"auditor"}))
        _, rows = explained_journal(service.casework, case, asks)
    rows = [row for row in rows if entry is None or row["seq"] == entry]
    if as_json:
        show_json({"case": case, "explained": rows})
        return
    if not rows:
        typer.echo("没有自动处理的记录 nothing here happened by itself")
    for row in rows:
        _show(row)


def _show(row: dict[str, Any]) -> None:
    clauses = f"  [{' '.join(row['clauses'])}]" if row["clauses"] else ""
    rule = row["rule"]
    typer.echo(f"{row['seq']:>4}  {row['zh']}{clauses}\n      {row['en']}\n"
               f"      {rule['zh']} {rule['en']}")  # fmt: skip
