"""`chengnuo workflows diff|versions|adopt`: the texts of a procedure, side by side and in time."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from api.cli_answers import AsJson, Database, misuse, serving, show_json

if TYPE_CHECKING:
    from machines.differences import Change

_SIGNS = {"milder": "+", "harsher": "-", "neutral": " ", "unclear": "?"}
_FOR = {"milder": ("较轻", "milder"), "harsher": ("较重", "harsher"), "equal": ("无差别", "equal"),
        "incomparable": ("轻重互见，须由人判断", "better here, worse there: a person has to judge"),
        }  # fmt: skip


class KeyOrCommand(TyperGroup):
    """`workflows` alone, with options or with a key shows definitions; the rest are commands."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """What is no command is what `show` is asked for."""
        asks_help = args[:1] in (["--help"], ["-h"])
        if not asks_help and (not args or args[0] not in self.commands):
            args = ["show", *args]
        return super().parse_args(ctx, args)


def register(group: typer.Typer) -> None:
    """Adds the commands to the group `workflows`."""
    group.command("diff")(diff)
    group.command("versions")(versions)
    group.command("adopt")(adopt)


def diff(
    old: Annotated[str, typer.Argument(metavar="A", help="a key, a hash, key@hash or a folder")],
    new: Annotated[str, typer.Argument(metavar="B", help="the later text, named likewise")],
    on: Annotated[
        str | None, typer.Option("--on", metavar="DATE", help="whose numbers; else the later's day")
    ] = None,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """两个文本的差别。What differs between two texts, for whom, and whether it is milder."""
    from api.texts_named import named
    from machines.differences import Edition, differences
    from machines.milder import verdict

    with named(db) as names:
        before, after = names.find(old), names.find(new)
    keys = [one.compiled.definition.key for one in (before, after)]
    if keys[0] != keys[1]:
        misuse(f"{keys[0]} and {keys[1]} are two procedures, not two texts of one")
    day = _day(on) if on is not None else _comparable_on(after.compiled.definition)
    editions = [Edition(one.compiled, one.parameters, day) for one in (before, after)]
    changes = differences(*editions)
    found = verdict(change.weight for change in changes)
    if as_json:
        show_json({
            "workflow": keys[0], "from": before.compiled.hash, "to": after.compiled.hash,
            "on": day.isoformat(), "verdict": found, "changes": [asdict(one) for one in changes],
        })  # fmt: skip
        return
    typer.echo(f"{keys[0]}  {before.compiled.hash[:12]} → {after.compiled.hash[:12]}  （{day}）")
    _show(changes)
    zh, en = _FOR[found]
    typer.echo(f"对承诺方：{zh}（共 {len(changes)} 处）  for whoever commits: {en}, "
               f"{len(changes)} changes")  # fmt: skip


def _comparable_on(definition: Any) -> date:
    """The day whose numbers both texts are compared by: the first of the later one, else the last
    for which anybody has fixed a number."""
    since = definition.version.in_force_from
    return since if since is not None else date.max


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        misuse(f"--on takes a date like 2025-07-01, not {text}")


def _show(changes: tuple[Change, ...]) -> None:
    for one in changes:
        who = f"  〔{'、'.join(one.affects)}〕" if one.affects else ""
        clauses = f"  [{' '.join(one.clauses)}]" if one.clauses else ""
        typer.echo(f"{_SIGNS[one.weight]} {one.zh}{who}{clauses}\n  {one.en}")
    if changes:
        typer.echo("\n+ 较轻 milder   - 较重 harsher   ? 须由人判断 for a person to judge")


def versions(
    key: Annotated[str | None, typer.Argument(help="of this workflow; else of every one")] = None,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """各文本及其在办案件数。The texts a database keeps, from when, and how many open cases each
    governs."""
    with serving(db) as service, service.store.unit(write=False) as unit:
        own = {one.compiled.hash for one in service.book.workflows.values()}
        rows: list[dict[str, Any]] = [
            {
                "workflow": row.workflow, "definition": row.hash,
                "in_force_from": None if row.in_force_from is None else str(row.in_force_from),
                "first_used_at": row.first_used_at.isoformat(), "installed": row.hash in own,
                "open_cases": _pinned(unit, row.hash),
            }
            for row in sorted(unit.definitions(), key=lambda one: (one.workflow,
                              one.in_force_from or date.min, one.first_used_at))
            if key in (None, row.workflow)
        ]  # fmt: skip
    if as_json:
        show_json({"versions": rows})
        return
    for one in rows:
        marks = "已安装 installed" if one["installed"] else "仅存于数据库 in the database alone"
        since = one["in_force_from"] or "—"
        typer.echo(f"{one['workflow']:34}{one['definition'][:12]}  {since:12}"
                   f"{one['open_cases']:>8}  {marks}")  # fmt: skip
    if not rows:
        typer.echo("尚无文本 none kept yet")


def _pinned(unit: Any, text_hash: str) -> int:
    """Counted in pages: no more than one page is held at a time."""
    count, after = 0, ""
    while rows := unit.pinned_cases(text_hash, after, 1000, lock=False):
        count, after = count + len(rows), rows[-1].id
    return count


def adopt(
    folder: Annotated[Path, typer.Argument(help="a folder with machine.yaml and its other files")],
    by: Annotated[str, typer.Option("--by", metavar="USER")],
    confirmed_by: Annotated[str, typer.Option("--confirmed-by", metavar="USER")],
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """预先采用新文本。Keeps a text ahead of its first day; running processes open cases under it
    from that day, without a restart."""
    from api.texts_named import folder_text

    if not (folder / "machine.yaml").exists():
        misuse(f"{folder} has no machine.yaml")
    if not by.strip() or by.strip() == confirmed_by.strip():
        misuse("须由另一名工作人员确认 a second person must confirm it")
    with serving(db) as service:
        service.put_in_service()
        workflow = folder_text(folder)
        with service.store.unit() as unit:
            now = service.clock.now(unit)
            row = service.casework.texts.adopt(unit, workflow, now)
            said = {"definition": row.hash, "by": by, "confirmed_by": confirmed_by,
                    "at": now.isoformat()}  # fmt: skip
            unit.set_meta({f"adopted:{row.hash[:12]}": json.dumps(said, ensure_ascii=False)})
    if as_json:
        show_json({"workflow": row.workflow, "in_force_from": str(row.in_force_from), **said})
        return
    typer.echo(f"已采用 adopted {row.workflow} {row.hash[:12]}，自 {row.in_force_from} 起 in force "
               "from that day")  # fmt: skip
