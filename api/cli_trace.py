"""`chengnuo trace`: which clause is carried by which line, and what the text leaves open."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli_answers import FINDING, AsJson, guarded, misuse, show_json

if TYPE_CHECKING:
    from machines.book import Workflow


WIDTH = 120
"""Columns the table needs; a narrower terminal scrolls rather than hides a number."""


def register(app: typer.Typer) -> None:
    """Adds the command `trace`."""
    app.command("trace")(trace_clauses)


def trace_clauses(
    keys: Annotated[list[str] | None, typer.Argument(help="these reforms; all without")] = None,
    gaps: Annotated[bool, typer.Option("--gaps", help="what the text leaves open")] = False,
    lines: Annotated[bool, typer.Option("--lines", help="every clause with its lines")] = False,
    from_lines: Annotated[
        bool, typer.Option("--from-lines", help="every line with its clauses")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Every clause and the line that carries it; exit 1 on a hole. 条款与实现逐条对应。"""
    workflows = _chosen(keys or [])
    if gaps:
        _show_gaps(workflows, as_json=as_json)
        return
    if from_lines:
        _show_lines(workflows, as_json=as_json)
        return
    holes = _show_trace(workflows, lines=lines, as_json=as_json)
    if holes:
        raise typer.Exit(FINDING)


def _chosen(keys: list[str]) -> list[Workflow]:
    with guarded():
        from machines.book import rulebook

        known = rulebook().workflows
    for key in keys:
        if key not in known:
            misuse(f"no workflow {key}; known: {', '.join(known)}")
    chosen = [known[key] for key in keys or known]
    owners = [one.definition.clauses_of or one.key for one in chosen]
    return [known[key] for key in dict.fromkeys([*owners, *(one.key for one in chosen)])]


def _show_trace(workflows: list[Workflow], *, lines: bool, as_json: bool) -> int:
    from machines.trace import shared, trace

    traced = {
        one.key: trace(one, shared(one, workflows))
        for one in workflows
        if one.definition.clauses_of is None
    }
    holes = sum(row.hole for rows in traced.values() for row in rows)
    if as_json:
        show_json({key: [{**asdict(row), "hole": row.hole} for row in rows]
                   for key, rows in traced.items()})  # fmt: skip
        return holes
    _table([_counts(key, rows) for key, rows in traced.items()])
    for key, rows in traced.items():
        for row in rows:
            if lines or row.hole:
                where = ", ".join(f"{one.file}:{one.line} {one.what}" for one in row.lines)
                mark = "未落实 HOLE" if row.hole else row.force
                typer.echo(f"{key}  {row.clause}  [{mark}]  {row.zh}  {row.en}\n    {where or '-'}")
    return holes


def _show_lines(workflows: list[Workflow], *, as_json: bool) -> None:
    from machines.trace import citing

    found = {one.key: citing(one) for one in workflows}
    if as_json:
        show_json({key: [{**asdict(line), "clauses": clauses} for line, clauses in rows]
                   for key, rows in found.items()})  # fmt: skip
        return
    for rows in found.values():
        for line, clauses in rows:
            typer.echo(f"{line.file}:{line.line}  {line.what}  [{' '.join(clauses)}]")


def _counts(key: str, rows: Any) -> list[str]:
    forces = Counter(row.force for row in rows)
    carried = sum(row.force == "in_force" and bool(row.lines) for row in rows)
    cited = sum(len(row.lines) for row in rows)
    others = (forces[name] for name in ("plan", "effect", "background"))
    in_force = forces["in_force"]
    return [key, *map(str, (len(rows), in_force, carried, in_force - carried, *others, cited))]


def _table(rows: list[list[str]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title="条款追踪 clauses traced")
    for name in ("workflow", "clauses", "in force", "carried", "holes", "plan", "effect",
                 "backgr.", "lines"):  # fmt: skip
        first = name == "workflow"
        table.add_column(name, justify="left" if first else "right", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    total = [str(sum(int(row[column]) for row in rows)) for column in range(1, 9)]
    table.add_row("总计 total", *total, style="bold")
    Console(width=max(WIDTH, Console().width)).print(table)


def _show_gaps(workflows: list[Workflow], *, as_json: bool) -> None:
    from machines.trace import gaps

    found = {one.key: gaps(one) for one in workflows}
    if as_json:
        show_json({key: [asdict(gap) for gap in rows] for key, rows in found.items()})
        return
    for key, rows in found.items():
        counts = Counter(gap.kind for gap in rows)
        typer.echo(f"\n{key}  " + "  ".join(f"{kind} {n}" for kind, n in sorted(counts.items())))
        for gap in rows:
            clauses = " ".join(gap.clauses) or "-"
            typer.echo(f"  [{gap.kind}] {clauses}  {gap.what}  ({gap.file}:{gap.line})")
            typer.echo(f"      {gap.zh}\n      {gap.en}")
