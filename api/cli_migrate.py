"""`chengnuo migrate`: open cases move to another text by a plan; it looks before it moves."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli_answers import FINDING, AsJson, Database, guarded, misuse, serving, show_json

if TYPE_CHECKING:
    from api.service import Service
    from cases.migrating import Result
    from machines.migration_words import Plan

SHOWN = 20


def register(app: typer.Typer) -> None:
    """Adds the command `migrate`."""
    app.command("migrate")(migrate)


def migrate(
    old: Annotated[str, typer.Option("--from", metavar="A", help="a hash, key@hash or a folder")],
    new: Annotated[str, typer.Option("--to", metavar="B", help="the text they move to, likewise")],
    plan: Annotated[Path, typer.Option("--plan", metavar="FILE", help="the plan (YAML)")],
    execute: Annotated[bool, typer.Option("--execute", help="move them; else only look")] = False,
    by: Annotated[str, typer.Option("--by", metavar="USER")] = "",
    confirmed_by: Annotated[str, typer.Option("--confirmed-by", metavar="USER")] = "",
    paper: Annotated[str, typer.Option("--paper", metavar="NUMBER", help="that approves it")] = "",
    batch: Annotated[int, typer.Option("--batch", min=1, max=1000)] = 100,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """在办案件改用新文本。Exit 1 if a case has no place in the new text: it stays where it is."""
    from cases.migrating import execute as carried_out
    from cases.migrating import preview
    from cases.versions import kept_as
    from machines.migration import Migration
    from machines.migration_words import check_plan
    from machines.reader import read

    if not plan.is_file():
        misuse(f"没有这个文件 there is no file {plan}")
    with serving(db) as service, guarded():
        service.put_in_service()
        written = plan.read_text(encoding="utf-8")
        said, parsed = read(_plan_model(), plan, written)
        before, after = _texts(service, old, new)
        check_plan(said, parsed, before.compiled, after.compiled)
        digest = hashlib.sha256(written.encode()).hexdigest()
        order = Migration(said, digest, before.compiled, after.compiled, by, confirmed_by, paper)
        if execute:
            with service.store.unit(write=False) as unit:
                row = kept_as(after, service.clock.now(unit))
            results = list(carried_out(service.casework, order, row, batch=batch))
        else:
            results = list(preview(service.casework, order))
    if as_json:
        show_json({
            "from": before.compiled.hash, "to": after.compiled.hash, "plan": digest,
            "executed": execute, "cases": [asdict(one) | {"maps": one.maps} for one in results],
        })  # fmt: skip
    else:
        _show(results, executed=execute)
    if not all(one.maps for one in results):
        raise typer.Exit(FINDING)


def _plan_model() -> type[Plan]:
    from machines.migration_words import Plan

    return Plan


def _texts(service: Service, old: str, new: str) -> tuple[Any, Any]:
    """Both texts, with what the store keeps of the new one."""
    from api.texts_named import Named

    with service.store.unit(write=False) as unit:
        names = Named(service.casework.texts, unit)
        return names.find(old), names.workflow(new)


def _show(results: list[Result], *, executed: bool) -> None:
    moved = [one for one in results if one.maps]
    verb = "已改用 moved" if executed else "可改用 would move"
    typer.echo(f"{verb}: {len(moved)} 件 cases；不能改用 stay: {len(results) - len(moved)} 件")
    kinds = Counter(line["timer"] for one in moved for line in one.lines)
    for timer, count in sorted(kinds.items()):
        typer.echo(f"  {timer:12}{count:>8}")
    for one in moved[:SHOWN]:
        for line in one.lines:
            where = f" → {line['to']}" if line.get("to", line["obligation"]) != line[
                "obligation"] else ""  # fmt: skip
            typer.echo(f"  {one.case_id}  {line['obligation']}{where}  {line['timer']}  "
                       f"{line.get('old', '—')} → {line.get('new', '—')}")  # fmt: skip
        for sign, names in (("+", one.offered), ("−", one.withdrawn)):
            if names:
                typer.echo(f"  {one.case_id}  {sign} {', '.join(names)}")
    if len(moved) > SHOWN:
        typer.echo(f"  … 另有 {len(moved) - SHOWN} 件 more: --json")
    for one in results:
        for why in one.reasons:
            typer.echo(f"  {one.case_id}：{why['zh']} {why['en']}", err=True)
